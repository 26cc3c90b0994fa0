"""Asking others for their opinion on a task (加签); several at once are a countersigning (会签).

An opinion is a task of its own that holds no token: it waits in the person's inbox with the house's
form. Before its owner completes a task, who was asked *before* must have answered. Who is asked
*after* sees it when the owner hands in, and the matter goes on once they have agreed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.commands import AddSigners, CompleteTask
from engine.errors import AnswersInvalid, Conflict, Invalid, Problem, YifaError
from engine.forms.house import DISAGREES, OPINION, house_form
from engine.handlers import access, candidates, deeds, telling
from engine.handlers.consulted import PLANNED, waiting
from engine.handlers.results import result
from engine.model import evidence
from engine.model.results import CaseResult
from engine.model.rows import Task

if TYPE_CHECKING:
    from engine.handlers.case import Case
    from engine.handlers.house import Context

MOST_SIGNERS = 20


def add(context: Context, command: AddSigners) -> CaseResult:
    """Ask for opinions. Raises Forbidden, Invalid, Conflict, NotFound."""
    case, task = access.take_task(context, command.task_id, command.expected_version)
    deeds.refuse_suspended(case)
    why_not = no_adding(case, task)
    if why_not is not None:
        raise why_not
    question = deeds.reason_of(command.question, "question")
    if command.when not in ("before", "after") or command.rule not in ("all", "any"):
        raise Invalid([_problem("when", "请选择加签方式。", "Choose how opinions are asked for.")])
    people = telling.named(command.people, MOST_SIGNERS)
    asked = {row.assignee for row in waiting(case, task)}
    for user_id in people:
        candidates.refuse(case, task, user_id, "sign", "people")
        if user_id in asked:
            name = access.user_name(context, user_id)
            english = access.user_name(context, user_id, "en")
            raise Invalid(
                [
                    _problem(
                        "people", f"已在征求{name}的意见。", f"{english} has been asked already."
                    )
                ]
            )
    about = {
        "question": question,
        "when": command.when,
        "rule": command.rule,
        "by": context.actor,
        "round": context.new_id(),
    }
    for user_id in people:
        _ask(case, task, user_id, about)
    step = case.root.steps.get(task.element_id, {"n": 1, "by": []})
    case.root.steps = {**case.root.steps, task.element_id: {**step, "asks": True}}
    deeds.note(
        case,
        "add-signer",
        task=task,
        text=question,
        people=[f"u:{user_id}" for user_id in people],
        data={"when": command.when, "rule": command.rule},
    )
    case.settle()
    return result(case)


def no_adding(case: Case, task: Task) -> YifaError | None:
    """Why whoever acts may not ask for opinions on this task, or None."""
    actor = case.context.actor
    if task.signs_for is not None or task.owner is not None:
        return deeds.forbid(
            "只有这项任务的主办人可以加签。", "only whose task it is may ask for opinions."
        )
    if task.assignee != actor:
        return deeds.forbid("请先认领，再加签。", "claim the task first, then ask for opinions.")
    reason = access.separation(case, task, access.element_of(case, task), actor)
    return deeds.forbid(reason["zh"], reason["en"]) if reason is not None else None


def _ask(case: Case, task: Task, user_id: str, about: dict[str, Any]) -> None:
    task_id = case.context.new_id()
    row = Task(
        tenant=task.tenant,
        id=task_id,
        instance_id=task.instance_id,
        root_id=task.root_id,
        key=f"sign:{task_id}",
        element_id=task.element_id,
        name=task.name,
        stage=task.stage,
        form_id=OPINION,
        assignee=user_id,
        state="open" if about["when"] == "before" else PLANNED,
        priority=task.priority,
        urgency=task.urgency,
        process_key=task.process_key,
        deployment_id=task.deployment_id,
        case_no=task.case_no,
        title=task.title,
        summary=task.summary,
        track=task.track,
        opened_at=case.context.now_ms,
        from_user=case.context.actor,
        sort_at=task.sort_at,
        due_at=task.due_at,
        warn_at=task.warn_at,
        clock_paused=task.clock_paused,
        rule_id=task.rule_id,
        local=about,
        signs_for=task.id,
    )
    case.tx.insert(row)
    case.know(row)
    case.take_part(user_id, "handler")


def no_completing(case: Case, task: Task) -> YifaError | None:
    """Why a task may not be completed yet: opinions are still awaited."""
    awaited = [row for row in waiting(case, task) if row.state == "open"]
    if not awaited:
        return None
    names = [access.user_name(case.context, row.assignee) for row in awaited]
    english = [access.user_name(case.context, row.assignee, "en") for row in awaited]
    return Conflict(
        reason={
            "zh": f"还在等待{'、'.join(names)}的加签意见。",
            "en": f"opinions are still awaited from {', '.join(english)}.",
        }
    )


def hand_over(
    case: Case, task: Task, answers: dict[str, Any], late_reason: str
) -> CaseResult | None:
    """What was handed in goes to those asked for afterwards; None where there are none."""
    planned = [row for row in waiting(case, task) if row.state == PLANNED]
    if not planned:
        return None
    task.answers, task.late_reason = answers, late_reason
    task.version += 1
    case.tx.update(task, "answers", "late_reason", "version")
    for row in planned:
        row.state, row.opened_at = "open", case.context.now_ms
        case.tx.update(row, "state", "opened_at")
    deeds.note(case, "hand-over", task=task, people=[f"u:{row.assignee}" for row in planned])
    case.settle()
    return result(case)


def give(case: Case, task: Task, command: CompleteTask) -> Task | None:
    """An opinion is given. The task it is on, where that can go on by itself now."""
    context = case.context
    answers = _checked(case, command)
    about, parent = task.local, case.task(task.signs_for or "")
    task.closed_by, task.answers = context.actor, answers
    case.note_helper(task.element_id, context.actor)
    case.close_task(task, "completed")
    algorithm = context.house.settings.hash_algorithm
    said = {"task": task.id, "element": task.element_id, "name": task.name, "late_reason": ""}
    context.record(
        "complete",
        task.id,
        {**said, "answers": evidence.digest_of(answers, algorithm), "opinion_on": task.signs_for},
        case.root,
    )
    stance, opinion = str(answers["stance"]), str(answers.get("opinion") or "")
    deeds.note(case, "opinion", task=parent, text=opinion, data={"stance": stance})
    if parent is None or parent.state != "open":
        return None
    rest = waiting(case, parent)
    if about["rule"] == "any":
        for row in [each for each in rest if each.local["round"] == about["round"]]:
            case.close_task(row, "cancelled")
        rest = [each for each in rest if each.state in ("open", PLANNED)]
    _tell_owner(case, parent, stance, opinion)
    still = [row for row in rest if row.local["round"] == about["round"]]
    if about["when"] == "before" or parent.answers is None or still:
        return None
    return parent if not _objections(case, parent, about["round"]) else None


def _objections(case: Case, parent: Task, round_id: str) -> bool:
    given = case.tx.find(Task, root_id=case.root.id, signs_for=parent.id, state="completed")
    rows = [case.task(row.id) or row for row in given]
    return any(
        row.local["round"] == round_id and (row.answers or {}).get("stance") == DISAGREES
        for row in rows
    )


def _tell_owner(case: Case, parent: Task, stance: str, opinion: str) -> None:
    name = access.user_name(case.context, case.context.actor)
    english = access.user_name(case.context, case.context.actor, "en")
    in_english = "agrees" if stance != DISAGREES else "does not agree"
    deeds.tell(
        case,
        deeds.holders(case, parent),
        "opinion",
        f"{name}对“{parent.name}”的意见：{stance}" + (f"。{opinion}" if opinion else "。"),
        f"{english} {in_english} on “{deeds.in_english(case, parent)}”"
        + (f": {opinion}" if opinion else "."),
        parent,
    )


def _checked(case: Case, command: CompleteTask) -> dict[str, Any]:
    form = house_form(OPINION)
    assert form is not None
    validated = form.validate(
        dict(command.answers),
        {},
        people=lambda *_: False,
        files={},
        now=case.context.now,
    )
    problems = list(validated.problems)
    answers = dict(validated.values)
    if answers.get("stance") == DISAGREES and not str(answers.get("opinion") or "").strip():
        problems.append(_problem("opinion", "不同意时请写明理由。", "Say why you do not agree."))
    if problems:
        raise AnswersInvalid(problems)
    return answers


def no_calling_off(case: Case, task: Task) -> YifaError | None:
    """Why whoever acts may not call off an opinion that was asked for, or None."""
    if task.state not in ("open", PLANNED):
        return deeds.forbid("意见已经提出。", "the opinion has been given.")
    if case.context.actor == task.local.get("by"):
        return None
    return deeds.forbid(
        "只有征求意见的人可以撤回。", "only who asked for the opinion may call it off."
    )


def call_off(case: Case, task: Task, reason: str) -> None:
    """The opinion is no longer wanted."""
    case.close_task(task, "cancelled")
    deeds.note(case, "call-off", task=task, text=reason, people=[f"u:{task.assignee}"])


def _problem(where: str, zh: str, en: str) -> Problem:
    return Problem(code=where, where=where, zh=zh, en=en)
