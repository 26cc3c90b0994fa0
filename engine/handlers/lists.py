"""Lists as each person likes them. All of it is one's own: nobody else reads or changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.commands import ArrangeList, RemoveList, SaveList
from engine.errors import Conflict, Invalid, NotFound, Problem
from engine.model.ids import is_id
from engine.model.rows import Preference, SavedList
from engine.queries.lists import COLUMNS, LIST_TABS, Narrowing

if TYPE_CHECKING:
    from engine.handlers.house import Context

MOST_LISTS = 20
"""Lists a person can keep."""

AFTER = "after-task"
"""The preference that says what comes after a task is done."""


def save(context: Context, command: SaveList) -> str:
    """Keep a list under a name, or change one kept. Gives its id."""
    name = command.name.strip()
    problems = []
    if not name or len(name) > 30:
        problems.append(
            Problem(
                code="name",
                where="name",
                zh="请给这个列表起个名字（不超过 30 字）。",
                en="Give the list a name (at most 30 characters).",
            )
        )
    if command.tab not in LIST_TABS:
        problems.append(
            Problem(
                code="tab",
                where="tab",
                zh="这一类不能保存为列表。",
                en="This tab cannot be kept as a list.",
            )
        )
    if problems:
        raise Invalid(problems)
    query = Narrowing.parse(command.tab, command.query).query
    if command.list_id:
        kept = _own(context, command.list_id)
        kept.tab, kept.name, kept.query, kept.pinned = command.tab, name, query, command.pinned
        context.tx.update(kept, "tab", "name", "query", "pinned")
        return kept.id
    if len(context.tx.find(SavedList, user_id=context.actor)) >= MOST_LISTS:
        raise Conflict(
            reason={
                "zh": f"最多保存 {MOST_LISTS} 个列表，请先删除不用的。",
                "en": f"at most {MOST_LISTS} lists can be kept; remove one you no longer need.",
            }
        )
    kept = SavedList(
        tenant=context.tenant,
        id=context.new_id(),
        user_id=context.actor,
        tab=command.tab,
        name=name,
        query=query,
        pinned=command.pinned,
        saved_at=context.now_ms,
    )
    context.tx.insert(kept)
    return kept.id


def remove(context: Context, command: RemoveList) -> None:
    """Remove a list one kept. Raises NotFound."""
    context.tx.delete(_own(context, command.list_id))


def arrange(context: Context, command: ArrangeList) -> None:
    """Choose a tab's columns, and what comes after a task is done; None leaves as it is."""
    if command.tab not in LIST_TABS:
        raise NotFound(what={"zh": "列表", "en": "list"})
    if command.columns is not None:
        chosen = [name for name in COLUMNS[command.tab] if name in command.columns]
        _prefer(context, f"columns.{command.tab}", {"columns": chosen})
    if command.after is not None:
        _prefer(context, AFTER, {"open": "list" if command.after == "list" else "next"})


def _prefer(context: Context, name: str, value: dict[str, object]) -> None:
    row = Preference(tenant=context.tenant, user_id=context.actor, name=name, value=value)
    context.put(row, "user_id", "name")


def _own(context: Context, list_id: str) -> SavedList:
    kept = context.tx.lock(SavedList, id=list_id) if is_id(list_id) else None
    if kept is None or kept.user_id != context.actor:
        raise NotFound(what={"zh": "保存的列表", "en": "kept list"})
    return kept
