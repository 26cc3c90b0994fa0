"""The built-in functions of FEEL, by group."""

from __future__ import annotations

from engine.feel.builtins import (
    contexts,
    conversion,
    lists,
    logic,
    numbers,
    ranges,
    regex,
    strings,
)
from engine.feel.builtins.registry import BUILTINS

__all__ = [
    "BUILTINS",
    "contexts",
    "conversion",
    "lists",
    "logic",
    "numbers",
    "ranges",
    "regex",
    "strings",
]
