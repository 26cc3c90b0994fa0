"""What the engine does not run is refused by name, from the table of what it supports."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.support import FEATURES, Status
from engine.bpmn.wording import owner, problem
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
                        owner(element),
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


def listeners(graph: Graph) -> Iterator[Problem]:
    """Listeners would be work at moments at which nothing runs here."""
    for process in graph.processes:
        for local in ("executionListener", "taskListener"):
            for listener in process.iter(names.zeebe(local)):
                yield problem(
                    "not-supported",
                    owner(listener),
                    f"{{it}}：本引擎不支持监听器（{local}）。请画成其前或其后的服务任务。",
                    f"{{it}}: listeners ({local}) are not supported. "
                    "Draw a service task before or after it.",
                    feature="listener",
                )


def misplaced_elements(graph: Graph) -> Iterator[Problem]:
    """Nodes and flows stand in a process or sub-process, triggers in an event."""
    for element in graph.root.iter(f"{{{names.BPMN}}}*"):
        kind, parent = names.kind(element), element.getparent()
        around = names.kind(parent) if parent is not None else ""
        if kind in _IN_SCOPES and around not in _AROUND_NODES:
            yield problem(
                "misplaced-element",
                element,
                "{it}不在流程或子流程之内。请在建模工具中把它放进流程。",
                "{it} stands in no process or sub-process. Put it into one in the modeler.",
            )
        elif kind in names.EVENT_DEFINITIONS and around not in _AROUND_DEFINITIONS:
            yield problem(
                "misplaced-element",
                parent if parent is not None else element,
                f"{{it}}之内不能有 {kind}，只有事件才有触发方式。请删去，或改用事件。",
                f"{{it}} contains a {kind}, and only events have triggers. Remove it or use an "
                "event.",
            )
        elif kind.endswith("EventDefinition") and kind not in names.EVENT_DEFINITIONS:
            yield problem(
                "unknown-element",
                parent if parent is not None else element,
                f"{{it}}的触发方式 {kind} 不是 BPMN 的。请换成标准的触发方式。",
                f"The trigger {kind} of {{it}} is not one of BPMN. Use a standard one.",
            )


_IN_SCOPES = names.FLOW_NODES | {"sequenceFlow"}
_AROUND_NODES = names.SCOPES | {"choreography", "subChoreography", "globalChoreographyTask"}
_AROUND_DEFINITIONS = names.EVENTS | {"definitions", "event"}
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

RULES = (refused_features, unknown_elements, listeners, misplaced_elements)
