"""Shipped diagrams are whole and can be read: all drawn, nothing overlaps, no line crosses another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from lxml import etree

from tests.processes.runner import packages

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAY = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
SCOPES = {"process", "subProcess", "laneSet", "collaboration"}
NOT_NODES = {"sequenceFlow", "laneSet", "lane", "association", "textAnnotation", "dataObject"}
TOUCH = 1.0
"""Pixels by which two outlines may meet."""
TASK = 100.0
"""Width of a task; events and gateways are narrower and not rectangular."""

Point = tuple[float, float]
Segment = tuple[Point, Point]


@dataclass(frozen=True)
class Box:
    """A rectangle of the diagram."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box, by: float = TOUCH) -> bool:
        """Whether they share more than a border."""
        return (
            self.x + by < other.x + other.width
            and other.x + by < self.x + self.width
            and self.y + by < other.y + other.height
            and other.y + by < self.y + self.height
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies within."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def crossed(self, start: Point, end: Point) -> bool:
        """Whether an orthogonal segment runs through the inside."""
        left, right = sorted((start[0], end[0]))
        top, bottom = sorted((start[1], end[1]))
        return (
            (left + TOUCH < self.x + self.width and self.x + TOUCH < right)
            or (left == right and self.x + TOUCH < left < self.x + self.width - TOUCH)
        ) and (
            (top + TOUCH < self.y + self.height and self.y + TOUCH < bottom)
            or (top == bottom and self.y + TOUCH < top < self.y + self.height - TOUCH)
        )

    def touches(self, point: Point) -> bool:
        """Whether a point lies on the outline or, for round shapes, near it."""
        x, y = point
        return (
            self.x - 2 <= x <= self.x + self.width + 2
            and self.y - 2 <= y <= self.y + self.height + 2
        )


@dataclass
class Drawing:
    """A model's diagram."""

    boxes: dict[str, Box] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    edges: dict[str, list[Point]] = field(default_factory=dict)
    nodes: dict[str, str] = field(default_factory=dict)
    """Flow nodes by id → the scope they lie in."""
    hosts: dict[str, str] = field(default_factory=dict)
    """Boundary events → what they sit on."""
    flows: dict[str, tuple[str, str]] = field(default_factory=dict)
    lanes: dict[str, str] = field(default_factory=dict)
    """Nodes → their lane."""
    expanded: set[str] = field(default_factory=set)


def read(model: bytes) -> Drawing:
    """The drawing of a model."""
    root = etree.fromstring(model)
    drawing = Drawing()
    for element in root.iter(etree.Element):
        kind = etree.QName(element).localname
        if element.tag.startswith(BPMN):
            _note(drawing, element, kind)
        elif element.tag == f"{DI}BPMNShape":
            _shape(drawing, element)
        elif element.tag == f"{DI}BPMNEdge":
            of = element.get("bpmnElement", "")
            drawing.edges[of] = [
                (float(way.get("x", 0)), float(way.get("y", 0))) for way in element.iter(WAY)
            ]
            _label(drawing, element, of)
    return drawing


def _note(drawing: Drawing, element: etree._Element, kind: str) -> None:
    parent = element.getparent()
    inside = parent is not None and etree.QName(parent).localname in ("process", "subProcess")
    identifier = element.get("id", "")
    if kind == "sequenceFlow":
        drawing.flows[identifier] = (element.get("sourceRef", ""), element.get("targetRef", ""))
    elif kind == "flowNodeRef" and parent is not None:
        drawing.lanes[(element.text or "").strip()] = parent.get("id", "")
    elif inside and identifier and kind not in NOT_NODES and kind.endswith(_NODES):
        drawing.nodes[identifier] = parent.get("id", "") if parent is not None else ""
        if kind == "boundaryEvent":
            drawing.hosts[identifier] = element.get("attachedToRef", "")


_NODES = ("Task", "task", "Event", "Gateway", "callActivity", "subProcess")


def _shape(drawing: Drawing, element: etree._Element) -> None:
    of = element.get("bpmnElement", "")
    bounds = element.find(f"{DC}Bounds")
    assert bounds is not None, f"{of} has no bounds"
    drawing.boxes[of] = _box(bounds)
    if element.get("isExpanded") == "true":
        drawing.expanded.add(of)
    _label(drawing, element, of)


def _label(drawing: Drawing, element: etree._Element, of: str) -> None:
    bounds = element.find(f"{DI}BPMNLabel/{DC}Bounds")
    if bounds is not None:
        drawing.labels[of] = _box(bounds)


def _box(bounds: etree._Element) -> Box:
    return Box(*(float(bounds.get(name, 0)) for name in ("x", "y", "width", "height")))


def drawings() -> Iterator[tuple[str, Drawing]]:
    """The diagrams of all shipped models."""
    for key, files in packages().items():
        yield key, read(next(data for path, data in files.items() if path.endswith(".bpmn")))


DRAWINGS = dict(drawings())
pytestmark = pytest.mark.parametrize("key", DRAWINGS)


def test_everything_is_drawn(key: str) -> None:
    """Every node, lane and flow has its place, so that a modeler can open and show it all."""
    drawing = DRAWINGS[key]
    assert set(drawing.nodes) <= set(drawing.boxes)
    assert set(drawing.lanes.values()) <= set(drawing.boxes)
    assert set(drawing.flows) <= set(drawing.edges)
    assert all(len(points) > 1 for points in drawing.edges.values())


def test_no_node_overlaps_another(key: str) -> None:
    """Two nodes of one scope never share space; a boundary event sits on its own host only."""
    drawing = DRAWINGS[key]
    for (one, a), (other, b) in itertools.combinations(_node_boxes(drawing), 2):
        if one in _around(drawing, other) or other in _around(drawing, one):
            continue
        if drawing.hosts.get(one) == other or drawing.hosts.get(other) == one:
            assert a.overlaps(b), f"{one} does not sit on {other}"
            continue
        assert not a.overlaps(b), f"{one} overlaps {other}"


def test_nodes_lie_in_their_lanes(key: str) -> None:
    """A step is drawn in the lane of whoever does it."""
    drawing = DRAWINGS[key]
    for node, lane in drawing.lanes.items():
        if node in drawing.boxes and node not in drawing.hosts:
            assert drawing.boxes[lane].holds(drawing.boxes[node]), f"{node} leaves {lane}"


def test_flows_join_what_they_connect(key: str) -> None:
    """A flow begins at its source and ends at its target, with right angles only."""
    drawing = DRAWINGS[key]
    for flow, (source, target) in drawing.flows.items():
        points = drawing.edges[flow]
        assert drawing.boxes[source].touches(points[0]), f"{flow} does not begin at {source}"
        assert drawing.boxes[target].touches(points[-1]), f"{flow} does not end at {target}"
        for start, end in itertools.pairwise(points):
            assert start[0] == end[0] or start[1] == end[1], f"{flow} has a slanting line"


def test_no_flow_runs_through_a_node(key: str) -> None:
    """A line that crosses a node reads as if it stopped there."""
    drawing = DRAWINGS[key]
    for flow, ends in drawing.flows.items():
        for start, end in itertools.pairwise(drawing.edges[flow]):
            for node, box in _node_boxes(drawing):
                # The corners of a diamond's rectangle are empty: a flow may join its slanting side.
                own = node in ends and box.width < TASK
                if not own and node not in _around(drawing, ends[0]):
                    assert not box.crossed(start, end), f"{flow} runs through {node}"


def test_no_two_flows_cross(key: str) -> None:
    """A crossing reads as a junction; only flows of one source or one target may meet or share a line."""
    drawing = DRAWINGS[key]
    for (one, ends), (other, others) in itertools.combinations(drawing.flows.items(), 2):
        related = bool(set(ends) & set(others))
        for a, b in itertools.product(_segments(drawing, one), _segments(drawing, other)):
            assert not _cross(a, b), f"{one} and {other} cross at {a}"
            assert related or not _meet(a, b), f"{one} runs into {other} at {a}"


def test_no_flow_runs_through_a_label(key: str) -> None:
    """A struck-out word cannot be read."""
    drawing = DRAWINGS[key]
    for owner, label in drawing.labels.items():
        for flow in drawing.flows:
            for start, end in _segments(drawing, flow):
                assert not label.crossed(start, end), f"{flow} strikes out the label of {owner}"


def test_labels_do_not_cover_nodes_or_each_other(key: str) -> None:
    """Every word can be read."""
    drawing = DRAWINGS[key]
    labels = list(drawing.labels.items())
    for (one, a), (other, b) in itertools.combinations(labels, 2):
        assert not a.overlaps(b), f"the labels of {one} and {other} overlap"
    for owner, label in labels:
        for node, box in _node_boxes(drawing):
            if node != owner and node not in drawing.expanded:
                assert not label.overlaps(box), f"the label of {owner} covers {node}"


def _segments(drawing: Drawing, flow: str) -> list[Segment]:
    return list(itertools.pairwise(drawing.edges[flow]))


def _span(segment: Segment) -> Box:
    """The line as a rectangle without width."""
    (x, y), (to_x, to_y) = segment
    return Box(min(x, to_x), min(y, to_y), abs(x - to_x), abs(y - to_y))


def _meet(one: Segment, other: Segment) -> bool:
    """Whether two lines share a point, ends included."""
    return _span(one).overlaps(_span(other), by=-TOUCH)


def _cross(one: Segment, other: Segment) -> bool:
    """Whether each passes through the inside of the other."""
    a, b = _span(one), _span(other)
    upright, flat = (a, b) if a.width == 0 else (b, a)
    return (
        upright.width == 0 == flat.height
        and flat.x < upright.x < flat.x + flat.width
        and upright.y < flat.y < upright.y + upright.height
    )


def _node_boxes(drawing: Drawing) -> list[tuple[str, Box]]:
    return [(node, drawing.boxes[node]) for node in drawing.nodes]


def _around(drawing: Drawing, node: str) -> set[str]:
    """The sub-processes around a node."""
    found = set()
    while node in drawing.nodes:
        node = drawing.nodes[node]
        found.add(node)
    return found
