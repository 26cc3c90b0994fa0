"""Making the elements that rewritings insert; each carries the line of what caused it."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from lxml import etree

from engine.bpmn import names
from engine.bpmn.wording import problem
from engine.errors import ModelRejected, Problem

MOST_COPIED: Final = 200_000
"""Elements, or hundreds of characters, that rewriting may copy in one model."""


class Copier:
    """Copies elements that several others refer to; raises ModelRejected before it is too much."""

    def __init__(self) -> None:
        self._left = MOST_COPIED
        self._sizes: dict[names.Node, int] = {}

    def copy(self, source: names.Node) -> names.Node:
        """The element with all inside, without ids and what follows it."""
        size = self._sizes.get(source)
        if size is None:
            size = self._sizes[source] = sum(map(_size, source.iter()))
        self._left -= size
        if self._left < 0:
            raise ModelRejected([_too_much(source)])
        made = deepcopy(source)
        made.tail = None
        for each in made.iter():
            names.drop(each, "id")
        return made


def _size(element: names.Node) -> int:
    return 1 + (len(element.text or "") + sum(map(len, element.attrib.values()))) // 100


def _too_much(source: names.Node) -> Problem:
    return problem(
        "too-many-elements",
        source,
        "{it}太大，又被多处引用。请减小它，或减少引用。",
        "{it} is too large for the number of places that refer to it. Make it smaller, or refer to "
        "it less often.",
    )


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
