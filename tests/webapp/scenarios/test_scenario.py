"""What anybody writes as a scenario is read, or refused in words; nothing else comes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import CHINA
from webapp.scenarios.scenario import LONGEST, ScenarioFailed, later, parse

GOOD = """
title = "一次通过"
at = "2026-09-01T09:00:00+08:00"
starter = "drafter"
"""


def test_a_scenario_is_its_file() -> None:
    step = '[[step]]\ntask = "A"\nas = "legal"\nafter = "P2D"\n[expect]\nstate = "completed"'
    read = parse((GOOD + step).encode(), process="supplies", name="plain")
    assert (read.id, read.title, read.starter) == ("supplies-plain", "一次通过", "drafter")
    assert read.steps == ({"task": "A", "as": "legal", "after": "P2D"},)
    assert (read.expect, read.refused, read.region) == ({"state": "completed"}, "", "")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("[[step]]\nfoo = 1", "unknown"),
        ("[[step]]\ntask = 1", "task"),
        ('[[step]]\ntask = "A"', "who (as)"),
        ("[[step]]", "names no task"),
        ('[[step]]\ndo = "pause"\nas = "legal"', "rule"),
        ('[[step]]\nfire = true\nafter = "three days"', "after"),
        ('[[step]]\nfire = true\nafter = "P9999999D"', "after"),
        ('[[step]]\nfire = true\nat = "9999-12-31T23:00:00+08:00"', "at"),
        ("[[step]]\nfire = true\n" * 400, "300"),
        ('[expect]\nstate = ["active"]', "state"),
        ('[expect]\nforeign = "x"', "unknown"),
        ("step = 3", "step"),
        ("[start", "TOML"),
        ("a" + ".a" * 600 + " = 1", "TOML"),
    ],
)
def test_what_is_wrong_is_told(more: str, told: str) -> None:
    with pytest.raises(ScenarioFailed) as refused:
        parse((GOOD + more).encode(), process="p", name="x")
    assert told in refused.value.en
    assert "x.toml" in refused.value.zh


def test_what_lacks_is_told() -> None:
    for content in (b"", b'title = "x"', b"\xff\xfe"):
        with pytest.raises(ScenarioFailed):
            parse(content, process="p", name="x")


@given(content=st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(content: bytes) -> None:
    try:
        parse(content, process="p", name="x")
    except ScenarioFailed:
        return


@given(days=st.integers(0, 20_000), months=st.integers(0, 300), hours=st.integers(0, 50))
def test_time_moves_on_and_not_too_far(days: int, months: int, hours: int) -> None:
    start = datetime(2026, 1, 31, 9, tzinfo=CHINA)
    duration = f"P{months}M{days}DT{hours}H"
    try:
        moved: Any = later(start, duration)
    except ScenarioFailed:
        assert days + months * 31 > LONGEST.days
        return
    assert start <= moved <= start + LONGEST + timedelta(days=3)
