"""Models and instances of any size come to rest, stay small, and go on where they were stopped."""

from __future__ import annotations

import pytest

from engine.bpmn.spiff import instance
from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, both, compiled, flows
from tests.engine.bpmn.spiff.test_events import boundary, timer


def wide(count: int, tag: str) -> str:
    nodes = '<startEvent id="s"/><parallelGateway id="f"/><parallelGateway id="j"/>'
    ways = ["s>f", "j>e"]
    for n in range(count):
        nodes += f'<{tag} id="t{n}"/>'
        ways.append(f"f>t{n}>j")
    return nodes + '<endEvent id="e"/>' + flows(*ways)


def test_what_is_stopped_at_the_limit_goes_on_when_the_one_incident_is_retried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(instance, "STEP_BUDGET", 100)

    def scenario(case: Case) -> None:
        for _ in range(2):
            (key,) = case.run.incidents
            case.do("retry", key)

    case = both(wide(250, "task"), scenario)
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["runaway"] * 2
    assert case.ended is not None
    assert case.path.count("j") == 1
    assert len(case.path) == 254


def test_whatever_comes_next_lets_the_rest_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "STEP_BUDGET", 100)
    body = wide(150, "task").replace('<task id="t0"/>', '<userTask id="t0"/>')
    case = both(body, lambda case: (case.complete("t0"), case.do("retry", case.open_key())))
    assert case.ended is not None


def test_ten_thousand_branches_run_beside_each_other() -> None:
    case = Case(compiled(wide(9_990, "userTask")))
    assert len(case.run.open) == 9_990
    case.complete("t17").restore()
    assert len(case.run.open) == 9_989
    assert len(case.run.save()) < 200_000


def test_ten_thousand_boundary_events_hang_on_one_task() -> None:
    nodes = '<startEvent id="s"/><userTask id="u"/><endEvent id="e"/>' + "".join(
        boundary(f"b{n}", "u", timer("timeDuration", "P1D")) for n in range(4_990)
    )
    case = Case(compiled(nodes + flows("s>u>e", *(f"b{n}>e" for n in range(4_990)))))
    assert len(case.of(facts.TimerSet)) == 4_990
    case.fire("b4000")
    assert len(case.of(facts.TimerCleared)) == 4_990
    assert case.ended is not None


def test_sub_processes_nest_as_deep_as_a_file_may() -> None:
    inner = '<userTask id="u"/>'
    for n in range(60):
        inner = f'<subProcess id="p{n}">{inner}</subProcess>'
    case = both(inner, lambda case: case.complete("u"))
    assert case.ended is not None
    assert len(case.path) == 61
