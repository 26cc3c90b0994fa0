"""The saved state: small, versioned, without the specification; and specifications shared."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from engine import bpmn
from engine.bpmn.spiff import state
from engine.errors import Invalid, NotFound
from engine.model import facts
from tests.engine.bpmn.spiff.driver import NOW, Case, House, compiled, ext, flows, model
from tests.engine.bpmn.spiff.test_events import MESSAGE, boundary, timer


def line(tasks: int) -> str:
    names = [f"t{number}" for number in range(tasks)]
    return (
        '<startEvent id="s"/>'
        + "".join(f'<userTask id="{name}"/>' for name in names)
        + '<endEvent id="e"/>'
        + flows("s>" + ">".join(names) + ">e")
    )


def test_the_state_grows_neither_with_the_model_nor_with_what_is_done() -> None:
    sizes = []
    for tasks in (5, 300):
        case = Case(compiled(line(tasks)), restoring=True)
        for number in range(tasks - 1):
            case.complete(f"t{number}")
        sizes.append(len(case.run.save()))
    assert max(sizes) < 200
    assert sizes[1] - sizes[0] < 10


def test_the_state_holds_no_root_variables() -> None:
    case = Case(compiled(line(2)), {"secret": "s3cr3t"})
    assert b"s3cr3t" not in case.run.save()


def test_local_variables_come_back_as_they_were() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a">'
        + ext('<zeebe:ioMapping><zeebe:input source="=x" target="y"/></zeebe:ioMapping>')
        + "</userTask>"
        + flows("s>a")
    )
    x: Any = [
        {"份数": Decimal("2.50"), "n": 10**30, "t": "文本" * 2000, "\u0001d": "1"},
        None,
        True,
    ]
    case = Case(compiled(body), {"x": x})
    assert len(case.run.save()) < 2000, "a long state is deflated"
    case.restore()
    assert case.run.visible(case.key("a"))["y"] == x


def test_an_ended_instance_can_be_saved_and_restored() -> None:
    case = Case(compiled(line(1))).complete("t0").restore()
    assert case.run.ended
    assert not case.run.open
    case.do("cancel")
    assert len(case.of(facts.InstanceEnded)) == 1


@pytest.mark.parametrize(
    "bad", [b"", b"{}", b"x", b"[]", b'{"v":99}', zlib.compress(b"{"), b'{"v":1,"p":"p","n":1}']
)
def test_what_is_no_state_of_ours_is_refused(bad: bytes) -> None:
    with pytest.raises(Invalid):
        compiled(line(1)).restore(bad, {}, now=NOW, services=House())


def test_a_state_of_another_model_is_refused() -> None:
    saved = Case(compiled(line(3))).complete("t0").complete("t1").run.save()
    with pytest.raises(Invalid):
        compiled(line(1)).restore(saved, {}, now=NOW, services=House())
    other = json.loads(saved)
    other["p"] = "q"
    with pytest.raises(NotFound):
        compiled(line(1)).restore(json.dumps(other).encode(), {}, now=NOW, services=House())


def test_a_state_of_the_first_format_still_loads() -> None:
    """Kept as it was saved; a change of the format must bring an upgrade, not a change here."""
    saved = (
        b'{"v":1,"p":"p","n":4,"t":[{"k":"t0","n":"p","s":32,"f":1},'
        b'{"k":"t2","n":"t0","s":32,"f":1,"w":"task","a":1}]}'
    )
    run = compiled(line(2)).restore(saved, {}, now=NOW, services=House())
    run.complete("t2", {})
    assert run.open == {"t4": "t1"}


def test_an_older_format_is_brought_to_the_present(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_zero(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "v": 1, "t": document["tokens"]}

    monkeypatch.setattr(state, "UPGRADES", {0: from_zero})
    saved = json.loads(Case(compiled(line(2))).run.save())
    old = {"v": 0, "p": "p", "n": saved["n"], "tokens": saved["t"]}
    run = compiled(line(2)).restore(json.dumps(old).encode(), {}, now=NOW, services=House())
    assert list(run.open.values()) == ["t0"]


def test_keys_are_never_used_again_after_restoring() -> None:
    case = Case(compiled(line(3)), restoring=True)
    for number in range(3):
        case.complete(f"t{number}")
    keys = [fact.key for fact in case.of(facts.ActivityEntered)]
    assert len(set(keys)) == len(keys)


def test_specifications_are_shared_by_threads() -> None:
    specs = compiled(
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        '<inclusiveGateway id="j"/><endEvent id="e"/>' + flows("s>f", "f>a>j", "f>b>j", "j>e")
    )
    before = {name: dict(vars(node)) for name, node in specs._nodes.items()}
    ended: list[bool] = []

    def work() -> None:
        for _ in range(30):
            case = Case(specs, restoring=True).complete("a").complete("b")
            ended.append(case.ended is not None)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [True] * 90
    after = {name: dict(vars(node)) for name, node in specs._nodes.items()}
    assert after == before, "a run changed a specification"


def test_a_loaded_model_shows_only_what_was_drawn() -> None:
    """Through the whole house: read, normalise, lint, compile, run."""
    data = model(
        '<startEvent id="Start"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>'
        '<endEvent id="End"/>'
        + flows("Start>a", "a>b: x > 1", "a>c", "b>End", "c>End").replace(
            'id="a_c"', 'id="a_c" name="otherwise"'
        )
    )
    data = data.replace(b'<userTask id="a"/>', b'<userTask id="a" default="a_c"/>')
    definition = bpmn.load(data)
    run = definition.start("p", {"x": 2}, now=NOW, services=House())
    told = list(run.progress().facts)
    (key,) = run.open
    run.complete(key, {})
    told += run.progress().facts
    assert list(run.open.values()) == ["b"]
    drawn = {"Start", "a", "b", "c", "End"}
    assert {fact.element_id for fact in told} <= drawn
    again = definition.restore(run.save(), run.variables, now=NOW, services=House())
    assert again.open == run.open


def test_a_listener_that_cannot_wait_is_stuck_alone() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/>'
        + boundary("late", "a", timer("timeDate", "=when"))
        + boundary("more", "a", '<messageEventDefinition messageRef="m"/>', interrupting=False)
        + '<endEvent id="e"/><endEvent id="e2"/>'
        + flows("s>a>e", "late>e2", "more>e2")
    )
    case = Case(compiled(body, MESSAGE), {"caseNo": "1"})
    assert case.open == ["a", "late", "more"]
    case.do("set_variables", {"when": "2026-06-01", "caseNo": None})
    case.do("retry", case.key("late"))
    case.deliver("more")
    codes = [fact.code for fact in case.of(facts.IncidentRaised)]
    assert codes == ["timer-invalid", "correlation-missing"]
    case.fire("late")
    assert case.ended is not None


def test_a_root_listener_that_cannot_wait_does_not_stop_the_start() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/>'
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        '<messageEventDefinition messageRef="m"/></startEvent><endEvent id="he"/>'
        + flows("hs>he")
        + "</subProcess>"
        + flows("s>a")
    )
    case = Case(compiled(body, MESSAGE))
    assert case.open == ["a", "hs"]


class Broken(House):
    def decide(self, decision_id: str, variables: Mapping[str, object]) -> object:
        raise NotFound(what={"zh": "决策", "en": "decision"})


def test_a_decision_that_is_missing_is_an_incident() -> None:
    body = (
        '<startEvent id="s"/><businessRuleTask id="a">'
        + ext('<zeebe:calledDecision decisionId="d" resultVariable="r"/>')
        + "</businessRuleTask>"
        + flows("s>a")
    )
    case = Case(compiled(body), house=Broken())
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["NotFound"]


def test_a_model_of_five_thousand_elements_compiles_and_runs() -> None:
    case = Case(compiled(line(5000).replace("userTask", "task")))
    assert case.ended is not None
