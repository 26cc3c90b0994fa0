"""Going back: to an earlier activity of the scope, where it loses and doubles no token."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Conflict
from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, accounted, both, compiled, flows
from tests.engine.bpmn.spiff.test_properties import Block, Drawing, scope, trees

LINE = (
    '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><userTask id="c"/><endEvent id="e"/>'
    + flows("s>a>b>c>e")
)
FORKED = (
    '<startEvent id="s"/><userTask id="a"/><parallelGateway id="f"/><userTask id="b1"/>'
    '<userTask id="b2"/><userTask id="c"/><parallelGateway id="j"/><userTask id="d"/>'
    '<endEvent id="e"/>' + flows("s>a>f>b1>b2>j>d>e", "f>c>j")
)


def back(case: Case, *open_at: str, to: str) -> Case:
    return case.do("send_back", [case.key(each) for each in open_at], to)


def refused(case: Case, *open_at: str, to: str) -> str:
    before = case.run.save()
    with pytest.raises(Conflict) as caught:
        case.run.send_back([case.key(each) for each in open_at], to)
    assert case.run.save() == before
    assert not case.run.progress().facts
    return str(caught.value.data["code"])


def test_the_earlier_task_opens_again_and_what_was_done_stays_told() -> None:
    def scenario(case: Case) -> None:
        case.complete("a", x=1)
        case.complete("b")
        back(case, "c", to="a")
        assert case.open == ["a"]
        assert case.run.variables == {"x": 1}
        case.complete("a", x=2)
        case.complete("b")
        case.complete("c")

    case = both(LINE, scenario)
    assert case.path == ["s", "a", "b", "a", "b", "c", "e"]
    assert case.cancelled == ["c"]
    assert [fact.outcome for fact in case.of(facts.TaskClosed)].count("cancelled") == 1
    assert case.ended is not None


def test_a_step_is_not_sent_forward_nor_where_no_way_leads_from() -> None:
    case = Case(compiled(LINE)).complete("a")
    assert refused(case, "b", to="c") == "never-leads"
    assert refused(case, "b", to="nowhere") == "scope"


def test_within_a_branch_one_goes_back_while_the_other_goes_on() -> None:
    def scenario(case: Case) -> None:
        case.complete("a")
        case.complete("b1")
        back(case, "b2", to="b1")
        case.complete("c")
        case.complete("b1")
        case.complete("b2")
        case.complete("d")

    assert both(FORKED, scenario).path.count("d") == 1


def test_no_branch_is_lost_or_doubled() -> None:
    case = Case(compiled(FORKED)).complete("a").complete("b1")
    assert refused(case, "b2", to="a") == "parallel"
    assert refused(case, "b2", to="c") == "never-leads"
    case.complete("b2")
    case.complete("c")
    # Behind the join: one branch alone would wait for the other for ever.
    assert refused(case, "d", to="b1") == "parallel"
    assert refused(case, "d", to="c") == "parallel"
    back(case, "d", to="a").complete("a")
    assert case.open == ["b1", "c"]


def test_several_tasks_that_followed_go_back_together() -> None:
    def scenario(case: Case) -> None:
        case.complete("a")
        back(case, "b1", "c", to="a")
        assert case.open == ["a"]
        case.complete("a")
        case.complete("b1").complete("b2").complete("c").complete("d")

    assert both(FORKED, scenario).ended is not None
    busy = Case(compiled(FORKED)).complete("a").complete("c")
    assert refused(busy, "b1", to="a") == "parallel"


def test_a_sub_process_is_neither_left_nor_entered() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/><subProcess id="u"><startEvent id="us"/>'
        '<userTask id="x"/><userTask id="y"/><endEvent id="ue"/>' + flows("us>x>y>ue")
    ) + '</subProcess><userTask id="b"/><endEvent id="e"/>' + flows("s>a>u>b>e")  # fmt: skip
    case = Case(compiled(body)).complete("a").complete("x")
    assert refused(case, "y", to="a") == "scope"
    back(case, "y", to="x").complete("x").complete("y")
    assert refused(case, "b", to="x") == "scope"
    back(case, "b", to="a").complete("a")
    assert case.open == ["x"]


def test_one_of_several_is_not_sent_back_alone() -> None:
    many = (
        "<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics"
        ' inputCollection="=[1,2]" inputElement="i"/></extensionElements>'
        "</multiInstanceLoopCharacteristics>"
    )
    body = (
        f'<startEvent id="s"/><userTask id="a"/><userTask id="m">{many}</userTask>'
        '<userTask id="b"/><endEvent id="e"/>' + flows("s>a>m>b>e")
    )
    case = Case(compiled(body)).complete("a")
    assert refused(case, "m", to="a") == "several"
    case.complete("m").complete("m")
    assert refused(case, "b", to="m") == "several"
    back(case, "b", to="a")
    assert case.open == ["a"]


def test_what_hangs_on_a_step_that_goes_back_is_no_longer_waited_for() -> None:
    hung = (
        '<boundaryEvent id="t" attachedToRef="b"><timerEventDefinition><timeDuration>P1D'
        "</timeDuration></timerEventDefinition></boundaryEvent>"
    )
    body = (
        f'<startEvent id="s"/><userTask id="a"/><userTask id="b"/>{hung}<endEvent id="e"/>'
        + flows("s>a>b>e", "t>e")
    )

    def scenario(case: Case) -> None:
        case.complete("a")
        assert case.open == ["b", "t"]
        back(case, "b", to="a")
        assert case.open == ["a"]
        case.complete("a")
        case.complete("b")

    assert both(body, scenario).ended is not None


@settings(max_examples=150, derandomize=True)
@given(block=trees, seed=st.integers(0, 2**16), start=st.integers(0, 5))
def test_whatever_way_back_is_allowed_the_case_still_ends(
    block: Block, seed: int, start: int
) -> None:
    framed = ("seq", [("user",), block, ("user",)])
    specs = compiled(scope(Drawing(), framed), '<error id="err" errorCode="E1"/>')
    straight = Case(specs, {"n": start})
    play_backward(straight, seed)
    restored = Case(specs, {"n": start}, restoring=True)
    play_backward(restored, seed)
    assert straight.facts == restored.facts
    assert straight.ended is not None, straight.run.save()
    accounted(straight)


def play_backward(case: Case, seed: int) -> None:
    """Answer whatever is open, sometimes going back to what was done, until nothing is open."""
    chance, returns = random.Random(seed), 8
    done: list[str] = []
    for _ in range(2000):
        if not case.run.open:
            break
        key = chance.choice(sorted(case.run.open))
        if case.run._instance.tasks[key].waits == "timer":
            case.do("fire", key)
            continue
        target = chance.choice(done) if done else ""
        if returns and target and chance.random() < 0.5 and not case.run.hindrance([key], target):
            returns -= 1
            case.do("send_back", [key], target)
            assert target in case.open
            continue
        done.append(case.run.open[key])
        case.do("complete", key, {"n": chance.randrange(6)})
