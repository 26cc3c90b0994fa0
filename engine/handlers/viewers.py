"""From a user's id to a viewer: the roles held on a day and what they open."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.commands import SYSTEM
from engine.errors import Forbidden
from engine.law.roles import Roles
from engine.model.people import Role, Scope, Viewer
from engine.model.rows import Membership, User

SYSTEM_VIEWER = Viewer(
    user_id=SYSTEM, name="系统", scope="all", supervises="all", system=True, is_admin=True
)


def viewer_of(reader: Any, user_id: str, today: date, roles: Roles) -> Viewer:
    """The viewer of a user on a day. Raises Forbidden for an unknown or disabled user."""
    if user_id == SYSTEM:
        return SYSTEM_VIEWER
    user, memberships = reader.viewer_rows(user_id)
    if user is None or not user.active:
        raise Forbidden(
            reason={
                "zh": "账号不存在或已停用。请联系管理员。",
                "en": "the account is unknown or disabled; ask an administrator.",
            }
        )
    return make_viewer(user, memberships, today, roles)


def make_viewer(user: User, memberships: list[Membership], today: date, roles: Roles) -> Viewer:
    """Put together what a person may see from the memberships valid on ``today``."""
    held = [m for m in memberships if is_valid(m, today)]
    scope: Scope = "own"
    supervises: Scope = "own"
    units: set[str] = set()
    tracks: set[str] = set()
    for membership in held:
        role = roles.get(membership.role)
        if role is None:
            continue
        tracks.update(role.tracks)
        if role.supervises == "all" or (role.supervises == "own-unit" and supervises == "own"):
            supervises = "all" if role.supervises == "all" else "units"
        if role.sees == "all":
            scope = "all"
        elif role.sees == "own-unit":
            scope = scope if scope == "all" else "units"
            unit = membership.unit_id or user.unit_id
            units.update({unit} if unit else ())
    return Viewer(
        user_id=user.id,
        name=user.name,
        unit_id=user.unit_id,
        roles=frozenset(Role(role=m.role, unit_id=m.unit_id) for m in held),
        role_ids=frozenset(m.role for m in held),
        scope=scope,
        units=frozenset(units),
        tracks=frozenset(tracks),
        supervises=supervises,
        is_admin=user.is_admin,
        lang=user.lang,
        must_change_password=user.must_change_password,
    )


def is_valid(membership: Membership, day: date) -> bool:
    """Whether a membership holds on ``day`` (both ends inclusive)."""
    text = day.isoformat()
    return (not membership.from_date or membership.from_date <= text) and (
        not membership.to_date or text <= membership.to_date
    )
