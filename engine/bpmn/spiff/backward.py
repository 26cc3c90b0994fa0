"""Taking tokens back to an earlier activity of their scope, where that loses and doubles none.

A token is taken out where it waits, and a new one set at an activity that was completed before.
That is sound in two cases, and refused by name in all others:

- nothing else is alive in the scope, and the earlier activity lies within no branching that is
  joined again: whatever branches off will branch off anew;
- the one token moves within its own branch: both places feed the same joining gateways by the same
  flows, and nothing on the way between them lets tokens part.

Which branching a joining gateway closes is told by its immediate dominator: the last node that
every way to it passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from engine.bpmn.spiff.adhoc import AdHoc
from engine.bpmn.spiff.gateways import EventBasedGateway, ExclusiveGateway, Joining
from engine.bpmn.spiff.token import Role, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.node import Node
    from engine.bpmn.spiff.scopes import ScopeSpec


class Hindrance(NamedTuple):
    """Why tokens cannot be taken back: a code, and what people are told."""

    code: str
    zh: str
    en: str


_REASONS = {
    "scope": (
        "两个环节不在同一个流程范围内（子流程的边界不能跨越）。",
        "the two steps do not lie in the same scope; the border of a sub-process is not crossed.",
    ),
    "several": (
        "这是多人同时办理的环节，其中一份不能单独退回。",
        "this step is done several times over; one of them is not sent back alone.",
    ),
    "ad-hoc": (
        "任选环节之间没有先后，不能退回。",
        "activities that may be chosen freely have no order, so there is no way back.",
    ),
    "never-leads": (
        "流程图上没有从该环节到本环节的路。",
        "the model knows no way from that step to this one.",
    ),
    "parallel": (
        "该环节与本环节隔着并行分支，单独退回会使汇合处缺少或多出一路。",
        "parallel branches lie between; going back alone would leave their joining one too few or "
        "one too many.",
    ),
    "compensation": (
        "途中有需要补偿的活动，不能退回到它之前。",
        "an activity that can be compensated lies between.",
    ),
    "busy": (
        "同一范围内还有其他环节正在进行。",
        "other steps of the same scope are under way.",
    ),
}


def _because(code: str) -> Hindrance:
    return Hindrance(code, *_REASONS[code])


def hindrance(tokens: Sequence[Token], target_id: str) -> Hindrance | None:
    """Why these tokens cannot be replaced by one at ``target_id``; None when they can."""
    container = tokens[0].parent
    if container is None or any(token.parent is not container for token in tokens):
        return _because("scope")
    if any(token.role is not Role.PLAIN or token.task_spec.loop for token in tokens):
        return _because("several")
    spec: ScopeSpec | None = getattr(container.task_spec, "inner", None)
    if spec is None or container.role in (Role.BODY, Role.UNDO):
        return _because("several")
    target = spec.task_specs.get(target_id)
    if target is None:
        return _because("scope")
    if target.loop is not None:
        return _because("several")
    if isinstance(container.task_spec, AdHoc):
        return _because("ad-hoc")
    return _unsound(container, spec, tokens, target)


def _unsound(
    container: Token, spec: ScopeSpec, tokens: Sequence[Token], target: Node
) -> Hindrance | None:
    ways = _ways(spec)
    regions = [ways.between(target.name, token.task_spec.name) for token in tokens]
    if not all(regions):
        return _because("never-leads")
    passed = frozenset().union(*regions)
    if any(entry["n"] in passed for entry in container.memo.get("undo", ())):
        return _because("compensation")
    here = ways.feeds(target.name)
    alone = not any(
        child.role is not Role.LISTENER and child not in tokens for child in container.inside
    )
    if alone and not here:
        return None
    if len(tokens) > 1:
        return _because("parallel" if alone else "busy")
    (token,) = tokens
    own = token.task_spec.name
    if ways.feeds(own) != here or (passed - {own}) & ways.forks:
        return _because("parallel")
    return None


def replace(tokens: Sequence[Token], target_id: str) -> None:
    """Take the tokens out and set one at ``target_id``; only where there is no ``hindrance``."""
    container = tokens[0].parent
    assert container is not None
    node: Node = container.task_spec.inner.task_specs[target_id]
    instance = container.workflow
    for token in tokens:
        token.cancel()
    instance.spawn(node, container)


def _ways(spec: ScopeSpec) -> Ways:
    if spec.ways is None:
        spec.ways = Ways(spec.task_specs.values())
    return spec.ways


class Ways:
    """From where to where the nodes of one scope lead. Computed once, shared by threads."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        listed = tuple(nodes)
        self._nodes = {node.name: node for node in listed}
        self._after: dict[str, tuple[str, ...]] = {node.name: _after(node) for node in listed}
        self._before: dict[str, list[str]] = {node.name: [] for node in listed}
        for name, following in self._after.items():
            for each in following:
                self._before[each].append(name)
        self.forks = frozenset(node.name for node in listed if _parts(node))
        self._joins = self._closed([name for name, before in self._before.items() if not before])
        self._feeds: dict[str, Mapping[str, frozenset[str]]] = {}

    def between(self, first: str, last: str) -> frozenset[str]:
        """All nodes on ways from one to the other, both included; none when there is no way."""
        ahead = self._reached(self._after[first], self._after)
        if last not in ahead:
            return frozenset()
        behind = self._reached(self._before[last], self._before)
        return frozenset((ahead | {first}) & (behind | {last}))

    def feeds(self, name: str) -> Mapping[str, frozenset[str]]:
        """Joining node → its incoming flows that a token here feeds, where its branching is open."""
        known = self._feeds.get(name)
        if known is None:
            known = self._feeds[name] = {
                join: flows
                for join, fork in self._joins.items()
                if (flows := self._fed(name, join, fork))
            }
        return known

    def _fed(self, name: str, join: str, fork: str) -> frozenset[str]:
        if name in (join, fork):
            return frozenset()
        there = self._reached([name], self._after, avoiding=fork) | {name}
        node = self._nodes[join]
        sources = zip(node.incoming, node.sources, strict=True)
        return frozenset(flow for flow, source in sources if source.name in there)

    def _closed(self, starts: Sequence[str]) -> dict[str, str]:
        """Joining node → the node at which what it joins parts; '' where the scope begins."""
        joins = [name for name, node in self._nodes.items() if _gathers(node)]
        if not joins:
            return {}
        dominators = self._dominators(starts)
        found = {}
        for join in joins:
            above = dominators.get(join, frozenset()) - {join}
            found[join] = max(above, key=lambda each: len(dominators[each]), default="")
        return found

    def _dominators(self, starts: Sequence[str]) -> dict[str, frozenset[str]]:
        reached = self._reached(starts, self._after) | set(starts)
        everything = frozenset(reached)
        found = dict.fromkeys(reached, everything)
        for name in starts:
            found[name] = frozenset({name})
        changed = True
        while changed:
            changed = False
            for name in reached:
                if name in starts:
                    continue
                before = [found[each] for each in self._before[name] if each in reached]
                now = frozenset.intersection(*before) | {name} if before else frozenset({name})
                if now != found[name]:
                    found[name], changed = now, True
        return found

    @staticmethod
    def _reached(
        first: Iterable[str], ways: Mapping[str, Iterable[str]], avoiding: str = ""
    ) -> set[str]:
        seen: set[str] = set()
        waiting = [name for name in first if name != avoiding]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            waiting += [each for each in ways[name] if each != avoiding and each not in seen]
        return seen


def _after(node: Node) -> tuple[str, ...]:
    hung = [event.name for event in getattr(node, "boundary", ())]
    return tuple(dict.fromkeys([flow.target.name for flow in node.flows] + hung))


def _parts(node: Node) -> bool:
    """Whether more than one token may leave it."""
    if any(not event.interrupting for event in getattr(node, "boundary", ())):
        return True
    if getattr(node, "completion_quantity", 1) > 1:
        return True
    one_way = isinstance(node, (ExclusiveGateway, EventBasedGateway))
    return len(node.flows) > 1 and not one_way


def _gathers(node: Node) -> bool:
    if isinstance(node, Joining):
        return len(node.incoming) > 1
    return bool(getattr(node, "start_quantity", 1) > 1)
