"""Identifiers: 26 letters and digits that sort by the time they were made (Crockford base 32).

Identifiers made by one process within the same millisecond sort in the order of their making, so
that rows of one command keep their order.
"""

from __future__ import annotations

import secrets
import threading
from datetime import datetime

from engine.clock import millis

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS = 80
_lock = threading.Lock()
_last = [0, 0]


def new_id(now: datetime) -> str:
    """A fresh identifier: 48 bits of time in milliseconds, then 80 bits, random or one more."""
    moment = millis(now)
    with _lock:
        if moment == _last[0]:
            _last[1] += 1
        else:
            # The top bit stays clear, so that counting up never reaches into the time.
            _last[0], _last[1] = moment, secrets.randbits(_RANDOM_BITS - 1)
        tail = _last[1]
    return _encode((moment << _RANDOM_BITS) | tail)


_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)


def _encode(number: int) -> str:
    pairs = []
    for _ in range(13):
        pairs.append(_PAIRS[number & 1023])
        number >>= 10
    return "".join(reversed(pairs))


def is_id(text: str) -> bool:
    """Whether ``text`` has the form of an identifier; anything else need not reach the database."""
    return len(text) == 26 and all(letter in _ALPHABET for letter in text)
