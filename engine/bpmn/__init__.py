"""BPMN: a model as a definition, an instance as a run."""

from __future__ import annotations

from engine.bpmn.definition import (
    Constraint,
    Element,
    ProcessDefinition,
    Services,
    StartEvent,
)
from engine.bpmn.loading import Definition, lint, load
from engine.bpmn.read import Limits

__all__ = [
    "Constraint",
    "Definition",
    "Element",
    "Limits",
    "ProcessDefinition",
    "Services",
    "StartEvent",
    "lint",
    "load",
]
