"""Failed attempts that belong to no account: of names nobody has, of addresses, of known browsers.

Kept in memory, within bounds, so that whoever tries names without end fills no table. Each program
counts for itself; an account's own failures stand in the database.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST = 10_000
"""How many keys are remembered; the oldest are forgotten first."""

Key = tuple[str, str]


class Attempts:
    """Failures by key. Safe to share between threads; moments are epoch milliseconds."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[int, int, int | None]] = OrderedDict()

    def locked_until(self, key: Key, now: int) -> int | None:
        """Until when a key is locked; None when it is not."""
        with self._lock:
            _, _, until = self._kept.get(key, (0, 0, None))
        return until if until is not None and until > now else None

    def failed(self, key: Key, now: int, *, limit: int, span: int) -> None:
        """Count a failure; ``limit`` of them within ``span`` milliseconds lock the key for as long."""
        with self._lock:
            count, since, until = self._kept.pop(key, (0, now, None))
            if now - since > span or until is not None:
                count, since = 0, now
            locked = now + span if count + 1 >= limit else None
            self._kept[key] = (count + 1, since, locked)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, key: Key) -> None:
        """Start over: the right password came."""
        with self._lock:
            self._kept.pop(key, None)
