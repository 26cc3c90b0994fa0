"""Claiming and completing: who may, what it does, and what happens when two do it at once."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.commands import ClaimTask, CompleteTask, SaveDraft, UnclaimTask
from engine.errors import AnswersInvalid, Conflict, Forbidden, NotFound, YifaError
from engine.model import rows
from tests.support.engines import Town, at_once, refusal
from tests.support.models import field, form, model, user

LINE = model(
    user("a", "起草", groups="drafter"),
    user("b", "审核", groups="legal", notHandlerOf="a"),
    "s>a>b>e",
)


# --- claiming --------------------------------------------------------------------------------------


def test_a_claim_takes_the_task_off_the_group(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    assert [line.id for line in town.inbox("zhou", "claim")] == [town.task("a").id]
    claimed = town.claim("zhou", town.task("a"))
    assert town.task("a").assignee == "zhou"
    assert claimed.version == case.version + 1
    assert town.inbox("zhang", "claim") == []
    assert [line.step for line in town.inbox("zhou")] == ["起草"]
    assert town.audit(case) == ["start", "claim"]


def test_claiming_what_is_mine_already_changes_nothing(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    first = town.claim("zhou", town.task("a"))
    again = town.claim("zhou", town.task("a"))
    assert again.version == first.version == town.case(case).version
    assert town.audit(case) == ["start", "claim"]


def test_who_comes_second_is_told_who_has_it(town: Town) -> None:
    town.deploy(LINE)
    town.start("zhang")
    town.claim("zhou", town.task("a"))
    error = refusal(lambda: town.claim("zhao", town.task("a")))
    assert isinstance(error, Conflict)
    assert "周四" in error.message("zh")
    assert town.task("a").assignee == "zhou"


def test_of_two_claims_at_once_one_wins(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    task = town.task("a")
    names = {"zhang": "张三", "zhou": "周四", "zhao": "赵五"}
    results = at_once(*(partial(town.claim, who, task) for who in names))
    lost = [result for result in results if isinstance(result, YifaError)]
    assert len(lost) == 2
    winner = town.task("a").assignee
    assert winner is not None
    assert all(names[winner] in error.message("zh") for error in lost)
    assert town.audit(case) == ["start", "claim"]


def test_a_stranger_does_not_learn_that_a_task_exists(town: Town) -> None:
    town.deploy(LINE)
    town.start("zhang")
    task = town.task("a")
    for command in (ClaimTask, CompleteTask, UnclaimTask, SaveDraft):
        error = refusal(
            lambda command: town.engine.execute(command(actor="li", task_id=task.id)), command
        )
        assert isinstance(error, NotFound)
    assert isinstance(refusal(lambda: town.claim("zhang", "no-such-task")), NotFound)
    assert isinstance(refusal(lambda: town.claim("zhang", "0" * 26)), NotFound)


def test_who_sees_the_case_but_has_the_wrong_role_is_told_so(town: Town) -> None:
    town.deploy(LINE)
    town.start("zhang")
    task = town.task("a")
    for viewer in ("qian", "wang"):
        error = refusal(lambda viewer: town.complete(viewer, task), viewer)
        assert isinstance(error, Forbidden)
        assert "办理范围" in error.message("zh")


def test_people_who_left_or_never_were_can_do_nothing(town: Town) -> None:
    town.deploy(LINE)
    town.start("zhang")
    for who in ("gone", "nobody"):
        assert isinstance(refusal(lambda who: town.claim(who, town.task("a")), who), Forbidden)


def test_a_group_may_be_a_role_of_one_unit(town: Town) -> None:
    town.deploy(model(user("a", groups="dept_head@civil"), "s>a>e"))
    town.start("zhang")
    task = town.task("a")
    assert isinstance(refusal(lambda: town.claim("wang", task)), Forbidden)
    town.claim("wei", task)
    assert town.task("a").assignee == "wei"


def test_giving_a_claimed_task_back_puts_it_before_the_group_again(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    task = town.task("a")
    town.claim("zhou", task)
    assert isinstance(
        refusal(lambda: town.engine.execute(UnclaimTask(actor="zhao", task_id=task.id))), YifaError
    )
    town.engine.execute(UnclaimTask(actor="zhou", task_id=task.id))
    assert town.task("a").assignee is None
    assert [line.id for line in town.inbox("zhao", "claim")] == [task.id]
    assert town.audit(case) == ["start", "claim", "unclaim"]


def test_nobody_gives_back_what_they_do_not_have(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter"), user("b", assignee="li"), "s>a>b>e"))
    case = town.start("zhang")
    task = town.task("a")
    error = refusal(lambda: town.engine.execute(UnclaimTask(actor="zhou", task_id=task.id)))
    assert isinstance(error, Forbidden)
    town.complete("zhang", task)
    given = town.task("b")
    error = refusal(lambda: town.engine.execute(UnclaimTask(actor="li", task_id=given.id)))
    assert isinstance(error, Forbidden)
    assert town.audit(case) == ["start", "complete"]


# --- completing ------------------------------------------------------------------------------------


def test_completing_moves_the_case_and_leaves_its_traces(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    first = town.task("a")
    town.later(hours=1)
    done = town.complete("zhang", first, {"note": "x"})
    assert (done.version, done.state, done.closed) == (case.version + 1, "active", (first.id,))
    assert done.opened == (town.task("b").id,)
    old = town.one(rows.Task, id=first.id)
    assert (old.state, old.closed_by, old.answers) == ("completed", "zhang", {"note": "x"})
    assert old.closed_at > old.opened_at
    assert town.rows(rows.Candidate, task_id=first.id) == []
    assert town.task("b").from_user == "zhang"
    root = town.case(case)
    assert root.variables["note"] == "x"
    assert root.stage == "审核"
    assert root.version == done.version
    done = town.complete("li", town.task("b"))
    assert done.state == "completed"
    assert town.case(case).ended_at is not None
    assert town.tasks() == {}
    assert town.audit(case) == ["start", "complete", "complete"]
    assert list(town.engine.verify()) == []


def test_a_second_submit_is_told_who_did_it(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    task = town.task("a")
    town.complete("zhang", task)
    for who in ("zhang", "zhou"):
        error = refusal(lambda who: town.complete(who, task), who)
        assert isinstance(error, Conflict), who
        assert "张三" in error.message("zh")
        assert "张三" in error.message("en")
    assert town.audit(case) == ["start", "complete"]


def test_of_two_who_complete_at_once_one_succeeds_and_the_other_learns_who(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    task = town.task("a")
    results = at_once(
        lambda: town.complete("zhang", task, {"by": "zhang"}),
        lambda: town.complete("zhou", task, {"by": "zhou"}),
    )
    (lost,) = [result for result in results if isinstance(result, YifaError)]
    assert isinstance(lost, Conflict)
    winner = town.one(rows.Task, id=task.id).closed_by
    assert {"zhang": "张三", "zhou": "周四"}[winner] in lost.message("zh")
    assert town.case(case).variables["by"] == winner
    assert list(town.tasks()) == ["b"]
    assert town.audit(case) == ["start", "complete"]


def test_a_stale_page_is_refused_and_names_who_changed_the_case(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter"), user("b", groups="drafter"),
                      "s>g1>a>g2>e", "g1>b>g2"))  # fmt: skip
    case = town.start("zhang")
    town.complete("zhou", town.task("b"))
    error = refusal(lambda: town.complete("zhang", town.task("a"), expected_version=case.version))
    assert isinstance(error, Conflict)
    assert "周四" in error.message("zh")
    assert error.data["version"] == town.case(case).version
    town.complete("zhang", town.task("a"), expected_version=case.version + 1)
    assert town.case(case).state == "completed"


def test_who_handled_one_step_may_not_handle_the_other(town: Town) -> None:
    town.deploy(LINE)
    with town.engine.house.store.write() as tx:
        tx.insert(
            rows.Membership(tenant="default", id="m", user_id="zhang", role="legal", unit_id=None)
        )
    town.start("zhang")
    town.complete("zhang", town.task("a"))
    task = town.task("b")
    for act in (lambda: town.claim("zhang", task), lambda: town.complete("zhang", task)):
        error = refusal(act)
        assert isinstance(error, Forbidden)
        assert "起草" in error.message("zh")
        assert "起草" in error.message("en")
    assert not town.page("zhang", task).actions["complete"].enabled
    town.complete("li", task)


def test_the_same_handler_gets_the_step_that_is_theirs(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter"), user("b", groups="legal"),
                      user("c", groups="drafter", sameHandlerAs="a"), "s>a>b>c>e"))  # fmt: skip
    town.start("zhang")
    town.complete("zhou", town.task("a"))
    town.complete("li", town.task("b"))
    assert town.task("c").assignee == "zhou"
    assert isinstance(refusal(lambda: town.complete("zhang", town.task("c"))), Forbidden)
    town.complete("zhou", town.task("c"))


RETURN = model(
    user("a", "起草", groups="drafter"),
    user("b", "审核", groups="legal", form="opinion"),
    "s>a>b>x",
    "x>a: result = \"退回\"",
    "x>e: result != \"退回\"",
)  # fmt: skip
OPINION = form(
    field("result"),
    field("opinion", "textarea", properties={"opinion": "true"}),
    field("unasked", "textarea"),
)


def test_a_return_goes_back_to_who_did_it_with_the_reason(town: Town) -> None:
    town.deploy(RETURN, opinion_form=OPINION)
    case = town.start("zhang")
    town.complete("zhou", town.task("a"))
    town.complete("li", town.task("b"), {"result": "退回", "opinion": "缺依据"})
    task = town.task("a")
    assert (task.assignee, task.round) == ("zhou", 2)
    assert task.sent_back is not None
    assert (task.sent_back["by"], task.sent_back["from"]) == ("li", "审核")
    assert task.sent_back["why"] == "缺依据"
    assert town.case(case).returns == 1
    (line,) = town.inbox("zhou")
    assert (line.returned_by, line.returned_from, line.returned_why) == ("李律", "审核", "缺依据")
    town.complete("zhou", task)
    again = town.task("b")
    # Going forward again is no return.
    assert (again.assignee, again.round, again.sent_back) == ("li", 2, None)
    assert town.case(case).returns == 1
    history = town.rows(rows.Task, root_id=case.case_id, element_id="a")
    assert sorted(task.round for task in history) == [1, 2]


def test_who_left_does_not_get_the_returned_task(town: Town) -> None:
    town.deploy(RETURN, opinion_form=OPINION)
    town.start("zhang")
    town.complete("zhou", town.task("a"))
    with town.engine.house.store.write() as tx:
        zhou = tx.get(rows.User, id="zhou")
        assert zhou is not None
        zhou.active = False
        tx.update(zhou, "active")
    town.complete("li", town.task("b"), {"result": "退回"})
    assert town.task("a").assignee is None
    town.complete("zhang", town.task("a"))


def test_several_at_one_step_are_one_round(town: Town) -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics"
        ' inputCollection="=[1, 2, 3]" inputElement="n"/></extensionElements>'
        "</multiInstanceLoopCharacteristics>"
    )
    town.deploy(model(user("a", groups="drafter", inner=loop), "s>a>e"))
    case = town.start("zhang")
    tasks = town.rows(rows.Task, state="open")
    assert [task.round for task in tasks] == [1, 1, 1]
    assert [task.sent_back for task in tasks] == [None, None, None]
    for task in tasks:
        town.complete("zhang", task)
    assert town.case(case).state == "completed"
    assert town.case(case).returns == 0


def test_constraints_block_completion_with_their_own_words(town: Town) -> None:
    strict = {"constraint.1": "amount > 5", "constraint.1.message": "金额须大于5"}
    task = user("a", groups="drafter", **{k.replace(".", "_"): v for k, v in strict.items()})
    town.deploy(model(task, "s>a>e"))
    case = town.start("zhang")
    error = refusal(lambda: town.complete("zhang", town.task("a"), {"amount": 5}))
    assert isinstance(error, AnswersInvalid)
    assert [problem.zh for problem in error.problems] == ["金额须大于5"]
    assert isinstance(refusal(lambda: town.complete("zhang", town.task("a"))), AnswersInvalid)
    assert town.audit(case) == ["start"]
    town.complete("zhang", town.task("a"), {"amount": 6})


def test_a_broken_constraint_names_the_last_field_it_speaks_of(town: Town) -> None:
    strict = {
        "constraint_1": 'not(result = "通过" and opinion = null)',
        "constraint_1_message": "请写意见",
        "constraint_2": 'case.number != "" or unasked != null or 1 > 2',
        "constraint_2_message": "另有要求",
        "constraint_3": "1 > 2",
        "constraint_3_message": "不行",
    }
    form_ = form(field("opinion", "textarea"), field("result"), field("rest"))
    town.deploy(model(user("a", groups="drafter", form="f", **strict), "s>a>e"), f_form=form_)
    town.start("zhang")
    error = refusal(lambda: town.complete("zhang", town.task("a"), {"result": "通过"}))
    assert isinstance(error, AnswersInvalid)
    places = [(problem.where, problem.zh) for problem in error.problems]
    assert places == [
        ("result", "请写意见"),
        ("constraint.2", "另有要求"),
        ("constraint.3", "不行"),
    ]


def test_only_what_the_form_asks_for_is_kept(town: Town) -> None:
    town.deploy(RETURN, opinion_form=OPINION)
    case = town.start("zhang")
    town.complete("zhou", town.task("a"))
    answers: dict[str, Any] = {"result": "通过", "hacked": 1, "case": {"number": "X"}}
    town.complete("li", town.task("b"), answers)
    done = town.one(rows.Task, element_id="b")
    assert set(done.answers) == {"result", "opinion", "unasked"}
    assert "hacked" not in town.case(case).variables
    assert town.case(case).variables["case"]["number"] == ""


def test_answers_without_a_form_never_touch_what_the_house_says(town: Town) -> None:
    town.deploy(LINE)
    case = town.start("zhang", answers={"case": {"starter": "li"}})
    town.complete("zhang", town.task("a"), {"case": {"starter": "li"}, "task": 1})
    variables = town.case(case).variables
    assert variables["case"]["starter"] == "zhang"
    assert "task" not in variables


def test_too_much_is_refused(town: Town) -> None:
    town.deploy(LINE)
    town.start("zhang")
    deep: Any = 1
    for _ in range(50):
        deep = [deep]
    for bad in ({"x": deep}, {"x": ["y"] * 30_000}, {"x": "y" * 300_000}):
        error = refusal(lambda bad: town.complete("zhang", town.task("a"), bad), bad)
        assert isinstance(error, AnswersInvalid)


# --- drafts ----------------------------------------------------------------------------------------


def test_a_draft_is_mine_alone_and_changes_nothing_else(town: Town) -> None:
    town.deploy(RETURN, opinion_form=OPINION)
    case = town.start("zhang")
    town.complete("zhang", town.task("a"))
    task = town.task("b")
    before = town.case(case).version
    town.engine.execute(SaveDraft(actor="li", task_id=task.id, answers={"opinion": "半"}))
    assert town.case(case).version == before
    assert town.page("li", task).answers["opinion"] == "半"
    assert town.page("liu", task).answers.get("opinion") is None
    assert [line.task_id for line in town.inbox("li", "drafts")] == [task.id]
    assert town.inbox("liu", "drafts") == []
    town.engine.execute(SaveDraft(actor="li", task_id=task.id, answers={"opinion": "全"}))
    assert town.page("li", task).answers["opinion"] == "全"
    town.complete("li", task, {"result": "通过"})
    assert town.rows(rows.Draft) == []
    assert town.inbox("li", "drafts") == []
