"""References may carry a namespace prefix (``tns:Message_1``), and ids never do."""

from __future__ import annotations

from typing import Final

from engine.bpmn import names
from engine.errors import Problem

_ATTRIBUTES: Final = (
    "sourceRef",
    "targetRef",
    "attachedToRef",
    "default",
    "messageRef",
    "signalRef",
    "errorRef",
    "escalationRef",
    "operationRef",
    "processRef",
    "dataObjectRef",
    "dataStoreRef",
    "activityRef",
    "calledElement",
    "noneBehaviorEventRef",
    "oneBehaviorEventRef",
)
_TEXTS: Final = frozenset(
    {
        "flowNodeRef",
        "incoming",
        "outgoing",
        "eventDefinitionRef",
        "loopDataInputRef",
        "loopDataOutputRef",
        "source",
        "target",
    }
)


def strip_prefixes(root: names.Node) -> list[Problem]:
    """Write every reference as the bare id."""
    for element in root.iter(f"{{{names.BPMN}}}*"):
        for attribute in _ATTRIBUTES:
            value = element.get(attribute)
            if value and not value.lstrip().startswith(("=", "$", "#")):
                element.set(attribute, names.local_name(value))
        if element.text and names.kind(element) in _TEXTS:
            element.text = names.local_name(element.text)
    return []
