"""Multi-instance activities, loops, and the scopes of variables."""

from __future__ import annotations

import pytest

from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, both, ext, flows
from tests.engine.bpmn.spiff.test_events import MESSAGE, boundary, timer


def multi(attributes: str, *, sequential: bool = False, inner: str = "") -> str:
    flag = ' isSequential="true"' if sequential else ""
    return (
        f"<multiInstanceLoopCharacteristics{flag}>"
        + ext(f"<zeebe:loopCharacteristics {attributes}/>")
        + inner
        + "</multiInstanceLoopCharacteristics>"
    )


OPINIONS = (
    'inputCollection="=units" inputElement="unit" outputCollection="opinions"'
    ' outputElement="=opinion"'
)


def task(loop: str, extra: str = "") -> str:
    return (
        f'<startEvent id="s"/><userTask id="a">{loop}</userTask>{extra}<endEvent id="e"/>'
        + flows("s>a>e")
    )


def test_parallel_instances_collect_their_outputs_in_order() -> None:
    def scenario(case: Case) -> None:
        assert case.open == ["a", "a", "a"]
        for number in (2, 0, 0):
            case.complete("a", number, opinion=f"o{number}")

    case = both(task(multi(OPINIONS)), scenario, {"units": ["x", "y", "z"]})
    assert [fact.loop for fact in case.of(facts.TaskOpened)] == [1, 2, 3]
    assert [fact.local["unit"] for fact in case.of(facts.TaskOpened)] == ["x", "y", "z"]
    assert case.run.variables == {"units": ["x", "y", "z"], "opinions": ["o0", "o0", "o2"]}
    entered = [fact for fact in case.of(facts.ActivityEntered) if fact.element_id == "a"]
    assert [fact.loop for fact in entered] == [1, 2, 3]


def test_sequential_instances_come_one_after_the_other() -> None:
    def scenario(case: Case) -> None:
        for opinion in ("a", "b"):
            assert case.open == ["a"]
            case.complete("a", opinion=opinion)

    case = both(task(multi(OPINIONS, sequential=True)), scenario, {"units": [1, 2]})
    assert case.run.variables["opinions"] == ["a", "b"]


@pytest.mark.parametrize("sequential", [True, False])
def test_an_empty_collection_passes(sequential: bool) -> None:
    case = both(task(multi(OPINIONS, sequential=sequential)), lambda case: None, {"units": []})
    assert case.run.variables["opinions"] == []
    assert case.path == ["s", "a", "e"]


def test_a_completion_condition_ends_the_rest() -> None:
    condition = "<completionCondition>=numberOfCompletedInstances >= 2</completionCondition>"
    case = both(
        task(multi(OPINIONS, inner=condition)),
        lambda case: (case.complete("a", opinion=1), case.complete("a", 1, opinion=3)),
        {"units": [1, 2, 3]},
    )
    assert case.run.variables["opinions"] == [1, None, 3]
    assert case.cancelled == ["a"]


def test_a_number_of_instances() -> None:
    loop = multi("", inner="<loopCardinality>=n + 1</loopCardinality>")
    case = both(task(loop), lambda case: [case.complete("a") for _ in range(3)], {"n": 2})
    assert [fact.local["loopCounter"] for fact in case.of(facts.TaskOpened)] == [1, 2, 3]


@pytest.mark.parametrize("units", [None, "x", 7])
def test_what_is_no_collection_is_an_incident(units: object) -> None:
    case = both(
        task(multi(OPINIONS)),
        lambda case: (
            case.do("set_variables", {"units": ["u"]}),
            case.do("retry", case.key("a")),
            case.complete("a", opinion="ok"),
        ),
        {"units": units},
    )
    assert case.run.variables["opinions"] == ["ok"]
    assert case.ended


def test_too_many_instances_are_an_incident() -> None:
    loop = multi("", inner="<loopCardinality>=1000000</loopCardinality>")
    case = both(task(loop), lambda case: None)
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["too-many-instances"]


def test_a_boundary_event_hangs_on_all_instances_together() -> None:
    body = (
        f'<startEvent id="s"/><userTask id="a">{multi(OPINIONS)}</userTask>'
        + boundary("late", "a", timer("timeDuration", "P3D"))
        + '<endEvent id="e"/><endEvent id="e2"/>'
        + flows("s>a>e", "late>e2")
    )
    case = both(
        body,
        lambda case: (case.complete("a", opinion=1), case.fire("late")),
        {"units": [1, 2, 3]},
    )
    assert case.cancelled == ["a", "a"]
    assert case.path == ["s", "a", "late", "e2"]


