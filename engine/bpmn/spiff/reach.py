"""From where a joining inclusive gateway can still be reached, by which incoming flow."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.spiff.activities import Activity
from engine.bpmn.spiff.events import BoundaryEvent
from engine.bpmn.spiff.gateways import InclusiveGateway
from engine.bpmn.spiff.node import Node


def fill_reach(nodes: Mapping[str, Node]) -> None:
    """Compute ``reach`` of every inclusive gateway that joins."""
    joining = [
        node
        for node in nodes.values()
        if isinstance(node, InclusiveGateway) and len(node.incoming) > 1
    ]
    if not joining:
        return
    hosts = {
        event.name: node
        for node in nodes.values()
        if isinstance(node, Activity)
        for event in node.boundary
    }
    for gateway in joining:
        gateway.reach = _reach(gateway, hosts)


def _reach(gateway: InclusiveGateway, hosts: Mapping[str, Node]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for flow, source in zip(gateway.incoming, gateway.sources, strict=True):
        waiting = [source]
        while waiting:
            node = waiting.pop()
            flows = found.setdefault(node.name, set())
            if node is gateway or flow in flows:
                continue
            flows.add(flow)
            waiting += node.sources
            if isinstance(node, BoundaryEvent) and node.name in hosts:
                # A token in the activity may leave it by this event.
                waiting.append(hosts[node.name])
    found.pop(gateway.name, None)
    return {name: frozenset(flows) for name, flows in found.items()}
