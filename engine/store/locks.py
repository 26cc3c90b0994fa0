"""Locks inside one process: first come, first served.

``threading.Lock`` and SQLite's own waiting let a latecomer overtake, so that somebody starves under
load. Here a lock is handed to who has waited longest.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Hashable


class FifoLock:
    """A lock handed on in the order it was asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self, timeout_seconds: float) -> bool:
        """Take the lock, or return False when it was not to be had in time."""
        with self._guard:
            if not self._held:
                self._held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout_seconds):
            return True
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        # It was handed over in the moment the patience ended.
        return True

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def release(self) -> None:
        """Hand the lock to who has waited longest, or free it."""
        with self._guard:
            assert self._held, "released a lock that nobody holds"
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class KeyedLocks:
    """One first-come-first-served lock a key, made when wanted and forgotten when free."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[Hashable, tuple[FifoLock, int]] = {}

    def acquire(self, key: Hashable, timeout_seconds: float) -> bool:
        """Take the lock of ``key``, or return False when it was not to be had in time."""
        with self._guard:
            lock, users = self._locks.get(key) or (FifoLock(), 0)
            self._locks[key] = (lock, users + 1)
        if lock.acquire(timeout_seconds):
            return True
        self._leave(key)
        return False

    def release(self, key: Hashable) -> None:
        """Give the lock of ``key`` back."""
        self._locks[key][0].release()
        self._leave(key)

    def _leave(self, key: Hashable) -> None:
        with self._guard:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, users - 1)

    def __len__(self) -> int:
        return len(self._locks)
