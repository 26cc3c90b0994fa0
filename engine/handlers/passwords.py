"""Passwords: hashed with argon2, checked without telling names apart, never too easy to guess."""

from __future__ import annotations

import secrets
import threading
import unicodedata

import argon2

from engine.errors import Invalid, Problem
from engine.model.rows import User

_HASHER = argon2.PasswordHasher()
MIN_PASSWORD = 10
_AT_ONCE = threading.BoundedSemaphore(2)

DUMMY_HASH = _HASHER.hash(secrets.token_urlsafe(16))
"""Checked for unknown names, so that they take as long as known ones."""


def verify(password_hash: str, password: str) -> bool:
    """Whether a password is the one that was hashed."""
    # A hash takes 64 MB while it is reckoned: many at once must not fill the memory.
    with _AT_ONCE:
        try:
            return _HASHER.verify(password_hash, _bytes(password))
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


def set_password(user: User, password: str) -> None:
    """Hash a new password into the user's row. Raises Invalid when it is too easily guessed."""
    if not MIN_PASSWORD <= len(password) <= 200 or _is_guessed(user.id, password):
        raise Invalid(
            [
                Problem(
                    code="password",
                    where="password",
                    zh=f"密码至少 {MIN_PASSWORD} 位，不能只是数字或反复的几个字符，"
                    "也不能由登录名或常见密码加几位组成。",
                    en=f"A password has at least {MIN_PASSWORD} characters, is more than digits or a few "
                    "characters over again, and is not the sign-in name or a common password with a "
                    "little added.",
                )
            ]
        )
    user.password_hash = _HASHER.hash(_bytes(password))


def _bytes(password: str) -> bytes:
    """The same letters are the same password, however a keyboard puts them together."""
    return unicodedata.normalize("NFC", password[:1000]).encode("utf-8", "replace")


_COMMON = ("password", "passw0rd", "qwertyuiop", "qwerty", "administrator", "admin", "welcome",
           "letmein", "iloveyou", "abcdefg", "asdfghjkl", "1q2w3e4r", "1qaz2wsx", "woaini")  # fmt: skip


def _is_guessed(user_id: str, password: str) -> bool:
    """Whether a password is among the first that anybody would try."""
    rest = password.casefold()
    for known in (user_id, *_COMMON):
        rest = rest.replace(known, "")
    return len(set(password)) < 5 or password.isdigit() or len(rest) < 6
