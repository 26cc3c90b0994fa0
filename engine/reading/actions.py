"""What somebody may do to a task or case beside its steps: why not, what it causes, whom to choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from engine import queries as q
from engine.errors import NotFound, YifaError
from engine.handlers import (
    access,
    candidates,
    consulted,
    consulting,
    followed,
    handing,
    overseeing,
    returning,
    telling,
)
from engine.handlers.case import Case
from engine.handlers.house import House
from engine.model.ids import is_id
from engine.model.rows import Instance, Task
from engine.reading.common import Desk, desk
from engine.reading.deeds import step_name
from engine.reading.dossier import Dossier


class _Kind(NamedTuple):
    """An action: whom it asks for, why it may not be done, and what it causes."""

    refusal: Callable[[Case, Task], YifaError | None]
    zh: str
    en: str
    part: candidates.Part | None = None


def _on_case(check: Callable[[Case], YifaError | None]) -> Callable[[Case, Task], YifaError | None]:
    return lambda case, _task: check(case)


def _mine(
    check: Callable[[Case, Task], YifaError | None],
) -> Callable[[Case, Task], YifaError | None]:
    """Only for who may handle the task at all."""

    def checked(case: Case, task: Task) -> YifaError | None:
        viewer = case.context.viewer
        if not access.may_take(case.tx, viewer, case.root, task):
            return access.not_yours(case.context, task)
        return check(case, task)

    return checked


_TASK: Mapping[str, _Kind] = {
    "return": _Kind(
        _mine(returning.no_returning),
        "所选环节重新打开，交给原办理人，并显示退回人和理由。已有记录全部保留，法定期限照常计算。",
        "The chosen step opens again for who did it, with your name and reason. Nothing that was "
        "recorded is lost, and statutory clocks go on.",
    ),
    "reassign": _Kind(
        handing.no_reassigning,
        "任务交给所选人员办理，您填写的草稿一并移交；期限不变。",
        "The task goes to the person chosen, with your draft; the time limit stays.",
        "handle",
    ),
    "delegate": _Kind(
        _mine(handing.no_delegating),
        "由所选人员代为办理，办好后交回您核对提交；责任和期限不变。",
        "The person chosen does the work and gives it back to you to check and submit; it stays "
        "your task, with the same time limit.",
        "help",
    ),
    "add-signer": _Kind(
        _mine(consulting.no_adding),
        "所选人员收到征求意见的任务。提交前加签：意见到齐后您才能提交；提交后加签：您提交后由其"
        "提出意见，都同意即进入下一环节，否则交回您。",
        "The people chosen get a task to give their opinion. Before: you submit once they have "
        "answered. After: they are asked when you submit; if all agree the matter goes on, else it "
        "comes back to you.",
        "sign",
    ),
}
_OPEN_TO_WHO_DID_IT: Mapping[str, _Kind] = {
    "withdraw": _Kind(
        returning.no_withdrawing,
        "在后续无人办理之前收回，由您重新办理；期限不重新计算。",
        "It comes back to you, as long as nobody has acted on what followed; no time limit begins "
        "anew.",
    ),
}
_CASE: Mapping[str, _Kind] = {
    "cc": _Kind(
        _on_case(telling.no_copying),
        "所选人员在“待阅”中收到，可以查看本事项，不能办理；阅后留痕。",
        "The people chosen find it under “To read” and may see the case, not handle it; that they "
        "have read it is recorded.",
        "read",
    ),
    "urge": _Kind(
        _on_case(telling.no_urging),
        "现在的办理人在“待阅”中收到催办，并记入时间线。每天次数有限。",
        "Whoever has it in hand gets a notice, and the timeline a line. You may do so only so often "
        "a day.",
    ),
    "oversee": _Kind(
        _on_case(overseeing.no_overseeing),
        "列入督办：办理人收到通知并应按期反馈；到期未解除的，自动提示督办人和机构负责人。",
        "The case is listed as followed: who handles it is told and reports by the day set; past "
        "that day you and the head of the unit are told.",
    ),
    "report": _Kind(
        _on_case(overseeing.no_reporting),
        "反馈送交督办人，并记入时间线。",
        "The supervisor is told, and the timeline gets a line.",
    ),
    "lift": _Kind(
        _on_case(overseeing.no_lifting),
        "不再列入督办，办理人收到通知。",
        "The case is followed no longer, and who handles it is told.",
    ),
}


def of_task(at: Desk, case: Case, task: Task) -> dict[str, q.Action]:
    """What may be done with a task beside completing it."""
    if task.state == "open":
        found = {name: _action(at, case, task, name, kind) for name, kind in _TASK.items()}
        cc = _action(at, case, None, "cc", _CASE["cc"])
        found["cc"] = cc
        if task.owner is None and task.signs_for is None:
            return found
    else:
        found = {}
    own = task.closed_by or task.owner or task.local.get("by")
    if own == at.viewer.user_id:
        kind = _OPEN_TO_WHO_DID_IT["withdraw"]
        found["withdraw"] = _action(at, case, task, "withdraw", kind)
    return found


def of_case(at: Desk, case: Case) -> dict[str, q.Action]:
    """What may be done to a case beside its steps; what is not for the viewer at all is left out."""
    found = {}
    for name, kind in _CASE.items():
        action = _action(at, case, None, name, kind)
        followed_now = case.root.oversight_due_at is not None
        if name in ("report", "lift") and not followed_now:
            continue
        if name == "oversee" and followed_now:
            continue
        found[name] = action
    return found


def withdrawable(at: Desk, dossier: Dossier) -> tuple[q.TaskName, ...]:
    """What the viewer may take back now: steps they did, tasks they delegated, opinions they asked."""
    me = at.viewer.user_id
    tasks = dossier.tasks()
    opened = {(task.instance_id, task.opened_at) for task in tasks if task.state == "open"}
    maybe = [
        task
        for task in tasks
        if (
            task.closed_by == me
            and task.signs_for is None
            and (task.instance_id, task.closed_at) in opened
        )
        or (task.state == "open" and me in (task.owner, task.local.get("by")))
    ]
    case = dossier.work() if maybe else None
    return tuple(
        q.TaskName(task_id=task.id, step=step_name(at, dossier.package(task.instance_id), task))
        for task in maybe
        if case is not None
        and (task.owner or task.signs_for or task.state != "open")
        and case.root.state == "active"
        and returning.no_withdrawing(case, task) is None
    )


def awaited(at: Desk, case: Case, task: Task) -> tuple[q.AwaitedLine, ...]:
    """Opinions on a task that are still to come."""
    if task.state != "open" or task.signs_for is not None:
        return ()
    rows = consulted.waiting(case, task)
    at.know_names(row.assignee for row in rows)
    return tuple(
        q.AwaitedLine(
            task_id=row.id,
            who=at.name(row.assignee),
            when=row.local["when"],
            rule=row.local["rule"],
            question=row.local["question"],
            mine=row.local["by"] == at.viewer.user_id,
        )
        for row in rows
    )


def _action(at: Desk, case: Case, task: Task | None, name: str, kind: _Kind) -> q.Action:
    why_not = kind.refusal(case, task)  # type: ignore[arg-type]  # those on a case ignore it
    reason = ""
    if why_not is None and task is not None and case.root.state == "suspended":
        reason = at.pick("事项已中止，恢复后才能办理。", "the case is suspended.")
    if why_not is not None:
        reason = str(why_not.localised(at.lang).get("reason", ""))
    return q.Action(name=name, enabled=not reason, reason=reason, effect=at.pick(kind.zh, kind.en))


# --- the page of one action ----------------------------------------------------------------------


def action_page(house: House, query: q.ActionPage) -> q.ActionView:
    """One action with whom or what to choose. Raises NotFound."""
    with desk(house, query) as at:
        if query.task_id:
            return _task_action(at, query)
        kind = _CASE.get(query.action)
        if kind is None:
            raise NotFound(what=_ACTION)
        dossier = Dossier(at, at.root(query.case_id))
        case = dossier.work()
        return _view(at, dossier, case, None, query.action, kind)


_ACTION = {"zh": "操作", "en": "action"}


def _task_action(at: Desk, query: q.ActionPage) -> q.ActionView:
    kind = {**_TASK, **_OPEN_TO_WHO_DID_IT}.get(query.action)
    task = at.reader.get(Task, id=query.task_id) if is_id(query.task_id) else None
    root = at.reader.get(Instance, id=task.root_id) if task is not None else None
    if kind is None or task is None or root is None:
        raise NotFound(what=_ACTION)
    if not access.may_see(at.reader, at.viewer, root) and not access.may_take(
        at.reader, at.viewer, root, task
    ):
        raise NotFound(what=access.TASK)
    dossier = Dossier(at, root)
    case = dossier.work()
    case.know(task)
    return _view(at, dossier, case, task, query.action, kind)


def _view(
    at: Desk, dossier: Dossier, case: Case, task: Task | None, name: str, kind: _Kind
) -> q.ActionView:
    action = _action(at, case, task, name, kind)
    choosing = action.enabled
    return q.ActionView(
        action=action,
        case=dossier.head(),
        task_id=task.id if task is not None else "",
        step=step_name(at, dossier.package(task.instance_id), task) if task is not None else "",
        people=_people(at, case, task, kind.part) if choosing and kind.part else (),
        steps=_steps(at, dossier, case, task)
        if choosing and name == "return" and task is not None
        else (),
        oversight=oversight(at, case),
    )


def _people(
    at: Desk, case: Case, task: Task | None, part: candidates.Part
) -> tuple[q.PersonChoice, ...]:
    """Everybody who could be named, by unit and name, those who may not with the reason."""
    found = candidates.choices(case, task, part)
    users = candidates.users(case, [choice.user_id for choice in found])
    at.know_names(users)
    lines = [
        q.PersonChoice(
            id=choice.user_id,
            name=at.name(choice.user_id),
            unit=at.unit(users[choice.user_id]),
            reason=choice.reason[at.lang] if choice.reason else "",
        )
        for choice in found
        if choice.user_id in users and choice.user_id != at.viewer.user_id
    ]
    return tuple(sorted(lines, key=lambda line: (line.unit, bool(line.reason), line.name)))


def _steps(at: Desk, dossier: Dossier, case: Case, task: Task) -> tuple[q.StepChoice, ...]:
    package = dossier.package(task.instance_id)
    found = returning.earlier(case, task)
    at.know_names(each.task.closed_by for each in found)
    return tuple(
        q.StepChoice(
            element_id=each.task.element_id,
            step=package.text(each.task.name, at.lang),
            who=at.name(each.task.closed_by),
            at=each.task.closed_at or 0,
            reason=each.reason[at.lang] if each.reason else "",
        )
        for each in found
    )


def oversight(at: Desk, case: Case) -> q.OversightLine | None:
    """Who follows a case, where somebody does."""
    if case.root.oversight_due_at is None:
        return None
    row = followed.current(case)
    if row is None:
        return None
    return q.OversightLine(
        by=at.name(row.opened_by),
        demand=row.demand,
        opened_at=row.opened_at,
        due_at=row.due_at,
        overdue=at.now_ms > row.due_at,
    )
