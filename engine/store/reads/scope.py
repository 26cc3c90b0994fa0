"""Who may see which case: one condition in SQL, for lists and for single checks alike.

An exclusion always wins. A case behind a wall is seen by who has its track, who registered it, and
its own handlers. Beyond that one sees the cases one takes part in or started, and those of one's
scope.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.model.people import Viewer
from engine.model.rows import Exclusion, Instance, Participant
from engine.store.schema import table

CASE = table(Instance)
_PART = table(Participant)
_OUT = table(Exclusion)


class Sight(NamedTuple):
    """A viewer as conditions need them; ``shape`` alone decides the SQL text."""

    shape: tuple[Hashable, ...]
    bound: dict[str, Any]

    @property
    def tracks(self) -> int:
        """How many tracks are bound."""
        return int(self.shape[2])  # type: ignore[call-overload, no-any-return]  # see ``sight``

    @property
    def groups(self) -> int:
        """How many roles are bound, as the participants ``g:<role>`` that see a kind of case."""
        return int(self.shape[3])  # type: ignore[call-overload, no-any-return]  # see ``sight``

    @property
    def units(self) -> int:
        """How many units are bound."""
        return int(self.shape[1])  # type: ignore[call-overload, no-any-return]  # see ``sight``


def sight(viewer: Viewer) -> Sight:
    """What of a viewer decides what they see."""
    units = sorted(viewer.units) if viewer.scope == "units" else []
    tracks = sorted(viewer.tracks)
    scope = "system" if viewer.system else viewer.scope
    bound: dict[str, Any] = {"me": viewer.user_id}
    bound.update({f"unit{i}": unit for i, unit in enumerate(units)})
    bound.update({f"track{i}": track for i, track in enumerate(tracks)})
    groups = [f"g:{role}" for role in sorted(viewer.role_ids)]
    bound.update({f"group{i}": group for i, group in enumerate(groups)})
    return Sight((scope, len(units), len(tracks), len(groups)), bound)


def visible(seen: Sight) -> list[sa.ColumnElement[bool]]:
    """The conditions under which a case (a root of ``instance``) is seen, for lists."""
    part = sa.select(_PART.c.root_id).where(_PART.c.tenant == _tenant(), _me_or_mine(seen))
    handled = part.where(_PART.c.how == "handler")
    out = not_excluded(CASE.c.id)
    if seen.shape[0] == "own":
        # One set to go through, instead of asking every case of the township.
        started = CASE.alias("started")
        mine = part.union_all(
            sa.select(started.c.id).where(
                started.c.tenant == _tenant(),
                started.c.started_by == _me(),
                started.c.parent_id.is_(None),
            )
        )
        return _conditions(seen, CASE.c.id.in_(mine), CASE.c.id.in_(handled), out)
    took_part = sa.or_(CASE.c.started_by == _me(), CASE.c.id.in_(part))
    return _conditions(seen, took_part, CASE.c.id.in_(handled), out)


def visible_one(seen: Sight) -> list[sa.ColumnElement[bool]]:
    """The same conditions for a single case, whose rows alone are looked at."""
    part = sa.select(sa.literal(1)).where(
        _PART.c.tenant == _tenant(), _PART.c.root_id == CASE.c.id, _me_or_mine(seen)
    )
    handled = part.where(_PART.c.how == "handler")
    took_part = sa.or_(CASE.c.started_by == _me(), part.exists())
    # As a value, not as NOT EXISTS: that PostgreSQL makes a join of, and then it goes through all
    # exclusions for each case.
    out = _out(CASE.c.id).scalar_subquery().is_(None)
    return _conditions(seen, took_part, handled.exists(), out)


def _me_or_mine(seen: Sight) -> sa.ColumnElement[bool]:
    """Whether a participant is the viewer, or a role of theirs that sees this kind of case."""
    groups: list[Any] = [sa.bindparam(f"group{i}") for i in range(seen.groups)]
    return _PART.c.user_id.in_([_me(), *groups])


def _conditions(
    seen: Sight,
    took_part: sa.ColumnElement[bool],
    handled: sa.ColumnElement[bool],
    not_out: sa.ColumnElement[bool],
) -> list[sa.ColumnElement[bool]]:
    if seen.shape[0] == "system":
        return []
    found = [not_out, _knows(seen, handled)]
    if seen.shape[0] == "own":
        found.append(took_part)
    elif seen.shape[0] == "units":
        units: list[Any] = [sa.bindparam(f"unit{i}") for i in range(seen.units)]
        found.append(sa.or_(CASE.c.unit_id.in_(units), took_part) if units else took_part)
    return found


def knows(seen: Sight) -> sa.ColumnElement[bool]:
    """Whether a wall does not hide a case from the viewer: not even that there is one."""
    handled = sa.select(_PART.c.root_id).where(
        _PART.c.tenant == _tenant(), _PART.c.user_id == _me(), _PART.c.how == "handler"
    )
    return _knows(seen, CASE.c.id.in_(handled))


def _knows(seen: Sight, handled: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    # Whoever registered a walled case knows of it already.
    return sa.or_(open_track(CASE, seen), handled, CASE.c.started_by == _me())


def open_track(of: sa.Table, seen: Sight) -> sa.ColumnElement[bool]:
    """Whether a case or task is behind no wall, or behind one the viewer may pass."""
    tracks: list[Any] = [sa.bindparam(f"track{i}") for i in range(seen.tracks)]
    return of.c.track.in_([sa.literal_column("''"), *tracks])


def not_excluded(case_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether the viewer is not shut out of a case."""
    return ~_out(case_id).exists()


def _out(case_id: sa.ColumnElement[str]) -> sa.Select[Any]:
    one: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
        _OUT.c.tenant == _tenant(), _OUT.c.root_id == case_id, _OUT.c.user_id == _me()
    )
    return one


def _tenant() -> sa.BindParameter[str]:
    return sa.bindparam("tenant", type_=CASE.c.tenant.type)


def _me() -> sa.BindParameter[str]:
    return sa.bindparam("me", type_=CASE.c.tenant.type)
