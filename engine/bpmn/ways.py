"""What may come after an element, along the drawing: which tasks of people, by which branches.

Told from the model alone. What answers choose at a gateway nobody knows yet: each branch is told
with its name, and a step is certain only where no way to an end goes round it. Events that break
off an activity are followed from where the case stands now, not from what is only ahead.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.bpmn import names
from engine.bpmn.definition import Element
from engine.bpmn.graph import Graph

MOST_STEPS: Final = 60
"""How many steps are looked ahead; more than that nobody reads."""
STEPS: Final = frozenset({"userTask", "manualTask"})
_SCOPES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
_CHOICES: Final = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})
_DEAD: Final = frozenset({"error", "escalation", "cancel", "terminate", "compensate"})


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow as drawn."""

    id: str
    target: str
    conditional: bool = False
    default: bool = False


@dataclass(frozen=True, kw_only=True)
class Branch:
    """Something a step depends on: a flow chosen at a gateway, or an event that has to come."""

    element_id: str
    flow_id: str = ""
    default: bool = False


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """A step that may come. ``after`` is how many steps lie before it: 0 is the very next."""

    element_id: str
    after: int
    branches: tuple[Branch, ...] = ()
    certain: bool = False


def read_flows(graph: Graph) -> dict[str, tuple[Flow, ...]]:
    """The flows that leave each node, by the node's id."""
    return {
        node.get("id", ""): tuple(
            Flow(
                id=flow.get("id", ""),
                target=names.local_name(flow.get("targetRef")),
                conditional=flow.find(names.bpmn("conditionExpression")) is not None,
                default=names.local_name(node.get("default")) == flow.get("id"),
            )
            for flow in graph.out(node)
        )
        for node in graph.nodes
    }


