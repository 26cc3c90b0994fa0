"""The one search: texts of the cases a viewer may see, newest first.

Each text's pairs of characters are in an index of the database (full-text on SQLite, an inverted
index on PostgreSQL). Pairs only find candidates; whether the words are there is asked of the text
itself, so the index may be coarse and even outdated. Who sees few cases is answered from those.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
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

ERAS = (45, 48, 51, 54)
"""Bits that numbers of an era's texts differ in: 9 hours, 3, 25 and 199 calendar days."""
INDEXED = (
    "string_to_array(search_text.grams"
    + "".join(f" || ' {bits}:' || (search_text.doc >> {bits})::text" for bits in ERAS)
    + ", ' ')"
)

_TEXT = table(SearchText)
_PART = table(Participant)
_FIELDS = ("root_id", "doc", "kind", "task_id", "at", "text")
_SAME = sa.and_(CASE.c.tenant == _TEXT.c.tenant, CASE.c.id == _TEXT.c.root_id)
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
        given: dict[str, Any] = {f"word{i}": f"%{escape(word)}%" for i, word in enumerate(words)}
        given.update(seen.bound)
        if seen.shape[0] == "own" and self._has_few(seen):
            lines = self._searched(_in_few, seen, len(words), {**given, "limit": limit})
        elif self._database.locks_rows:
            lines = self._by_eras(seen, len(words), grams, given, limit)
        else:
            match = " AND ".join(grams)
            lines = self._searched(
                _in_postings, seen, len(words), {**given, "match": match, "limit": limit}
            )
        return self._hits(lines)

    def _hits(self, lines: Sequence[tuple[Any, ...]]) -> list[Hit]:
        width = len(_FIELDS)
        cases: dict[str, Instance] = {}
        found = []
        for line in lines:
            said = SearchText(tenant=self.tenant, **dict(zip(_FIELDS, line[:width], strict=True)))
            if said.root_id not in cases:
                (cases[said.root_id],) = CASES.all([line[width:]])
            found.append(Hit(said, cases[said.root_id]))
        return found

    def _searched(
        self,
        build: Callable[[Sight, int], sa.ClauseElement],
        seen: Sight,
        words: int,
        given: dict[str, Any],
    ) -> list[tuple[Any, ...]]:
        key: tuple[Hashable, ...] = ("search", build.__name__, seen.shape, words)
        return self._ask(self._statements.keep(key, lambda: build(seen, words)), given)

    def _by_eras(
        self, seen: Sight, words: int, grams: Sequence[str], given: dict[str, Any], limit: int
    ) -> list[tuple[Any, ...]]:
        """The newest era first, then the one before, a longer one where that had little."""
        newest = self._ask(self._statements.keep("newest text", _newest), {})[0][0]
        found: list[tuple[Any, ...]] = []
        before, level = int(newest or 0) + 1, 0
        while len(found) < limit:
            asked, begin = grams, 0
            if level < len(ERAS):
                number = before - 1 >> ERAS[level]
                asked, begin = [*grams, f"{ERAS[level]}:{number}"], number << ERAS[level]
            more = {"match": " ".join(asked), "before": before, "limit": limit - len(found)}
            lines = self._searched(_in_era, seen, words, {**given, **more})
            found += lines
            if begin <= 0:
                break
            # A piece of an era tells nothing of how much there is.
            if len(lines) < max(1, limit // 8) and before - begin > 1 << ERAS[level] - 1:
                level += 1
            before = begin
        return found

    def _has_few(self, seen: Sight) -> bool:
        sql = self._statements.keep(("search few", seen.groups), lambda: _few(seen))
        return int(self._ask(sql, {**seen.bound, "cap": FEW})[0][0]) < FEW


def _columns() -> list[Any]:
    return [*(_TEXT.c[name] for name in _FIELDS), *(CASE.c[name] for name in CASES.fields)]


def _in_few(seen: Sight, words: int) -> sa.ClauseElement:
    """From the texts of the cases the viewer had a hand in."""
    query = sa.select(*_columns()).select_from(CASE.join(_TEXT, _SAME)).where(*visible(seen))
    return _newest_of(query.where(*_said(words)), _TEXT.c.doc)


def _in_postings(seen: Sight, words: int) -> sa.ClauseElement:
    """From SQLite's index, which is walked backwards as far as is needed."""
    match = sa.literal_column("search_fts").op("MATCH")(sa.bindparam("match", type_=sa.Text()))
    query = (
        sa.select(*_columns())
        .select_from(_FULLTEXT.join(_TEXT, _TEXT.c.doc == _FULLTEXT.c.rowid).join(CASE, _SAME))
        .where(match, *visible_one(seen), *_said(words))
    )
    return _newest_of(query, _FULLTEXT.c.rowid)


def _in_era(seen: Sight, words: int) -> sa.ClauseElement:
    """From PostgreSQL's index, before a place; what is shown is read of those alone that are chosen."""
    chosen: Any = (
        sa.select(_TEXT.c.root_id.label("chosen_case"), _TEXT.c.doc.label("chosen_doc"))
        .select_from(_TEXT.join(CASE, _SAME))
        .where(_pairs().op("@>")(_asked()), *visible_one(seen), *_said(words))
        .where(_TEXT.c.doc < sa.bindparam("before", type_=sa.BigInteger))
    )
    found = _newest_of(chosen, _TEXT.c.doc).subquery("chosen")
    same = sa.and_(
        _TEXT.c.tenant == _tenant(),
        _TEXT.c.root_id == found.c.chosen_case,
        _TEXT.c.doc == found.c.chosen_doc,
    )
    return (
        sa.select(*_columns())
        .select_from(found.join(_TEXT, same).join(CASE, _SAME))
        .order_by(_TEXT.c.doc.desc())
    )


def _newest_of(query: sa.Select[Any], by: sa.ColumnElement[int]) -> sa.Select[Any]:
    return query.order_by(by.desc()).limit(sa.bindparam("limit", type_=sa.BigInteger))


def _said(words: int) -> list[sa.ColumnElement[bool]]:
    """That the words are in a text of this house."""
    lowered = sa.func.lower(_TEXT.c.text)
    return [_TEXT.c.tenant == _tenant(), *(contains(lowered, f"word{i}") for i in range(words))]


def _tenant() -> sa.BindParameter[str]:
    return sa.bindparam("tenant", type_=_TEXT.c.tenant.type)


def _newest() -> sa.ClauseElement:
    return sa.select(sa.func.max(_TEXT.c.doc)).where(_TEXT.c.tenant == _tenant())


def _pairs() -> sa.ColumnElement[Any]:
    """The very expression that is indexed (migration 0015)."""
    return sa.literal_column(INDEXED)


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
