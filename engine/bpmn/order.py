"""The order in which a model goes: what comes first stands first, whichever way the file lists it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from engine.bpmn.graph import Graph
from engine.bpmn.read import read


@lru_cache(maxsize=64)
def in_order(model: bytes) -> tuple[str, ...]:
    """Ids of the flow nodes of a checked model, each behind what leads to it; loops end where they close.

    A sub-process stands before what is in it; what interrupts an activity comes after what follows it.
    """
    graph = Graph(read(model))
    found: dict[str, None] = {}
    for scope in graph.processes:
        for node in _walk(graph, scope):
            found.setdefault(node.get("id", ""))
    found.pop("", None)
    return tuple(found)


def _walk(graph: Graph, scope: etree._Element) -> list[etree._Element]:
    """Depth first, what is left last first: an order in which flows lead forward."""
    seen: set[etree._Element] = set()
    left: list[etree._Element] = []
    for start in reversed(_starts(graph, scope)):
        stack: list[tuple[etree._Element, Iterator[etree._Element]]] = []
        if start not in seen:
            seen.add(start)
            stack.append((start, iter(_after(graph, start))))
        while stack:
            node, following = stack[-1]
            step = next((one for one in following if one not in seen), None)
            if step is None:
                left.append(node)
                stack.pop()
            else:
                seen.add(step)
                stack.append((step, iter(_after(graph, step))))
    return left[::-1]


def _starts(graph: Graph, scope: etree._Element) -> list[etree._Element]:
    """Nodes nothing leads to, those of the drawing's own start events first; then all the rest."""
    nodes = list(graph.children(scope))
    free = [n for n in nodes if not graph.into(n) and n.get("attachedToRef") is None]
    return [*free, *(n for n in nodes if n not in free)]


def _after(graph: Graph, node: etree._Element) -> list[etree._Element]:
    """What comes after a node; what is to stand nearest to it is visited last."""
    flows = [graph.target(flow) for flow in graph.out(node)]
    inner = _starts(graph, node)
    found = [*inner, *(n for n in flows if n is not None), *graph.attached(node)]
    return found[::-1]
