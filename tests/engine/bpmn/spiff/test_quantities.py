"""How many tokens begin and leave an activity, and what instances throw when they are completed."""

from __future__ import annotations

import pytest

from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, both, flows
from tests.engine.bpmn.spiff.test_events import MESSAGE, boundary

START = '<startEvent id="s"/>'


def test_an_activity_begins_once_enough_tokens_have_come() -> None:
    body = (
        START + '<parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        '<userTask id="c" startQuantity="2"/><endEvent id="e"/>'
        + flows("s>f", "f>a>c", "f>b>c", "c>e")
    )

    def scenario(case: Case) -> None:
        case.complete("a")
        assert case.open == ["b"]
        case.complete("b")
        assert case.open == ["c"]
        case.complete("c")

    assert both(body, scenario).path == ["s", "f", "a", "b", "c", "e"]


def test_tokens_that_stay_too_few_are_told() -> None:
    body = START + '<userTask id="c" startQuantity="2"/>' + flows("s>c")
    case = both(body, lambda case: case.do("retry", case.open_key()))
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["join-never-fires"] * 2
    assert not case.of(facts.TaskOpened)


def test_several_tokens_leave_an_activity() -> None:
    body = (
        START
        + '<task id="a" completionQuantity="2"/><userTask id="b"/><userTask id="c"/>'
        + flows("s>a>b", "a>c")
    )
    case = both(
        body,
        lambda case: [case.complete(each) for each in ("b", "c", "b", "c")],
    )
    assert case.ended is not None


LOOP = (
    "<multiInstanceLoopCharacteristics{}><loopCardinality>3</loopCardinality>{}"
    "</multiInstanceLoopCharacteristics>"
)


def throws(definition: str, when: str = "", condition: str = "") -> str:
    attribute = f' when="{when}"' if when else ""
    said = f"<condition>{condition}</condition>" if condition else ""
    return (
        f"<complexBehaviorDefinition{attribute}>{said}<event>{definition}</event>"
        "</complexBehaviorDefinition>"
    )


SIGNAL = '<signalEventDefinition signalRef="sig"/>'
ESCALATION = '<escalationEventDefinition escalationRef="esc"/>'
MESSAGED = '<messageEventDefinition messageRef="m"/>'
ERROR = '<errorEventDefinition errorRef="err"/>'


@pytest.mark.parametrize("definition", [SIGNAL, ESCALATION, MESSAGED])
@pytest.mark.parametrize(("when", "times"), [("each", 3), ("first", 1)])
def test_what_instances_throw_is_caught_on_the_boundary(
    definition: str, when: str, times: int
) -> None:
    body = (
        START
        + f'<userTask id="a">{LOOP.format("", throws(definition, when))}</userTask>'
        + boundary("b", "a", definition, interrupting=False)
        + '<userTask id="x"/><endEvent id="e"/>'
        + flows("s>a>e", "b>x>e")
    )
    case = both(
        body,
        lambda case: [case.complete("a") for _ in range(3)],
        {"caseNo": "1"},
        extra=MESSAGE,
    )
    assert case.open == ["x"] * times
    assert not case.of(facts.SignalThrown)
    assert not case.of(facts.MessageThrown)


def test_an_interrupting_boundary_ends_the_other_instances() -> None:
    body = (
        START
        + f'<userTask id="a">{LOOP.format("", throws(ESCALATION, "first"))}</userTask>'
        + boundary("b", "a", ESCALATION)
        + '<endEvent id="e"/><endEvent id="e2"/>'
        + flows("s>a>e", "b>e2")
    )
    case = both(body, lambda case: case.complete("a"), extra=MESSAGE)
    assert case.path == ["s", "a", "b", "e2"]
    assert case.cancelled == ["a", "a"]


def test_a_condition_says_when_an_instance_throws() -> None:
    told = throws(SIGNAL, condition="numberOfCompletedInstances = 2 and x")
    body = (
        START
        + '<userTask id="a">'
        + LOOP.format(' isSequential="true"', told)
        + '</userTask><endEvent id="e"/>'
        + flows("s>a>e")
    )
    case = both(body, lambda case: [case.complete("a", x=True) for _ in range(3)], extra=MESSAGE)
    assert [fact.name for fact in case.of(facts.SignalThrown)] == ["停办"]
    assert case.ended is not None


def test_an_error_of_an_instance_that_nobody_catches_is_an_incident() -> None:
    body = (
        START
        + f'<userTask id="a">{LOOP.format("", throws(ERROR, "first"))}</userTask>'
        + flows("s>a")
    )
    case = both(body, lambda case: case.complete("a"), extra=MESSAGE)
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["error-uncaught"]
