"""Starting a case, and what is done to it as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands import (
    SYSTEM,
    AddComment,
    Attach,
    CancelCase,
    ResumeCase,
    SaveStartDraft,
    SuspendCase,
)
from engine.errors import AnswersInvalid, Conflict, Forbidden, Invalid, NotFound, YifaError
from engine.model import rows
from tests.support.engines import Town, at_once, refusal
from tests.support.models import call, definitions, field, form, model, process, timer, user

LINE = model(user("a", "起草", groups="drafter"), "s>a>e")
PACKAGE = """
key = "p"
title = "测试事项"
start_roles = ["drafter"]
start_form = "start"
case_number = "测〔{year}〕{seq}号"
title_expression = "=title"
"""
START = form(
    field("title", validate={"required": True}),
    field("paper", "filepicker"),
    form_id="start",
)


def with_package(town: Town, model_: bytes = LINE, toml: str = PACKAGE) -> None:
    town.deploy(model_, process_toml=toml, start_form=START)


def test_a_case_gets_number_title_and_its_first_task(town: Town) -> None:
    with_package(town)
    case = town.start("zhang", answers={"title": "修路", "hacked": 1})
    assert (case.case_no, case.title, case.version) == ("测〔2026〕1号", "修路", 1)
    root = town.case(case)
    assert (root.started_by, root.unit_id, root.state) == ("zhang", "finance", "active")
    assert root.variables["title"] == "修路"
    assert root.variables["case"]["number"] == "测〔2026〕1号"
    assert root.variables["case"]["title"] == "修路"
    assert "hacked" not in root.variables
    task = town.task("a")
    assert (task.title, task.case_no, task.process_key) == ("修路", "测〔2026〕1号", "p")
    assert town.inbox("zhang", "started")[0].title == "修路"
    assert town.audit(case) == ["start"]


def test_only_who_holds_a_start_role_may_start(town: Town) -> None:
    with_package(town)
    error = refusal(lambda: town.start("li", answers={"title": "x"}))
    assert isinstance(error, Forbidden)
    assert "承办人" in error.message("zh")
    assert isinstance(refusal(lambda: town.start("gone", answers={"title": "x"})), Forbidden)
    assert isinstance(refusal(lambda: town.start("zhang", "nothing")), NotFound)
    assert town.rows(rows.Instance) == []


def test_a_wrong_start_form_takes_no_number(town: Town) -> None:
    with_package(town)
    assert isinstance(refusal(lambda: town.start("zhang", answers={"title": ""})), AnswersInvalid)
    assert town.start("zhang", answers={"title": "一"}).case_no.endswith("1号")


def test_starting_twice_with_one_request_is_one_case(town: Town) -> None:
    with_package(town)
    sent: dict[str, Any] = {"answers": {"title": "一"}, "request_id": "r1"}
    first = town.start("zhang", **sent)
    again = town.start("zhang", **sent)
    assert (again.case_id, again.case_no) == (first.case_id, first.case_no)
    # Somebody else's request of the same name is another one.
    other = town.start("zhou", **sent)
    assert other.case_id != first.case_id
    assert len(town.rows(rows.Instance)) == 2


def test_a_double_click_is_one_case_and_numbers_have_no_gaps(town: Town) -> None:
    with_package(town)
    twice = at_once(
        *[lambda: town.start("zhang", answers={"title": "x"}, request_id="one")] * 2,
        *[lambda: town.start("zhou", answers={"title": "y"})] * 3,
    )
    assert not [one for one in twice if isinstance(one, Exception)]
    cases = town.rows(rows.Instance)
    assert sorted(case.case_no for case in cases) == [f"测〔2026〕{n}号" for n in (1, 2, 3, 4)]
    assert list(town.engine.verify()) == []


def test_a_case_belongs_to_a_unit_its_starter_belongs_to(town: Town) -> None:
    with_package(town)
    error = refusal(lambda: town.start("zhang", answers={"title": "x"}, unit_id="civil"))
    assert isinstance(error, Forbidden)
    case = town.start("zhang", answers={"title": "x"}, unit_id="finance")
    assert town.case(case).unit_id == "finance"


def test_a_start_draft_is_ones_own_and_gone_once_handed_in(town: Town) -> None:
    with_package(town)
    answers = {"title": "半"}
    draft = town.engine.execute(SaveStartDraft(actor="zhang", process_key="p", answers=answers))
    change = SaveStartDraft(actor="zhou", process_key="p", draft_id=draft, answers={})
    assert isinstance(refusal(lambda: town.engine.execute(change)), NotFound)
    assert [line.title for line in town.inbox("zhang", "drafts")] == ["半"]
    assert town.inbox("zhou", "drafts") == []
    town.start("zhou", answers={"title": "x"}, draft_id=draft)
    assert len(town.rows(rows.StartDraft)) == 1, "somebody else's draft was thrown away"
    town.start("zhang", answers={"title": "全"}, draft_id=draft)
    assert town.rows(rows.StartDraft) == []


@pytest.mark.parametrize("who", ["gone", "nobody", "li"])
def test_a_draft_is_for_who_may_start(town: Town, who: str) -> None:
    with_package(town)
    command = SaveStartDraft(actor=who, process_key="p", answers={})
    assert isinstance(refusal(lambda: town.engine.execute(command)), Forbidden)


def test_files_of_the_start_form_become_the_cases_own(town: Town) -> None:
    with_package(town)
    mine = town.engine.execute(Attach(actor="zhang", name="稿.docx", content=b"one"))
    theirs = town.engine.execute(Attach(actor="zhou", name="稿.docx", content=b"two"))
    answers = {"title": "x", "paper": [theirs.reference()]}
    assert isinstance(refusal(lambda: town.start("zhang", answers=answers)), AnswersInvalid)
    case = town.start("zhang", answers={"title": "x", "paper": [mine.reference()]})
    assert town.one(rows.File, id=mine.id).root_id == case.case_id
    assert town.one(rows.File, id=theirs.id).root_id is None


# --- suspending, cancelling --------------------------------------------------------------------


CHILD = process(user("c", groups="drafter"), "s9>c>e9", process_id="child")
TREE = definitions(
    process(
        user("a", groups="drafter"), call("k", "child"), timer("t", "PT1H"),
        "s>g1>a>g2>e", "g1>k>g2", "g1>t>g2",
    ),
    CHILD,
)  # fmt: skip


def test_a_suspended_case_stands_still_whole(town: Town) -> None:
    town.deploy(TREE)
    case = town.start("zhang")
    tasks = town.tasks(case)
    suspend = SuspendCase(actor="zhang", case_id=case.case_id, reason="等候批复")
    town.engine.execute(suspend)
    assert town.case(case).state == "suspended"
    assert all(line.suspended for line in town.inbox("zhang", "claim"))
    for task in tasks.values():
        assert isinstance(refusal(lambda task: town.complete("zhang", task), task), Conflict)
        assert isinstance(refusal(lambda task: town.claim("zhang", task), task), Conflict)
    assert isinstance(refusal(lambda: town.engine.execute(suspend)), Conflict)
    assert town.later(hours=2) == 0, "a timer of a suspended case fired"
    town.engine.execute(ResumeCase(actor="zhang", case_id=case.case_id))
    assert town.run_due() == 1, "the timer that came due meanwhile fires now"
    for task in tasks.values():
        town.complete("zhang", task)
    assert town.case(case).state == "completed"
    assert town.audit(case) == ["start", "suspend", "resume", "timer", "complete", "complete"]


def test_a_cancelled_case_leaves_nothing_behind(town: Town) -> None:
    town.deploy(TREE)
    case = town.start("zhang")
    done = town.engine.execute(CancelCase(actor="zhang", case_id=case.case_id, reason="撤回"))
    assert done.state == "cancelled"
    assert {row.state for row in town.rows(rows.Instance)} == {"cancelled"}
    assert all(row.ended_at for row in town.rows(rows.Instance))
    tasks = town.rows(rows.Task)
    assert {task.state for task in tasks} == {"cancelled"}
    assert {task.version for task in tasks} == {2}
    assert sorted(done.closed) == sorted(task.id for task in tasks)
    for row in (rows.Candidate, rows.Subscription, rows.Draft):
        assert town.rows(row) == []
    assert [job.kind for job in town.rows(rows.Job)] == ["seal"]
    assert {a.outcome for a in town.rows(rows.Activity)} == {"completed", "cancelled"}
    assert all(activity.left_at for activity in town.rows(rows.Activity))
    assert town.case(case).stage == ""
    assert town.inbox("zhang", "claim") == []
    again = CancelCase(actor="zhang", case_id=case.case_id, reason="撤回")
    assert isinstance(refusal(lambda: town.engine.execute(again)), Conflict)
    error = refusal(lambda: town.complete("zhang", tasks[0]))
    assert isinstance(error, Conflict)
    assert list(town.engine.verify()) == []


def test_only_starter_head_and_administrator_govern_a_case(town: Town) -> None:
    town.deploy(TREE)
    case = town.start("zhang")
    for who, kind in (("wang", Forbidden), ("zhou", Forbidden), ("li", NotFound)):
        command = CancelCase(actor=who, case_id=case.case_id, reason="x")
        assert isinstance(refusal(lambda command: town.engine.execute(command), command), kind)
    for reason in ("", "  ", "x" * 30_000):
        command = CancelCase(actor="zhang", case_id=case.case_id, reason=reason)
        assert isinstance(refusal(lambda command: town.engine.execute(command), command), Invalid)
    town.engine.execute(SuspendCase(actor="qian", case_id=case.case_id, reason="x"))
    town.engine.execute(CancelCase(actor="qian", case_id=case.case_id, reason="x"))
    assert town.case(case).state == "cancelled"


def test_an_interrupted_call_takes_its_child_with_it(town: Town) -> None:
    from tests.support.models import boundary

    interrupted = definitions(
        process(
            call("k", "child"), boundary("b", "k", after="PT1H"), user("z", groups="drafter"),
            "s>k>e", "b>z>e2",
        ),
        CHILD,
    )  # fmt: skip
    town.deploy(interrupted)
    case = town.start("zhang")
    assert set(town.tasks()) == {"c"}
    town.later(hours=1)
    assert set(town.tasks()) == {"z"}
    child = town.one(rows.Instance, parent_id=case.case_id)
    assert child.state == "cancelled"
    assert child.ended_at is not None
    town.complete("zhang", town.task("z"))
    assert town.case(case).state == "completed"


def test_a_child_that_never_waited_is_cancelled_with_its_call(town: Town) -> None:
    both = definitions(
        process(
            call("k", "child"), '<endEvent id="stop"><terminateEventDefinition/></endEvent>',
            "s>g>k>e", "g>stop",
        ),
        CHILD,
    )  # fmt: skip
    town.deploy(both)
    case = town.start("zhang")
    assert town.case(case).state == "completed"
    assert town.tasks() == {}
    assert {row.state for row in town.rows(rows.Instance) if row.parent_id} <= {"cancelled"}


# --- remarks -----------------------------------------------------------------------------------


def test_a_remark_stays_with_the_case(town: Town) -> None:
    town.deploy(LINE)
    case, other = town.start("zhang"), town.start("zhang")
    said = AddComment(actor="zhang", case_id=case.case_id, text=" 请尽快 ")
    done = town.engine.execute(said)
    assert done.version == case.version + 1
    (comment,) = town.case_page("zhang", case).comments
    assert (comment.who, comment.text) == ("张三", "请尽快")
    assert town.audit(case) == ["start", "comment"]
    for command in (
        AddComment(actor="zhang", case_id=case.case_id, text=" "),
        AddComment(actor="zhang", case_id=case.case_id, text="x" * 30_000),
    ):
        assert isinstance(refusal(lambda command: town.engine.execute(command), command), Invalid)
    stranger = AddComment(actor="li", case_id=case.case_id, text="x")
    assert isinstance(refusal(lambda: town.engine.execute(stranger)), NotFound)
    task = town.task("a", other)
    astray = AddComment(actor="zhang", case_id=case.case_id, text="x", task_id=task.id)
    assert isinstance(refusal(lambda: town.engine.execute(astray)), NotFound)


# --- who may see -------------------------------------------------------------------------------


WALLED = """
key = "p"
title = "检举"
[[wall]]
when = "accusation = true"
track = "discipline"
roles = ["discipline"]
[[exclude]]
who = "=accused"
"""
ACCUSED = model(
    user("a", "登记", groups="drafter"),
    user("b", "核查", groups="dept_head, discipline"),
    "s>a>b>e",
)


def test_behind_a_wall_only_its_track_sees_and_handles(town: Town) -> None:
    town.deploy(ACCUSED, process_toml=WALLED)
    case = town.start("xin", answers={"accusation": True, "accused": ["wei"]})
    assert town.inbox("zhang", "claim") == []
    task = town.task("a")
    for who in ("zhang", "qian", "wang", "wei", "root"):
        assert isinstance(refusal(lambda who: town.complete(who, task), who), NotFound), who
        assert isinstance(refusal(lambda who: town.case_page(who, case), who), NotFound), who
        assert town.engine.query(_cases(who)).rows == ()
    assert town.case_page("ji", case).case.walled
    assert [line.id for line in town.engine.query(_cases("ji")).rows] == [case.case_id]


def _cases(viewer: str) -> Any:
    from engine.queries import Cases

    return Cases(viewer=viewer)


def test_who_is_shut_out_neither_sees_nor_handles_from_that_moment(town: Town) -> None:
    town.deploy(ACCUSED, process_toml=WALLED)
    case = town.start("xin")
    town.complete("zhang", town.task("a"))
    task = town.task("b")
    town.claim("wei", task)
    assert town.inbox("wei")
    with town.engine.house.store.write() as tx:
        root = tx.lock_case(case.case_id)
        assert root is not None
        root.variables = {**root.variables, "accused": ["wei"]}
        tx.update(root, "variables")
    town.engine.execute(AddComment(actor="xin", case_id=case.case_id, text="x"))
    assert town.inbox("wei") == []
    assert town.inbox("wei", "claim") == []
    assert town.task("b").assignee is None
    for act in (
        lambda: town.complete("wei", task),
        lambda: town.claim("wei", task),
        lambda: town.page("wei", task),
        lambda: town.case_page("wei", case),
    ):
        assert isinstance(refusal(act), NotFound)
    assert town.rows(rows.Exclusion)[0].user_id == "wei"
    town.complete("wang", task)


def test_an_assigned_task_of_somebody_shut_out_goes_to_its_lane(town: Town) -> None:
    lanes = (
        '<laneSet id="ls"><lane id="l1" name="承办"><extensionElements><zeebe:properties>'
        '<zeebe:property name="role" value="dept_head"/></zeebe:properties></extensionElements>'
        "<flowNodeRef>s</flowNodeRef><flowNodeRef>a</flowNodeRef><flowNodeRef>e</flowNodeRef>"
        "</lane></laneSet>"
    )
    town.deploy(model(lanes, user("a", assignee="wei"), "s>a>e"), process_toml=WALLED)
    town.start("xin", answers={"accused": "wei"})
    task = town.task("a")
    assert task.assignee is None
    town.complete("wang", task)


def test_administrators_are_no_supervisors(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    assert isinstance(refusal(lambda: town.case_page("root", case)), YifaError)
    assert SYSTEM not in town.case(case).people


def test_roles_that_see_every_case_of_a_kind_see_it_and_no_other(town: Town) -> None:
    seen = 'key = "p"\ntitle = "测试"\nroles_see = ["legal"]\n'
    town.deploy(LINE, process_toml=seen)
    town.deploy(model(user("a", groups="drafter"), "s>a>e", process_id="other"))
    case, other = town.start("zhang"), town.start("zhang", "other")
    assert [line.id for line in town.engine.query(_cases("li")).rows] == [case.case_id]
    assert town.case_page("li", case).case.id == case.case_id
    assert isinstance(refusal(town.case_page, "li", other), NotFound)
    assert isinstance(refusal(town.complete, "li", town.task("a", case)), Forbidden)
    walled = (
        seen + '[[wall]]\nwhen = "secret = true"\ntrack = "discipline"\nroles = ["discipline"]\n'
    )
    town.deploy(LINE, process_toml=walled)
    hidden = town.start("zhang", answers={"secret": True})
    assert isinstance(refusal(town.case_page, "li", hidden), NotFound)
    assert [line.id for line in town.engine.query(_cases("li")).rows] == [case.case_id]
