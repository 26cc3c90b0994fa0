"""Working days in China: which days offices work, and how far one day is from another.

Where the answer comes from, first match wins:

1. local closures (an office shut by order of its county),
2. official notices that were imported (`OfficialYear`, see `engine.law.official`),
3. the ``chinesecalendar`` package for the years it knows,
4. a **provisional** reckoning: weekends, and the statutory holidays of 全国年节及纪念日放假办法 with
   their substitute days, but no make-up working days, because the notice is not out yet.

A calendar never fails on a year: it answers, and says that the answer is provisional.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from types import MappingProxyType

import holidays as statutory
from chinese_calendar import constants as published

from engine.errors import Invalid, Problem

FIRST_YEAR, LAST_YEAR = 1, 9998
"""Reckoning stops at these years, the bounds of the date type."""

MAX_SPAN = 100_000
"""Largest number of working days that may be added at once; beyond it an input is hostile."""

_DAY = timedelta(days=1)

_CHINESE_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利七十周年纪念日",
}


class Source(StrEnum):
    """What a day's status rests on."""

    CLOSURE = "closure"
    NOTICE = "notice"
    PACKAGE = "package"
    PROVISIONAL = "provisional"


class DayKind(StrEnum):
    """What kind of day it is."""

    WORKDAY = "workday"
    MAKE_UP = "make-up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSURE = "closure"

    @property
    def works(self) -> bool:
        """Whether offices are open."""
        return self in (DayKind.WORKDAY, DayKind.MAKE_UP)


@dataclass(frozen=True, kw_only=True)
class OfficialYear:
    """The State Council's holiday notice of one year, as data.

    ``holidays`` are the days off it names (weekend days inside them included), ``make_up_days`` the
    weekend days worked instead. Days of the neighbouring year that a notice names (31 December)
    belong to it too, and overrule that year's own notice, being later.
    """

    year: int
    holidays: frozenset[date]
    make_up_days: frozenset[date] = frozenset()
    source: str = ""
    names: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "holidays", frozenset(self.holidays))
        object.__setattr__(self, "make_up_days", frozenset(self.make_up_days))
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))

    def __hash__(self) -> int:
        return hash((self.year, self.holidays, self.make_up_days))

    def as_dict(self) -> dict[str, object]:
        """The notice as plain values, for storing; `engine.law.official.parse_json` reads it."""
        return {
            "year": self.year,
            "holidays": [
                {"date": day.isoformat(), "name": self.names.get(day, "")}
                for day in sorted(self.holidays)
            ],
            "make_up_days": [
                {"date": day.isoformat(), "name": self.names.get(day, "")}
                for day in sorted(self.make_up_days)
            ],
            "source": self.source,
        }


@dataclass(frozen=True, kw_only=True)
class Closure:
    """A day this office is shut although the country works, and by whose order."""

    day: date
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day: what it is, on what that rests, and whether that may still change."""

    date: date
    kind: DayKind
    source: Source
    name: str = ""

    @property
    def works(self) -> bool:
        """Whether offices are open."""
        return self.kind.works

    @property
    def provisional(self) -> bool:
        """True when no official notice is known for the year."""
        return self.source is Source.PROVISIONAL


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """A date that was reckoned, and whether any day looked at on the way was provisional."""

    date: date
    provisional: bool


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A number of working days, and whether any day looked at was provisional."""

    working_days: int
    provisional: bool


@dataclass(frozen=True)
class _Year:
    days: tuple[date, ...]  # the working days, ascending
    provisional: bool


@cache
def _package_years() -> tuple[int, int]:
    return min(published.holidays).year, max(published.holidays).year


@cache
def _statutory(year: int) -> Mapping[date, str]:
    """Statutory holidays and their substitute days; the fixed ones where the moon is not known."""
    # expand=False: asking for one year must not pull in its neighbours.
    table = statutory.country_holidays("CN", years=year, expand=False, language="zh_CN")
    if table:
        return {day: name for day, name in table.items() if day.year == year}
    if year < 1950:
        return {}
    fixed = ((1, 1, "元旦"), (5, 1, "劳动节"), (5, 2, "劳动节"))
    national = tuple((10, day, "国庆节") for day in (1, 2, 3))
    return {date(year, month, day): name for month, day, name in fixed + national}


