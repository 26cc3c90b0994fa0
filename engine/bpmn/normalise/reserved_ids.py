"""Ids that would be taken for inserted or renamed ones get a prefix; ``drawn_id`` undoes it."""

from __future__ import annotations

from typing import Final

from engine.bpmn import names
from engine.bpmn.normalise.compensation import COMPENSATED_BY

_PREFIXES: Final = (names.INSERTED, names.RENAMED)
_REFERENCES: Final = ("sourceRef", "targetRef", "attachedToRef", "activityRef", COMPENSATED_BY)
_TEXTS: Final = frozenset({"flowNodeRef"})


def collides(identifier: str) -> bool:
    """Whether an id as drawn would be mistaken for one of the engine's own."""
    return identifier.startswith(_PREFIXES)


def normalised_id(identifier: str) -> str:
    """The id in the normalised tree of a node whose id as drawn is this."""
    return names.RENAMED + identifier if collides(identifier) else identifier


def rename_reserved(root: names.Node) -> None:
    """Rename nodes and scopes whose ids collide, and every reference to them."""
    renamed = set()
    for element in root.iter(f"{{{names.BPMN}}}*"):
        identifier = element.get("id", "")
        if identifier and names.kind(element) in _RENAMED and collides(identifier):
            element.set("id", normalised_id(identifier))
            renamed.add(identifier)
    if not renamed:
        return
    for element in root.iter(f"{{{names.BPMN}}}*"):
        for attribute in _REFERENCES:
            reference = element.get(attribute)
            if reference in renamed:
                element.set(attribute, normalised_id(reference))
        if names.kind(element) in _TEXTS and element.text in renamed:
            element.text = normalised_id(element.text)


_RENAMED: Final = names.FLOW_NODES | {"process"}
