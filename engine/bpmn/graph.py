"""A model's tree with the ways through it: which flows leave a node, which scope holds it.

Built in one pass; a rewriting that adds or removes flows builds a new one.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn import names


class Graph:
    """Flow nodes and sequence flows of the executable processes, by id and by end."""

    def __init__(self, tree: etree._ElementTree) -> None:
        self.root: etree._Element = tree.getroot()
        self.processes: list[etree._Element] = []
        self.scopes: list[etree._Element] = []
        self.nodes: list[etree._Element] = []
        self.flows: list[etree._Element] = []
        self.by_id: dict[str, etree._Element] = {}
        self.outgoing: dict[str, list[etree._Element]] = {}
        self.incoming: dict[str, list[etree._Element]] = {}
        self.boundary: dict[str, list[etree._Element]] = {}
        self._definitions: dict[etree._Element, list[etree._Element]] = {}
        executable = set(executable_processes(self.root))
        for child in self.root:
            if names.kind(child) != "process":
                self._remember(child)
            elif child in executable:
                self.processes.append(child)
                self._walk(child)

    def out(self, node: etree._Element) -> list[etree._Element]:
        """Sequence flows that leave the node, in the order of the file."""
        return self.outgoing.get(node.get("id", ""), [])

    def into(self, node: etree._Element) -> list[etree._Element]:
        """Sequence flows that enter the node, in the order of the file."""
        return self.incoming.get(node.get("id", ""), [])

    def attached(self, node: etree._Element) -> list[etree._Element]:
        """Boundary events of an activity."""
        return self.boundary.get(node.get("id", ""), [])

    def target(self, flow: etree._Element) -> etree._Element | None:
        """The node a flow leads to."""
        return self.by_id.get(names.local_name(flow.get("targetRef")))

    def source(self, flow: etree._Element) -> etree._Element | None:
        """The node a flow comes from."""
        return self.by_id.get(names.local_name(flow.get("sourceRef")))

    def starters(self, scope: etree._Element) -> Iterator[tuple[etree._Element, etree._Element]]:
        """Nodes that start a process without being start events, each with its instantiating one.

        A receive task is its own; behind an event-based gateway every awaited event starts.
        """
        if names.kind(scope) != "process":
            return
        for node in self.children(scope):
            if not names.is_true(node.get("instantiate")):
                continue
            if names.kind(node) == "receiveTask":
                yield node, node
            elif names.kind(node) == "eventBasedGateway":
                for flow in self.out(node):
                    target = self.target(flow)
                    if target is not None:
                        yield target, node

    def children(self, scope: etree._Element) -> Iterator[etree._Element]:
        """Flow nodes directly in a process or sub-process."""
        for child in scope:
            if names.kind(child) in names.FLOW_NODES:
                yield child

    def definitions(self, event: etree._Element) -> list[etree._Element]:
        """An event's own definitions and those it refers to."""
        found = self._definitions.get(event)
        if found is None:
            found = self._definitions[event] = list(self._find_definitions(event))
        return found

    def referenced(self, element: etree._Element, attribute: str) -> etree._Element | None:
        """What a reference attribute (``messageRef``, …) points at, if it exists."""
        return self.by_id.get(names.local_name(element.get(attribute)))

    def _find_definitions(self, event: etree._Element) -> Iterator[etree._Element]:
        for child in event:
            child_kind = names.kind(child)
            if child_kind in names.EVENT_DEFINITIONS:
                yield child
            elif child_kind == "eventDefinitionRef":
                target = self.by_id.get(names.local_name(child.text))
                if target is not None and names.kind(target) in names.EVENT_DEFINITIONS:
                    yield target

    def _walk(self, process: etree._Element) -> None:
        for element in process.iter(f"{{{names.BPMN}}}*"):
            self._remember(element)
            kind = names.kind(element)
            if kind in names.SCOPES:
                self.scopes.append(element)
            if kind in names.FLOW_NODES:
                self.nodes.append(element)
                if kind == "boundaryEvent":
                    host = names.local_name(element.get("attachedToRef"))
                    self.boundary.setdefault(host, []).append(element)
            elif kind == "sequenceFlow":
                self.flows.append(element)
                source = names.local_name(element.get("sourceRef"))
                target = names.local_name(element.get("targetRef"))
                self.outgoing.setdefault(source, []).append(element)
                self.incoming.setdefault(target, []).append(element)

    def _remember(self, element: etree._Element) -> None:
        identifier = element.get("id")
        if identifier:
            self.by_id.setdefault(identifier, element)


def executable_processes(root: etree._Element) -> list[etree._Element]:
    """The processes that are to run.

    Where any process says ``isExecutable="true"``, those; else the ones that do not say. A pool
    drawn only to show a partner has no process or an empty one, and is never among them.
    """
    processes = [child for child in root if names.kind(child) == "process"]
    flagged = [each for each in processes if names.is_true(each.get("isExecutable"))]
    if flagged:
        return flagged
    return [
        each
        for each in processes
        if each.get("isExecutable") is None
        and any(names.kind(child) in names.FLOW_NODES for child in each)
    ]


def scope_of(element: etree._Element) -> etree._Element | None:
    """The process or sub-process an element stands in."""
    parent = element.getparent()
    while parent is not None and names.kind(parent) not in names.SCOPES:
        parent = parent.getparent()
    return parent


def process_of(element: etree._Element) -> etree._Element | None:
    """The process an element stands in, itself included."""
    current: etree._Element | None = element
    while current is not None and names.kind(current) != "process":
        current = current.getparent()
    return current
