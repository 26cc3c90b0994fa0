"""Common phrases of opinions, and who keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.queries.answers import PhraseLine
from engine.queries.questions import Query


@dataclass(frozen=True, kw_only=True)
class PhraseShelf:
    """All phrases that somebody has at hand."""

    lines: tuple[PhraseLine, ...]
    keeps_unit: bool
    unit: str


@dataclass(frozen=True, kw_only=True)
class Phrases(Query[PhraseShelf]):
    """The viewer's phrases: own, their unit's, and those the house comes with."""
