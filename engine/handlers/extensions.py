"""A step that grants more time: its completion lengthens the clock it names, in one transaction.

The model says how much (``extend``), of which limits (``extend.deadline``) and why
(``extend.reason``), all FEEL over the case and the step's answers; the law's catalogue says whether
that much may be granted, and by whom.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.errors import Forbidden, Invalid, Problem
from engine.law.clockstate import ClockState
from engine.law.rules import DeadlineRule

if TYPE_CHECKING:
    from engine.bpmn.definition import Element
    from engine.handlers.case import Case
    from engine.model.rows import Clock, Task


def grant(case: Case, task: Task, element: Element, answers: dict[str, Any]) -> None:
    """Lengthen the clocks a completed step grants more time for; nothing where it grants none.

    Raises Invalid beyond what the rule allows, after its end or where no such clock runs, Forbidden when the step's
    handler does not hold the role the rule names.
    """
    amount = _value(case, task, element.properties.get("extend", ""), answers)
    if not isinstance(amount, (int, Decimal)) or isinstance(amount, bool):
        return
    wanted = _value(case, task, element.properties.get("extend.deadline", ""), answers)
    reason = _value(case, task, element.properties.get("extend.reason", ""), answers)
    rules = set(wanted) if isinstance(wanted, list) else {wanted}
    clocks = [clock for clock in case.clocks.load() if clock.rule_id in rules]
    if not clocks:
        raise Invalid(
            [
                Problem(
                    code="deadline.no-clock",
                    where=element.id,
                    zh="要延长的期限已不在计算中，无法延期。请选择不批准。",
                    en="The limit to be extended is no longer running. Do not grant it.",
                )
            ]
        )
    for clock in clocks:
        _extend(case, clock, int(amount), str(reason or ""))


def _extend(case: Case, clock: Clock, amount: int, reason: str) -> None:
    rule, context = DeadlineRule.from_dict(clock.rule), case.context
    approver = rule.extension_approver
    if not context.viewer.system and not (approver and context.viewer.has(approver)):
        names = {
            lang: context.house.roles.title(approver, lang) if approver else ""
            for lang in ("zh", "en")
        }
        raise Forbidden(
            reason={
                "zh": f"延期须由{names['zh'] or '有权机关'}批准。",
                "en": f"an extension is for {names['en'] or 'whoever the law names'} to grant.",
            }
        )
    case.clocks.refuse_late_extension(clock)
    state = ClockState.from_dict(clock.moves).extend(
        rule, amount, approver=approver, at=context.now, reason=reason
    )
    case.clocks.changed(clock, state)
    context.record(
        "clock-extend",
        clock.id,
        {"rule": clock.rule_id, "amount": amount, "reason": reason[:500]},
        case.root,
    )


def _value(case: Case, task: Task, text: str, answers: dict[str, Any]) -> object:
    """A property's value: FEEL after a leading ``=``, else the text itself; None where there is none."""
    if not text.startswith("="):
        return text or None
    run = case.run(case.instance(task.instance_id))
    return run.evaluate(text[1:], key=task.key, extra=answers)
