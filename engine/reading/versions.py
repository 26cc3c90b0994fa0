"""Versions of a case's texts side by side; both must be open to whoever asks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from engine import queries as q
from engine.documents import comparing
from engine.errors import NotFound
from engine.handlers.house import House
from engine.model.ids import is_id
from engine.model.rows import Document, File
from engine.reading.common import Desk, desk
from engine.reading.dossier import Dossier

_MISSING = {"zh": "可以对照的版本", "en": "version to compare with"}


class _Text(NamedTuple):
    line: q.TextVersion
    path: Path
    name: str
    series: str
    """What this is one version of."""


def compare(house: House, query: q.CompareVersions) -> q.Difference:
    """Two versions line by line. Raises NotFound."""
    with desk(house, query) as at:
        kind = Document if query.kind == "document" else File
        row = at.reader.get(kind, id=query.new) if is_id(query.new) else None
        root = at.known_root(row.root_id) if row is not None and row.root_id else None
        if row is None or root is None:
            raise NotFound(what=_MISSING)
        dossier = Dossier(at, root)
        found = _documents(at, dossier) if query.kind == "document" else _files(at, dossier)
        texts = {text.line.id: text for text in found}
        new = texts.get(query.new)
        old = texts.get(query.old) if query.old else _before(found, new)
        if new is None or old is None or old is new:
            raise NotFound(what=_MISSING)
    was, cut = comparing.lines_of(old.path, old.name)
    now, cut_too = comparing.lines_of(new.path, new.name)
    return q.Difference(
        case_id=root.id,
        old=old.line,
        new=new.line,
        rows=tuple(comparing.compare(was, now)),
        cut=cut or cut_too,
        others=tuple(text.line for text in found if text is not new),
    )


def _before(found: list[_Text], new: _Text | None) -> _Text | None:
    """The version before: the next older of the same series, else simply the next older."""
    if new is None:
        return None
    older = found[found.index(new) + 1 :]
    return next((text for text in older if text.series == new.series), None) or next(
        iter(older), None
    )


def _files(at: Desk, dossier: Dossier) -> list[_Text]:
    """The case's readable texts that were uploaded, newest first."""
    files = at.house.files
    return [
        _Text(
            q.TextVersion(
                id=line.id,
                name=line.name,
                at=line.uploaded_at,
                who=line.uploaded_by,
                step=line.step,
            ),
            files.path(line.sha256),
            line.name,
            line.field,
        )
        for line in sorted(dossier.files(), key=lambda one: (one.uploaded_at, one.id), reverse=True)
        if comparing.readable(line.name) and files.exists(line.sha256)
    ]


def _documents(at: Desk, dossier: Dossier) -> list[_Text]:
    """The case's documents that are made, newest first."""
    rows = {row.id: row for row in at.reader.find(Document, root_id=dossier.root.id)}
    return [
        _Text(
            q.TextVersion(
                id=line.id,
                name=f"{line.title} {line.number}".strip(),
                at=line.made_at or 0,
                step=line.step,
            ),
            at.house.files.path(rows[line.id].docx_sha256),
            "text.docx",
            rows[line.id].template,
        )
        for line in dossier.documents()
        if line.state == "ready" and at.house.files.exists(rows[line.id].docx_sha256)
    ]
