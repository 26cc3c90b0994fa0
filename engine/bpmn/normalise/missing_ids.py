"""BPMN lets an id be left out; whoever runs or reports a model needs one."""

from __future__ import annotations

from lxml import etree

from engine.bpmn import names
from engine.errors import Problem

_NEEDED = names.FLOW_NODES | {"process"}


def give_ids(root: etree._Element) -> list[Problem]:
    """Give flows, flow nodes and processes without an id one that says what and where they are."""
    free = _Free({element.get("id", "") for element in root.iter(f"{{{names.BPMN}}}*")})
    for element in root.iter(f"{{{names.BPMN}}}*"):
        if (element.get("id") or "").strip():
            continue
        kind = names.kind(element)
        if kind == "sequenceFlow":
            source = names.local_name(element.get("sourceRef"))
            target = names.local_name(element.get("targetRef"))
            element.set("id", free.like(f"{names.INSERTED}flow-{source}-{target}"))
        elif kind in _NEEDED:
            parent = element.getparent()
            around = parent.get("id", "") if parent is not None else ""
            element.set("id", free.like(f"{around or 'model'}-{kind}"))
    return []


class _Free:
    """Ids that nothing has yet; counts on from the last, so that many alike cost no more."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._last: dict[str, int] = {}

    def like(self, wanted: str) -> str:
        """``wanted``, or with the next number behind it."""
        number = self._last.get(wanted, 0) + 1
        candidate = wanted if number == 1 else f"{wanted}-{number}"
        while candidate in self._taken:
            number += 1
            candidate = f"{wanted}-{number}"
        self._last[wanted] = number
        self._taken.add(candidate)
        return candidate