@cache
def _package_fingerprint() -> str:
    digest = hashlib.sha256()
    for day in sorted(published.holidays):
        digest.update(b"-" + day.isoformat().encode())
    for day in sorted(published.workdays):
        digest.update(b"+" + day.isoformat().encode())
    digest.update(version("holidays").encode())
    return digest.hexdigest()


class WorkCalendar:
    """Which days are working days. Immutable; equal when built from the same facts.

    Building one costs nothing: years are worked out when first asked for, then kept.
    """

    __slots__ = ("_closures", "_explicit", "_notices", "_years", "fingerprint")

    fingerprint: str
    """Changes whenever any answer could change; store it with what was reckoned."""

    def __init__(
        self, notices: Iterable[OfficialYear] = (), closures: Iterable[Closure] = ()
    ) -> None:
        self._notices = {notice.year: notice for notice in notices}
        self._closures = {closure.day: closure for closure in closures}
        self._explicit: dict[date, tuple[DayKind, str]] = {}
        for year in sorted(self._notices):  # ascending: a later notice overrules an earlier one
            notice = self._notices[year]
            for day in notice.holidays:
                self._explicit[day] = (DayKind.HOLIDAY, notice.names.get(day, ""))
            for day in notice.make_up_days:
                self._explicit[day] = (DayKind.MAKE_UP, notice.names.get(day, ""))
        self._years: dict[int, _Year] = {}
        self.fingerprint = self._digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkCalendar) and other.fingerprint == self.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return f"<WorkCalendar {self.fingerprint[:12]} notices={sorted(self._notices)}>"

    @property
    def notices(self) -> tuple[OfficialYear, ...]:
        """The imported notices, by year."""
        return tuple(self._notices[year] for year in sorted(self._notices))

    @property
    def closures(self) -> tuple[Closure, ...]:
        """The local closures, by day."""
        return tuple(self._closures[day] for day in sorted(self._closures))

    def importing(self, *notices: OfficialYear) -> WorkCalendar:
        """A calendar that knows these notices too; one of the same year is replaced."""
        return WorkCalendar((*self.notices, *notices), self.closures)

    def closing(self, *closures: Closure) -> WorkCalendar:
        """A calendar with these local closures too."""
        return WorkCalendar(self.notices, (*self.closures, *closures))

    # ------------------------------------------------------------------ one day

    def day(self, day: date) -> Day:
        """What kind of day it is, and on what that rests."""
        if day in self._closures:
            reason = self._closures[day].reason
            return Day(date=day, kind=DayKind.CLOSURE, source=Source.CLOSURE, name=reason)
        if day in self._explicit:
            kind, name = self._explicit[day]
            return Day(date=day, kind=kind, source=Source.NOTICE, name=name)
        weekend = DayKind.WEEKEND if day.weekday() > 4 else DayKind.WORKDAY
        if day.year in self._notices:
            return Day(date=day, kind=weekend, source=Source.NOTICE)
        first, last = _package_years()
        if first <= day.year <= last:
            return _from_package(day, weekend)
        name = _statutory(day.year).get(day, "")
        kind = DayKind.HOLIDAY if name else weekend
        return Day(date=day, kind=kind, source=Source.PROVISIONAL, name=name)

    def is_workday(self, day: date) -> bool:
        """Whether offices work on ``day``."""
        return self.day(day).works

    def is_provisional(self, year: int) -> bool:
        """Whether the year is reckoned without an official notice."""
        first, last = _package_years()
        return year not in self._notices and not first <= year <= last

    # ------------------------------------------------------------------ reckoning

    def add(self, start: date, working_days: int) -> Reckoned:
        """The n-th working day after ``start``, which is itself not counted (起算次日).

        A negative number goes back; 0 is ``start`` itself, working day or not. Raises Invalid when
        the number is larger than any law asks, or the date leaves the calendar.
        """
        if abs(working_days) > MAX_SPAN:
            raise _out_of_range(start, working_days)
        if working_days == 0:
            return Reckoned(date=start, provisional=False)
        forwards = working_days > 0
        left, year, provisional = abs(working_days), start.year, False
        while FIRST_YEAR <= year <= LAST_YEAR:
            days = self._year(year).days
            if year != start.year:
                low, high = 0, len(days)
            elif forwards:
                low, high = bisect_right(days, start), len(days)
            else:
                low, high = 0, bisect_left(days, start)
            touched = low < high or year != start.year
            provisional = provisional or (touched and self._year(year).provisional)
            if left <= high - low:
                found = days[low + left - 1] if forwards else days[high - left]
                return Reckoned(date=found, provisional=provisional)
            left -= high - low
            year += 1 if forwards else -1
        raise _out_of_range(start, working_days)

    def count(self, after: date, through: date) -> Counted:
        """Working days later than ``after`` up to and including ``through``.

        When ``through`` is earlier: those before ``after`` back to and including ``through``, as a
        negative number. Hence ``count(d, add(d, n).date).working_days == n`` for every day and number.
        """
        if through < after:
            back = self._between(through - _DAY, after - _DAY)
            return Counted(working_days=-back.working_days, provisional=back.provisional)
        return self._between(after, through)

    def roll_forward(self, day: date) -> Reckoned:
        """``day`` itself when it is a working day, else the next one (末日顺延)."""
        here = self.day(day)
        if here.works:
            return Reckoned(date=day, provisional=here.provisional)
        ahead = self.add(day, 1)
        return Reckoned(date=ahead.date, provisional=ahead.provisional or here.provisional)

    def roll_back(self, day: date) -> Reckoned:
        """``day`` itself when it is a working day, else the last one before it."""
        here = self.day(day)
        if here.works:
            return Reckoned(date=day, provisional=here.provisional)
        before = self.add(day, -1)
        return Reckoned(date=before.date, provisional=before.provisional or here.provisional)

    def next_workday(self, day: date) -> Reckoned:
        """The first working day strictly after ``day``."""
        return self.add(day, 1)

    def touches_provisional(self, first: date, last: date) -> bool:
        """Whether any day from ``first`` to ``last`` lies in a provisional year."""
        return any(self.is_provisional(year) for year in range(first.year, last.year + 1))

    # ------------------------------------------------------------------ inside

    def _between(self, after: date, through: date) -> Counted:
        total, provisional = 0, False
        for year in range(after.year, through.year + 1):
            table = self._year(year)
            low = bisect_right(table.days, after) if year == after.year else 0
            high = bisect_right(table.days, through) if year == through.year else len(table.days)
            total += high - low
            looked_at = year > after.year or through > after
            provisional = provisional or (looked_at and table.provisional)
        return Counted(working_days=total, provisional=provisional)

    def _year(self, year: int) -> _Year:
        known = self._years.get(year)
        if known is None:  # two threads may both work it out; they get the same
            first = date(year, 1, 1)
            span = (date(year + 1, 1, 1) - first).days if year < 9999 else 365
            days = (first + timedelta(days=n) for n in range(span))
            known = _Year(
                tuple(day for day in days if self.is_workday(day)), self.is_provisional(year)
            )
            self._years[year] = known
        return known

    def _digest(self) -> str:
        if not self._notices and not self._closures:
            return _package_fingerprint()
        facts = {
            "package": _package_fingerprint(),
            "notices": [
                {
                    "year": notice.year,
                    "off": sorted(day.isoformat() for day in notice.holidays),
                    "on": sorted(day.isoformat() for day in notice.make_up_days),
                }
                for notice in self.notices
            ],
            "closures": [day.isoformat() for day in sorted(self._closures)],
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _from_package(day: date, weekend: DayKind) -> Day:
    for table, kind in (
        (published.workdays, DayKind.MAKE_UP),
        (published.holidays, DayKind.HOLIDAY),
    ):
        if day in table:
            name = _CHINESE_NAMES.get(str(table[day]), str(table[day]))
            return Day(date=day, kind=kind, source=Source.PACKAGE, name=name)
    return Day(date=day, kind=weekend, source=Source.PACKAGE)


def _out_of_range(start: date, working_days: int) -> Invalid:
    return Invalid(
        [
            Problem(
                code="calendar.range",
                zh=f"从 {start} 起推算 {working_days} 个工作日超出日历范围，请核对日期和期限。",
                en=f"{working_days} working days from {start} leave the calendar; "
                "check the date and the limit.",
            )
        ]
    )
