"""Identifiers: 26 letters and digits that sort by the time they were made (Crockford base 32)."""

from __future__ import annotations

import secrets
from datetime import datetime

from engine.clock import millis

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(now: datetime) -> str:
    """A fresh identifier: 48 bits of time in milliseconds, then 80 random bits."""
    number = (millis(now) << 80) | secrets.randbits(80)
    letters = []
    for _ in range(26):
        letters.append(_ALPHABET[number & 31])
        number >>= 5
    return "".join(reversed(letters))


def is_id(text: str) -> bool:
    """Whether ``text`` has the form of an identifier; anything else need not reach the database."""
    return len(text) == 26 and all(letter in _ALPHABET for letter in text)
