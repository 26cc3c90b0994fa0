"""The stages of a process in the order of its model, those of the processes it calls among them."""

from __future__ import annotations

from engine import bpmn
from engine.catalog import Package
from engine.handlers.deployments import newest
from engine.handlers.opening import heading
from engine.reading.common import Desk

_DEEPEST = 5
"""How far calls of calls are followed."""


def newest_package(at: Desk, process_key: str) -> tuple[str, Package] | None:
    """The newest deployment of a process with its id; None where there is none."""
    row = newest(at.reader, process_key)
    return (row.id, at.package(row.id)) if row is not None else None


def stages(at: Desk, process_key: str, depth: int = 0) -> dict[str, str]:
    """Headings as cases carry them (Chinese), each with its text in the viewer's language."""
    found = newest_package(at, process_key)
    if found is None or depth > _DEEPEST:
        return {}
    _, package = found
    elements = package.definition.elements
    headings: dict[str, str] = {}
    for element_id in bpmn.in_order(package.model):
        element = elements.get(element_id)
        if element is None:
            continue
        if element.kind == "userTask":
            text = heading(element, elements)
            headings.setdefault(text, package.text(text, at.lang))
        elif element.called_process and not element.called_process.startswith("="):
            for text, shown in stages(at, element.called_process, depth + 1).items():
                headings.setdefault(text, shown)
    return headings
