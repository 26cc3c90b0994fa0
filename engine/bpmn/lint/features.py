"""What the engine does not run is refused by name, from the table of what it supports."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.support import FEATURES, Status
from engine.bpmn.wording import problem
from engine.errors import Problem


def refused_features(graph: Graph) -> Iterator[Problem]:
    """Every element that uses a feature refused in ``support.py``."""
    refused = [feature for feature in FEATURES if feature.status is Status.REFUSED]
    for process in graph.processes:
        for element in process.iter(f"{{{names.BPMN}}}*"):
            for feature in refused:
                if feature.matches(graph, element):
                    yield problem(
                        "not-supported",
                        element,
                        f"{{it}}：本引擎不支持{feature.zh}。{feature.remedy_zh}",
                        f"{{it}}: {feature.en} is not supported. {feature.remedy_en}",
                        feature=feature.key,
                    )


def unknown_elements(graph: Graph) -> Iterator[Problem]:
    """An element in the BPMN namespace that BPMN does not have where a flow node may stand."""
    for scope in graph.scopes:
        for child in scope:
            kind = names.kind(child)
            if kind and kind not in _KNOWN:
                yield problem(
                    "unknown-element",
                    child,
                    f"{{it}}（{kind}）不是流程中可用的 BPMN 元素。请删去，或换成标准元素。",
                    f"{{it}} ({kind}) is not a BPMN element that a process may have. Delete it or "
                    "use a standard one.",
                )


_KNOWN = names.FLOW_NODES | {
    "artifact",
    "association",
    "auditing",
    "completionCondition",
    "correlationSubscription",
    "dataInputAssociation",
    "dataObject",
    "dataObjectReference",
    "dataOutputAssociation",
    "dataStoreReference",
    "documentation",
    "extensionElements",
    "group",
    "humanPerformer",
    "incoming",
    "ioBinding",
    "ioSpecification",
    "laneSet",
    "monitoring",
    "multiInstanceLoopCharacteristics",
    "outgoing",
    "performer",
    "potentialOwner",
    "property",
    "resourceRole",
    "sequenceFlow",
    "standardLoopCharacteristics",
    "supportedInterfaceRef",
    "supports",
    "textAnnotation",
    "callChoreography",
    "choreographyTask",
    "subChoreography",
}

RULES = (refused_features, unknown_elements)
