"""What expressions hand to the law's calendar: moments in every spelling FEEL and JSON have."""

from datetime import date, datetime

import pytest

from engine import feel
from engine.clock import CHINA
from engine.handlers.services import moment

NINE = datetime(2026, 9, 1, 9, tzinfo=CHINA)


@pytest.mark.parametrize(
    "value",
    [
        "2026-09-01T09:00:00",
        "2026-09-01T09:00:00+08:00",
        "2026-09-01T09:00:00@Asia/Shanghai",
        "2026-09-01T01:00:00Z",
        NINE,
    ],
)
def test_a_moment_is_read_in_every_spelling(value: object) -> None:
    assert moment(value) == NINE


def test_now_is_a_moment_as_value_and_as_text() -> None:
    """A clock that starts at ``string(now())`` starts then, not when it is looked at."""
    assert moment(feel.compile("now()").evaluate({}, now=NINE)) == NINE
    assert moment(feel.compile("string(now())").evaluate({}, now=NINE)) == NINE


def test_a_day_is_its_first_instant_in_china() -> None:
    assert moment(date(2026, 9, 1)) == datetime(2026, 9, 1, tzinfo=CHINA)
    assert moment("2026-09-01") == datetime(2026, 9, 1, tzinfo=CHINA)


@pytest.mark.parametrize(
    "value", [None, 5, "", "明天", "2026-09-01T09:00:00@Nowhere/At_All", "@", []]
)
def test_what_is_no_moment_is_none(value: object) -> None:
    assert moment(value) is None
