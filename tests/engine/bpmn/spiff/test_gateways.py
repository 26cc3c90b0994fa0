"""Joins: inclusive ones by the specification's rule, parallel ones with surplus tokens."""

from __future__ import annotations

from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, both, flows
from tests.engine.bpmn.spiff.test_events import boundary, timer


def test_an_inclusive_join_waits_for_those_that_can_come_and_no_others() -> None:
    body = (
        '<startEvent id="s"/><inclusiveGateway id="f" default="f_c"/><userTask id="a"/>'
        '<userTask id="b"/><userTask id="c"/><inclusiveGateway id="j"/><userTask id="d"/>'
        '<endEvent id="e"/>' + flows("s>f", "f>a: x", "f>b: y", "f>c", "a>j", "b>j", "c>j", "j>d>e")
    )
    case = both(
        body,
        lambda case: (case.complete("b"), case.complete("a"), case.complete("d")),
        {"x": True, "y": True},
    )
    assert case.path == ["s", "f", "b", "a", "j", "d", "e"]
    case = both(
        body, lambda case: (case.complete("b"), case.complete("d")), {"x": False, "y": True}
    )
    assert case.path == ["s", "f", "b", "j", "d", "e"]
    case = both(body, lambda case: (case.complete("c"), case.complete("d")))
    assert case.path == ["s", "f", "c", "j", "d", "e"]


def test_an_inclusive_join_lets_go_when_a_branch_leaves_for_elsewhere() -> None:
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        '<exclusiveGateway id="x" default="x_j"/><endEvent id="away"/><inclusiveGateway id="j"/>'
        '<userTask id="d"/><endEvent id="e"/>'
        + flows("s>f", "f>a>j", "f>b>x", "x>away: gone", "x>j", "j>d>e")
    )

    def scenario(case: Case) -> None:
        case.complete("a")
        assert case.open == ["b"]
        case.complete("b", gone=True)
        case.complete("d")

    assert both(body, scenario).path == ["s", "f", "a", "b", "x", "away", "j", "d", "e"]


def test_an_inclusive_join_waits_for_what_a_boundary_event_may_bring() -> None:
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        + boundary("late", "b", timer("timeDuration", "P1D"))
        + '<inclusiveGateway id="j"/><userTask id="d"/><endEvent id="e"/><endEvent id="e2"/>'
        + flows("s>f", "f>a>j", "f>b>e2", "late>j", "j>d>e")
    )
    case = both(body, lambda case: (case.complete("a"), case.fire("late"), case.complete("d")))
    assert case.path.count("j") == 1
    case = both(body, lambda case: (case.complete("a"), case.complete("b"), case.complete("d")))
    assert case.path == ["s", "f", "a", "b", "e2", "j", "d", "e"]


def test_an_inclusive_join_in_a_loop_fires_each_time_round() -> None:
    body = (
        '<startEvent id="s"/><exclusiveGateway id="m"/><inclusiveGateway id="f"/>'
        '<userTask id="a"/><userTask id="b"/>'
        '<inclusiveGateway id="j"/><exclusiveGateway id="x" default="x_e"/><endEvent id="e"/>'
        + flows("s>m>f", "f>a>j", "f>b>j", "j>x", "x>m: again", "x>e")
    )

    def scenario(case: Case) -> None:
        for again in (True, True, False):
            case.complete("a", again=again)
            case.complete("b")

    assert both(body, scenario).path.count("j") == 3


def test_a_parallel_join_keeps_surplus_tokens_for_the_next_time() -> None:
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        '<userTask id="b2"/><exclusiveGateway id="m"/><parallelGateway id="j"/>'
        '<userTask id="d"/><endEvent id="e"/>'
        + flows("s>f", "f>a>j", "f>b>m", "f>b2>m", "m>j", "j>d>e")
    )

    def scenario(case: Case) -> None:
        case.complete("b").complete("b2")
        case.complete("a")
        case.complete("d")

    case = both(body, scenario)
    assert case.path.count("d") == 1
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["join-never-fires"]
    assert case.open == ["j"]
    assert case.ended is None


def test_a_join_that_never_fires_is_told_and_stays_so() -> None:
    body = (
        '<startEvent id="s"/><exclusiveGateway id="x" default="x_a"/><userTask id="a"/>'
        '<userTask id="b"/><parallelGateway id="j"/><endEvent id="e"/>'
        + flows("s>x", "x>a>j", "x>b: false", "b>j", "j>e")
    )
    case = both(body, lambda case: (case.complete("a"), case.do("retry", case.key("j"))))
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["join-never-fires"] * 2


def test_a_join_that_is_ended_while_it_gathers_is_no_dead_end() -> None:
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        '<userTask id="c"/><parallelGateway id="j"/>'
        '<endEvent id="e"><terminateEventDefinition/></endEvent>'
        + flows("s>f", "f>a>j", "f>b>j", "f>c>e")
    )
    case = both(body, lambda case: (case.complete("a"), case.complete("c")))
    assert not case.of(facts.IncidentRaised)
    assert case.cancelled == ["b", "j"]


def test_an_inclusive_gateway_without_a_way_is_an_incident() -> None:
    body = (
        '<startEvent id="s"/><inclusiveGateway id="g"/><userTask id="a"/><userTask id="b"/>'
        + flows("s>g", "g>a: x", "g>b: y")
    )
    case = both(
        body,
        lambda case: (
            case.do("set_variables", {"y": True}),
            case.do("retry", case.key("g")),
            case.complete("b"),
        ),
    )
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["no-way-on"]


def test_a_condition_that_is_no_condition_is_an_incident() -> None:
    body = '<startEvent id="s"/><exclusiveGateway id="g"/><userTask id="a"/>' + flows(
        "s>g", "g>a: x + 1"
    )
    case = both(body, lambda case: None, {"x": 1})
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["condition-not-boolean"]
