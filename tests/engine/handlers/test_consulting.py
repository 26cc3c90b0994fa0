"""Opinions asked of others before a task is completed, or after it is handed in."""

from __future__ import annotations

from typing import Any

from engine import queries as q
from engine.commands import AddSigners, DelegateTask, ReturnTask, WithdrawTask
from engine.errors import AnswersInvalid, Conflict, Forbidden, Invalid
from engine.model import rows
from engine.model.results import CaseResult
from engine.model.rows import Task
from tests.support.engines import Town, refusal
from tests.support.models import model, user

LINE = model(
    user("a", "起草", groups="drafter"),
    user("b", "审核", groups="legal", notHandlerOf="a"),
    "s>a>b>e",
)
YES = {"stance": "同意", "opinion": ""}
NO = {"stance": "不同意", "opinion": "金额有误"}


def begun(town: Town) -> CaseResult:
    town.deploy(LINE)
    case = town.start("zhang")
    town.claim("zhang", town.task("a"))
    return case


def step(town: Town) -> Task:
    """The one step that is open."""
    found: Task = town.one(rows.Task, state="open", signs_for=None)
    return found


def ask(town: Town, actor: str, *people: str, **more: Any) -> None:
    town.engine.execute(
        AddSigners(actor=actor, task_id=step(town).id, people=people, question="请核对金额", **more)
    )


def opinion_of(town: Town, user_id: str) -> Task:
    """The opinion somebody is asked for."""
    found = [
        task
        for task in town.rows(rows.Task, assignee=user_id, order="id")
        if task.signs_for and task.state in ("open", "planned")
    ]
    last: Task = found[-1]
    return last


def give(town: Town, user_id: str, answers: dict[str, str] | None = None) -> CaseResult:
    return town.complete(user_id, opinion_of(town, user_id), answers or YES)


def test_before_it_is_completed_everybody_asked_has_answered(town: Town) -> None:
    case = begun(town)
    ask(town, "zhang", "wang", "xin")
    assert [line.step for line in town.inbox("xin")] == ["起草（征求意见）"]
    assert town.page("xin", opinion_of(town, "xin")).form is not None
    error = refusal(lambda: town.complete("zhang", step(town)))
    assert isinstance(error, Conflict)
    assert "王科、辛访" in error.message("zh")
    give(town, "wang")
    assert isinstance(refusal(lambda: town.complete("zhang", step(town))), Conflict)
    error = refusal(lambda: give(town, "xin", {"stance": "不同意", "opinion": " "}))
    assert isinstance(error, AnswersInvalid)
    give(town, "xin", NO)
    told = [line.text for line in town.inbox("zhang", "read")]
    assert told == ["辛访对“起草”的意见：不同意。金额有误", "王科对“起草”的意见：同意。"]
    # It is the owner who decides, with the opinions before them.
    before = town.page("zhang", step(town)).before
    assert [(each.step, each.who) for each in before] == [
        ("起草（征求意见）", "王科"),
        ("起草（征求意见）", "辛访"),
    ]
    town.complete("zhang", step(town))
    assert step(town).element_id == "b"
    assert town.case(case).steps["a"]["by"] == ["zhang"]
    assert list(town.engine.verify()) == []


def test_one_of_several_is_enough_where_any_will_do(town: Town) -> None:
    begun(town)
    ask(town, "zhang", "wang", "xin", rule="any")
    give(town, "xin")
    assert town.inbox("wang") == []
    town.complete("zhang", step(town))
    assert step(town).element_id == "b"


def test_who_gave_an_opinion_on_a_draft_does_not_review_it(town: Town) -> None:
    begun(town)
    ask(town, "zhang", "li")
    give(town, "li")
    town.complete("zhang", step(town))
    error = refusal(lambda: town.claim("li", step(town)))
    assert isinstance(error, Forbidden)
    assert "起草" in error.message("zh")
    town.claim("liu", step(town))
    assert isinstance(refusal(lambda: ask(town, "liu", "zhang")), Invalid)
    assert isinstance(refusal(lambda: ask(town, "liu", "li")), Invalid)
    ask(town, "liu", "qian")


