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
from engine.bpmn.difference import Change, Detail, difference
from engine.bpmn.loading import Definition, lint, load
from engine.bpmn.merging import collisions, merge
from engine.bpmn.order import in_order
from engine.bpmn.read import Limits
from engine.bpmn.renaming import renamed
from engine.bpmn.spiff import Run
from engine.bpmn.ways import Ahead, Branch

__all__ = [
    "LAW_FUNCTIONS",
    "Ahead",
    "Branch",
    "Change",
    "Constraint",
    "Definition",
    "Detail",
    "Element",
    "Limits",
    "ProcessDefinition",
    "Run",
    "Services",
    "StartEvent",
    "collisions",
    "difference",
    "in_order",
    "lint",
    "load",
    "merge",
    "renamed",
]
