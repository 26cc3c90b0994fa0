"""Handing a task on: for good, or to be done by another for its owner."""

from __future__ import annotations

from engine.commands import DelegateTask, ReassignTask, SaveDraft, UnclaimTask, WithdrawTask
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.model import rows
from engine.model.results import CaseResult
from engine.model.rows import Task
from tests.support.engines import Town, refusal
from tests.support.models import field, form, model, user

LINE = model(
    user("a", "起草", groups="drafter", form="f"),
    user("b", "审核", groups="legal", notHandlerOf="a"),
    "s>a>b>e",
)
FORM = form(field("note", validate={"required": True}))


def reassign(town: Town, actor: str, task: Task, to: str, reason: str = "出差") -> CaseResult:
    done: CaseResult = town.engine.execute(
        ReassignTask(actor=actor, task_id=task.id, to=to, reason=reason)
    )
    return done


def begun(town: Town) -> CaseResult:
    """A case whose first task zhang has in hand."""
    town.deploy(LINE, f_form=FORM)
    case = town.start("zhang")
    town.claim("zhang", town.task("a"))
    return case


def test_the_assignee_hands_on_and_what_was_typed_goes_along(town: Town) -> None:
    case = begun(town)
    task = town.task("a")
    town.engine.execute(SaveDraft(actor="zhang", task_id=task.id, answers={"note": "半份"}))
    done = reassign(town, "zhang", task, "zhao")
    assert done.version == town.case(case).version
    assert town.task("a").assignee == "zhao"
    assert [line.id for line in town.inbox("zhao")] == [task.id]
    assert town.inbox("zhang") == []
    assert town.page("zhao", task).answers == {"note": "半份"}
    assert town.audit(case) == ["start", "claim", "reassign"]
    (deed,) = town.rows(rows.Deed)
    assert (deed.kind, deed.user_id, deed.people, deed.text) == (
        "reassign", "zhang", ["u:zhao"], "出差",
    )  # fmt: skip
    assert isinstance(refusal(lambda: town.complete("zhang", task, {"note": "x"})), Conflict)
    town.complete("zhao", task, {"note": "x"})
    assert town.case(case).steps["a"]["by"] == ["zhao"]
    assert list(town.engine.verify()) == []


def test_the_unit_head_hands_on_what_lies_with_their_people(town: Town) -> None:
    case = begun(town)
    task = town.task("a")
    reassign(town, "wang", task, "zhou", "张三请假")
    assert town.task("a").assignee == "zhou"
    assert [line.text for line in town.inbox("zhang", "read")] == ["“起草”已转由周四办理：张三请假"]
    reassign(town, "qian", task, "zhao")
    # The head of another unit does not even see the case.
    assert isinstance(refusal(lambda: reassign(town, "wei", task, "zhang")), NotFound)
    assert town.audit(case).count("reassign") == 2


def test_who_has_no_say_hands_nothing_on(town: Town) -> None:
    begun(town)
    task = town.task("a")
    error = refusal(lambda: reassign(town, "zhou", task, "zhou"))
    assert isinstance(error, Forbidden | NotFound)
    assert isinstance(refusal(lambda: reassign(town, "li", task, "li")), NotFound)
    assert isinstance(refusal(lambda: reassign(town, "zhang", task, "zhou", "  ")), Invalid)
    assert town.task("a").assignee == "zhang"


def test_only_who_may_do_it_by_model_law_and_roll_is_chosen(town: Town) -> None:
    begun(town)
    task = town.task("a")
    for nobody, why in (
        ("li", "办理范围"),
        ("gone", "停用"),
        ("nobody", "停用"),
        ("zhang", "正在"),
    ):
        error = refusal(lambda nobody: reassign(town, "zhang", task, nobody), nobody)
        assert isinstance(error, Invalid), nobody
        assert why in error.message("zh")
        assert error.message("en")
    town.complete("zhang", task, {"note": "x"})
    town.claim("li", town.task("b"))
    reassign(town, "li", town.task("b"), "liu")
    error = refusal(lambda: reassign(town, "liu", town.task("b"), "zhang"))
    assert "办理过“起草”" in error.message("zh")


