"""What an evaluation may cost, and the meter that counts it.

Expressions come from models and forms, so they are hostile until proven otherwise. Everything
whose cost is not bounded by the length of the text pays here: iterations, calls, elements
visited, characters made.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Final, NoReturn, TypeVar

from engine.errors import BudgetExceeded
from engine.feel.diagnostics import Diagnostic


@dataclass(frozen=True)
class Budget:
    """Limits of one evaluation.

    ``steps`` counts iterations, calls, elements and (at a discount) characters; ``depth`` bounds
    nested calls and the nesting of the text; ``size`` bounds the elements of one list and the
    characters of one string; ``seconds`` is wall time. Exceeding any raises
    :class:`engine.errors.BudgetExceeded`.
    """

    steps: int = 1_000_000
    depth: int = 100
    size: int = 1_000_000
    seconds: float = 2.0


DEFAULT = Budget()

_standing = [DEFAULT]


def standing() -> Budget:
    """What an evaluation may cost that brings no budget of its own."""
    return _standing[0]


def set_standing(budget: Budget) -> None:
    """Set that for this process: whoever opens the engine does, from its settings."""
    _standing[0] = budget


_CHARS_PER_STEP = 16
_TICKS_PER_LOOK = 1024


class Meter:
    """Counts down one budget; shared by evaluations nested within each other."""

    __slots__ = ("_deadline", "_look", "budget", "depth", "left")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.left = budget.steps
        self.depth = 0
        self._look = budget.steps - _TICKS_PER_LOOK
        self._deadline = 0.0

    def tick(self, steps: int = 1) -> None:
        """Pay for ``steps`` units of work."""
        self.left -= steps
        if self.left <= self._look:
            self._check()

    def _check(self) -> None:
        if self.left < 0:
            exceeded(
                f"超过 {self.budget.steps} 步的上限。",
                f"more than {self.budget.steps} steps.",
            )
        self.look()
        self._look = self.left - _TICKS_PER_LOOK

    def look(self) -> None:
        """Look at the clock now: before and after a piece of work that no step count measures."""
        now = time.monotonic()
        if not self._deadline:
            # The first thousand steps are free of clock reads: most expressions end before.
            self._deadline = now + self.budget.seconds
        elif now > self._deadline:
            exceeded(
                f"超过 {self.budget.seconds} 秒的上限。",
                f"longer than {self.budget.seconds} seconds.",
            )

    def elements(self, count: int) -> None:
        """Pay for making or walking a list of ``count`` elements."""
        if count > self.budget.size:
            exceeded(
                f"列表超过 {self.budget.size} 项的上限。",
                f"a list of more than {self.budget.size} elements.",
            )
        self.tick(1 + count)

    def characters(self, count: int) -> None:
        """Pay for making or reading a string of ``count`` characters."""
        if count > self.budget.size:
            exceeded(
                f"文本超过 {self.budget.size} 个字符的上限。",
                f"a string of more than {self.budget.size} characters.",
            )
        self.tick(1 + count // _CHARS_PER_STEP)

    def enter(self) -> None:
        """Go one call deeper; pair with :meth:`leave`."""
        self.tick()
        self.depth += 1
        if self.depth > self.budget.depth:
            exceeded(
                f"函数嵌套调用超过 {self.budget.depth} 层的上限。",
                f"calls nested more than {self.budget.depth} deep.",
            )

    def leave(self) -> None:
        """Come back from a call."""
        self.depth -= 1


class Run:
    """One evaluation under way: its meter, its clock, and where diagnostics go."""

    __slots__ = ("_now", "meter", "warn")

    def __init__(self, meter: Meter, now: datetime | None, warn: list[Diagnostic] | None) -> None:
        self.meter = meter
        self.warn = warn
        self._now = now

    @property
    def now(self) -> datetime:
        """The moment of this evaluation, the same however often it is asked."""
        if self._now is None:
            self._now = datetime.now(UTC)
        return self._now

    def note(self, position: int, zh: str, en: str) -> None:
        """Tell why something became null; costs nothing when nobody listens."""
        if self.warn is not None and len(self.warn) < _MOST_DIAGNOSTICS:
            self.warn.append(Diagnostic(position=position, zh=zh, en=en))


_MOST_DIAGNOSTICS = 200

ACTIVE: Final[ContextVar[Run | None]] = ContextVar("feel_run", default=None)
"""The evaluation under way in this thread, if any."""


def charge(steps: int) -> None:
    """Let the evaluation under way pay; outside of one, nothing."""
    run = ACTIVE.get()
    if run is not None:
        run.meter.tick(steps)


T = TypeVar("T")


def metered(walk: Callable[[object], T]) -> Callable[[object], T]:
    """Make a function that walks a value end with BudgetExceeded instead of running on and on.

    A small expression can make a value in which one list stands a million times: it takes little
    memory, but a walk never comes to its end.
    """

    @wraps(walk)
    def guarded(value: object) -> T:
        token = ACTIVE.set(ACTIVE.get() or Run(Meter(standing()), None, None))
        try:
            return walk(value)
        except RecursionError:
            exceeded("值的嵌套过深。", "the value nests too deep.")
        finally:
            ACTIVE.reset(token)

    return guarded


def exceeded(zh: str, en: str) -> NoReturn:
    """Stop the evaluation; the expression's text is added where it is known."""
    raise BudgetExceeded(where="FEEL", reason={"zh": zh, "en": en})
