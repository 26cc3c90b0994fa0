"""Passwords hashed as the office does it, but at the least price: tests sign in thousands of times.

It is argon2id all the same, salted and checked; only memory and rounds are the fewest there are.
What the office itself pays is held by ``tests/engine/handlers/test_passwords.py``.
"""

from __future__ import annotations

import argon2

_LEAST = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

as_the_office_does = argon2.PasswordHasher.hash
"""The method that tests stand in for; takes the hasher first."""


def cheaply(
    hasher: argon2.PasswordHasher, password: str | bytes, *, salt: bytes | None = None
) -> str:
    """Stands in for ``PasswordHasher.hash``; a hash says itself what checking it takes."""
    del hasher
    return as_the_office_does(_LEAST, password, salt=salt)
