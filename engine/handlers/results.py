"""What commands on a case answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.results import CaseResult

if TYPE_CHECKING:
    from engine.handlers.case import Case


def result(case: Case) -> CaseResult:
    """Where the case stands now."""
    actor = case.context.actor
    return CaseResult(
        case_id=case.root.id,
        case_no=case.root.case_no,
        title=case.root.title,
        version=case.version,
        state=case.root.state,
        mine=tuple(task.id for task in case.opened if task.assignee == actor),
        opened=tuple(task.id for task in case.opened),
        closed=tuple(task.id for task in case.closed),
    )
