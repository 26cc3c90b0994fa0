"""A gateway's condition in FEEL, compiled and asked as a run asks it."""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.report import Figure
from engine import feel

CONDITION = 'amount > 50000 and dept = "财政所"'


def run() -> Iterator[Figure]:
    """Microseconds of one evaluation."""
    scope: dict[str, object] = {"amount": 60_000, "dept": "财政所", "title": "修路"}
    compiled = feel.compile(CONDITION, names=scope)
    now = datetime(2026, 9, 1, tzinfo=UTC)
    assert compiled.evaluate(scope, now=now) is True
    times = timeit.repeat(lambda: compiled.evaluate(scope, now=now), number=2_000, repeat=9)
    yield Figure(
        name="gateway condition, compiled",
        value=statistics.median(times) / 2_000 * 1e6,
        unit="µs",
        bound=25,
        detail=CONDITION,
    )