def test_asked_afterwards_they_see_it_once_it_is_handed_in(town: Town) -> None:
    case = begun(town)
    ask(town, "zhang", "wang", "xin", when="after")
    assert town.inbox("wang") == []
    town.complete("zhang", step(town), {"text": "定稿"})
    assert step(town).element_id == "a"
    assert len(town.inbox("wang")) == 1
    assert isinstance(refusal(lambda: town.complete("zhang", step(town))), Conflict)
    give(town, "wang")
    done = give(town, "xin")
    assert step(town).element_id == "b"
    assert done.state == "active"
    first = town.one(rows.Task, element_id="a", signs_for=None)
    assert (first.closed_by, first.answers) == ("zhang", {"text": "定稿"})
    assert town.case(case).variables["text"] == "定稿"
    assert town.case(case).steps["a"]["by"] == ["zhang"]
    assert list(town.engine.verify()) == []


def test_where_one_does_not_agree_afterwards_it_comes_back_to_its_owner(town: Town) -> None:
    begun(town)
    ask(town, "zhang", "wang", when="after")
    town.complete("zhang", step(town), {"text": "定稿"})
    give(town, "wang", NO)
    assert step(town).element_id == "a"
    town.complete("zhang", step(town), {"text": "再改"})
    assert step(town).element_id == "b"


NUMBERED = model(
    user("a", "编号", groups="drafter", unique="number"),
    user("b", "审核", groups="legal", notHandlerOf="a"),
    "s>a>b>e",
)


def test_a_number_is_taken_by_who_finishes_the_step_and_not_by_asking(town: Town) -> None:
    town.deploy(NUMBERED)
    one = {"number": "1号"}
    case = town.start("zhang")
    mine = town.task("a", case)
    town.claim("zhang", mine)
    for person, answer in (("wang", NO), ("xin", YES)):
        # Handed in a second time with the same number: it is still free.
        town.engine.execute(
            AddSigners(actor="zhang", task_id=mine.id, people=(person,), question="?", when="after")
        )
        town.complete("zhang", mine, one)
        if answer is YES:
            other = town.start("zhou")
            town.complete("zhou", town.task("a", other), one)
        give(town, person, answer)
    # While it waited somebody took the number: its owner gives another.
    assert town.task("a", case).id == mine.id
    refused = refusal(lambda: town.complete("zhang", mine, one))
    assert isinstance(refused, AnswersInvalid)
    assert [problem.code for problem in refused.problems] == ["number.taken"]
    town.complete("zhang", mine, {"number": "2号"})
    assert list(town.tasks(case)) == ["b"]


def test_opinions_asked_for_in_vain_are_called_off(town: Town) -> None:
    begun(town)
    ask(town, "zhang", "wang")
    asked = opinion_of(town, "wang")
    for command in (
        WithdrawTask(actor="wang", task_id=asked.id, reason="x"),
        DelegateTask(actor="wang", task_id=asked.id, to="xin", reason="x"),
        ReturnTask(actor="wang", task_id=asked.id, reason="x"),
        AddSigners(actor="wang", task_id=asked.id, people=("xin",), question="x"),
    ):
        assert isinstance(refusal(town.engine.execute, command), Forbidden), command
    town.engine.execute(WithdrawTask(actor="zhang", task_id=asked.id, reason="不用了"))
    assert town.inbox("wang") == []
    town.complete("zhang", step(town))


def test_what_is_asked_ends_with_its_task(town: Town) -> None:
    begun(town)
    town.complete("zhang", step(town))
    town.claim("li", step(town))
    ask(town, "li", "wang", "qian", when="after")
    ask(town, "li", "xin")
    town.engine.execute(ReturnTask(actor="li", task_id=step(town).id, reason="重写"))
    states = {task.assignee: task.state for task in town.rows(rows.Task) if task.signs_for}
    assert states == {"wang": "cancelled", "qian": "cancelled", "xin": "cancelled"}
    assert town.inbox("xin") == []


def test_only_whose_task_it_is_asks_and_nobody_twice(town: Town) -> None:
    town.deploy(LINE)
    town.start("zhang")
    assert "认领" in refusal(lambda: ask(town, "zhou", "wang")).message("zh")
    town.claim("zhang", step(town))
    for people in ((), ("gone",), ("zhang",), ("nobody",)):
        assert isinstance(refusal(lambda people: ask(town, "zhang", *people), people), Invalid)
    ask(town, "zhang", "wang")
    assert isinstance(refusal(lambda: ask(town, "zhang", "wang")), Invalid)
    assert isinstance(refusal(lambda: ask(town, "zhang", "xin", when="later")), Invalid)
    # Lists of the case itself know its steps alone.
    case = town.one(rows.Instance)
    view = town.engine.query(q.CasePage(viewer="zhang", case_id=case.id))
    assert len(view.open_tasks) == 2
