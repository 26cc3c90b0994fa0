"""What a supervisor's board counts: groups of cases, months, steps. All within what one may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.model.people import Viewer
from engine.model.rows import Task
from engine.store.reads.cases import NO_UNIT, sums
from engine.store.reads.filters import filters
from engine.store.reads.inbox import TASKS
from engine.store.reads.orders import chosen
from engine.store.reads.paging import Page, bounded, place
from engine.store.reads.rowreads import RowReads
from engine.store.reads.scope import CASE, Sight, sight, visible
from engine.store.reads.standings import COUNTED, OPEN, STANDINGS, Marks, standing_rows
from engine.store.schema import table

_TASK = table(Task)


_GROUPED = (CASE.c.unit_id, CASE.c.process_key)


class Group(NamedTuple):
    """Open cases of one unit and one kind; ``counts`` by ``open`` and ``standings.COUNTED``."""

    unit_id: str | None
    process_key: str
    counts: dict[str, int]


class Taken(NamedTuple):
    """A completed step: what it was, and from when to when (epoch milliseconds)."""

    element_id: str
    name: str
    opened_at: int
    closed_at: int
    due_at: int | None


class BoardReads(RowReads):
    """Figures; each is the number of rows of a list of ``CaseReads.cases`` or ``steps_taken``."""

    def case_groups(
        self, viewer: Viewer, marks: Marks, *, process_key: str = "", unit: str = ""
    ) -> list[Group]:
        """The viewer's open cases by unit and kind, in no order."""
        seen, nowhere = sight(viewer), unit == NO_UNIT
        narrowed = filters(process_key=process_key, unit_id="" if nowhere else unit)

        def build() -> sa.ClauseElement:
            # By expressions: no index of a single column must seem good for grouping, where the
            # one of open cases alone spares reading the rows.
            parts = [sa.func.coalesce(c, sa.literal_column("''")) for c in _GROUPED]
            query = (
                sa.select(*parts, sa.func.count(), *sums())
                .where(*_roots(), OPEN, *visible(seen), *narrowed.conditions(CASE))
                .group_by(*parts)
            )
            return query.where(CASE.c.unit_id.is_(None)) if nowhere else query

        key = ("case groups", seen.shape, narrowed.shape, nowhere)
        given = {**narrowed.bound, **seen.bound, **marks._asdict()}
        names = ("open", *COUNTED)
        return [
            Group(unit_id or None, process, dict(zip(names, map(int, counts), strict=True)))
            for unit_id, process, *counts in self._ask(self._statements.keep(key, build), given)
        ]

    def ended_by_month(
        self, viewer: Viewer, bounds: Sequence[int], *, process_key: str = "", unit: str = ""
    ) -> list[tuple[int, int]]:
        """For each span between two bounds: cases completed that had a limit, and those in time."""
        seen, nowhere, spans = sight(viewer), unit == NO_UNIT, len(bounds) - 1
        narrowed = filters(process_key=process_key, unit_id="" if nowhere else unit)

        def build() -> sa.ClauseElement:
            edges = [sa.bindparam(f"edge{i}", type_=sa.BigInteger) for i in range(spans + 1)]
            whens: list[Any] = [
                (CASE.c.ended_at < edges[i + 1], sa.literal_column(str(i))) for i in range(spans)
            ]
            in_time = sa.case((CASE.c.late == sa.false(), 1), else_=0)
            query = (
                sa.select(sa.case(*whens).label("span"), in_time.label("in_time"))
                .where(*_roots(), STANDINGS["limited"])
                .where(CASE.c.ended_at >= edges[0], CASE.c.ended_at < edges[-1])
                .where(*visible(seen), *narrowed.conditions(CASE))
            )
            found = (query.where(CASE.c.unit_id.is_(None)) if nowhere else query).subquery()
            counts = (sa.func.count(), sa.func.sum(found.c.in_time))
            return sa.select(found.c.span, *counts).group_by(found.c.span)

        key = ("ended by month", seen.shape, narrowed.shape, nowhere, spans)
        given = {**narrowed.bound, **seen.bound}
        given.update({f"edge{i}": edge for i, edge in enumerate(bounds)})
        found = [(0, 0)] * spans
        for number, count, in_time in self._ask(self._statements.keep(key, build), given):
            found[int(number)] = (int(count), int(in_time))
        return found

    def standing_by_element(self, viewer: Viewer, process_key: str) -> dict[str, int]:
        """How many of the viewer's open cases stand at each element of a process."""
        seen = sight(viewer)

        def build() -> sa.ClauseElement:
            there = standing_rows()
            return (
                sa.select(there.c.element_id, sa.func.count())
                .join(CASE, CASE.c.id == there.c.root_id)
                .where(*_roots(), OPEN, *visible(seen))
                .group_by(there.c.element_id)
            )

        sql = self._statements.keep(("standing by element", seen.shape), build)
        given = {**seen.bound, "at_process": process_key}
        return {str(element): int(count) for element, count in self._ask(sql, given)}

    def taken(self, viewer: Viewer, process_key: str, since: int, until: int) -> list[Taken]:
        """Steps of a process completed from ``since`` to before ``until``, as bare moments."""
        seen = sight(viewer)

        def build() -> sa.ClauseElement:
            columns = [_TASK.c[name] for name in Taken._fields]
            query = sa.select(*columns).where(*_done(seen))
            if self._database.locks_rows:
                # PostgreSQL joins by hashing; of a gathered set it would guess the size wrongly.
                return query.join(CASE, _of_case()).where(
                    CASE.c.parent_id.is_(None), *visible(seen)
                )
            return query.where(_TASK.c.root_id.in_(_seen_cases(seen)))

        sql = self._statements.keep(("taken", seen.shape), build)
        given = {**seen.bound, "at_process": process_key, "since": since, "until": until}
        return [Taken(*line) for line in self._ask(sql, given)]

    def steps_taken(
        self,
        viewer: Viewer,
        process_key: str,
        element_id: str,
        since: int,
        until: int,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Task]:
        """The same steps of one element as rows, the last completed first."""
        seen, limit = sight(viewer), bounded(limit)
        order, key_of = chosen("done", "-closed")
        at = place(order, cursor)

        def build() -> sa.ClauseElement:
            columns = [_TASK.c[name] for name in TASKS.fields]
            return at.narrow(
                sa.select(*columns)
                .join(CASE, _of_case())
                .where(*_done(seen), *visible(seen), CASE.c.parent_id.is_(None))
                .where(_TASK.c.element_id == sa.bindparam("at_element"))
            )

        sql = self._statements.keep(("steps taken", seen.shape, at.shape), build)
        given = {**seen.bound, **at.bound, "at_process": process_key, "at_element": element_id}
        given.update(since=since, until=until, limit=limit + 1)
        return at.page(TASKS.all(self._ask(sql, given)), limit, key_of)


def _roots() -> list[sa.ColumnElement[bool]]:
    return [CASE.c.tenant == sa.bindparam("tenant"), CASE.c.parent_id.is_(None)]


def _of_case() -> sa.ColumnElement[bool]:
    return sa.and_(CASE.c.tenant == _TASK.c.tenant, CASE.c.id == _TASK.c.root_id)


def _done(seen: Sight) -> list[sa.ColumnElement[bool]]:
    return [
        _TASK.c.tenant == sa.bindparam("tenant"),
        _TASK.c.process_key == sa.bindparam("at_process"),
        _TASK.c.state == sa.literal_column("'completed'"),
        _TASK.c.signs_for.is_(None),
        _TASK.c.closed_at >= sa.bindparam("since", type_=sa.BigInteger),
        _TASK.c.closed_at < sa.bindparam("until", type_=sa.BigInteger),
    ]


def _seen_cases(seen: Sight) -> sa.CompoundSelect[Any]:
    """Ids of all cases the viewer may see: from two indexes, without the rows."""
    one = sa.select(CASE.c.id).where(*_roots(), *visible(seen))
    return one.where(OPEN).union_all(one.where(STANDINGS["ended"]))
