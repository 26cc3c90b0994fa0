"""Sending a matter back to an earlier step (退回), and taking one's own step back (撤回)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.bpmn.dialect import listed
from engine.commands import ReturnTask, WithdrawTask
from engine.errors import Conflict, Invalid, Problem, YifaError
from engine.handlers import access, candidates, consulting, deeds, handing
from engine.handlers.back import Back
from engine.handlers.results import result
from engine.model.results import CaseResult
from engine.model.rows import Activity, Draft, File, Instance, Task

if TYPE_CHECKING:
    from engine.handlers.case import Case
    from engine.handlers.house import Context

Text = dict[str, str]

RETURN_TO = "returnTo"
"""Property of a step: ids of the steps it may be sent back to, or ``none``."""
IRREVOCABLE = "irrevocable"
"""Property of a step that, once done, has left the house: nothing goes back behind it."""


@dataclass(frozen=True)
class Earlier:
    """An earlier step, as last completed; ``reason`` says why there is no way back to it."""

    task: Task
    reason: Text | None = None


# --- 退回 -------------------------------------------------------------------------------------------


def send_back(context: Context, command: ReturnTask) -> CaseResult:
    """Open an earlier step again, with who returned it and why. Nothing of the history is lost."""
    case, task = access.take_task(context, command.task_id, command.expected_version)
    deeds.refuse_suspended(case)
    why_not = no_returning(case, task)
    if why_not is not None:
        raise why_not
    reason = deeds.reason_of(command.reason)
    target = _chosen(case, task, command.to_element)
    old = target.task
    case.clocks.load()
    case.note_handler(task.element_id, context.actor)
    case.going_back = Back(
        kind="return",
        old=old,
        user_id=_again(case, old),
        leaving=task.key,
        scope=_scopes(case, task.instance_id).get(task.key, ""),
        said={"by": context.actor, "from": task.name, "at": context.now_ms, "why": reason},
    )
    _move(case, [task], old)
    deeds.note(
        case,
        "return",
        task=task,
        text=reason,
        people=[f"u:{case.going_back.user_id}"] if case.going_back.user_id else [],
        data={"to": old.element_id, "to_name": old.name},
    )
    case.settle()
    return result(case)


def no_returning(case: Case, task: Task) -> YifaError | None:
    """Why whoever acts may not send the matter back from this task at all, or None."""
    if task.signs_for is not None:
        return deeds.forbid(
            "征求的只是您的意见；不同意请在意见中写明。",
            "only your opinion is asked for; if you do not agree, say so in it.",
        )
    if task.owner is not None:
        return deeds.forbid(
            "这项任务是受委派办理的，请交回委派人决定是否退回。",
            "this task was delegated; give it back to its owner, who may return it.",
        )
    reason = access.separation(case, task, access.element_of(case, task), case.context.actor)
    return deeds.forbid(reason["zh"], reason["en"]) if reason is not None else None


def earlier(case: Case, task: Task) -> list[Earlier]:
    """The steps that really were done before this one in its scope, the last one first."""
    scopes = _scopes(case, task.instance_id)
    done = case.tx.find(
        Task, root_id=case.root.id, instance_id=task.instance_id, state="completed", order="id"
    )
    done = [
        row
        for row in sorted(done, key=lambda row: (row.closed_at or 0, row.id))
        if row.signs_for is None and (row.closed_at or 0) <= task.opened_at
    ]
    elements = case.package(case.instance(task.instance_id)).definition.elements
    last_out = max(
        (n for n, row in enumerate(done) if _irrevocable(elements[row.element_id].properties)),
        default=-1,
    )
    latest = {
        row.element_id: (number, row)
        for number, row in enumerate(done)
        if row.element_id != task.element_id and scopes.get(row.key) == scopes.get(task.key)
    }
    allowed = elements[task.element_id].properties.get(RETURN_TO)
    found = [
        Earlier(row, _why_not(case, task, row, allowed, behind=number > last_out))
        for number, row in latest.values()
    ]
    return sorted(found, key=lambda each: (each.task.closed_at or 0, each.task.id), reverse=True)


def _why_not(
    case: Case, task: Task, old: Task, allowed: str | None, *, behind: bool
) -> Text | None:
    if allowed is not None and old.element_id not in listed(allowed):
        return {
            "zh": "流程模型不允许退回到这个环节。",
            "en": "the model allows no return to this step.",
        }
    if not behind:
        return {
            "zh": "此后已有对外生效的环节（如公布、送达），不能退回到它之前。",
            "en": "since then something has taken effect outside the office (published, served).",
        }
    why = case.run(case.instance(task.instance_id)).hindrance([task.key], old.element_id)
    return {"zh": why.zh, "en": why.en} if why is not None else None


def _irrevocable(properties: Mapping[str, str]) -> bool:
    return properties.get(IRREVOCABLE) == "true"


def _chosen(case: Case, task: Task, element_id: str) -> Earlier:
    """The step to go back to. Raises Invalid, Conflict."""
    found = earlier(case, task)
    if not element_id:
        chosen = next((each for each in found if each.reason is None), None)
        if chosen is not None:
            return chosen
        reason = found[0].reason if found else None
        raise Conflict(reason=reason or NOTHING_BEFORE)
    for each in found:
        if each.task.element_id == element_id:
            if each.reason is not None:
                raise Conflict(reason=each.reason)
            return each
    raise Invalid(
        [
            Problem(
                code="step",
                where="to_element",
                zh="请选择一个办理过的环节。",
                en="Choose a step that was done before.",
            )
        ]
    )


NOTHING_BEFORE = {
    "zh": "在这之前没有办理过的环节。",
    "en": "no step was done before this one.",
}


def _again(case: Case, old: Task) -> str | None:
    """Who gets the step again: whoever did it, if they still may."""
    user_id = old.closed_by
    if user_id is None or candidates.person(case, user_id) is None:
        return None
    if user_id in case.root.excluded:
        return None
    element = access.element_of(case, old)
    return None if access.clash(case, old, element, user_id, strictly=False) else user_id


def _scopes(case: Case, instance_id: str) -> dict[str, str]:
    """Key of each stay in an instance → key of the scope it lay in."""
    rows = case.tx.columns(
        Activity, ("key", "scope"), root_id=case.root.id, instance_id=instance_id
    )
    return dict(rows)


def _move(case: Case, tasks: list[Task], old: Task) -> None:
    instance = case.instance(old.instance_id)
    keys = [task.key for task in tasks]
    for task in tasks:
        case.know(task)
    case.move(instance, lambda run: run.send_back(keys, old.element_id))
    case.work_off()


# --- 撤回 -------------------------------------------------------------------------------------------


def withdraw(context: Context, command: WithdrawTask) -> CaseResult:
    """Take back what one completed, delegated, or asked, while nobody has acted on it."""
    case, task = access.take_task(
        context, command.task_id, command.expected_version, handling=False
    )
    deeds.refuse_suspended(case)
    why_not = no_withdrawing(case, task)
    if why_not is not None:
        raise why_not
    reason = deeds.reason_of(command.reason)
    if task.signs_for is not None:
        consulting.call_off(case, task, reason)
    elif task.owner is not None:
        handing.recall(case, task, reason)
    else:
        _take_back(case, task, reason)
    case.settle()
    return result(case)


def no_withdrawing(case: Case, task: Task) -> YifaError | None:
    """Why whoever acts may not take this back, or None."""
    actor = case.context.actor
    if task.signs_for is not None:
        return consulting.no_calling_off(case, task)
    if task.state == "open":
        if task.owner is not None and task.owner == actor:
            return None
        return deeds.forbid(
            "任务还没有办理，无需撤回。", "the task is not done yet; there is nothing to take back."
        )
    if task.state != "completed" or task.closed_by != actor:
        return deeds.forbid(
            "只有办理人本人可以撤回自己办理的环节。",
            "only who did a step may take it back.",
        )
    if case.root.state != "active" or case.instance(task.instance_id).state != "active":
        return Conflict(reason={"zh": "流程已经结束。", "en": "the process has ended."})
    return _acted_on(case, task)


def _acted_on(case: Case, task: Task) -> YifaError | None:
    properties = access.element_of(case, task).properties
    if _irrevocable(properties):
        return Conflict(
            reason={
                "zh": "这个环节办理后即对外生效，不能撤回。",
                "en": "once done, this step has taken effect outside the office.",
            }
        )
    left = _left_the_house(case, task)
    if left is not None:
        return left
    following = followers(case, task)
    if not following:
        return Conflict(
            reason={
                "zh": "没有可以收回的后续任务：后续已经办理、在等待其他分支，或流程已离开本环节。",
                "en": "nothing that followed can be taken back: it was done already, waits for "
                "another branch, or the matter has left this part.",
            }
        )
    touched = next((row for row in following if row.version > 1 or row.drafted), None)
    if touched is not None:
        who = access.user_name(case.context, touched.assignee)
        english = access.user_name(case.context, touched.assignee, "en")
        return Conflict(
            reason={
                "zh": f"{who or '他人'}已经开始办理“{touched.name}”。",
                "en": f"{english or 'somebody'} has begun to work on “{touched.name}”.",
            }
        )
    if case.tx.columns(File, ("id",), task_id=[row.id for row in following], limit=1):
        return Conflict(
            reason={
                "zh": "后续环节已经上传了附件。",
                "en": "files were put into what followed already.",
            }
        )
    run = case.run(case.instance(task.instance_id))
    why = run.hindrance([row.key for row in following], task.element_id)
    return Conflict(reason={"zh": why.zh, "en": why.en}) if why is not None else None


def followers(case: Case, task: Task) -> list[Task]:
    """The open tasks that a completed one led to, in its own instance."""
    rows = case.tx.find(
        Task, root_id=case.root.id, instance_id=task.instance_id, state="open", order="id"
    )
    return [
        row
        for row in rows
        if row.signs_for is None and row.id > task.id and row.opened_at == task.closed_at
    ]


_SILENT = frozenset({"userTask", "manualTask", "task", "scriptTask", "businessRuleTask"})
"""Kinds of activities that reach nobody outside the case by themselves."""


def _left_the_house(case: Case, task: Task) -> YifaError | None:
    """Whether completing it sent, called or asked for something, or another had it completed too."""
    rows = case.tx.find(Activity, root_id=case.root.id, order="id")
    own = next((r.id for r in rows if (r.instance_id, r.key) == (task.instance_id, task.key)), "")
    instances: dict[str, Instance] = {}
    for row in rows:
        if row.entered_at < (task.closed_at or 0) or row.id <= own:
            continue
        instance = instances.setdefault(row.instance_id, case.instance(row.instance_id))
        element = case.package(instance).definition.elements.get(row.element_id)
        silent = row.kind in _SILENT or row.kind.endswith("Gateway")
        if silent or element is None or not _reaches_out(row.kind, element.event):
            continue
        return Conflict(
            reason={
                "zh": f"办理后流程已经过“{row.name or row.element_id}”，不能撤回。",
                "en": f"the matter has passed “{row.name or row.element_id}” since.",
            }
        )
    return None


def _reaches_out(kind: str, event: str) -> bool:
    return kind in ("serviceTask", "sendTask", "callActivity") or (
        kind in ("intermediateThrowEvent", "endEvent") and event in ("message", "signal")
    )


def _take_back(case: Case, task: Task, reason: str) -> None:
    context = case.context
    following = followers(case, task)
    waiting = [value for row in following for value in deeds.holders(case, row)]
    case.clocks.load()
    case.going_back = Back(kind="withdraw", old=task, user_id=context.actor)
    _move(case, following, task)
    opened = next(row for row in case.opened if row.element_id == task.element_id)
    if task.answers:
        # One goes on from what one had handed in.
        opened.drafted = True
        draft = Draft(
            tenant=task.tenant,
            task_id=opened.id,
            user_id=context.actor,
            answers=task.answers,
            saved_at=context.now_ms,
        )
        case.tx.insert(draft)
    deeds.note(case, "withdraw", task=task, text=reason, people=list(dict.fromkeys(waiting)))
