"""What completing would lead to is what completing leads to; asking changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from engine import queries as q
from engine.errors import Forbidden, NotFound
from engine.model import rows
from tests.support.engines import Town
from tests.support.models import call, catch, field, form, message, model, user

WAY = model(
    user("a", "起草", groups="drafter", form="a"),
    user("b", "审核", groups="legal", notHandlerOf="a"),
    user("c", "修改", groups="drafter@finance"),
    "s>a>x",
    "x>b: ok = true",
    "x>c: ok = false",
    "b>e",
    "c>e2",
)
FORM = form(field("ok", "checkbox"), field("why", validate={"required": True}), form_id="a")


def after(town: Town, viewer: str, task: Any, **answers: Any) -> q.Outlook:
    return town.engine.query(q.AfterTask(viewer=viewer, task_id=task.id, answers=answers))


def test_the_branch_the_answers_choose_is_told_with_who_gets_it(town: Town) -> None:
    town.deploy(WAY, a_form=FORM)
    town.start("zhang")
    task = town.task("a")
    there = after(town, "zhang", task, ok=True, why="有依据")
    assert [(step.step, step.who) for step in there.steps] == [("审核", ("民政办（法制审查员）",))]
    assert not there.ends
    assert not there.steps[0].nobody
    back = after(town, "zhang", task, ok=False, why="无")
    assert [step.step for step in back.steps] == ["修改"]
    assert "财政所" in back.steps[0].who[0]


def test_asking_writes_nothing_and_what_is_told_comes_about(town: Town) -> None:
    town.deploy(WAY, a_form=FORM)
    case = town.start("zhang")
    before = town.case(case)
    told = after(town, "zhang", town.task("a"), ok=True, why="有依据")
    assert town.case(case) == before
    assert set(town.tasks()) == {"a"}
    town.complete("zhang", town.task("a"), {"ok": True, "why": "有依据"})
    assert [step.element_id for step in told.steps] == list(town.tasks())
    assert after(town, "li", town.task("b")).ends


def test_faults_are_counted_and_lead_nowhere(town: Town) -> None:
    town.deploy(WAY, a_form=FORM)
    town.start("zhang")
    told = after(town, "zhang", town.task("a"), ok=True)
    assert told.faults == 1
    assert told.steps == ()


def test_a_step_nobody_could_do_is_told(town: Town) -> None:
    alone = model(
        user("a", "登记", groups="head"),
        user("b", "复核", groups="head", notHandlerOf="a"),
        "s>a>b>e",
    )
    town.deploy(alone)
    town.start("zhang")
    step = after(town, "qian", town.task("a")).steps[0]
    assert step.nobody


def test_called_processes_are_followed_and_waiting_is_told(town: Town) -> None:
    town.deploy(model(user("k", "会签", groups="legal"), "s>k>e", process_id="child"))
    town.deploy(
        model(
            user("a", groups="drafter"),
            call("c", "child"),
            catch("m", "M_letter"),
            "s>a>c>m>e",
            extra=message("M_letter", "letter"),
        )
    )
    case = town.start("zhang")
    assert [step.step for step in after(town, "zhang", town.task("a")).steps] == ["会签"]
    town.complete("zhang", town.task("a"))
    told = after(town, "li", town.task("k"))
    assert (told.steps, told.ends, len(told.awaited)) == ((), False, 1)
    assert len(town.rows(rows.Instance, root_id=case.case_id)) == 2


def test_parallel_steps_still_open_are_named(town: Town) -> None:
    town.deploy(
        model(user("a", "甲", groups="drafter"), user("b", "乙", groups="legal"),
              "s>g1>a>g2>e", "g1>b>g2")
    )  # fmt: skip
    town.start("zhang")
    told = after(town, "zhang", town.task("a"))
    assert told.awaited == ("乙",)
    assert not told.steps
    assert not told.ends


def test_only_who_may_complete_a_task_may_ask(town: Town) -> None:
    town.deploy(WAY, a_form=FORM)
    town.start("zhang")
    with pytest.raises(NotFound):
        after(town, "wei", town.task("a"))
    town.complete("zhang", town.task("a"), {"ok": True, "why": "x"})
    with pytest.raises(Forbidden):
        after(town, "zhang", town.task("b"))
