"""BPMN: a model as a definition, an instance as a run."""

from __future__ import annotations

from engine.bpmn.definition import (
    LAW_FUNCTIONS,
    Constraint,
    Element,
    ProcessDefinition,
    Services,
    StartEvent,
)
from engine.bpmn.loading import Definition, lint, load
from engine.bpmn.read import Limits
from engine.bpmn.spiff import Run

__all__ = [
    "LAW_FUNCTIONS",
    "Constraint",
    "Definition",
    "Element",
    "Limits",
    "ProcessDefinition",
    "Run",
    "Services",
    "StartEvent",
    "lint",
    "load",
]
