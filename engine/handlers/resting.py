"""Runs of cases at rest: whoever takes the next step need not read the tokens anew.

What the database says is what holds: a run is used again only where its state there is, byte for
byte, the one it was saved as, by nobody else meanwhile, and under the same version of its process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from engine.bpmn import Run
from engine.model.rows import Instance

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 200
"""How many runs are kept; the longest unused are given up first."""


class Rest(NamedTuple):
    """A run, the state it was saved as, and the deployment it runs under."""

    run: Run
    tokens: bytes
    deployment_id: str


class Resting:
    """Runs by instance. Safe to share between threads: who takes one has it alone."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Rest] = OrderedDict()

    def take(self, instance: Instance) -> Run | None:
        """The run of an instance as the database has it now; None where it must be restored."""
        with self._lock:
            kept = self._kept.pop(instance.id, None)
        if kept is None or kept.deployment_id != instance.deployment_id:
            return None
        return kept.run if kept.tokens == instance.tokens else None

    def keep(self, runs: Iterable[tuple[str, Rest]]) -> None:
        """Keep runs whose state is committed."""
        with self._lock:
            for instance_id, rest in runs:
                rest.run.rest()
                self._kept[instance_id] = rest
                self._kept.move_to_end(instance_id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
