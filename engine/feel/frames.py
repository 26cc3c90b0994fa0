"""Where names find their values while an expression runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from engine.feel.budget import Run
from engine.feel.convert import to_feel
from engine.feel.values import NOTHING


class Frame:
    """One scope; ``values`` are FEEL values."""

    __slots__ = ("parent", "run", "values")

    def __init__(self, run: Run, values: dict[str, object], parent: Frame | None) -> None:
        self.run = run
        self.values = values
        self.parent = parent


class Root(Frame):
    """The outermost scope: the caller's values, converted when first asked for."""

    __slots__ = ("plain",)

    def __init__(self, run: Run, plain: Mapping[str, object]) -> None:
        super().__init__(run, {}, None)
        self.plain = plain


Code = Callable[[Frame], object]
"""A compiled expression."""

MISSING: Final = NOTHING


def find(frame: Frame, name: str) -> object:
    """The value of ``name`` as seen from ``frame``, or MISSING."""
    while True:
        value = frame.values.get(name, MISSING)
        if value is not MISSING:
            return value
        if frame.parent is None:
            break
        frame = frame.parent
    if not isinstance(frame, Root):
        return MISSING
    plain = frame.plain.get(name, MISSING)
    if plain is MISSING:
        return MISSING
    value = to_feel(plain)
    frame.values[name] = value
    return value


def find_path(frame: Frame, names: tuple[str, ...]) -> tuple[object, int]:
    """Follow ``names`` through the caller's plain mappings without converting what is passed by.

    Returns the value reached, converted, and how many names were used; (MISSING, 0) when the
    first name has no value.
    """
    first = names[0]
    while frame.parent is not None:
        if first in frame.values:
            return frame.values[first], 1
        frame = frame.parent
    if first in frame.values:
        return frame.values[first], 1
    if not isinstance(frame, Root):
        return MISSING, 0
    value = frame.plain.get(first, MISSING)
    if value is MISSING:
        return MISSING, 0
    if not isinstance(value, Mapping):
        return find(frame, first), 1
    used = 1
    for name in names[1:]:
        if not isinstance(value, Mapping) or name not in value:
            break
        value = value[name]
        used += 1
    return to_feel(value), used
