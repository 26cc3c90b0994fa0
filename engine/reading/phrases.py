"""Common phrases: one's own first, then the unit's, then those the house comes with."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import NamedTuple

from engine import config
from engine import queries as q
from engine.handlers import phrases
from engine.handlers.house import House
from engine.model.rows import Phrase
from engine.reading.common import Desk, desk

_SOURCES = {"u": "own", "o": "unit"}


class _Shipped(NamedTuple):
    zh: str
    en: str
    steps: tuple[str, ...]


@cache
def _shipped() -> tuple[_Shipped, ...]:
    path = config.data_dir() / "processes" / "phrases.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        _Shipped(entry["zh"], entry["en"], tuple(entry.get("steps", ())))
        for entry in table["phrase"]
    )


def at_hand(at: Desk, kind: str | None = None) -> tuple[q.PhraseLine, ...]:
    """The viewer's phrases; with ``kind``, those for that kind of step (or any) alone."""
    viewer = at.viewer
    owners = [phrases.owner_of(viewer, unit=False)]
    if viewer.unit_id:
        owners.append(phrases.owner_of(viewer, unit=True))
    kept = at.reader.find(Phrase, owner=owners, order="id")
    kept.sort(key=lambda row: (row.owner[0] != "u", not row.kind))
    lines = [
        q.PhraseLine(id=row.id, text=row.text, kind=row.kind, source=_SOURCES[row.owner[0]])
        for row in kept
        if kind is None or row.kind in ("", kind)
    ]
    ours = sorted(_shipped(), key=lambda one: not one.steps)
    lines += [
        q.PhraseLine(text=at.pick(one.zh, one.en), kind=", ".join(one.steps), source="shipped")
        for one in ours
        if kind is None or not one.steps or kind in one.steps
    ]
    return tuple(lines)


def shelf(house: House, query: q.Phrases) -> q.PhraseShelf:
    """All the viewer's phrases."""
    with desk(house, query) as at:
        return q.PhraseShelf(
            lines=at_hand(at),
            keeps_unit=phrases.keeps_unit(at.viewer),
            unit=at.unit(at.viewer.unit_id) if at.viewer.unit_id else "",
        )
