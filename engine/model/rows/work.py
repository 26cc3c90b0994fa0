"""Rows about what a case waits for: clocks, jobs, subscriptions, incidents."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.rows.base import Json, Row


@dataclass(kw_only=True, slots=True)
class Clock(Row):
    """A statutory clock of a case: one rule of the catalogue, running while an element is active.

    ``state``: ``running``, ``paused``, ``met``, ``missed`` (met late) or ``void`` (its element was
    cancelled). ``moves`` holds its pauses, extensions and restarts, ``rule`` the catalogue's entry
    as pinned by the deployment.
    """

    id: str
    instance_id: str
    root_id: str
    task_id: str | None = None
    key: str
    element_id: str
    rule_id: str
    rule: Json
    state: str = "running"
    started_at: int
    anchor_at: int
    earliest_at: int | None = None
    warn_at: int | None = None
    due_at: int | None = None
    rolled_at: int | None = None
    moves: Json = field(default_factory=dict)
    provisional: bool = False
    stopped_at: int | None = None
    warned_at: int | None = None
    breached_at: int | None = None
    late_reason: str = ""


@dataclass(kw_only=True, slots=True)
class Job(Row):
    """Something to do at a time: the only truth about timers and work outside a command.

    ``kind``: ``timer``, ``service``, ``clock`` (warning, breach, escalation), ``document``,
    ``mail``, … ``payload`` says the rest. ``lane`` keeps kinds from delaying each other. A ``held``
    job is looked at by nobody until it is released: that is how a suspended case waits.
    """

    id: str
    kind: str
    lane: str = "default"
    due_at: int
    instance_id: str | None = None
    root_id: str | None = None
    key: str = ""
    payload: Json = field(default_factory=dict)
    attempts: int = 0
    max_attempts: int = 5
    lease: str | None = None
    lease_until: int | None = None
    error: str = ""
    held: bool = False
    """A job of a suspended case: nobody claims it until the case goes on."""
    created_at: int = 0


@dataclass(kw_only=True, slots=True)
class Subscription(Row):
    """A token waits for a message or signal."""

    id: str
    instance_id: str
    root_id: str
    key: str
    element_id: str
    kind: str
    name: str
    correlation: str | None = None
    opened_at: int


@dataclass(kw_only=True, slots=True)
class Incident(Row):
    """Something that needs an administrator; ``resolved_at`` is set when it was dealt with."""

    id: str
    instance_id: str | None
    root_id: str | None
    key: str = ""
    element_id: str = ""
    job: Json | None = None
    code: str
    zh: str
    en: str
    opened_at: int
    resolved_at: int | None = None
    resolved_by: str | None = None
