"""A pair of link events is a sequence flow drawn in two pieces (BPMN 2.0.2, 10.5.5).

Both events stay, as events without trigger, so that the token is seen passing them.
"""

from __future__ import annotations

from collections import defaultdict

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.normalise import build

_LINK = names.bpmn("linkEventDefinition")


def connect_links(root: names.Node) -> None:
    """Draw a flow from each throwing link to the catching link of the same name and scope."""
    if next(root.iter(_LINK), None) is None:
        return
    graph = Graph(root.getroottree())
    for scope in graph.scopes:
        throws: dict[str, list[names.Node]] = defaultdict(list)
        catches: dict[str, names.Node] = {}
        for node in graph.children(scope):
            definition = node.find(_LINK)
            if definition is None:
                continue
            name = (definition.get("name") or "").strip()
            if names.kind(node) == "intermediateThrowEvent":
                throws[name].append(node)
            else:
                catches[name] = node
            node.remove(definition)
        for name, catch in catches.items():
            # Caught as soon as thrown: as an event to wait for it would wait for ever.
            catch.tag = names.bpmn("intermediateThrowEvent")
            for throw in throws[name]:
                build.flow(scope, throw.get("id", ""), catch.get("id", ""), throw)
