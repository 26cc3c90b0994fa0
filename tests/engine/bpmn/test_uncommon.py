"""The less common elements through the whole house: read, spelled, linted, shaped, run."""

from __future__ import annotations

from collections.abc import Mapping

from engine import bpmn
from engine.bpmn import Run
from engine.model import facts
from tests.engine.bpmn.samples import file, model
from tests.engine.bpmn.spiff.driver import NOW, House


class Played:
    """A run of one of the model files, by element ids."""

    def __init__(
        self, name: str, process: str, start: str | None, variables: Mapping[str, object]
    ) -> None:
        self.definition = bpmn.load(file(name))
        self.run: Run = self.definition.start(
            process, variables, now=NOW, services=House(), start_event=start
        )
        self.told = list(self.run.progress().facts)

    @property
    def open(self) -> list[str]:
        return sorted(self.run.open.values())

    def key(self, element_id: str) -> str:
        return next(key for key, where in self.run.open.items() if where == element_id)

    def complete(self, element_id: str, **values: object) -> None:
        state, variables = self.run.save(), self.run.variables
        self.run = self.definition.restore(state, variables, now=NOW, services=House())
        self.run.complete(self.key(element_id), values)
        self.told += self.run.progress().facts


def test_a_global_task_is_what_its_call_shows() -> None:
    played = Played("begun.bpmn", "begun", "letter", {"number": 7})
    (task,) = [fact for fact in played.told if isinstance(fact, facts.TaskOpened)]
    assert (task.element_id, task.name, task.form_id) == ("register", "登记", "register")
    assert task.candidate_groups == ("registrar",), "what the call says itself wins"
    element = played.definition.elements["register"]
    assert (element.kind, element.form_id, element.name) == ("userTask", "register", "登记")
    played.complete("register")
    assert played.run.ended
    assert played.run.variables["registered"] == "来信7"


def test_a_gateway_starts_a_process_and_waits_for_the_rest() -> None:
    played = Played("begun.bpmn", "begun_both", "came", {"letter": "L1"})
    (opened,) = [fact for fact in played.told if isinstance(fact, facts.SubscriptionOpened)]
    assert (opened.element_id, opened.correlation_key) == ("added", "L1")
    played.run.deliver(opened.key, {})
    assert played.run.ended


def test_what_was_done_is_undone_by_association_and_event_sub_process() -> None:
    played = Played("undoing.bpmn", "undoing", None, {"approved": False})
    for each in ("reserve", "place", "withdraw", "release"):
        assert played.open == [each]
        played.complete(each)
    assert played.run.ended


def test_a_transaction_is_rolled_back() -> None:
    played = Played("undoing.bpmn", "undoing", None, {"approved": True, "wrong": True})
    for each in ("reserve", "place", "transfer", "refund"):
        assert played.open == [each]
        played.complete(each)
    assert played.run.ended


def test_activities_are_chosen_signed_by_several_and_filed_once() -> None:
    variables = {"wanted": ["papers", "site"], "units": ["A", "B"], "sure": False}
    played = Played("gathering.bpmn", "gathering", None, variables)
    assert played.open == ["papers", "site"]
    played.complete("papers")
    assert played.open == ["call", "site"]
    played.complete("call", sure=True)
    assert played.open == ["one_signed", "sign", "sign"]
    played.complete("sign")
    played.complete("sign")
    assert played.open == ["file"], "two tokens came, and one task begins"
    left = [fact.element_id for fact in played.told if isinstance(fact, facts.ActivityLeft)]
    assert left.count("one_signed") == 1
    played.complete("file")
    assert played.run.ended


def test_what_many_places_refer_to_is_not_copied_without_end() -> None:
    """A few kilobytes referred to a thousand times would become gigabytes."""
    text = "x" * 100_000
    calls = "".join(f'<callActivity id="c{n}" calledElement="g"/>' for n in range(300))
    roots = f'<globalTask id="g"><documentation>{text}</documentation></globalTask>'
    (problem,) = [each for each in bpmn.lint(model(calls, roots=roots)) if each.severity == "error"]
    assert problem.code == "too-many-elements"
    ends = "".join(
        f'<endEvent id="e{n}"><eventDefinitionRef>t</eventDefinitionRef></endEvent>'
        f'<sequenceFlow id="f{n}" sourceRef="s" targetRef="e{n}"/>'
        for n in range(300)
    )
    ends += '<startEvent id="s"/>'
    roots = f'<terminateEventDefinition id="t"><documentation>{text}</documentation></terminateEventDefinition>'
    codes = {each.code for each in bpmn.lint(model(ends, roots=roots)) if each.severity == "error"}
    assert codes == {"too-many-elements"}


def test_data_moves_along_its_associations_and_lives_in_its_scope() -> None:
    played = Played("data.bpmn", "data", None, {"台账": [1, 2]})
    assert played.run.visible(played.key("add"))["账目"] == [1, 2]
    played.complete("add", 金额=100, 其他=5)
    assert played.run.variables == {"台账": [1, 2], "总额": 100}
    assert played.run.visible(played.key("split"))["部分"] is None
    played.complete("split", 份额=7)
    assert "部分" not in played.run.variables
    assert played.run.visible(played.key("look"))["合计"] == 114
    played.complete("look")
    assert played.run.ended
    assert "部分" not in played.run.variables
