"""What has no execution meaning for us, and what a parser would stumble over.

Data objects, stores and associations are documentation here: variables have Zeebe's meaning.
"""

from __future__ import annotations

from typing import Final

from engine.bpmn import names

_RUN: Final = frozenset({"process", "message", "signal", "error", "escalation"})
_IGNORED: Final = frozenset(
    {
        "association",
        "auditing",
        "category",
        "correlationSubscription",
        "dataInputAssociation",
        "dataObject",
        "dataObjectReference",
        "dataOutputAssociation",
        "dataState",
        "dataStoreReference",
        "group",
        "ioBinding",
        "ioSpecification",
        "monitoring",
        "performer",
        "property",
        "rendering",
        "supportedInterfaceRef",
        "textAnnotation",
    }
)


def drop_irrelevant(root: names.Node) -> None:
    """Remove what is only to be looked at, and root elements nothing can refer to."""
    for child in list(root):
        if names.kind(child) not in _RUN or not child.get("id"):
            root.remove(child)
    ignored = [each for each in root.iter(f"{{{names.BPMN}}}*") if names.kind(each) in _IGNORED]
    for each in ignored:
        parent = each.getparent()
        if parent is not None:
            parent.remove(each)
