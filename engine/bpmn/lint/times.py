"""ISO 8601 as timers may be written: what passes here is understood when the timer is set."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

_DURATION: Final = re.compile(
    r"P(?=[\dT])(?:\d{1,4}Y)?(?:\d{1,5}M)?(?:\d{1,5}W)?(?:\d{1,6}D)?"
    r"(?:T(?=\d)(?:\d{1,7}H)?(?:\d{1,8}M)?(?:\d{1,9}(?:\.\d{1,9})?S)?)?",
    re.ASCII,
)
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_REPEAT: Final = re.compile(r"R(\d{0,6})", re.ASCII)


def is_time(part: str, text: str) -> bool:
    """Whether a literal is a date and time, a duration or a repetition.

    ``part`` is the element it stands in: ``timeDate``, ``timeDuration`` or ``timeCycle``.
    """
    if part == "timeDate":
        return is_moment(text)
    return is_duration(text) if part == "timeDuration" else is_cycle(text)


def is_moment(text: str) -> bool:
    """A day of the calendar, or a moment of one, with or without offset."""
    if _MOMENT.fullmatch(text) is None:
        return False
    try:
        if "T" in text:
            datetime.fromisoformat(text)
        else:
            date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_duration(text: str) -> bool:
    """A length of time, forwards: years, months, weeks, days; hours, minutes, seconds."""
    return _DURATION.fullmatch(text) is not None


def is_cycle(text: str) -> bool:
    """``R3/P1D``, ``R/2026-09-01T09:00:00+08:00/P1W``, or the bare length ``P1D``."""
    pieces = text.split("/")
    if len(pieces) == 1:
        return _advances(text)
    repeat = _REPEAT.fullmatch(pieces[0])
    if repeat is None or (repeat.group(1) and int(repeat.group(1)) == 0):
        return False
    if len(pieces) == 2:
        return _advances(pieces[1])
    return len(pieces) == 3 and is_moment(pieces[1]) and _advances(pieces[2])


def _advances(text: str) -> bool:
    """A length of nothing would come round for ever at the same moment."""
    return is_duration(text) and re.search(r"[1-9]", text) is not None
