"""The files of a package as somebody draws it: what names each, and what the draft takes away."""

from __future__ import annotations

from collections.abc import Mapping

from engine import catalog
from engine import queries as q
from engine.handlers.house import House
from engine.model.rows import ProcessDraft
from engine.reading.common import Desk, desk
from engine.reading.modeling import files_of

_ORDER = ("form", "decision", "document", "scenario", "")


def contents(house: House, query: q.PackageContents) -> tuple[q.ContentLine, ...]:
    """The files of a state by kind, and after them those its draft takes away."""
    with desk(house, query) as at:
        at.require_admin()
        files = files_of(at, query.process_key, query.state)[1]
        draft = at.reader.get(ProcessDraft, id=query.state)
        base_id = draft.base_id if draft is not None else query.state
        base = files_of(at, query.process_key, base_id)[1] if draft is not None else files
        texts = catalog.english(files.get(catalog.ENGLISH, b"")) if at.lang == "en" else {}
        gone = [path for path in base if path not in files and not path.endswith(".bpmn")]
        shown = {**files, **{path: base[path] for path in gone}}
        same = _model(files) == _model(base)  # then it has been read already
        uses = catalog.uses(files, shown, drawn=at.package(base_id).definition if same else None)
        lines = [_line(at, files, base, path, uses[path], texts) for path in shown]
        return tuple(sorted(lines, key=_place))


def _place(line: q.ContentLine) -> tuple[bool, int, str]:
    return line.how == "removed", _ORDER.index(line.kind), line.path


def _model(files: Mapping[str, bytes]) -> bytes:
    return next((content for path, content in files.items() if path.endswith(".bpmn")), b"")


def _line(
    at: Desk,
    files: Mapping[str, bytes],
    base: Mapping[str, bytes],
    path: str,
    uses: tuple[catalog.Use, ...],
    texts: Mapping[str, str],
) -> q.ContentLine:
    content = files.get(path, base.get(path, b""))
    how = "" if base.get(path) == content else "changed" if path in base else "added"
    return q.ContentLine(
        path=path,
        kind=catalog.kind_of(path),
        name=catalog.name_of(path),
        size=len(content),
        how=how if path in files else "removed",
        uses=tuple(
            q.FormUse(
                how=use.how,
                element=use.where,
                name=at.pick("发起", "Start")
                if use.how == "start"
                else texts.get(use.name, use.name),
            )
            for use in uses
        ),
    )
