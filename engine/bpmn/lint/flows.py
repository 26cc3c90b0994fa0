"""Sequence flows: from a node to a node of the same scope, conditions where they mean something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import names
from engine.bpmn.graph import Graph, process_of, scope_of
from engine.bpmn.names import Node
from engine.bpmn.wording import problem
from engine.errors import Problem

_ENDS: Final = (("sourceRef", "起点", "source"), ("targetRef", "终点", "target"))
_DECIDING: Final = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})
_DEFAULTING: Final = _DECIDING | names.ACTIVITIES


def dangling_flows(graph: Graph) -> Iterator[Problem]:
    """A flow has a source and a target, and both are flow nodes of the model."""
    for flow in graph.flows:
        for attribute, zh, en in _ENDS:
            reference = flow.get(attribute)
            node = graph.by_id.get(reference or "")
            if node is None or names.kind(node) not in names.FLOW_NODES:
                yield problem(
                    "dangling-flow",
                    flow,
                    f"{{it}}的{zh}（{reference or '未填'}）不存在。请把连线接到节点上，或删去。",
                    f"The {en} ({reference or 'not given'}) of {{it}} does not exist. "
                    "Connect the flow to a node or delete it.",
                )


def crossing_flows(graph: Graph) -> Iterator[Problem]:
    """Flows cross neither pools nor the border of a sub-process (BPMN 2.0.2, 7.6.1)."""
    for flow in graph.flows:
        source, target = graph.source(flow), graph.target(flow)
        if source is None or target is None:
            continue
        if process_of(source) is not process_of(target):
            yield problem(
                "flow-across-pools",
                flow,
                "{it}连接了两个流程（泳池）。流程之间请用消息流，或用调用活动。",
                "{it} connects two processes (pools). Between processes, use message flows or a "
                "call activity.",
            )
        elif scope_of(source) is not scope_of(target):
            yield problem(
                "flow-across-scopes",
                flow,
                "{it}穿过了子流程的边界。请连到子流程本身，或用边界事件离开子流程。",
                "{it} crosses the border of a sub-process. Connect the sub-process itself, or "
                "leave it by a boundary event.",
            )


def conditions_in_their_place(graph: Graph) -> Iterator[Problem]:
    """Conditions stand on flows that leave a deciding gateway or an activity."""
    for flow in graph.flows:
        source = graph.source(flow)
        if source is None or not _conditional(flow):
            continue
        kind = names.kind(source)
        if kind in names.EVENTS or kind in {"parallelGateway", "eventBasedGateway"}:
            yield problem(
                "condition-out-of-place",
                flow,
                "{it}带有条件，但其起点是事件、并行网关或事件网关，条件不起作用。"
                "请删去条件，或改用排他网关。",
                "{it} has a condition, but comes from an event or a parallel or event-based "
                "gateway, where none is evaluated. Remove it or use an exclusive gateway.",
            )
        elif (
            kind in names.ACTIVITIES
            and len(graph.out(source)) == 1
            and not _is_default(flow, source)
        ):
            yield problem(
                "lonely-condition",
                flow,
                "{it}带有条件，却是其起点唯一的出路。请删去条件，或再画一条出路。",
                "{it} has a condition but is the only way out of its source. Remove the condition "
                "or draw another way.",
            )


def missing_conditions(graph: Graph) -> Iterator[Problem]:
    """Of several ways out of a deciding gateway each has a condition, or is the default."""
    for node in graph.nodes:
        flows = graph.out(node)
        if names.kind(node) not in {"exclusiveGateway", "inclusiveGateway"} or len(flows) < 2:
            continue
        for flow in flows:
            if not _conditional(flow) and not _is_default(flow, node):
                yield problem(
                    "missing-condition",
                    flow,
                    "{it}没有条件，也不是默认出路。请填写条件，或设为默认。",
                    "{it} has no condition and is not the default. Give it a condition or make it "
                    "the default.",
                )


def no_default(graph: Graph) -> Iterator[Problem]:
    """A deciding gateway whose every way has a condition may find none true."""
    for node in graph.nodes:
        flows = graph.out(node)
        deciding = names.kind(node) in {"exclusiveGateway", "inclusiveGateway"}
        if (
            deciding
            and len(flows) > 1
            and not node.get("default")
            and all(map(_conditional, flows))
        ):
            yield problem(
                "no-default",
                node,
                "{it}没有默认出路；若条件都不成立，流程将停下并报异常。建议设一条默认出路。",
                "{it} has no default way; if no condition holds, the case stops with an incident. "
                "Consider making one way the default.",
                severity="warning",
            )


def default_flows(graph: Graph) -> Iterator[Problem]:
    """A default is one of the node's own ways out, and stands where there is a choice."""
    for node in graph.nodes:
        default = node.get("default")
        if default is None:
            continue
        if names.kind(node) not in _DEFAULTING:
            yield problem(
                "default-out-of-place",
                node,
                "{it}不能有默认出路。请删去，或改用排他网关或包容网关。",
                "{it} cannot have a default flow. Remove it, or use an exclusive or inclusive "
                "gateway.",
            )
        elif default not in {flow.get("id") for flow in graph.out(node)}:
            yield problem(
                "wrong-default",
                node,
                f"{{it}}的默认出路“{default}”不是从它出发的连线。请重新设定默认出路。",
                f"The default “{default}” of {{it}} is not a flow that leaves it. Set it again.",
            )


def ignored_default_conditions(graph: Graph) -> Iterator[Problem]:
    """A default flow's condition is not evaluated."""
    for node in graph.nodes:
        for flow in graph.out(node):
            if _is_default(flow, node) and _conditional(flow):
                yield problem(
                    "condition-on-default",
                    flow,
                    "{it}是默认出路，其条件不会被计算。请删去条件。",
                    "{it} is a default flow, so its condition is never evaluated. Remove it.",
                    severity="warning",
                )


def immediate_flows(graph: Graph) -> Iterator[Problem]:
    """``isImmediate="false"`` lets things happen between two nodes; executable processes do not."""
    for flow in graph.flows:
        value = (flow.get("isImmediate") or "").strip()
        if value in {"false", "0"}:
            yield problem(
                "flow-not-immediate",
                flow,
                "{it}标为 isImmediate=false，可执行流程不允许。请删去该属性。",
                "{it} is marked isImmediate=false, which executable processes may not have. "
                "Remove the attribute.",
            )


def _conditional(flow: Node) -> bool:
    return flow.find(names.bpmn("conditionExpression")) is not None


def _is_default(flow: Node, node: Node) -> bool:
    return flow.get("id") == node.get("default")


RULES = (
    dangling_flows,
    crossing_flows,
    conditions_in_their_place,
    missing_conditions,
    no_default,
    default_flows,
    ignored_default_conditions,
    immediate_flows,
)
