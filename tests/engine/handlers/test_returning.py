"""Sending back and taking back: what opens again for whom, what clocks do, and what is refused."""

from __future__ import annotations

from engine.commands import ReturnTask, SaveDraft, WithdrawTask
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.model import rows
from engine.model.results import CaseResult
from tests.support.engines import Town, refusal
from tests.support.models import call, definitions, model, process, sub, user

LINE = model(
    user("a", "起草", groups="drafter"),
    user("b", "审核", groups="legal", notHandlerOf="a"),
    user("c", "签发", groups="head"),
    "s>a>b>c>e",
)


def back(
    town: Town, actor: str, element: str, to: str = "", reason: str = "材料不全"
) -> CaseResult:
    done: CaseResult = town.engine.execute(
        ReturnTask(actor=actor, task_id=town.task(element).id, to_element=to, reason=reason)
    )
    return done


def withdraw(town: Town, actor: str, task_id: str, reason: str = "填错了") -> CaseResult:
    done: CaseResult = town.engine.execute(
        WithdrawTask(actor=actor, task_id=task_id, reason=reason)
    )
    return done


def at_c(town: Town, source: bytes = LINE) -> CaseResult:
    town.deploy(source)
    case = town.start("zhang")
    town.later(hours=1)
    town.complete("zhou", town.task("a"), {"text": "初稿"})
    town.later(hours=1)
    town.complete("li", town.task("b"), {"conclusion": "合法"})
    town.later(hours=1)
    return case


# --- 退回 ------------------------------------------------------------------------------------------


def test_a_return_opens_the_step_again_for_who_did_it_and_says_why(town: Town) -> None:
    case = at_c(town)
    first = town.one(rows.Task, element_id="a")
    back(town, "qian", "c", "a")
    (task,) = town.tasks(case).values()
    assert (task.element_id, task.assignee, task.round) == ("a", "zhou", 2)
    assert task.sent_back == {
        "by": "qian", "from": "签发", "at": task.opened_at, "why": "材料不全",
    }  # fmt: skip
    assert [line.returned_why for line in town.inbox("zhou", "returned")] == ["材料不全"]
    assert town.case(case).returns == 1
    # What was done stays, in tasks, history and evidence.
    assert town.one(rows.Task, id=first.id).answers == {"text": "初稿"}
    assert town.audit(case) == ["start", "complete", "complete", "return"]
    # Forward again every gate is passed anew, by those who passed it before.
    town.complete("zhou", task, {"text": "二稿"})
    again = town.task("b")
    assert (again.assignee, again.sent_back) == ("li", None)
    town.complete("li", again)
    assert town.task("c").assignee == "qian"
    town.complete("qian", town.task("c"))
    assert town.case(case).state == "completed"
    assert list(town.engine.verify()) == []


def test_without_a_step_named_it_goes_to_the_one_before(town: Town) -> None:
    case = at_c(town)
    back(town, "qian", "c")
    assert list(town.tasks(case)) == ["b"]


def test_a_step_that_has_left_the_house_is_not_gone_behind(town: Town) -> None:
    case = at_c(
        town,
        model(
            user("a", groups="drafter"),
            user("b", groups="legal", irrevocable="true"),
            user("c", groups="head"),
            "s>a>b>c>e",
        ),
    )
    for to in ("a", "b", ""):
        error = refusal(lambda to: back(town, "qian", "c", to), to)
        assert isinstance(error, Conflict)
        assert "对外生效" in error.message("zh")
    assert isinstance(
        refusal(lambda: withdraw(town, "li", town.one(rows.Task, element_id="b").id)), Conflict
    )
    assert list(town.tasks(case)) == ["c"]


def test_a_model_says_where_a_step_may_be_sent_back_to(town: Town) -> None:
    at_c(
        town,
        model(
            user("a", groups="drafter"),
            user("b", groups="legal"),
            user("c", groups="head", returnTo="a"),
            "s>a>b>c>e",
        ),
    )
    assert isinstance(refusal(lambda: back(town, "qian", "c", "b")), Conflict)
    back(town, "qian", "c")
    assert list(town.tasks()) == ["a"]


