"""What administrators count and may not count: what runs, but of no case they must not know of."""

from __future__ import annotations

import sqlalchemy as sa

from engine.model.people import Viewer
from engine.model.rows import Instance
from engine.store.reads.rowreads import RowReads
from engine.store.reads.scope import CASE, knows, not_excluded, sight
from engine.store.schema import table

_RUNNING = table(Instance).alias("running")


class RunningReads(RowReads):
    """Counts by what somebody may know of, whatever their scope lets them look at."""

    def running(self, viewer: Viewer) -> dict[str, int]:
        """Instances under way or suspended by deployment, called processes included."""
        seen = sight(viewer)

        def build() -> sa.ClauseElement:
            query = (
                sa.select(_RUNNING.c.deployment_id, sa.func.count())
                .where(
                    _RUNNING.c.tenant == sa.bindparam("tenant"),
                    _RUNNING.c.ended_at.is_(None),
                    _RUNNING.c.state.in_(_literals("active", "suspended")),
                )
                .group_by(_RUNNING.c.deployment_id)
            )
            if viewer.system:
                return query
            case_of = sa.and_(CASE.c.tenant == _RUNNING.c.tenant, CASE.c.id == _RUNNING.c.root_id)
            return query.join(CASE, case_of).where(not_excluded(CASE.c.id), knows(seen))

        sql = self._statements.keep(("running", seen.shape), build)
        return {str(key): int(count) for key, count in self._ask(sql, dict(seen.bound))}

    def unknown_cases(self, viewer: Viewer) -> frozenset[str]:
        """Ids of the cases that somebody must not even know of."""
        if viewer.system:
            return frozenset()
        seen = sight(viewer)

        def build() -> sa.ClauseElement:
            walled = sa.and_(CASE.c.track != sa.literal_column("''"), sa.not_(knows(seen)))
            return sa.select(CASE.c.id).where(
                CASE.c.tenant == sa.bindparam("tenant"),
                CASE.c.parent_id.is_(None),
                sa.or_(sa.not_(not_excluded(CASE.c.id)), walled),
            )

        sql = self._statements.keep(("unknown cases", seen.shape), build)
        return frozenset(str(case_id) for (case_id,) in self._ask(sql, dict(seen.bound)))


def _literals(*words: str) -> list[sa.ColumnElement[str]]:
    return [sa.literal_column(f"'{word}'") for word in words]
