"""Claiming and completing user tasks, and keeping drafts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine import feel, forms
from engine.bpmn import LAW_FUNCTIONS
from engine.commands import ClaimTask, CompleteTask, DiscardDraft, SaveDraft, UnclaimTask
from engine.errors import AnswersInvalid, EvaluationFailed, Forbidden, Problem
from engine.handlers import (
    access,
    consulting,
    deeds,
    extensions,
    handing,
    indexing,
    numbers,
    outputs,
    secrecy,
)
from engine.handlers.case import Case
from engine.handlers.people import directory
from engine.handlers.results import result
from engine.model import evidence
from engine.model.results import CaseResult
from engine.model.rows import Candidate, Draft, File, Instance, Task

if TYPE_CHECKING:
    from engine.bpmn.definition import Constraint, Element
    from engine.forms import Form
    from engine.handlers.house import Context


def claim(context: Context, command: ClaimTask) -> CaseResult:
    """Take a task of one's group. Raises Conflict when somebody else has it."""
    case, task = access.take_task(context, command.task_id, command.expected_version)
    deeds.refuse_suspended(case)
    refuse_separated(case, task)
    if task.assignee is not None:
        return result(case)  # theirs already: a second click changes nothing
    task.assignee = context.actor
    task.version += 1
    context.tx.update(task, "assignee", "version")
    context.tx.update_where(Candidate, {"claimed": True}, task_id=task.id)
    case.take_part(context.actor, "handler")
    _record(case, task, "claim", {})
    case.settle()
    return result(case)


def unclaim(context: Context, command: UnclaimTask) -> CaseResult:
    """Give a claimed task back to its group. Raises Forbidden where there is no group."""
    case, task = access.take_task(context, command.task_id, command.expected_version)
    deeds.refuse_suspended(case)
    if task.owner is not None or task.signs_for is not None:
        raise deeds.forbid(
            "这项任务是请您本人办理的，没有可退回的办理组。",
            "this was asked of you yourself; there is no group to give it back to.",
        )
    if task.assignee is None:
        raise Forbidden(
            reason={
                "zh": f"“{task.name}”还没有人认领。",
                "en": f"nobody has claimed “{task.name}”.",
            }
        )
    if not context.tx.candidates_of(task.id):
        raise Forbidden(
            reason={
                "zh": "这项任务是指定给您的，没有可退回的办理组。需要他人办理请用“转办”。",
                "en": "this task is assigned to you alone; there is no group to give it back to.",
            }
        )
    task.assignee = None
    task.version += 1
    context.tx.update(task, "assignee", "version")
    context.tx.update_where(Candidate, {"claimed": False}, task_id=task.id)
    _record(case, task, "unclaim", {})
    case.settle()
    return result(case)


def save_draft(context: Context, command: SaveDraft) -> CaseResult:
    """Keep answers unchecked. A draft does not change the case's version or its evidence."""
    case, task = access.take_task(context, command.task_id)
    refuse_separated(case, task)
    answers = outputs.bounded(command.answers)
    row = Draft(
        tenant=context.tenant,
        task_id=task.id,
        user_id=context.actor,
        answers=answers,
        saved_at=context.now_ms,
    )
    context.put(row, "task_id", "user_id")
    if not task.drafted:
        task.drafted = True
        context.tx.update(task, "drafted")
    return result(case)


def discard_draft(context: Context, command: DiscardDraft) -> CaseResult:
    """Throw one's own draft away; where there is none nothing happens."""
    case, task = access.take_task(context, command.task_id)
    context.tx.delete_where(Draft, task_id=task.id, user_id=context.actor)
    if task.drafted and not context.tx.columns(Draft, ("user_id",), task_id=task.id, limit=1):
        task.drafted = False
        context.tx.update(task, "drafted")
    return result(case)


def complete(context: Context, command: CompleteTask) -> CaseResult:
    """Check the answers and everything the law asks of this step, then let the token go on."""
    case, task = access.take_task(context, command.task_id, command.expected_version)
    deeds.refuse_suspended(case)
    element = refuse_separated(case, task)
    if task.signs_for is not None:
        return _opinion(case, task, command)
    if task.owner is not None:
        # Whoever it was delegated to has done it; completing it is its owner's.
        return handing.give_back(case, task, _form_answers(case, task, command))
    awaited = consulting.no_completing(case, task)
    if awaited is not None:
        raise awaited
    case.clocks.load()
    answers = _checked_answers(case, task, element, command)
    late_reason = command.late_reason
    handed = consulting.hand_over(case, task, answers, late_reason)
    if handed is not None:
        return handed
    problems = _numbers(numbers.take, case, task, element, answers)
    if problems:
        raise AnswersInvalid(problems)
    return _finish(case, task, element, answers, late_reason, context.actor)


def _opinion(case: Case, task: Task, command: CompleteTask) -> CaseResult:
    """An opinion on another task: the last one that was awaited lets that task go on."""
    parent = consulting.give(case, task, command)
    if parent is None or parent.assignee is None or parent.answers is None:
        case.settle()
        return result(case)
    element, answers = access.element_of(case, parent), parent.answers
    case.clocks.load()
    problems = _broken_constraints(case, parent, element, answers)
    problems += case.clocks.objections(parent, answers, parent.late_reason)
    problems += _numbers(numbers.take, case, parent, element, answers)
    if problems:
        # Time has passed since it was handed in: its owner sees to it.
        case.settle()
        return result(case)
    return _finish(case, parent, element, answers, parent.late_reason, parent.assignee)


