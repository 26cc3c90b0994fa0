"""Numbers of documents in replayed cases: each case gets the next of its year, as an office would."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.clock import CHINA

_NUMBER = re.compile(r"(?P<head>.*〔|[A-Z]+DR-)\d{4}(?P<middle>〕|-)(?P<serial>\d+)(?P<tail>号?)")


class Register:
    """What was given out, by series and year; shared by all cases."""

    def __init__(self) -> None:
        self._given: Counter[tuple[str, int]] = Counter()

    def next(self, series: str, year: int) -> int:
        """The next number of a series in a year, from 1."""
        self._given[series, year] += 1
        return self._given[series, year]


class Numbers:
    """The numbers of one case: what its scenario calls one number is one number."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._known: dict[str, str] = {}

    def renewed(self, value: Any, now: datetime) -> Any:
        """Answers with every document number in them replaced by the case's own of this year."""
        if isinstance(value, Mapping):
            return {key: self.renewed(item, now) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.renewed(item, now) for item in value]
        if isinstance(value, str) and (match := _NUMBER.fullmatch(value)):
            return self._own(match, now.astimezone(CHINA).year)
        return value

    def _own(self, match: re.Match[str], year: int) -> str:
        written = match.group(0)
        if written not in self._known:
            head, middle, tail = match["head"], match["middle"], match["tail"]
            number = str(self._register.next(head, year))
            if middle == "-":
                number = number.zfill(len(match["serial"]))
            self._known[written] = f"{head}{year}{middle}{number}{tail}"
        return self._known[written]
