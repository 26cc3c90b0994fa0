"""Reckoning one statutory limit; `engine.law.deadlines` is the door to it and states the conventions."""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from engine.clock import CHINA, aware, legal_date
from engine.errors import Invalid, Problem
from engine.law.calendar import Reckoned, WorkCalendar
from engine.law.clockstate import ClockState, check_state
from engine.law.rules import DeadlineRule, Step, Unit

_MS = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
_EMPTY = ClockState()
_T = TypeVar("_T", date, datetime)
CLOCK_UNITS = {Unit.HOURS: timedelta(hours=1), Unit.MINUTES: timedelta(minutes=1)}


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """Who is told at what moment; ``role`` may be ``handler``, whoever has the task."""

    level: int
    role: str
    at: datetime
    provisional: bool = False


@dataclass(frozen=True, kw_only=True)
class Due:
    """What a rule asks of one case.

    ``due`` is the last moment in time (None: the law sets no maximum), ``due_date`` the last day
    before any roll-over, ``due_date_rolled`` the working day it would move to if it is none (None:
    it is one). ``earliest`` is the first moment the step may be completed (None: no minimum).
    ``provisional`` says that something in here rests on a year without an official notice and is to
    be reckoned again when it comes; ``due_provisional`` that the due moment or ``earliest`` does.
    """

    rule: DeadlineRule
    start: datetime
    due: datetime | None
    due_date: date | None
    due_date_rolled: date | None
    earliest: datetime | None
    warn_at: datetime | None
    breach_at: datetime | None
    escalations: tuple[Escalation, ...]
    provisional: bool
    due_provisional: bool
    paused_since: datetime | None
    as_of: datetime | None
    calendar_fingerprint: str

    @property
    def paused(self) -> bool:
        """Whether the clock stands still."""
        return self.paused_since is not None

    @property
    def legal_due_date(self) -> date | None:
        """The last day that is in time, after roll-over if the rule has one."""
        return None if self.due is None else legal_date(self.due)


# ---------------------------------------------------------------------- reckoning


def compute(
    rule: DeadlineRule,
    start: datetime,
    calendar: WorkCalendar,
    *,
    state: ClockState = _EMPTY,
    as_of: datetime | None = None,
    minimum_waived: bool = False,
) -> Due:
    """Reckon ``rule`` for a clock started at ``start`` (for direction ``before``: the anchor).

    What was done to the clock after its time was up (a pause, an extension) changes nothing. A pause
    that is still open counts up to ``as_of`` (without it: not at all), so the due moment is
    the one that would hold if the clock ran on then. ``minimum_waived`` is the outcome of the
    rule's ``minimum_waived_when``. Raises Invalid when ``state`` holds what the rule does not allow,
    or the result leaves the calendar.
    """
    problems = check_state(rule, state)
    if problems:
        raise Invalid(problems)
    try:
        return _Reckoning(rule, aware(start), calendar, state, as_of).due(minimum_waived)
    except OverflowError as beyond:
        raise _beyond(start) from beyond


def latest_before(
    anchor: date, amount: int, unit: Unit, calendar: WorkCalendar, *, strict: bool = True
) -> Reckoned:
    """The last day on which something due “N … before” ``anchor`` may be done.

    Strict: N complete days lie between the two, neither end counted. Not strict: the N-th day
    counted back. In working days the answer is a working day. Raises Invalid beyond the calendar.
    """
    try:
        if unit is Unit.WORKING_DAYS:
            return calendar.add(anchor, -(amount + 1 if strict else amount))
        months = unit is Unit.MONTHS
        day = add_months(anchor, -amount) if months else anchor - timedelta(days=amount)
        return Reckoned(date=day - _DAY if strict else day, provisional=False)
    except OverflowError as beyond:
        raise _beyond(day_start(anchor)) from beyond


def limit_date(rule: DeadlineRule, anchor: date, calendar: WorkCalendar) -> Reckoned | None:
    """The last day the rule allows, counted from or back from ``anchor``; None without a maximum."""
    due = compute(rule, day_start(anchor), calendar)
    if due.legal_due_date is None:
        return None
    return Reckoned(date=due.legal_due_date, provisional=due.due_provisional)


def earliest_date(rule: DeadlineRule, anchor: date, calendar: WorkCalendar) -> Reckoned | None:
    """The first day the rule's minimum allows; None when the rule has none."""
    due = compute(rule, day_start(anchor), calendar)
    if due.earliest is None:
        return None
    return Reckoned(date=legal_date(due.earliest), provisional=due.due_provisional)


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months on (or back), or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("date value out of range")
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def day_start(day: date) -> datetime:
    """Midnight in China at which ``day`` begins."""
    return datetime.combine(day, time.min, CHINA)


def day_end(day: date) -> datetime:
    """The last moment of ``day`` in China: 24:00 less one millisecond."""
    return day_start(day + _DAY) - _MS


