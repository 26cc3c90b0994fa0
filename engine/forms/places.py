"""Getting at values inside nested answers by the steps of a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def dig(data: object, steps: Sequence[str]) -> object:
    """The value below ``data`` at ``steps``, None when there is none."""
    for step in steps:
        if not isinstance(data, Mapping):
            return None
        data = data.get(step)
    return data


def put(data: dict[str, Any], steps: Sequence[str], value: object) -> None:
    """Set the value at ``steps``, making what lies between."""
    for step in steps[:-1]:
        below = data.get(step)
        if not isinstance(below, dict):
            below = data[step] = {}
        data = below
    data[steps[-1]] = value


def rows_of(value: object) -> list[object]:
    """The rows of a repeating group's answer: none when it is no list."""
    return list(value) if isinstance(value, (list, tuple)) else []
