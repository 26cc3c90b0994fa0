"""Questions about what somebody may do to a task or case beside its steps, and their answers."""

from __future__ import annotations

from dataclasses import dataclass

from engine.queries.answers import Action, CaseHead
from engine.queries.beside import OversightLine
from engine.queries.questions import Query


@dataclass(frozen=True, kw_only=True)
class PersonChoice:
    """Somebody to pick; ``reason`` says why they may not be picked, where they may not."""

    id: str
    name: str
    unit: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class StepChoice:
    """An earlier step to go back to, the last one first; ``who`` gets it again."""

    element_id: str
    step: str
    who: str
    at: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ActionView:
    """All that the page of one action needs."""

    action: Action
    case: CaseHead
    task_id: str = ""
    step: str = ""
    people: tuple[PersonChoice, ...] = ()
    steps: tuple[StepChoice, ...] = ()
    oversight: OversightLine | None = None


@dataclass(frozen=True, kw_only=True)
class ActionPage(Query[ActionView]):
    """One action on a task (``task_id``) or on a case (``case_id``), with whom or what to choose.

    Raises NotFound when there is no such action, or the viewer may not know of its object.
    """

    action: str
    task_id: str = ""
    case_id: str = ""
