"""Small values about what is done to a case beside its steps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TaskName:
    """A task by its name."""

    task_id: str
    step: str


@dataclass(frozen=True, kw_only=True)
class AwaitedLine:
    """An opinion that is awaited on a task: ``when`` it is asked, and whether one may call it off."""

    task_id: str
    who: str
    when: str
    rule: str
    question: str
    mine: bool = False


@dataclass(frozen=True, kw_only=True)
class OversightLine:
    """A case that is followed: by whom, what is asked, until when, and whether the day is past."""

    by: str
    demand: str
    opened_at: int
    due_at: int
    overdue: bool = False
