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