def test_a_wall_holds_for_whoever_is_named(town: Town) -> None:
    toml = """
key = "p"
title = "测试"
[[wall]]
when = "=true"
track = "discipline"
roles = ["discipline"]
"""
    town.deploy(model(user("a", users="ji,li"), "s>a>e"), process_toml=toml)
    case = town.start("ji")
    town.claim("ji", town.task("a", case))
    error = refusal(lambda: reassign(town, "ji", town.task("a", case), "li"))
    assert isinstance(error, Invalid)
    assert "不能接触" in error.message("zh")


def test_a_delegated_task_comes_back_to_be_completed(town: Town) -> None:
    case = begun(town)
    task = town.task("a")
    town.engine.execute(DelegateTask(actor="zhang", task_id=task.id, to="xin", reason="请代填"))
    assert town.task("a").assignee == "xin"
    assert isinstance(refusal(lambda: town.complete("zhang", task, {"note": "x"})), Conflict)
    for command in (
        DelegateTask(actor="xin", task_id=task.id, to="zhou", reason="x"),
        UnclaimTask(actor="xin", task_id=task.id),
    ):
        assert isinstance(refusal(town.engine.execute, command), Forbidden)
    town.complete("xin", task, {"note": "填好"})
    now = town.task("a")
    assert (now.assignee, now.owner, now.state) == ("zhang", None, "open")
    assert town.page("zhang", task).answers == {"note": "填好"}
    assert "辛访已办好" in town.inbox("zhang", "read")[0].text
    town.complete("zhang", task, {"note": "填好"})
    assert town.case(case).steps["a"] == {"n": 1, "by": ["zhang"], "with": ["xin"]}
    assert town.audit(case) == ["start", "claim", "delegate", "give-back", "complete"]


def test_who_did_a_step_for_its_owner_is_its_handler_for_separation(town: Town) -> None:
    begun(town)
    task = town.task("a")
    town.engine.execute(DelegateTask(actor="zhang", task_id=task.id, to="li", reason="请代填"))
    town.complete("li", task, {"note": "x"})
    town.complete("zhang", task, {"note": "x"})
    error = refusal(lambda: town.claim("li", town.task("b")))
    assert isinstance(error, Forbidden)
    assert "起草" in error.message("zh")
    town.claim("liu", town.task("b"))
    error = refusal(
        lambda: town.engine.execute(
            DelegateTask(actor="liu", task_id=town.task("b").id, to="zhang", reason="x")
        )
    )
    assert isinstance(error, Invalid)


def test_the_owner_takes_a_delegated_task_back(town: Town) -> None:
    begun(town)
    task = town.task("a")
    town.engine.execute(DelegateTask(actor="zhang", task_id=task.id, to="xin", reason="请代填"))
    town.engine.execute(SaveDraft(actor="xin", task_id=task.id, answers={"note": "一半"}))
    assert isinstance(
        refusal(
            lambda: town.engine.execute(WithdrawTask(actor="zhou", task_id=task.id, reason="x"))
        ),
        Forbidden | NotFound,
    )
    town.engine.execute(WithdrawTask(actor="zhang", task_id=task.id, reason="自己办"))
    assert town.task("a").assignee == "zhang"
    assert town.page("zhang", task).answers == {"note": "一半"}


def test_what_is_confidential_is_not_handed_on_with_a_draft(town: Town) -> None:
    toml = """
key = "p"
title = "测试"
[[confidential]]
fields = ["secret"]
roles = ["discipline"]
"""
    paper = form(field("note"), field("secret"))
    town.deploy(LINE, process_toml=toml, f_form=paper)
    town.start("zhang")
    task = town.task("a")
    town.claim("zhang", task)
    typed = {"note": "公开", "secret": "举报人"}
    town.engine.execute(SaveDraft(actor="zhang", task_id=task.id, answers=typed))
    town.engine.execute(DelegateTask(actor="zhang", task_id=task.id, to="xin", reason="代填"))
    assert "举报人" not in repr(town.page("xin", task))
    town.complete("xin", task, {"note": "改过", "secret": ""})
    assert town.page("zhang", task).answers == {"note": "改过", "secret": "举报人"}
    reassign(town, "zhang", task, "zhou")
    assert "举报人" not in repr(town.page("zhou", task))
    assert town.page("zhou", task).answers["note"] == "改过"
