"""Several flows leaving an activity or event are a fork (BPMN 2.0.2, 8.3.13 and 13.3.1).

Each unconditional flow gets a token, each conditional one if its condition holds, the default one
if no other does: an inclusive gateway, or a parallel one where nothing is conditional.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn import names
from engine.bpmn.graph import Graph, scope_of
from engine.bpmn.normalise import build


def draw_splits(root: names.Node) -> None:
    """Put the gateway that is meant behind each activity or event with several ways out."""
    graph = Graph(root.getroottree())
    for node in graph.nodes:
        if names.kind(node) in names.GATEWAYS:
            continue
        flows = graph.out(node)
        if len(flows) > 1:
            _split(node, flows)
        # The gateway has it now, or it was the only way out.
        names.drop(node, "default")


def _split(node: names.Node, flows: list[names.Node]) -> None:
    scope = scope_of(node)
    assert scope is not None, "a flow node stands in a process"
    default = node.get("default")
    conditional = [
        flow for flow in flows if flow.find(names.bpmn("conditionExpression")) is not None
    ]
    kind = "inclusiveGateway" if conditional or default else "parallelGateway"
    gateway = build.node(scope, kind, f"split-{node.get('id')}", node)
    for flow in flows:
        flow.set("sourceRef", gateway.get("id", ""))
        if kind == "inclusiveGateway" and flow not in conditional and flow.get("id") != default:
            etree.SubElement(flow, names.bpmn("conditionExpression")).text = "true"
    if default:
        gateway.set("default", default)
    build.flow(scope, node.get("id", ""), gateway.get("id", ""), node)
