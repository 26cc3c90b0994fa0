"""FEEL's ``string()``: every value as text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from engine.feel.budget import charge, metered
from engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from engine.feel.temporal_text import format_temporal
from engine.feel.values import DECIMAL128, Context, FeelFunction, FeelRange

_PLAIN_DIGITS: Final = 40
_BARE_NAME: Final = re.compile(r"[^\W\d]\w*(?: \w+)*")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def format_number(value: Decimal) -> str:
    """A number without trailing zeros, with an exponent only when it would be very long."""
    if not value:
        return "0"
    value = DECIMAL128.normalize(value)
    if abs(value.adjusted()) > _PLAIN_DIGITS:
        return str(value)
    return format(value, "f")


@metered
def format_value(value: object) -> str:
    """The text FEEL's ``string()`` gives; null is ``"null"`` here."""
    return value if isinstance(value, str) else format_nested(value)


def format_nested(value: object) -> str:
    """As within a list or context, where strings stand in quotes."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            charge(len(value) // 16)
            return quote(value)
        case Decimal():
            return format_number(value)
        case list():
            charge(len(value))
            return "[" + ", ".join(map(format_nested, value)) + "]"
        case Context():
            charge(len(value))
            parts = (f"{_key(key)}: {format_nested(each)}" for key, each in value.items())
            return "{" + ", ".join(parts) + "}"
        case Date() | Time() | DateTime() | DayTimeDuration() | YearMonthDuration():
            return format_temporal(value)
        case FeelRange():
            return _range(value)
        case FeelFunction():
            return f"function({', '.join(param.name for param in value.params)})"
    return str(value)


def quote(text: str) -> str:
    """``text`` as a FEEL string literal."""
    return '"' + text.translate(_ESCAPES) + '"'


def _key(key: str) -> str:
    return key if _BARE_NAME.fullmatch(key) else quote(key)


def _endpoint(value: object) -> str:
    text = format_nested(value)
    if isinstance(value, Date | Time | DateTime | DayTimeDuration | YearMonthDuration):
        return f'@"{text}"'
    return text


def _range(value: FeelRange) -> str:
    if value.kind != "..":
        bound = value.end if value.start is None else value.start
        return f"({value.kind} {_endpoint(bound)})"
    left = "[" if value.start_included else "("
    right = "]" if value.end_included else ")"
    return f"{left}{_endpoint(value.start)}..{_endpoint(value.end)}{right}"
