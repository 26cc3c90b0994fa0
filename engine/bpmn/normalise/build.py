"""Making the elements that rewritings insert; each carries the line of what caused it."""

from __future__ import annotations

from lxml import etree

from engine.bpmn import names


def node(scope: names.Node, kind: str, identifier: str, cause: names.Node) -> names.Node:
    """A new flow node in a scope; its id begins with the reserved prefix."""
    assert names.is_inserted(identifier), identifier
    made = etree.SubElement(scope, names.bpmn(kind))
    made.set("id", identifier)
    names.set_line(made, names.line(cause))
    return made


def flow(
    scope: names.Node,
    source: str,
    target: str,
    cause: names.Node,
    *,
    condition: str | None = None,
) -> names.Node:
    """A new sequence flow in a scope between two nodes given by their ids."""
    made = etree.SubElement(scope, names.bpmn("sequenceFlow"))
    made.set("id", f"{names.INSERTED}flow-{source}-{target}")
    made.set("sourceRef", source)
    made.set("targetRef", target)
    names.set_line(made, names.line(cause))
    if condition is not None:
        etree.SubElement(made, names.bpmn("conditionExpression")).text = condition
    return made


def extension(element: names.Node, local: str, **attributes: str) -> names.Node:
    """A ``zeebe:`` extension element of an element, made or completed; what is there stays."""
    holder = element.find(names.bpmn("extensionElements"))
    if holder is None:
        holder = etree.Element(names.bpmn("extensionElements"), nsmap={"zeebe": names.ZEEBE})
        names.set_line(holder, names.line(element))
        first = element.find(names.bpmn("documentation"))
        element.insert(0 if first is None else element.index(first) + 1, holder)
    made = holder.find(names.zeebe(local))
    if made is None:
        made = etree.SubElement(holder, names.zeebe(local))
        names.set_line(made, names.line(element))
    for name, value in attributes.items():
        if not made.get(name):
            made.set(name, value)
    return made


def mapping(element: names.Node, local: str, source: str, target: str) -> None:
    """An input or output mapping, added behind those that are there."""
    made = etree.SubElement(extension(element, "ioMapping"), names.zeebe(local))
    made.set("source", source)
    made.set("target", target)
    names.set_line(made, names.line(element))


def property_of(element: names.Node, name: str, value: str) -> None:
    """An extension property, unless the element already has one of that name."""
    holder = extension(element, "properties")
    if any(each.get("name") == name for each in holder):
        return
    made = etree.SubElement(holder, names.zeebe("property"))
    made.set("name", name)
    made.set("value", value)
