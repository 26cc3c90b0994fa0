"""Attributes that have one of a few values, and yes-or-no ones, have one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.wording import owner, problem
from engine.errors import Problem

_YES_OR_NO: Final = frozenset({"true", "false", "1", "0"})
_VALUES: Final = {
    **dict.fromkeys(
        (
            "cancelActivity",
            "cancelRemainingInstances",
            "instantiate",
            "isExecutable",
            "isForCompensation",
            "isImmediate",
            "isInterrupting",
            "isSequential",
            "parallelMultiple",
            "testBefore",
            "triggeredByEvent",
            "waitForCompletion",
        ),
        _YES_OR_NO,
    ),
    "eventGatewayType": frozenset({"Exclusive", "Parallel"}),
    "ordering": frozenset({"Parallel", "Sequential"}),
}


def attribute_values(graph: Graph) -> Iterator[Problem]:
    """What decides how an element runs has a value that BPMN knows."""
    for process in graph.processes:
        for element in process.iter(f"{{{names.BPMN}}}*"):
            for attribute, value in element.attrib.items():
                name = str(attribute)
                allowed = _VALUES.get(name)
                if allowed is not None and str(value).strip() not in allowed:
                    shown, known = " ".join(str(value).split())[:40], " ".join(sorted(allowed))
                    yield problem(
                        "wrong-value",
                        owner(element),
                        f"{{it}}的 {name} 是“{shown}”，应为 {known} 之一。",
                        f"The {name} of {{it}} is “{shown}”; it must be one of {known}.",
                    )


RULES = (attribute_values,)
