"""Orders that people choose for their lists: up to three keys, each upwards or downwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.model.rows import Instance, Task
from engine.store.reads.paging import Order
from engine.store.schema import FAR, table

MOST_KEYS = 3

_TASK = table(Task)
_CASE = table(Instance)

_RANKS = {"critical": 0, "urgent": 1}


class Key(NamedTuple):
    """One thing to sort by: in SQL, and as a cursor remembers it of a row."""

    column: sa.ColumnElement[Any]
    numeric: bool
    of: Callable[[Any], Any]


def _rank(of: sa.Table) -> sa.ColumnElement[int]:
    """The most pressing first."""
    whens: list[Any] = [
        (of.c.urgency == sa.literal_column(f"'{name}'"), sa.literal_column(str(rank)))
        for name, rank in _RANKS.items()
    ]
    return sa.cast(sa.case(*whens, else_=sa.literal_column("2")), sa.BigInteger)


def _urgency(row: Any) -> int:
    return _RANKS.get(row.urgency, 2)


_TASK_KEYS: Mapping[str, Key] = {
    "due": Key(_TASK.c.sort_at, True, lambda task: task.sort_at),
    "opened": Key(_TASK.c.opened_at, True, lambda task: task.opened_at),
    "urgency": Key(_rank(_TASK), True, _urgency),
    "process": Key(_TASK.c.process_key, False, lambda task: task.process_key),
    "step": Key(_TASK.c.name, False, lambda task: task.name),
    "from": Key(
        sa.func.coalesce(_TASK.c.from_user, sa.literal_column("''")),
        False,
        lambda task: task.from_user or "",
    ),
}
_CASE_KEYS: Mapping[str, Key] = {
    "due": Key(
        sa.func.coalesce(_CASE.c.due_at, sa.literal_column(str(FAR))),
        True,
        lambda case: FAR if case.due_at is None else case.due_at,
    ),
    "opened": Key(_CASE.c.started_at, True, lambda case: case.started_at),
    "urgency": Key(_rank(_CASE), True, _urgency),
    "process": Key(_CASE.c.process_key, False, lambda case: case.process_key),
    "state": Key(_CASE.c.state, False, lambda case: case.state),
}
_DONE_KEYS: Mapping[str, Key] = {
    "closed": Key(_TASK.c.closed_at, True, lambda task: task.closed_at),
    **_TASK_KEYS,
}
_KEYS = {"task": _TASK_KEYS, "done": _DONE_KEYS, "case": _CASE_KEYS}
_IDS = {"task": _TASK.c.id, "done": _TASK.c.id, "case": _CASE.c.id}


class Chosen(NamedTuple):
    """An order, and what a cursor remembers of a row in it."""

    order: Order
    key: Callable[[Any], tuple[Any, ...]]


def chosen(of: str, sort: str, default: str = "due") -> Chosen:
    """The order somebody asks for, of ``task``, ``done`` or ``case``: keys by comma, ``-`` downwards.

    Keys that are none are passed over; ``default`` stands where nothing is left.
    """
    keys = _KEYS[of]
    wanted: dict[str, str] = {}
    for part in sort[:100].split(","):
        name = part.removeprefix("-")
        if name in keys and len(wanted) < MOST_KEYS:
            wanted.setdefault(name, part)
    return _made(of, tuple(wanted.values()) or (default,))


@lru_cache(maxsize=1_000)
def _made(of: str, parts: tuple[str, ...]) -> Chosen:
    identifier = _IDS[of]
    downs = [part.startswith("-") for part in parts]
    keys = [_KEYS[of][part.removeprefix("-")] for part in parts]
    if parts[-1] in ("opened", "-opened"):
        keys.pop()  # identifiers sort by the time they were made
    else:
        downs.append(downs[-1])
    getters = [key.of for key in keys]
    order = Order(
        ",".join(parts),
        (*(key.column for key in keys), identifier),
        (*(key.numeric for key in keys), False),
        mixed=tuple(downs),
    )
    return Chosen(order, lambda row: (*(get(row) for get in getters), row.id))