# ---------------------------------------------------------------------- inside


class _Reckoning:
    """One computation: the rule, the clock's history, and whether anything was provisional."""

    def __init__(
        self,
        rule: DeadlineRule,
        start: datetime,
        calendar: WorkCalendar,
        state: ClockState,
        as_of: datetime | None,
    ) -> None:
        self.rule, self.calendar, self.state, self.as_of = rule, calendar, state, as_of
        self.start = max((restart.at for restart in state.restarts), default=start)
        self.provisional = False
        self.granted = self._granted()

    def due(self, minimum_waived: bool) -> Due:
        day, rolled, moment = self._deadline()
        earliest = None if minimum_waived else self._earliest()
        due_provisional = self.provisional
        if day is not None and rolled is None and self.rule.unit.counts_days:
            rolled = self._rolled(day)
        warn_at = self._warning(moment)
        breach = None if moment is None else moment + _MS
        steps = tuple(self._escalations(warn_at, breach))
        return Due(
            rule=self.rule,
            start=self.start,
            due=moment,
            due_date=day,
            due_date_rolled=rolled,
            earliest=earliest,
            warn_at=warn_at,
            breach_at=breach,
            escalations=steps,
            provisional=self.provisional or any(step.provisional for step in steps),
            due_provisional=due_provisional,
            paused_since=self._paused_since(moment),
            as_of=self.as_of,
            calendar_fingerprint=self.calendar.fingerprint,
        )

    # -- the deadline itself

    def _granted(self) -> int:
        """Units of extension that count: one granted after the time was up rescues nothing."""
        self.granted = 0
        for extension in sorted(self.state.current_extensions, key=lambda each: each.at):
            _, _, moment = self._deadline()
            if moment is not None and extension.at > moment:
                break
            self.granted += extension.amount
        return self.granted

    def _deadline(self) -> tuple[date | None, date | None, datetime | None]:
        """Last day, rolled day when the rule rolls, and last moment."""
        rule = self.rule
        if rule.limit is None and rule.unit is not Unit.DATE:
            return None, None, None
        if rule.unit in CLOCK_UNITS:
            moment = self._clock_limit((rule.limit or 0) + self.granted)
            return legal_date(moment), None, moment
        day = self._day_limit()
        if rule.roll == "none":
            return day, None, day_end(day)
        rolled = self._rolled(day)
        return day, rolled, day_end(rolled or day)

    def _day_limit(self) -> date:
        rule, start = self.rule, legal_date(self.start)
        if rule.unit is Unit.DATE:
            day = _next_date(start, rule.month_day)
            return day - _DAY if rule.direction == "before" and rule.strict else day
        if rule.direction == "before":
            return self._took(
                latest_before(start, rule.limit or 0, rule.unit, self.calendar, strict=rule.strict)
            )
        return self._forward(start, (rule.limit or 0) + self.granted, rule.unit, rule.roll)

    def _earliest(self) -> datetime | None:
        """Midnight after the last day of the minimum: all of it must have passed."""
        rule = self.rule
        if rule.minimum is None:
            return None
        start = legal_date(self.start)
        last = self._forward(start, rule.minimum, rule.minimum_unit, "none")
        return day_start(last + _DAY)

    def _forward(self, start: date, amount: int, unit: Unit, roll: str) -> date:
        """So many units after ``start``, moved on by the pauses that fell into them."""
        if unit is Unit.WORKING_DAYS:
            day = self._took(self.calendar.add(start, amount))
        elif unit is Unit.MONTHS:
            day = add_months(start, amount)
        else:
            day = start + timedelta(days=amount)
        for since, until in self._pause_days(start):
            last = day if roll == "none" else (self._rolled(day) or day)
            if since > last:
                break  # the time was up before the clock stopped
            day = self._paused_over(day, since, until, unit)
        return day

    def _paused_over(self, day: date, since: date, until: date, unit: Unit) -> date:
        if unit is not Unit.WORKING_DAYS:
            return max(day + (until - since), until)
        stood = self.calendar.count(since, until)
        self.provisional |= stood.provisional
        moved = self._took(self.calendar.add(day, stood.working_days))
        if since < day:
            return moved
        # Stopped on the last day: what was left of it is had again when the clock runs on.
        return max(moved, self._took(self.calendar.roll_forward(until)))

    def _clock_limit(self, amount: int) -> datetime:
        moment = self.start + amount * CLOCK_UNITS[self.rule.unit]
        for since, until in self._pauses():
            if since > moment:
                break
            moment += until - since
        return moment

    def _pauses(self) -> list[tuple[datetime, datetime]]:
        """The pauses since the start, ordered, overlaps merged; an open one ends at ``as_of``."""
        spans = []
        for pause in self.state.pauses:
            until = pause.until or max(self.as_of or pause.since, pause.since)
            if until > self.start:
                spans.append((max(pause.since, self.start), until))
        return _merged(spans)

    def _pause_days(self, start: date) -> list[tuple[date, date]]:
        """The pauses in days: the day it stopped still counts, the day it runs on does not."""
        days = [(legal_date(since), legal_date(until)) for since, until in self._pauses()]
        return _merged((max(since, start), until) for since, until in days if until > since)

    def _paused_since(self, moment: datetime | None) -> datetime | None:
        pause = self.state.open_pause
        if pause is None:
            return None
        # A clock that had run out before it was stopped stays run out.
        return pause.since if moment is None or pause.since <= moment else None

    def _rolled(self, day: date) -> date | None:
        rolling = (
            self.calendar.roll_back
            if self.rule.direction == "before"
            else self.calendar.roll_forward
        )
        rolled = self._took(rolling(day))
        return None if rolled == day else rolled

    def _took(self, reckoned: Reckoned) -> date:
        self.provisional |= reckoned.provisional
        return reckoned.date

    # -- warnings and escalations

    def _warning(self, due: datetime | None) -> datetime | None:
        if due is None:
            return None
        moment = self._warning_moment(due)
        return moment if self.rule.direction == "before" else min(max(moment, self.start), due)

    def _warning_moment(self, due: datetime) -> datetime:
        rule = self.rule
        if rule.unit in CLOCK_UNITS:
            if rule.warn is None:  # half-way [product default]
                amount = (rule.limit or 0) + self.granted
                return due - amount * CLOCK_UNITS[rule.unit] / 2
            return due - rule.warn * CLOCK_UNITS[rule.warn_unit]
        last = legal_date(due)
        if rule.warn_on:
            day = _date_of(last.year, rule.warn_on)
            return day_start(day if day <= last else _date_of(last.year - 1, rule.warn_on))
        if rule.warn is not None and rule.warn_unit is Unit.CALENDAR_DAYS:
            return day_start(last - timedelta(days=rule.warn))
        working_days = rule.warn or default_warning(rule, self.granted)
        workday = self._took(self.calendar.roll_back(last))
        return day_start(self._took(self.calendar.add(workday, -working_days)))

    def _escalations(
        self, warn_at: datetime | None, breach_at: datetime | None
    ) -> Iterable[Escalation]:
        begun = warn_at if self.rule.direction == "before" else self.start
        moments = {"start": begun, "warn": warn_at, "breach": breach_at}
        for step in self.rule.ladder:
            moment = moments[step.trigger]
            if moment is not None:
                at, provisional = _later(moment, step, self.calendar)
                yield Escalation(level=step.level, role=step.role, at=at, provisional=provisional)


