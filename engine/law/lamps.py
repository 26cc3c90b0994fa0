"""How a clock stands: lamp, remaining time, and whether a hard limit forbids completion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from engine.clock import aware, legal_date
from engine.errors import Problem
from engine.law.calendar import WorkCalendar
from engine.law.reckoning import CLOCK_UNITS, Due
from engine.law.rules import Unit


class Lamp(StrEnum):
    """红黄绿灯: how a clock stands."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"

    @property
    def zh(self) -> str:
        """The lamp in Chinese."""
        return _LAMP_TEXTS[self][0]

    @property
    def en(self) -> str:
        """The lamp in English."""
        return _LAMP_TEXTS[self][1]


_LAMP_TEXTS = {
    Lamp.GREEN: ("正常", "in time"),
    Lamp.YELLOW: ("临近到期", "due soon"),
    Lamp.RED: ("已逾期", "overdue"),
    Lamp.PAUSED: ("已暂停", "paused"),
    Lamp.DONE_ON_TIME: ("按期办结", "done in time"),
    Lamp.DONE_LATE: ("逾期办结", "done late"),
}


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """Time left, as people count it: 0 is the last day, negative is late, None has no maximum."""

    number: int | None
    unit: Unit
    paused: bool
    provisional: bool
    zh: str
    en: str


def lamp(
    due: Due, now: datetime, paused: bool | None = None, done_at: datetime | None = None
) -> Lamp:
    """How the clock stands at ``now``; ``paused`` overrides what ``due`` was reckoned with."""
    if done_at is not None:
        late = due.due is not None and aware(done_at) > due.due
        return Lamp.DONE_LATE if late else Lamp.DONE_ON_TIME
    if due.paused if paused is None else paused:
        return Lamp.PAUSED
    if due.breach_at is not None and aware(now) >= due.breach_at:
        return Lamp.RED
    if due.warn_at is not None and aware(now) >= due.warn_at:
        return Lamp.YELLOW
    return Lamp.GREEN


def remaining(due: Due, now: datetime, calendar: WorkCalendar) -> Remaining:
    """The time left at ``now``: working days for working-day rules, calendar days for other days.

    0 means today is the last day; late is negative and counts the unit that has begun as one. A
    paused clock shows what was left when it stopped.
    """
    reference = (due.as_of or due.paused_since or now) if due.paused else now
    if due.due is None:
        return Remaining(
            number=None,
            unit=_display_unit(due.rule.unit),
            paused=due.paused,
            provisional=False,
            **_no_limit_texts(due),
        )
    left = time_left(due.due, reference, due.rule.unit, calendar, paused=due.paused)
    return replace(left, provisional=left.provisional or due.due_provisional)


def time_left(
    due_at: datetime, now: datetime, unit: Unit, calendar: WorkCalendar, *, paused: bool = False
) -> Remaining:
    """The time left to a moment kept from an earlier `compute`, counted as its rule's ``unit`` is."""
    unit = _display_unit(unit)
    provisional = False
    if unit in CLOCK_UNITS:
        number, unit = _clock_left(due_at, now, unit)
    else:
        number, provisional = _days_left(due_at, now, unit, calendar)
    zh, en = _remaining_texts(number, unit, paused)
    return Remaining(number=number, unit=unit, paused=paused, provisional=provisional, zh=zh, en=en)


def check_completion(due: Due, now: datetime) -> Problem | None:
    """Why the step may not be completed at ``now``, if a hard limit forbids it.

    A hard minimum forbids completion before ``earliest``; a hard limit that counts backwards
    forbids it once the last day has passed (the hearing must be moved).
    """
    if not due.rule.hard:
        return None
    rule, now = due.rule, aware(now)
    if due.earliest is not None and now < due.earliest:
        day = legal_date(due.earliest)
        minimum = rule.minimum or 0
        return Problem(
            code="deadline.too-early",
            zh=f"{rule.zh}不得少于 {minimum} {rule.minimum_unit.zh}（{rule.citation_zh}），"
            f"最早 {day} 可以办结。",
            en=f"“{rule.en}” takes at least {minimum} {rule.minimum_unit.en(minimum)} "
            f"({rule.citation_en}); it can be completed from {day}.",
            data={"rule": rule.id, "earliest": day.isoformat()},
        )
    if rule.direction == "before" and due.due is not None and now > due.due:
        day = legal_date(due.due)
        return Problem(
            code="deadline.too-late",
            zh=f"{rule.zh}最迟应在 {day} 完成（{rule.citation_zh}），已经超过，须改期。",
            en=f"“{rule.en}” had to be done by {day} ({rule.citation_en}); "
            "the date it hangs on must be moved.",
            data={"rule": rule.id, "latest": day.isoformat()},
        )
    return None


def check_extension(due: Due, now: datetime) -> Problem | None:
    """Why the limit cannot be extended at ``now``: it must be granted before the time is up."""
    if due.due is None or aware(now) <= due.due:
        return None
    day = legal_date(due.due)
    return Problem(
        code="deadline.extension-late",
        zh=f"{due.rule.zh}已于 {day} 届满，届满后不能再延期。",
        en=f"“{due.rule.en}” ended on {day}; it cannot be extended afterwards.",
        data={"rule": due.rule.id, "due": day.isoformat()},
    )


def _display_unit(unit: Unit) -> Unit:
    return Unit.CALENDAR_DAYS if unit in (Unit.MONTHS, Unit.DATE) else unit


def _days_left(
    due_at: datetime, reference: datetime, unit: Unit, calendar: WorkCalendar
) -> tuple[int, bool]:
    today, last = legal_date(reference), legal_date(due_at)
    late = today > last
    if unit is Unit.CALENDAR_DAYS:
        return (last - today).days, False
    counted = calendar.count(last, today) if late else calendar.count(today, last)
    return (-max(1, counted.working_days) if late else counted.working_days), counted.provisional


def _clock_left(due: datetime, reference: datetime, unit: Unit) -> tuple[int, Unit]:
    """Whole units left, or begun units late; minutes within the last hour."""
    left = due - aware(reference)
    if unit is Unit.HOURS and abs(left) < CLOCK_UNITS[Unit.HOURS]:
        unit = Unit.MINUTES
    return left // CLOCK_UNITS[unit], unit  # floor: also rounds lateness away from zero


def _remaining_texts(number: int, unit: Unit, paused: bool) -> tuple[str, str]:
    if number < 0:
        zh, en = f"逾期 {-number} {unit.zh}", f"{-number} {unit.en(number)} overdue"
    elif number == 0:
        zh, en = ("今日到期", "due today") if unit.counts_days else ("即将到期", "due now")
    else:
        zh, en = f"剩 {number} {unit.zh}", f"{number} {unit.en(number)} left"
    return (f"已暂停（{zh}）", f"paused ({en})") if paused else (zh, en)


def _no_limit_texts(due: Due) -> dict[str, str]:
    if due.paused:
        return {"zh": "已暂停", "en": "paused"}
    if due.earliest is None:
        return {"zh": "无最长期限", "en": "no time limit"}
    day = legal_date(due.earliest)
    return {"zh": f"最早 {day} 可办结", "en": f"can be completed from {day}"}
