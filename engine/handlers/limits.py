"""Pausing, resuming and extending a statutory clock: what people may do to it, each by the law's leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.commands import ExtendClock, PauseClock, ResumeClock
from engine.errors import Forbidden, Invalid, NotFound, Problem
from engine.handlers import access
from engine.handlers.clocks import said
from engine.handlers.results import result
from engine.law.clockstate import ClockState
from engine.law.rules import DeadlineRule
from engine.model.results import CaseResult
from engine.model.rows import Clock

if TYPE_CHECKING:
    from engine.handlers.case import Case
    from engine.handlers.house import Context


def _take(context: Context, case_id: str, clock_id: str, version: int | None) -> tuple[Case, Clock]:
    case = access.take_case(context, case_id, version)
    clock = case.clocks.get(clock_id)
    if clock is None:
        raise NotFound(what={"zh": "进行中的期限", "en": "running time limit"})
    return case, clock


def _refuse_outsider(case: Case, clock: Clock) -> None:
    """Only who handles the case, heads its unit or the office may move its clocks."""
    context = case.context
    viewer = context.viewer
    task = case.task(clock.task_id) if clock.task_id else None
    handles = task is not None and access.may_take(context.tx, viewer, case.root, task)
    heads = (
        viewer.has("head")
        or viewer.has("vice")
        or (case.root.unit_id is not None and viewer.in_group(f"dept_head@{case.root.unit_id}"))
    )
    if not (
        viewer.system
        or handles
        or heads
        or (task is None and not case.root.track and case.root.started_by == viewer.user_id)
    ):
        raise Forbidden(
            reason={
                "zh": "只有办理人、机构负责人或乡领导可以变更期限。",
                "en": "only who handles the step, the unit's head or a township leader may do this.",
            }
        )


def pause(context: Context, command: PauseClock) -> CaseResult:
    """Stop a clock for a lawful ground. Raises Invalid when its rule knows no such ground."""
    case, clock = _take(context, command.case_id, command.clock_id, command.expected_version)
    _refuse_outsider(case, clock)
    rule = DeadlineRule.from_dict(clock.rule)
    state = ClockState.from_dict(clock.moves).pause(rule, context.now, command.reason)
    return _moved(
        case, clock, state, "clock-pause", {"reason": command.reason, "note": command.note[:500]}
    )


def resume(context: Context, command: ResumeClock) -> CaseResult:
    """Let a paused clock run on."""
    case, clock = _take(context, command.case_id, command.clock_id, command.expected_version)
    _refuse_outsider(case, clock)
    state = ClockState.from_dict(clock.moves).resume(context.now)
    return _moved(case, clock, state, "clock-resume", {"note": command.note[:500]})


def extend(context: Context, command: ExtendClock) -> CaseResult:
    """Lengthen a limit; for the role its rule names. Raises Invalid beyond what the rule allows, or too late."""
    case, clock = _take(context, command.case_id, command.clock_id, command.expected_version)
    rule = DeadlineRule.from_dict(clock.rule)
    if not command.reason.strip():
        raise Invalid(
            [
                Problem(
                    code="text",
                    where="reason",
                    zh="请填写延期理由。",
                    en="Say why the limit is extended.",
                )
            ]
        )
    approver = rule.extension_approver
    if not (context.viewer.system or (approver and context.viewer.has(approver))):
        title = context.house.roles.title(approver, "zh") if approver else "有权机关"
        english = context.house.roles.title(approver, "en") if approver else "whoever the law names"
        raise Forbidden(
            reason={
                "zh": f"延期须由{title}批准。",
                "en": f"an extension is for {english} to grant.",
            }
        )
    case.clocks.refuse_late_extension(clock)
    state = ClockState.from_dict(clock.moves).extend(
        rule, command.amount, approver=approver, at=context.now, reason=command.reason
    )
    return _moved(
        case,
        clock,
        state,
        "clock-extend",
        {"amount": command.amount, "reason": command.reason[:500]},
    )


def _moved(
    case: Case, clock: Clock, state: ClockState, action: str, more: dict[str, Any]
) -> CaseResult:
    case.clocks.changed(clock, state)
    case.context.record(action, clock.id, {**said(clock), **more}, case.root)
    case.settle()
    return result(case)
