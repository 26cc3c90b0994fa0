"""Dates, times and durations as FEEL has them.

Python's own reach only the years 1 to 9999 and microseconds; DMN wants XML Schema's: years from
-999,999,999 to 999,999,999 (proleptic Gregorian, with a year 0), nanoseconds, and zones either as
an offset or as an IANA name that is kept as written.
"""

from __future__ import annotations

import datetime as py
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.feel.diagnostics import Null

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MILLI = 1_000_000
MAX_YEAR = 999_999_999
MAX_OFFSET = 18 * 3600
MAX_MONTHS = 12 * (2 * MAX_YEAR + 2)
MAX_NANOS = 366 * (2 * MAX_YEAR + 2) * DAY

_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def leap(year: int) -> bool:
    """Whether ``year`` has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Days in the month (1 to 12)."""
    return 29 if month == 2 and leap(year) else _MONTH_DAYS[month - 1]


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar day without a zone."""

    year: int
    month: int
    day: int

    @staticmethod
    def of(year: int, month: int, day: int) -> Date:
        """The day, or Null when the calendar has none such."""
        if not (
            -MAX_YEAR <= year <= MAX_YEAR
            and 1 <= month <= 12
            and 1 <= day <= month_length(year, month)
        ):
            raise Null("没有这一天。", "there is no such day.")
        return Date(year, month, day)

    def epoch_day(self) -> int:
        """Days since 1970-01-01."""
        year = self.year - (self.month <= 2)
        era, of_era = divmod(year, 400)
        of_year = (153 * ((self.month + 9) % 12) + 2) // 5 + self.day - 1
        return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468

    @staticmethod
    def from_epoch_day(days: int) -> Date:
        """The day that lies ``days`` after 1970-01-01."""
        era, of_era = divmod(days + 719468, 146097)
        year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
        of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
        shifted = (5 * of_year + 2) // 153
        month = shifted + 3 if shifted < 10 else shifted - 9
        year = year_of_era + era * 400 + (month <= 2)
        return Date.of(year, month, of_year - (153 * shifted + 2) // 5 + 1)

    @property
    def weekday(self) -> int:
        """1 (Monday) to 7 (Sunday)."""
        return (self.epoch_day() + 3) % 7 + 1

    def plus_days(self, days: int) -> Date:
        """``days`` later (earlier when negative)."""
        return Date.from_epoch_day(self.epoch_day() + days)

    def plus_months(self, months: int) -> Date:
        """The same day ``months`` later, or that month's last day when it is shorter."""
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Date.of(years, month + 1, min(self.day, month_length(years, month + 1)))

    def at_midnight_utc(self) -> DateTime:
        """What DMN makes of a date where a date and time is wanted."""
        return DateTime(self, Time(0, offset=0))


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day: nanoseconds since midnight, and perhaps an offset (seconds) or a zone."""

    nanos: int
    offset: int | None = None
    zone: str | None = None

    @property
    def hour(self) -> int:
        """0 to 23."""
        return self.nanos // HOUR

    @property
    def minute(self) -> int:
        """0 to 59."""
        return self.nanos // MINUTE % 60

    @property
    def second(self) -> Decimal:
        """0 to 59, with its fraction."""
        return Decimal(self.nanos % MINUTE).scaleb(-9)

    @property
    def floating(self) -> bool:
        """Whether it is a local time of nowhere in particular."""
        return self.offset is None and self.zone is None

    @property
    def seconds_from_utc(self) -> int | None:
        """The offset; of a zone, the one it keeps in winter 2000, as a time has no date."""
        if self.zone is not None:
            return zone_offset(self.zone, Date(2000, 1, 1), self.nanos)
        return self.offset

    @property
    def utc_nanos(self) -> int:
        """Nanoseconds since midnight UTC (local when floating); may leave 0…24 h."""
        return self.nanos - (self.seconds_from_utc or 0) * SECOND

    def plus(self, nanos: int) -> Time:
        """Later by ``nanos``, round the clock."""
        return Time((self.nanos + nanos) % DAY, self.offset, self.zone)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day."""

    date: Date
    time: Time

    @property
    def seconds_from_utc(self) -> int | None:
        """The offset in force at that local moment; None when floating."""
        if self.time.zone is not None:
            return zone_offset(self.time.zone, self.date, self.time.nanos)
        return self.time.offset

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970-01-01T00:00Z (local when floating)."""
        local = self.date.epoch_day() * DAY + self.time.nanos
        return local - (self.seconds_from_utc or 0) * SECOND

    def plus_months(self, months: int) -> DateTime:
        """The same time of day ``months`` later."""
        return DateTime(self.date.plus_months(months), self.time)

    def plus(self, nanos: int) -> DateTime:
        """Later by ``nanos`` of real time, told in the same zone."""
        instant = self.instant + nanos
        zone = self.time.zone
        offset = instant_offset(zone, instant) if zone else self.time.offset or 0
        days, of_day = divmod(instant + offset * SECOND, DAY)
        return DateTime(Date.from_epoch_day(days), Time(of_day, self.time.offset, zone))


@dataclass(frozen=True, slots=True)
class DayTimeDuration:
    """A length of time in days and smaller, to the nanosecond."""

    nanos: int

    @staticmethod
    def of(nanos: int) -> DayTimeDuration:
        """The duration, or Null when beyond what dates can span."""
        if abs(nanos) > MAX_NANOS:
            raise Null("时长超出范围。", "the duration is out of range.")
        return DayTimeDuration(nanos)


@dataclass(frozen=True, slots=True)
class YearMonthDuration:
    """A length of time in calendar months."""

    months: int

    @staticmethod
    def of(months: int) -> YearMonthDuration:
        """The duration, or Null when beyond what dates can span."""
        if abs(months) > MAX_MONTHS:
            raise Null("时长超出范围。", "the duration is out of range.")
        return YearMonthDuration(months)


def zone(name: str) -> ZoneInfo | None:
    """The IANA zone, or None when there is none of that name."""
    return _zone(name) if len(name) <= _LONGEST_ZONE else None


_LONGEST_ZONE = 64


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def _python_year(year: int) -> int:
    # Weekdays and leap years repeat every 400 years, so a far year's rules are a near year's.
    if 2 <= year <= 9998:
        return year
    return (2000 if year > 0 else 400) + year % 400


def zone_offset(name: str, date: Date, nanos: int) -> int:
    """Seconds east of UTC in the zone at a local date and time of day."""
    info = zone(name)
    if info is None:
        return 0
    hour, minute = nanos // HOUR, nanos // MINUTE % 60
    moment = py.datetime(_python_year(date.year), date.month, date.day, hour, minute, tzinfo=info)
    found = info.utcoffset(moment)
    return int(found.total_seconds()) if found is not None else 0


def instant_offset(name: str, instant: int) -> int:
    """Seconds east of UTC in the zone at an instant (nanoseconds since 1970)."""
    info = zone(name)
    if info is None:
        return 0
    days, of_day = divmod(instant, DAY)
    date = Date.from_epoch_day(days)
    moment = py.datetime(
        _python_year(date.year),
        date.month,
        date.day,
        of_day // HOUR,
        of_day // MINUTE % 60,
        of_day // SECOND % 60,
        tzinfo=py.UTC,
    )
    found = moment.astimezone(info).utcoffset()
    return int(found.total_seconds()) if found is not None else 0