def test_who_may_not_do_the_step_does_not_send_it_back(town: Town) -> None:
    case = at_c(town)
    for who in ("zhou", "xin"):
        error = refusal(lambda who: back(town, who, "c", "a"), who)
        assert isinstance(error, Forbidden | NotFound)
    assert isinstance(refusal(lambda: back(town, "qian", "c", "a", " ")), Invalid)
    assert isinstance(refusal(lambda: back(town, "qian", "c", "c")), Invalid)
    assert list(town.tasks(case)) == ["c"]


def test_nothing_is_before_the_first_step(town: Town) -> None:
    town.deploy(LINE)
    town.start("zhang")
    error = refusal(lambda: back(town, "zhang", "a"))
    assert "没有办理过" in error.message("zh")


def test_whoever_may_no_longer_do_it_does_not_get_it_again(town: Town) -> None:
    case = at_c(
        town,
        model(
            user("a", groups="drafter,legal", notHandlerOf="b"),
            user("b", groups="legal,drafter"),
            user("c", groups="head"),
            "s>a>b>c>e",
        ),
    )
    town.sql("UPDATE instance SET steps = replace(steps, '\"li\"', '\"zhou\"')")
    back(town, "qian", "c", "a")
    assert town.task("a", case).assignee is None
    assert [line.step for line in town.inbox("zhang", "claim")] == ["a"]


def test_no_branch_is_lost(town: Town) -> None:
    town.deploy(
        model(
            user("a", groups="drafter"),
            user("b1", groups="legal"),
            user("b2", groups="drafter"),
            user("c", groups="head"),
            "s>a>g1>b1>g2>c>e",
            "g1>b2>g2",
        )
    )
    case = town.start("zhang")
    town.complete("zhang", town.task("a"))
    town.complete("li", town.task("b1"))
    assert "并行" in refusal(lambda: back(town, "zhang", "b2", "a")).message("zh")
    town.complete("zhang", town.task("b2"))
    town.later(hours=1)
    assert isinstance(refusal(lambda: back(town, "qian", "c", "b1")), Conflict)
    back(town, "qian", "c")
    assert list(town.tasks(case)) == ["a"]


def test_a_return_stays_in_its_scope(town: Town) -> None:
    town.deploy(
        model(
            user("a", groups="drafter"),
            sub("u", user("x", groups="drafter"), user("y", groups="legal"), "s2>x>y>e2"),
            "s>a>u>e",
        )
    )  # fmt: skip
    case = town.start("zhang")
    town.complete("zhang", town.task("a"))
    town.complete("zhang", town.task("x"))
    assert isinstance(refusal(lambda: back(town, "li", "y", "a")), Invalid)
    back(town, "li", "y")
    assert list(town.tasks(case)) == ["x"]


TIMED = model(
    user("a", "起草", groups="drafter"),
    user("b", "审核", groups="legal", deadline="t.review"),
    "s>a>b>e",
)


def test_the_clock_of_a_step_that_is_sent_back_goes_on(town: Town) -> None:
    town.deploy(TIMED)
    case = town.start("zhang")
    town.complete("zhang", town.task("a"))
    clock = town.one(rows.Clock)
    town.later(days=1)
    back(town, "li", "b")
    still = town.one(rows.Clock)
    assert (still.state, still.due_at, still.stopped_at) == ("running", clock.due_at, None)
    assert town.case(case).due_at == clock.due_at
    assert town.task("a").due_at == clock.due_at
    town.later(days=1)
    town.complete("zhang", town.task("a"))
    again = town.one(rows.Clock)
    assert (again.id, again.due_at, again.task_id) == (clock.id, clock.due_at, town.task("b").id)
    town.complete("li", town.task("b"))
    assert town.one(rows.Clock).state == "met"
    assert town.case(case).clocks == 0
    assert town.rows(rows.Job, kind="clock") == []


# --- 撤回 ------------------------------------------------------------------------------------------


