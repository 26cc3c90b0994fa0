"""What happened while tokens moved: facts that a run returns and handlers turn into rows.

A run does no I/O. It reports facts in the order they came about; every ``key`` names one token's
stay at one element of one instance, is unique in its instance for ever, and stays the same over
save and restore.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

Variables = Mapping[str, object]
F = TypeVar("F", bound="Fact")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something that happened to the token ``key`` at the element ``element_id``."""

    key: str
    element_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityEntered(Fact):
    """A token reached a flow node. ``scope`` is the key of the enclosing sub-process, or ''."""

    kind: str
    name: str
    at: datetime
    scope: str = ""
    loop: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityLeft(Fact):
    """The token left it: by completing it, or because something interrupted it."""

    at: datetime
    outcome: Literal["completed", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskOpened(Fact):
    """A user or manual task waits for a person. Expressions of its assignment are evaluated."""

    name: str
    assignee: str | None = None
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    form_id: str | None = None
    priority: int = 50
    due: datetime | None = None
    follow_up: datetime | None = None
    loop: int | None = None
    local: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskClosed(Fact):
    """A user task is no longer open."""

    outcome: Literal["completed", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TimerSet(Fact):
    """A timer waits for its moment; ``repeat`` counts further firings (None: without end)."""

    due: datetime
    repeat: int | None = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TimerCleared(Fact):
    """The timer fired or is no longer wanted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionOpened(Fact):
    """A token waits for a message or a signal."""

    kind: Literal["message", "signal"]
    name: str
    correlation_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionClosed(Fact):
    """It no longer waits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOpened(Fact):
    """A call activity wants another process to run as a child instance."""

    process_id: str
    variables: Variables


@dataclass(frozen=True, kw_only=True, slots=True)
class CallClosed(Fact):
    """The call ended or was interrupted; an interrupted child is to be cancelled."""

    outcome: Literal["completed", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceRequested(Fact):
    """A service task parks until its operation's job is done."""

    operation: str
    headers: Mapping[str, str]
    variables: Variables
    retries: int = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceClosed(Fact):
    """The operation's answer was taken, or is no longer wanted."""

    outcome: Literal["completed", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageThrown(Fact):
    """A message leaves the instance, for whoever waits for it."""

    name: str
    correlation_key: str | None
    variables: Variables


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalThrown(Fact):
    """A signal leaves the instance, for everyone who listens."""

    name: str
    variables: Variables


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentRaised(Fact):
    """The token cannot go on by itself; it stays where it is until somebody helps."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceEnded(Fact):
    """No token is left. ``error_code`` is set when an error or escalation left the process."""

    how: Literal["completed", "terminated", "error"]
    error_code: str = ""
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """All that one step brought about, and the root variables after it."""

    facts: tuple[Fact, ...]
    variables: Variables

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """The facts of one kind, in order."""
        return tuple(fact for fact in self.facts if isinstance(fact, kind))
