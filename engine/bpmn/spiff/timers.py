"""When a timer is due. Moments are handed in; nothing here looks at a clock.

Texts are ISO 8601. A date without a time means the start of that day, and a moment without a zone
the time of China. Days, weeks, months and years are counted on China's calendar.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NoReturn

from engine.bpmn.spiff.incident import Stuck
from engine.clock import CHINA, aware, from_millis, millis

_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?=[\dT])(?:(?P<Y>\d{1,6})Y)?(?:(?P<M>\d{1,6})M)?(?:(?P<W>\d{1,6})W)?"
    r"(?:(?P<D>\d{1,7})D)?(?:T(?=\d)(?:(?P<h>\d{1,8})H)?(?:(?P<m>\d{1,9})M)?"
    r"(?:(?P<s>\d{1,10}(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
_CYCLE = re.compile(r"R(?P<times>\d{0,6})/(?P<rest>.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: calendar months, calendar days, and a rest."""

    months: int = 0
    days: int = 0
    rest: timedelta = timedelta()

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """The moment that lies this span after ``moment``, in UTC."""
        local = moment.astimezone(CHINA)
        years, month = divmod(local.year * 12 + local.month - 1 + self.months * times, 12)
        last = calendar.monthrange(years, month + 1)[1] if 1 <= years <= 9999 else 0
        local = local.replace(year=years, month=month + 1, day=min(local.day, last))
        return (local + timedelta(days=self.days * times) + self.rest * times).astimezone(UTC)

    @property
    def advances(self) -> bool:
        """Whether it leads forwards."""
        return self.after(_SOME_DAY) > _SOME_DAY


_SOME_DAY = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A timer that waits: next moment, the span between firings as text, firings after this."""

    due: datetime
    every: str = ""
    left: int | None = 0

    def next(self, now: datetime) -> Alarm | None:
        """The alarm after this one has fired; moments missed while nothing ran are left out."""
        if self.left == 0:
            return None
        span = duration(self.every)
        times = 1
        due = span.after(self.due)
        while due <= now:
            times *= 2
            due = span.after(self.due, times)
        low = times // 2
        while times - low > 1:
            middle = (low + times) // 2
            if span.after(self.due, middle) <= now:
                low = middle
            else:
                times = middle
        left = None if self.left is None else self.left - 1
        return Alarm(span.after(self.due, times), self.every, left)


def alarm(kind: str, value: object, now: datetime) -> Alarm:
    """When a timer of that kind (``date``, ``duration``, ``cycle``) with that value is due."""
    if isinstance(value, datetime | date):
        return Alarm(_rounded(moment(value)))
    if isinstance(value, timedelta):
        return Alarm(_rounded(now + value))
    if not isinstance(value, str):
        _refuse(value)
    written = value.strip()
    try:
        if kind == "cycle":
            return _cycle(written, now)
        if "P" in written[:2]:
            return Alarm(_rounded(duration(written).after(now)))
        return Alarm(_rounded(moment(written)))
    except (ValueError, OverflowError):
        _refuse(value)


def _cycle(written: str, now: datetime) -> Alarm:
    found = _CYCLE.fullmatch(written)
    if found is None:
        return Alarm(_rounded(duration(written).after(now)), written, None)
    times = int(found["times"]) if found["times"] else None
    if times == 0:
        raise ValueError("a cycle of no times")
    left = None if times is None else times - 1
    first, _, second = found["rest"].partition("/")
    if not second:
        span = duration(first)
        due = span.after(now)
        every = first
    else:
        due = moment(first)
        every = second if second.startswith("P") else _between(due, moment(second))
        span = duration(every)
    if not span.advances:
        raise ValueError("a cycle that does not advance")
    return Alarm(_rounded(due), every, left)


def _between(start: datetime, end: datetime) -> str:
    return f"PT{int((end - start).total_seconds())}S"


def duration(written: str) -> Span:
    """The span an ISO 8601 duration tells; ValueError when it is none."""
    found = _DURATION.fullmatch(written)
    if found is None:
        raise ValueError(written)
    sign = -1 if found["sign"] == "-" else 1
    number = {name: int(found[name] or 0) for name in ("Y", "M", "W", "D", "h", "m")}
    return Span(
        months=sign * (number["Y"] * 12 + number["M"]),
        days=sign * (number["W"] * 7 + number["D"]),
        rest=sign
        * timedelta(hours=number["h"], minutes=number["m"], seconds=float(found["s"] or 0)),
    )


def moment(value: str | date | datetime) -> datetime:
    """An aware moment; a date is the start of its day, a moment without zone is China's."""
    if isinstance(value, str):
        value = (
            date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(_plain(value))
        )
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=CHINA)
    return value if value.tzinfo is not None else value.replace(tzinfo=CHINA)


@lru_cache(maxsize=64)
def in_china(now: datetime) -> datetime:
    """The same moment as clocks in China show it: expressions reckon with its date."""
    return aware(now).astimezone(CHINA)


def _plain(value: str) -> str:
    # FEEL writes a zone by name after @; Python takes offsets only.
    local, _, zone = value.partition("@")
    if not zone:
        return value
    from zoneinfo import ZoneInfo

    try:
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except (KeyError, OSError) as exc:
        raise ValueError(value) from exc


def _rounded(due: datetime) -> datetime:
    return from_millis(millis(due))


def _refuse(value: object) -> NoReturn:
    shown = str(value)[:80]
    raise Stuck(
        "timer-invalid",
        f"定时器的值“{shown}”不是 ISO 8601 的日期、时刻、时长或周期。请在模型中改正，再重试。",
        f'The timer\'s value "{shown}" is no ISO 8601 date, moment, duration or cycle. '
        "Mend the model or the variable, then retry.",
    )
