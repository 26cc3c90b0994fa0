"""A default flow's condition means nothing (BPMN 2.0.2, 8.3.13), and would be evaluated."""

from __future__ import annotations

from engine.bpmn import names
from engine.bpmn.graph import Graph


def unconditional_defaults(root: names.Node) -> None:
    """Remove the condition of default flows."""
    if not root.xpath("boolean(.//*[@default])"):
        return
    graph = Graph(root.getroottree())
    for node in graph.nodes:
        default = node.get("default")
        if not default:
            continue
        for flow in graph.out(node):
            if flow.get("id") == default:
                for condition in flow.findall(names.bpmn("conditionExpression")):
                    flow.remove(condition)
