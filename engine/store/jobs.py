"""Jobs as workers see them: claim what is due, give back what failed, know when to look again.

A job can be claimed from its due moment on; while claimed, from the end of its lease on. That one
moment, ``coalesce(lease_until, due_at)``, is what the index orders by, so that neither a million
jobs of the future nor held ones (of suspended cases) are ever looked at.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.model.rows import Job
from engine.store.codec import codec
from engine.store.database import Database, Link
from engine.store.schema import table
from engine.store.statements import Sql

if TYPE_CHECKING:
    from engine.store.store import Store

_JOB = table(Job)
_FIELDS = codec(Job).fields
_MOMENT = sa.func.coalesce(_JOB.c.lease_until, _JOB.c.due_at)
_OPEN = sa.and_(_JOB.c.tenant == sa.bindparam("tenant"), _JOB.c.held == sa.false())


class Jobs:
    """The queue of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(
        self,
        now_ms: int,
        *,
        lanes: Sequence[str] | None = None,
        limit: int = 10,
        lease_ms: int = 60_000,
        worker: str = "",
    ) -> list[Job]:
        """Lease up to ``limit`` jobs that are due, the longest due of each lane first.

        Lanes share the limit evenly, and what one does not need goes to the others. ``attempts``
        counts the one that begins with the claim, so a lease that ran out unfinished has counted:
        ``attempts > max_attempts`` means that they are used up and the job is to become an
        incident, not to be run. All jobs of one call bear the same fresh ``lease``.
        """
        given = {
            "now": now_ms,
            "until": now_ms + lease_ms,
            "lease": f"{worker}:{secrets.token_hex(12)}" if worker else secrets.token_hex(12),
        }
        due = [lane for lane, moment in self._lanes(lanes) if moment <= now_ms]
        if not due:
            return []
        with self._database.short_write() as link:
            claimed = self._share(link, due, limit, given)
        claimed.sort(key=lambda job: (job.due_at, job.id))
        return claimed

    def _share(self, link: Link, due: list[str], limit: int, given: dict[str, Any]) -> list[Job]:
        claimed: list[Job] = []
        while due and len(claimed) < limit:
            share = -(-(limit - len(claimed)) // len(due))
            for lane in list(due):
                count = min(share, limit - len(claimed))
                found = self._claim(link, {**given, "lane": lane, "limit": count})
                claimed.extend(found)
                if len(found) < count:
                    due.remove(lane)
        return claimed

    def next_due(self, after_ms: int, *, lanes: Sequence[str] | None = None) -> int | None:
        """The earliest moment, not before ``after_ms``, at which there is a job to claim.

        None when there is no job. ``after_ms`` itself means that there is one already.
        """
        moments = [moment for _, moment in self._lanes(lanes)]
        return max(after_ms, min(moments)) if moments else None

    def fail(self, job: Job, error: str, retry_at: int) -> bool:
        """Give a claimed job back with what went wrong, to be run again at ``retry_at``.

        False when the lease was not ours any more: then somebody else has the job, or nobody.
        """
        given = {"error": error[:2000], "retry": retry_at}
        return self._give_back("job fail", _fail, job, given)

    def release(self, job: Job) -> bool:
        """Give a claimed job back untried (the worker is stopping): the attempt does not count."""
        return self._give_back("job release", _release, job, {})

    def renew(self, job: Job, until_ms: int) -> bool:
        """Lengthen the lease of a claimed job; False when it was lost."""
        return self._give_back("job renew", _renew, job, {"until": until_ms})

    def _give_back(self, name: str, build: Any, job: Job, given: dict[str, Any]) -> bool:
        sql = self._database.statements.keep(name, build)
        given.update(tenant=self._store.tenant, id=job.id, held_lease=job.lease)
        with self._database.short_write() as link:
            touched = link.run(sql.text, sql.bind(given))
        self._store.hints.ring()
        return touched == 1

    def _lanes(self, wanted: Sequence[str] | None) -> list[tuple[str, int]]:
        """Every lane with jobs, and its earliest moment: a few jumps in the index."""
        self._store.require_schema()
        sql = self._database.statements.keep("job lanes", _lanes)
        with self._database.link() as link:
            lines = link.alone(sql.text, sql.bind({"tenant": self._store.tenant}))
        return [(lane, moment) for lane, moment in lines if wanted is None or lane in wanted]

    def _claim(self, link: Link, given: dict[str, Any]) -> list[Job]:
        skip = self._database.locks_rows
        sql: Sql = self._database.statements.keep("job claim", lambda: _claim(skip))
        make = codec(Job).make
        lines = link.rows(sql.text, sql.bind({**given, "tenant": self._store.tenant}))
        return [make(line) for line in lines]

    @property
    def _database(self) -> Database:
        return self._store.database


def _lanes() -> sa.ClauseElement:
    """A loose index scan: from one lane jump to the next."""

    def first(condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
        return sa.select(sa.func.min(_JOB.c.lane)).where(_OPEN, condition).scalar_subquery()

    lanes = sa.select(first(sa.true()).label("lane")).cte("lanes", recursive=True)
    step = sa.select(first(_JOB.c.lane > lanes.c.lane).correlate(lanes)).where(
        lanes.c.lane.is_not(None)
    )
    lanes = lanes.union_all(step)
    earliest = (
        sa.select(_MOMENT)
        .where(_OPEN, _JOB.c.lane == lanes.c.lane)
        .order_by(_MOMENT)
        .limit(1)
        .correlate(lanes)
        .scalar_subquery()
    )
    return sa.select(lanes.c.lane, earliest).where(lanes.c.lane.is_not(None))


def _claim(skip_locked: bool) -> sa.ClauseElement:
    due = (
        sa.select(_JOB.c.id)
        .where(_OPEN, _JOB.c.lane == sa.bindparam("lane"), sa.bindparam("now") >= _MOMENT)
        .order_by(_MOMENT)
        .limit(sa.bindparam("limit", type_=sa.BigInteger))
    )
    if skip_locked:
        # As an array the subquery runs once, so that LIMIT and SKIP LOCKED mean what they say, and
        # the rows are fetched by key whatever the planner thinks of the number.
        locked = due.with_for_update(skip_locked=True).scalar_subquery()
        match = _JOB.c.id == sa.any_(sa.func.array(locked))
    else:
        match = _JOB.c.id.in_(due)
    return (
        sa.update(_JOB)
        .where(_JOB.c.tenant == sa.bindparam("tenant"), match)
        .values(
            lease=sa.bindparam("lease"),
            lease_until=sa.bindparam("until", type_=sa.BigInteger),
            attempts=_JOB.c.attempts + 1,
        )
        .returning(*(_JOB.c[name] for name in _FIELDS))
    )


def _mine() -> sa.ColumnElement[bool]:
    return sa.and_(
        _JOB.c.tenant == sa.bindparam("tenant"),
        _JOB.c.id == sa.bindparam("id"),
        _JOB.c.lease == sa.bindparam("held_lease"),
    )


def _fail() -> sa.ClauseElement:
    return (
        sa.update(_JOB)
        .where(_mine())
        .values(
            lease=None,
            lease_until=None,
            due_at=sa.bindparam("retry", type_=sa.BigInteger),
            error=sa.bindparam("error"),
        )
    )


def _release() -> sa.ClauseElement:
    return (
        sa.update(_JOB)
        .where(_mine())
        .values(lease=None, lease_until=None, attempts=_JOB.c.attempts - 1)
    )


def _renew() -> sa.ClauseElement:
    return (
        sa.update(_JOB)
        .where(_mine())
        .values(lease_until=sa.bindparam("until", type_=sa.BigInteger))
    )
