"""Pictures have no execution meaning, and readers sort branches by them when they are there."""

from __future__ import annotations

from lxml import etree

from engine.bpmn import names


def drop_diagram(root: etree._Element) -> None:
    """Remove diagram interchange; the order of branches is then that of the file."""
    for diagram in list(root.iterchildren(f"{{{names.BPMNDI}}}*")):
        root.remove(diagram)
