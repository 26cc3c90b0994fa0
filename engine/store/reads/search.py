"""The one search: texts of the cases a viewer may see, newest first.

Each text's pairs of characters are in an index of the database (full-text on SQLite, an inverted
index on PostgreSQL). Pairs only find candidates; whether the words are there is asked of the text
itself, so the index may be coarse and even outdated. Who sees few cases is answered from those.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.model.grams import runs, wanted
from engine.model.people import Viewer
from engine.model.rows import Instance, Participant, SearchText
from engine.store.reads.filters import contains, escape
from engine.store.reads.inbox import CASES
from engine.store.reads.rowreads import RowReads
from engine.store.reads.scope import CASE, Sight, sight, visible, visible_one
from engine.store.schema import table

MAX_WORDS = 8
FEW = 2_000
"""Whoever has a hand in fewer cases is answered from their texts, not from the index."""
MOST_FOUND = 120
"""Texts looked at for one answer."""

_TEXT = table(SearchText)
_PART = table(Participant)
_FIELDS = ("root_id", "doc", "kind", "task_id", "at", "text")
_FULLTEXT = sa.table("search_fts", sa.column("rowid", sa.BigInteger()), sa.column("search_fts"))


class Hit(NamedTuple):
    """A text with the words in it, and its case."""

    text: SearchText
    case: Instance


def words_of(text: str) -> list[str]:
    """The words somebody looks for, as they are compared: signs and brackets part them."""
    return list(dict.fromkeys(runs(text[:100])))[:MAX_WORDS]


class SearchReads(RowReads):
    """Questions of the search."""

    def search(self, viewer: Viewer, text: str, *, limit: int = MOST_FOUND) -> list[Hit]:
        """Texts in which all words occur, of cases the viewer may see; the newest first.

        Words of a single character alone find nothing: the index knows pairs.
        """
        words = words_of(text)
        grams = wanted(words)
        if not grams:
            return []
        seen = sight(viewer)
        few = seen.shape[0] == "own" and self._has_few(seen)
        sqlite = not self._database.locks_rows
        key: tuple[Hashable, ...] = ("search", seen.shape, len(words), few)
        sql = self._statements.keep(key, lambda: _found(seen, len(words), few=few, sqlite=sqlite))
        given: dict[str, Any] = {f"word{i}": f"%{escape(word)}%" for i, word in enumerate(words)}
        match = " AND ".join(grams) if sqlite else " ".join(grams)
        lines = self._ask(sql, {**seen.bound, **given, "match": match, "limit": limit})
        width = len(_FIELDS)
        cases: dict[str, Instance] = {}
        found = []
        for line in lines:
            said = SearchText(tenant=self.tenant, **dict(zip(_FIELDS, line[:width], strict=True)))
            if said.root_id not in cases:
                (cases[said.root_id],) = CASES.all([line[width:]])
            found.append(Hit(said, cases[said.root_id]))
        return found

    def _has_few(self, seen: Sight) -> bool:
        sql = self._statements.keep(("search few", seen.groups), lambda: _few(seen))
        return int(self._ask(sql, {**seen.bound, "cap": FEW})[0][0]) < FEW


def _columns() -> list[Any]:
    return [*(_TEXT.c[name] for name in _FIELDS), *(CASE.c[name] for name in CASES.fields)]


def _found(seen: Sight, words: int, *, few: bool, sqlite: bool) -> sa.ClauseElement:
    said = [contains(sa.func.lower(_TEXT.c.text), f"word{i}") for i in range(words)]
    mine = _TEXT.c.tenant == sa.bindparam("tenant", type_=_TEXT.c.tenant.type)
    same = sa.and_(CASE.c.tenant == _TEXT.c.tenant, CASE.c.id == _TEXT.c.root_id)
    query: sa.Select[Any]
    if few:
        query = sa.select(*_columns()).select_from(CASE.join(_TEXT, same)).where(*visible(seen))
    elif sqlite:
        match = sa.literal_column("search_fts").op("MATCH")(sa.bindparam("match", type_=sa.Text()))
        query = (
            sa.select(*_columns())
            .select_from(_FULLTEXT.join(_TEXT, _TEXT.c.doc == _FULLTEXT.c.rowid).join(CASE, same))
            .where(match, *visible_one(seen))
        )
    else:
        query = (
            sa.select(*_columns())
            .select_from(_TEXT.join(CASE, same))
            .where(_pairs().op("@>")(_asked()), *visible_one(seen))
        )
    by = _FULLTEXT.c.rowid if sqlite and not few else _TEXT.c.doc
    return (
        query.where(mine, *said)
        .order_by(by.desc())
        .limit(sa.bindparam("limit", type_=sa.BigInteger))
    )


def _pairs() -> sa.ColumnElement[Any]:
    return sa.func.string_to_array(_TEXT.c.grams, sa.literal_column("' '"))


def _asked() -> sa.ColumnElement[Any]:
    return sa.func.string_to_array(sa.bindparam("match", type_=sa.Text()), sa.literal_column("' '"))


def _few(seen: Sight) -> sa.ClauseElement:
    """How many cases somebody had a hand in, up to a number that is not few."""
    me = sa.bindparam("me", type_=_PART.c.user_id.type)
    groups: list[Any] = [sa.bindparam(f"group{i}") for i in range(seen.groups)]
    mine: sa.Select[Any] = (
        sa.select(sa.literal_column("1").label("one"))
        .select_from(_PART)
        .where(
            _PART.c.tenant == sa.bindparam("tenant", type_=_PART.c.tenant.type),
            _PART.c.user_id.in_([me, *groups]),
        )
        .limit(sa.bindparam("cap", type_=sa.BigInteger))
    )
    return sa.select(sa.func.count()).select_from(mine.subquery())
