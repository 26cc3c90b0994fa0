"""Two flows between the same two nodes are two tokens, and joins must be able to tell them apart."""

from __future__ import annotations

from engine.bpmn import names
from engine.bpmn.graph import Graph, scope_of
from engine.bpmn.normalise import build


def separate_flows(root: names.Node) -> None:
    """Put an event without trigger into every second flow between the same two nodes."""
    graph = Graph(root.getroottree())
    seen: set[tuple[str, str]] = set()
    for flow in graph.flows:
        source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
        scope = scope_of(flow)
        if (source, target) in seen and scope is not None:
            between = build.node(
                scope, "intermediateThrowEvent", f"{names.INSERTED}via-{flow.get('id')}", flow
            )
            flow.set("targetRef", between.get("id", ""))
            build.flow(scope, between.get("id", ""), target, flow)
        seen.add((source, target))
