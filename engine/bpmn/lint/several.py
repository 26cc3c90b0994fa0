"""Events with several triggers: that they can happen, and be thrown, together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import names
from engine.bpmn.graph import Graph
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


RULES = (several_endings, lonely_parallel)
