"""Events with several triggers: the first is enough, or all have to come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import ModelRejected
from engine.model import facts
from tests.engine.bpmn.spiff.driver import NOW, Case, both, compiled, flows
from tests.engine.bpmn.spiff.test_conditions import condition
from tests.engine.bpmn.spiff.test_events import MESSAGE, timer

ROOTS = MESSAGE + '<message id="m2" name="补正"/><signal id="sig2" name="重启"/>'
TWO = '<messageEventDefinition messageRef="m"/><messageEventDefinition messageRef="m2"/>'


def test_the_first_trigger_of_a_catching_event_is_enough() -> None:
    body = (
        '<startEvent id="s"/><intermediateCatchEvent id="c">'
        + TWO
        + timer("timeDuration", "P2D")
        + condition("done")
        + '</intermediateCatchEvent><endEvent id="e"/>'
        + flows("s>c>e")
    )

    def by_message(case: Case) -> None:
        assert case.open == ["c"] * 4
        key = next(f.key for f in case.of(facts.SubscriptionOpened) if f.name == "补正")
        case.do("deliver", key, {"x": 1})

    case = both(body, by_message, {"caseNo": "1"}, extra=ROOTS)
    assert case.path == ["s", "c", "e"]
    assert case.run.variables["x"] == 1
    assert len(case.of(facts.ActivityEntered)) == 3
    key = next(fact.key for fact in case.of(facts.TimerSet))
    case = both(body, lambda case: case.do("fire", key), {"caseNo": "1"}, extra=ROOTS)
    assert case.path == ["s", "c", "e"]
    case = both(
        body, lambda case: case.do("set_variables", {"done": True}), {"caseNo": "1"}, extra=ROOTS
    )
    assert case.path == ["s", "c", "e"]


def test_all_triggers_of_a_parallel_one_have_to_come() -> None:
    def scenario(case: Case) -> None:
        first, second = [fact.key for fact in case.of(facts.SubscriptionOpened)]
        case.do("deliver", second, {"b": 2})
        assert case.open == ["c", "c"]
        case.do("set_variables", {"ok": True})
        assert case.open == ["c"]
        case.do("set_variables", {"ok": False})
        case.do("deliver", first, {"a": 1})

    case = both(
        '<startEvent id="s"/><intermediateCatchEvent id="c" parallelMultiple="true">'
        + TWO
        + condition("ok")
        + '</intermediateCatchEvent><endEvent id="e"/>'
        + flows("s>c>e"),
        scenario,
        {"caseNo": "1"},
        extra=ROOTS,
    )
    assert case.ended is not None
    assert (case.run.variables["a"], case.run.variables["b"]) == (1, 2)


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("parallel", [True, False])
def test_several_triggers_on_a_boundary(interrupting: bool, parallel: bool) -> None:
    attributes = ("" if interrupting else ' cancelActivity="false"') + (
        ' parallelMultiple="true"' if parallel else ""
    )

    def scenario(case: Case) -> None:
        rounds = 1 if interrupting else 2
        for _ in range(rounds):
            if parallel:
                case.deliver("b")
                assert "x" not in case.open
            case.do("deliver", case.key("b", 0 if parallel else 1), {})
            case.complete("x")
        if not interrupting:
            assert case.open == ["a", "b", "b"]
            case.complete("a")

    case = both(
        f'<startEvent id="s"/><userTask id="a"/><boundaryEvent id="b" attachedToRef="a"{attributes}>'
        + TWO
        + '</boundaryEvent><userTask id="x"/><endEvent id="e"/>'
        + flows("s>a>e", "b>x>e"),
        scenario,
        {"caseNo": "1"},
        extra=ROOTS,
    )
    assert case.path.count("x") == (1 if interrupting else 2)
    assert case.cancelled == (["a"] if interrupting else [])


@pytest.mark.parametrize("interrupting", [True, False])
def test_several_triggers_of_an_event_sub_process(interrupting: bool) -> None:
    handler = (
        '<subProcess id="h" triggeredByEvent="true">'
        f'<startEvent id="hs" isInterrupting="{str(interrupting).lower()}">{TWO}'
        '</startEvent><userTask id="x"/>' + flows("hs>x") + "</subProcess>"
    )

    def scenario(case: Case) -> None:
        case.do("deliver", case.key("hs", 1), {"n": 1})
        case.complete("x")
        if not interrupting:
            case.deliver("hs").complete("x").complete("a")

    case = both(
        '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>' + handler + flows("s>a>e"),
        scenario,
        {"caseNo": "1"},
        extra=ROOTS,
    )
    assert case.path.count("h") == (1 if interrupting else 2)
    assert case.ended is not None


def test_a_cycle_among_several_triggers_goes_on() -> None:
    def scenario(case: Case) -> None:
        for _ in range(2):
            case.later(days=1)
            case.do("fire", [f.key for f in case.of(facts.TimerSet)][-1])
        case.deliver("b").complete("a")

    case = both(
        '<startEvent id="s"/><userTask id="a"/>'
        '<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">'
        + timer("timeCycle", "R2/P1D")
        + '<messageEventDefinition messageRef="m"/></boundaryEvent><endEvent id="e"/>'
        + flows("s>a>e", "b>e"),
        scenario,
        {"caseNo": "1"},
        extra=ROOTS,
    )
    assert [fact.due for fact in case.of(facts.TimerSet)] == [
        NOW + timedelta(days=1),
        NOW + timedelta(days=2),
    ]
    assert case.path.count("b") == 3


def test_an_error_is_caught_by_one_of_several_triggers() -> None:
    case = both(
        '<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/><endEvent id="boom">'
        '<errorEventDefinition errorRef="err2"/></endEvent>'
        + flows("is>boom")
        + '</subProcess><boundaryEvent id="b" attachedToRef="sub">'
        '<errorEventDefinition errorRef="err"/><errorEventDefinition errorRef="err2"/>'
        + timer("timeDuration", "P1D")
        + '</boundaryEvent><endEvent id="e"/>'
        + flows("s>sub>e", "b>e"),
        lambda case: None,
        extra=ROOTS,
    )
    assert case.path == ["s", "is", "boom", "b", "e"]


def test_several_triggers_are_all_thrown_and_what_ends_comes_last() -> None:
    case = both(
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/>'
        '<intermediateThrowEvent id="t"><signalEventDefinition signalRef="sig"/>'
        '<messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
        '<endEvent id="e"><terminateEventDefinition/><signalEventDefinition signalRef="sig2"/>'
        "</endEvent>" + flows("s>f", "f>a", "f>t>e"),
        lambda case: None,
        {"caseNo": "1"},
        extra=ROOTS,
    )
    assert [fact.name for fact in case.of(facts.SignalThrown)] == ["停办", "重启"]
    assert [fact.name for fact in case.of(facts.MessageThrown)] == ["材料已到"]
    assert case.ended is not None
    assert case.ended.how == "terminated"


def test_several_triggers_behind_an_event_based_gateway() -> None:
    case = both(
        '<startEvent id="s"/><eventBasedGateway id="g"/><intermediateCatchEvent id="c">'
        + TWO
        + '</intermediateCatchEvent><intermediateCatchEvent id="t">'
        + timer("timeDuration", "P1D")
        + '</intermediateCatchEvent><userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
        + flows("s>g", "g>c>a>e", "g>t>b>e"),
        lambda case: (case.do("deliver", case.key("c", 1), {}), case.complete("a")),
        {"caseNo": "1"},
        extra=ROOTS,
    )
    assert case.path == ["s", "g", "c", "a", "e"]
    assert len(case.of(facts.SubscriptionClosed)) == 2
    assert len(case.of(facts.TimerCleared)) == 1


def test_parallel_triggers_that_cannot_be_waited_for_are_refused() -> None:
    with pytest.raises(ModelRejected):
        compiled(
            '<startEvent id="s"/><userTask id="a"/><boundaryEvent id="b" attachedToRef="a"'
            ' parallelMultiple="true"><errorEventDefinition errorRef="err"/>'
            '<messageEventDefinition messageRef="m"/></boundaryEvent>' + flows("s>a"),
            ROOTS,
        )
