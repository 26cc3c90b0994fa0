"""Two drawings that began as one, brought together element by element.

What only one of them changed is taken from it. Where both changed the same element, each to
something else, or one took away what the other builds on, somebody has to choose.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from engine.bpmn import names, wording
from engine.bpmn.difference import Change, difference
from engine.bpmn.read import DEFAULT_LIMITS, Limits, read

_KEPT: Final = frozenset({"incoming", "outgoing", "flowNodeRef", "laneSet"})
"""Children that repeat what other elements say, or only hold others: never taken over."""
_ENDS: Final = ("sourceRef", "targetRef", "attachedToRef")


def collisions(
    base: bytes, mine: bytes, theirs: bytes, *, limits: Limits = DEFAULT_LIMITS
) -> tuple[str, ...]:
    """Ids of the elements about which somebody has to choose, in the order of ``mine``.

    Raises ModelRejected when one of the drawings cannot be read.
    """
    my, their = _said(base, mine, limits), _said(base, theirs, limits)
    apart = _said(mine, theirs, limits)
    both = {key for key in my if key in their and key in apart}
    gone = _gone(my) & _leaned_on(read(theirs, limits=limits), their)
    gone |= _gone(their) & _leaned_on(read(mine, limits=limits), my)
    found = both | gone
    ordered = [key for key in (*my, *their) if key in found]
    return tuple(dict.fromkeys(ordered))


def merge(
    base: bytes,
    mine: bytes,
    theirs: bytes,
    *,
    take_theirs: Collection[str] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """My drawing with what only they changed, and of the collisions those in ``take_theirs``.

    A flow whose end is gone goes with it. Raises ModelRejected when a drawing cannot be read.
    """
    open_to_choice = set(collisions(base, mine, theirs, limits=limits))
    moved = {
        c.element
        for c in difference(base, mine, limits=limits)
        if c.moved or c.how in ("added", "removed")
    }
    merger = _Merger(_Drawing(read(mine, limits=limits)), _Drawing(read(theirs, limits=limits)))
    for change in difference(base, theirs, limits=limits):
        if change.element in open_to_choice and change.element not in take_theirs:
            continue
        merger.take(change, place=change.element in take_theirs or change.element not in moved)
    for key in open_to_choice & set(take_theirs):  # they built on what I had taken away
        merger.restore(key)
    return merger.finished()


def _said(old: bytes, new: bytes, limits: Limits) -> dict[str, Change]:
    """What changed but its place in the picture, by element."""
    return {c.element: c for c in difference(old, new, limits=limits) if c.how != "moved"}


def _gone(changes: dict[str, Change]) -> set[str]:
    return {key for key, change in changes.items() if change.how == "removed"}


def _leaned_on(tree: names.Tree, changes: dict[str, Change]) -> set[str]:
    """What elements that were added or changed need to be there: their ends, and their scope."""
    found: set[str] = set()
    for element in tree.getroot().iter(f"{{{names.BPMN}}}*"):
        change = changes.get(element.get("id", ""))
        if change is None or change.how == "removed":
            continue
        found |= {element.get(end, "") for end in _ENDS}
        parent = element.getparent()
        if parent is not None:
            found.add(parent.get("id", ""))
    return found - {""}


@dataclass(frozen=True)
class _Drawing:
    tree: names.Tree

    @property
    def root(self) -> names.Node:
        return self.tree.getroot()

    def element(self, key: str) -> names.Node | None:
        return next(
            (each for each in self.root.iter(f"{{{names.BPMN}}}*") if each.get("id") == key), None
        )

    def shapes(self, key: str) -> list[names.Node]:
        return [
            each
            for kind in ("BPMNShape", "BPMNEdge")
            for each in self.root.iter(f"{{{names.BPMNDI}}}{kind}")
            if names.local_name(each.get("bpmnElement")) == key
        ]

    def planes(self) -> list[names.Node]:
        return list(self.root.iter(f"{{{names.BPMNDI}}}BPMNPlane"))

    def lane_of(self, key: str) -> str:
        for lane in self.root.iter(names.bpmn("lane")):
            for reference in lane.iterchildren(names.bpmn("flowNodeRef")):
                if (reference.text or "").strip() == key:
                    return str(lane.get("id", ""))
        return ""


class _Merger:
    """Writes their changes into my drawing."""

    def __init__(self, mine: _Drawing, theirs: _Drawing) -> None:
        self.mine = mine
        self.theirs = theirs

    def take(self, change: Change, *, place: bool) -> None:
        """One change; ``place`` where its place in the picture is taken over as well."""
        key = change.element
        if change.how == "removed":
            self._remove(key)
            return
        wanted = self.theirs.element(key)
        if wanted is None:
            return
        mine = self.mine.element(key)
        if mine is None:
            self._add(wanted)
            place = True
        elif change.how != "moved":
            self._rewrite(mine, wanted)
        if place and (change.moved or change.how in ("added", "moved") or mine is None):
            self._draw(key)

    def restore(self, key: str) -> None:
        """Put back what I took away and they go on using, with its flows."""
        wanted = self.theirs.element(key)
        if wanted is None or self.mine.element(key) is not None:
            return
        flows = [
            flow
            for flow in self.theirs.root.iter(names.bpmn("sequenceFlow"))
            if key in (flow.get("sourceRef"), flow.get("targetRef"))
        ]
        for each in (wanted, *flows):
            if self.mine.element(each.get("id", "")) is None:
                self._add(each)
                self._draw(each.get("id", ""))

    # --- elements ---------------------------------------------------------------------------------

    def _add(self, wanted: names.Node) -> None:
        parent = self._parent(wanted)
        if parent is None:
            return
        copy = deepcopy(wanted)
        drawn = [each for each in parent if etree.QName(each).namespace == names.BPMNDI]
        if drawn:
            drawn[0].addprevious(copy)
        else:
            parent.append(copy)
        self._join_lane(wanted)

    def _parent(self, wanted: names.Node) -> names.Node | None:
        """Where it belongs in my drawing; None where that is not there."""
        above = wanted.getparent()
        if above is None or above is self.theirs.root:
            return self.mine.root
        if above.get("id") and (found := self.mine.element(above.get("id", ""))) is not None:
            return found
        if names.kind(above) == "laneSet":
            holder = self._parent(above)
            if holder is None:
                return None
            same = holder.find(names.bpmn("laneSet"))
            if same is None:
                same = etree.Element(names.bpmn("laneSet"))
                holder.insert(_after_head(holder), same)
            return same
        if names.kind(above) == "collaboration":
            return self.mine.root.find(names.bpmn("collaboration"))
        return None

    def _rewrite(self, mine: names.Node, wanted: names.Node) -> None:
        if mine.tag != wanted.tag:
            replaced = etree.Element(wanted.tag)
            for child in list(mine):
                replaced.append(child)
            above = mine.getparent()
            if above is None:
                return
            above.replace(mine, replaced)
            mine = replaced
        mine.attrib.clear()
        mine.attrib.update(wanted.attrib)
        for child in list(mine):
            if _own(child):
                mine.remove(child)
        own = [deepcopy(child) for child in wanted if _own(child)]
        head = [each for each in own if names.kind(each) in _HEAD]
        for number, child in enumerate(head):
            mine.insert(number, child)
        spot = max(
            (n + 1 for n, each in enumerate(mine) if names.kind(each) in (*_HEAD, *_KEPT)),
            default=0,
        )
        for child in own:
            if child not in head:
                mine.insert(spot, child)
                spot += 1
        parent = self._parent(wanted)
        if parent is not None and mine.getparent() is not parent:
            parent.append(mine)
        self._join_lane(wanted)

    def _remove(self, key: str) -> None:
        element = self.mine.element(key)
        if element is None:
            return
        inside = [each.get("id", "") for each in element.iter(f"{{{names.BPMN}}}*")]
        above = element.getparent()
        if above is not None:
            above.remove(element)
        for gone in inside:
            self._leave_lanes(gone)
            for shape in self.mine.shapes(gone) if gone else ():
                _drop(shape)

    # --- lanes and the picture ----------------------------------------------------------------------

    def _join_lane(self, wanted: names.Node) -> None:
        key = wanted.get("id", "")
        lane = self.mine.element(self.theirs.lane_of(key)) if self.theirs.lane_of(key) else None
        if lane is None or self.mine.lane_of(key) == lane.get("id"):
            return
        self._leave_lanes(key)
        reference = etree.SubElement(lane, names.bpmn("flowNodeRef"))
        reference.text = key

    def _leave_lanes(self, key: str) -> None:
        for reference in list(self.mine.root.iter(names.bpmn("flowNodeRef"))):
            if (reference.text or "").strip() == key:
                _drop(reference)

    def _draw(self, key: str) -> None:
        planes = self.mine.planes()
        if not planes:
            return
        for shape in self.theirs.shapes(key):
            above = shape.getparent()
            wanted = names.local_name(above.get("bpmnElement")) if above is not None else ""
            plane = next(
                (p for p in planes if names.local_name(p.get("bpmnElement")) == wanted), planes[0]
            )
            old = self.mine.shapes(key)
            if old:
                above_old = old[0].getparent()
                if above_old is not None:
                    above_old.replace(old[0], deepcopy(shape))
            else:
                plane.append(deepcopy(shape))

    # --- the whole ------------------------------------------------------------------------------------

    def finished(self) -> bytes:
        """The drawing, with nothing hanging in the air and every node knowing its flows."""
        while loose := list(self._loose()):
            for key in loose:
                self._remove(key)
        self._connect()
        return etree.tostring(
            self.mine.tree, xml_declaration=True, encoding="UTF-8", pretty_print=True
        )

    def _loose(self) -> Iterator[str]:
        known = {each.get("id") for each in self.mine.root.iter(f"{{{names.BPMN}}}*")}
        for element in self.mine.root.iter(f"{{{names.BPMN}}}*"):
            if not wording.is_known(element) or not element.get("id"):
                continue
            if any(element.get(end) and element.get(end) not in known for end in _ENDS):
                yield element.get("id", "")

    def _connect(self) -> None:
        flows = list(self.mine.root.iter(names.bpmn("sequenceFlow")))
        for node in self.mine.root.iter(f"{{{names.BPMN}}}*"):
            if names.kind(node) not in names.FLOW_NODES:
                continue
            key = node.get("id", "")
            right = [
                (kind, flow.get("id", ""))
                for kind, end in (("incoming", "targetRef"), ("outgoing", "sourceRef"))
                for flow in flows
                if flow.get(end) == key
            ]
            held = [each for each in node if names.kind(each) in ("incoming", "outgoing")]
            if sorted((names.kind(e), (e.text or "").strip()) for e in held) == sorted(right):
                continue
            for each in held:
                node.remove(each)
            spot = _after_head(node)
            for number, (kind, flow) in enumerate(right):
                child = etree.Element(names.bpmn(kind))
                child.text = flow
                node.insert(spot + number, child)


_HEAD: Final = ("documentation", "extensionElements")


def _after_head(node: names.Node) -> int:
    return sum(1 for each in node if names.kind(each) in _HEAD)


def _own(child: names.Node) -> bool:
    """Whether a child says something of its element, and is no element of its own."""
    return names.kind(child) not in _KEPT and not wording.is_known(child)


def _drop(node: names.Node) -> None:
    above = node.getparent()
    if above is not None:
        above.remove(node)
