"""BPMN lets an id be left out; whoever runs or reports a model needs one."""

from __future__ import annotations

from lxml import etree

from engine.bpmn import names
from engine.errors import Problem

_NEEDED = names.FLOW_NODES | {"process"}


def give_ids(root: etree._Element) -> list[Problem]:
    """Give flows, flow nodes and processes without an id one that says what and where they are."""
    taken = {element.get("id", "") for element in root.iter(f"{{{names.BPMN}}}*")}
    for element in root.iter(f"{{{names.BPMN}}}*"):
        if (element.get("id") or "").strip():
            continue
        kind = names.kind(element)
        if kind == "sequenceFlow":
            source = names.local_name(element.get("sourceRef"))
            target = names.local_name(element.get("targetRef"))
            element.set("id", _free(f"{names.INSERTED}flow-{source}-{target}", taken))
        elif kind in _NEEDED:
            parent = element.getparent()
            around = parent.get("id", "") if parent is not None else ""
            element.set("id", _free(f"{around or 'model'}-{kind}", taken))
    return []


def _free(wanted: str, taken: set[str]) -> str:
    candidate, number = wanted, 1
    while candidate in taken:
        number += 1
        candidate = f"{wanted}-{number}"
    taken.add(candidate)
    return candidate
