"""All faults of a model at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.bpmn.graph import Graph
from engine.errors import Problem

Rule = Callable[[Graph], list[Problem]]

RULES: Final[tuple[Rule, ...]] = ()


def check(graph: Graph) -> list[Problem]:
    """Every problem that some rule finds, in the order of the file."""
    return [problem for rule in RULES for problem in rule(graph)]
