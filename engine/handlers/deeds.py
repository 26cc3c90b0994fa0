"""What is done to a case beside its steps, as a line of its history and an entry of its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import Conflict, Forbidden, Invalid, Problem
from engine.model import evidence
from engine.model.rows import Candidate, Deed, Notice, Task

if TYPE_CHECKING:
    from engine.handlers.case import Case

MOST_LETTERS = 2_000
"""Characters of a reason: it is read in lists and printed."""


def reason_of(text: str, where: str = "reason", *, required: bool = True) -> str:
    """A reason as it is kept. Raises Invalid when there is none, or too much of it."""
    found = text.strip()
    if len(found) > MOST_LETTERS or (required and not found):
        raise Invalid(
            [
                Problem(
                    code="reason",
                    where=where,
                    zh=f"请写明理由（不超过 {MOST_LETTERS} 字）。",
                    en=f"Give a reason (at most {MOST_LETTERS} characters).",
                )
            ]
        )
    return found


def note(
    case: Case,
    kind: str,
    *,
    task: Task | None = None,
    text: str = "",
    people: Iterable[str] = (),
    data: Mapping[str, Any] | None = None,
) -> Deed:
    """Write down what was done: a row that the timeline shows, and the evidence with its digest.

    ``people`` are values as in ``Candidate`` (``u:<user>``, ``g:<role>@<unit>``).
    """
    context = case.context
    row = Deed(
        tenant=case.root.tenant,
        id=context.new_id(),
        root_id=case.root.id,
        instance_id=task.instance_id if task is not None else None,
        task_id=task.id if task is not None else None,
        element_id=task.element_id if task is not None else "",
        kind=kind,
        user_id=context.actor,
        at=context.now_ms,
        text=text,
        people=list(people),
        data=dict(data or {}),
    )
    case.tx.insert(row)
    said: dict[str, Any] = {"deed": row.id, "people": row.people, **row.data}
    if text:
        # Reasons may tell of people: the chain holds their digest, the row their words.
        algorithm = context.house.settings.hash_algorithm
        said["text"] = evidence.digest(text.encode(), algorithm)
    if task is not None:
        said |= {"task": task.id, "element": task.element_id, "name": task.name}
    context.record(kind, task.id if task is not None else case.root.id, said, case.root)
    return row


def tell(case: Case, values: Iterable[str], kind: str, zh: str, en: str, task: Task | None) -> None:
    """A notice for each of these (values as in ``Candidate``), but not for who acts."""
    for value in dict.fromkeys(values):
        if value == f"u:{case.context.actor}":
            continue
        case.tx.insert(
            Notice(
                tenant=case.root.tenant,
                id=case.context.new_id(),
                root_id=case.root.id,
                task_id=task.id if task is not None else None,
                value=value,
                kind=kind,
                zh=zh[:1000],
                en=en[:1000],
                at=case.context.now_ms,
                track=case.root.track,
            )
        )


def in_english(case: Case, task: Task) -> str:
    """A task's name in English."""
    return case.package(case.instance(task.instance_id)).text(task.name, "en")


def holders(case: Case, task: Task) -> list[str]:
    """Whoever has a task in hand: its assignee, else those it waits for."""
    if task.assignee:
        return [f"u:{task.assignee}"]
    return [row.value for row in case.tx.find(Candidate, task_id=task.id)]


def in_hand(case: Case, instance_id: str, task: Task | None) -> list[str]:
    """Whoever has a task in hand; where none is meant, all open ones of an instance."""
    if task is not None:
        return holders(case, task)
    open_tasks = case.tx.find(Task, instance_id=instance_id, state="open")
    values = [value for found in open_tasks for value in holders(case, found)]
    return list(dict.fromkeys(values)) or [f"u:{case.root.started_by}"]


def refuse_suspended(case: Case) -> None:
    """Refuse work on a case that stands still."""
    if case.root.state == "suspended":
        raise Conflict(
            reason={
                "zh": "事项已中止，恢复后才能办理。",
                "en": "the case is suspended; work goes on once it is resumed.",
            }
        )


def forbid(zh: str, en: str) -> Forbidden:
    """A refusal with its reason in both languages."""
    return Forbidden(reason={"zh": zh, "en": en})
