"""Only executable processes are run; partners' pools are there to be looked at."""

from __future__ import annotations

from lxml import etree

from engine.bpmn import names
from engine.bpmn.graph import executable_processes


def keep_executable(root: etree._Element) -> None:
    """Say outright which processes are executable, and remove all others and the pools."""
    executable = set(executable_processes(root))
    for child in list(root):
        if names.kind(child) == "process":
            if child in executable:
                child.set("isExecutable", "true")
            else:
                root.remove(child)
        elif names.kind(child) in {"collaboration", "choreography", "globalConversation"}:
            root.remove(child)
