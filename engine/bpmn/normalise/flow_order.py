"""Conditions are tried in the order the gateway lists its flows (BPMN 2.0.2, 10.6.2)."""

from __future__ import annotations

from lxml import etree

from engine.bpmn import names
from engine.bpmn.graph import Graph


def order_flows(root: names.Node) -> None:
    """Put a node's outgoing flows in the order it lists them, and make its lists agree.

    The flows themselves are the truth; what a tool forgot to list comes last.
    """
    graph = Graph(root.getroottree())
    for node in graph.nodes:
        listed = [names.local_name(each.text) for each in node.findall(names.bpmn("outgoing"))]
        flows = graph.out(node)
        rank = {identifier: number for number, identifier in enumerate(listed)}
        ordered = sorted(flows, key=lambda flow: rank.get(flow.get("id", ""), len(rank)))
        if ordered != flows:
            _reorder(flows, ordered)
        _list(node, "incoming", graph.into(node))
        _list(node, "outgoing", ordered)


def _reorder(flows: list[names.Node], ordered: list[names.Node]) -> None:
    # The last place of them, so that no flow is moved before what it does not depend on.
    parent = flows[0].getparent()
    if parent is None or any(flow.getparent() is not parent for flow in flows):
        return
    for flow in ordered:
        parent.remove(flow)
        parent.append(flow)


def _list(node: names.Node, tag: str, flows: list[names.Node]) -> None:
    for each in node.findall(names.bpmn(tag)):
        node.remove(each)
    for flow in flows:
        etree.SubElement(node, names.bpmn(tag)).text = flow.get("id", "")
