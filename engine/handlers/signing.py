"""Signing in and out, one's own password and language."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from engine.commands import ChangePassword, SetLanguage, SignIn, SignOut
from engine.errors import Forbidden, Invalid, Problem
from engine.handlers import passwords
from engine.handlers.people import USER_ID, user_of
from engine.model.results import SignedIn
from engine.model.rows import LoginSession, User

if TYPE_CHECKING:
    from engine.handlers.house import Context

SESSION_SEEN_EVERY = 60_000
"""Milliseconds: how often a session's last use is written down at most."""


def sign_in(context: Context, command: SignIn) -> SignedIn | None:
    """Check a password. None when it is wrong (the failure is counted); Forbidden when locked.

    The answers for an unknown name, a wrong password and a disabled account are the same, and take
    the same time: also the one that too many attempts lock. A browser that signed in before counts
    for itself, so that nobody shuts somebody out of their own by trying wrong passwords elsewhere.
    """
    name = command.actor[:60].strip().lower()
    user = context.tx.lock(User, id=name) if USER_ID.fullmatch(name) else None
    # What stands in the name's field may be a password: only names of people go into logs.
    context.actor = user.id if user is not None else ""
    tries = _Tries(context, command, name, user)
    tries.refuse_locked()
    good = passwords.verify(
        user.password_hash if user is not None else passwords.DUMMY_HASH, command.password
    )
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


def session_id(token: str) -> str:
    """How a session's secret is stored."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def sign_out(context: Context, command: SignOut) -> None:
    """End a session; an unknown one is no error."""
    context.tx.delete_where(LoginSession, id=session_id(command.token), user_id=context.actor)


def change_password(context: Context, command: ChangePassword) -> None:
    """Change one's own password and end one's other sessions. Raises Invalid."""
    user = user_of(context, context.actor)
    if not passwords.verify(user.password_hash, command.old):
        raise Invalid(
            [
                Problem(
                    code="password", where="old", zh="原密码不对。", en="The old password is wrong."
                )
            ]
        )
    if command.new == command.old:
        raise Invalid(
            [
                Problem(
                    code="password",
                    where="new",
                    zh="新密码不能与原密码相同。",
                    en="The new password is the old one.",
                )
            ]
        )
    passwords.set_password(user, command.new)
    user.must_change_password = False
    context.tx.update(user, "password_hash", "must_change_password")
    keep = session_id(command.keep_token) if command.keep_token else ""
    for session in context.tx.find(LoginSession, user_id=user.id):
        if session.id != keep:
            context.tx.delete(session)
    context.record("change-password", user.id, {})


def set_language(context: Context, command: SetLanguage) -> None:
    """Choose the language of one's own pages."""
    user = user_of(context, context.actor)
    user.lang = "en" if command.lang == "en" else "zh"
    context.tx.update(user, "lang")
