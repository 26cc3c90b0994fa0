"""Statutory clocks: they start, warn, run out and stop by themselves, and move only by the law's leave."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from engine import queries as q
from engine.clock import CHINA, from_millis
from engine.commands import (
    ExtendClock,
    ImportCalendar,
    PauseClock,
    ResolveIncident,
    ResumeClock,
)
from engine.errors import AnswersInvalid, Forbidden, Invalid, NotFound
from engine.model import rows
from engine.model.results import CaseResult
from tests.support.engines import SHELF, Town, refusal
from tests.support.models import call, definitions, model, process, sub, user

REVIEW = model(
    user("a", "审核", groups="legal", deadline="t.review"), user("b", groups="drafter"), "s>a>b>e"
)
REPLY = datetime(2026, 9, 8, 23, 59, 59, 999_000, CHINA)
"""The end of the fifth working day after 1 September 2026."""


def moment(value: int | None) -> datetime | None:
    return None if value is None else from_millis(value).astimezone(CHINA)


def run_until(town: Town, target: datetime) -> None:
    """Let time pass a day at a time, doing what comes due."""
    while town.clock.now() < target:
        town.clock.set(min(target, town.clock.now() + timedelta(days=1)))
        town.run_due()


def lamps(town: Town, case: CaseResult) -> tuple[str, str]:
    """Colours of the open task (as its page shows it) and of the case."""
    (task,) = town.tasks(case).values()
    viewer = "qian"
    return (
        town.page(viewer, task).lamp.colour,
        town.engine.query(q.CasePage(viewer=viewer, case_id=case.case_id)).case.lamp.colour,
    )


def test_a_clock_starts_with_its_task_and_says_when_it_ends(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    clock = town.one(rows.Clock)
    assert (clock.state, clock.rule_id, clock.element_id) == ("running", "t.review", "a")
    assert moment(clock.due_at) == REPLY
    task, root = town.task("a"), town.case(case)
    assert task.due_at == task.sort_at == root.due_at == clock.due_at
    assert task.warn_at == root.warn_at == clock.warn_at
    assert root.clocks == 1
    (candidate,) = town.rows(rows.Candidate)
    assert candidate.sort_at == task.sort_at
    assert lamps(town, case) == ("green", "green")
    line = town.inbox("li", "claim")[0]
    assert line.lamp.text == "剩 5 个工作日"
    assert line.lamp.basis


def test_in_time_is_met_and_the_case_is_free_of_it(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    town.complete("li", town.task("a"))
    clock = town.one(rows.Clock)
    assert (clock.state, clock.stopped_at) == ("met", town.case(case).stage_since)
    assert town.rows(rows.Job, kind="clock") == []
    root = town.case(case)
    assert (root.due_at, root.warn_at, root.clocks, root.late) == (None, None, 0, False)
    assert town.task("b").due_at is None
    assert run_and_count(town) == []


def run_and_count(town: Town) -> list[Any]:
    run_until(town, town.clock.now() + timedelta(days=20))
    return town.rows(rows.Notice)


def test_it_warns_breaches_and_climbs_the_ladder_each_rung_once(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    town.claim("li", town.task("a"))
    clock = town.one(rows.Clock)
    run_until(town, from_millis(clock.warn_at))
    assert lamps(town, case) == ("yellow", "yellow")
    assert [notice.value for notice in told(town)] == ["u:li", "g:dept_head@finance"]
    run_until(town, REPLY)
    assert lamps(town, case) == ("yellow", "yellow")
    assert len(told(town)) == 2
    run_until(town, REPLY + timedelta(milliseconds=1))
    assert lamps(town, case) == ("red", "red")
    assert town.case(case).late
    run_until(town, REPLY + timedelta(days=10))
    assert [notice.value for notice in told(town)] == [
        "u:li", "g:dept_head@finance", "g:head", "g:secretary", "g:discipline",
    ]  # fmt: skip
    assert [line.kind for line in town.inbox("li", "read")] == ["warning"]
    assert [line.kind for line in town.inbox("qian", "read")] == ["late"]
    assert town.inbox("wei", "read") == [], "another unit's head"
    assert town.audit(case) == ["start", "claim", "deadline-warning", "deadline-breached"]
    assert town.rows(rows.Job, kind="clock") == []


def told(town: Town) -> list[rows.Notice]:
    return sorted(town.rows(rows.Notice), key=lambda notice: notice.id)


def test_late_work_says_why(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    run_until(town, REPLY + timedelta(days=1))
    task = town.task("a")
    error = refusal(lambda: town.complete("li", task))
    assert isinstance(error, AnswersInvalid)
    assert [problem.code for problem in error.problems] == ["late-reason"]
    assert isinstance(refusal(lambda: town.complete("li", task, late_reason="  ")), AnswersInvalid)
    town.complete("li", task, late_reason="材料不全")
    clock = town.one(rows.Clock)
    assert (clock.state, clock.late_reason) == ("missed", "材料不全")
    assert town.one(rows.Task, id=task.id).late_reason == "材料不全"
    (line,) = town.case_page("zhang", case).clocks
    assert line.lamp.colour == "done_late"


def test_late_is_late_even_before_anybody_ran_the_jobs(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    town.clock.set(REPLY + timedelta(seconds=1))
    assert lamps(town, case) == ("red", "red")
    town.complete("li", town.task("a"), late_reason="x")
    assert town.case(case).late


# --- pausing, extending --------------------------------------------------------------------------


def on(town: Town, case: CaseResult, actor: str = "li") -> dict[str, Any]:
    (clock,) = town.rows(rows.Clock)
    return {"actor": actor, "case_id": case.case_id, "clock_id": clock.id}


def test_only_a_lawful_ground_stops_a_clock(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    for reason in ("", "holiday", "third-party; DROP TABLE"):
        command = PauseClock(**on(town, case), reason=reason)
        assert isinstance(refusal(lambda command: town.engine.execute(command), command), Invalid)
    for who, kind in (("zhao", NotFound), ("zhang", Forbidden)):
        command = PauseClock(**on(town, case, who), reason="third-party")
        assert isinstance(refusal(lambda command: town.engine.execute(command), command), kind)
    assert town.one(rows.Clock).state == "running"
    assert town.audit(case) == ["start"]


def test_a_paused_clock_stands_and_runs_on_where_it_stood(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    town.clock.set(datetime(2026, 9, 3, 10, tzinfo=CHINA))
    town.engine.execute(PauseClock(**on(town, case), reason="third-party"))
    assert town.one(rows.Clock).state == "paused"
    assert town.rows(rows.Job, kind="clock") == []
    assert lamps(town, case) == ("paused", "paused")
    assert town.inbox("li", "claim")[0].lamp.colour == "paused"
    again = PauseClock(**on(town, case), reason="third-party")
    assert isinstance(refusal(lambda: town.engine.execute(again)), Invalid)
    run_until(town, datetime(2026, 9, 17, 10, tzinfo=CHINA))
    assert told(town) == []
    town.engine.execute(ResumeClock(**on(town, case)))
    clock = town.one(rows.Clock)
    # Ten working days stood still; Sunday the 20th is worked before the National Day.
    assert moment(clock.due_at) == datetime(2026, 9, 21, 23, 59, 59, 999_000, CHINA)
    assert town.task("a").due_at == town.case(case).due_at == clock.due_at
    assert lamps(town, case)[0] == "green"
    assert len(town.rows(rows.Job, kind="clock")) == 1
    twice = ResumeClock(**on(town, case))
    assert isinstance(refusal(lambda: town.engine.execute(twice)), Invalid)
    assert town.audit(case) == ["start", "clock-pause", "clock-resume"]


def test_a_clock_that_stood_still_at_the_end_is_met(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    town.engine.execute(PauseClock(**on(town, case), reason="third-party"))
    run_until(town, datetime(2026, 10, 20, 9, tzinfo=CHINA))
    town.complete("li", town.task("a"))
    assert town.one(rows.Clock).state == "met"
    assert not town.case(case).late


def test_a_limit_is_lengthened_by_whom_and_as_far_as_the_law_says(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    run_until(town, from_millis(town.one(rows.Clock).warn_at))
    assert lamps(town, case)[0] == "yellow"

    def extend(actor: str, amount: int, reason: str = "案情复杂") -> Any:
        command = ExtendClock(**on(town, case, actor), amount=amount, reason=reason)
        return town.engine.execute(command)

    assert isinstance(refusal(lambda: extend("li", 1)), Forbidden)
    for amount, reason in ((4, "x"), (0, "x"), (-1, "x"), (1, " ")):
        assert isinstance(refusal(lambda a, r: extend("qian", a, r), amount, reason), Invalid)
    extend("qian", 2)
    assert moment(town.one(rows.Clock).due_at) == REPLY + timedelta(days=2)
    assert lamps(town, case) == ("green", "green"), "the warning is not due any more"
    extend("qian", 1)
    assert isinstance(refusal(lambda: extend("qian", 1)), Invalid)
    before = len(told(town))
    run_until(town, from_millis(town.one(rows.Clock).warn_at))
    assert len(told(town)) > before, "the warning comes again when its time has come again"


# --- minimum -------------------------------------------------------------------------------------


WAIT = model(user("a", groups="drafter", deadline="t.wait"), "s>a>e")


def test_a_minimum_blocks_completion_until_all_of_it_has_passed(town: Town) -> None:
    town.deploy(WAIT)
    case = town.start("zhang")
    assert moment(town.one(rows.Clock).earliest_at) == datetime(2026, 9, 9, tzinfo=CHINA)
    for day in (1, 8):
        town.clock.set(datetime(2026, 9, day, 23, 59, tzinfo=CHINA))
        error = refusal(lambda: town.complete("zhang", town.task("a")))
        assert isinstance(error, AnswersInvalid)
        assert "2026" in error.problems[0].zh or "9" in error.problems[0].zh
    town.clock.set(datetime(2026, 9, 9, 0, 0, tzinfo=CHINA))
    town.complete("zhang", town.task("a"))
    assert town.case(case).state == "completed"


def test_a_minimum_is_waived_where_the_law_says_so_and_only_then(town: Town) -> None:
    town.deploy(WAIT)
    town.start("zhang")
    assert isinstance(
        refusal(lambda: town.complete("zhang", town.task("a"), {"urgent": "yes"})), AnswersInvalid
    )
    town.complete("zhang", town.task("a"), {"urgent": True})


# --- scopes --------------------------------------------------------------------------------------


def test_a_limit_over_several_steps_shows_on_each_of_them(town: Town) -> None:
    inner = sub("p1", user("a", groups="drafter"), user("b", groups="drafter"), "s2>a>b>e2",
                deadline="t.review")  # fmt: skip
    town.deploy(model(inner, user("c", groups="drafter"), "s>p1>c>e"))
    case = town.start("zhang")
    due = town.one(rows.Clock).due_at
    assert town.task("a").due_at == due
    town.complete("zhang", town.task("a"))
    assert town.task("b").due_at == due
    town.engine.execute(PauseClock(**on(town, case, "qian"), reason="third-party"))
    assert lamps(town, case) == ("paused", "paused")
    town.engine.execute(ResumeClock(**on(town, case, "qian")))
    town.complete("zhang", town.task("b"))
    assert town.one(rows.Clock).state == "met"
    assert town.task("c").due_at is None


def test_a_limit_on_the_whole_process_ends_with_it(town: Town) -> None:
    timed = process(user("a", groups="drafter"), user("b", groups="drafter"), "s>a>b>e",
                    deadline="t.plain")  # fmt: skip
    town.deploy(definitions(timed))
    case = town.start("zhang")
    clock = town.one(rows.Clock)
    assert clock.task_id is None
    assert town.task("a").due_at == town.case(case).due_at == clock.due_at
    town.complete("zhang", town.task("a"))
    assert town.task("b").due_at == clock.due_at
    town.complete("zhang", town.task("b"))
    assert town.one(rows.Clock).state == "met"
    assert town.case(case).clocks == 0


def test_a_limit_of_a_called_process_is_the_cases_too(town: Town) -> None:
    child = process(user("c", groups="drafter"), "s9>c>e9", process_id="child",
                    deadline="t.review")  # fmt: skip
    town.deploy(definitions(process(call("k", "child"), "s>k>e"), child))
    case = town.start("zhang")
    assert town.task("c").due_at == town.case(case).due_at is not None
    town.complete("zhang", town.task("c"))
    assert town.one(rows.Clock).state == "met"


def test_a_cancelled_case_leaves_its_clocks_void(town: Town) -> None:
    from engine.commands import CancelCase

    town.deploy(REVIEW)
    case = town.start("zhang")
    town.engine.execute(CancelCase(actor="zhang", case_id=case.case_id, reason="x"))
    assert town.one(rows.Clock).state == "void"
    assert town.rows(rows.Job, kind="clock") == []
    assert town.case(case).due_at is None
    assert run_and_count(town) == []


def test_the_most_urgent_of_several_clocks_is_shown(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter", deadline="t.plain, t.review"), "s>a>e"))
    case = town.start("zhang")
    assert town.task("a").rule_id == "t.review"
    assert moment(town.case(case).due_at) == REPLY
    assert town.case(case).clocks == 2


@pytest.mark.parametrize(
    ("anchor", "due"),
    [
        ("2026-09-02", REPLY + timedelta(days=1)),
        (None, REPLY),
        ("soon", REPLY),
        ("9999-12-31", REPLY),
        (date(2026, 9, 2), REPLY + timedelta(days=1)),
    ],
)
def test_a_clock_counts_from_the_day_the_model_names_if_there_is_one(
    town: Town, anchor: object, due: datetime
) -> None:
    received = {"deadline": "t.review", "deadline_from": "received"}
    town.deploy(model(user("a", groups="drafter", **received), "s>a>e"))
    town.start("zhang", answers={"received": str(anchor) if anchor else None})
    assert moment(town.one(rows.Clock).due_at) == due


@pytest.mark.parametrize("anchor", [None, "soon", "9999-12-31"])
def test_a_day_that_is_not_known_is_an_incident_until_it_is_set(town: Town, anchor: object) -> None:
    received = {"deadline": "t.review", "deadline_from": "received"}
    town.deploy(model(user("a", groups="drafter", **received), "s>a>e"))
    case = town.start("zhang", answers={"received": anchor})
    incident = town.one(rows.Incident)
    assert (incident.code, incident.element_id) == ("deadline-from", "a")
    assert incident.zh
    assert incident.en
    assert town.case(case).incidents == 1
    again = ResolveIncident(actor="root", incident_id=incident.id)
    assert isinstance(refusal(lambda: town.engine.execute(again)), Invalid), "it is still unknown"
    assert town.one(rows.Incident).resolved_at is None
    mend = ResolveIncident(
        actor="root", incident_id=incident.id, answers={"received": "2026-09-02"}
    )
    town.engine.execute(mend)
    assert moment(town.one(rows.Clock).due_at) == REPLY + timedelta(days=1)
    assert town.task("a").due_at == town.case(case).due_at == town.one(rows.Clock).due_at
    assert town.case(case).incidents == 0


def test_an_unknown_day_stops_nobody_and_is_forgotten_with_its_step(town: Town) -> None:
    received = {"deadline": "t.review", "deadline_from": "received"}
    town.deploy(model(user("a", groups="drafter", **received), user("b"), "s>a>b>e"))
    case = town.start("zhang")
    town.complete("zhang", town.task("a"))
    assert town.one(rows.Incident).resolved_at is not None
    assert town.case(case).incidents == 0


def test_a_known_day_is_no_incident(town: Town) -> None:
    received = {"deadline": "t.review", "deadline_from": "received"}
    town.deploy(model(user("a", groups="drafter", **received), "s>a>e"))
    town.start("zhang", answers={"received": "2026-09-02"})
    assert town.rows(rows.Incident) == []


def test_what_has_ended_cannot_be_lengthened(town: Town) -> None:
    town.deploy(REVIEW)
    case = town.start("zhang")
    due = from_millis(town.one(rows.Clock).due_at)
    run_until(town, due + timedelta(minutes=1))
    late = ExtendClock(**on(town, case, "qian"), amount=1, reason="案情复杂")
    error = refusal(lambda: town.engine.execute(late))
    assert isinstance(error, Invalid)
    assert [problem.code for problem in error.problems] == ["deadline.extension-late"]
    assert moment(town.one(rows.Clock).due_at) == REPLY


def test_a_limit_no_longer_in_force_starts_no_clock(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter", deadline="t.old"), "s>a>e"))
    case = town.start("zhang")
    assert town.rows(rows.Clock) == []
    assert "deadline-not-in-force" in town.audit(case)
    town.complete("zhang", town.task("a"))


def test_a_running_case_keeps_the_rule_it_was_deployed_with(town: Town) -> None:
    town.deploy(REVIEW)
    old = town.start("zhang")
    shelf = (SHELF / "deadlines.toml").read_text(encoding="utf-8")
    shorter = shelf.replace("limit = 5\nunit", "limit = 3\nunit", 1).encode()
    town.engine.house.shelves = {"shelf/deadlines.toml": shorter}
    assert town.deploy(REVIEW).version == 2
    new = town.start("zhang")
    assert moment(town.case(old).due_at) == REPLY
    assert moment(town.case(new).due_at) == datetime(2026, 9, 4, 23, 59, 59, 999_000, CHINA)


# --- the calendar --------------------------------------------------------------------------------


NOTICE = """一、元旦：1月1日（周五）至4日（周一）放假调休，共4天。1月9日（周六）上班。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）上班。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假1天，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
"""
"""Invented: four days off at New Year."""


def test_clocks_on_the_provisional_calendar_are_reckoned_anew_when_the_notice_comes(
    town: Town,
) -> None:
    town.deploy(REVIEW)
    town.clock.set(datetime(2026, 12, 28, 9, tzinfo=CHINA))
    case = town.start("zhang")
    clock = town.one(rows.Clock)
    assert clock.provisional
    assert town.inbox("li", "claim")[0].lamp.colour == "green"
    before = moment(clock.due_at)
    seen = town.engine.query(q.PreviewCalendar(viewer="root", year=2027, content=NOTICE))
    town.engine.execute(ImportCalendar(actor="root", year=2027, content=NOTICE, source="试验通知"))
    assert [job.kind for job in town.rows(rows.Job) if job.kind == "reckon"] == ["reckon"]
    town.run_due()
    clock = town.one(rows.Clock)
    assert not clock.provisional
    after = moment(clock.due_at)
    assert [(line.case_id, line.after) for line in seen.moved] == [(case.case_id, clock.due_at)]
    assert before is not None
    assert after is not None
    assert after > before
    assert town.case(case).due_at == town.task("a").due_at == clock.due_at
    assert "deadline-reckoned" in town.audit(case)
    assert list(town.engine.verify()) == []


def test_a_local_closure_moves_the_clocks_that_run(town: Town) -> None:
    town.deploy(REVIEW)
    town.start("zhang")
    closed = ImportCalendar(
        actor="root", year=2026, content="2026-09-04 台风停工", source="县政府", kind="local"
    )
    town.engine.execute(closed)
    town.run_due()
    assert moment(town.one(rows.Clock).due_at) == REPLY + timedelta(days=1)


def test_only_administrators_change_the_calendar_and_faults_are_told(town: Town) -> None:
    bad = ImportCalendar(actor="root", year=2026, content="gibberish\nx", source="x", kind="local")
    error = refusal(lambda: town.engine.execute(bad))
    assert isinstance(error, Invalid)
    assert [problem.line for problem in error.problems] == [1, 2]
    other = ImportCalendar(actor="zhang", year=2026, content="", source="x")
    assert isinstance(refusal(lambda: town.engine.execute(other)), Forbidden)
