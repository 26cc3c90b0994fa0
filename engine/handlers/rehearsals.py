"""What came of scenarios, kept so that every server of the office shows it, and after a restart too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine.commands import KeepScenarioRun
from engine.errors import Forbidden, Invalid, Problem
from engine.model.ids import is_id
from engine.model.rows import Deployment, ProcessDraft, ScenarioRun

if TYPE_CHECKING:
    from engine.handlers.house import Context

MOST_BYTES = 4_000_000
"""Of one result, as JSON."""


def keep(context: Context, command: KeepScenarioRun) -> None:
    """Keep a run. Raises Forbidden, Invalid (it is too large)."""
    if not (context.viewer.is_admin or context.viewer.system):
        raise Forbidden(
            reason={"zh": "只有管理员可以运行场景。", "en": "only administrators run scenarios."}
        )
    if len(json.dumps(command.result)) > MOST_BYTES:
        told = Problem(
            code="scenario-run",
            zh="场景结果过大，没有保存。请把场景分成几个流程包。",
            en="The results are too large to keep. Split the scenarios.",
        )
        raise Invalid([told])
    if not _is_state(context, command.process_key, command.state):
        return
    context.tx.put(
        ScenarioRun(
            tenant=context.tenant,
            state=command.state,
            process_key=command.process_key,
            sha256=command.sha256,
            ran_at=context.now_ms,
            ran_by=context.actor,
            result=dict(command.result),
        )
    )


def _is_state(context: Context, process_key: str, state: str) -> bool:
    if not is_id(state):
        return False
    draft = context.tx.get(ProcessDraft, id=state)
    row = draft if draft is not None else context.tx.get(Deployment, id=state)
    return row is not None and row.process_key == process_key
