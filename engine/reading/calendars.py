"""The working-day calendar: a year at a glance, and what an import would change before it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from engine import queries as q
from engine.clock import from_millis, legal_date, millis
from engine.errors import Invalid, NotFound, Problem
from engine.handlers.calendars import year_of
from engine.handlers.house import House, calendar_of
from engine.law import deadlines
from engine.law.calendar import WorkCalendar
from engine.law.clockstate import ClockState
from engine.law.rules import DeadlineRule
from engine.model.rows import CalendarYear, Clock, Instance
from engine.reading.common import Desk, desk

MOST_SHOWN = 100
"""How many moved clocks a preview names; all are counted."""


def calendar_page(house: House, query: q.CalendarPage) -> q.CalendarView:
    """A year of the calendar, with what it rests on."""
    with desk(house, query) as at:
        at.require_admin()
        year = query.year or legal_date(at.now).year
        if not 1950 <= year <= 2150:
            raise NotFound(what={"zh": "年份", "en": "year"})
        calendar = house.calendar()
        days = [
            calendar.day(date(year, 1, 1) + timedelta(days=offset))
            for offset in range((date(year, 12, 31) - date(year, 1, 1)).days + 1)
        ]
        imported = at.reader.find(CalendarYear, order=("year", "kind"))
        sources = [row.source for row in imported if row.year == year and row.kind == "official"]
        open_clocks = at.reader.columns(
            Clock, ("id",), state=("running", "paused"), provisional=True
        )
        return q.CalendarView(
            year=year,
            months=tuple(
                tuple(
                    q.DayLine(
                        day=day.date.isoformat(),
                        weekday=day.date.weekday(),
                        kind=day.kind.value,
                        name=day.name,
                        works=day.works,
                    )
                    for day in days
                    if day.date.month == month
                )
                for month in range(1, 13)
            ),
            provisional=calendar.is_provisional(year),
            source=sources[0] if sources else "",
            imported=tuple((row.year, row.kind, row.source) for row in imported),
            provisional_clocks=len(open_clocks),
            closures=tuple(
                (closure.day.isoformat(), closure.reason)
                for closure in calendar.closures
                if closure.day.year == year
            ),
        )


def preview(house: House, query: q.PreviewCalendar) -> q.CalendarChange:
    """What an import would change: day by day, and clock by clock."""
    with desk(house, query) as at:
        at.require_admin()
        if not 1950 <= query.year <= 2150:
            raise Invalid([Problem(
                code="year", zh="请填写四位数的年份。", en="Give the year in four digits."
            )])  # fmt: skip
        row = year_of(query.year, query.kind, query.content, "", tenant="", by="", at=at.now_ms)
        kept = [
            old
            for old in at.reader.find(CalendarYear)
            if (old.year, old.kind) != (row.year, row.kind)
        ]
        before, after = house.calendar(), calendar_of([*kept, row])
        moved, confirmed = _moved(at, before, after)
        return q.CalendarChange(
            year=row.year,
            kind=row.kind,
            days=tuple(_changed(before, after, row.year)),
            settled=len(_named(row)),
            moved=tuple(moved[:MOST_SHOWN]),
            moved_count=len(moved),
            confirmed_count=confirmed,
        )


def _named(row: CalendarYear) -> list[Any]:
    if row.kind == "local":
        return list(row.data["closures"])
    return [*row.data["holidays"], *row.data["make_up_days"]]


def _changed(before: WorkCalendar, after: WorkCalendar, year: int) -> Iterable[q.ChangedDay]:
    """Days that would be another kind, a week into the neighbouring years: notices name such days."""
    day, last = date(year - 1, 12, 20), date(year + 1, 1, 10)
    while day <= last:
        old, new = before.day(day), after.day(day)
        if old.kind is not new.kind:
            yield q.ChangedDay(
                day=day.isoformat(),
                weekday=day.weekday(),
                before=old.kind.value,
                after=new.kind.value,
                name=new.name or old.name,
            )
        day += timedelta(days=1)


def _moved(at: Desk, before: WorkCalendar, after: WorkCalendar) -> tuple[list[q.MovedClock], int]:
    """Running clocks whose end would move, and how many would be certain where they are."""
    clocks = at.reader.find(Clock, state=("running", "paused"), order=("due_at", "id"))
    unknown = at.reader.unknown_cases(at.viewer)
    roots = {
        root.id: root
        for root in at.reader.find(Instance, id=sorted({clock.root_id for clock in clocks}))
    }
    moved, confirmed = [], 0
    for clock in clocks:
        old, new = _due(at, clock, before), _due(at, clock, after)
        if old is None or new is None:
            continue
        before_at, after_at = old.due or old.earliest, new.due or new.earliest
        if before_at is None or after_at is None:
            continue
        if before_at == after_at:
            confirmed += clock.provisional and not new.provisional
        else:
            veiled = clock.root_id in unknown
            rule = DeadlineRule.from_dict(clock.rule)
            moved.append(
                q.MovedClock(
                    case_id="" if veiled else clock.root_id,
                    title=at.pick("（不公开的事项）", "(walled case)")
                    if veiled
                    else roots[clock.root_id].title,
                    clock="" if veiled else at.pick(rule.zh, rule.en),
                    before=millis(before_at),
                    after=millis(after_at),
                )
            )
    return moved, confirmed


def _due(at: Desk, clock: Clock, calendar: WorkCalendar) -> deadlines.Due | None:
    try:
        return deadlines.compute(
            DeadlineRule.from_dict(clock.rule),
            from_millis(clock.anchor_at),
            calendar,
            state=ClockState.from_dict(clock.moves),
            as_of=at.now,
        )
    except Invalid:
        return None
