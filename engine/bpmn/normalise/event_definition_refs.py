"""An event may refer to a definition that stands at the top of the file; here it gets its own."""

from __future__ import annotations

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.normalise.build import Copier


def inline_definitions(root: names.Node) -> None:
    """Replace each ``eventDefinitionRef`` by a copy of what it refers to."""
    if next(root.iter(names.bpmn("eventDefinitionRef")), None) is None:
        return
    copier = Copier()
    graph = Graph(root.getroottree())
    for node in graph.nodes:
        for reference in node.findall(names.bpmn("eventDefinitionRef")):
            target = graph.by_id.get(names.local_name(reference.text))
            if target is not None:
                node.replace(reference, copier.copy(target))
