"""Sequences, user tasks and gateways, straight and restored at every step."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, NotFound
from engine.model import facts
from tests.engine.bpmn.spiff.driver import NOW, Case, House, both, compiled, ext, flows


def test_a_sequence_of_user_tasks_runs_to_its_end() -> None:
    case = both(
        '<startEvent id="s"/><userTask id="a" name="起草"/><userTask id="b"/><endEvent id="e"/>'
        + flows("s>a>b>e"),
        lambda case: (case.complete("a", x=1), case.complete("b", y="二")),
    )
    assert case.path == ["s", "a", "b", "e"]
    assert case.ended is not None
    assert case.ended.how == "completed"
    assert case.run.variables == {"x": 1, "y": "二"}
    opened = case.of(facts.TaskOpened)
    assert [fact.name for fact in opened] == ["起草", ""]
    assert all(fact.at == NOW for fact in case.of(facts.ActivityEntered))


def test_ids_that_collide_with_the_librarys_own_run() -> None:
    case = both(
        '<startEvent id="Start"/><userTask id="Root"/><userTask id="p.EndJoin"/>'
        '<endEvent id="End"/>' + flows("Start>Root>p.EndJoin>End"),
        lambda case: (case.complete("Root"), case.complete("p.EndJoin")),
    )
    assert case.path == ["Start", "Root", "p.EndJoin", "End"]


@pytest.mark.parametrize(("x", "where"), [(1, "a"), (20, "b"), (7, "c")])
def test_an_exclusive_gateway_takes_one_way(x: int, where: str) -> None:
    case = both(
        '<startEvent id="s"/><exclusiveGateway id="g" default="g_c"/><userTask id="a"/>'
        '<userTask id="b"/><userTask id="c"/><endEvent id="e"/>'
        + flows("s>g", "g>a: x &lt; 5".replace("&lt;", "<"), "g>b: x > 10", "g>c", "a>e", "b>e")
        + flows("c>e"),
        lambda case: case.complete(where),
        {"x": x},
    )
    assert case.path == ["s", "g", where, "e"]


def test_no_way_on_is_an_incident_that_can_be_mended() -> None:
    def scenario(case: Case) -> None:
        assert case.open == ["g"]
        case.do("set_variables", {"金额": 7})
        case.do("retry", case.key("g"))
        case.complete("a")

    case = both(
        '<startEvent id="s"/><exclusiveGateway id="g"/><userTask id="a"/><endEvent id="e"/>'
        + flows("s>g", "g>a: 金额 > 5", "a>e"),
        scenario,
        {"金额": 3},
    )
    (incident,) = case.of(facts.IncidentRaised)
    assert incident.code == "no-way-on"
    assert "金额 = 3" in incident.zh
    assert "金额 > 5" in incident.en
    assert case.ended is not None


def test_a_parallel_gateway_splits_and_joins() -> None:
    case = both(
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        '<parallelGateway id="j"/><userTask id="c"/><endEvent id="e"/>'
        + flows("s>f", "f>a>j", "f>b>j", "j>c>e"),
        lambda case: (case.complete("b"), case.complete("a"), case.complete("c")),
    )
    assert case.path == ["s", "f", "b", "a", "j", "c", "e"]


def test_an_activity_with_several_flows_splits_and_merges_by_token() -> None:
    case = both(
        '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>'
        '<userTask id="d"/><endEvent id="e"/>' + flows("s>a", "a>b>d", "a>c>d", "d>e"),
        lambda case: (
            case.complete("a"),
            case.complete("b"),
            case.complete("d"),
            case.complete("c"),
            case.complete("d"),
        ),
    )
    assert case.path.count("d") == 2
    assert case.path.count("e") == 2


def test_sending_back_many_times_does_not_grow_the_state() -> None:
    specs = compiled(
        '<startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="g_e"/>'
        '<endEvent id="e"/>' + flows("s>a>g", "g>a: again", "g>e")
    )
    case = Case(specs, restoring=True)
    first = len(case.run.save())
    for _ in range(1000):
        case.complete("a", again=True)
    assert len(case.run.save()) <= first + 12
    case.complete("a", again=False)
    assert case.ended is not None
    assert len({fact.key for fact in case.of(facts.TaskOpened)}) == 1001


def test_a_task_says_who_is_to_do_it() -> None:
    case = both(
        '<startEvent id="s"/><userTask id="a">'
        + ext(
            '<zeebe:assignmentDefinition assignee="=boss" candidateUsers="u1, u2"'
            ' candidateGroups="=groups"/><zeebe:formDefinition formId="f1"/>'
            '<zeebe:priorityDefinition priority="70"/>'
            '<zeebe:taskSchedule dueDate="2026-04-01"/>'
        )
        + '</userTask><endEvent id="e"/>'
        + flows("s>a>e"),
        lambda case: case.complete("a"),
        {"boss": "王", "groups": ["legal", "office@x"]},
    )
    (opened,) = case.of(facts.TaskOpened)
    assert opened.assignee == "王"
    assert opened.candidate_users == ("u1", "u2")
    assert opened.candidate_groups == ("legal", "office@x")
    assert opened.form_id == "f1"
    assert opened.priority == 70
    assert opened.due is not None
    assert opened.due.isoformat() == "2026-04-01T00:00:00+08:00"


def test_what_no_longer_waits_is_refused() -> None:
    specs = compiled('<startEvent id="s"/><userTask id="a"/>' + flows("s>a"))
    case = Case(specs)
    key = case.key("a")
    case.complete("a")
    with pytest.raises(Conflict):
        case.run.complete(key, {})
    with pytest.raises(NotFound):
        specs.start("other", {}, now=NOW, services=House())
