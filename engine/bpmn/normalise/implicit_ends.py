"""Where a process or sub-process draws no start or end, they are implied (BPMN 2.0.2, 10.5.2, 10.5.3).

Without a start event, every node without incoming flow starts a path of its own; a node without
outgoing flow ends one.
"""

from __future__ import annotations

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.normalise import build


def draw_starts_and_ends(root: names.Node) -> None:
    """Insert the start and end events that are implied."""
    graph = Graph(root.getroottree())
    for scope in graph.scopes:
        if names.kind(scope) != "adHocSubProcess":
            nodes = list(graph.children(scope))
            _start(graph, scope, nodes)
            _ends(graph, scope, nodes)


def stands_apart(node: names.Node) -> bool:
    """Whether the node is outside the normal flow: nothing leads to it or away from it."""
    return names.is_true(node.get("triggeredByEvent")) or names.is_true(
        node.get("isForCompensation")
    )


def implied_starts(graph: Graph, scope: names.Node) -> list[names.Node]:
    """The nodes at which paths begin in a scope that draws no start event."""
    nodes = list(graph.children(scope))
    if any(names.kind(node) == "startEvent" for node in nodes):
        return []
    instantiating = {node for _, node in graph.starters(scope)}
    return [
        node
        for node in nodes
        if not graph.into(node)
        and names.kind(node) != "boundaryEvent"
        and not stands_apart(node)
        and node not in instantiating
    ]


def _start(graph: Graph, scope: names.Node, nodes: list[names.Node]) -> None:
    if any(names.kind(node) == "startEvent" for node in nodes):
        return
    firsts = implied_starts(graph, scope)
    if not firsts and next(graph.starters(scope), None) is not None:
        return
    start = build.node(scope, "startEvent", names.implied_start(scope), scope)
    for first in firsts:
        build.flow(scope, start.get("id", ""), first.get("id", ""), first)
    if not firsts:
        end = build.node(scope, "endEvent", f"{names.INSERTED}end-{scope.get('id')}", scope)
        build.flow(scope, start.get("id", ""), end.get("id", ""), scope)


def _ends(graph: Graph, scope: names.Node, nodes: list[names.Node]) -> None:
    for node in nodes:
        if names.kind(node) == "endEvent" or graph.out(node) or stands_apart(node):
            continue
        if _is_compensation(node):
            continue
        end = build.node(scope, "endEvent", f"{names.INSERTED}end-{node.get('id')}", node)
        build.flow(scope, node.get("id", ""), end.get("id", ""), node)


def _is_compensation(node: names.Node) -> bool:
    return (
        names.kind(node) == "boundaryEvent"
        and node.find(names.bpmn("compensateEventDefinition")) is not None
    )
