"""Handing a task on: for good (转办), or to be done by another for its owner (委派)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.commands import DelegateTask, ReassignTask
from engine.errors import YifaError
from engine.handlers import access, candidates, deeds, secrecy
from engine.handlers.overseeing import supervises
from engine.handlers.results import result
from engine.model.results import CaseResult
from engine.model.rows import Candidate, Draft, Task, User

if TYPE_CHECKING:
    from engine.handlers.case import Case
    from engine.handlers.house import Context


def reassign(context: Context, command: ReassignTask) -> CaseResult:
    """Give an open task to another who may do it. Raises Forbidden, Invalid, Conflict, NotFound."""
    case, task = access.take_task(
        context, command.task_id, command.expected_version, handling=False
    )
    access.refuse_closed(context, task)
    deeds.refuse_suspended(case)
    why_not = no_reassigning(case, task)
    if why_not is not None:
        raise why_not
    reason = deeds.reason_of(command.reason)
    candidates.refuse(case, task, command.to, "handle")
    before = task.assignee
    _give(case, task, command.to, owner=None)
    if before == context.actor:
        pass_on_draft(case, task, before, command.to)
    deeds.note(
        case,
        "reassign",
        task=task,
        text=reason,
        people=[f"u:{command.to}"],
        data={"from": before or ""},
    )
    if before:
        name = access.user_name(context, command.to)
        english = access.user_name(context, command.to, "en")
        deeds.tell(
            case,
            [f"u:{before}"],
            "reassigned",
            f"“{task.name}”已转由{name}办理：{reason}",
            f"“{deeds.in_english(case, task)}” was handed on to {english}: {reason}",
            task,
        )
    case.settle()
    return result(case)


def no_reassigning(case: Case, task: Task) -> YifaError | None:
    """Why whoever acts may not hand this task on, or None."""
    viewer, root = case.context.viewer, case.root
    if task.signs_for is not None:
        return deeds.forbid(
            "征求的是您本人的意见，不能转办。请由征求人撤回后另请他人。",
            "it is your own opinion that was asked for; whoever asked may take it back and ask "
            "somebody else.",
        )
    if viewer.system or viewer.user_id == (task.owner or task.assignee):
        return None
    heads = viewer.supervises == "units" and _unit_of(case, task) in viewer.units
    if supervises(viewer, root) or (heads and not root.track):
        return None
    if viewer.is_admin and not root.track and viewer.user_id not in root.excluded:
        return None
    return deeds.forbid(
        "只有办理人、机构负责人、督办人员或管理员可以转办。",
        "only who has the task, the head of the unit, a supervisor or an administrator may hand "
        "it on.",
    )


def _unit_of(case: Case, task: Task) -> str | None:
    user = case.tx.get(User, id=task.assignee) if task.assignee else None
    return user.unit_id if user is not None else None


def delegate(context: Context, command: DelegateTask) -> CaseResult:
    """Have one's task done by another, who gives it back to be completed."""
    case, task = access.take_task(context, command.task_id, command.expected_version)
    deeds.refuse_suspended(case)
    why_not = no_delegating(case, task)
    if why_not is not None:
        raise why_not
    reason = deeds.reason_of(command.reason)
    candidates.refuse(case, task, command.to, "help")
    _give(case, task, command.to, owner=context.actor)
    pass_on_draft(case, task, context.actor, command.to, moved=False)
    deeds.note(case, "delegate", task=task, text=reason, people=[f"u:{command.to}"])
    case.settle()
    return result(case)


def no_delegating(case: Case, task: Task) -> YifaError | None:
    """Why whoever acts may not have this task done by another, or None."""
    if task.signs_for is not None:
        return deeds.forbid(
            "征求的是您本人的意见，不能委派。", "it is your own opinion that was asked for."
        )
    if task.owner is not None:
        return deeds.forbid(
            "这项任务已经是受委派办理的，不能再委派。",
            "this task was delegated already and is not delegated once more.",
        )
    reason = access.separation(case, task, access.element_of(case, task), case.context.actor)
    return deeds.forbid(reason["zh"], reason["en"]) if reason is not None else None


