"""Time, injected: the product never asks the wall clock directly.

All moments are timezone-aware. A naive datetime is refused at the door, because a deadline that
is eight hours off is a deadline missed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""The one legal time of China; dates of law are dates in this zone."""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC, to the millisecond."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC, to the millisecond."""
        return from_millis(millis(datetime.now(UTC)))


class VirtualClock:
    """A clock that moves only when told to: for demonstrations and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = aware(start).astimezone(UTC)

    def now(self) -> datetime:
        """The moment last set."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move to ``moment``, forwards or backwards."""
        self._now = aware(moment).astimezone(UTC)

    def advance(self, delta: timedelta) -> None:
        """Move forwards by ``delta``."""
        self._now += delta


def aware(moment: datetime) -> datetime:
    """Return ``moment`` unchanged, or raise ValueError when it carries no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime refused: {moment!r}; attach a time zone")
    return moment


def millis(moment: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00Z of an aware moment."""
    delta = aware(moment) - _EPOCH
    return delta.days * 86_400_000 + delta.seconds * 1000 + delta.microseconds // 1000


def from_millis(value: int) -> datetime:
    """The aware UTC moment of an epoch-millisecond count."""
    return _EPOCH + timedelta(milliseconds=value)


def legal_date(moment: datetime) -> date:
    """The calendar date in China at ``moment``."""
    return aware(moment).astimezone(CHINA).date()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
