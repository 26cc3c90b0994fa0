"""Data associations in the terms of our dialect: input and output mappings (BPMN 2.0.2, 10.4).

A data object, property, data input or output is a variable of its name. An association moves data
when it says how (an assignment or a transformation), or when its end at the activity is a data
input or output with a name. All others are drawn to be looked at: most modelers write them between
a data object and a nameless placeholder.

A data object or property of a sub-process that takes part lives as long as the sub-process: it is
a local variable of it, null at first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from engine.bpmn import dialect, names
from engine.bpmn.graph import Graph
from engine.bpmn.names import Node
from engine.bpmn.normalise import build

ASSOCIATIONS: Final = ("dataInputAssociation", "dataOutputAssociation")
_STORES: Final = frozenset({"dataStoreReference", "dataStore"})
_ENDS: Final = frozenset({"dataInput", "dataOutput"})
_STATE: Final = re.compile(r"\s*\[[^\]]*\]\s*$")
_NAME: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Move:
    """Data that moves: the FEEL of its source, the variable it goes to, and who is at both ends."""

    kind: Literal["input", "output"]
    source: str
    target: str
    association: Node
    ends: tuple[Node, ...]


def moves(graph: Graph, node: Node) -> Iterator[Move]:
    """What the data associations of an activity or event move."""
    for tag in ASSOCIATIONS:
        for association in node.iterchildren(names.bpmn(tag)):
            yield from moved_by(graph, association)


def moved_by(graph: Graph, association: Node) -> Iterator[Move]:
    """What one data association moves."""
    kind: Literal["input", "output"] = "output"
    if names.kind(association) == ASSOCIATIONS[0]:
        kind = "input"
    sources = list(ends(graph, association, "sourceRef"))
    targets = list(ends(graph, association, "targetRef"))
    both = (*sources, *targets)
    assigned = False
    for each in association.iterchildren(names.bpmn("assignment")):
        assigned = True
        source, target = _text(each, "from"), _text(each, "to")
        if source and target:
            yield Move(kind, source, _written(graph, target), association, both)
    if assigned or not targets:
        return
    formula = _text(association, "transformation")
    near = targets[0] if kind == "input" else (sources[0] if sources else None)
    named = (
        near is not None and names.kind(near) in _ENDS and bool((near.get("name") or "").strip())
    )
    if formula:
        yield Move(kind, formula, variable(graph, targets[0]), association, both)
    elif named and sources:
        yield Move(
            kind, variable(graph, sources[0]), variable(graph, targets[0]), association, both
        )


def ends(graph: Graph, association: Node, tag: str) -> Iterator[Node]:
    """What an association refers to as its sources or targets, as far as it exists."""
    for reference in association.iterchildren(names.bpmn(tag)):
        found = graph.by_id.get(names.local_name(reference.text))
        if found is not None:
            yield found


def variable(graph: Graph, element: Node) -> str:
    """The variable that a data object, store, property, input or output is."""
    for attribute in ("dataObjectRef", "dataStoreRef"):
        behind = graph.referenced(element, attribute)
        if behind is not None and (behind.get("name") or "").strip():
            element = behind
            break
    name = _STATE.sub("", element.get("name") or "").strip()
    return name or element.get("id", "")


def is_variable(name: str) -> bool:
    """Whether a name can be written in FEEL, with the names of contexts inside it."""
    return all(_NAME.fullmatch(part.strip()) for part in name.split("."))


def writes_store(graph: Graph, association: Node) -> bool:
    """Whether an association that moves data would write into a data store."""
    stores = [each for each in ends(graph, association, "targetRef") if names.kind(each) in _STORES]
    return bool(stores) and next(moved_by(graph, association), None) is not None


def map_data(root: Node) -> None:
    """Write what associations move as mappings, and what sub-processes own as local variables."""
    if not any(next(root.iter(names.bpmn(tag)), None) is not None for tag in ASSOCIATIONS):
        return
    graph = Graph(root.getroottree())
    owned: dict[Node, dict[str, None]] = {}
    for node in graph.nodes:
        for move in moves(graph, node):
            build.mapping(node, move.kind, f"={move.source}", move.target)
            for end in move.ends:
                scope = end.getparent()
                if names.kind(end) not in _ENDS and scope is not None:
                    owned.setdefault(scope, {})[variable(graph, end)] = None
    for scope, variables in owned.items():
        if names.kind(scope) in names.SUB_PROCESSES:
            _own(scope, variables)


def _own(scope: Node, variables: dict[str, None]) -> None:
    mapped = {
        each.get("target")
        for holder in dialect.extensions(scope, "ioMapping")
        for each in holder.iterchildren(names.zeebe("input"))
    }
    for name in variables:
        if name not in mapped:
            build.mapping(scope, "input", "=null", name)


def _written(graph: Graph, target: str) -> str:
    element = graph.by_id.get(target)
    return variable(graph, element) if element is not None else target


def _text(element: Node, tag: str) -> str:
    found = element.find(names.bpmn(tag))
    return dialect.condition(found.text) if found is not None else ""
