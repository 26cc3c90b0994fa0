"""An association leads from a compensation boundary event to what compensates (BPMN 2.0.2, 10.7).

Associations are dropped with all that is only to be looked at; this one is noted on its event.
"""

from __future__ import annotations

from typing import Final

from engine.bpmn import names

COMPENSATED_BY: Final = "compensatedBy"
"""Attribute of a boundary event: the id of the activity that compensates."""


def handlers(root: names.Node) -> dict[names.Node, names.Node]:
    """Compensation boundary event → the activity an association connects it with."""
    events = {
        event.get("id", ""): event
        for event in root.iter(names.bpmn("boundaryEvent"))
        if event.find(names.bpmn("compensateEventDefinition")) is not None
    }
    if not events:
        return {}
    activities = {
        each.get("id", ""): each
        for each in root.iter(f"{{{names.BPMN}}}*")
        if names.kind(each) in names.ACTIVITIES
    }
    found: dict[names.Node, names.Node] = {}
    for association in root.iter(names.bpmn("association")):
        ends = association.get("sourceRef", ""), association.get("targetRef", "")
        for event, activity in (ends, ends[::-1]):
            if event in events and activity in activities:
                found.setdefault(events[event], activities[activity])
    return found


def note_handlers(root: names.Node) -> None:
    """Note on each compensation boundary event what compensates."""
    for event, activity in handlers(root).items():
        event.set(COMPENSATED_BY, activity.get("id", ""))
