"""Statutory clocks: when time is up, when it stands still, what people read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import CHINA, legal_date
from engine.errors import Invalid
from engine.law.calendar import OfficialYear, WorkCalendar
from engine.law.deadlines import (
    ClockState,
    DeadlineRule,
    Lamp,
    Pause,
    Reason,
    Restart,
    Step,
    Unit,
    add_months,
    check_completion,
    check_extension,
    compute,
    earliest_date,
    lamp,
    latest_before,
    limit_date,
    remaining,
    time_left,
)

CALENDAR = WorkCalendar()
CONSULT = Reason(code="third-party", zh="征求第三方意见", en="consulting a third party")
CORRECTION = Reason(code="correction", zh="补正", en="correction")
LADDER = (
    Step(level=1, role="handler", trigger="warn"),
    Step(level=2, role="dept_head", trigger="warn"),
    Step(level=3, role="vice", trigger="breach"),
    Step(level=4, role="head", trigger="breach", delay=2),
    Step(level=5, role="discipline", trigger="breach", delay=5),
)


def rule(limit: int | None, unit: Unit = Unit.WORKING_DAYS, **more: Any) -> DeadlineRule:
    values: dict[str, Any] = {
        "id": "test.rule",
        "zh": "测试期限",
        "en": "test limit",
        "starts_zh": "收到",
        "starts_en": "receipt",
        "limit": limit,
        "unit": unit,
        "minimum_unit": unit,
        "pause_reasons": (CONSULT,),
        "restart_reasons": (CORRECTION,),
    }
    return DeadlineRule(**{**values, **more})


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def day(text: str) -> date:
    return date.fromisoformat(text)


# ---------------------------------------------------------------------- vectors


@pytest.mark.parametrize(
    ("start", "limit", "unit", "due", "rolled"),
    [
        ("2026-09-14", 20, Unit.WORKING_DAYS, "2026-10-16", None),
        ("2026-04-28", 5, Unit.WORKING_DAYS, "2026-05-08", None),
        ("2026-02-12", 7, Unit.WORKING_DAYS, "2026-02-28", None),
        ("2026-09-18", 7, Unit.WORKING_DAYS, "2026-09-29", None),
        ("2025-09-25", 5, Unit.WORKING_DAYS, "2025-10-09", None),
        ("2026-11-24", 20, Unit.WORKING_DAYS, "2026-12-22", None),
        ("2026-09-20", 15, Unit.CALENDAR_DAYS, "2026-10-05", "2026-10-08"),
    ],
)
def test_vectors(start: str, limit: int, unit: Unit, due: str, rolled: str | None) -> None:
    found = compute(rule(limit, unit), china(f"{start}T10:00"), CALENDAR)
    assert found.due_date == day(due)
    assert found.due_date_rolled == (day(rolled) if rolled else None)
    assert found.due == china(f"{due}T23:59:59.999")
    assert found.breach_at == found.due + timedelta(milliseconds=1)
    assert not found.provisional


def test_seven_complete_working_days_before_a_hearing() -> None:
    hearing = day("2026-10-15")
    strict = latest_before(hearing, 7, Unit.WORKING_DAYS, CALENDAR)
    assert strict.date == day("2026-09-29")
    assert latest_before(hearing, 7, Unit.WORKING_DAYS, CALENDAR, strict=False).date == day(
        "2026-09-30"
    )
    notice = rule(7, direction="before", hard=True, pause_reasons=(), restart_reasons=())
    assert compute(notice, china("2026-10-15T09:00"), CALENDAR).due_date == day("2026-09-29")


def test_seven_complete_calendar_days_before_a_hearing() -> None:
    assert latest_before(day("2026-10-15"), 7, Unit.CALENDAR_DAYS, CALENDAR).date == day(
        "2026-10-07"
    )
    assert latest_before(
        day("2026-10-15"), 7, Unit.CALENDAR_DAYS, CALENDAR, strict=False
    ).date == day("2026-10-08")


def test_a_limit_across_the_year_without_notice_works_and_says_so() -> None:
    found = compute(rule(20), china("2026-12-04T10:00"), CALENDAR)
    assert found.due_date == day("2027-01-04")
    assert found.provisional
    assert found.due_provisional
    notice = OfficialYear(year=2027, holidays=frozenset({day("2027-01-01"), day("2027-01-04")}))
    again = compute(rule(20), china("2026-12-04T10:00"), CALENDAR.importing(notice))
    assert again.due_date == day("2027-01-05")
    assert not again.provisional
    assert again.calendar_fingerprint != found.calendar_fingerprint


def test_a_due_date_may_be_final_while_an_escalation_is_provisional() -> None:
    found = compute(rule(5, ladder=LADDER), china("2026-12-22T10:00"), CALENDAR)
    assert found.due_date == day("2026-12-29")
    assert not found.due_provisional
    assert found.provisional
    assert [step.provisional for step in found.escalations] == [False] * 4 + [True]


# ---------------------------------------------------------------------- ends of days


def test_the_legal_day_is_chinas_whatever_zone_the_moment_comes_in() -> None:
    evening = datetime(2026, 9, 14, 17, 0, tzinfo=UTC)  # already the 15th in China
    assert compute(rule(20), evening, CALENDAR).due_date == day("2026-10-19")


def test_roll_over_moves_the_due_moment_only_where_the_rule_says_so() -> None:
    start = china("2026-09-20T10:00")
    kept = compute(rule(15, Unit.CALENDAR_DAYS), start, CALENDAR)
    rolled = compute(rule(15, Unit.CALENDAR_DAYS, roll="next_working_day"), start, CALENDAR)
    assert kept.legal_due_date == day("2026-10-05")
    assert rolled.legal_due_date == day("2026-10-08")
    assert rolled.due_date == kept.due_date


def test_months_end_on_the_same_day_or_the_last() -> None:
    assert add_months(day("2026-11-30"), 3) == day("2027-02-28")
    assert add_months(day("2026-03-31"), -1) == day("2026-02-28")
    court = compute(rule(3, Unit.MONTHS), china("2026-05-31T09:00"), CALENDAR)
    assert court.due_date == day("2026-08-31")
    assert compute(rule(60, Unit.MONTHS), china("2024-02-29T09:00"), CALENDAR).due_date == day(
        "2029-02-28"
    )


def test_minutes_and_hours_are_exact_moments() -> None:
    phone = compute(rule(20, Unit.MINUTES), china("2026-11-24T23:50"), CALENDAR)
    assert phone.due == china("2026-11-25T00:10")
    assert phone.warn_at == china("2026-11-25T00:00")
    assert phone.due_date_rolled is None
    assert not compute(rule(24, Unit.HOURS), china("2027-02-06T09:00"), CALENDAR).provisional


def test_a_date_of_the_year_read_strictly_ends_the_day_before() -> None:
    report = rule(
        None,
        Unit.DATE,
        month_day="03-01",
        direction="before",
        warn_on="02-20",
        pause_reasons=(),
        restart_reasons=(),
    )
    due = compute(report, china("2026-12-31T12:00"), CALENDAR)
    assert due.due_date == day("2027-02-28")
    assert due.breach_at == china("2027-03-01T00:00")
    assert due.warn_at == china("2027-02-20T00:00")
    assert compute(replace(report, strict=False), due.start, CALENDAR).due_date == day("2027-03-01")
    leap = compute(report, china("2027-12-31T12:00"), CALENDAR)
    assert leap.due_date == day("2028-02-29")


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        compute(rule(5), datetime(2026, 9, 14), CALENDAR)  # noqa: DTZ001


def test_a_limit_beyond_the_calendar_is_refused_in_words() -> None:
    with pytest.raises(Invalid):
        compute(rule(4000, Unit.CALENDAR_DAYS), datetime(9999, 1, 1, tzinfo=UTC), CALENDAR)


# ---------------------------------------------------------------------- minimum


def test_a_minimum_allows_completion_only_after_all_its_days() -> None:
    review = rule(15, minimum=5, hard=True)
    due = compute(review, china("2026-11-02T15:00"), CALENDAR)
    assert due.earliest == china("2026-11-10T00:00")
    early = check_completion(due, china("2026-11-09T23:59"))
    assert early is not None
    assert early.code == "deadline.too-early"
    assert "2026-11-10" in early.zh
    assert "2026-11-10" in early.en
    assert check_completion(due, china("2026-11-10T00:00")) is None


def test_a_waived_or_soft_minimum_forbids_nothing() -> None:
    start = china("2026-11-02T15:00")
    waived = compute(rule(15, minimum=5, hard=True), start, CALENDAR, minimum_waived=True)
    assert waived.earliest is None
    assert check_completion(waived, start) is None
    assert check_completion(compute(rule(15, minimum=5), start, CALENDAR), start) is None


def test_a_rule_with_only_a_minimum_is_never_late() -> None:
    comment = rule(None, Unit.CALENDAR_DAYS, minimum=30, hard=True, ladder=LADDER)
    due = compute(comment, china("2026-09-01T08:00"), CALENDAR)
    assert (due.due, due.warn_at, due.escalations) == (None, None, ())
    assert due.earliest == china("2026-10-02T00:00")
    assert lamp(due, china("2030-01-01T00:00")) is Lamp.GREEN
    left = remaining(due, china("2026-09-02T00:00"), CALENDAR)
    assert left.number is None
    assert "2026-10-02" in left.zh


def test_a_hard_limit_counting_back_asks_to_move_the_hearing() -> None:
    notice = rule(
        7, Unit.CALENDAR_DAYS, direction="before", hard=True, pause_reasons=(), restart_reasons=()
    )
    due = compute(notice, china("2026-10-15T09:00"), CALENDAR)
    assert check_completion(due, china("2026-10-07T23:59")) is None
    late = check_completion(due, china("2026-10-08T00:00"))
    assert late is not None
    assert late.code == "deadline.too-late"


# ---------------------------------------------------------------------- warnings


@pytest.mark.parametrize(
    ("limit", "warn", "expected"),
    [
        (5, None, "2026-11-06"),  # due 11-09: one working day before
        (15, None, "2026-11-18"),  # due 11-23: three
        (25, None, "2026-11-30"),  # due 12-07: five
        (15, 5, "2026-11-16"),
    ],
)
def test_yellow_by_length_unless_the_rule_names_it(
    limit: int, warn: int | None, expected: str
) -> None:
    due = compute(rule(limit, warn=warn), china("2026-11-02T10:00"), CALENDAR)
    assert due.warn_at == china(f"{expected}T00:00")
    eve = due.warn_at - timedelta(milliseconds=1)
    assert lamp(due, eve) is Lamp.GREEN
    assert lamp(due, due.warn_at) is Lamp.YELLOW


def test_a_warning_never_comes_before_the_start() -> None:
    due = compute(rule(1), china("2026-11-02T10:00"), CALENDAR)
    assert due.warn_at == china("2026-11-02T10:00")


def test_the_ladder_climbs_after_the_breach() -> None:
    due = compute(rule(5, ladder=LADDER), china("2026-10-30T10:00"), CALENDAR)
    assert due.due_date == day("2026-11-06")  # a Friday
    times = {step.role: step.at for step in due.escalations}
    assert times["handler"] == times["dept_head"] == due.warn_at
    assert times["vice"] == due.breach_at == china("2026-11-07T00:00")
    assert times["head"] == china("2026-11-11T00:00")  # Monday and Tuesday have passed
    assert times["discipline"] == china("2026-11-14T00:00")


# ---------------------------------------------------------------------- pauses


def test_working_days_of_a_pause_do_not_count() -> None:
    start = china("2026-11-02T10:00")
    state = ClockState().pause(rule(20), china("2026-11-05T09:00"), "third-party")
    state = state.resume(china("2026-11-12T16:00"))
    plain, paused = (
        compute(rule(20), start, CALENDAR),
        compute(rule(20), start, CALENDAR, state=state),
    )
    assert plain.due_date == day("2026-11-30")
    assert paused.due_date == day("2026-12-07")  # 6, 9, 10, 11, 12 November did not count


def test_calendar_days_of_a_pause_do_not_count() -> None:
    state = ClockState(
        pauses=(
            Pause(
                since=china("2026-11-05T09:00"),
                until=china("2026-11-12T16:00"),
                reason="third-party",
            ),
        )
    )
    found = compute(rule(30, Unit.CALENDAR_DAYS), china("2026-11-02T10:00"), CALENDAR, state=state)
    assert found.due_date == day("2026-12-09")


def test_an_open_pause_counts_up_to_the_moment_asked_about() -> None:
    start, since = china("2026-11-02T10:00"), china("2026-11-05T09:00")
    state = ClockState().pause(rule(20), since, "third-party")
    still = compute(rule(20), start, CALENDAR, state=state)
    assert still.paused_since == since
    assert still.due_date == day("2026-11-30")
    later = compute(rule(20), start, CALENDAR, state=state, as_of=china("2026-11-12T09:00"))
    assert later.due_date == day("2026-12-07")
    for due in (still, later):
        left = remaining(due, china("2026-11-12T09:00"), CALENDAR)
        assert (left.number, left.paused) == (17, True)
        assert left.zh == "已暂停（剩 17 个工作日）"
        assert lamp(due, china("2027-06-01T00:00")) is Lamp.PAUSED


def test_a_clock_stopped_on_its_last_day_gets_that_day_back() -> None:
    start = china("2026-11-02T10:00")
    state = ClockState().pause(rule(5), china("2026-11-09T17:00"), "third-party")
    resumed = state.resume(china("2026-11-14T10:00"))  # a Saturday
    assert compute(rule(5), start, CALENDAR, state=resumed).due_date == day("2026-11-16")


def test_a_pause_after_the_end_rescues_nothing() -> None:
    start = china("2026-11-02T10:00")
    state = ClockState().pause(rule(5), china("2026-11-10T09:00"), "third-party")
    due = compute(rule(5), start, CALENDAR, state=state, as_of=china("2026-12-10T09:00"))
    assert due.due_date == day("2026-11-09")
    assert not due.paused
    assert lamp(due, china("2026-11-12T09:00")) is Lamp.RED


def test_overlapping_pauses_are_not_counted_twice() -> None:
    def pause(since: str, until: str) -> Pause:
        return Pause(since=china(since), until=china(until), reason="third-party")

    twice = ClockState(
        pauses=(pause("2026-11-05", "2026-11-10"), pause("2026-11-06", "2026-11-12"))
    )
    once = ClockState(pauses=(pause("2026-11-05", "2026-11-12"),))
    start = china("2026-11-02T10:00")
    assert (
        compute(rule(20), start, CALENDAR, state=twice).due
        == compute(rule(20), start, CALENDAR, state=once).due
    )


def test_only_lawful_grounds_stop_a_clock() -> None:
    with pytest.raises(Invalid) as refused:
        ClockState().pause(rule(20), china("2026-11-05T09:00"), "holiday-of-the-clerk")
    assert refused.value.problems[0].code == "deadline.pause-reason"
    assert "征求第三方意见" in refused.value.problems[0].zh
    smuggled = ClockState(
        pauses=(Pause(since=china("2026-11-05T09:00"), until=None, reason="none"),)
    )
    with pytest.raises(Invalid):
        compute(rule(20), china("2026-11-02T10:00"), CALENDAR, state=smuggled)


def test_a_clock_stops_once_and_resumes_once() -> None:
    state = ClockState().pause(rule(20), china("2026-11-05T09:00"), "third-party")
    with pytest.raises(Invalid):
        state.pause(rule(20), china("2026-11-06T09:00"), "third-party")
    with pytest.raises(Invalid):
        state.resume(china("2026-11-04T09:00"))
    with pytest.raises(Invalid):
        ClockState().resume(china("2026-11-04T09:00"))


def test_a_restart_counts_anew_and_forgets_earlier_pauses() -> None:
    state = ClockState().pause(rule(20), china("2026-11-05T09:00"), "third-party")
    state = state.restart(rule(20), china("2026-11-24T09:00"), "correction")
    assert not state.paused
    due = compute(rule(20), china("2026-11-02T10:00"), CALENDAR, state=state)
    assert due.start == china("2026-11-24T09:00")
    assert due.due_date == day("2026-12-22")
    with pytest.raises(Invalid):
        ClockState().restart(rule(20), china("2026-11-24T09:00"), "third-party")


# ---------------------------------------------------------------------- extensions


def test_an_extension_is_bounded_and_granted_by_the_right_role() -> None:
    petition = rule(60, Unit.CALENDAR_DAYS, extension_maximum=30, extension_approver="head")
    at = china("2026-10-20T09:00")
    state = ClockState().extend(petition, 20, approver="head", at=at, reason="情况复杂")
    due = compute(petition, china("2026-09-01T09:00"), CALENDAR, state=state)
    assert due.due_date == day("2026-11-20")
    with pytest.raises(Invalid) as refused:
        state.extend(petition, 11, approver="vice", at=at)
    assert {p.code for p in refused.value.problems} == {
        "deadline.extension-maximum",
        "deadline.extension-approver",
    }
    with pytest.raises(Invalid):
        ClockState().extend(rule(20), 1, approver="head", at=at)
    with pytest.raises(Invalid):
        ClockState().extend(petition, 0, approver="head", at=at)


def test_an_extension_after_the_end_rescues_nothing() -> None:
    reply = rule(5, extension_maximum=20)
    start = china("2026-11-02T10:00")
    late = ClockState().extend(reply, 5, approver="head", at=china("2026-11-10T00:00"))
    assert compute(reply, start, CALENDAR, state=late).due_date == day("2026-11-09")
    again = ClockState().extend(reply, 5, approver="head", at=china("2026-11-09T23:59"))
    again = again.extend(reply, 5, approver="head", at=china("2026-11-16T12:00"))
    assert compute(reply, start, CALENDAR, state=again).due_date == day("2026-11-23")
    due = compute(reply, start, CALENDAR)
    assert check_extension(due, china("2026-11-09T23:59")) is None
    refused = check_extension(due, china("2026-11-10T00:00"))
    assert refused is not None
    assert refused.code == "deadline.extension-late"


def test_a_restart_voids_earlier_extensions_and_allows_new_ones() -> None:
    reply = rule(20, extension_maximum=20)
    state = ClockState().extend(reply, 20, approver="info", at=china("2026-11-03T10:00"))
    state = state.restart(reply, china("2026-11-24T09:00"), "correction")
    start = china("2026-11-02T10:00")
    assert compute(reply, start, CALENDAR, state=state).due_date == day("2026-12-22")
    state = state.extend(reply, 2, approver="info", at=china("2026-12-01T10:00"))
    assert compute(reply, start, CALENDAR, state=state).due_date == day("2026-12-24")


def test_a_state_survives_storing() -> None:
    state = ClockState().pause(rule(20), china("2026-11-05T09:00"), "third-party")
    state = state.resume(china("2026-11-06T09:00")).restart(
        rule(20), china("2026-11-07T09:00"), "correction"
    )
    state = state.extend(
        rule(20, extension_maximum=20), 5, approver="info", at=china("2026-11-08T09:00")
    )
    assert ClockState.from_dict(state.as_dict()) == state


def test_a_rule_survives_pinning() -> None:
    pinned = rule(20, ladder=LADDER, effective_from=day("2026-01-01"), month_day="")
    again = DeadlineRule.from_dict(pinned.as_dict())
    assert again == pinned
    assert again.fingerprint == pinned.fingerprint
    assert replace(pinned, limit=21).fingerprint != pinned.fingerprint
    assert DeadlineRule.from_dict({**pinned.as_dict(), "gone": 1}) == pinned


# ---------------------------------------------------------------------- lamps and words


def test_lamps_of_finished_clocks() -> None:
    due = compute(rule(5), china("2026-11-02T10:00"), CALENDAR)
    assert due.due is not None
    now = china("2027-01-01T00:00")
    assert lamp(due, now, done_at=due.due) is Lamp.DONE_ON_TIME
    assert lamp(due, now, done_at=due.due + timedelta(milliseconds=1)) is Lamp.DONE_LATE
    assert lamp(due, now, paused=True) is Lamp.PAUSED
    assert lamp(due, now) is Lamp.RED
    assert {each.zh for each in Lamp} == {
        "正常", "临近到期", "已逾期", "已暂停", "按期办结", "逾期办结"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("now", "number", "zh", "en"),
    [
        ("2026-11-05T10:00", 2, "剩 2 个工作日", "2 working days left"),
        ("2026-11-07T10:00", 1, "剩 1 个工作日", "1 working day left"),
        ("2026-11-09T23:59", 0, "今日到期", "due today"),
        ("2026-11-10T00:00", -1, "逾期 1 个工作日", "1 working day overdue"),
        ("2026-11-12T10:00", -3, "逾期 3 个工作日", "3 working days overdue"),
    ],
)
def test_remaining_working_days(now: str, number: int, zh: str, en: str) -> None:
    due = compute(rule(5), china("2026-11-02T10:00"), CALENDAR)
    left = remaining(due, china(now), CALENDAR)
    assert (left.number, left.zh, left.en) == (number, zh, en)


def test_time_left_of_a_kept_moment_reads_like_the_clock_itself() -> None:
    due = compute(rule(5), china("2026-11-02T10:00"), CALENDAR)
    assert due.due is not None
    now = china("2026-11-05T10:00")
    assert time_left(due.due, now, Unit.WORKING_DAYS, CALENDAR) == remaining(due, now, CALENDAR)
    paused = time_left(due.due, now, Unit.MONTHS, CALENDAR, paused=True)
    assert paused.zh == "已暂停（剩 4 个自然日）"


def test_lateness_that_begins_on_a_weekend_is_already_lateness() -> None:
    due = compute(rule(5), china("2026-10-30T10:00"), CALENDAR)  # due Friday 6 November
    assert remaining(due, china("2026-11-07T10:00"), CALENDAR).number == -1


def test_remaining_calendar_days_hours_and_minutes() -> None:
    days = compute(rule(15, Unit.CALENDAR_DAYS), china("2026-11-01T10:00"), CALENDAR)
    assert remaining(days, china("2026-11-13T10:00"), CALENDAR).zh == "剩 3 个自然日"
    hours = compute(rule(24, Unit.HOURS), china("2026-11-01T10:00"), CALENDAR)
    assert remaining(hours, china("2026-11-02T07:30"), CALENDAR).zh == "剩 2 小时"
    assert remaining(hours, china("2026-11-02T09:25"), CALENDAR).zh == "剩 35 分钟"
    assert remaining(hours, china("2026-11-02T11:30"), CALENDAR).zh == "逾期 2 小时"
    assert remaining(hours, china("2026-11-02T10:00"), CALENDAR).zh == "即将到期"


def test_dates_for_expressions() -> None:
    review = rule(15, minimum=5)
    limit = limit_date(review, day("2026-11-02"), CALENDAR)
    first = earliest_date(review, day("2026-11-02"), CALENDAR)
    assert limit is not None
    assert first is not None
    assert (limit.date, first.date) == (day("2026-11-23"), day("2026-11-10"))
    assert limit_date(rule(None, minimum=5), day("2026-11-02"), CALENDAR) is None
    assert earliest_date(rule(5), day("2026-11-02"), CALENDAR) is None


# ---------------------------------------------------------------------- properties

MOMENTS = st.datetimes(
    min_value=datetime(2005, 1, 1),  # noqa: DTZ001
    max_value=datetime(2035, 12, 31),  # noqa: DTZ001
    timezones=st.just(CHINA),
)
DAY_UNITS = st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS])
ALL_UNITS = st.sampled_from([*Unit][:5])


@given(MOMENTS, st.integers(0, 5000), st.integers(1, 90), ALL_UNITS)
def test_later_starts_are_never_due_earlier(
    start: datetime, hours: int, limit: int, unit: Unit
) -> None:
    one = compute(rule(limit, unit), start, CALENDAR)
    other = compute(rule(limit, unit), start + timedelta(hours=hours), CALENDAR)
    assert one.due is not None
    assert other.due is not None
    assert one.due <= other.due


@given(MOMENTS, st.integers(1, 90), ALL_UNITS)
def test_longer_limits_are_due_later(start: datetime, limit: int, unit: Unit) -> None:
    one = compute(rule(limit, unit), start, CALENDAR)
    other = compute(rule(limit + 1, unit), start, CALENDAR)
    assert one.due is not None
    assert other.due is not None
    assert start < one.due < other.due


@given(MOMENTS, st.integers(2, 60), DAY_UNITS, st.data())
def test_milestones_come_in_order(
    start: datetime, limit: int, unit: Unit, data: st.DataObject
) -> None:
    minimum = data.draw(st.integers(1, limit - 1))
    due = compute(rule(limit, unit, minimum=minimum, ladder=LADDER), start, CALENDAR)
    assert due.earliest is not None
    assert due.due is not None
    assert due.warn_at is not None
    assert due.breach_at is not None
    assert start < due.earliest <= due.due
    assert start <= due.warn_at <= due.due < due.breach_at
    assert [step.at for step in due.escalations] == sorted(step.at for step in due.escalations)


PAUSES = st.lists(
    st.tuples(st.integers(0, 90 * 24), st.integers(0, 40 * 24)), min_size=0, max_size=4
)


def _state(start: datetime, spans: list[tuple[int, int]]) -> ClockState:
    return ClockState(
        pauses=tuple(
            Pause(
                since=start + timedelta(hours=after),
                until=start + timedelta(hours=after + length),
                reason="third-party",
            )
            for after, length in spans
        )
    )


@given(MOMENTS, st.integers(1, 40), ALL_UNITS, PAUSES, st.integers(0, 90), st.integers(0, 40))
def test_pausing_more_never_makes_it_due_earlier(
    start: datetime, limit: int, unit: Unit, spans: list[tuple[int, int]], after: int, length: int
) -> None:
    fewer = compute(rule(limit, unit), start, CALENDAR, state=_state(start, spans))
    more = compute(
        rule(limit, unit),
        start,
        CALENDAR,
        state=_state(start, [*spans, (after * 24, length * 24)]),
    )
    assert fewer.due is not None
    assert more.due is not None
    assert fewer.due <= more.due


@given(MOMENTS, st.integers(1, 40), PAUSES)
def test_exactly_the_limit_of_unpaused_working_days_is_given(
    start: datetime, limit: int, spans: list[tuple[int, int]]
) -> None:
    """Seen day by day, independently of how the sum is done."""
    state = _state(start, spans)
    due = compute(rule(limit), start, CALENDAR, state=state)
    assert due.due_date is not None
    first = legal_date(start)
    stood = [(legal_date(p.since), legal_date(p.until)) for p in state.pauses if p.until]
    counted, current = 0, first
    while counted < limit:
        current += timedelta(days=1)
        paused = any(max(since, first) < current <= until for since, until in stood)
        counted += CALENDAR.is_workday(current) and not paused
    # Stopping on the very last day gives that day back, so the end may only be later than this.
    assert due.due_date >= current
    if not any(since == current for since, _ in stood):
        assert due.due_date == current


@given(MOMENTS, st.integers(1, 60), DAY_UNITS)
def test_counting_back_undoes_counting_on(start: datetime, amount: int, unit: Unit) -> None:
    anchor = legal_date(start)
    latest = latest_before(anchor, amount, unit, CALENDAR).date
    between = [latest + timedelta(days=n) for n in range(1, (anchor - latest).days)]
    complete = [d for d in between if unit is Unit.CALENDAR_DAYS or CALENDAR.is_workday(d)]
    assert len(complete) == amount


@given(MOMENTS, st.integers(1, 60), ALL_UNITS, st.integers(-2000, 4000))
def test_remaining_agrees_with_the_lamp(
    start: datetime, limit: int, unit: Unit, hours: int
) -> None:
    due = compute(rule(limit, unit), start, CALENDAR)
    assert due.due is not None
    now = due.due + timedelta(hours=hours)
    number = remaining(due, now, CALENDAR).number
    assert number is not None
    assert (number < 0) == (lamp(due, now) is Lamp.RED)


@given(MOMENTS, MOMENTS)
def test_a_restart_equals_a_new_clock(start: datetime, at: datetime) -> None:
    state = ClockState(restarts=(Restart(at=at, reason="correction"),))
    moved = compute(rule(20), start, CALENDAR, state=state)
    assert moved.due == compute(rule(20), at, CALENDAR).due
