"""Between plain values (JSON, Python) and FEEL's."""

from __future__ import annotations

import datetime as py
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from engine.feel.budget import charge, metered
from engine.feel.format import format_value
from engine.feel.temporal import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Date,
    DateTime,
    DayTimeDuration,
    Time,
    YearMonthDuration,
)
from engine.feel.values import DECIMAL128, Context, FeelFunction, FeelRange

_AS_IS: Final = frozenset(
    {type(None), bool, str, Context, Date, Time, DateTime, DayTimeDuration, YearMonthDuration}
    | {FeelRange}
)
_MOST_BITS = 40_000


def to_feel(value: object) -> object:
    """The FEEL value of a plain one.

    int, float → number (NaN and infinities → null); str stays a string even when it looks like a
    date; dict → context; list, tuple, set → list; date, datetime, time, timedelta → their FEEL
    kind. FEEL values pass. Raises TypeError on anything else, BudgetExceeded when it is huge.
    """
    kind = type(value)
    if kind in _AS_IS:
        return value
    if kind is int:
        return _number(value)  # type: ignore[arg-type]
    if kind is Decimal:
        return _decimal(value)  # type: ignore[arg-type]
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _container(value)
    return _rare(value)


@metered
def _container(value: object) -> object:
    if isinstance(value, Mapping):
        charge(len(value))
        return Context((str(key), to_feel(each)) for key, each in value.items())
    assert isinstance(value, Collection)
    charge(len(value))
    return [to_feel(each) for each in value]


def _rare(value: object) -> object:
    match value:
        case FeelFunction():
            return value
        case bool():
            return bool(value)
        case int():
            return _number(value)
        case Decimal():
            return _decimal(value)
        case float():
            return _decimal(Decimal(repr(value)))
        case str():
            return str.__str__(value)
        case py.datetime():
            return _date_time(value)
        case py.date():
            return Date(value.year, value.month, value.day)
        case py.time():
            return _time(value)
        case py.timedelta():
            micros = (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds
            return DayTimeDuration(micros * 1000)
    raise TypeError(f"no FEEL value for {type(value).__name__}")


def _number(value: int) -> Decimal | None:
    if value.bit_length() > _MOST_BITS:
        return None
    return _decimal(Decimal(value))


def _decimal(value: Decimal) -> Decimal | None:
    rounded = DECIMAL128.plus(value)
    return rounded if rounded.is_finite() else None


def _time(value: py.time) -> Time:
    nanos = value.hour * HOUR + value.minute * MINUTE + value.second * SECOND
    return Time(nanos + value.microsecond * 1000, *_zone(value))


def _zone(value: py.time | py.datetime) -> tuple[int | None, str | None]:
    key = getattr(value.tzinfo, "key", None)
    if isinstance(key, str):
        return None, key
    offset = value.utcoffset()
    return (None if offset is None else int(offset.total_seconds())), None


def _date_time(value: py.datetime) -> DateTime:
    return DateTime(Date(value.year, value.month, value.day), _time(value.timetz()))


@metered
def to_plain(value: object) -> object:
    """A value that JSON can hold (but for Decimal): the inverse for those who store or show.

    A number without fraction → int, other numbers stay Decimal; dates, times, durations, ranges
    and functions → their text.
    """
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            if value == value.to_integral_value() and value.adjusted() < _LONGEST_INT:
                return int(value)
            return value
        case Mapping():
            charge(len(value))
            return {str(key): to_plain(each) for key, each in value.items()}
        case list() | tuple():
            charge(len(value))
            return [to_plain(each) for each in value]
    return format_value(value)


_LONGEST_INT = 400


@metered
def to_python(value: object) -> object:
    """Like :func:`to_plain`, but dates, times and durations become Python's own where they fit.

    Fractions below a microsecond are cut off; what Python cannot hold (year 10000, months)
    becomes text.
    """
    try:
        match value:
            case Date():
                return py.date(value.year, value.month, value.day)
            case Time():
                return _python_time(value)
            case DateTime():
                day = py.date(value.date.year, value.date.month, value.date.day)
                return py.datetime.combine(day, _python_time(value.time))
            case DayTimeDuration():
                days, rest = divmod(value.nanos, DAY)
                return py.timedelta(days=days, microseconds=rest // 1000)
            case list():
                charge(len(value))
                return [to_python(each) for each in value]
            case Context():
                charge(len(value))
                return {key: to_python(each) for key, each in value.items()}
    except (ValueError, OverflowError):
        pass
    return to_plain(value)


def _python_time(value: Time) -> py.time:
    from zoneinfo import ZoneInfo

    tz: py.tzinfo | None = None
    if value.zone is not None:
        tz = ZoneInfo(value.zone)
    elif value.offset is not None:
        tz = py.timezone(py.timedelta(seconds=value.offset)) if value.offset else py.UTC
    second, rest = divmod(value.nanos % MINUTE, SECOND)
    return py.time(value.hour, value.minute, second, rest // 1000, tz)
