"""Users, units, roles, and signing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.clock import legal_date
from engine.commands import (
    GrantRole,
    RevokeRole,
    SaveUnit,
    SaveUser,
)
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from engine.handlers import access, passwords
from engine.handlers.viewers import is_valid
from engine.model.rows import LoginSession, Membership, Unit, User
from engine.model.spelling import spellings

if TYPE_CHECKING:
    from engine.handlers.house import Context

USER_ID = re.compile(r"[a-z][a-z0-9._-]{1,40}")
_UNIT_ID = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def directory(context: Context) -> Callable[[str, str, str], bool]:
    """A check for people pickers: whether a user is active and holds the role (in the unit) today."""
    today = legal_date(context.now)

    def holds(user_id: str, role: str = "", unit: str = "") -> bool:
        user, memberships = context.tx.viewer_rows(user_id)
        if user is None or not user.active:
            return False
        wanted = {part.strip() for part in (role or "").split(",") if part.strip()}
        if not wanted:
            return not unit or user.unit_id == unit
        return any(
            m.role in wanted and (not unit or m.unit_id in (unit, None))
            for m in memberships
            if is_valid(m, today)
        )

    return holds


def save_user(context: Context, command: SaveUser) -> User:
    """Create or change a user. Raises Forbidden, Invalid, Conflict."""
    access.require_admin(context)
    existing = context.tx.get(User, id=command.user_id)
    if command.create and existing is not None:
        raise Conflict(
            reason={
                "zh": f"登录名 {command.user_id} 已被使用。",
                "en": f"the sign-in name {command.user_id} is taken.",
            }
        )
    if existing is None and not command.create:
        raise NotFound(what={"zh": "人员", "en": "user"})
    if not USER_ID.fullmatch(command.user_id):
        raise Invalid(
            [
                _problem(
                    "user-id",
                    "user_id",
                    "登录名用小写字母开头，只含小写字母、数字、点和横线，2–41 位。",
                    "A sign-in name starts with a lower-case letter and has 2–41 letters, digits, dots or "
                    "dashes.",
                )
            ]
        )
    user = existing or User(
        tenant=context.tenant, id=command.user_id, name="", created_at=context.now_ms
    )
    if command.expected_version is not None and user.version != command.expected_version:
        raise Conflict(
            reason={
                "zh": "其他管理员刚刚改过这个人员。",
                "en": "another administrator changed this user.",
            }
        )
    _change_user(context, user, command)
    user.version += 1
    if existing is None:
        context.tx.insert(user)
    else:
        context.tx.update(user, *_USER_FIELDS)
    if command.active is False or command.password is not None:
        context.tx.delete_where(LoginSession, user_id=user.id)
    context.record(
        "save-user",
        user.id,
        {
            "active": user.active,
            "admin": user.is_admin,
            "unit": user.unit_id,
            "password": command.password is not None,
        },
    )
    return user


_USER_FIELDS = (
    "name",
    "name_en",
    "pinyin",
    "unit_id",
    "active",
    "is_admin",
    "password_hash",
    "must_change_password",
    "failures",
    "locked_until",
    "version",
)


def _change_user(context: Context, user: User, command: SaveUser) -> None:
    name = (command.name if command.name is not None else user.name).strip()
    if not name or len(name) > 60:
        raise Invalid(
            [
                _problem(
                    "name",
                    "name",
                    "请填写姓名（不超过 60 字）。",
                    "Give a name (at most 60 characters).",
                )
            ]
        )
    if command.unit_id and context.tx.get(Unit, id=command.unit_id) is None:
        raise Invalid([_problem("unit", "unit_id", "没有这个单位。", "There is no such unit.")])
    user.name, user.pinyin = name, spellings(name)
    for field in ("name_en", "active", "is_admin", "must_change_password"):
        value = getattr(command, field)
        if value is not None:
            setattr(user, field, value)
    if command.unit_id is not None:
        user.unit_id = command.unit_id or None
    if user.id == context.actor and (not user.active or not user.is_admin):
        raise Invalid(
            [
                _problem(
                    "self",
                    "is_admin",
                    "不能停用自己或取消自己的管理员身份。",
                    "You cannot disable yourself or take your own administration away.",
                )
            ]
        )
    if command.password is not None:
        passwords.set_password(user, command.password)
        if not context.viewer.system and user.id != context.actor:
            # Known to two people until its owner chooses another.
            user.must_change_password = True
    user.failures, user.locked_until = 0, None


def save_unit(context: Context, command: SaveUnit) -> Unit:
    """Create or change a unit. Raises Invalid when it would be its own ancestor."""
    access.require_admin(context)
    proper = _UNIT_ID.fullmatch(command.unit_id) and _UNIT_ID.fullmatch(command.kind)
    if not proper or not command.name.strip():
        raise Invalid(
            [
                _problem(
                    "unit",
                    "unit_id",
                    "单位代码用小写字母、数字和横线，名称不能为空。",
                    "A unit's code has lower-case letters, digits and dashes; its name is not empty.",
                )
            ]
        )
    _refuse_unknown_unit(context, command.parent_id, "parent_id")
    _refuse_cycle(context, command)
    unit = context.tx.get(Unit, id=command.unit_id)
    new = unit is None
    if unit is None:
        unit = Unit(tenant=context.tenant, id=command.unit_id, name=command.name.strip())
    unit.name, unit.name_en = command.name.strip()[:100], command.name_en.strip()[:100]
    unit.parent_id, unit.kind = command.parent_id or None, command.kind
    unit.closed_at = context.now_ms if command.closed else None
    if new:
        context.tx.insert(unit)
    else:
        context.tx.update(unit, "name", "name_en", "parent_id", "kind", "closed_at")
    context.record("save-unit", unit.id, {"name": unit.name, "parent": unit.parent_id})
    return unit


def _refuse_cycle(context: Context, command: SaveUnit) -> None:
    parent, seen = command.parent_id, {command.unit_id}
    while parent:
        if parent in seen:
            raise Invalid(
                [
                    _problem(
                        "unit",
                        "parent_id",
                        "上级单位不能是自己或自己的下级。",
                        "A unit cannot be above itself.",
                    )
                ]
            )
        seen.add(parent)
        row = context.tx.get(Unit, id=parent)
        parent = row.parent_id if row is not None else None


def grant_role(context: Context, command: GrantRole) -> Membership:
    """Give a role from a day to a day. Raises Invalid when it is incompatible with a held one."""
    access.require_admin(context)
    roles = context.house.roles
    if command.user_id == context.actor and not context.viewer.system:
        raise Forbidden(
            reason={
                "zh": "不能给自己授予角色。请由另一位管理员授予。",
                "en": "nobody gives a role to themselves; another administrator must do it.",
            }
        )
    if roles.get(command.role) is None:
        raise Invalid(
            [
                _problem(
                    "role",
                    "role",
                    f"没有“{command.role}”这个角色。",
                    f"There is no role “{command.role}”.",
                )
            ]
        )
    user_of(context, command.user_id)
    _refuse_unknown_unit(context, command.unit_id, "unit_id")
    _check_dates(command.from_date, command.to_date)
    for held in context.tx.find(Membership, user_id=command.user_id):
        if _overlap(held, command):
            clash = roles.incompatibility(held.role, command.role)
            if clash is not None:
                raise Invalid([_problem("incompatible", "role", clash.zh, clash.en)])
    row = Membership(
        tenant=context.tenant,
        id=context.new_id(),
        user_id=command.user_id,
        role=command.role,
        unit_id=command.unit_id or None,
        from_date=command.from_date or None,
        to_date=command.to_date or None,
    )
    context.tx.insert(row)
    context.record(
        "grant-role",
        command.user_id,
        {"role": row.role, "unit": row.unit_id, "from": row.from_date, "to": row.to_date},
    )
    return row


def _check_dates(from_date: str | None, to_date: str | None) -> None:
    """Refuse what is no day as 2026-01-31: days are compared as they are written."""
    for name, day in (("from_date", from_date), ("to_date", to_date)):
        if day and not _is_day(day):
            raise Invalid(
                [_problem("date", name, "日期格式应为 2026-01-31。", "Dates look like 2026-01-31.")]
            )
    if from_date and to_date and to_date < from_date:
        raise Invalid(
            [_problem("date", "to_date", "结束日期早于开始日期。", "The end is before the start.")]
        )


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _refuse_unknown_unit(context: Context, unit_id: str | None, where: str) -> None:
    if unit_id and context.tx.get(Unit, id=unit_id[:60]) is None:
        raise Invalid([_problem("unit", where, "没有这个单位。", "There is no such unit.")])


def _overlap(held: Membership, wanted: GrantRole) -> bool:
    return (not held.to_date or not wanted.from_date or wanted.from_date <= held.to_date) and (
        not held.from_date or not wanted.to_date or held.from_date <= wanted.to_date
    )


def revoke_role(context: Context, command: RevokeRole) -> None:
    """End a membership on a day, or at once. Its row stays: who held what when is evidence."""
    access.require_admin(context)
    row = context.tx.get(Membership, id=command.membership_id)
    if row is None:
        raise NotFound(what={"zh": "任职", "en": "membership"})
    _check_dates(row.from_date, command.to_date)
    if command.to_date:
        row.to_date = command.to_date
        context.tx.update(row, "to_date")
    else:
        context.tx.delete(row)
    context.record(
        "revoke-role", row.user_id, {"role": row.role, "unit": row.unit_id, "to": command.to_date}
    )


def user_of(context: Context, user_id: str) -> User:
    """A user's row. Raises NotFound."""
    user = context.tx.get(User, id=user_id)
    if user is None:
        raise NotFound(what={"zh": "人员", "en": "user"})
    return user


def _problem(code: str, where: str, zh: str, en: str, **data: Any) -> Problem:
    return Problem(code=code, where=where, zh=zh, en=en, data=data)
