"""What administrators ask for beside drawing processes: mending, calendars, lists of people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.model.ordering import Command, text
from engine.model.people import PersonRow


@dataclass(frozen=True, kw_only=True, slots=True)
class ResolveIncident(Command):
    """Try again where a token or job got stuck, after an administrator mended the cause."""

    incident_id: str
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class HurryJob(Command):
    """Try a job that failed at once, after an administrator mended the cause."""

    job_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportCalendar(Command):
    """Take in the official notice of a year (its text, or CSV/JSON), or local closures."""

    year: int
    content: str
    source: str = text()
    kind: str = "official"


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportPeople(Command):
    """Take in a list of people whole; ``expected`` is the digest that ``PreviewPeople`` gave."""

    rows: tuple[PersonRow, ...]
    expected: str = ""
    disable_missing: bool = False
    first_password: str = field(default="", repr=False)
