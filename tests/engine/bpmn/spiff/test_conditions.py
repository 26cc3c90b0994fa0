"""Conditional events: as catch, on a boundary, as start of an event sub-process."""

from __future__ import annotations

import pytest

from engine.bpmn.spiff import instance
from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, both, ext, flows
from tests.engine.bpmn.spiff.test_events import MESSAGE, boundary


def condition(text: str) -> str:
    escaped = text.replace("<", "&lt;")
    return (
        f"<conditionalEventDefinition><condition>{escaped}</condition></conditionalEventDefinition>"
    )


def catch(element_id: str, text: str) -> str:
    return f'<intermediateCatchEvent id="{element_id}">{condition(text)}</intermediateCatchEvent>'


def script(element_id: str, expression: str, result: str) -> str:
    inner = ext(f'<zeebe:script expression="={expression}" resultVariable="{result}"/>')
    return f'<scriptTask id="{element_id}">{inner}</scriptTask>'


BESIDE = '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><endEvent id="e"/>'


def test_a_token_waits_until_its_condition_becomes_true() -> None:
    def scenario(case: Case) -> None:
        assert case.open == ["a", "c"]
        case.complete("a", x=3)
        assert case.open == ["a2", "c"]
        case.do("set_variables", {"x": 7})
        assert case.open == ["a2", "b"]
        case.complete("b").complete("a2")

    case = both(
        BESIDE
        + catch("c", "=x > 5")
        + '<userTask id="a2"/><userTask id="b"/>'
        + flows("s>f", "f>a>a2>e", "f>c>b>e"),
        scenario,
        {"x": 1},
    )
    assert case.path == ["s", "f", "a", "c", "b", "e", "a2", "e"]


def test_a_condition_that_holds_already_lets_its_token_pass() -> None:
    body = '<startEvent id="s"/>' + catch("c", "x > 5") + '<endEvent id="e"/>' + flows("s>c>e")
    assert both(body, lambda case: None, {"x": 6}).path == ["s", "c", "e"]


def test_a_value_that_is_there_for_one_step_only_is_seen() -> None:
    body = (
        BESIDE
        + catch("c", "x = 1")
        + script("one", "1", "x")
        + script("two", "2", "x")
        + flows("s>f", "f>c>e", "f>a>one>two>e")
    )
    case = both(body, lambda case: case.complete("a"))
    assert case.ended is not None
    assert case.run.variables["x"] == 2


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_condition_on_a_boundary(interrupting: bool) -> None:
    def scenario(case: Case) -> None:
        case.do("set_variables", {"amount": 50})
        assert case.open == ["a", "big"]
        case.do("set_variables", {"amount": 500})
        case.complete("look")
        if not interrupting:
            assert case.open == ["a", "big"]
            case.do("set_variables", {"amount": 600})
            assert case.open == ["a", "big"], "it never was false in between"
            case.do("set_variables", {"amount": 1})
            case.do("set_variables", {"amount": 700})
            case.complete("look").complete("a")

    case = both(
        '<startEvent id="s"/><userTask id="a"/>'
        + boundary("big", "a", condition("amount > 100"), interrupting=interrupting)
        + '<userTask id="look"/><endEvent id="e"/>'
        + flows("s>a>e", "big>look>e"),
        scenario,
    )
    assert case.cancelled == (["a"] if interrupting else [])
    assert case.path.count("look") == (1 if interrupting else 2)
    assert case.ended is not None


def test_a_condition_that_holds_when_the_task_begins_interrupts_it_at_once() -> None:
    case = both(
        '<startEvent id="s"/><userTask id="a"/>'
        + boundary("big", "a", condition("amount > 100"))
        + '<endEvent id="e"/>'
        + flows("s>a>e", "big>e"),
        lambda case: None,
        {"amount": 101},
    )
    assert case.path == ["s", "big", "e"]
    assert [fact.outcome for fact in case.of(facts.TaskClosed)] == ["cancelled"]


