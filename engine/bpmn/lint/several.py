"""Events with several triggers: that they can happen, and be thrown, together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import names
from engine.bpmn.elements import definition_name
from engine.bpmn.graph import Graph
from engine.bpmn.names import Node
from engine.bpmn.wording import problem
from engine.errors import Problem

_ENDING: Final = frozenset({"error", "terminate", "cancel"})


def several_endings(graph: Graph) -> Iterator[Problem]:
    """An event that throws several things ends its path in at most one way."""
    for node in graph.nodes:
        if names.kind(node) != "endEvent":
            continue
        ending = [each for each in graph.definitions(node) if names.trigger(each) in _ENDING]
        if len(ending) > 1:
            yield problem(
                "several-endings",
                node,
                "{it}同时抛出错误、终止、取消中的几种，不知以哪种方式结束。请只保留一种。",
                "{it} throws more than one of error, termination and cancel, so it is not clear "
                "how it ends. Keep one.",
            )


def lonely_parallel(graph: Graph) -> Iterator[Problem]:
    """An event that is to wait for all of its triggers has more than one."""
    for node in graph.nodes:
        if names.is_true(node.get("parallelMultiple")) and len(graph.definitions(node)) == 1:
            yield problem(
                "lonely-trigger",
                node,
                "{it}标为须全部触发（parallelMultiple），却只有一种触发方式。请再加一种，或删去该标记。",
                "{it} says parallelMultiple and has a single trigger. Add another, or remove the "
                "mark.",
                severity="warning",
            )


def caught_twice(graph: Graph) -> Iterator[Problem]:
    """On one activity an error, escalation or cancel is caught once; so it is clear where it leads."""
    for node in graph.nodes:
        yield from _twice(graph, graph.attached(node), _CAUGHT_INSIDE)


def set_off_twice(graph: Graph) -> Iterator[Problem]:
    """In one scope one interrupting event sub-process begins with the same event (10.3.5)."""
    for scope in graph.scopes:
        starts = [
            start
            for handler in graph.children(scope)
            if names.is_true(handler.get("triggeredByEvent"))
            for start in graph.children(handler)
            if names.kind(start) == "startEvent"
            and (start.get("isInterrupting") or "true").strip() in {"true", "1"}
        ]
        yield from _twice(graph, starts, _CAUGHT_INSIDE | {"message", "signal"})


_CAUGHT_INSIDE: Final = frozenset({"error", "escalation", "cancel"})


def _twice(graph: Graph, events: list[Node], triggers: frozenset[str]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for event in events:
        if names.is_true(event.get("parallelMultiple")):
            continue
        for definition in graph.definitions(event):
            trigger = names.trigger(definition)
            what = trigger, definition_name(graph, definition)
            if trigger in triggers and what in seen:
                yield problem(
                    "caught-twice",
                    event,
                    "{it}与同一处的另一个事件捕获的是同一件事，不知走哪一条。请只保留一个。",
                    "{it} catches the same as another event in the same place, so it is not clear "
                    "which way to go. Keep one.",
                )
            seen.add(what)


RULES = (several_endings, lonely_parallel, caught_twice, set_off_twice)