def test_a_sub_process_with_instances_has_scopes_of_its_own() -> None:
    body = (
        '<startEvent id="s"/><subProcess id="sub">'
        + multi(
            'inputCollection="=units" inputElement="unit" outputCollection="all"'
            ' outputElement="=unit + mine"'
        )
        + '<startEvent id="is"/><userTask id="a">'
        + ext('<zeebe:ioMapping><zeebe:output source="=answer" target="mine"/></zeebe:ioMapping>')
        + "</userTask>"
        + flows("is>a")
        + '</subProcess><endEvent id="e"/>'
        + flows("s>sub>e")
    )
    body = body.replace(
        '<startEvent id="is"/>',
        ext('<zeebe:ioMapping><zeebe:input source="=0" target="mine"/></zeebe:ioMapping>')
        + '<startEvent id="is"/>',
    )
    case = both(
        body,
        lambda case: (case.complete("a", 1, answer=5), case.complete("a", answer=1)),
        {"units": [10, 20]},
    )
    assert case.run.variables == {"units": [10, 20], "all": [11, 25]}
    subs = [fact for fact in case.of(facts.ActivityEntered) if fact.element_id == "sub"]
    inner = [fact for fact in case.of(facts.ActivityEntered) if fact.element_id == "a"]
    assert [fact.scope for fact in inner] == [fact.key for fact in subs]
    assert [fact.loop for fact in subs] == [1, 2]


def test_an_error_in_one_instance_ends_them_all() -> None:
    body = (
        '<startEvent id="s"/><subProcess id="sub">'
        + multi('inputCollection="=[1,2]" inputElement="n"')
        + '<startEvent id="is"/><userTask id="a"/><endEvent id="x">'
        '<errorEventDefinition errorRef="err"/></endEvent>'
        + flows("is>a>x")
        + "</subProcess>"
        + boundary("b", "sub", '<errorEventDefinition errorRef="err"/>')
        + '<endEvent id="e"/><endEvent id="e2"/>'
        + flows("s>sub>e", "b>e2")
    )
    case = both(body, lambda case: case.complete("a", 1), extra=MESSAGE)
    assert case.path[-2:] == ["b", "e2"]
    assert sorted(case.cancelled) == ["a", "sub", "sub"]


def standard(attributes: str, condition: str) -> str:
    return (
        f"<standardLoopCharacteristics {attributes}><loopCondition>{condition}</loopCondition>"
        "</standardLoopCharacteristics>"
    )


def test_a_loop_goes_on_while_its_condition_holds() -> None:
    case = both(
        task(standard("", "=not(done)")),
        lambda case: (
            case.complete("a", done=False),
            case.complete("a", done=False),
            case.complete("a", done=True),
        ),
    )
    assert [fact.loop for fact in case.of(facts.TaskOpened)] == [1, 2, 3]
    case = both(task(standard('testBefore="true"', "=more")), lambda case: None, {"more": False})
    assert case.path == ["s", "a", "e"]
    case = both(
        task(standard('loopMaximum="2"', "=true")),
        lambda case: (case.complete("a"), case.complete("a")),
    )
    assert case.ended


def test_answers_go_to_the_scope_that_has_the_name() -> None:
    body = (
        '<startEvent id="s"/><subProcess id="sub">'
        + ext('<zeebe:ioMapping><zeebe:input source="=1" target="mine"/></zeebe:ioMapping>')
        + '<startEvent id="is"/><userTask id="a"/><userTask id="b"/>'
        + flows("is>a>b")
        + '</subProcess><endEvent id="e"/>'
        + flows("s>sub>e")
    )

    def scenario(case: Case) -> None:
        case.complete("a", mine=2, new=3)
        assert case.run.visible(case.key("b")) == {"mine": 2, "new": 3}
        assert case.run.variables == {"new": 3}
        case.complete("b")

    case = both(body, scenario)
    assert case.run.variables == {"new": 3}


def test_a_mapping_that_fails_is_an_incident_and_is_tried_again() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a">'
        + ext('<zeebe:ioMapping><zeebe:output source="=x +" target="y"/></zeebe:ioMapping>')
        + '</userTask><endEvent id="e"/>'
        + flows("s>a>e")
    )
    case = both(
        body,
        lambda case: (case.complete("a", x=1), case.do("retry", case.key("a"))),
    )
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["expression-failed"] * 2
    assert case.open == ["a"]
    assert [fact.outcome for fact in case.of(facts.TaskClosed)] == ["completed"]
