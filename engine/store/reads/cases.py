"""Cases as supervision sees them, within what the viewer may see."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.model.people import Viewer
from engine.model.rows import Instance
from engine.store.reads.filters import Period, contains, escape, filters
from engine.store.reads.inbox import CASES
from engine.store.reads.orders import chosen
from engine.store.reads.paging import Page, bounded, place
from engine.store.reads.rowreads import RowReads
from engine.store.reads.scope import CASE, Sight, sight, visible, visible_one
from engine.store.reads.standings import COUNTED, NO_MARKS, OPEN, STANDINGS, Marks, stands_at

NO_UNIT = "-"
"""What is asked for where a case is of no unit."""


class CaseReads(RowReads):
    """Lists, counts and the single check, all by one condition."""

    def cases(
        self,
        viewer: Viewer,
        *,
        process_key: str = "",
        lamp: str = "",
        state: str = "",
        unit: str = "",
        text: str = "",
        stage: str = "",
        now: int = 0,
        marks: Marks = NO_MARKS,
        ended: tuple[int | None, int | None] = (None, None),
        at: tuple[str, str] | None = None,
        cursor: str | None = None,
        limit: int = 50,
        sort: str = "due",
    ) -> Page[Instance]:
        """A page of the cases the viewer may see, without variables and tokens.

        ``state``: that of a case, or one of ``standings.STANDINGS``. ``lamp`` looks at ``now``
        (epoch milliseconds) and finds open cases only. ``unit`` ``-`` is no unit; ``ended`` is from
        a moment to before another; ``at`` names a process and an element at which the case stands.
        ``sort`` is as in ``orders.chosen``.
        """
        special = state if state in STANDINGS else ""
        plain = "" if special else state
        nowhere, unit = unit == NO_UNIT, "" if unit == NO_UNIT else unit
        narrowed = filters(
            lamp=lamp,
            text=text,
            now=now,
            period=Period("ended_at", *ended),
            process_key=process_key,
            unit_id=unit,
            state=plain,
        )
        seen, limit = sight(viewer), bounded(limit)
        order, key_of = chosen("case", sort)
        beginning = place(order, cursor)

        def build() -> sa.ClauseElement:
            query = sa.select(*(CASE.c[name] for name in CASES.fields)).where(
                *_roots(), *visible(seen), *narrowed.conditions(CASE)
            )
            if special:
                query = query.where(STANDINGS[special])
            if lamp and special != "open":
                query = query.where(OPEN)
            if nowhere:
                query = query.where(CASE.c.unit_id.is_(None))
            if stage:
                query = query.where(contains(CASE.c.stage, "stage"))
            if at is not None:
                query = query.where(stands_at())
            return beginning.narrow(query)

        how = (special, nowhere, bool(stage), at is not None, beginning.shape)
        key = ("cases", seen.shape, narrowed.shape, *how)
        given = {**marks._asdict(), **seen.bound, **narrowed.bound, **beginning.bound}
        given.update(limit=limit + 1, stage=f"%{escape(stage)}%")
        given["at_process"], given["at_element"] = at or ("", "")
        lines = self._ask(self._statements.keep(key, build), given)
        return beginning.page(CASES.all(lines), limit, key_of)

    def case_counts(self, viewer: Viewer, now: int = 0, marks: Marks = NO_MARKS) -> dict[str, int]:
        """How many open cases the viewer may see: ``open``, and of these by ``standings.COUNTED``."""
        seen = sight(viewer)
        sql = self._statements.keep(("case counts", seen.shape), lambda: _counts(seen))
        (line,) = self._ask(sql, {**marks._asdict(), **seen.bound, "now": now})
        return dict(zip(("open", *COUNTED), (int(cell or 0) for cell in line), strict=True))

    def may_see_case(self, viewer: Viewer, root_id: str) -> bool:
        """Whether the viewer may see a case, by the same condition as the lists."""
        seen = sight(viewer)

        def build() -> sa.ClauseElement:
            return sa.select(CASE.c.id).where(
                *_roots(), CASE.c.id == sa.bindparam("case"), *visible_one(seen)
            )

        sql = self._statements.keep(("may see case", seen.shape), build)
        return bool(self._ask(sql, {**seen.bound, "case": root_id}))


def _roots() -> list[sa.ColumnElement[bool]]:
    return [CASE.c.tenant == sa.bindparam("tenant"), CASE.c.parent_id.is_(None)]


def sums() -> list[Any]:
    """How many of a group there are by ``standings.COUNTED``."""
    return [sa.func.sum(sa.case((condition, 1), else_=0)) for condition in COUNTED.values()]


def _counts(seen: Sight) -> sa.ClauseElement:
    return sa.select(sa.func.count(), *sums()).where(*_roots(), OPEN, *visible(seen))
