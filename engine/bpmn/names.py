"""Namespaces, tags and reserved ids of the models we read."""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from lxml import etree

Node: TypeAlias = etree._Element
Tree: TypeAlias = etree._ElementTree

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"
ACTIVITI: Final = "http://activiti.org/bpmn"
FLOWABLE: Final = "http://flowable.org/bpmn"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XINCLUDE: Final = "http://www.w3.org/2001/XInclude"

INSERTED: Final = "yifa-"
"""Ids of elements that normalising inserts begin so; nobody drew them and history hides them."""

RENAMED: Final = "drawn-"
"""Put before a drawn id that would be taken for an inserted one."""

TASKS: Final = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "scriptTask",
        "serviceTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
    }
)
SUB_PROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
SCOPES: Final = SUB_PROCESSES | {"process"}
ACTIVITIES: Final = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS: Final = frozenset(
    {
        "exclusiveGateway",
        "inclusiveGateway",
        "parallelGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
EVENTS: Final = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
CHOREOGRAPHY: Final = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
FLOW_NODES: Final = ACTIVITIES | GATEWAYS | EVENTS
EVENT_DEFINITIONS: Final = frozenset(
    {
        "timerEventDefinition",
        "messageEventDefinition",
        "signalEventDefinition",
        "errorEventDefinition",
        "escalationEventDefinition",
        "conditionalEventDefinition",
        "linkEventDefinition",
        "terminateEventDefinition",
        "cancelEventDefinition",
        "compensateEventDefinition",
    }
)


def bpmn(local: str) -> str:
    """The tag of a BPMN element in lxml's notation."""
    return f"{{{BPMN}}}{local}"


def zeebe(local: str) -> str:
    """The tag of an extension element of our dialect in lxml's notation."""
    return f"{{{ZEEBE}}}{local}"


def kind(element: etree._Element) -> str:
    """The local name of a BPMN element; '' for elements of other namespaces."""
    tag = element.tag
    known = _KINDS.get(tag)
    if known is not None:
        return known
    tag = str(tag)
    return tag[len(_BRACED) :] if tag.startswith(_BRACED) else ""


_BRACED: Final = f"{{{BPMN}}}"
_FREQUENT: Final = (
    FLOW_NODES
    | EVENT_DEFINITIONS
    | CHOREOGRAPHY
    | {
        "process",
        "sequenceFlow",
        "incoming",
        "outgoing",
        "extensionElements",
        "conditionExpression",
        "flowNodeRef",
        "documentation",
    }
)
# Asked for millions of times in a large model.
_KINDS: Final[dict[object, str]] = {_BRACED + each: each for each in _FREQUENT}


def trigger(definition: etree._Element) -> str:
    """The trigger an event definition stands for: ``timer``, ``message`` and so on."""
    return kind(definition).removesuffix("EventDefinition")


def local_name(reference: str | None) -> str:
    """A reference without its namespace prefix: ``tns:Message_1`` means ``Message_1``."""
    return (reference or "").strip().rpartition(":")[2]


def is_inserted(element_id: str) -> bool:
    """Whether normalising put the element there, so that no diagram shows it."""
    return element_id.startswith(INSERTED)


def drawn_id(element_id: str) -> str:
    """The id as drawn, for an id of the normalised tree; inserted ids stay as they are."""
    return element_id.removeprefix(RENAMED)


def implied_start(scope: Node) -> str:
    """The id of the start event that a process or sub-process without one is given."""
    return f"{INSERTED}start-{drawn_id(scope.get('id', ''))}"


def is_true(value: str | None) -> bool:
    """An ``xsd:boolean`` attribute that is present and true."""
    return (value or "").strip() in {"true", "1"}


def line(element: etree._Element) -> int | None:
    """The line of the file where the element begins; of an inserted one, where its cause does."""
    return cast("int | None", element.sourceline)


def set_line(element: etree._Element, number: int | None) -> None:
    """Say of an inserted element where its cause stands."""
    if number is not None:
        # A property whose type the stubs leave open.
        setattr(element, "sourceline", number)  # noqa: B010


def drop(element: etree._Element, attribute: str) -> None:
    """Remove an attribute, if it is there."""
    if attribute in element.attrib:
        del element.attrib[attribute]