def _finish(
    case: Case,
    task: Task,
    element: Element,
    answers: dict[str, Any],
    late_reason: str,
    handler: str,
) -> CaseResult:
    """Close a task with its checked answers and let the token go on."""
    _close(case, task, answers, late_reason, handler)
    instance = case.instance(task.instance_id)
    _seal_files(case, instance, answers)
    case.cause = task
    extensions.grant(case, task, element, answers)
    case.move(instance, lambda run: run.complete(task.key, answers))
    outputs.leave_documents(case, task, element)
    indexing.done(case, task, answers)
    _record(
        case,
        task,
        "complete",
        {"answers": answers, "late_reason": late_reason, "round": task.round}
        | ({"by": handler} if handler != case.context.actor else {}),
    )
    case.settle()
    return result(case)


def _seal_files(case: Case, instance: Instance, answers: dict[str, Any]) -> None:
    package = case.package(instance)
    if not package.manifest.confidential:
        return
    ids = list(outputs.file_ids(answers))
    files = case.tx.find(File, id=ids, root_id=case.root.id) if ids else []
    outputs.seal_files(case.context, package, files, answers)


def _close(case: Case, task: Task, answers: dict[str, Any], late_reason: str, handler: str) -> None:
    task.assignee = task.closed_by = handler
    task.answers = answers
    task.late_reason = late_reason
    case.note_handler(task.element_id, handler)
    case.close_task(task, "completed")


def _checked_answers(
    case: Case, task: Task, element: Element, command: CompleteTask
) -> dict[str, Any]:
    """The validated answers. Raises AnswersInvalid with everything wrong, form and law together."""
    answers, problems = _judged(case, task, command)
    if not problems:
        problems.extend(_broken_constraints(case, task, element, answers))
    problems.extend(case.clocks.objections(task, answers, command.late_reason))
    if not problems:
        problems.extend(_numbers(numbers.used, case, task, element, answers))
    if problems:
        raise AnswersInvalid(problems)
    return answers


def _numbers(
    ask: numbers.Ask, case: Case, task: Task, element: Element, answers: dict[str, Any]
) -> list[Problem]:
    """What the register of numbers objects to."""
    package = case.package(case.instance(task.instance_id))
    return ask(case.context, package, element, task.form_id, answers)


def _form_answers(case: Case, task: Task, command: CompleteTask) -> dict[str, Any]:
    """The answers as far as their form goes. Raises AnswersInvalid."""
    answers, problems = _judged(case, task, command)
    if problems:
        raise AnswersInvalid(problems)
    return answers


def _judged(case: Case, task: Task, command: CompleteTask) -> tuple[dict[str, Any], list[Problem]]:
    """The answers as their form takes them, and what it objects to."""
    instance = case.instance(task.instance_id)
    form = case.package(instance).form(task.form_id)
    if form is None:
        return outputs.bounded(command.answers), []
    visible = dict(case.run(instance).visible(task.key))
    validated = secrecy.judged(
        case,
        form,
        dict(command.answers),
        {**visible, **case.services(instance).functions()},
        people=directory(case.context),
        files=known_files(case, form.file_ids(command.answers)),
    )
    return validated.values, list(validated.problems)


def _broken_constraints(
    case: Case, task: Task, element: Element, answers: dict[str, Any]
) -> list[Problem]:
    run = case.run(case.instance(task.instance_id))
    extra = {
        **answers,
        "task": {"handler": case.context.actor, "openedAt": task.opened_at, "round": task.round},
    }
    package = case.package(case.instance(task.instance_id))
    form = package.form(task.form_id)
    problems = []
    for number, constraint in enumerate(element.constraints, 1):
        zh, en = constraint.message, package.text(constraint.message, "en")
        try:
            holds = run.evaluate(constraint.expression, key=task.key, extra=extra)
        except EvaluationFailed as exc:
            holds = None
            zh, en = f"{zh}（{exc.message('zh')}）", f"{en} ({exc.message('en')})"
        if holds is not True:
            where = _asked_last(form, constraint) or f"constraint.{number}"
            problems.append(Problem(code="constraint", where=where, zh=zh, en=en))
    return problems


def _asked_last(form: Form | None, constraint: Constraint) -> str:
    """The field to mend: of those the constraint speaks of, the last that the form asks for."""
    text = constraint.expression.removeprefix("=")
    mentioned = feel.compile(text, names=LAW_FUNCTIONS).names
    asked = [
        field.key if "[]" in field.path else field.path
        for field in (form.fields() if form is not None else ())
        if field.key in mentioned
    ]
    return asked[-1] if asked else ""


def known_files(case: Case, ids: Iterable[str]) -> dict[str, Any]:
    """References of those files with these ids that are the case's own and the actor may read."""
    wanted = sorted(ids)
    rows = case.tx.find(File, root_id=case.root.id, id=wanted, removed_at=None) if wanted else []
    found = secrecy.readable(case, rows)
    return {
        file.id: {
            "id": file.id,
            "name": file.name,
            "size": file.size,
            "sha256": file.sha256,
            "type": file.media_type,
        }
        for file in found
    }


def refuse_separated(case: Case, task: Task) -> Element:
    """Refuse who may not handle this step by separation of duties; gives the step as drawn."""
    element = access.element_of(case, task)
    if not case.context.viewer.system:
        reason = access.separation(case, task, element, case.context.actor)
        if reason is not None:
            raise Forbidden(reason=reason)
    return element


def _record(case: Case, task: Task, action: str, data: dict[str, Any]) -> None:
    said = {"task": task.id, "element": task.element_id, "name": task.name, **data}
    if "answers" in data:
        # The evidence holds the digest, not the words: a case's secrets stay out of its chain.
        said["answers"] = evidence.digest_of(
            data["answers"], case.context.house.settings.hash_algorithm
        )
    case.context.record(action, task.id, said, case.root)


def form_of(case: Case, task: Task) -> forms.Form | None:
    """The pinned form of a task."""
    return case.package(case.instance(task.instance_id)).form(task.form_id)
