"""The oversight a case is under: found, and ended with the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.rows import Job, Oversight

if TYPE_CHECKING:
    from engine.handlers.case import Case


def current(case: Case) -> Oversight | None:
    """The open oversight of a case."""
    found = case.tx.find(Oversight, root_id=case.root.id, closed_at=None, limit=1)
    return found[0] if found else None


def end(case: Case) -> None:
    """A case that has ended is followed no longer."""
    if case.root.oversight_due_at is not None:
        close(case)


def close(case: Case) -> None:
    """Note that it is followed no longer."""
    row = current(case)
    if row is not None:
        row.closed_at, row.closed_by = case.context.now_ms, case.context.actor
        case.tx.update(row, "closed_at", "closed_by")
        case.tx.delete_where(Job, root_id=case.root.id, kind="oversight")
    case.root.oversight_due_at = None
