"""Where paths begin and end, and that every node can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.names import Node
from engine.bpmn.wording import problem
from engine.errors import Problem


def start_with_incoming(graph: Graph) -> Iterator[Problem]:
    """Nothing leads to a start event (BPMN 2.0.2, 10.5.2)."""
    for node in graph.nodes:
        if names.kind(node) == "startEvent" and graph.into(node):
            yield problem(
                "start-with-incoming",
                node,
                "有连线指向{it}。开始事件前不能有连线；回退请连到其后的节点。",
                "A flow leads to {it}. Nothing comes before a start event; to go back, connect the "
                "node after it.",
            )


def end_with_outgoing(graph: Graph) -> Iterator[Problem]:
    """Nothing leaves an end event (BPMN 2.0.2, 10.5.3)."""
    for node in graph.nodes:
        if names.kind(node) == "endEvent" and graph.out(node):
            yield problem(
                "end-with-outgoing",
                node,
                "有连线从{it}出发。结束事件后不能有连线；请删去，或改用中间事件。",
                "A flow leaves {it}. Nothing comes after an end event; delete the flow or use an "
                "intermediate event.",
            )


def boundary_with_incoming(graph: Graph) -> Iterator[Problem]:
    """Nothing leads to a boundary event (BPMN 2.0.2, 10.5.4)."""
    for node in graph.nodes:
        if names.kind(node) == "boundaryEvent" and graph.into(node):
            yield problem(
                "boundary-with-incoming",
                node,
                "有连线指向{it}。边界事件只能由其所附的活动触发，请删去这条连线。",
                "A flow leads to {it}. A boundary event is reached only from the activity it sits "
                "on; delete the flow.",
            )


def event_sub_process_connected(graph: Graph) -> Iterator[Problem]:
    """An event sub-process has no flows in or out (BPMN 2.0.2, 10.3.5)."""
    for node in graph.nodes:
        apart = names.is_true(node.get("triggeredByEvent")) or _compensates(node)
        if apart and (graph.into(node) or graph.out(node)):
            yield problem(
                "connected-handler",
                node,
                "{it}由事件触发或只作补偿，不能有连线进出。请删去这些连线。",
                "{it} is triggered by an event, or only compensates, and has no flows in or out. "
                "Delete them.",
            )


def nothing_leads_here(graph: Graph) -> Iterator[Problem]:
    """Every end event, and where a scope has a start event all else, has an incoming flow (10.5)."""
    for scope in graph.scopes:
        if names.kind(scope) == "adHocSubProcess":
            continue
        drawn = _has_start(graph, scope)
        for node in graph.children(scope):
            if graph.into(node) or _begins_by_itself(node):
                continue
            if not drawn and names.kind(node) != "endEvent":
                continue
            yield problem(
                "no-incoming",
                node,
                "没有连线指向{it}，它永远不会被执行。请连上，或删去。",
                "No flow leads to {it}, so it is never reached. Connect it or delete it.",
            )


def nothing_leads_on(graph: Graph) -> Iterator[Problem]:
    """Every event, and where a scope has an end event all else, has an outgoing flow (10.5)."""
    for scope in graph.scopes:
        if names.kind(scope) == "adHocSubProcess":
            continue
        nodes = list(graph.children(scope))
        drawn = any(names.kind(node) == "endEvent" for node in nodes)
        for node in nodes:
            if graph.out(node) or _ends_by_itself(node):
                continue
            if not drawn and names.kind(node) not in names.EVENTS:
                continue
            yield problem(
                "no-outgoing",
                node,
                "{it}之后没有连线，流程会在此悄悄断掉。请连到下一节点或结束事件。",
                "No flow leaves {it}; the path would silently stop here. Connect it to the next "
                "node or to an end event.",
            )


def _has_start(graph: Graph, scope: Node) -> bool:
    return (
        any(names.kind(node) == "startEvent" for node in graph.children(scope))
        or next(graph.starters(scope), None) is not None
    )


def implied_ends(graph: Graph) -> Iterator[Problem]:
    """A scope that draws a start but no end, or the reverse, says only half."""
    for scope in graph.scopes:
        kinds = {names.kind(node) for node in graph.children(scope)}
        if names.kind(scope) == "adHocSubProcess" or not kinds:
            continue
        if _has_start(graph, scope) != ("endEvent" in kinds):
            yield problem(
                "half-open",
                scope,
                "{it}只画了开始事件或结束事件之一，另一端按默认处理。建议两者都画出。",
                "{it} draws only one of start and end event; the other is implied. Draw both.",
                severity="warning",
            )


def empty_scopes(graph: Graph) -> Iterator[Problem]:
    """A process or sub-process has something to do."""
    for scope in graph.scopes:
        if names.kind(scope) == "adHocSubProcess":
            continue
        if next(graph.children(scope), None) is None:
            yield problem(
                "empty",
                scope,
                "{it}是空的。请画出其中的步骤，或删去。",
                "{it} is empty. Draw its steps or delete it.",
                severity="warning" if names.kind(scope) != "process" else "error",
            )


def no_way_in(graph: Graph) -> Iterator[Problem]:
    """A scope without start event needs a node without incoming flow to begin at."""
    for scope in graph.scopes:
        nodes = list(graph.children(scope))
        if not nodes or names.kind(scope) == "adHocSubProcess":
            continue
        if any(names.kind(node) == "startEvent" for node in nodes):
            continue
        begins = [
            node
            for node in nodes
            if not graph.into(node)
            and names.kind(node) != "boundaryEvent"
            and not _compensates(node)
            and not names.is_true(node.get("triggeredByEvent"))
        ]
        if not begins:
            yield problem(
                "no-start",
                scope,
                "{it}没有开始：既无开始事件，又无不被指向的节点。请画一个开始事件。",
                "{it} has no beginning: no start event, and flows lead to every node. "
                "Draw a start event.",
            )


def unreachable(graph: Graph) -> Iterator[Problem]:
    """Every node can be reached from a beginning of its scope."""
    for scope in graph.scopes:
        if names.kind(scope) == "adHocSubProcess":
            continue
        nodes = list(graph.children(scope))
        reached = _reached(graph, nodes)
        for node in nodes:
            if node not in reached and graph.into(node):
                yield problem(
                    "unreachable",
                    node,
                    "从开始走不到{it}。请检查其前面的连线。",
                    "{it} cannot be reached from a beginning. Check the flows before it.",
                    severity="warning",
                )


def _reached(graph: Graph, nodes: list[Node]) -> set[Node]:
    links = {_link(node): node for node in nodes if names.kind(node) == "intermediateCatchEvent"}
    pending = [
        node for node in nodes if not graph.into(node) and names.kind(node) != "boundaryEvent"
    ]
    reached: set[Node] = set()
    while pending:
        node = pending.pop()
        if node in reached:
            continue
        reached.add(node)
        pending.extend(graph.attached(node))
        for flow in graph.out(node):
            target = graph.target(flow)
            if target is not None:
                pending.append(target)
        link = _link(node)
        if link and link in links:
            pending.append(links[link])
    return reached


def _link(node: Node) -> str:
    definition = node.find(names.bpmn("linkEventDefinition"))
    return (definition.get("name") or "").strip() if definition is not None else ""


def _begins_by_itself(node: Node) -> bool:
    return (
        names.kind(node) in {"startEvent", "boundaryEvent"}
        or names.is_true(node.get("triggeredByEvent"))
        or names.is_true(node.get("instantiate"))
        or _compensates(node)
        or (names.kind(node) == "intermediateCatchEvent" and _has_link(node))
    )


def _ends_by_itself(node: Node) -> bool:
    return (
        names.kind(node) == "endEvent"
        or names.is_true(node.get("triggeredByEvent"))
        or _compensates(node)
        or _catches_compensation(node)
        or (names.kind(node) == "intermediateThrowEvent" and _has_link(node))
    )


def _catches_compensation(node: Node) -> bool:
    """Its handler hangs on an association, not on a flow."""
    definition = node.find(names.bpmn("compensateEventDefinition"))
    return definition is not None and names.kind(node) == "boundaryEvent"


def _has_link(node: Node) -> bool:
    return node.find(names.bpmn("linkEventDefinition")) is not None


def _compensates(node: Node) -> bool:
    return names.is_true(node.get("isForCompensation"))


RULES = (
    start_with_incoming,
    end_with_outgoing,
    boundary_with_incoming,
    event_sub_process_connected,
    nothing_leads_here,
    nothing_leads_on,
    implied_ends,
    empty_scopes,
    no_way_in,
    unreachable,
)
