"""Two drafts of a process brought together: what each changed, and where somebody has to choose."""

from __future__ import annotations

from collections.abc import Mapping

from engine import bpmn
from engine import queries as q
from engine.handlers.house import House
from engine.reading.common import Desk, desk
from engine.reading.modeling import change_line, files_of, model_of

FILE = "file:"
"""Before the path of a file that both changed."""


def merge(house: House, query: q.MergeDrafts) -> q.Merged:
    """The collisions of two drafts, and the package as it is with what was chosen."""
    with desk(house, query) as at:
        at.require_admin()
        base, mine, theirs = (
            files_of(at, query.process_key, state)[1]
            for state in (query.old, query.mine, query.theirs)
        )
        models = tuple(model_of(each) for each in (base, mine, theirs))
        path = next(path for path in theirs if path.endswith(".bpmn"))
        taken = {key for key in query.take_theirs if not key.startswith(FILE)}
        files = {**_others(base, mine, theirs, query.take_theirs)}
        files[path] = bpmn.merge(*models, take_theirs=taken)
        elements = _elements(at, *models)
        return q.Merged(
            collisions=(*elements, *_contested(base, mine, theirs)),
            files=files,
        )


def _elements(at: Desk, base: bytes, mine: bytes, theirs: bytes) -> tuple[q.Collision, ...]:
    my, their = (
        {c.element: change_line(at, c) for c in bpmn.difference(base, each)}
        for each in (mine, theirs)
    )
    return tuple(
        q.Collision(
            key=key,
            name=(my.get(key) or their[key]).name,
            mine=my.get(key),
            theirs=their.get(key),
        )
        for key in bpmn.collisions(base, mine, theirs)
    )


def _paths(*packages: Mapping[str, bytes]) -> list[str]:
    return sorted({path for each in packages for path in each if not path.endswith(".bpmn")})


def _contested(
    base: Mapping[str, bytes], mine: Mapping[str, bytes], theirs: Mapping[str, bytes]
) -> list[q.Collision]:
    return [
        q.Collision(key=FILE + path, name=path, mine=None, theirs=None)
        for path in _paths(base, mine, theirs)
        if len({base.get(path), mine.get(path), theirs.get(path)}) == 3
    ]


def _others(
    base: Mapping[str, bytes],
    mine: Mapping[str, bytes],
    theirs: Mapping[str, bytes],
    take: frozenset[str],
) -> dict[str, bytes]:
    """Every file but the model, from whoever changed it."""
    found: dict[str, bytes] = {}
    for path in _paths(base, mine, theirs):
        untouched = mine.get(path) == base.get(path)
        chosen = theirs.get(path) if untouched or FILE + path in take else mine.get(path)
        if chosen is not None:
            found[path] = chosen
    return found
