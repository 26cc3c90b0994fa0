"""Compensation: every handler compensates one activity, and what is thrown finds one (10.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import names
from engine.bpmn.graph import Graph, scope_of
from engine.bpmn.names import Node
from engine.bpmn.normalise.compensation import handlers
from engine.bpmn.wording import problem
from engine.errors import Problem

_COMPENSATE: Final = names.bpmn("compensateEventDefinition")


def boundaries(graph: Graph) -> Iterator[Problem]:
    """An association, and nothing else, leads from a compensation boundary event to its handler."""
    connected = handlers(graph.root)
    for event in _boundaries(graph):
        handler = connected.get(event)
        if handler is None:
            yield problem(
                "no-compensation-handler",
                event,
                "{it}没有连到补偿活动。请用关联线（虚线）连到一个标为补偿的活动。",
                "{it} leads to no compensation activity. Connect it by an association with an "
                "activity marked for compensation.",
            )
        elif not _compensates(handler) or scope_of(handler) is not scope_of(event):
            yield problem(
                "no-compensation-handler",
                event,
                "{it}所连的活动没有标为补偿（isForCompensation），或不在同一层。请改正。",
                "The activity that {it} leads to is not marked for compensation, or stands in "
                "another scope. Mend that.",
            )
        if graph.out(event):
            yield problem(
                "compensation-with-flow",
                event,
                "有连线从{it}出发。补偿边界事件只用关联线（虚线）连到补偿活动，请删去连线。",
                "A flow leaves {it}. From a compensation boundary event only an association leads "
                "to what compensates; delete the flow.",
            )


def activities(graph: Graph) -> Iterator[Problem]:
    """A compensation activity compensates something."""
    used = set(handlers(graph.root).values())
    for node in graph.nodes:
        if _compensates(node) and node not in used:
            yield problem(
                "handler-of-nothing",
                node,
                "{it}标为补偿，却没有补偿边界事件连到它，永远不会执行。请用关联线连上，或去掉补偿标记。",
                "{it} is marked for compensation, and no compensation boundary event leads to it, so "
                "it never runs. Connect it, or remove the mark.",
            )


def one_handler_each(graph: Graph) -> Iterator[Problem]:
    """An activity is compensated in one way."""
    for node in graph.nodes:
        ways = sum(
            each.find(_COMPENSATE) is not None for each in graph.attached(node)
        ) + _own_handlers(graph, node)
        if ways > 1:
            yield problem(
                "compensated-twice",
                node,
                "{it}有几种补偿方式，不知该用哪一种。请只保留一个补偿边界事件或补偿事件子流程。",
                "{it} is compensated in several ways, so it is not clear in which. Keep one "
                "compensation boundary event or event sub-process.",
            )


def thrown(graph: Graph) -> Iterator[Problem]:
    """What is thrown names an activity that it sees and that can be compensated."""
    for node in graph.nodes:
        if names.kind(node) not in {"endEvent", "intermediateThrowEvent"}:
            continue
        for definition in graph.definitions(node):
            if names.kind(definition) == "compensateEventDefinition":
                yield from _thrown(graph, node, names.local_name(definition.get("activityRef")))


def _thrown(graph: Graph, node: Node, reference: str) -> Iterator[Problem]:
    seen = _in_sight(node)
    if not reference:
        if not any(_undoable(graph, each) for scope in seen for each in graph.children(scope)):
            yield problem(
                "nothing-to-compensate",
                node,
                "{it}所在范围内没有可补偿的活动，抛出后什么也不会发生。请添加补偿边界事件，或删去该事件。",
                "Nothing in the scope of {it} can be compensated, so it does nothing. Add a "
                "compensation boundary event, or delete it.",
                severity="warning",
            )
        return
    target = graph.by_id.get(reference)
    if target is None or names.kind(target) not in names.ACTIVITIES:
        yield problem(
            "wrong-reference",
            node,
            f"{{it}}要补偿的活动“{reference}”不存在。请重新选择。",
            f"The activity “{reference}” that {{it}} compensates does not exist. Choose another.",
        )
    elif scope_of(target) not in seen:
        yield problem(
            "compensation-out-of-sight",
            node,
            f"{{it}}要补偿的活动“{reference}”不在同一层（事件子流程中也可补偿其所属范围的活动）。"
            "请在该层抛出，或补偿整个子流程。",
            f"The activity “{reference}” that {{it}} compensates is not in its scope (from an event "
            "sub-process also: that around it). Throw it there, or compensate the whole sub-process.",
        )
    elif not _undoable(graph, target):
        yield problem(
            "nothing-to-compensate",
            node,
            f"{{it}}要补偿的活动“{reference}”没有补偿处理。请给它加补偿边界事件。",
            f"The activity “{reference}” that {{it}} compensates has no handler. Give it a "
            "compensation boundary event.",
        )


def _in_sight(node: Node) -> list[Node]:
    """The scopes whose activities may be compensated from here."""
    found: list[Node] = []
    scope = scope_of(node)
    while scope is not None:
        found.append(scope)
        scope = scope_of(scope) if names.is_true(scope.get("triggeredByEvent")) else None
    return found


def _undoable(graph: Graph, node: Node) -> bool:
    if any(each.find(_COMPENSATE) is not None for each in graph.attached(node)):
        return True
    if names.kind(node) not in names.SUB_PROCESSES:
        return False
    return node.find(f".//{_COMPENSATE}") is not None and (
        _own_handlers(graph, node) > 0
        or any(_undoable(graph, each) for each in graph.children(node))
    )


def _own_handlers(graph: Graph, node: Node) -> int:
    """How many event sub-processes inside compensate this very sub-process."""
    if names.kind(node) not in names.SUB_PROCESSES:
        return 0
    return sum(
        names.is_true(child.get("triggeredByEvent"))
        and any(
            names.kind(start) == "startEvent" and start.find(_COMPENSATE) is not None
            for start in graph.children(child)
        )
        for child in graph.children(node)
    )


def _boundaries(graph: Graph) -> Iterator[Node]:
    for node in graph.nodes:
        if names.kind(node) == "boundaryEvent" and node.find(_COMPENSATE) is not None:
            yield node


def _compensates(node: Node) -> bool:
    return names.is_true(node.get("isForCompensation"))


RULES = (boundaries, activities, one_handler_each, thrown)
