"""Two drafts of a process brought together: what each changed, and where somebody has to choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine import bpmn, catalog
from engine import queries as q
from engine.handlers.house import House
from engine.model.threeway import Contested
from engine.reading.common import Desk, desk
from engine.reading.modeling import change_line, files_of, model_of

FILE: Final = "file:"
"""Before the path of a file that both changed and that is chosen whole."""
PART: Final = "part:"
"""Before the path of a file and what is to be chosen within it."""


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
        others = list(_others(at, base, mine, theirs, query.take_theirs))
        files = {each.path: each.content for each in others if each.content is not None}
        files[path] = bpmn.merge(*models, take_theirs=query.take_theirs)
        found = [collision for each in others for collision in each.collisions]
        return q.Merged(collisions=(*_elements(at, *models), *found), files=files)


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


@dataclass(frozen=True)
class _File:
    """A file of both; ``content`` is None where it is gone."""

    path: str
    content: bytes | None
    collisions: tuple[q.Collision, ...] = ()


_Files = Mapping[str, bytes]


def _others(
    at: Desk, base: _Files, mine: _Files, theirs: _Files, take: frozenset[str]
) -> Iterator[_File]:
    """Every file but the model, from whoever changed it, or of both."""
    paths = {path for each in (base, mine, theirs) for path in each}
    for path in sorted(path for path in paths if not path.endswith(".bpmn")):
        was, here, there = base.get(path), mine.get(path), theirs.get(path)
        if here == there or there == was:
            yield _File(path, here)
        elif here == was:
            yield _File(path, there)
        else:
            yield _together(at, path, was, here, there, take) or _File(
                path,
                there if FILE + path in take else here,
                (_whole(path, here, there),),
            )


def _whole(path: str, mine: bytes | None, theirs: bytes | None) -> q.Collision:
    """A file that is chosen as a whole."""
    return q.Collision(
        key=FILE + path,
        name=path,
        mine=_line(path, "changed" if mine is not None else "removed"),
        theirs=_line(path, "changed" if theirs is not None else "removed"),
    )


def _together(
    at: Desk,
    path: str,
    base: bytes | None,
    mine: bytes | None,
    theirs: bytes | None,
    take: frozenset[str],
) -> _File | None:
    """A file brought together part by part; None where it has to be chosen whole."""
    if mine is None or theirs is None or (base is None and path != catalog.ENGLISH):
        return None
    begin = f"{PART}{path}#"
    chosen = {key.removeprefix(begin) for key in take if key.startswith(begin)}
    found = catalog.together(path, base or b"", mine, theirs, take_theirs=chosen)
    if found is None:
        return None
    collisions = tuple(_part(at, path, begin, each) for each in found.contested)
    return _File(path, found.content, collisions)


def _part(at: Desk, path: str, begin: str, told: Contested) -> q.Collision:
    name = at.pick(told.zh, told.en)
    attribute = at.pick(told.attribute_zh, told.attribute_en)
    mine, theirs = (
        None
        if how == "kept"
        else _line(name, how, ((attribute, told.before, said),) if attribute else ())
        for how, said in ((told.mine_how, told.mine), (told.theirs_how, told.theirs))
    )
    return q.Collision(key=begin + told.key, name=name, file=path, mine=mine, theirs=theirs)


def _line(name: str, how: str, details: tuple[tuple[str, str, str], ...] = ()) -> q.ChangeLine:
    return q.ChangeLine(element="", how=how, name=name, kind="", moved=False, details=details)
