"""Ids and references: unique, and pointing at something of the right kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.names import Node
from engine.bpmn.wording import problem
from engine.errors import Problem

# attribute → (tag it must point at, Chinese, English)
_REFERENCES: Final = {
    "messageRef": ("message", "消息", "message"),
    "signalRef": ("signal", "信号", "signal"),
    "errorRef": ("error", "错误", "error"),
    "escalationRef": ("escalation", "升级", "escalation"),
}
_REFERRING: Final = names.EVENT_DEFINITIONS | {"sendTask", "receiveTask"}


def duplicate_ids(graph: Graph) -> Iterator[Problem]:
    """No two elements have the same id (diagrams aside)."""
    seen: dict[str, Node] = {}
    for element in graph.root.iter(f"{{{names.BPMN}}}*"):
        identifier = element.get("id")
        if not identifier:
            continue
        first = seen.setdefault(identifier, element)
        if first is not element:
            yield problem(
                "duplicate-id",
                element,
                f"{{it}}的 id 与第 {names.line(first)} 行的元素重复。请给其中一个换一个 id。",
                f"The id of {{it}} is also that of an element on line {names.line(first)}. "
                "Give one of them another id.",
            )


def wrong_references(graph: Graph) -> Iterator[Problem]:
    """Messages, signals, errors and escalations that events refer to exist."""
    for element in _referring(graph):
        for attribute, (kind, zh, en) in _REFERENCES.items():
            reference = element.get(attribute)
            if not reference:
                continue
            target = graph.by_id.get(reference)
            if target is None or names.kind(target) != kind:
                yield problem(
                    "wrong-reference",
                    _owner(element),
                    f"{{it}}引用的{zh}“{reference}”在模型中不存在。请重新选择或新建{zh}。",
                    f"{{it}} refers to the {en} “{reference}”, which the model does not have. "
                    f"Choose another {en} or make it.",
                    reference=reference,
                )


def missing_definition_references(graph: Graph) -> Iterator[Problem]:
    """An ``eventDefinitionRef`` points at an event definition at the top of the file."""
    for node in graph.nodes:
        for reference in node.findall(names.bpmn("eventDefinitionRef")):
            target = graph.by_id.get(reference.text or "")
            if target is None or names.kind(target) not in names.EVENT_DEFINITIONS:
                yield problem(
                    "wrong-reference",
                    node,
                    f"{{it}}引用的事件定义“{reference.text}”不存在。请在事件内直接定义。",
                    f"{{it}} refers to the event definition “{reference.text}”, which does not "
                    "exist. Define it in the event itself.",
                )


def unnamed_messages(graph: Graph) -> Iterator[Problem]:
    """Who waits for a message or signal waits for a name."""
    for node in graph.nodes:
        holders = [*graph.definitions(node)]
        if names.kind(node) in {"sendTask", "receiveTask"}:
            holders.append(node)
        for holder in holders:
            yield from _unnamed(graph, node, holder)


def _unnamed(graph: Graph, node: Node, holder: Node) -> Iterator[Problem]:
    kind = names.kind(holder)
    wanted = {
        "messageEventDefinition": ("messageRef", "消息", "message"),
        "receiveTask": ("messageRef", "消息", "message"),
        "signalEventDefinition": ("signalRef", "信号", "signal"),
    }.get(kind)
    if wanted is None:
        return
    attribute, zh, en = wanted
    thrown = names.kind(node) in {"intermediateThrowEvent", "endEvent"}
    if not holder.get(attribute):
        if thrown and sends_by_operation(node):
            return
        yield problem(
            f"no-{en}",
            node,
            f"{{it}}没有指定{zh}。请选择或新建{zh}。",
            f"{{it}} names no {en}. Choose one or make it.",
        )
        return
    target = graph.by_id.get(holder.get(attribute) or "")
    if target is not None and not (target.get("name") or "").strip():
        yield problem(
            f"unnamed-{en}",
            node,
            f"{{it}}的{zh}没有名称，无从匹配。请给{zh}起名。",
            f"The {en} of {{it}} has no name, so nothing can match it. Name the {en}.",
        )


def sends_by_operation(node: Node) -> bool:
    """Whether a throwing message event does its work by a registered operation."""
    return node.find(f".//{names.zeebe('taskDefinition')}") is not None


def stale_flow_lists(graph: Graph) -> Iterator[Problem]:
    """``incoming`` and ``outgoing`` lists agree with the flows; the flows are the truth."""
    for node in graph.nodes:
        for tag, flows in (("incoming", graph.into(node)), ("outgoing", graph.out(node))):
            known = {flow.get("id") for flow in flows}
            for each in node.findall(names.bpmn(tag)):
                if (each.text or "").strip() not in known:
                    yield problem(
                        "stale-flow-list",
                        node,
                        f"{{it}}的 {tag} 列出了“{each.text}”，但没有这样的连线，已忽略。"
                        "请在建模工具中打开并重新保存。",
                        f"{{it}} lists “{each.text}” as {tag}, but no flow says so; ignored. "
                        "Open the model in the modeler and save it again.",
                        severity="warning",
                    )


def lane_references(graph: Graph) -> Iterator[Problem]:
    """Lanes list nodes that exist."""
    for process in graph.processes:
        for lane in process.iter(names.bpmn("lane")):
            for reference in lane.findall(names.bpmn("flowNodeRef")):
                target = graph.by_id.get((reference.text or "").strip())
                if target is None or names.kind(target) not in names.FLOW_NODES:
                    yield problem(
                        "wrong-lane-reference",
                        lane,
                        f"{{it}}列出了不存在的节点“{reference.text}”，已忽略。请重新保存模型。",
                        f"{{it}} lists the node “{reference.text}”, which does not exist; ignored. "
                        "Save the model again.",
                        severity="warning",
                    )


def nodes_in_two_lanes(graph: Graph) -> Iterator[Problem]:
    """A node stands in one lane of a set, so that it is clear whose it is (10.8)."""
    for process in graph.processes:
        for lanes in process.iter(names.bpmn("laneSet"), names.bpmn("childLaneSet")):
            seen: dict[str, Node] = {}
            for lane in lanes.findall(names.bpmn("lane")):
                for reference in lane.findall(names.bpmn("flowNodeRef")):
                    identifier = (reference.text or "").strip()
                    node = graph.by_id.get(identifier)
                    if seen.setdefault(identifier, lane) is lane or node is None:
                        continue
                    yield problem(
                        "two-lanes",
                        node,
                        "{it}同时在两条泳道中，不知归谁办理。请只放在一条泳道里。",
                        "{it} stands in two lanes, so it is not clear whose it is. "
                        "Put it into one.",
                    )


def _referring(graph: Graph) -> Iterator[Node]:
    for process in graph.processes:
        for element in process.iter(f"{{{names.BPMN}}}*"):
            if names.kind(element) in _REFERRING:
                yield element


def _owner(element: Node) -> Node:
    parent = element.getparent()
    if names.kind(element) in names.EVENT_DEFINITIONS and parent is not None:
        return parent
    return element


RULES = (
    duplicate_ids,
    wrong_references,
    missing_definition_references,
    unnamed_messages,
    stale_flow_lists,
    lane_references,
    nodes_in_two_lanes,
)
