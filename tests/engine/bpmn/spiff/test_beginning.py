"""Processes that begin at a receive task or at an event-based gateway."""

from __future__ import annotations

import pytest

from engine import bpmn
from engine.errors import NotFound
from engine.model import facts
from tests.engine.bpmn.spiff.driver import NOW, Case, House, both, compiled, flows, model
from tests.engine.bpmn.spiff.test_events import MESSAGE, timer
from tests.engine.bpmn.spiff.test_multiple import ROOTS

RECEIVE = (
    '<receiveTask id="r" messageRef="m" instantiate="true"/><userTask id="a"/><endEvent id="e"/>'
    + flows("r>a>e")
)


def test_a_message_starts_a_process_at_its_receive_task() -> None:
    case = both(RECEIVE, lambda case: case.complete("a"), {"x": 1}, extra=MESSAGE, start_event="r")
    assert case.path == ["r", "a", "e"]
    assert not case.of(facts.SubscriptionOpened)


def test_what_begins_nowhere_is_told() -> None:
    specs = compiled(RECEIVE, MESSAGE)
    with pytest.raises(NotFound):
        specs.start("p", {}, now=NOW, services=House())
    with pytest.raises(NotFound):
        specs.start("p", {}, now=NOW, services=House(), start_event="a")


def gateway(kind: str) -> str:
    return (
        f'<eventBasedGateway id="g" instantiate="true" eventGatewayType="{kind}"/>'
        '<intermediateCatchEvent id="c1"><messageEventDefinition messageRef="m"/>'
        '</intermediateCatchEvent><intermediateCatchEvent id="c2">'
        '<messageEventDefinition messageRef="m2"/></intermediateCatchEvent>'
        '<userTask id="a"/><userTask id="b"/><endEvent id="e"/>' + flows("g>c1>a>e", "g>c2>b>e")
    )


def test_the_first_event_behind_a_gateway_starts_the_process() -> None:
    case = both(
        gateway("Exclusive"),
        lambda case: case.complete("b"),
        {"caseNo": "1"},
        extra=ROOTS,
        start_event="c2",
    )
    assert case.path == ["g", "c2", "b", "e"]
    assert not case.of(facts.SubscriptionOpened)


def test_behind_a_parallel_gateway_the_others_are_waited_for() -> None:
    def scenario(case: Case) -> None:
        assert case.open == ["a", "c2"]
        case.complete("a")
        assert case.ended is None
        case.deliver("c2").complete("b")

    case = both(gateway("Parallel"), scenario, {"caseNo": "1"}, extra=ROOTS, start_event="c1")
    assert case.path == ["g", "c1", "a", "e", "c2", "b", "e"]
    (opened,) = case.of(facts.SubscriptionOpened)
    assert (opened.name, opened.correlation_key) == ("补正", None)
    assert case.ended is not None


def test_a_definition_says_how_it_may_be_started() -> None:
    definition = bpmn.load(model(RECEIVE, MESSAGE))
    (start,) = definition.processes["p"].starts
    assert (start.element_id, start.kind, start.name) == ("r", "message", "材料已到")
    run = definition.start("p", {}, now=NOW, services=House(), start_event="r")
    assert list(run.open.values()) == ["a"]
    definition = bpmn.load(model(gateway("Parallel"), ROOTS))
    starts = definition.processes["p"].starts
    assert [(each.element_id, each.name) for each in starts] == [("c1", "材料已到"), ("c2", "补正")]
    several = (
        '<startEvent id="s"><messageEventDefinition messageRef="m"/>'
        + timer("timeCycle", "R/P1D")
        + '</startEvent><endEvent id="e"/>'
        + flows("s>e")
    )
    starts = bpmn.load(model(several, ROOTS)).processes["p"].starts
    assert [(each.element_id, each.kind, each.name) for each in starts] == [
        ("s", "message", "材料已到"),
        ("s", "timer", "R/P1D"),
    ]
