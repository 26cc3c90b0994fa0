"""Rows about definitions: deployed packages and their content."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.rows.base import Json, Row


@dataclass(kw_only=True, slots=True)
class Blob(Row):
    """Content by its hash: files of deployments."""

    sha256: str
    content: bytes


@dataclass(kw_only=True, slots=True)
class Deployment(Row):
    """One version of a process package; ``files`` maps path to sha256, all pinned."""

    id: str
    process_key: str
    version: int
    sha256: str
    title: str
    files: Json
    deployed_at: int
    deployed_by: str
    active: bool = True
    note: str = ""


@dataclass(kw_only=True, slots=True)
class ProcessDraft(Row):
    """A process being drawn: what differs from the deployed version it began with.

    ``files`` maps path to text, or to None where the draft takes a file away. ``beside`` is the draft
    that somebody else had changed meanwhile, where this one was kept beside it so that neither was
    overwritten.
    """

    id: str
    process_key: str
    base_id: str
    version: int
    files: Json
    saved_at: int
    saved_by: str
    beside: str | None = None


@dataclass(kw_only=True, slots=True)
class EditorSeat(Row):
    """Somebody has the editor of a process open, and when their page was last heard of."""

    process_key: str
    user_id: str
    seen_at: int


@dataclass(kw_only=True, slots=True)
class ScenarioRun(Row):
    """What came of a package's scenarios when they were run last.

    ``state`` is the deployment or draft they were run of, ``sha256`` of its files then. ``result`` is
    for whoever ran them to read.
    """

    state: str
    process_key: str
    sha256: str
    ran_at: int
    ran_by: str
    result: Json
