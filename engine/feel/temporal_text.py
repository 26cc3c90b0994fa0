"""Reading and writing dates, times and durations (XML Schema's lexical forms, plus ``@zone``)."""

from __future__ import annotations

import re

from engine.feel.diagnostics import Null
from engine.feel.temporal import (
    DAY,
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

Temporal = Date | Time | DateTime | DayTimeDuration | YearMonthDuration

_DATE = r"(-?)(\d{4,9})-(\d\d)-(\d\d)"
_TIME = (
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([\w/+\-]{1,64}))?"
)
_DATE_RE = re.compile(_DATE, re.ASCII)
_TIME_RE = re.compile(_TIME, re.ASCII)
_YM_RE = re.compile(r"(-?)P(?:(\d{1,15})Y)?(?:(\d{1,15})M)?", re.ASCII)
_DT_RE = re.compile(
    r"(-?)P(?:(\d{1,18})D)?(T(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(?:\.(\d{0,32}))?S)?)?",
    re.ASCII,
)
_LONGEST = 128


def parse_date(text: str) -> Date:
    """Read ``2026-03-01``; Null when it is none."""
    match = _DATE_RE.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise _unreadable(text, "日期", "date")
    return _date(match)


def _date(match: re.Match[str]) -> Date:
    sign, year, month, day = match.groups()[:4]
    if len(year) > 4 and year[0] == "0":
        raise Null("年份前面不应有多余的 0。", "the year has leading zeros.")
    return Date.of(int(sign + year), int(month), int(day))


def parse_time(text: str) -> Time:
    """Read ``08:30:00``, with an offset, ``Z`` or ``@Zone/Name``; Null when it is none."""
    match = _TIME_RE.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise _unreadable(text, "时间", "time")
    time, next_day = _time(match)
    if next_day:
        return Time(0, time.offset, time.zone)
    return time


def _time(match: re.Match[str]) -> tuple[Time, bool]:
    hh, mm, ss, fraction, zulu, sign, oh, om, osec, name = match.groups()[-10:]
    hour, minute, second = int(hh), int(mm), int(ss)
    nanos = int(((fraction or "") + "000000000")[:9])
    midnight = hour == 24 and minute == second == nanos == 0
    if (hour > 23 and not midnight) or minute > 59 or second > 59:
        raise Null("没有这个时刻。", "there is no such time of day.")
    offset = None
    if zulu:
        offset = 0
    elif sign:
        offset = int(oh) * 3600 + int(om) * 60 + int(osec or 0)
        if offset > MAX_OFFSET or int(om) > 59 or int(osec or 0) > 59:
            raise Null("时区偏移超出范围。", "the offset is out of range.")
        offset = -offset if sign == "-" else offset
    elif name and zone(name) is None:
        raise Null(f"没有名为“{name}”的时区。", f"there is no time zone {name}.")
    of_day = 0 if midnight else hour * HOUR + minute * MINUTE + second * SECOND + nanos
    return Time(of_day, offset, name), midnight


def parse_date_time(text: str) -> DateTime:
    """Read ``2026-03-01T08:30:00…``, or a date alone (midnight); Null when it is neither."""
    if len(text) > _LONGEST:
        raise _unreadable(text, "日期时间", "date and time")
    day, mark, rest = text.partition("T")
    date = parse_date(day)
    if not mark:
        return DateTime(date, Time(0))
    match = _TIME_RE.fullmatch(rest)
    if match is None:
        raise _unreadable(text, "日期时间", "date and time")
    time, next_day = _time(match)
    return DateTime(date.plus_days(1) if next_day else date, time)


def parse_duration(text: str) -> DayTimeDuration | YearMonthDuration:
    """Read ``P1Y2M`` or ``P3DT4H5M6.7S``; Null when it is neither."""
    if len(text) <= _LONGEST:
        match = _YM_RE.fullmatch(text)
        if match and (match[2] or match[3]):
            months = int(match[2] or 0) * 12 + int(match[3] or 0)
            return YearMonthDuration.of(-months if match[1] else months)
        match = _DT_RE.fullmatch(text)
        if match and any(match.groups()[1:]) and match[3] != "T":
            return _day_time(match)
    raise _unreadable(text, "时长", "duration")


def _day_time(match: re.Match[str]) -> DayTimeDuration:
    sign, days, _, hours, minutes, seconds, fraction = match.groups()
    nanos = (
        int(days or 0) * DAY
        + int(hours or 0) * HOUR
        + int(minutes or 0) * MINUTE
        + int(seconds or 0) * SECOND
        + int(((fraction or "") + "000000000")[:9])
    )
    return DayTimeDuration.of(-nanos if sign else nanos)


def parse_temporal(text: str) -> Temporal:
    """Read what an ``@"…"`` literal holds; Null when it is nothing of the kind."""
    if text.startswith(("P", "-P")):
        return parse_duration(text)
    if "T" in text:
        return parse_date_time(text)
    if ":" in text:
        return parse_time(text)
    return parse_date(text)


def _unreadable(text: str, zh: str, en: str) -> Null:
    short = text[:40]
    return Null(f"“{short}”不是{zh}的写法。", f'"{short}" is not a {en}.')


def format_temporal(value: Temporal) -> str:
    """The text that reads back as ``value``."""
    match value:
        case Date():
            return f"{'-' if value.year < 0 else ''}{abs(value.year):04}-{value.month:02}-{value.day:02}"
        case Time():
            return _clock(value.nanos) + _zone_text(value)
        case DateTime():
            return f"{format_temporal(value.date)}T{format_temporal(value.time)}"
        case DayTimeDuration():
            return _day_time_text(value.nanos)
        case YearMonthDuration():
            years, months = divmod(abs(value.months), 12)
            parts = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
            return ("-P" if value.months < 0 else "P") + (parts or "0M")


def _fraction(nanos: int) -> str:
    return f".{nanos:09}".rstrip("0") if nanos else ""


def _clock(nanos: int) -> str:
    seconds, rest = divmod(nanos, SECOND)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction(rest)}"


def _zone_text(time: Time) -> str:
    if time.zone is not None:
        return f"@{time.zone}"
    if time.offset is None:
        return ""
    if time.offset == 0:
        return "Z"
    size = abs(time.offset)
    seconds = f":{size % 60:02}" if size % 60 else ""
    return f"{'-' if time.offset < 0 else '+'}{size // 3600:02}:{size // 60 % 60:02}{seconds}"


def _day_time_text(nanos: int) -> str:
    size = abs(nanos)
    days, of_day = divmod(size, DAY)
    hours, minutes = of_day // HOUR, of_day // MINUTE % 60
    seconds, fraction = divmod(of_day % MINUTE, SECOND)
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction:
        clock += f"{seconds}{_fraction(fraction)}S"
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return ("-P" if nanos < 0 else "P") + (text or "T0S")
