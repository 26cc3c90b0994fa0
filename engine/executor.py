"""The pipeline round every command: log context, one transaction, retry on conflict, timing.

Nothing else opens a write transaction. A handler that raises leaves no trace.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import structlog

from engine.commands import Command, SignIn
from engine.errors import Refused, Unavailable
from engine.forms.writing import written
from engine.handlers import HANDLERS
from engine.handlers.house import Context, House
from engine.store import Retry

ATTEMPTS = 12
"""How often a command is run anew when somebody else was at the same rows."""


class Executor:
    """Executes commands against one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._log = structlog.get_logger("yifa.executor").bind()

    def execute(self, command: Command) -> Any:
        """Carry a command out, whole or not at all. Raises the errors its handler names."""
        handler = HANDLERS[type(command)]
        command = _written(command)
        name = type(command).__name__
        started = time.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.house.store.write() as tx:
                    context = Context(self.house, tx, self.house.clock.now(), command.actor)
                    result = handler(context, command)
            except Retry as exc:
                if attempt == ATTEMPTS:
                    raise Unavailable(
                        reason={
                            "zh": "同一事项正被频繁办理。",
                            "en": "the same case is in heavy use.",
                        }
                    ) from exc
                self._wait(attempt)
            except Refused as exc:
                # Whoever signs in is nobody yet: what they typed as their name stays out of the log.
                actor = "" if isinstance(command, SignIn) else command.actor
                self._log.info("refused", command=name, actor=actor, error=exc.code)
                raise
            else:
                millis = round((time.monotonic() - started) * 1000, 1)
                self._log.info("done", command=name, actor=context.actor, ms=millis, tries=attempt)
                return result
        raise AssertionError("unreachable")

    @staticmethod
    def _wait(attempt: int) -> None:
        """Let the other one finish; random, so that two do not meet again."""
        time.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 6)))  # noqa: S311 - no secret


_TEXTS: Mapping[type[Command], tuple[str, ...]] = {
    kind: tuple(each.name for each in fields(kind) if each.metadata.get("text"))
    for kind in HANDLERS
}


def _written(command: Command) -> Command:
    """The command with what people wrote in it as it can be seen and kept."""
    given = {name: getattr(command, name) for name in _TEXTS[type(command)]}
    changed = {
        name: written(value)
        for name, value in given.items()
        if isinstance(value, str) and written(value) != value
    }
    return replace(command, **changed) if changed else command
