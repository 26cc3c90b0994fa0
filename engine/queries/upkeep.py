"""The values that tell administrators how the house itself fares: jobs, incidents, health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal["well", "attention", "bad", "unknown"]


@dataclass(frozen=True, kw_only=True)
class JobLine:
    """A job that waits. ``state``: ``waiting``, ``failed`` (to be tried again), ``held``, ``late``."""

    id: str
    kind: str
    title: str
    """What it is for, in words."""
    due_at: int
    attempts: int
    most_attempts: int
    error: str
    """Why the last attempt failed, in words; empty when none has."""
    case_id: str
    held: bool
    state: str


@dataclass(frozen=True, kw_only=True)
class HealthLine:
    """One thing that was looked at: how it is, in a sentence, and what to do when it is not well."""

    code: str
    title: str
    how: How
    text: str
    remedy: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HealthView:
    """How the house fares. ``how`` is the worst of the lines' that is known."""

    at: int
    how: How
    lines: tuple[HealthLine, ...]


@dataclass(frozen=True, kw_only=True)
class UncheckedLine:
    """A rule, local number or article whose words nobody has compared with the law yet.

    ``kind``: ``deadline``, ``parameter`` or ``article``. ``status`` as in ``engine.law.rules``.
    """

    kind: str
    id: str
    title: str
    basis: str
    status: str
    status_text: str
    used_by: tuple[str, ...]
    """Titles of the processes that rest on it."""
