"""Values as variables hold them: JSON, with Decimal for fractions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal

from engine import feel
from engine.errors import Invalid, Problem

DEEPEST = 100
_TOO_DEEP = Problem(
    code="value-too-deep",
    zh=f"数据嵌套超过 {DEEPEST} 层。请简化后再提交。",
    en=f"The data is nested deeper than {DEEPEST}. Make it simpler and submit again.",
)
_AS_IS = frozenset({type(None), bool, int, str})


def plain(value: object, _depth: int = 0) -> object:
    """The plain value of whatever a caller, an operation or FEEL gave.

    A float becomes the Decimal it is written as, a date or time its ISO text; what no variable
    can hold becomes its text, and a number that is none becomes null. Raises Invalid when nested
    deeper than ``DEEPEST``.
    """
    if type(value) in _AS_IS:
        return value
    if _depth > DEEPEST:
        raise Invalid([_TOO_DEEP])
    match value:
        case Decimal():
            return _number(value)
        case float():
            return _number(Decimal(repr(value))) if math.isfinite(value) else None
        case Mapping():
            return {str(key): plain(each, _depth + 1) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(each, _depth + 1) for each in value]
        case bool() | str() | int():
            return value
        case date() | time():
            return value.isoformat()
    return feel.to_plain(value)


def plain_map(values: Mapping[str, object]) -> dict[str, object]:
    """Several named values."""
    return {str(name): plain(value) for name, value in values.items()}


def _number(value: Decimal) -> object:
    if not value.is_finite():
        return None
    if value == value.to_integral_value() and value.adjusted() < _LONGEST:
        return int(value)
    return value


_LONGEST = 400
