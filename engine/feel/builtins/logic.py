"""Boolean functions, comparison of identity, and conveniences Camunda added."""

from __future__ import annotations

from engine.feel.budget import Run
from engine.feel.builtins.registry import builtin
from engine.feel.operators import equal
from engine.feel.temporal import DateTime, Time
from engine.feel.values import kind_en


@builtin("not(negand: any)")
def not_(run: Run, value: object) -> object:
    """The opposite of a boolean; of anything else, null."""
    return (not value) if isinstance(value, bool) else None


@builtin("is(value1: any, value2: any)")
def is_(run: Run, one: object, other: object) -> object:
    """Whether both are the same value: same kind, equal, and told in the same zone."""
    if kind_en(one) != kind_en(other):
        return False
    if isinstance(one, Time) and isinstance(other, Time):
        return one == other
    if isinstance(one, DateTime) and isinstance(other, DateTime):
        return one == other
    return equal(run.meter, one, other) is True


@builtin("is defined(value: any)")
def is_defined(run: Run, value: object) -> object:
    """Whether there is a value at all (Camunda)."""
    return value is not None


@builtin("get or else(value: any, default: any)")
def get_or_else(run: Run, value: object, default: object) -> object:
    """The value, or the default where it is null (Camunda)."""
    return default if value is None else value
