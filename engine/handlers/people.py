"""Users, units, roles, and signing in."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import argon2

from engine.clock import legal_date
from engine.commands import (
    ChangePassword,
    GrantRole,
    RevokeRole,
    SaveUnit,
    SaveUser,
    SetLanguage,
    SignIn,
    SignOut,
)
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from engine.handlers import access
from engine.handlers.viewers import is_valid
from engine.model.results import SignedIn
from engine.model.rows import LoginSession, Membership, Unit, User

if TYPE_CHECKING:
    from engine.handlers.house import Context

_HASHER = argon2.PasswordHasher()
_USER_ID = re.compile(r"[a-z][a-z0-9._-]{1,40}")
_UNIT_ID = re.compile(r"[a-z][a-z0-9_-]{0,40}")
MIN_PASSWORD = 10
SESSION_SEEN_EVERY = 60_000
"""Milliseconds: how often a session's last use is written down at most."""

_AT_ONCE = threading.BoundedSemaphore(2)

_DUMMY_HASH = _HASHER.hash(secrets.token_urlsafe(16))
"""Checked for unknown names, so that they take as long as known ones."""


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


# --- signing in -------------------------------------------------------------------------------


def sign_in(context: Context, command: SignIn) -> SignedIn | None:
    """Check a password. None when it is wrong (the failure is counted); Forbidden when locked.

    The answers for an unknown name, a wrong password and a disabled account are the same, and take
    the same time: also the one that too many attempts lock. A browser that signed in before counts
    for itself, so that nobody shuts somebody out of their own by trying wrong passwords elsewhere.
    """
    name = command.actor[:60].strip().lower()
    user = context.tx.lock(User, id=name) if _USER_ID.fullmatch(name) else None
    # What stands in the name's field may be a password: only names of people go into logs.
    context.actor = user.id if user is not None else ""
    tries = _Tries(context, command, name, user)
    tries.refuse_locked()
    good = _verify(user.password_hash if user is not None else _DUMMY_HASH, command.password)
    if user is None or not user.active or not good:
        tries.failed()
        return None
    tries.succeeded()
    token = secrets.token_urlsafe(32)
    expires = context.now_ms + context.house.settings.session_minutes * 60_000
    context.tx.insert(
        LoginSession(
            tenant=context.tenant,
            id=session_id(token),
            user_id=user.id,
            created_at=context.now_ms,
            seen_at=context.now_ms,
            expires_at=expires,
            agent=command.agent[:200],
        )
    )
    context.record("sign-in", user.id, {})
    return SignedIn(
        user_id=user.id,
        token=token,
        expires_at=expires,
        must_change_password=user.must_change_password,
    )


AN_ADDRESS = 20
"""How many accounts' worth of failures lock an address: a whole office may share one."""


