"""Moments that figures go by: today, soon, since when something stands still; months; working time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from engine.clock import CHINA, legal_date, millis
from engine.errors import Invalid
from engine.law.calendar import WorkCalendar
from engine.queries.board import MONTHS, SOON
from engine.reading.common import Desk
from engine.store import Marks

_DAY = timedelta(days=1)
DAY_MS = 86_400_000


def marks(at: Desk) -> Marks:
    """The moments by which open cases are told apart."""
    today, calendar = legal_date(at.now), at.house.calendar()
    try:
        soon = calendar.add(today, SOON).date
        idle = calendar.add(today + _DAY, -at.house.settings.stalled_after).date
    except Invalid:  # a clock set beyond what calendars reach
        soon, idle = today, today
    return Marks(
        now=at.now_ms,
        today=midnight(today + _DAY) - 1,
        soon=midnight(soon + _DAY) - 1,
        idle=midnight(idle),
    )


def midnight(day: date) -> int:
    """The first moment of a day in China."""
    return millis(datetime(day.year, day.month, day.day, tzinfo=CHINA))


def last_months(today: date) -> list[date]:
    """The first days of the months a trend shows, and of the month after them."""
    index = today.year * 12 + today.month - 1
    return [_first(number) for number in range(index - MONTHS + 1, index + 2)]


def _first(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def month_span(month: str) -> tuple[int | None, int | None]:
    """The first moment of a month (``2026-05``) and of the next; (None, None) for what is none."""
    try:
        first = date.fromisoformat(f"{month[:7]}-01")
        after = _first(first.year * 12 + first.month)
        return midnight(first), midnight(after)
    except (ValueError, OverflowError):
        return None, None


class WorkTime:
    """Working time between two moments: what of the time lay in working days, all 24 hours of them."""

    def __init__(self, calendar: WorkCalendar, first: date, last: date) -> None:
        self._start = midnight(first)
        self._before = [0]
        self._works: list[bool] = []
        day = first
        while day <= last:
            works = calendar.is_workday(day)
            self._works.append(works)
            self._before.append(self._before[-1] + (DAY_MS if works else 0))
            day += _DAY

    def between(self, since: int, until: int) -> float:
        """Working days of 24 hours; what lies outside the days this was made for does not count."""
        return (self._at(until) - self._at(since)) / DAY_MS

    def _at(self, moment: int) -> int:
        # China has known no other offset since 1991: its days are all of one length.
        number, rest = divmod(max(moment - self._start, 0), DAY_MS)
        if number >= len(self._works):
            return self._before[-1]
        return self._before[number] + (rest if self._works[number] else 0)
