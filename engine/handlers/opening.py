"""How an open user task becomes rows: whose it is, what lists show of it, who sent it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.definition import Element
from engine.clock import millis
from engine.model import facts as f
from engine.model.rows import Candidate, Clock, Instance, Task, User

if TYPE_CHECKING:
    from engine.handlers.case import Case

FAR_FUTURE = 9_999_999_999_999
"""Sorts tasks without a due moment last (the year 2286)."""


def open_task(case: Case, instance: Instance, fact: f.TaskOpened) -> Task:
    """Insert the task, its candidates and its place among the case's steps."""
    context, root = case.context, case.root
    element = case.package(instance).definition.elements[fact.element_id]
    step = dict(root.steps.get(fact.element_id, {"n": 0, "by": []}))
    if fact.loop in (None, 1):
        # Several at one step, or one after another over a list, are one round.
        step["n"] = step["n"] + 1
    root.steps = {**root.steps, fact.element_id: step}
    due = millis(fact.due) if fact.due else None
    back = case.going_back
    back = back if back is not None and back.opens(instance, fact) else None
    task = Task(
        tenant=instance.tenant,
        id=context.new_id(),
        instance_id=instance.id,
        root_id=instance.root_id,
        key=fact.key,
        element_id=fact.element_id,
        name=fact.name,
        stage=stage_of(case, instance, element),
        form_id=fact.form_id,
        assignee=(back.user_id if back else None)
        or assignee_of(case, fact, element, [] if back else step["by"]),
        suspended=root.state == "suspended",
        priority=fact.priority,
        urgency=root.urgency,
        process_key=instance.process_key,
        deployment_id=instance.deployment_id,
        case_no=root.case_no,
        title=root.title,
        summary=root.summary,
        track=root.track,
        opened_at=context.now_ms,
        from_user=case.cause.closed_by if case.cause is not None else context.actor,
        sent_back=back.said if back else _sent_back(case, element, step["n"]),
        round=step["n"],
        loop=fact.loop,
        due_at=due,
        sort_at=due or FAR_FUTURE,
        local=dict(fact.local),
    )
    if task.sent_back:
        root.returns += 1
    root.standing = {**root.standing, task.id: task.stage}
    case.tx.insert(task)
    for value in offered(fact, element):
        case.tx.insert(
            Candidate(
                tenant=instance.tenant,
                task_id=task.id,
                value=value,
                sort_at=task.sort_at,
                claimed=task.assignee is not None,
            )
        )
    if task.assignee:
        case.take_part(task.assignee, "handler")
    return task


def mark(task: Task, clocks: list[Clock]) -> None:
    """Copy the most urgent clock's moments onto a task row."""
    timed = [clock for clock in clocks if clock.due_at is not None]
    first = min(timed, key=lambda c: (c.state != "running", c.due_at or 0), default=None)
    if first is None:
        return
    task.due_at, task.warn_at, task.rule_id = first.due_at, first.warn_at, first.rule_id
    task.clock_paused = first.state == "paused"
    task.sort_at = first.due_at or FAR_FUTURE


def stage_of(case: Case, instance: Instance, element: Element) -> str:
    """The heading supervision shows a step under: its own, its sub-process's, or its name."""
    return heading(element, case.package(instance).definition.elements)


def heading(element: Element, elements: Mapping[str, Element]) -> str:
    """The same, from the model alone."""
    own = element.properties.get("stage")
    if own:
        return own
    parent = elements.get(element.parent)
    if parent is not None and parent.kind != "process":
        return parent.properties.get("stage") or parent.name or element.name
    return element.name


def offered(fact: f.TaskOpened, element: Element) -> list[str]:
    """Values (as in ``Candidate``) of those a fresh task is before."""
    values = [f"u:{user}" for user in fact.candidate_users]
    values += [f"g:{group}" for group in fact.candidate_groups]
    if not values and fact.assignee is None and element.lane:
        values.append(f"g:{element.lane}")
    return list(dict.fromkeys(values))


def assignee_of(case: Case, fact: f.TaskOpened, element: Element, before: list[str]) -> str | None:
    """The model's assignee; else whoever must or did handle this step, as long as they may."""
    if fact.assignee:
        return None if fact.assignee in case.root.excluded else fact.assignee
    for other in element.same_handler_as:
        handlers = case.root.steps.get(other, {}).get("by", [])
        if handlers:
            return _if_able(case, handlers[-1])
    if before and fact.loop is None:
        return _if_able(case, before[-1])
    return None


def _if_able(case: Case, user_id: str) -> str | None:
    if user_id in case.root.excluded:
        return None
    user = case.tx.get(User, id=user_id)
    return user_id if user is not None and user.active else None


def _sent_back(case: Case, element: Element, count: int) -> dict[str, Any] | None:
    """Who returned the matter and why, when a step opens again because of what somebody decided.

    A step that was first opened after the one that decided comes again on the way forward.
    """
    if count < 2 or case.cause is None:
        return None
    cause, order = case.cause, list(case.root.steps)
    if order.index(element.id) >= order.index(cause.element_id):
        return None
    return {
        "by": cause.closed_by,
        "from": cause.name,
        "at": case.context.now_ms,
        "why": reason_in(case, cause),
    }


def reason_in(case: Case, task: Task) -> str:
    """What the task's form says as opinion: the fields marked ``opinion``, joined."""
    instance = case.instance(task.instance_id)
    form = case.package(instance).form(task.form_id)
    if form is None or not task.answers:
        return ""
    secret = {
        name for entry in case.package(instance).manifest.confidential for name in entry.fields
    }
    parts = [
        str(task.answers.get(item.key) or "")
        for item in form.fields()
        if item.properties.get("opinion") == "true" and item.key not in secret
    ]
    return " ".join(part for part in parts if part)[:500]
