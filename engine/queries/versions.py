"""Two versions of a document or of an uploaded text, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from engine.queries.questions import Query


@dataclass(frozen=True, kw_only=True)
class TextVersion:
    """One version to compare with: what it is called, whose, and when it came."""

    id: str
    name: str
    at: int
    who: str = ""
    step: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Both texts by lines. ``others`` are all versions that can be chosen, the newest first."""

    case_id: str
    old: TextVersion
    new: TextVersion
    rows: tuple[Any, ...]
    """``engine.documents.comparing.Row`` values."""
    cut: bool
    """Whether a text was too long, or could not be read to its end."""
    others: tuple[TextVersion, ...]


@dataclass(frozen=True, kw_only=True)
class CompareVersions(Query[Difference]):
    """What became of a text: ``old`` defaults to the version before ``new``.

    ``kind`` says what both are. Raises NotFound where the viewer may not read either, or there is
    nothing to compare with.
    """

    kind: Literal["file", "document"]
    new: str
    old: str = ""
