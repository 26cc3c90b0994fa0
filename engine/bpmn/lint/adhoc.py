"""Ad-hoc sub-processes: activities, and neither start nor end (BPMN 2.0.2, 10.3.5)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.names import Node
from engine.bpmn.wording import problem
from engine.errors import Problem


def starts_and_ends(graph: Graph) -> Iterator[Problem]:
    """An ad-hoc sub-process has neither start nor end events."""
    for scope in _ad_hoc(graph):
        for node in graph.children(scope):
            if names.kind(node) in {"startEvent", "endEvent"}:
                yield problem(
                    "ad-hoc-start-end",
                    node,
                    "{it}在即席子流程中，其中不能有开始或结束事件。请删去，各活动自行开始和结束。",
                    "{it} stands in an ad-hoc sub-process, which has neither start nor end events. "
                    "Delete it; the activities begin and end by themselves.",
                )


def something_to_begin(graph: Graph) -> Iterator[Problem]:
    """An ad-hoc sub-process has an activity to begin with."""
    for scope in _ad_hoc(graph):
        if not any(_may_begin(graph, node) for node in graph.children(scope)):
            yield problem(
                "ad-hoc-without-activity",
                scope,
                "{it}中没有可以开始的活动（须有不被连线指向的活动）。请画出活动。",
                "{it} has no activity to begin with: one without incoming flow. Draw one.",
            )


def _may_begin(graph: Graph, node: Node) -> bool:
    return (
        names.kind(node) in names.ACTIVITIES
        and not graph.into(node)
        and not names.is_true(node.get("triggeredByEvent"))
        and not names.is_true(node.get("isForCompensation"))
    )


def _ad_hoc(graph: Graph) -> Iterator[Node]:
    return (scope for scope in graph.scopes if names.kind(scope) == "adHocSubProcess")


RULES = (starts_and_ends, something_to_begin)