def default_warning(rule: DeadlineRule, extended_by: int = 0) -> int:
    """Working days before the end at which the lamp turns yellow, when the rule names none.

    Product default: 1 for limits up to 7 days, 3 up to 20, 5 above and for months and dates.
    """
    if rule.unit in (Unit.MONTHS, Unit.DATE):
        return 5
    length = (rule.limit or 0) + extended_by
    return 1 if length <= 7 else 3 if length <= 20 else 5


def _later(moment: datetime, step: Step, calendar: WorkCalendar) -> tuple[datetime, bool]:
    """``moment`` plus a ladder's delay: whole days that have passed, or hours and minutes."""
    if step.delay == 0:
        return moment, False
    if step.unit in CLOCK_UNITS:
        return moment + step.delay * CLOCK_UNITS[step.unit], False
    # From the last instant before, so that midnight belongs to the day that ends with it.
    instant = (moment - _MS).astimezone(CHINA)
    if step.unit is Unit.CALENDAR_DAYS:
        reckoned = Reckoned(date=instant.date() + timedelta(days=step.delay), provisional=False)
    else:
        reckoned = calendar.add(instant.date(), step.delay)
    later = datetime.combine(reckoned.date, instant.timetz())
    return later + _MS, reckoned.provisional


def _merged(spans: Iterable[tuple[_T, _T]]) -> list[tuple[_T, _T]]:
    merged: list[tuple[_T, _T]] = []
    for since, until in sorted(spans):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return merged


def _date_of(year: int, month_day: str) -> date:
    month, day = month_day.split("-")
    return date(year, int(month), int(day))


def _next_date(after: date, month_day: str) -> date:
    """The first such date of the year strictly after a day."""
    day = _date_of(after.year, month_day)
    return day if day > after else _date_of(after.year + 1, month_day)


def _beyond(start: datetime) -> Invalid:
    return Invalid(
        [
            Problem(
                code="deadline.range",
                zh=f"从 {legal_date(start)} 起推算的期限超出日历范围，请核对日期。",
                en=f"The limit reckoned from {legal_date(start)} leaves the calendar; "
                "check the date.",
            )
        ]
    )
