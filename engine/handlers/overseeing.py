"""Following a case until it is lifted (督办): what is asked, until when, and what is answered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from engine.clock import legal_date, millis
from engine.errors import Conflict, Invalid, Problem, YifaError
from engine.handlers import access, deeds, followed
from engine.handlers.results import result
from engine.law.deadlines import day_end
from engine.model.people import Viewer
from engine.model.rows import Instance, Job, Oversight, Task

if TYPE_CHECKING:
    from engine.commands import LiftOversight, OverseeCase, ReportOversight
    from engine.handlers.case import Case
    from engine.handlers.house import Context
    from engine.model.results import CaseResult

LONGEST = 366
"""Calendar days within which a supervisor must want to hear."""


def supervises(viewer: Viewer, root: Instance) -> bool:
    """Whether a case lies within what somebody supervises by office.

    Behind a wall only who oversees its track, whatever else they supervise.
    """
    if viewer.system:
        return True
    if viewer.user_id in root.excluded or viewer.supervises == "own":
        return False
    if root.track:
        return root.track in viewer.tracks and viewer.supervises == "all"
    return viewer.supervises == "all" or root.unit_id in viewer.units


def oversee(context: Context, command: OverseeCase) -> CaseResult:
    """Follow a case from now on. Raises Forbidden, Invalid, Conflict, NotFound."""
    case = access.take_case(context, command.case_id, command.expected_version)
    why_not = no_overseeing(case)
    if why_not is not None:
        raise why_not
    demand = deeds.reason_of(command.demand, "demand")
    due_at = _due(context, command.due)
    row = Oversight(
        tenant=context.tenant,
        id=context.new_id(),
        root_id=case.root.id,
        opened_by=context.actor,
        opened_at=context.now_ms,
        due_at=due_at,
        demand=demand,
    )
    case.tx.insert(row)
    case.tx.insert(_job(case, row))
    case.root.oversight_due_at = due_at
    people = _in_hand(case)
    name = access.user_name(context, context.actor)
    english = access.user_name(context, context.actor, "en")
    deeds.tell(
        case,
        people,
        "oversight",
        f"{name}督办，请于{command.due}前办理并反馈：{demand}",
        f"{english} follows this case and wants to hear by {command.due}: {demand}",
        None,
    )
    deeds.note(case, "oversee", text=demand, people=people, data={"due": command.due})
    case.settle()
    return result(case)


def no_overseeing(case: Case) -> YifaError | None:
    """Why whoever acts may not follow the case, or None."""
    root = case.root
    if root.ended_at is not None:
        return Conflict(reason={"zh": "事项已经结束。", "en": "the case has ended."})
    if not supervises(case.context.viewer, root):
        return deeds.forbid(
            "只有对本事项负有督办职责的人员可以督办。",
            "only who supervises this case by office may follow it.",
        )
    if root.oversight_due_at is not None:
        return Conflict(
            reason={
                "zh": "本事项已在督办中，解除后才能重新督办。",
                "en": "the case is followed already; lift that first.",
            }
        )
    return None


def report(context: Context, command: ReportOversight) -> CaseResult:
    """Tell the supervisor how a followed case stands."""
    case = access.take_case(context, command.case_id, command.expected_version)
    why_not = no_reporting(case)
    if why_not is not None:
        raise why_not
    text = deeds.reason_of(command.text, "text")
    row = followed.current(case)
    assert row is not None
    name = access.user_name(context, context.actor)
    english = access.user_name(context, context.actor, "en")
    deeds.tell(
        case,
        [f"u:{row.opened_by}"],
        "oversight",
        f"{name}反馈督办情况：{text}",
        f"{english} reports on the case you follow: {text}",
        None,
    )
    deeds.note(case, "report", text=text, people=[f"u:{row.opened_by}"])
    case.settle()
    return result(case)


def no_reporting(case: Case) -> YifaError | None:
    """Why whoever acts may not report on the case, or None: who has a part in it may."""
    viewer, root = case.context.viewer, case.root
    if root.oversight_due_at is None:
        return _nobody_follows()
    parts = set(root.people.get(viewer.user_id, ()))
    if viewer.system or parts & {"starter", "handler"}:
        return None
    return deeds.forbid(
        "只有发起人和经办人可以反馈。", "only who started or handled the case may report."
    )


def lift(context: Context, command: LiftOversight) -> CaseResult:
    """Follow the case no longer. For who follows it, and who supervises the whole office."""
    case = access.take_case(context, command.case_id, command.expected_version)
    why_not = no_lifting(case)
    if why_not is not None:
        raise why_not
    reason = deeds.reason_of(command.reason)
    people = _in_hand(case)
    followed.close(case)
    deeds.tell(
        case,
        people,
        "oversight",
        f"督办已解除：{reason}",
        f"The case is followed no longer: {reason}",
        None,
    )
    deeds.note(case, "lift", text=reason, people=people)
    case.settle()
    return result(case)


def no_lifting(case: Case) -> YifaError | None:
    """Why whoever acts may not lift the oversight, or None."""
    viewer, root = case.context.viewer, case.root
    if root.oversight_due_at is None:
        return _nobody_follows()
    row = followed.current(case)
    mine = row is not None and row.opened_by == viewer.user_id
    if mine or (supervises(viewer, root) and viewer.supervises == "all"):
        return None
    return deeds.forbid(
        "只有督办人或全乡督办人员可以解除督办。",
        "only who follows the case, or supervises the whole township, may lift it.",
    )


def remind(case: Case, job: Job) -> None:
    """The day has passed: who follows the case, who has it in hand and their heads are told, once."""
    row = case.tx.get(Oversight, id=job.key)
    if row is None or row.closed_at is not None or row.escalated_at is not None:
        return
    row.escalated_at = case.context.now_ms
    case.tx.update(row, "escalated_at")
    people = [f"u:{row.opened_by}", *_in_hand(case), *_heads(case)]
    deeds.tell(
        case,
        people,
        "late",
        f"督办事项已过期限：{row.demand}",
        f"A case that is followed is past its day: {row.demand}",
        None,
    )
    deeds.note(case, "escalate", text=row.demand, people=list(dict.fromkeys(people)))


def _heads(case: Case) -> list[str]:
    """Whoever by office answers for the case's unit alone."""
    unit = case.root.unit_id
    if unit is None:
        return []
    roles = [role for role in case.context.house.roles if role.supervises == "own-unit"]
    return [f"g:{role.id}@{unit}" for role in roles]


def _in_hand(case: Case) -> list[str]:
    tasks = case.tx.find(Task, root_id=case.root.id, state="open", order="id")
    found = [value for task in tasks for value in deeds.holders(case, task)]
    return list(dict.fromkeys(found)) or [f"u:{case.root.started_by}"]


def _due(context: Context, text: str) -> int:
    today = legal_date(context.now)
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or not 0 <= (day - today).days <= LONGEST:
        raise Invalid(
            [
                Problem(
                    code="due",
                    where="due",
                    zh="请选择今天起一年以内的日期。",
                    en="Choose a date between today and a year from now.",
                )
            ]
        )
    return millis(day_end(day))


def _job(case: Case, row: Oversight) -> Job:
    return Job(
        tenant=row.tenant,
        id=case.context.new_id(),
        kind="oversight",
        lane="clock",
        due_at=row.due_at + 1,
        instance_id=case.root.id,
        root_id=case.root.id,
        key=row.id,
        created_at=case.context.now_ms,
        held=case.root.state == "suspended",
    )


def _nobody_follows() -> Conflict:
    return Conflict(reason={"zh": "本事项没有被督办。", "en": "nobody follows this case."})
