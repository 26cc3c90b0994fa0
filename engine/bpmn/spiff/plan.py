"""What a node of a model is to do, read once when the model is compiled: values that never change.

A text that began with ``=`` in the model is kept as FEEL without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.bpmn.spiff.node import Node

TriggerKind = Literal[
    "",
    "timer",
    "message",
    "signal",
    "error",
    "escalation",
    "terminate",
    "link",
    "conditional",
    "cancel",
    "compensate",
]


@dataclass(frozen=True, slots=True)
class Text:
    """A literal, or a FEEL expression."""

    text: str
    feel: bool = False


@dataclass(frozen=True, slots=True)
class Assign:
    """One input or output mapping: the value of ``source`` (FEEL) goes to ``target`` (a path)."""

    source: str
    target: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; ``condition`` is FEEL, None for one that needs none."""

    id: str
    target: Node
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """When a timer is due: at a ``date``, after a ``duration``, or in a ``cycle``."""

    kind: Literal["date", "duration", "cycle"]
    text: Text


@dataclass(frozen=True, slots=True)
class Trigger:
    """What makes an event happen. ``name`` is a message's, signal's or link's; or a code."""

    kind: TriggerKind = ""
    name: Text = Text("")
    correlation: Text | None = None
    timer: Timer | None = None
    condition: str = ""
    activity: str = ""
    """Of a compensation thrown: the activity to compensate; '' for all of the scope."""
    wait: bool = True
    """Of a compensation thrown: whether the thrower waits until it is done."""


@dataclass(frozen=True, slots=True)
class Throws:
    """What instances throw when completed: ``each``, the ``first``, or when the condition holds."""

    trigger: Trigger
    when: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """An activity's repetition: several instances over a collection or number, or a loop."""

    sequential: bool
    collection: str | None = None
    element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    cardinality: str | None = None
    completion: str | None = None
    standard: bool = False
    condition: str | None = None
    test_before: bool = False
    maximum: int | None = None
    throws: tuple[Throws, ...] = ()


@dataclass(frozen=True, slots=True)
class AdHocPlan:
    """What an ad-hoc sub-process says of its activities; ``chosen`` is FEEL for their ids."""

    sequential: bool = False
    completion: str | None = None
    cancels_rest: bool = True
    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is to do a user task, with which form, and until when."""

    assignee: Text | None = None
    users: Text | None = None
    groups: Text | None = None
    form: Text | None = None
    priority: Text | None = None
    due: Text | None = None
    follow_up: Text | None = None
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """The operation a service task asks for."""

    operation: Text
    retries: Text | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """A script task's text in its ``language`` (``feel`` is evaluated here)."""

    text: str
    language: str
    result: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision of a business rule task, and the variable that takes its value."""

    decision: Text
    result: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """The process a call activity starts, and which variables pass between the two."""

    process: Text
    all_in: bool = True
    all_out: bool = True
