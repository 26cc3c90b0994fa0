"""Opinions on a task that are still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.rows import Task

if TYPE_CHECKING:
    from engine.handlers.case import Case

PLANNED = "planned"
"""State of an opinion that is asked for once its task is handed in."""


def waiting(case: Case, task: Task) -> list[Task]:
    """Opinions on a task that are still to come, planned ones included."""
    if not case.root.steps.get(task.element_id, {}).get("asks"):
        return []
    rows = case.tx.find(
        Task, root_id=case.root.id, signs_for=task.id, state=("open", PLANNED), order="id"
    )
    return [case.task(row.id) or row for row in rows]