def give_back(case: Case, task: Task, answers: dict[str, Any]) -> CaseResult:
    """Whoever a task was delegated to has done it: their answers become its owner's draft."""
    context, owner = case.context, task.owner
    assert owner is not None
    _merge_draft(case, task, context.actor, owner, answers)
    case.note_helper(task.element_id, context.actor)
    _give(case, task, owner, owner=None)
    name = access.user_name(context, context.actor)
    english = access.user_name(context, context.actor, "en")
    deeds.note(case, "give-back", task=task, people=[f"u:{owner}"])
    deeds.tell(
        case,
        [f"u:{owner}"],
        "given-back",
        f"{name}已办好您委派的“{task.name}”，请核对后提交。",
        f"{english} has done “{deeds.in_english(case, task)}”, which you delegated; check it and submit.",
        task,
    )
    case.settle()
    return result(case)


def recall(case: Case, task: Task, reason: str) -> None:
    """The owner takes a delegated task back."""
    helper, owner = task.assignee, task.owner
    assert owner is not None
    assert helper is not None
    typed = case.tx.get(Draft, task_id=task.id, user_id=helper) if task.drafted else None
    if typed is not None:
        _merge_draft(case, task, helper, owner, typed.answers)
    _give(case, task, owner, owner=None)
    deeds.note(case, "recall", task=task, text=reason, people=[f"u:{helper}"])


def _give(case: Case, task: Task, user_id: str, *, owner: str | None) -> None:
    task.assignee, task.owner = user_id, owner
    task.from_user = case.context.actor
    task.version += 1
    case.tx.update(task, "assignee", "owner", "from_user", "version")
    case.tx.update_where(Candidate, {"claimed": True}, task_id=task.id)
    case.take_part(user_id, "handler")


def pass_on_draft(case: Case, task: Task, before: str, after: str, *, moved: bool = True) -> None:
    """What was typed goes along with the task, but for what the new handler may not read.

    A draft of the new handler's own is kept instead. The old one is deleted when it is ``moved``.
    """
    typed = case.tx.get(Draft, task_id=task.id, user_id=before) if task.drafted else None
    if typed is None:
        return
    if case.tx.get(Draft, task_id=task.id, user_id=after) is None:
        sealed = _sealed_from(case, task, after)
        answers = {key: value for key, value in typed.answers.items() if key not in sealed}
        _keep_draft(case, task, after, answers)
    if moved:
        case.tx.delete(typed)


def _merge_draft(case: Case, task: Task, helper: str, owner: str, answers: dict[str, Any]) -> None:
    """What the helper typed, over what its owner had typed and the helper could not see."""
    before = case.tx.get(Draft, task_id=task.id, user_id=owner)
    sealed = _sealed_from(case, task, helper)
    shown = {k: v for k, v in answers.items() if k not in sealed or v not in (None, "", [], {})}
    _keep_draft(case, task, owner, {**(before.answers if before is not None else {}), **shown})
    case.tx.delete_where(Draft, task_id=task.id, user_id=helper)


def _sealed_from(case: Case, task: Task, user_id: str) -> frozenset[str]:
    """Fields of the case that somebody may not read."""
    viewer = candidates.person(case, user_id)
    packages = (case.package(case.instance(task.instance_id)), case.package(case.root))
    return secrecy.sealed(packages, viewer.role_ids if viewer is not None else ())


def _keep_draft(case: Case, task: Task, user_id: str, answers: dict[str, Any]) -> None:
    row = Draft(
        tenant=task.tenant,
        task_id=task.id,
        user_id=user_id,
        answers=answers,
        saved_at=case.context.now_ms,
    )
    case.context.put(row, "task_id", "user_id")
    task.drafted = True
    case.tx.update(task, "drafted")
