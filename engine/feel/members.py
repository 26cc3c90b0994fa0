"""``value.member``: entries of contexts and properties of dates, times, durations and ranges."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from engine.feel.budget import Run
from engine.feel.diagnostics import Null
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
from engine.feel.values import Context, FeelRange, kind_en, kind_zh


def member(run: Run, value: object, name: str) -> object:
    """``value.name``, or Null; of a list, the list of its elements' members."""
    if isinstance(value, Context):
        if name in value:
            return value[name]
        raise Null(f"上下文里没有“{name}”。", f'the context has no entry "{name}".')
    if isinstance(value, list):
        run.meter.elements(len(value))
        return [_of_element(run, each, name) for each in value]
    if value is None:
        raise Null(f"空值没有属性“{name}”。", f'null has no "{name}".')
    getter = _PROPERTIES.get((type(value), name))
    if getter is None:
        raise Null(f"{kind_zh(value)}没有属性“{name}”。", f'a {kind_en(value)} has no "{name}".')
    return getter(value)


def _of_element(run: Run, value: object, name: str) -> object:
    try:
        return member(run, value, name)
    except Null:
        return None


def _number(value: int) -> Decimal:
    return Decimal(value)


def _offset(seconds: int | None) -> DayTimeDuration | None:
    return None if seconds is None else DayTimeDuration(seconds * SECOND)


def _unit(nanos: int, size: int, wrap: int) -> Decimal:
    whole = abs(nanos) // size % wrap if wrap else abs(nanos) // size
    return Decimal(-whole if nanos < 0 else whole)


def _seconds(duration: DayTimeDuration) -> Decimal:
    rest = Decimal(abs(duration.nanos) % MINUTE)
    seconds = rest.scaleb(-9)
    return seconds.copy_negate() if duration.nanos < 0 else seconds


def _years(duration: YearMonthDuration) -> Decimal:
    years = Decimal(abs(duration.months) // 12)
    return -years if duration.months < 0 else years


def _months(duration: YearMonthDuration) -> Decimal:
    months = Decimal(abs(duration.months) % 12)
    return -months if duration.months < 0 else months


_Getter = Callable[..., object]
_PROPERTIES: Final[dict[tuple[type, str], _Getter]] = {
    (Date, "year"): lambda date: _number(date.year),
    (Date, "month"): lambda date: _number(date.month),
    (Date, "day"): lambda date: _number(date.day),
    (Date, "weekday"): lambda date: _number(date.weekday),
    (DateTime, "year"): lambda moment: _number(moment.date.year),
    (DateTime, "month"): lambda moment: _number(moment.date.month),
    (DateTime, "day"): lambda moment: _number(moment.date.day),
    (DateTime, "weekday"): lambda moment: _number(moment.date.weekday),
    (DateTime, "hour"): lambda moment: _number(moment.time.hour),
    (DateTime, "minute"): lambda moment: _number(moment.time.minute),
    (DateTime, "second"): lambda moment: moment.time.second,
    (DateTime, "time offset"): lambda moment: _offset(moment.seconds_from_utc),
    (DateTime, "timezone"): lambda moment: moment.time.zone,
    (Time, "hour"): lambda time: _number(time.hour),
    (Time, "minute"): lambda time: _number(time.minute),
    (Time, "second"): lambda time: time.second,
    (Time, "time offset"): lambda time: _offset(time.seconds_from_utc),
    (Time, "timezone"): lambda time: time.zone,
    (DayTimeDuration, "days"): lambda duration: _unit(duration.nanos, DAY, 0),
    (DayTimeDuration, "hours"): lambda duration: _unit(duration.nanos, HOUR, 24),
    (DayTimeDuration, "minutes"): lambda duration: _unit(duration.nanos, MINUTE, 60),
    (DayTimeDuration, "seconds"): _seconds,
    (YearMonthDuration, "years"): _years,
    (YearMonthDuration, "months"): _months,
    (FeelRange, "start"): lambda span: span.start,
    (FeelRange, "end"): lambda span: span.end,
    (FeelRange, "start included"): lambda span: span.start_included,
    (FeelRange, "end included"): lambda span: span.end_included,
}
