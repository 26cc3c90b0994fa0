"""What completing a task would lead to, asked before anybody presses anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.queries.questions import Query


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """A step that would open. ``who`` gets it; ``nobody``: no one active could do it today."""

    step: str
    element_id: str
    who: tuple[str, ...] = ()
    again: bool = False
    """Whether the case was at this step before."""
    nobody: bool = False


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What would follow. Where ``faults`` is not 0 the answers could not be handed in as they are."""

    faults: int = 0
    steps: tuple[NextStep, ...] = ()
    system: tuple[str, ...] = ()
    """What the system would do by itself first."""
    awaited: tuple[str, ...] = ()
    """What would be waited for: messages from outside, and other steps still open."""
    handed_to: str = ""
    """Who gets it back, of a task done for somebody else."""
    ends: bool = False
    stuck: str = ""
    """Why the matter would get stuck, in the viewer's language."""


@dataclass(frozen=True, kw_only=True)
class AfterTask(Query[Outlook]):
    """What completing a task with these answers would lead to; nothing is written.

    Raises NotFound when the viewer may not know of the task, Forbidden when it is not theirs to
    complete.
    """

    task_id: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    late_reason: str = ""
