"""What may still come in a case: asked of the model, not promised."""

from __future__ import annotations

from dataclasses import dataclass

from engine.queries.questions import Query


@dataclass(frozen=True, kw_only=True)
class BranchName:
    """What a step depends on: the question at a gateway with its answer, or an event to come.

    Where the drawing names no answer, ``answer`` is ''; ``event`` tells the two kinds apart.
    """

    question: str
    answer: str = ""
    event: bool = False
    otherwise: bool = False
    """Whether it is the way that is gone when no other holds."""


@dataclass(frozen=True, kw_only=True)
class StepAhead:
    """A step that may come. ``next``: nothing of people lies before it.

    ``who`` would get it as things stand; empty where that depends on what is still to be answered.
    """

    step: str
    element_id: str
    instance_id: str
    next: bool
    branches: tuple[BranchName, ...] = ()
    certain: bool = False
    """Whether no way goes round it."""
    again: bool = False
    """Whether the case was at this step before."""
    who: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepsAhead(Query[tuple[StepAhead, ...]]):
    """The steps that may still come in a case, the nearest first; none once it has ended.

    Raises NotFound when the viewer may not know of the case.
    """

    case_id: str
