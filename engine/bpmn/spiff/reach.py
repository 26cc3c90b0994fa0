"""From where a gateway that joins can still be reached, by which of its incoming flows.

A set of nodes is one integer with a bit for each, so that a scope of thousands of nodes is asked
in microseconds. What lies before each node comes from the strongly connected components in one
pass; only for a gateway that stands in a loop its own ways have to be walked, because a path that
leads through the gateway itself does not count. Nothing is computed before somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.bpmn.spiff.node import Node

MOST_WALKED: Final = 5_000_000
"""Nodes walked for all inclusive gateways of a scope that stand in loops; some seconds, once."""
_DIGITS: Final = bytes.maketrans(b"\0\1", b"01")


class Reach:
    """Who comes before whom in one scope. Computes as asked, and may be shared by threads."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        listed = tuple(nodes)
        self._bit = {node.name: number for number, node in enumerate(listed)}
        self._before = [[self._bit[source.name] for source in node.sources] for node in listed]
        for number, node in enumerate(listed):
            for event in getattr(node, "boundary", ()):
                # A token in the activity may leave it by this event.
                self._before[self._bit[event.name]].append(number)
        self._component, self._members = _components(self._before)
        self._ancestors: list[int] | None = None
        self._known: dict[str, tuple[int, ...]] = {}
        self._ways: dict[int, dict[int, list[int]]] = {}
        self._entries: dict[int, list[tuple[int, int]]] = {}

    def bits(self, nodes: Iterable[Node]) -> int:
        """The set of these nodes."""
        found = 0
        for number in {self._bit[node.name] for node in nodes}:
            found |= 1 << number
        return found

    def of(self, gateway: Node) -> tuple[int, ...]:
        """For each incoming flow, the nodes a token may come from without passing the gateway."""
        known = self._known.get(gateway.name)
        if known is None:
            at = self._bit[gateway.name]
            known = self._known[gateway.name] = tuple(
                self._avoiding(at, self._bit[source.name]) for source in gateway.sources
            )
        return known

    def walked(self, gateways: Iterable[Node]) -> int:
        """How many nodes :meth:`of` has to walk for these gateways, at most."""
        total = 0
        for gateway in gateways:
            members = self._members[self._component[self._bit[gateway.name]]]
            if len(members) > 1:
                total += len(gateway.sources) * len(members)
        return total

    def _avoiding(self, gateway: int, source: int) -> int:
        if source == gateway:
            return 0
        loop = self._component[gateway]
        if self._component[source] != loop:
            return self._all()[self._component[source]]
        within = self._within(loop)
        seen = bytearray(len(self._before))
        seen[gateway] = seen[source] = 1
        waiting = [source]
        while waiting:
            for each in within[waiting.pop()]:
                if not seen[each]:
                    seen[each] = 1
                    waiting.append(each)
        seen[gateway] = 0
        found = int(seen.translate(_DIGITS)[::-1], 2)
        for node, outside in self._entries[loop]:
            if seen[node]:
                found |= outside
        return found

    def _within(self, loop: int) -> dict[int, list[int]]:
        """The ways inside a loop; where it is entered is noted beside."""
        known = self._ways.get(loop)
        if known is not None:
            return known
        ways: dict[int, list[int]] = {}
        entries = []
        for node in self._members[loop]:
            ways[node] = [each for each in self._before[node] if self._component[each] == loop]
            bits = 0
            for each in self._before[node]:
                if self._component[each] != loop:
                    bits |= self._all()[self._component[each]]
            if bits:
                entries.append((node, bits))
        self._entries[loop] = entries
        self._ways[loop] = ways
        return ways

    def _all(self) -> list[int]:
        """Component → it and all that comes before it."""
        if self._ancestors is None:
            found: list[int] = []
            for number, members in enumerate(self._members):
                bits = 0
                for node in members:
                    bits |= 1 << node
                    for each in self._before[node]:
                        if self._component[each] != number:
                            bits |= found[self._component[each]]
                found.append(bits)
            self._ancestors = found
        return self._ancestors


def _components(before: list[list[int]]) -> tuple[list[int], list[list[int]]]:
    """Strongly connected components (Tarjan), those before a component ahead of it."""
    count = len(before)
    order, low, component = [0] * count, [0] * count, [-1] * count
    members: list[list[int]] = []
    stack: list[int] = []
    seen = 0
    for root in range(count):
        if order[root]:
            continue
        ways = [(root, iter(before[root]))]
        seen += 1
        order[root] = low[root] = seen
        stack.append(root)
        while ways:
            node, rest = ways[-1]
            for each in rest:
                if not order[each]:
                    seen += 1
                    order[each] = low[each] = seen
                    stack.append(each)
                    ways.append((each, iter(before[each])))
                    break
                if component[each] < 0:
                    low[node] = min(low[node], order[each])
            else:
                ways.pop()
                if ways:
                    low[ways[-1][0]] = min(low[ways[-1][0]], low[node])
                if low[node] == order[node]:
                    members.append(_popped(stack, node, component, len(members)))
    return component, members


def _popped(stack: list[int], node: int, component: list[int], number: int) -> list[int]:
    found = []
    while True:
        each = stack.pop()
        component[each] = number
        found.append(each)
        if each == node:
            return found
