"""Limits over several steps, limits a decision chooses, and steps that grant more time."""

from __future__ import annotations

from datetime import timedelta

from engine.clock import CHINA, from_millis
from engine.errors import AnswersInvalid, Forbidden, Invalid
from engine.model import rows
from tests.support.engines import Town, refusal
from tests.support.models import model, sub, user

SCOPE = model(
    sub("box", user("a", groups="drafter"), user("b", groups="drafter"), "s1>a>b>e1",
        deadline="t.review", name="办理"),
    user("g", groups="head", extend='=if granted then days else null', extend_deadline="t.review",
         extend_reason="=why"),
    "s>gfork>box>e", "gfork>g>e2",
)  # fmt: skip
CHOSEN = model(
    user("a", groups="drafter", deadline='=if slow then "t.plain" else "t.review"'), "s>a>e"
)


def test_a_formula_chooses_the_limit_of_a_step(town: Town) -> None:
    town.deploy(CHOSEN)
    for slow, rule in ((True, "t.plain"), (False, "t.review")):
        case = town.start("zhang", answers={"slow": slow})
        assert town.one(rows.Clock, root_id=case.case_id).rule_id == rule


def test_a_formula_without_value_starts_no_limit(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter", deadline="=none"), "s>a>e"))
    case = town.start("zhang")
    assert town.rows(rows.Clock) == []
    assert town.case(case).due_at is None


def test_after_a_limit_over_several_steps_ran_out_the_first_step_says_why(town: Town) -> None:
    town.deploy(SCOPE)
    case = town.start("zhang")
    town.later(days=20)
    a = town.task("a", case)
    assert a.rule_id == "t.review"
    error = refusal(lambda: town.complete("zhang", a))
    assert isinstance(error, AnswersInvalid)
    assert [problem.code for problem in error.problems] == ["late-reason"]
    town.complete("zhang", a, late_reason="查档耗时")
    town.complete("zhang", town.task("b", case))  # said once, it is not asked again
    clock = town.one(rows.Clock)
    assert (clock.state, clock.late_reason) == ("missed", "查档耗时")


def test_a_step_that_grants_more_time_moves_the_limit_and_what_lists_show(town: Town) -> None:
    town.deploy(SCOPE)
    case = town.start("zhang")
    before = from_millis(town.task("a", case).due_at or 0).astimezone(CHINA)
    answers = {"granted": True, "days": 3, "why": "案情复杂"}
    town.complete("qian", town.task("g", case), answers)
    clock, task = town.one(rows.Clock), town.task("a", case)
    assert from_millis(clock.due_at).astimezone(CHINA) == before + timedelta(days=3)
    assert task.due_at == task.sort_at == clock.due_at == town.case(case).due_at
    assert town.one(rows.Candidate, task_id=task.id).sort_at == clock.due_at
    assert "clock-extend" in town.audit(case)


def test_more_than_the_law_allows_is_refused_with_the_step(town: Town) -> None:
    town.deploy(SCOPE)
    case = town.start("zhang")
    task = town.task("g", case)
    answers = {"granted": True, "days": 4, "why": "案情复杂"}
    assert isinstance(refusal(lambda: town.complete("qian", task, answers)), Invalid)
    assert town.task("g", case).state == "open"


def test_what_is_not_granted_moves_nothing(town: Town) -> None:
    town.deploy(SCOPE)
    case = town.start("zhang")
    before = town.one(rows.Clock).due_at
    town.complete("qian", town.task("g", case), {"granted": False, "days": 3, "why": "不必"})
    assert town.one(rows.Clock).due_at == before


def test_time_is_granted_only_by_whom_the_rule_names(town: Town) -> None:
    town.deploy(
        model(
            sub("box", user("a", groups="drafter"), "s1>a>e1", deadline="t.review"),
            user("g", groups="legal", extend="=2", extend_deadline="t.review", extend_reason="急"),
            "s>gfork>box>e", "gfork>g>e2",
        )
    )  # fmt: skip
    case = town.start("zhang")
    task = town.task("g", case)
    assert isinstance(refusal(lambda: town.complete("li", task)), Forbidden)


def test_a_limit_that_no_longer_runs_cannot_be_lengthened(town: Town) -> None:
    town.deploy(SCOPE)
    case = town.start("zhang")
    for element in ("a", "b"):
        town.complete("zhang", town.task(element, case))
    answers = {"granted": True, "days": 1, "why": "迟了"}
    error = refusal(lambda: town.complete("qian", town.task("g", case), answers))
    assert isinstance(error, Invalid)
    assert error.problems[0].code == "deadline.no-clock"


def test_a_step_does_not_lengthen_what_has_ended(town: Town) -> None:
    town.deploy(SCOPE)
    case = town.start("zhang")
    town.later(days=20)
    task = town.task("g", case)
    answers = {"granted": True, "days": 1, "why": "迟了"}
    error = refusal(lambda: town.complete("qian", task, answers))
    assert isinstance(error, Invalid)
    assert error.problems[0].code == "deadline.extension-late"
    town.complete("qian", task, {**answers, "granted": False})


PARALLEL = model(
    user("a", groups="drafter"), user("b", groups="drafter"), "s>gfork>a>e", "gfork>b>e2"
)
MANIFEST = """
key = "p"
title = "测试"
[[exclude]]
who = "=reported"
"""


def test_whoever_is_shut_out_loses_the_task_and_its_draft(town: Town) -> None:
    from engine.commands import SaveDraft

    town.deploy(PARALLEL, process_toml=MANIFEST)
    case = town.start("zhang")
    a = town.task("a", case)
    town.claim("zhou", a)
    town.engine.execute(SaveDraft(actor="zhou", task_id=a.id, answers={"x": 1}))
    town.complete("zhang", town.task("b", case), {"reported": ["zhou"]})
    freed = town.task("a", case)
    assert freed.assignee is None
    assert town.rows(rows.Draft) == []
    assert [one.claimed for one in town.rows(rows.Candidate, task_id=freed.id)] == [False]
    assert town.inbox("zhou", "claim") == []
    town.claim("zhao", freed)