def test_nothing_in_an_interrupted_scope_runs_after_the_change() -> None:
    """The step after the one that made the condition true is inside, and must not run."""
    case = both(
        '<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/>'
        + script("one", "1", "x")
        + script("two", "2", "y")
        + flows("is>one>two")
        + "</subProcess>"
        + boundary("b", "sub", condition("x = 1"))
        + '<endEvent id="e"/>'
        + flows("s>sub>e", "b>e"),
        lambda case: None,
    )
    assert "y" not in case.run.variables
    assert case.path == ["s", "is", "one", "b", "e"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_condition_sets_off_an_event_sub_process(interrupting: bool) -> None:
    handler = (
        '<subProcess id="h" triggeredByEvent="true">'
        f'<startEvent id="hs" isInterrupting="{str(interrupting).lower()}">'
        + condition('state = "stop"')
        + '</startEvent><userTask id="handle"/>'
        + flows("hs>handle")
        + "</subProcess>"
    )
    case = both(
        '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
        + handler
        + flows("s>a>b>e"),
        lambda case: (
            case.complete("a", state="stop"),
            case.complete("handle"),
            None if interrupting else case.complete("b"),
        ),
    )
    assert case.ended is not None
    assert ("b" in case.path) is not interrupting
    assert case.path.count("handle") == 1


def test_local_variables_are_seen_where_the_event_stands() -> None:
    mapping = ext('<zeebe:ioMapping><zeebe:input source="=x * 10" target="y"/></zeebe:ioMapping>')
    case = both(
        f'<startEvent id="s"/><userTask id="a">{mapping}</userTask>'
        + boundary("b", "a", condition("y > 10"), interrupting=False)
        + '<endEvent id="e"/>'
        + flows("s>a>e", "b>e"),
        lambda case: (
            case.do("set_variables", {"x": 9}),
            case.do("set_variables", {"y": 11}, case.key("a")),
            case.complete("a"),
        ),
        {"x": 1},
    )
    assert case.path.count("b") == 1


def test_the_first_condition_behind_a_gateway_decides() -> None:
    case = both(
        '<startEvent id="s"/><eventBasedGateway id="g"/>'
        + catch("yes", "answer = true")
        + catch("no", "answer = false")
        + '<userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
        + flows("s>g", "g>yes>a>e", "g>no>b>e"),
        lambda case: (case.do("set_variables", {"answer": False}), case.complete("b")),
    )
    assert case.path == ["s", "g", "no", "b", "e"]


def test_a_condition_that_is_none_is_an_incident_of_its_own() -> None:
    case = both(
        '<startEvent id="s"/><userTask id="a"/>'
        + boundary("b", "a", condition("x + 1"))
        + '<endEvent id="e"/>'
        + flows("s>a>e", "b>e"),
        lambda case: (
            case.do("set_variables", {"x": None}),
            case.do("retry", case.key("b")),
            case.complete("a"),
        ),
        {"x": 1},
    )
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["condition-not-boolean"]
    assert case.ended is not None


def test_time_that_has_passed_is_noticed_when_anything_happens() -> None:
    def scenario(case: Case) -> None:
        assert case.open == ["a", "c"]
        case.later(days=10).complete("a")

    case = both(
        BESIDE + catch("c", 'today() > date("2026-03-09")') + flows("s>f", "f>a>e", "f>c>e"),
        scenario,
    )
    assert case.ended is not None


def test_conditions_that_set_each_other_off_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "STEP_BUDGET", 200)
    handler = (
        '<subProcess id="h{0}" triggeredByEvent="true"><startEvent id="hs{0}"'
        ' isInterrupting="false">'
        + condition("x = {0}")
        + '</startEvent><scriptTask id="set{0}">'
        + ext('<zeebe:script expression="={1}" resultVariable="x"/>')
        + "</scriptTask>"
        + flows("hs{0}>set{0}")
        + "</subProcess>"
    )
    case = both(
        '<startEvent id="s"/><userTask id="a"/>'
        + handler.format(1, 2)
        + handler.format(2, 1)
        + flows("s>a"),
        lambda case: case.do("set_variables", {"x": 1}),
    )
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["runaway"]


def test_an_event_sub_process_whose_scope_is_nearly_done_is_not_set_off() -> None:
    """A scope in which only event sub-processes still run begins no further ones (13.5.4)."""
    handler = (
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs" isInterrupting="false">'
        '<messageEventDefinition messageRef="m"/></startEvent><userTask id="handle"/>'
        + flows("hs>handle")
        + "</subProcess>"
    )

    def scenario(case: Case) -> None:
        case.deliver("hs").complete("a")
        assert case.open == ["handle"]
        case.complete("handle")

    case = both(
        '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>' + handler + flows("s>a>e"),
        scenario,
        {"caseNo": "1"},
        extra=MESSAGE,
    )
    assert case.ended is not None
