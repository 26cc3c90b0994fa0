"""Working days: what the calendar must say, whatever year it is asked about."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.law.calendar import Closure, DayKind, OfficialYear, Source, WorkCalendar

CALENDAR = WorkCalendar()
ANY_DAY = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))

NOTICE_2027 = OfficialYear(
    year=2027,
    holidays=frozenset(
        {date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)}
        | {date(2027, 2, d) for d in range(5, 13)}
    ),
    make_up_days=frozenset({date(2027, 2, 14)}),
)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-09-14", 20, "2026-10-16"),
        ("2026-04-28", 5, "2026-05-08"),
        ("2026-02-12", 7, "2026-02-28"),
        ("2026-09-18", 7, "2026-09-29"),
        ("2025-09-25", 5, "2025-10-09"),
        ("2026-11-24", 20, "2026-12-22"),
    ],
)
def test_reckoned_vectors(start: str, days: int, expected: str) -> None:
    reckoned = CALENDAR.add(date.fromisoformat(start), days)
    assert reckoned.date == date.fromisoformat(expected)
    assert not reckoned.provisional


@pytest.mark.parametrize("year", [2025, 2026])
def test_official_years_have_248_working_days(year: int) -> None:
    assert CALENDAR.count(date(year - 1, 12, 31), date(year, 12, 31)).working_days == 248


@pytest.mark.parametrize("day", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_weekends_worked_in_2026(day: str) -> None:
    found = CALENDAR.day(date.fromisoformat(f"2026-{day}"))
    assert (found.kind, found.source) == (DayKind.MAKE_UP, Source.PACKAGE)


def test_a_span_into_a_year_without_notice_is_provisional() -> None:
    reckoned = CALENDAR.add(date(2026, 12, 4), 20)
    assert reckoned.date == date(2027, 1, 4)
    assert reckoned.provisional


def test_a_span_that_ends_on_the_last_known_day_is_not_provisional() -> None:
    assert CALENDAR.add(date(2026, 12, 24), 5).date == date(2026, 12, 31)
    assert not CALENDAR.add(date(2026, 12, 24), 5).provisional
    assert CALENDAR.add(date(2026, 12, 24), 6).provisional


def test_provisional_2027_has_the_statutory_days_and_their_substitutes() -> None:
    off = {
        day
        for day in (date(2027, 1, 1) + timedelta(days=n) for n in range(365))
        if CALENDAR.day(day).kind is DayKind.HOLIDAY
    }
    assert off == {
        *(date(2027, 2, d) for d in range(5, 11)),
        *(date(2027, 5, d) for d in range(1, 5)),
        *(date(2027, 10, d) for d in range(1, 6)),
        *(date(2027, m, d) for m, d in ((1, 1), (4, 5), (6, 9), (9, 15))),
    }
    assert not any(CALENDAR.day(day).kind is DayKind.MAKE_UP for day in off)


def test_an_imported_notice_overrules_the_package_and_the_fallback() -> None:
    calendar = CALENDAR.importing(NOTICE_2027)
    assert calendar.is_workday(date(2027, 2, 14))
    assert not calendar.is_workday(date(2027, 2, 12))
    assert not calendar.add(date(2026, 12, 4), 20).provisional
    strike = OfficialYear(year=2026, holidays=frozenset({date(2026, 3, 3)}))
    assert not CALENDAR.importing(strike).is_workday(date(2026, 3, 3))
    assert CALENDAR.importing(strike).is_workday(date(2026, 10, 1))


def test_a_notice_speaks_for_the_days_of_the_year_before_that_it_names() -> None:
    notice = OfficialYear(year=2027, holidays=frozenset({date(2026, 12, 31), date(2027, 1, 1)}))
    assert not CALENDAR.importing(notice).is_workday(date(2026, 12, 31))
    assert CALENDAR.importing(notice).is_workday(date(2026, 12, 30))


def test_a_local_closure_overrules_everything() -> None:
    calendar = CALENDAR.closing(Closure(day=date(2026, 2, 28), reason="防汛"))
    assert calendar.day(date(2026, 2, 28)).kind is DayKind.CLOSURE
    assert not calendar.is_workday(date(2026, 2, 28))


def test_the_fingerprint_follows_the_facts_and_nothing_else() -> None:
    closure = Closure(day=date(2026, 3, 3), reason="停电")
    assert WorkCalendar().fingerprint == CALENDAR.fingerprint
    assert CALENDAR.importing(NOTICE_2027).fingerprint != CALENDAR.fingerprint
    assert CALENDAR.closing(closure).fingerprint != CALENDAR.fingerprint
    assert CALENDAR.closing(closure) == WorkCalendar(closures=[closure])
    assert len({CALENDAR, WorkCalendar()}) == 1


@pytest.mark.parametrize("year", [1900, 1949, 1950, 2003, 2027, 2100, 2101, 2200])
def test_no_year_fails(year: int) -> None:
    assert CALENDAR.is_provisional(year)
    assert CALENDAR.day(date(year, 10, 1)).provisional
    assert CALENDAR.add(date(year, 1, 1), 300).provisional


def test_a_hostile_number_of_days_is_refused_not_computed() -> None:
    with pytest.raises(Invalid):
        CALENDAR.add(date(2026, 1, 1), 10**12)
    with pytest.raises(Invalid):
        CALENDAR.add(date(9990, 1, 1), 90_000)


@given(ANY_DAY, st.integers(min_value=1, max_value=600))
def test_count_undoes_add(start: date, days: int) -> None:
    forwards = CALENDAR.add(start, days)
    assert CALENDAR.count(start, forwards.date).working_days == days
    assert CALENDAR.is_workday(forwards.date)
    backwards = CALENDAR.add(start, -days)
    assert CALENDAR.is_workday(backwards.date)
    assert CALENDAR.count(start, backwards.date).working_days == -days


@given(ANY_DAY, st.integers(min_value=-300, max_value=300))
def test_add_grows_with_the_number(start: date, days: int) -> None:
    assert CALENDAR.add(start, days).date < CALENDAR.add(start, days + 1).date


@given(ANY_DAY, st.integers(min_value=0, max_value=800))
def test_count_agrees_with_looking_at_each_day(after: date, span: int) -> None:
    through = after + timedelta(days=span)
    days = [after + timedelta(days=n) for n in range(1, span + 1)]
    counted = CALENDAR.count(after, through)
    assert counted.working_days == sum(CALENDAR.is_workday(day) for day in days)
    assert counted.provisional == any(CALENDAR.day(day).provisional for day in days)


@given(ANY_DAY)
def test_rolling_ends_on_a_working_day_and_skips_none(day: date) -> None:
    ahead, back = CALENDAR.roll_forward(day).date, CALENDAR.roll_back(day).date
    assert back <= day <= ahead
    assert CALENDAR.is_workday(ahead)
    assert CALENDAR.is_workday(back)
    between = (ahead - day).days
    assert not any(CALENDAR.is_workday(day + timedelta(days=n)) for n in range(between))
