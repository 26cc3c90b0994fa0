"""Conditions are always FEEL: the leading ``=`` some modelers write, blanks and empty ones go."""

from __future__ import annotations

from typing import Final

from engine.bpmn import dialect, names
from engine.errors import Problem

CONDITIONS: Final = frozenset(
    {
        "conditionExpression",
        "completionCondition",
        "loopCondition",
        "condition",
        "activationCondition",
        "loopCardinality",
    }
)


def bare_conditions(root: names.Node) -> list[Problem]:
    """Write each condition as bare FEEL; a flow's empty condition is no condition."""
    found = [each for each in root.iter(f"{{{names.BPMN}}}*") if names.kind(each) in CONDITIONS]
    for element in found:
        element.text = dialect.condition(element.text)
        parent = element.getparent()
        if not element.text and parent is not None and names.kind(parent) == "sequenceFlow":
            parent.remove(element)
    return []
