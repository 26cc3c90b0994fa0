"""Conversion functions: DMN 1.5, 10.3.4.1."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from engine.feel.budget import Run
from engine.feel.builtins.registry import builtin
from engine.feel.convert import to_feel
from engine.feel.diagnostics import Null
from engine.feel.format import format_value
from engine.feel.temporal import (
    HOUR,
    MAX_OFFSET,
    MINUTE,
    SECOND,
    Date,
    DateTime,
    DayTimeDuration,
    Time,
    YearMonthDuration,
    zone,
)
from engine.feel.temporal_text import (
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)
from engine.feel.values import DECIMAL128, finite

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LONGEST_NUMBER: Final = 10_000


@builtin(
    "number(from: string)",
    "number(from: string, grouping separator: string?, decimal separator?: string?)",
)
def number(run: Run, text: str, grouping: str | None = None, point: str | None = None) -> object:
    """Read a number with the separators given."""
    run.meter.characters(len(text))
    if (
        grouping not in (None, " ", ",", ".")
        or point not in (None, ",", ".")
        or (grouping is not None and grouping == point)
    ):
        raise Null(
            "分隔符应为空格、逗号或句点，且二者不同。",
            "separators are a space, a comma or a period, and differ.",
        )
    plain = text.replace(grouping, "") if grouping else text
    if point == ",":
        plain = "invalid" if "." in plain else plain.replace(",", ".")
    if len(plain) > _LONGEST_NUMBER or not _NUMBER.fullmatch(plain):
        raise Null(f"“{text[:40]}”不是数字。", f'"{text[:40]}" is not a number.')
    return finite(DECIMAL128.create_decimal(plain))


@builtin("number(from: number)")
def same_number(run: Run, value: Decimal) -> object:
    """A number is a number."""
    return value


@builtin("string(from: any)")
def string(run: Run, value: object) -> object:
    """The text of any value; of null, null."""
    if value is None:
        return None
    text = format_value(value)
    run.meter.characters(len(text))
    return text


@builtin("date(from: string)")
def date_of_text(run: Run, text: str) -> object:
    """Read a date."""
    return parse_date(text)


@builtin("date(from: date|date and time)")
def date_of_moment(run: Run, value: Date | DateTime) -> object:
    """The date part."""
    return value.date if isinstance(value, DateTime) else value


@builtin("date(year: number, month: number, day: number)")
def date_of_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> object:
    """A date from its parts."""
    return Date.of(whole(year), whole(month), whole(day))


def whole(value: Decimal) -> int:
    """A number as an int, its fraction cut off; Null when absurdly large."""
    if value.adjusted() > _MOST_DIGITS:
        raise Null("数值过大。", "the number is too large.")
    return int(value)


_MOST_DIGITS: Final = 33


@builtin("time(from: string)")
def time_of_text(run: Run, text: str) -> object:
    """Read a time of day."""
    return parse_time(text)


@builtin("time(from: time|date and time|date)")
def time_of_moment(run: Run, value: Time | DateTime | Date) -> object:
    """The time part; of a date, midnight UTC."""
    if isinstance(value, Date):
        return Time(0, offset=0)
    return value.time if isinstance(value, DateTime) else value


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration?)")
def time_of_parts(
    run: Run,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: DayTimeDuration | None = None,
) -> object:
    """A time of day from its parts; ``second`` may have a fraction."""
    nanos = whole(DECIMAL128.multiply(second, Decimal(SECOND)))
    hh, mm = whole(hour), whole(minute)
    if not (0 <= hh < 24 and 0 <= mm < 60 and 0 <= nanos < MINUTE):
        raise Null("没有这个时刻。", "there is no such time of day.")
    seconds = None if offset is None else _offset_seconds(offset)
    return Time(hh * HOUR + mm * MINUTE + nanos, seconds)


def _offset_seconds(offset: DayTimeDuration) -> int:
    seconds, rest = divmod(abs(offset.nanos), SECOND)
    if rest or seconds > MAX_OFFSET:
        raise Null("时区偏移超出范围。", "the offset is out of range.")
    return -seconds if offset.nanos < 0 else seconds


@builtin("date and time(from: string)")
def date_time_of_text(run: Run, text: str) -> object:
    """Read a date and time."""
    return parse_date_time(text)


@builtin("date and time(from: date and time)")
def same_date_time(run: Run, value: DateTime) -> object:
    """A date and time is one."""
    return value


@builtin("date and time(date: date|date and time, time: time)")
def date_time_of_parts(run: Run, date: Date | DateTime, time: Time) -> object:
    """The date part of one with the time of the other."""
    return DateTime(date.date if isinstance(date, DateTime) else date, time)


@builtin("date and time(date: date and time, timezone: string)")
def date_time_in_zone(run: Run, moment: DateTime, name: str) -> object:
    """The same instant told in another zone (Camunda)."""
    if zone(name) is None:
        raise Null(f"没有名为“{name[:40]}”的时区。", f"there is no time zone {name[:40]}.")
    start = DateTime(Date(1970, 1, 1), Time(0, None, name))
    return start.plus(moment.instant - start.instant)


@builtin("duration(from: string)")
def duration_of_text(run: Run, text: str) -> object:
    """Read a duration."""
    return parse_duration(text)


@builtin("duration(from: duration)")
def same_duration(run: Run, value: DayTimeDuration | YearMonthDuration) -> object:
    """A duration is one."""
    return value


@builtin("years and months duration(from: date|date and time, to: date|date and time)")
def months_between(run: Run, start: Date | DateTime, end: Date | DateTime) -> object:
    """Whole calendar months from one day to another."""
    first = start.date if isinstance(start, DateTime) else start
    last = end.date if isinstance(end, DateTime) else end
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearMonthDuration.of(months)


@builtin("now()")
def now(run: Run) -> object:
    """The moment of the evaluation."""
    return to_feel(run.now)


@builtin("today()")
def today(run: Run) -> object:
    """The day of the evaluation, in the zone of its moment."""
    return to_feel(run.now.date())


_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January February March April May June July August September October November December"
).split()


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@builtin("day of year(date: date|date and time)")
def day_of_year(run: Run, value: Date | DateTime) -> object:
    """1 to 366."""
    day = _day(value)
    return Decimal(day.epoch_day() - Date(day.year, 1, 1).epoch_day() + 1)


@builtin("day of week(date: date|date and time)")
def day_of_week(run: Run, value: Date | DateTime) -> object:
    """Monday to Sunday, in English as DMN has it."""
    return _WEEKDAYS[_day(value).weekday - 1]


@builtin("month of year(date: date|date and time)")
def month_of_year(run: Run, value: Date | DateTime) -> object:
    """January to December, in English as DMN has it."""
    return _MONTHS[_day(value).month - 1]


@builtin("week of year(date: date|date and time)")
def week_of_year(run: Run, value: Date | DateTime) -> object:
    """The ISO 8601 week, 1 to 53."""
    day = _day(value)
    # The week belongs to the year of its Thursday.
    thursday = day.plus_days(4 - day.weekday)
    return Decimal((thursday.epoch_day() - Date(thursday.year, 1, 1).epoch_day()) // 7 + 1)


@builtin("last day of month(date: date|date and time)")
def last_day_of_month(run: Run, value: Date | DateTime) -> object:
    """The month's last day (Camunda)."""
    day = _day(value)
    return Date(day.year, day.month, 1).plus_months(1).plus_days(-1)
