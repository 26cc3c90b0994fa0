"""Cases as supervision sees them, within what the viewer may see."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.model.people import Viewer
from engine.model.rows import Instance
from engine.store.reads.filters import contains, escape, filters, lamp_is
from engine.store.reads.inbox import CASES
from engine.store.reads.orders import chosen
from engine.store.reads.paging import Page, bounded, place
from engine.store.reads.rowreads import RowReads
from engine.store.reads.scope import CASE, Sight, sight, visible, visible_one

_STATES: dict[str, sa.ColumnElement[bool]] = {
    "open": CASE.c.ended_at.is_(None),
    "ended": CASE.c.ended_at.is_not(None),
    "trouble": CASE.c.incidents > 0,
    "returned": CASE.c.returns >= 2,
    "overseen": CASE.c.oversight_due_at.is_not(None),
}
"""States that are more than the value of a column."""


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
        cursor: str | None = None,
        limit: int = 50,
        sort: str = "due",
    ) -> Page[Instance]:
        """A page of the cases the viewer may see, without variables and tokens.

        ``state``: that of a case, or ``open``, ``ended``, ``trouble`` (open incidents),
        ``returned`` (sent back twice or more). ``lamp`` looks at ``now`` (epoch milliseconds) and
        finds open cases only. ``sort`` is as in ``orders.chosen``.
        """
        special = state if state in _STATES else ""
        plain = "" if special else state
        narrowed = filters(
            lamp=lamp, text=text, now=now, process_key=process_key, unit_id=unit, state=plain
        )
        seen, limit = sight(viewer), bounded(limit)
        order, key_of = chosen("case", sort)
        at = place(order, cursor)

        def build() -> sa.ClauseElement:
            query = sa.select(*(CASE.c[name] for name in CASES.fields)).where(
                *_roots(), *visible(seen), *narrowed.conditions(CASE)
            )
            if special:
                query = query.where(_STATES[special])
            if lamp and special != "open":
                query = query.where(_STATES["open"])
            if stage:
                query = query.where(contains(CASE.c.stage, "stage"))
            return at.narrow(query)

        key = ("cases", seen.shape, narrowed.shape, special, bool(stage), at.shape)
        given = {**seen.bound, **narrowed.bound, **at.bound, "limit": limit + 1}
        given["stage"] = f"%{escape(stage)}%"
        lines = self._ask(self._statements.keep(key, build), given)
        return at.page(CASES.all(lines), limit, key_of)

    def case_counts(self, viewer: Viewer, now: int = 0) -> dict[str, int]:
        """How many open cases the viewer may see: ``open``, and of these by lamp and trouble.

        ``red``, ``yellow``, ``green``, ``paused``, ``none``, ``suspended``, ``trouble``,
        ``returned`` (twice or more).
        """
        seen = sight(viewer)
        sql = self._statements.keep(("case counts", seen.shape), lambda: _counts(seen))
        (line,) = self._ask(sql, {**seen.bound, "now": now})
        return dict(zip(("open", *_COUNTED), (int(cell or 0) for cell in line), strict=True))

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


_COUNTED: dict[str, sa.ColumnElement[bool]] = {
    **{lamp: lamp_is(CASE, lamp) for lamp in ("red", "yellow", "green", "paused", "none")},
    "suspended": CASE.c.state == "suspended",
    "trouble": _STATES["trouble"],
    "returned": _STATES["returned"],
}


def _counts(seen: Sight) -> sa.ClauseElement:
    sums: list[Any] = [
        sa.func.sum(sa.case((condition, 1), else_=0)) for condition in _COUNTED.values()
    ]
    return sa.select(sa.func.count(), *sums).where(*_roots(), _STATES["open"], *visible(seen))
