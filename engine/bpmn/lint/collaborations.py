"""Pools and message flows: drawn to be looked at, but what they show must be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import names
from engine.bpmn.graph import Graph, process_of
from engine.bpmn.names import Node
from engine.bpmn.wording import problem
from engine.errors import Problem

_ENDS: Final = (("sourceRef", "起点", "source"), ("targetRef", "终点", "target"))


_MUTE: Final = {
    "sourceRef": names.GATEWAYS | {"startEvent", "boundaryEvent", "intermediateCatchEvent"},
    "targetRef": names.GATEWAYS | {"endEvent", "intermediateThrowEvent"},
}


def message_flows(graph: Graph) -> Iterator[Problem]:
    """A message flow connects two pools (BPMN 2.0.2, 9.3)."""
    flows = list(graph.root.iter(names.bpmn("messageFlow")))
    if not flows:
        return
    drawn = {each.get("id", ""): each for each in graph.root.iter(f"{{{names.BPMN}}}*")}
    for flow in flows:
        pools: list[str] = []
        for attribute, zh, en in _ENDS:
            reference = names.local_name(flow.get(attribute))
            end = drawn.get(reference)
            if end is None:
                yield problem(
                    "dangling-message-flow",
                    flow,
                    f"{{it}}的{zh}（{reference or '未填'}）不存在。请接好，或删去。",
                    f"The {en} ({reference or 'not given'}) of {{it}} does not "
                    "exist. Connect it or delete it.",
                )
            else:
                pools.append(_pool(end))
                if graph.by_id.get(reference) is end and names.kind(end) in _MUTE[attribute]:
                    yield problem(
                        "message-flow-end",
                        flow,
                        f"{{it}}的{zh}不能收发消息（网关，或方向相反的事件）。请连到活动或消息事件。",
                        f"The {en} of {{it}} cannot send or receive messages: a gateway, or an event "
                        "of the other direction. Connect an activity or a message event.",
                    )
        if len(pools) == 2 and pools[0] and pools[0] == pools[1]:
            yield problem(
                "message-flow-in-pool",
                flow,
                "{it}的两端在同一泳池。泳池内请用连线。",
                "Both ends of {it} are in one pool. Within a pool, use a sequence flow.",
            )


def participants(graph: Graph) -> Iterator[Problem]:
    """A pool shows a process of the file, or nothing but its name."""
    drawn = {each.get("id") for each in graph.root if names.kind(each) == "process"}
    for pool in graph.root.iter(names.bpmn("participant")):
        reference = names.local_name(pool.get("processRef"))
        if reference and reference not in drawn:
            yield problem(
                "pool-without-process",
                pool,
                f"{{it}}引用的流程“{reference}”不在文件中，只作图示。请删去引用，或补上流程。",
                f"{{it}} refers to the process “{reference}”, which is not in the file; "
                "it is only a picture. Remove the reference or add the process.",
                severity="warning",
            )


def _pool(end: Node) -> str:
    """The process behind an end of a message flow; of a pool without one, the pool."""
    if names.kind(end) == "participant":
        return names.local_name(end.get("processRef")) or end.get("id", "")
    process = process_of(end)
    return process.get("id", "") if process is not None else ""


RULES = (message_flows, participants)
