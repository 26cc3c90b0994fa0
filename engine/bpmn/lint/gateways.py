"""Gateways: ways in and out, direction, and what an event-based one may wait for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import names
from engine.bpmn.graph import Graph, scope_of
from engine.bpmn.names import Node
from engine.bpmn.wording import problem
from engine.errors import Problem

_AWAITED: Final = frozenset(
    {
        "messageEventDefinition",
        "timerEventDefinition",
        "signalEventDefinition",
        "conditionalEventDefinition",
    }
)


def gateway_without_outgoing(graph: Graph) -> Iterator[Problem]:
    """A gateway leads somewhere."""
    for node in _gateways(graph):
        if not graph.out(node):
            yield problem(
                "gateway-without-outgoing",
                node,
                "{it}没有出路。请至少画一条出去的连线。",
                "{it} has no way out. Draw at least one.",
            )


def pointless_gateway(graph: Graph) -> Iterator[Problem]:
    """A gateway with one way in and one out decides nothing."""
    for node in _gateways(graph):
        if len(graph.out(node)) == 1 and len(graph.into(node)) == 1:
            yield problem(
                "pointless-gateway",
                node,
                "{it}只有一进一出，不起作用。可以删去。",
                "{it} has one way in and one out, and so no effect. It can be deleted.",
                severity="warning",
            )


def against_direction(graph: Graph) -> Iterator[Problem]:
    """A gateway that says it only forks or only joins does so (BPMN 2.0.2, table 8.46)."""
    for node in _gateways(graph):
        direction = (node.get("gatewayDirection") or "").strip()
        many_in, many_out = len(graph.into(node)) > 1, len(graph.out(node)) > 1
        if (direction == "Diverging" and many_in) or (direction == "Converging" and many_out):
            yield problem(
                "against-direction",
                node,
                f"{{it}}标为 {direction}，连线却与之相反。请改为 Mixed，或拆成两个网关。",
                f"{{it}} is marked {direction}, and its flows say otherwise. Mark it Mixed or "
                "split it into two gateways.",
            )
        elif direction not in {"", "Unspecified", "Converging", "Diverging", "Mixed"}:
            yield problem(
                "wrong-direction",
                node,
                f"{{it}}的 gatewayDirection“{direction}”不合规范。请在建模工具中重新设置。",
                f"{{it}} has the gatewayDirection “{direction}”, which BPMN does not know. "
                "Set it again in the modeler.",
            )


def event_gateway_targets(graph: Graph) -> Iterator[Problem]:
    """After an event-based gateway stand events to wait for (BPMN 2.0.2, 10.6.6)."""
    for node in graph.nodes:
        if names.kind(node) != "eventBasedGateway":
            continue
        flows = graph.out(node)
        if len(flows) == 1:
            yield problem(
                "lonely-event-gateway",
                node,
                "{it}只有一条出路，无可选择。请再加一个等待的事件，或删去网关。",
                "{it} has a single way out, and so nothing to choose. Add another event to wait "
                "for or delete the gateway.",
            )
        targets = [target for target in map(graph.target, flows) if target is not None]
        for target in targets:
            yield from _awaited(graph, node, target)
        yield from _mixed(node, targets)


def _awaited(graph: Graph, gateway: Node, target: Node) -> Iterator[Problem]:
    kind = names.kind(target)
    definitions = {names.kind(each) for each in graph.definitions(target)}
    waits = kind == "receiveTask" or (
        kind == "intermediateCatchEvent" and definitions and definitions <= _AWAITED
    )
    if not waits:
        yield problem(
            "event-gateway-target",
            target,
            "{it}接在事件网关之后，但它不是可等待的事件（消息、定时、信号、条件）或接收任务。"
            "请在网关后先画事件。",
            "{it} follows an event-based gateway but is no event to wait for (message, timer, "
            "signal, condition) nor a receive task. Put an event after the gateway.",
        )
    elif len(graph.into(target)) > 1:
        yield problem(
            "event-gateway-target-shared",
            target,
            "{it}接在事件网关之后，不能再有其他连线指向它。请分开画。",
            "{it} follows an event-based gateway and may have no other incoming flow. "
            "Draw it separately.",
        )
    elif kind == "receiveTask" and graph.attached(target):
        yield problem(
            "event-gateway-target-boundary",
            target,
            "{it}接在事件网关之后，不能带边界事件。请改用消息捕获事件。",
            "{it} follows an event-based gateway and may have no boundary events. "
            "Use a message catch event.",
        )


def _mixed(gateway: Node, targets: list[Node]) -> Iterator[Problem]:
    """Message events and receive tasks must not be mixed after one gateway (10.6.6)."""
    receives = any(names.kind(target) == "receiveTask" for target in targets)
    messages = any(
        target.find(names.bpmn("messageEventDefinition")) is not None
        and names.kind(target) == "intermediateCatchEvent"
        for target in targets
    )
    if receives and messages:
        yield problem(
            "event-gateway-mixed",
            gateway,
            "{it}之后既有消息事件又有接收任务，规范不允许混用。请统一改为消息事件。",
            "{it} is followed by message events and receive tasks, which may not be mixed. "
            "Use message events only.",
        )


def _gateways(graph: Graph) -> Iterator[Node]:
    return (node for node in graph.nodes if names.kind(node) in names.GATEWAYS)


def instantiating(graph: Graph) -> Iterator[Problem]:
    """What instantiates stands at the beginning of a process (10.3.3, 10.6.6)."""
    for node in graph.nodes:
        if not names.is_true(node.get("instantiate")):
            continue
        scope = scope_of(node)
        sources = [graph.source(flow) for flow in graph.into(node)]
        first = all(each is not None and names.kind(each) == "startEvent" for each in sources)
        if scope is None or names.kind(scope) != "process" or not first:
            yield problem(
                "instantiate-out-of-place",
                node,
                "{it}标为启动流程（instantiate），却不在流程的开头。请放到流程开头，或去掉该标记。",
                "{it} says that it instantiates and does not stand at the beginning of a process. "
                "Put it there, or remove the mark.",
            )


def parallel_only_to_start(graph: Graph) -> Iterator[Problem]:
    """A parallel event-based gateway starts a process (10.6.6)."""
    for node in graph.nodes:
        if names.kind(node) != "eventBasedGateway":
            continue
        kind = (node.get("eventGatewayType") or "Exclusive").strip()
        if kind == "Parallel" and not names.is_true(node.get("instantiate")):
            yield problem(
                "parallel-not-starting",
                node,
                "{it}标为并行，只有启动流程（instantiate）的事件网关才可以。请用并行网关分出各事件。",
                "{it} is parallel, which only an instantiating gateway may be. Fork to the events "
                "with a parallel gateway.",
            )


def activation_conditions(graph: Graph) -> Iterator[Problem]:
    """A complex gateway that joins says when it fires (10.6.5)."""
    for node in graph.nodes:
        if names.kind(node) != "complexGateway" or len(graph.into(node)) < 2:
            continue
        condition = node.find(names.bpmn("activationCondition"))
        if condition is None or not (condition.text or "").strip():
            yield problem(
                "missing-activation-condition",
                node,
                "{it}没有激活条件，不知何时继续。请填写 activationCondition，例如 activationCount >= 2。",
                "{it} has no activation condition, so it is not clear when it fires. Give one, such "
                "as activationCount >= 2.",
            )


RULES = (
    gateway_without_outgoing,
    pointless_gateway,
    against_direction,
    event_gateway_targets,
    instantiating,
    parallel_only_to_start,
    activation_conditions,
)
