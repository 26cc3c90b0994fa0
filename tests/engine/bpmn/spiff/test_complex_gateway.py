"""The complex gateway: activation, reset, and what its flows get in both (BPMN 2.0.2, table 13.5)."""

from __future__ import annotations

import pytest

from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, both, flows


def body(ways: tuple[str, ...], *, when: str = "activationCount >= 2", default: str = "") -> str:
    attribute = f' default="{default}"' if default else ""
    return (
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        '<userTask id="c"/><userTask id="d"/><userTask id="late"/><endEvent id="e"/>'
        f'<complexGateway id="g"{attribute}><activationCondition>'
        f"{when.replace('>', '&gt;')}</activationCondition></complexGateway>"
        + flows("s>f", "f>a>g", "f>b>g", "f>c>g", "d>e", "late>e", *ways)
    )


def test_two_of_three_are_enough_and_the_third_brings_nothing_more() -> None:
    def scenario(case: Case) -> None:
        case.complete("b")
        assert case.open == ["a", "c"]
        case.complete("c")
        assert case.open == ["a", "d"]
        case.complete("a")
        assert case.open == ["d"]
        case.complete("d")

    case = both(body(("g>d",)), scenario)
    assert case.ended is not None
    assert case.path.count("d") == 1
    assert case.path.count("g") == 2


def test_a_scope_waits_for_the_reset() -> None:
    case = both(body(("g>d",)), lambda case: [case.complete(each) for each in ("a", "b", "d", "c")])
    assert case.path[-1] == "g"
    assert case.ended is not None


def test_conditions_see_in_which_phase_they_are() -> None:
    case = both(
        body(("g>d: waitingForStart", "g>late: not(waitingForStart)")),
        lambda case: [case.complete(each) for each in ("a", "b", "c", "late", "d")],
    )
    assert case.path.count("d") == case.path.count("late") == 1


def test_the_default_is_taken_when_no_condition_holds() -> None:
    case = both(
        body(("g>d: waitingForStart and x", "g>late"), default="g_late"),
        lambda case: [case.complete(each) for each in ("a", "b", "d", "c", "late")],
        {"x": True},
    )
    assert case.ended is not None
    assert case.path.count("late") == 1


def test_it_fires_again_for_the_next_round() -> None:
    text = (
        '<startEvent id="s"/><exclusiveGateway id="m"/><parallelGateway id="f"/><userTask id="a"/>'
        '<userTask id="b"/><complexGateway id="g"><activationCondition>a_g + b_g &gt;= 1'
        '</activationCondition></complexGateway><userTask id="d"/>'
        '<exclusiveGateway id="x" default="x_e"/><endEvent id="e"/>'
        + flows("s>m>f", "f>a>g", "f>b>g", "g>d>x>e", "x>m: again")
    )

    def scenario(case: Case) -> None:
        case.complete("a").complete("b").complete("d", again=True)
        case.complete("b").complete("a").complete("d", again=False)

    case = both(text, scenario)
    assert case.ended is not None
    assert case.path.count("d") == 2


def test_a_second_token_by_the_same_flow_waits_for_the_reset() -> None:
    text = (
        '<startEvent id="s"/><parallelGateway id="f"/><exclusiveGateway id="m"/><userTask id="a"/>'
        '<userTask id="a2"/><userTask id="b"/><complexGateway id="g"><activationCondition>'
        'activationCount &gt;= 1</activationCondition></complexGateway><endEvent id="e"/>'
        + flows("s>f", "f>a>m", "f>a2>m", "m>g", "f>b>g", "g>e")
    )

    def scenario(case: Case) -> None:
        case.complete("a")
        assert case.path.count("e") == 1
        case.complete("a2")
        assert case.path.count("e") == 1
        case.complete("b")

    case = both(text, scenario)
    assert case.path.count("e") == 2
    assert case.ended is not None


def test_a_gateway_with_one_way_in_only_splits() -> None:
    text = (
        '<startEvent id="s"/><complexGateway id="g"/><task id="a"/><task id="b"/><task id="c"/>'
        '<endEvent id="e"/>' + flows("s>g", "g>a: x", "g>b: x", "g>c: not(x)", "a>e", "b>e", "c>e")
    )
    case = both(text, lambda case: None, {"x": True})
    assert case.path == ["s", "g", "a", "b", "e", "e"]


def test_a_condition_that_never_holds_is_told() -> None:
    case = both(
        body(("g>d",), when="activationCount >= n"),
        lambda case: [case.complete(each) for each in ("a", "b", "c")],
        {"n": 4},
    )
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["join-never-fires"]


@pytest.mark.parametrize(("n", "code"), [("x", "condition-not-boolean"), (9, "join-never-fires")])
def test_what_is_stuck_goes_on_when_its_data_is_mended(n: object, code: str) -> None:
    def scenario(case: Case) -> None:
        for each in ("a", "b", "c"):
            case.complete(each)
        case.do("set_variables", {"n": 3})
        if case.run.incidents:
            case.do("retry", case.key("g"))
        case.complete("d")

    when = 'if n = "x" then n else activationCount >= n'
    case = both(body(("g>d",), when=when), scenario, {"n": n})
    assert code in [fact.code for fact in case.of(facts.IncidentRaised)]
    assert case.ended is not None


def test_without_a_way_on_it_is_an_incident() -> None:
    case = both(
        body(("g>d: x",)),
        lambda case: (
            case.complete("a"),
            case.complete("b"),
            case.do("set_variables", {"x": True}),
            case.do("retry", case.key("g")),
            case.complete("c"),
        ),
        {"x": False},
    )
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["no-way-on"]
    assert sorted(case.open) == ["d", "d"]


def test_an_inclusive_join_behind_does_not_wait_for_the_reset() -> None:
    text = (
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        '<userTask id="u"/><complexGateway id="g"><activationCondition>activationCount &gt;= 1'
        '</activationCondition></complexGateway><inclusiveGateway id="j"/><userTask id="d"/>'
        + flows("s>f", "f>a>g", "f>b>g", "f>u>j", "g>j>d")
    )

    def scenario(case: Case) -> None:
        case.complete("a").complete("b")
        assert case.open == ["u"]
        case.complete("u").complete("d")

    case = both(text, scenario)
    assert case.ended is not None