def test_a_step_is_taken_back_while_nobody_acted_with_what_was_typed(town: Town) -> None:
    town.deploy(TIMED)
    case = town.start("zhang")
    town.later(hours=1)
    task = town.task("a")
    town.complete("zhang", task, {"text": "错字"})
    withdraw(town, "zhang", task.id)
    (now,) = town.tasks(case).values()
    assert (now.element_id, now.assignee, now.sent_back) == ("a", "zhang", None)
    assert town.one(rows.Draft, task_id=now.id).answers == {"text": "错字"}
    assert town.case(case).returns == 0
    assert town.inbox("li", "claim") == []
    assert [clock.state for clock in town.rows(rows.Clock)] == ["void"]
    assert town.audit(case) == ["start", "complete", "withdraw"]
    town.complete("zhang", now, {"text": "改好"})
    assert list(town.tasks(case)) == ["b"]
    assert list(town.engine.verify()) == []


def test_taking_back_gives_no_new_limit(town: Town) -> None:
    town.deploy(
        model(
            user("a", groups="drafter", deadline="t.review"), user("b", groups="legal"), "s>a>b>e"
        )
    )
    case = town.start("zhang")
    clock = town.one(rows.Clock)
    town.later(days=1)
    task = town.task("a")
    town.complete("zhang", task)
    assert town.one(rows.Clock).state == "met"
    withdraw(town, "zhang", task.id)
    again = town.one(rows.Clock)
    assert (again.state, again.due_at, again.task_id) == (
        "running", clock.due_at, town.task("a").id,
    )  # fmt: skip
    assert town.case(case).clocks == 1
    assert town.task("a").due_at == clock.due_at


def test_what_somebody_began_is_not_taken_from_them(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    town.later(hours=1)
    task = town.task("a")
    town.complete("zhang", task)
    for who in ("zhou", "li"):
        error = refusal(lambda who: withdraw(town, who, task.id), who)
        assert isinstance(error, Forbidden), who
    town.engine.execute(SaveDraft(actor="li", task_id=town.task("b").id, answers={"x": 1}))
    assert isinstance(refusal(lambda: withdraw(town, "zhang", task.id)), Conflict)
    town.claim("li", town.task("b"))
    error = refusal(lambda: withdraw(town, "zhang", task.id))
    assert "李律" in error.message("zh")
    town.later(hours=1)
    town.complete("li", town.task("b"))
    assert isinstance(refusal(lambda: withdraw(town, "zhang", task.id)), Conflict)
    assert list(town.tasks(case)) == ["c"]


def test_several_that_followed_are_taken_back_together(town: Town) -> None:
    town.deploy(
        model(
            user("a", groups="drafter"), user("b", groups="legal"), user("c", groups="head"),
            "s>a>g1>b>g2>e", "g1>c>g2",
        )
    )  # fmt: skip
    case = town.start("zhang")
    town.later(hours=1)
    task = town.task("a")
    town.complete("zhang", task)
    withdraw(town, "zhang", task.id)
    assert list(town.tasks(case)) == ["a"]


def test_what_reached_others_is_not_taken_back(town: Town) -> None:
    called = process(user("x", groups="drafter"), "s9>x>e9", process_id="k")
    town.deploy(
        definitions(process(user("a", groups="drafter"), call("d", "k"), "s>a>d>e"), called)
    )
    town.start("zhang")
    town.later(hours=1)
    task = town.task("a")
    town.complete("zhang", task)
    assert isinstance(refusal(lambda: withdraw(town, "zhang", task.id)), Conflict)


def test_the_last_step_is_not_taken_back(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter"), "s>a>e"))
    town.start("zhang")
    task = town.task("a")
    town.complete("zhang", task)
    assert isinstance(refusal(lambda: withdraw(town, "zhang", task.id)), Conflict)


def test_a_return_cannot_be_taken_for_a_withdrawal(town: Town) -> None:
    case = at_c(town)
    back(town, "qian", "c", "a")
    gone = town.one(rows.Task, element_id="c")
    assert isinstance(refusal(lambda: withdraw(town, "qian", gone.id)), Forbidden)
    assert list(town.tasks(case)) == ["a"]
