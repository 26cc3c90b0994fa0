"""How the table of what the engine supports says which elements it means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from engine.bpmn import dialect, names
from engine.bpmn.elements import event_kind
from engine.bpmn.graph import Graph, scope_of
from engine.bpmn.names import Node
from engine.bpmn.normalise import data
from engine.bpmn.normalise.global_tasks import TASKS
from engine.bpmn.normalise.multi_instance import BEHAVIOURS


class Status(Enum):
    """What happens to a feature: run as it is, rewritten first, left alone, or refused."""

    RUN = "run"
    REWRITTEN = "rewritten"
    IGNORED = "ignored"
    REFUSED = "refused"


RUN, REWRITTEN, IGNORED, REFUSED = Status.RUN, Status.REWRITTEN, Status.IGNORED, Status.REFUSED

Test = Callable[[Graph, Node], bool]


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One thing a model may contain. ``section`` is of BPMN 2.0.2."""

    key: str
    kinds: frozenset[str]
    status: Status
    section: str
    zh: str
    en: str
    test: Test | None = None
    """Narrows ``kinds``; None when every element of the kinds has the feature."""
    remedy_zh: str = ""
    remedy_en: str = ""

    def matches(self, graph: Graph, element: Node) -> bool:
        """Whether the element uses the feature."""
        return names.kind(element) in self.kinds and (
            self.test is None or self.test(graph, element)
        )


def feature(
    key: str,
    kinds: str,
    status: Status,
    section: str,
    zh: str,
    en: str,
    test: Test | None = None,
    remedy_zh: str = "",
    remedy_en: str = "",
) -> Feature:
    """One row of the table."""
    return Feature(
        key=key,
        kinds=frozenset(kinds.split()),
        status=status,
        section=section,
        zh=zh,
        en=en,
        test=test,
        remedy_zh=remedy_zh,
        remedy_en=remedy_en,
    )


def event(trigger: str) -> Test:
    """An event whose only trigger is this; '' for none."""
    return lambda graph, event: event_kind(graph, event) == trigger


def conditional_start(graph: Graph, start: Node) -> bool:
    """A start of a process that waits for a condition before there is any data."""
    return _starts_process(graph, start) and any(
        names.trigger(each) == "conditional" for each in graph.definitions(start)
    )


def parallel_start(graph: Graph, start: Node) -> bool:
    """A start of a process that several things have to happen for."""
    return _starts_process(graph, start) and event_kind(graph, start) == "parallelMultiple"


def _starts_process(graph: Graph, start: Node) -> bool:
    scope = scope_of(start)
    if scope is None or names.kind(scope) != "process":
        return False
    return names.kind(start) == "startEvent" or any(
        node is start for node, _ in graph.starters(scope)
    )


def compensates_process(graph: Graph, start: Node) -> bool:
    """The start of an event sub-process that is to compensate the process as a whole."""
    scope = scope_of(start)
    around = scope_of(scope) if scope is not None else None
    return (
        around is not None
        and names.kind(around) == "process"
        and event_kind(graph, start) == "compensate"
    )


def on_compensation(graph: Graph, event: Node) -> bool:
    """A boundary event of an activity that only compensates."""
    host = graph.referenced(event, "attachedToRef")
    return host is not None and names.is_true(host.get("isForCompensation"))


def other_method(_: Graph, transaction: Node) -> bool:
    """A transaction that is to be rolled back otherwise than by compensation."""
    return (transaction.get("method") or "##Compensate").strip() in {"##Store", "##Image"}


def repeated_transaction(_: Graph, transaction: Node) -> bool:
    """A transaction that may be cancelled and is repeated."""
    repeated = any(names.kind(child).endswith("LoopCharacteristics") for child in transaction)
    return repeated and transaction.find(f".//{names.bpmn('cancelEventDefinition')}") is not None


def sequential_split(graph: Graph, scope: Node) -> bool:
    """A sequential ad-hoc sub-process in which tokens would run side by side."""
    if (scope.get("ordering") or "").strip() != "Sequential":
        return False
    for node in graph.children(scope):
        if names.kind(node) != "exclusiveGateway" and len(graph.out(node)) > 1:
            return True
        if names.kind(node) == "boundaryEvent" and node.get("cancelActivity") in {"false", "0"}:
            return True
    return False


def ad_hoc_output(_: Graph, scope: Node) -> bool:
    """An ad-hoc sub-process that is to collect what its activities give."""
    return dialect.value(scope, "adHoc", "outputCollection") is not None


def moves_data(graph: Graph, association: Node) -> bool:
    """A data association that says what it moves, or leads to a named input or output."""
    return next(data.moved_by(graph, association), None) is not None


def thrown_among_others(graph: Graph, event: Node) -> bool:
    """An event that is to wait for several, of which one cannot be waited for."""
    kind = event_kind(graph, event)
    triggers = {names.trigger(each) for each in graph.definitions(event)}
    if kind == "parallelMultiple":
        return bool(triggers & {"error", "escalation", "cancel", "compensate"})
    return kind == "multiple" and "compensate" in triggers


def quantity(attribute: str) -> Test:
    """An activity whose ``startQuantity`` or ``completionQuantity`` is not 1."""

    def test(_: Graph, element: Node) -> bool:
        return (element.get(attribute) or "1").strip() != "1"

    return test


def behaviour(_: Graph, loop: Node) -> bool:
    """A multi-instance that throws events of its own."""
    return (loop.get("behavior") or "All").strip() != "All"


def unusual_throw(graph: Graph, loop: Node) -> bool:
    """A multi-instance whose instances throw what its boundary cannot catch from them."""
    return any(
        names.trigger(each) not in {"signal", "message", "escalation", "error"}
        for each in thrown_by_instances(graph, loop)
    )


def thrown_by_instances(graph: Graph, loop: Node) -> list[Node]:
    """The event definitions that the instances of a multi-instance throw when completed."""
    kept = (loop.get("behavior") or "All").strip()
    if kept in BEHAVIOURS:
        found = graph.referenced(loop, BEHAVIOURS[kept][0])
        return [] if found is None else [found]
    if kept != "Complex":
        return []
    return [
        definition
        for each in loop.iterchildren(names.bpmn("complexBehaviorDefinition"))
        for event in each.iterchildren(names.bpmn("event"))
        for definition in graph.definitions(event)
    ]


def loop_of(kind: str) -> Test:
    """An activity that repeats in this way."""
    return lambda _, element: element.find(names.bpmn(kind)) is not None


def attribute(name: str) -> Test:
    """An element whose ``xsd:boolean`` attribute is true."""
    return lambda _, element: names.is_true(element.get(name))


def ways_out(graph: Graph, node: Node) -> bool:
    """A node that several flows leave."""
    return len(graph.out(node)) > 1


def ways_in(graph: Graph, node: Node) -> bool:
    """A node that several flows enter."""
    return len(graph.into(node)) > 1


def calls_global_task(graph: Graph, call: Node) -> bool:
    """A call of a task defined at the top of the file, drawn as that task."""
    called = graph.referenced(call, "calledElement")
    return called is not None and names.kind(called) in TASKS
