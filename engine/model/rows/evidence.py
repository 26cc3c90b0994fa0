"""Rows about evidence and the office: chains, seals, numbers, calendar, outbox."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.rows.base import Json, Row


@dataclass(kw_only=True, slots=True)
class AuditEntry(Row):
    """One link of an evidence chain. ``chain`` is a case's root id, or ``office`` for the rest."""

    chain: str
    seq: int
    at: int
    actor: str
    action: str
    object_id: str
    data: Json
    prev: str
    hash: str


@dataclass(kw_only=True, slots=True)
class Chain(Row):
    """Head of a chain that belongs to no case."""

    id: str
    seq: int = 0
    head: str = ""


@dataclass(kw_only=True, slots=True)
class Seal(Row):
    """The heads of all chains at the end of a day, under one Merkle root."""

    day: str
    at: int
    root: str
    prev: str
    heads: Json
    hash: str


@dataclass(kw_only=True, slots=True)
class Sequence(Row):
    """The last number given out under a name in a year."""

    name: str
    year: int
    value: int = 0


@dataclass(kw_only=True, slots=True)
class CalendarYear(Row):
    """An official notice for a year, or local closures: ``kind`` is ``official`` or ``local``."""

    year: int
    kind: str
    data: Json
    source: str
    imported_by: str
    imported_at: int


@dataclass(kw_only=True, slots=True)
class Runner(Row):
    """A program that runs jobs, and when it last said that it lives."""

    id: str
    started_at: int
    seen_at: int


@dataclass(kw_only=True, slots=True)
class Outbox(Row):
    """Something that has to leave the system after the commit (mail, web hook)."""

    id: str
    kind: str
    payload: Json
    created_at: int
    sent_at: int | None = None
