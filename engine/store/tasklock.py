"""One statement for what every command on a task begins with.

It holds the task's case and brings along the task, the case, whom the task waits for, and the person
who asks with the roles they hold: five tables, one trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.model.rows import Candidate, Instance, Membership, Task, User
from engine.store.codec import codec
from engine.store.schema import table

_ROW, _CELL = "\x1f", "\x1e"
"""Unit and record separator: no name holds them."""
_HELD = ("id", "role", "unit_id", "from_date", "to_date")


class Asker(NamedTuple):
    """The person who asks, as the database told: equal ones hold the same roles."""

    person: tuple[Any, ...]
    held: str

    def rows(self) -> tuple[User, list[Membership]]:
        """The person and all their memberships as rows."""
        user = codec(User).make(self.person)
        lines = self.held.split(_ROW) if self.held else []
        return user, [_membership(user, line) for line in lines]


class Found(NamedTuple):
    """What the statement found. ``before`` is the case's version before it was locked."""

    task: Task
    case: Instance
    cells: tuple[Any, ...]
    candidates: list[str]
    asker: Asker | None
    before: int


def statement(locks_rows: bool) -> sa.ClauseElement:
    """Binds ``tenant``, ``id`` (the task) and ``user``."""
    task, root, person = table(Task), table(Instance), table(User)
    before = root.alias("before")
    join = sa.func.string_agg if locks_rows else sa.func.group_concat
    query = (
        sa.select(
            *(task.c[name] for name in codec(Task).fields),
            *(root.c[name] for name in codec(Instance).fields),
            *(person.c[name] for name in codec(User).fields),
            _candidates(join),
            _memberships(join),
            before.c.version,
        )
        .join(root, sa.and_(root.c.tenant == task.c.tenant, root.c.id == task.c.root_id))
        .join(before, sa.and_(before.c.tenant == task.c.tenant, before.c.id == task.c.root_id))
        .outerjoin(
            person, sa.and_(person.c.tenant == task.c.tenant, person.c.id == sa.bindparam("user"))
        )
        .where(task.c.tenant == sa.bindparam("tenant"), task.c.id == sa.bindparam("id"))
    )
    return query.with_for_update(of=root) if locks_rows else query


def _candidates(join: Any) -> sa.ScalarSelect[Any]:
    task, offered = table(Task), table(Candidate)
    return (
        sa.select(join(offered.c.value, _text(_ROW)))
        .where(offered.c.tenant == task.c.tenant, offered.c.task_id == task.c.id)
        .scalar_subquery()
    )


def _memberships(join: Any) -> sa.ScalarSelect[Any]:
    task, held = table(Task), table(Membership)
    first, *others = (sa.func.coalesce(held.c[name], _text("")) for name in _HELD)
    line: Any = first
    for cell in others:
        line = line.concat(_text(_CELL)).concat(cell)
    return (
        sa.select(join(line, _text(_ROW)))
        .where(held.c.tenant == task.c.tenant, held.c.user_id == sa.bindparam("user"))
        .scalar_subquery()
    )


def _text(literal: str) -> sa.ColumnClause[str]:
    return sa.literal_column(f"'{literal}'", sa.Text)


def read(line: Sequence[Any]) -> Found:
    """One line of the statement's answer."""
    tasks, cases = len(codec(Task).fields), len(codec(Instance).fields)
    *cells, candidates, held, before = line
    case_cells = tuple(cells[tasks : tasks + cases])
    person = tuple(cells[tasks + cases :])
    return Found(
        task=codec(Task).make(cells[:tasks]),
        case=codec(Instance).make(case_cells),
        cells=case_cells,
        candidates=candidates.split(_ROW) if candidates else [],
        asker=Asker(person, held or "") if person[0] is not None else None,
        before=before,
    )


def _membership(user: User, text: str) -> Membership:
    row_id, role, unit_id, from_date, to_date = text.split(_CELL)
    return Membership(
        tenant=user.tenant,
        id=row_id,
        user_id=user.id,
        role=role,
        unit_id=unit_id or None,
        from_date=from_date or None,
        to_date=to_date or None,
    )