@dataclass
class Ways:
    """The ways through a model."""

    elements: Mapping[str, Element]
    flows: Mapping[str, tuple[Flow, ...]]
    _starts: dict[str, list[str]] = field(init=False, default_factory=dict)
    _edges: dict[str, list[str]] = field(init=False, default_factory=dict)
    _back: set[tuple[str, str]] = field(init=False, default_factory=set)
    _order: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        entered = {flow.target for flows in self.flows.values() for flow in flows}
        loose: dict[str, list[str]] = {}
        for element in self.elements.values():
            if element.kind == "startEvent":
                self._starts.setdefault(element.parent, []).append(element.id)
            elif element.id not in entered and not element.attached_to:
                loose.setdefault(element.parent, []).append(element.id)
        # Where a scope is drawn without a start event, what nothing leads to begins it.
        self._starts = {**loose, **self._starts}
        self._find_loops()

    def ahead(self, standing: Iterable[str], passed: Container[str] = ()) -> list[Ahead]:
        """The steps that may come after these elements, the nearest first.

        Where the way may lead back, the step it leads back to is told, and not again all that was
        ``passed`` between there and here.
        """
        at = [each for each in standing if each in self.elements]
        between = self._before(at)
        found: dict[str, tuple[int, tuple[Branch, ...]]] = {}
        queue = deque((each, 0) for each in at)
        while queue and len(found) < MOST_STEPS:
            place, after = queue.popleft()
            for step, branches, back in self._next(place, breaking=place in at):
                again = after > 0 and (back or (step in between and step in passed))
                if step in found or step in at or again:
                    continue
                found[step] = (after, branches)
                queue.append((step, after + 1))
        return [
            Ahead(
                element_id=step,
                after=after,
                branches=branches,
                certain=any(not self._avoids(each, step) for each in at),
            )
            for step, (after, branches) in found.items()
        ]

    def way(self, process_id: str) -> list[Ahead]:
        """The steps of a process from its start, each after all that may lead to it."""
        starts = self._starts.get(process_id, [])
        here = [each for each in starts if self.elements[each].kind in STEPS]
        first = [Ahead(element_id=each, after=0, certain=len(starts) == 1) for each in here]
        order = self._order
        return sorted(first + self.ahead(starts), key=lambda each: order.get(each.element_id, 1))

    def _find_loops(self) -> None:
        """Which ways lead back: into what the way from a start to there already passed."""
        attached: dict[str, list[str]] = {}
        for element in self.elements.values():
            if element.attached_to:
                attached.setdefault(element.attached_to, []).append(element.id)
        for node in self.elements:
            onward = [target for target, _ in self._onward(node)]
            self._edges[node] = onward + attached.get(node, [])
        roots = [
            start
            for element in self.elements.values()
            if element.kind == "process"
            for start in self._starts.get(element.id, ())
        ]
        passing: set[str] = set()
        done: set[str] = set()
        stack = [(root, iter(self._edges[root])) for root in reversed(roots)]
        while stack:
            node, targets = stack[-1]
            passing.add(node)
            for each in targets:
                if each in passing:
                    self._back.add((node, each))
                elif each not in done:
                    stack.append((each, iter(self._edges[each])))
                    break
            else:
                stack.pop()
                passing.discard(node)
                done.add(node)
                # What is left last lies first on the way.
                self._order[node] = -len(done)

    def _before(self, places: Iterable[str]) -> set[str]:
        """What lies before these places, without going round."""
        into: dict[str, list[str]] = {}
        for node, targets in self._edges.items():
            for each in targets:
                if (node, each) not in self._back:
                    into.setdefault(each, []).append(node)
        found = set(places)
        queue = deque(found)
        while queue:
            for node in into.get(queue.popleft(), []):
                if node not in found:
                    found.add(node)
                    queue.append(node)
        return found

    def _next(
        self, place: str, *, breaking: bool
    ) -> Iterator[tuple[str, tuple[Branch, ...], bool]]:
        """The steps right after a place: what each depends on, and whether the way leads back."""
        seen: set[str] = set()
        queue = deque((place, each, branches, False) for each, branches in self._leave(place, ()))
        if breaking:
            queue.extend((place, *each, False) for each in self._broken_off(place))
        while queue:
            source, node, branches, back = queue.popleft()
            back = back or (source, node) in self._back
            if node in seen:
                continue
            seen.add(node)
            element = self.elements[node]
            if element.kind in STEPS:
                yield node, branches, back
            elif element.kind in _SCOPES and self._starts.get(node):
                queue.extend((node, start, branches, back) for start in self._starts[node])
            else:
                waited = _awaiting(element, branches)
                queue.extend((node, *each, back) for each in self._leave(node, waited))

    def _leave(
        self, node: str, branches: tuple[Branch, ...]
    ) -> Iterator[tuple[str, tuple[Branch, ...]]]:
        element = self.elements[node]
        flows = self.flows.get(node, ())
        chosen = element.kind in _CHOICES and len(flows) > 1
        for flow in flows:
            if flow.target not in self.elements:
                continue
            if chosen or flow.conditional:
                taken = Branch(element_id=node, flow_id=flow.id, default=flow.default)
                yield flow.target, (*branches, taken)
            else:
                yield flow.target, branches
        for other in self._elsewhere(element, bool(flows)):
            yield from self._leave(other, branches)

    def _elsewhere(self, element: Element, flows: bool) -> Iterator[str]:
        """Where a token goes on without a flow: out of its sub-process, or to the link's other end."""
        if element.event == "link" and element.kind == "intermediateThrowEvent":
            yield from (
                other.id
                for other in self.elements.values()
                if other.kind == "intermediateCatchEvent"
                and other.event == "link"
                and (other.event_name, other.parent) == (element.event_name, element.parent)
            )
            return
        if flows or (element.kind == "endEvent" and element.event in _DEAD):
            return
        parent = self.elements.get(element.parent)
        if parent is not None and parent.kind in _SCOPES:
            yield parent.id

    def _broken_off(self, place: str) -> Iterator[tuple[str, tuple[Branch, ...]]]:
        """What may break off the activity at a place, or what it stands in."""
        around = [place]
        while (parent := self.elements.get(self.elements[around[-1]].parent)) is not None:
            around.append(parent.id)
        for element in self.elements.values():
            if element.attached_to in around:
                yield element.id, (Branch(element_id=element.id),)

    # --- certainty -------------------------------------------------------------------------------

    def _avoids(self, start: str, step: str) -> bool:
        """Whether an end can be reached from ``start`` without ``step``."""
        nodes = self._reached(start)
        targets = {node: [each for each, _ in self._onward(node)] for node in nodes}
        left = {node: self._needed(node, len(targets[node])) for node in nodes}
        before: dict[str, list[str]] = {}
        for node, those in targets.items():
            for each in those:
                before.setdefault(each, []).append(node)
        avoiding = {node for node, those in targets.items() if not those and node != step}
        queue = deque(avoiding)
        while queue:
            for node in before.get(queue.popleft(), []):
                left[node] -= 1
                if left[node] <= 0 and node not in avoiding and node != step:
                    avoiding.add(node)
                    queue.append(node)
        return start in avoiding

    def _reached(self, start: str) -> set[str]:
        reached, queue = {start}, deque([start])
        while queue:
            for node, _ in self._onward(queue.popleft()):
                if node not in reached:
                    reached.add(node)
                    queue.append(node)
        return reached

    def _onward(self, node: str) -> Iterator[tuple[str, tuple[Branch, ...]]]:
        if self.elements[node].kind in _SCOPES and self._starts.get(node):
            yield from ((start, ()) for start in self._starts[node])
        else:
            yield from self._leave(node, ())

    def _needed(self, node: str, targets: int) -> int:
        """How many of the ways on must avoid a step, for the node to avoid it: all of a fork's."""
        flows = self.flows.get(node, ())
        kind = self.elements[node].kind
        fork = kind == "parallelGateway" or (
            kind not in _CHOICES
            and kind != "eventBasedGateway"
            and not any(flow.conditional for flow in flows)
        )
        return targets if fork else 1


def _awaiting(element: Element, branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
    """What is passed by waiting: a message or a moment that has to come."""
    caught = element.kind in ("intermediateCatchEvent", "receiveTask") and element.event != "link"
    return (*branches, Branch(element_id=element.id)) if caught else branches
