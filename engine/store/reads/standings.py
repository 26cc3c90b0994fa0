"""Where cases stand, as conditions: one for a tile's number and for the list behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.model.rows import Activity, Instance, Job, Subscription, Task
from engine.store.reads.filters import lamp_is
from engine.store.reads.scope import CASE
from engine.store.schema import table

_TASK = table(Task)
_WAIT = table(Subscription)
_JOB = table(Job)
_TOKEN = table(Activity)
_OWN = table(Instance).alias("own")


class Marks(NamedTuple):
    """The moments (epoch milliseconds) that standings are told by.

    ``today`` and ``soon`` are the last moments of this day and of the last day that is soon; a case
    whose tokens last moved before ``idle`` stands still.
    """

    now: int = 0
    today: int = 0
    soon: int = 0
    idle: int = 0


NO_MARKS = Marks()


def _moment(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


def _due_by(name: str) -> sa.ColumnElement[bool]:
    """Open, its clock running and not yet run out, to run out by a moment."""
    return sa.and_(
        OPEN,
        CASE.c.clock_paused == sa.false(),
        CASE.c.due_at >= _moment("now"),
        CASE.c.due_at <= _moment(name),
    )


OPEN = CASE.c.ended_at.is_(None)
_LIMITED = sa.and_(
    CASE.c.ended_at.is_not(None), CASE.c.state == "completed", CASE.c.limited == sa.true()
)

STANDINGS: Mapping[str, sa.ColumnElement[bool]] = {
    "open": OPEN,
    "ended": CASE.c.ended_at.is_not(None),
    "trouble": sa.and_(OPEN, CASE.c.incidents > 0),
    "returned": sa.and_(OPEN, CASE.c.returns >= 2),
    "overseen": sa.and_(OPEN, CASE.c.oversight_due_at.is_not(None)),
    "today": _due_by("today"),
    "soon": _due_by("soon"),
    "stalled": sa.and_(
        OPEN,
        CASE.c.state == "active",
        CASE.c.clock_paused == sa.false(),
        CASE.c.idle_since < _moment("idle"),
    ),
    "limited": _LIMITED,
    "in_time": sa.and_(_LIMITED, CASE.c.late == sa.false()),
    "late": sa.and_(_LIMITED, CASE.c.late == sa.true()),
}
"""Standings that are more than the value of a column."""

COUNTED: Mapping[str, sa.ColumnElement[bool]] = {
    **{lamp: lamp_is(CASE, lamp) for lamp in ("red", "yellow", "green", "paused", "none")},
    "suspended": CASE.c.state == "suspended",
    **{
        name: STANDINGS[name]
        for name in ("trouble", "returned", "overseen", "today", "soon", "stalled")
    },
}
"""What open cases are counted by."""


def stands_at() -> sa.ColumnElement[bool]:
    """Whether a case stands at an element (binds ``at_process``, ``at_element``)."""
    one: sa.Select[Any] = sa.select(sa.literal_column("1"))
    process: Any = sa.bindparam("at_process")
    element: Any = sa.bindparam("at_element")
    found = [
        one.where(
            standing.c.root_id == CASE.c.id,
            standing.c.process_key == process,
            standing.c.element_id == element,
        ).exists()
        for standing in _standing()
    ]
    return sa.or_(*found)


def standing_rows() -> sa.Subquery:
    """Element and case of everything that stands in a process (binds ``at_process``), each once."""
    parts = [
        sa.select(standing.c.element_id, standing.c.root_id).where(
            standing.c.process_key == sa.bindparam("at_process")
        )
        for standing in _standing()
    ]
    return sa.union(*parts).subquery("standing")


def _standing() -> list[sa.Subquery]:
    """Tasks, awaited messages and timers, each as process, element and case."""
    tenant = sa.bindparam("tenant", type_=CASE.c.tenant.type)
    tasks = sa.select(_TASK.c.process_key, _TASK.c.element_id, _TASK.c.root_id).where(
        _TASK.c.tenant == tenant,
        _TASK.c.state == sa.literal_column("'open'"),
        _TASK.c.signs_for.is_(None),
    )
    waits = (
        sa.select(_OWN.c.process_key, _WAIT.c.element_id, _WAIT.c.root_id)
        .join(_OWN, sa.and_(_OWN.c.tenant == _WAIT.c.tenant, _OWN.c.id == _WAIT.c.instance_id))
        .where(_WAIT.c.tenant == tenant)
    )
    timers = (
        sa.select(_OWN.c.process_key, _TOKEN.c.element_id, _JOB.c.root_id)
        .select_from(_JOB)
        .join(_OWN, sa.and_(_OWN.c.tenant == _JOB.c.tenant, _OWN.c.id == _JOB.c.instance_id))
        .join(
            _TOKEN,
            sa.and_(
                _TOKEN.c.tenant == _JOB.c.tenant,
                _TOKEN.c.root_id == _JOB.c.root_id,
                _TOKEN.c.instance_id == _JOB.c.instance_id,
                _TOKEN.c.key == _JOB.c.key,
            ),
        )
        .where(_JOB.c.tenant == tenant, _JOB.c.kind == sa.literal_column("'timer'"))
    )
    return [part.subquery() for part in (tasks, waits, timers)]
