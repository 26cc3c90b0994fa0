"""Giving a case to others to read (抄送), urging whoever has it in hand (催办), and reading notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.clock import legal_date, millis
from engine.commands import AcknowledgeNotice, SendCopy, UrgeCase
from engine.errors import Conflict, Invalid, NotFound, Problem, YifaError
from engine.handlers import access, candidates, deeds
from engine.handlers.overseeing import supervises
from engine.handlers.results import result
from engine.law.deadlines import day_start
from engine.model.ids import is_id
from engine.model.results import CaseResult
from engine.model.rows import Deed, Instance, Notice, NoticeRead, Task

if TYPE_CHECKING:
    from engine.handlers.case import Case
    from engine.handlers.house import Context

MOST_PEOPLE = 50
"""People named at once."""


def named(people: tuple[str, ...], most: int = MOST_PEOPLE) -> list[str]:
    """The people a command names, each once. Raises Invalid when there are none, or too many."""
    found = list(dict.fromkeys(each for each in people if each))
    if found and len(found) <= most:
        return found
    raise Invalid(
        [
            Problem(
                code="people",
                where="people",
                zh=f"请选择人员（1–{most} 人）。",
                en=f"Choose people (1–{most}).",
            )
        ]
    )


def send_copy(context: Context, command: SendCopy) -> CaseResult:
    """Give a case to others to read. Raises Forbidden, Invalid, NotFound."""
    case = access.take_case(context, command.case_id, command.expected_version)
    why_not = no_copying(case)
    if why_not is not None:
        raise why_not
    note = deeds.reason_of(command.note, "note", required=False)
    people = named(command.people)
    for user_id in people:
        candidates.refuse(case, None, user_id, "read", "people")
    values = [f"u:{user_id}" for user_id in people]
    for user_id in people:
        case.take_part(user_id, "cc")
    name = access.user_name(context, context.actor)
    english = access.user_name(context, context.actor, "en")
    deeds.tell(
        case,
        values,
        "cc",
        f"{name}抄送您阅知" + (f"：{note}" if note else "。"),
        f"{english} sent you a copy to read" + (f": {note}" if note else "."),
        None,
    )
    deeds.note(case, "cc", text=note, people=values)
    case.settle()
    return result(case)


def no_copying(case: Case) -> YifaError | None:
    """Why whoever acts may not give the case to others, or None: only who has a part in it may."""
    viewer, root = case.context.viewer, case.root
    parts = set(root.people.get(viewer.user_id, ()))
    if viewer.system or parts & {"starter", "handler"} or supervises(viewer, root):
        return None
    return deeds.forbid(
        "只有发起人、经办人或督办人员可以抄送。",
        "only who started or handled the case, or supervises it, may send copies.",
    )


def urge(context: Context, command: UrgeCase) -> CaseResult:
    """Ask whoever has open tasks of a case in hand to get on. Raises Forbidden, Conflict, NotFound."""
    case = access.take_case(context, command.case_id, command.expected_version)
    why_not = no_urging(case)
    if why_not is not None:
        raise why_not
    note = deeds.reason_of(command.note, "note", required=False)
    tasks = open_tasks(case, command.task_id)
    if command.task_id and not tasks:
        raise NotFound(what=access.TASK)
    name = access.user_name(context, context.actor)
    english = access.user_name(context, context.actor, "en")
    told: list[str] = []
    for task in tasks:
        values = [v for v in deeds.holders(case, task) if v != f"u:{context.actor}"]
        told += values
        step = deeds.in_english(case, task)
        deeds.tell(
            case,
            values,
            "urge",
            f"{name}催办“{task.name}”" + (f"：{note}" if note else "，请尽快办理。"),
            f"{english} asks you to get on with “{step}”" + (f": {note}" if note else "."),
            task,
        )
    if not told:
        raise Conflict(
            reason={
                "zh": "现在没有等待他人办理的任务。",
                "en": "no task waits for anybody else at the moment.",
            }
        )
    deeds.note(
        case,
        "urge",
        task=tasks[0] if len(tasks) == 1 else None,
        text=note,
        people=list(dict.fromkeys(told)),
        data={"tasks": [task.id for task in tasks]},
    )
    case.settle()
    return result(case)


def open_tasks(case: Case, task_id: str | None = None) -> list[Task]:
    """The open tasks of a case, or the one with this id."""
    where: dict[str, Any] = {"id": task_id} if task_id else {}
    rows = case.tx.find(Task, root_id=case.root.id, state="open", order="id", **where)
    return [case.task(row.id) or row for row in rows]


def no_urging(case: Case) -> YifaError | None:
    """Why whoever acts may not urge now, or None."""
    context, root = case.context, case.root
    if root.state != "active":
        return Conflict(
            reason={
                "zh": "事项不在办理中，无从催办。",
                "en": "the case is not under way; there is nothing to urge.",
            }
        )
    viewer = context.viewer
    if not (root.started_by == viewer.user_id or supervises(viewer, root)):
        return deeds.forbid(
            "只有发起人、机构负责人或督办人员可以催办。",
            "only who started the case, heads its unit or supervises it may urge.",
        )
    most = context.house.settings.urges_per_day
    since = millis(day_start(legal_date(context.now)))
    mine = case.tx.find(Deed, root_id=root.id, kind="urge", user_id=viewer.user_id)
    if sum(deed.at >= since for deed in mine) >= most and not viewer.system:
        return Conflict(
            reason={
                "zh": f"您今天已催办过 {most} 次，请明天再催。",
                "en": f"you have urged {most} time(s) today; try again tomorrow.",
            }
        )
    return None


_NOTICE = {"zh": "待阅事项", "en": "notice"}


def acknowledge(context: Context, command: AcknowledgeNotice) -> None:
    """Note that a notice was read. Reading a copy is a line of the case's history, too."""
    viewer = context.viewer
    notice = context.tx.get(Notice, id=command.notice_id) if is_id(command.notice_id) else None
    if notice is None or notice.value not in viewer.candidate_values():
        raise NotFound(what=_NOTICE)
    root = context.tx.get(Instance, id=notice.root_id)
    if root is None or access.shut_out(viewer, root):
        raise NotFound(what=_NOTICE)
    if context.tx.get(NoticeRead, notice_id=notice.id, user_id=context.actor) is not None:
        return
    if notice.kind == "cc":
        # Locked before anything is written, and with it the chain the line goes into.
        case = access.take_case(context, notice.root_id)
        deeds.note(case, "read")
        case.settle()
    read = NoticeRead(
        tenant=context.tenant, notice_id=notice.id, user_id=context.actor, at=context.now_ms
    )
    context.tx.insert(read)