class _Tries:
    """The failures that one attempt to sign in is judged by, and counted among."""

    def __init__(self, context: Context, command: SignIn, name: str, user: User | None) -> None:
        self.context = context
        self.user = user
        settings = context.house.settings
        self.limit, self.span = settings.lockout_attempts, settings.lockout_minutes * 60_000
        self.memory = context.house.attempts
        self.origin = ("origin", command.origin) if command.origin else None
        self.own = ("known", name) if command.known else None if user else ("unknown", name)

    def refuse_locked(self) -> None:
        """Raise Forbidden while the account, this browser or this address is locked."""
        now = self.context.now_ms
        if self.own is not None:
            until = self.memory.locked_until(self.own, now)
        else:
            until = self.user.locked_until if self.user is not None else None
        if self.origin is not None:
            until = max(until or 0, self.memory.locked_until(self.origin, now) or 0)
        if until is not None and until > now:
            minutes = max(1, -(-(until - now) // 60_000))
            raise Forbidden(
                reason={
                    "zh": f"连续输错密码，账号已锁定，请 {minutes} 分钟后再试，或请管理员解锁。",
                    "en": f"too many wrong passwords; the account is locked for another {minutes} "
                    "minutes, or until an administrator unlocks it.",
                }
            )

    def failed(self) -> None:
        """Count a failure, for the account or in its place, and for the address."""
        now = self.context.now_ms
        if self.own is not None:
            self.memory.failed(self.own, now, limit=self.limit, span=self.span)
        elif self.user is not None:
            self._count(self.user)
        if self.origin is not None:
            self.memory.failed(self.origin, now, limit=self.limit * AN_ADDRESS, span=self.span)

    def _count(self, user: User) -> None:
        user.failures += 1
        if user.failures >= self.limit:
            user.failures = 0
            user.locked_until = self.context.now_ms + self.span
            self.context.record("locked", user.id, {})
        self.context.tx.update(user, "failures", "locked_until")

    def succeeded(self) -> None:
        """Start over. A lock that others brought about stays until its end."""
        if self.own is not None:
            self.memory.forget(self.own)
        elif self.user is not None and (self.user.failures or self.user.locked_until):
            self.user.failures, self.user.locked_until = 0, None
            self.context.tx.update(self.user, "failures", "locked_until")


def _verify(password_hash: str, password: str) -> bool:
    # A hash takes 64 MB while it is reckoned: many at once must not fill the memory.
    with _AT_ONCE:
        try:
            return _HASHER.verify(password_hash, password[:1000])
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


def session_id(token: str) -> str:
    """How a session's secret is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_out(context: Context, command: SignOut) -> None:
    """End a session; an unknown one is no error."""
    context.tx.delete_where(LoginSession, id=session_id(command.token), user_id=context.actor)


def change_password(context: Context, command: ChangePassword) -> None:
    """Change one's own password and end one's other sessions. Raises Invalid."""
    user = _user(context, context.actor)
    if not _verify(user.password_hash, command.old):
        raise Invalid([_problem("password", "old", "原密码不对。", "The old password is wrong.")])
    if command.new == command.old:
        raise Invalid(
            [
                _problem(
                    "password",
                    "new",
                    "新密码不能与原密码相同。",
                    "The new password is the old one.",
                )
            ]
        )
    _set_password(user, command.new)
    user.must_change_password = False
    context.tx.update(user, "password_hash", "must_change_password")
    keep = session_id(command.keep_token) if command.keep_token else ""
    for session in context.tx.find(LoginSession, user_id=user.id):
        if session.id != keep:
            context.tx.delete(session)
    context.record("change-password", user.id, {})


def set_language(context: Context, command: SetLanguage) -> None:
    """Choose the language of one's own pages."""
    user = _user(context, context.actor)
    user.lang = "en" if command.lang == "en" else "zh"
    context.tx.update(user, "lang")


# --- administration ---------------------------------------------------------------------------


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
    if not _USER_ID.fullmatch(command.user_id):
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
    user.name = name
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
        _set_password(user, command.password)
        if not context.viewer.system and user.id != context.actor:
            # Known to two people until its owner chooses another.
            user.must_change_password = True
    user.failures, user.locked_until = 0, None


def _set_password(user: User, password: str) -> None:
    if not MIN_PASSWORD <= len(password) <= 200 or _is_guessed(user.id, password):
        raise Invalid(
            [
                _problem(
                    "password",
                    "password",
                    f"密码至少 {MIN_PASSWORD} 位，不能只是数字或反复的几个字符，也不能由登录名或常见密码加几位组成。",
                    f"A password has at least {MIN_PASSWORD} characters, is more than digits or a few "
                    "characters over again, and is not the sign-in name or a common password with a "
                    "little added.",
                )
            ]
        )
    user.password_hash = _HASHER.hash(password)


_COMMON = ("password", "passw0rd", "qwertyuiop", "qwerty", "administrator", "admin", "welcome",
           "letmein", "iloveyou", "abcdefg", "asdfghjkl", "1q2w3e4r", "1qaz2wsx", "woaini")  # fmt: skip


def _is_guessed(user_id: str, password: str) -> bool:
    """Whether a password is among the first that anybody would try."""
    rest = password.casefold()
    for known in (user_id, *_COMMON):
        rest = rest.replace(known, "")
    return len(set(password)) < 5 or password.isdigit() or len(rest) < 6


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
    _user(context, command.user_id)
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


def _user(context: Context, user_id: str) -> User:
    user = context.tx.get(User, id=user_id)
    if user is None:
        raise NotFound(what={"zh": "人员", "en": "user"})
    return user


def _problem(code: str, where: str, zh: str, en: str, **data: Any) -> Problem:
    return Problem(code=code, where=where, zh=zh, en=en, data=data)
