"""The board as it is reckoned from real matters: stillness, months, what steps take."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine import queries as q
from engine.clock import CHINA, millis
from engine.commands import AddComment
from engine.law.calendar import WorkCalendar
from engine.reading.moments import DAY_MS, WorkTime, month_span
from tests.support.engines import Town
from tests.support.models import model, user

MODEL = model(
    user("a", "登记", groups="drafter", stage="受理"), user("b", "核查", groups="legal"), "s>a>b>e"
)
CALENDAR = WorkCalendar()
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
MOMENTS = st.integers(
    millis(datetime(2026, 1, 1, tzinfo=CHINA)), millis(datetime(2026, 12, 31, 23, tzinfo=CHINA))
)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_time_adds_up_and_never_exceeds_the_time_itself(a: int, b: int, c: int) -> None:
    time = WorkTime(CALENDAR, FIRST, LAST)
    first, second, third = sorted((a, b, c))
    whole = time.between(first, third)
    assert abs(whole - time.between(first, second) - time.between(second, third)) < 1e-9
    assert 0 <= whole <= (third - first) / DAY_MS + 1e-9


@given(st.dates(FIRST, LAST), st.integers(0, 60))
def test_from_midnight_to_midnight_it_is_the_working_days_between(day: date, days: int) -> None:
    after = min(day + timedelta(days=days), LAST)
    time = WorkTime(CALENDAR, FIRST, LAST)
    since, until = (
        millis(datetime(one.year, one.month, one.day, tzinfo=CHINA)) for one in (day, after)
    )
    one = timedelta(days=1)
    assert time.between(since, until) == CALENDAR.count(day - one, after - one).working_days


def test_a_month_that_is_none_narrows_nothing() -> None:
    assert month_span("2026-12")[1] == month_span("2027-01")[0]
    for text in ("", "2026", "2026-13", "x" * 9, "9999-12", "0001-01"):
        since, until = month_span(text)
        assert (since is None) == (until is None)
        assert text.endswith("-01") or since is None


def test_a_case_stands_still_when_nothing_moves_and_somebody_should(town: Town) -> None:
    town.deploy(MODEL)
    case = town.start()

    def stalled() -> int:
        return town.engine.query(q.Board(viewer="qian")).counts["stalled"]

    assert stalled() == 0
    town.later(days=8)
    assert stalled() == 1
    town.engine.execute(AddComment(actor="zhang", case_id=case.case_id, text="催一下"))
    assert stalled() == 1, "a remark is no step"
    town.complete("zhang", town.task("a"))
    assert stalled() == 0
    town.later(days=8)
    assert stalled() == 1
    town.complete("li", town.task("b"))
    assert town.case(case).idle_since is None


def test_the_board_shows_each_case_at_its_stages(town: Town) -> None:
    town.deploy(
        MODEL, en_toml='[texts]\n"受理" = "Intake"\n"核查" = "Check"\n"登记" = "Register"\n'
    )
    town.start()
    town.complete("zhang", town.task("a"))
    (section,) = town.engine.query(q.Board(viewer="qian")).sections
    assert section.stages == ("受理", "核查")
    (row,) = section.rows.rows
    assert [cell.state for cell in row.cells] == ["done", "now"]
    (section,) = town.engine.query(q.Board(viewer="qian", lang="en")).sections
    assert section.stages == ("Intake", "Check")


def test_what_steps_took_is_told_in_working_time(town: Town) -> None:
    town.deploy(MODEL)
    for long in (1, 1, 1, 1, 8):
        case = town.start()
        town.later(days=long)
        town.complete("zhang", town.task("a", case))
    view = town.engine.query(q.StepTimes(viewer="qian", process_key="p"))
    by_id = {step.element_id: step for step in view.steps}
    assert (by_id["a"].count, by_id["b"].standing, by_id["b"].median) == (5, 5, None)
    median, ninetieth = by_id["a"].median, by_id["a"].ninetieth
    assert median is not None
    assert ninetieth is not None
    assert median <= 1 < ninetieth < 8, "of eight days at least a weekend is none to work"
    page = town.engine.query(q.StepsTaken(viewer="qian", process_key="p", element_id="a"))
    assert sorted(line.worked for line in page.rows)[2] == median
    assert (
        town.engine.query(q.StepsTaken(viewer="zhao", process_key="p", element_id="a")).rows == ()
    )
