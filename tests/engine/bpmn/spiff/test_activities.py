"""Services, calls, rules, scripts, messages sent and received, and how they get stuck."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from engine.errors import EvaluationFailed, Invalid
from engine.feel import FeelFunction
from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, House, both, ext, flows
from tests.engine.bpmn.spiff.test_events import MESSAGE, boundary, timer

SERVICE = (
    '<startEvent id="s"/><serviceTask id="a">'
    + ext(
        '<zeebe:taskDefinition type="number-case" retries="5"/>'
        '<zeebe:taskHeaders><zeebe:header key="series" value="规审"/></zeebe:taskHeaders>'
        '<zeebe:ioMapping><zeebe:input source="=x" target="given"/>'
        '<zeebe:output source="=number" target="case.number"/></zeebe:ioMapping>'
    )
    + '</serviceTask><endEvent id="e"/><userTask id="b"/>'
    + boundary("err", "a", '<errorEventDefinition errorRef="err"/>')
    + flows("s>a>e", "err>b>e")
)


def test_a_service_task_parks_until_its_operation_is_done() -> None:
    case = both(
        SERVICE,
        lambda case: case.do("service_done", case.key("a"), {"number": 7, "noise": 1}),
        {"x": 3, "case": {"title": "t"}},
        extra=MESSAGE,
    )
    (asked,) = case.of(facts.ServiceRequested)
    assert asked.operation == "number-case"
    assert asked.headers == {"series": "规审"}
    assert asked.retries == 5
    assert asked.variables["given"] == 3
    assert case.run.variables == {"x": 3, "case": {"title": "t", "number": 7}}


def test_a_failed_operation_is_caught_or_an_incident() -> None:
    case = both(
        SERVICE,
        lambda case: (
            case.do("service_failed", case.key("a"), "E1", "no"),
            case.complete("b"),
        ),
        {"x": 3},
        extra=MESSAGE,
    )
    assert case.path == ["s", "err", "b", "e"]

    def retried(case: Case) -> None:
        case.do("service_failed", case.key("a"), "E9", "no such series")
        assert case.open == ["a"]
        case.do("retry", case.key("a"))
        case.do("service_done", case.key("a"), {"number": 1})

    case = both(SERVICE, retried, {"x": 3}, extra=MESSAGE)
    assert "no such series" in case.of(facts.IncidentRaised)[0].zh
    assert [fact.key for fact in case.of(facts.ServiceRequested)] == ["t2", "t2"]
    assert [fact.outcome for fact in case.of(facts.ServiceClosed)] == ["cancelled", "completed"]


def test_a_boundary_timer_interrupts_a_service_and_its_late_answer_is_refused() -> None:
    case = both(
        '<startEvent id="s"/><serviceTask id="a">'
        + ext('<zeebe:taskDefinition type="x"/>')
        + '</serviceTask><endEvent id="e"/>'
        + boundary("late", "a", timer("timeDuration", "PT1H"))
        + flows("s>a>e", "late>e"),
        lambda case: case.fire("late"),
    )
    assert [fact.outcome for fact in case.of(facts.ServiceClosed)] == ["cancelled"]


CALL = (
    '<startEvent id="s"/><callActivity id="c">'
    + ext('<zeebe:calledElement processId="=which"{}/>{}')
    + '</callActivity><endEvent id="e"/><userTask id="b"/>'
    + boundary("err", "c", '<errorEventDefinition errorRef="err"/>')
    + boundary("late", "c", timer("timeDuration", "PT1H"))
    + boundary("esc", "c", '<escalationEventDefinition escalationRef="esc"/>', interrupting=False)
    + flows("s>c>e", "err>b>e", "late>b", "esc>b")
)


def call(attributes: str = "", mapping: str = "") -> str:
    return CALL.replace("{}", attributes, 1).replace("{}", mapping, 1)


def test_a_call_activity_parks_until_its_child_ends() -> None:
    case = both(
        call(),
        lambda case: case.do("call_done", case.key("c"), {"opinion": "同意", "x": 2}),
        {"which": "public_hearing", "x": 1},
        extra=MESSAGE,
    )
    (opened,) = case.of(facts.CallOpened)
    assert (opened.process_id, opened.variables["x"]) == ("public_hearing", 1)
    assert case.run.variables["opinion"] == "同意"
    assert case.run.variables["x"] == 2
    assert [fact.outcome for fact in case.of(facts.CallClosed)] == ["completed"]


def test_a_call_activity_passes_only_what_the_model_says() -> None:
    case = both(
        call(
            ' propagateAllParentVariables="false" propagateAllChildVariables="false"',
            '<zeebe:ioMapping><zeebe:input source="=x+1" target="y"/>'
            '<zeebe:output source="=opinion" target="z"/></zeebe:ioMapping>',
        ),
        lambda case: case.do("call_done", case.key("c"), {"opinion": "o", "secret": 1}),
        {"which": "p2", "x": 1},
        extra=MESSAGE,
    )
    assert dict(case.of(facts.CallOpened)[0].variables) == {"y": 2}
    assert case.run.variables == {"which": "p2", "x": 1, "z": "o"}


def test_boundary_events_of_a_call_catch_what_its_child_throws() -> None:
    failed = both(
        call(),
        lambda case: (case.do("call_failed", case.key("c"), "E1"), case.complete("b")),
        {"which": "p2"},
        extra=MESSAGE,
    )
    assert failed.path == ["s", "err", "b", "e"]
    late = both(
        call(),
        lambda case: (case.fire("late"), case.complete("b")),
        {"which": "p2"},
        extra=MESSAGE,
    )
    assert [fact.outcome for fact in late.of(facts.CallClosed)] == ["cancelled"]
    escalated = both(
        call(),
        lambda case: (
            case.do("call_done", case.key("c"), {}, escalation="C1"),
            case.complete("b"),
        ),
        {"which": "p2"},
        extra=MESSAGE,
    )
    assert set(escalated.path) == {"s", "esc", "c", "e", "b"}
    uncaught = both(
        call(),
        lambda case: (
            case.do("call_failed", case.key("c"), "E7"),
            case.do("retry", case.key("c")),
            case.do("call_done", case.key("c"), {}),
        ),
        {"which": "p2"},
        extra=MESSAGE,
    )
    assert [fact.code for fact in uncaught.of(facts.IncidentRaised)] == ["error-uncaught"]
    assert len(uncaught.of(facts.CallOpened)) == 2


def test_a_business_rule_task_asks_the_decisions_of_the_deployment() -> None:
    house = House()
    house.decisions["needs-hearing"] = lambda seen: {"hearing": seen["amount"] > 5}
    case = both(
        '<startEvent id="s"/><businessRuleTask id="a">'
        + ext('<zeebe:calledDecision decisionId="needs-hearing" resultVariable="r"/>')
        + '</businessRuleTask><endEvent id="e"/>'
        + flows("s>a>e"),
        lambda case: None,
        {"amount": 9},
        house=house,
    )
    assert case.run.variables["r"] == {"hearing": True}


def test_a_script_task_is_feel_and_never_python() -> None:
    case = both(
        '<startEvent id="s"/><scriptTask id="a">'
        + ext('<zeebe:script expression="=份数 / 4" resultVariable="每人"/>')
        + '</scriptTask><scriptTask id="b" scriptFormat="feel" resultVariable="n">'
        "<script>count([1,2])</script></scriptTask>"
        '<endEvent id="e"/>' + flows("s>a>b>e"),
        lambda case: None,
        {"份数": 10},
    )
    assert case.run.variables == {"份数": 10, "每人": Decimal("2.5"), "n": 2}


@pytest.mark.parametrize(
    "text",
    ["__import__('os').system('true')", "1 +", "missing * 2", "for i in 1..9999999 return i"],
)
def test_a_script_that_fails_is_an_incident_and_harms_nothing_else(text: str) -> None:
    def scenario(case: Case) -> None:
        assert case.open == ["a", "b"]
        case.complete("b")
        assert case.open == ["a"]

    case = both(
        '<startEvent id="s"/><parallelGateway id="f"/><scriptTask id="a">'
        + ext(f'<zeebe:script expression="={text}" resultVariable="r"/>')
        + '</scriptTask><userTask id="b"/><endEvent id="e"/>'
        + flows("s>f>a>e", "f>b>e"),
        scenario,
    )
    (incident,) = case.of(facts.IncidentRaised)
    assert incident.element_id == "a"
    assert "r" not in case.run.variables


def test_another_script_format_runs_only_where_the_host_registered_it() -> None:
    body = (
        '<startEvent id="s"/><scriptTask id="a" scriptFormat="upper" resultVariable="r">'
        '<script>word</script></scriptTask><endEvent id="e"/>' + flows("s>a>e")
    )
    case = both(body, lambda case: None, {"word": "x"})
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["script-format"]
    house = House()
    house.scripts["upper"] = lambda text, seen: str(seen[text]).upper()
    assert both(body, lambda case: None, {"word": "x"}, house=house).run.variables["r"] == "X"

    def broken(text: str, seen: Any) -> object:
        raise ZeroDivisionError

    house.scripts["upper"] = broken
    case = both(body, lambda case: None, {"word": "x"}, house=house)
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["script-failed"]


def test_the_librarys_python_engine_is_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Python engine")

    monkeypatch.setattr(PythonScriptEngine, "__init__", refuse)
    monkeypatch.setattr(PythonScriptEngine, "evaluate", refuse)
    monkeypatch.setattr(PythonScriptEngine, "execute", refuse)
    case = both(
        '<startEvent id="s"/><exclusiveGateway id="g"/><scriptTask id="a" scriptFormat="feel"'
        ' resultVariable="r"><script>1 + 1</script></scriptTask><endEvent id="e"/>'
        + flows("s>g", "g>a: x = 1", "a>e"),
        lambda case: None,
        {"x": 1},
    )
    assert case.run.variables["r"] == 2


def test_values_that_feel_cannot_hold_are_an_incident() -> None:
    house = House()
    house.named["limit date"] = len  # no FEEL function
    case = both(
        '<startEvent id="s"/><scriptTask id="a">'
        + ext('<zeebe:script expression="=limit date(1)" resultVariable="r"/>')
        + "</scriptTask>"
        + flows("s>a"),
        lambda case: None,
        house=house,
    )
    assert len(case.of(facts.IncidentRaised)) == 1


def test_functions_of_the_house_are_called_by_their_names_with_spaces() -> None:
    house = House()
    house.named["limit date"] = FeelFunction(
        "limit date", ["id", "anchor"], lambda i, a: f"{i}/{a}"
    )
    case = both(
        '<startEvent id="s"/><scriptTask id="a">'
        + ext('<zeebe:script expression="=limit date(x, 2)" resultVariable="r"/>')
        + "</scriptTask>"
        + flows("s>a"),
        lambda case: None,
        {"x": "d"},
        house=house,
    )
    assert case.run.variables["r"] == "d/2"


def test_answers_nested_too_deep_are_refused() -> None:
    deep: object = 1
    for _ in range(5000):
        deep = [deep]
    case = Case(_specs('<startEvent id="s"/><userTask id="a"/>' + flows("s>a")))
    with pytest.raises(Invalid):
        case.run.complete(case.key("a"), {"x": deep})
    assert case.open == ["a"]


def test_a_loop_that_nests_a_value_ever_deeper_ends_as_an_incident() -> None:
    case = both(
        '<startEvent id="s"/><exclusiveGateway id="m"/><scriptTask id="a">'
        + ext('<zeebe:script expression="=[x]" resultVariable="x"/>')
        + "</scriptTask>"
        + flows("s>m>a>m"),
        lambda case: None,
    )
    assert [fact.element_id for fact in case.of(facts.IncidentRaised)] == ["a"]


def test_send_and_receive_tasks() -> None:
    case = both(
        '<startEvent id="s"/><sendTask id="a" messageRef="m"/><receiveTask id="b" messageRef="m"/>'
        '<task id="c"/><endEvent id="e"/>' + flows("s>a>b>c>e"),
        lambda case: case.deliver("b", got=1),
        {"caseNo": "n"},
        extra=MESSAGE,
    )
    assert [fact.name for fact in case.of(facts.MessageThrown)] == ["材料已到"]
    assert case.path == ["s", "a", "b", "c", "e"]


def test_an_instance_that_runs_away_is_stopped_and_can_go_on() -> None:
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="u"/>'
        '<exclusiveGateway id="g" default="g_e"/><scriptTask id="a">'
        + ext('<zeebe:script expression="=n + 1" resultVariable="n"/>')
        + '</scriptTask><endEvent id="e"/>'
        + flows("s>f>u>e", "f>g", "g>a: n &lt; 6000".replace("&lt;", "<"), "g>e", "a>g")
    )

    def scenario(case: Case) -> None:
        (incident,) = case.of(facts.IncidentRaised)
        assert incident.code == "runaway"
        assert "u" in case.open
        case.complete("u")
        assert case.ended is None
        case.do("retry", incident.key)

    case = both(body, scenario, {"n": 0})
    assert case.ended is not None
    assert case.run.variables["n"] == 6000


def test_an_instance_can_be_cancelled_as_a_whole() -> None:
    case = both(SERVICE, lambda case: case.do("cancel"), {"x": 1}, extra=MESSAGE)
    assert case.ended is not None
    assert case.ended.how == "terminated"
    assert case.cancelled == ["a"]


def test_expressions_are_evaluated_where_a_token_stands() -> None:
    case = Case(
        _specs(
            '<startEvent id="s"/><userTask id="a">'
            + ext('<zeebe:ioMapping><zeebe:input source="=x*10" target="x"/></zeebe:ioMapping>')
            + "</userTask>"
            + flows("s>a")
        ),
        {"x": 2},
    )
    key = case.key("a")
    assert case.run.evaluate("=x + y", key=key, extra={"y": 1}) == 21
    assert case.run.evaluate("x") == 2
    assert case.run.visible(key) == {"x": 20}
    with pytest.raises(EvaluationFailed):
        case.run.evaluate("1 +")


def _specs(body: str) -> Any:
    from tests.engine.bpmn.spiff.driver import compiled

    return compiled(body)
