"""Multi-instance by the standard's own elements in the terms of our dialect.

What the instances throw when they are completed (``behavior``) is written as the standard's
``complexBehaviorDefinition``, with ``when`` for the two short forms: ``each`` and ``first``.

``loopDataInputRef`` names a data object or input, whose name is the variable; ``inputDataItem``
names the variable each instance sees. ``loopCardinality`` stays as it is.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.normalise import build


def dialect_loops(root: names.Node) -> None:
    """Say which collection a multi-instance activity goes through in ``zeebe:`` terms."""
    if next(root.iter(names.bpmn("multiInstanceLoopCharacteristics")), None) is None:
        return
    copier = build.Copier()
    graph = Graph(root.getroottree())
    for loop in root.iter(names.bpmn("multiInstanceLoopCharacteristics")):
        _reference(graph, loop, "loopDataInputRef", "inputCollection", feel=True)
        _reference(graph, loop, "loopDataOutputRef", "outputCollection", feel=False)
        _item(loop, "inputDataItem", "inputElement")
        _item(loop, "outputDataItem", "outputElement")
        _behaviour(graph, loop, copier)


def _reference(graph: Graph, loop: names.Node, tag: str, attribute: str, *, feel: bool) -> None:
    reference = loop.find(names.bpmn(tag))
    identifier = names.local_name(reference.text) if reference is not None else ""
    if not identifier:
        return
    target = graph.by_id.get(identifier)
    name = (target.get("name") or "").strip() if target is not None else ""
    variable = name or identifier
    build.extension(
        loop, "loopCharacteristics", **{attribute: f"={variable}" if feel else variable}
    )


def _behaviour(graph: Graph, loop: names.Node, copier: build.Copier) -> None:
    kept = (loop.get("behavior") or "All").strip()
    if kept != "Complex":
        for each in loop.findall(names.bpmn("complexBehaviorDefinition")):
            loop.remove(each)
    if kept not in BEHAVIOURS:
        return
    attribute, when = BEHAVIOURS[kept]
    definition = graph.referenced(loop, attribute)
    if definition is None:
        return
    made = etree.SubElement(loop, names.bpmn("complexBehaviorDefinition"))
    made.set("when", when)
    etree.SubElement(made, names.bpmn("event")).append(copier.copy(definition))


BEHAVIOURS: Final = {
    "None": ("noneBehaviorEventRef", "each"),
    "One": ("oneBehaviorEventRef", "first"),
}


def _item(loop: names.Node, tag: str, attribute: str) -> None:
    item = loop.find(names.bpmn(tag))
    if item is None:
        return
    name = (item.get("name") or item.get("id") or "").strip()
    if name:
        value = name if attribute == "inputElement" else f"={name}"
        build.extension(loop, "loopCharacteristics", **{attribute: value})
