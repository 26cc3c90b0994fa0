"""Lists as each person likes them, and what comes next in one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from engine import queries as q
from engine.clock import CHINA, millis
from engine.handlers.house import House
from engine.handlers.lists import AFTER
from engine.model.ids import is_id
from engine.model.rows import Preference, SavedList, Task
from engine.queries.lists import COLUMNS, DEFAULT_COLUMNS, Narrowing
from engine.reading.common import Desk, desk


def narrowing(at: Desk, given: Narrowing) -> dict[str, Any]:
    """A narrowing as the store takes it."""
    found: dict[str, Any] = {
        "text": given.text,
        "process_key": given.process,
        "lamp": given.lamp,
        "sort": given.sort,
        "since": _start(given.since, 0),
        "until": _start(given.until, 1),
    }
    if given.person:
        found["people"] = [user.id for user in at.reader.named(given.person)]
    return found


def _start(day: str, later: int) -> int | None:
    """The first moment of an ISO date, or of so many calendar days later, in China."""
    if not day:
        return None
    try:
        shifted = date.fromisoformat(day) + timedelta(days=later)
    except OverflowError:
        return None
    return millis(datetime(shifted.year, shifted.month, shifted.day, tzinfo=CHINA))


def saved_lists(house: House, query: q.SavedLists) -> tuple[q.SavedLine, ...]:
    """The lists the viewer kept."""
    with desk(house, query) as at:
        kept = at.reader.find(SavedList, user_id=at.viewer.user_id, order="id")
        return tuple(_saved(at, one) for one in kept)


def _saved(at: Desk, kept: SavedList) -> q.SavedLine:
    count = 0
    if kept.pinned:
        narrowed = narrowing(at, Narrowing.parse(kept.tab, kept.query))
        del narrowed["sort"]
        count = at.reader.inbox_count(at.viewer, kept.tab, now=at.now_ms, **narrowed)
    return q.SavedLine(
        id=kept.id,
        tab=kept.tab,
        name=kept.name,
        query=kept.query,
        pinned=kept.pinned,
        count=count,
    )


def how_listed(house: House, query: q.HowListed) -> q.ListLook:
    """How the viewer likes a tab."""
    with desk(house, query) as at:
        liked = {
            one.name: one.value
            for one in at.reader.find(
                Preference, user_id=at.viewer.user_id, name=[AFTER, f"columns.{query.tab}"]
            )
        }
        columns = liked.get(f"columns.{query.tab}", {}).get("columns")
        default = DEFAULT_COLUMNS.get(query.tab, ())
        return q.ListLook(
            columns=tuple(name for name in COLUMNS.get(query.tab, ()) if name in columns)
            if columns is not None
            else default,
            after="list" if liked.get(AFTER, {}).get("open") == "list" else "next",
        )


def next_task(house: House, query: q.NextTask) -> str:
    """The task behind one in a list, else the first other one."""
    with desk(house, query) as at:
        if query.tab not in ("todo", "claim", "returned") or not is_id(query.task_id):
            return ""
        this = at.reader.get(Task, id=query.task_id)
        narrowed = narrowing(at, query.narrowing)
        for after in ([this] if this is not None else []) + [None]:
            rows = at.reader.inbox(
                at.viewer, query.tab, now=at.now_ms, limit=2, after=after, **narrowed
            ).rows
            for row in rows:
                if row.id != query.task_id:
                    return str(row.id)
        return ""


def named(house: House, query: q.Named) -> tuple[str, ...]:
    """Who a text means."""
    with desk(house, query) as at:
        return tuple(
            at.pick(user.name, user.name_en) for user in at.reader.named(query.text, limit=20)
        )
