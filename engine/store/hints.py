"""Waking the embedded worker: a hint, never the truth (that is the job row)."""

from __future__ import annotations

import threading


class Hints:
    """A bell with a counter: who looks away for a moment still notices that it rang."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = 0
        self._here = threading.local()

    @property
    def rung(self) -> int:
        """How often it has rung; remember it before looking for work."""
        return self._rung

    def ring(self) -> None:
        """There may be work."""
        with self._changed:
            self._rung += 1
            self._changed.notify_all()

    wake = ring

    def wait(self, timeout_seconds: float | None, since: int | None = None) -> bool:
        """Wait until it has rung since ``since``; False when the time is over first.

        Without ``since``: since this thread last waited, so that what rang while it was at work is
        not missed.
        """
        with self._changed:
            seen = getattr(self._here, "seen", 0) if since is None else since
            rang = self._changed.wait_for(lambda: self._rung != seen, timeout_seconds)
            self._here.seen = self._rung
            return rang
