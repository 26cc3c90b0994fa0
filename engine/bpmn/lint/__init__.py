"""All faults of a model at once: every rule is a small function, grouped by family.

A rule looks at the graph of a model after spelling (``normalise.spell``) and before shaping, so
that what it says is about what was drawn. It never raises for a broken model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from engine.bpmn.graph import Graph
from engine.bpmn.lint import (
    activities,
    adhoc,
    collaborations,
    compensation,
    data,
    events,
    expressions,
    features,
    flows,
    gateways,
    identity,
    paths,
    processes,
    several,
    values,
)
from engine.errors import Problem

Rule = Callable[[Graph], Iterable[Problem]]

RULES: Final[tuple[Rule, ...]] = (
    *processes.RULES,
    *identity.RULES,
    *features.RULES,
    *flows.RULES,
    *paths.RULES,
    *gateways.RULES,
    *collaborations.RULES,
    *events.RULES,
    *several.RULES,
    *compensation.RULES,
    *adhoc.RULES,
    *data.RULES,
    *values.RULES,
    *activities.RULES,
    *expressions.RULES,
)


def check(graph: Graph, *, script_formats: frozenset[str] = frozenset()) -> list[Problem]:
    """Every problem that some rule finds, errors and warnings, in the order of the file."""
    found = [problem for rule in RULES for problem in rule(graph)]
    found.extend(expressions.script_formats(graph, script_formats))
    return sorted(found, key=lambda problem: problem.line or 0)
