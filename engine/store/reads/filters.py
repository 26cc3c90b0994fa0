"""Filters that lists share: lamp and words. Each gives conditions, a shape, and values to bind."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.schema import searchable

MAX_WORDS = 5
LAMPS = ("green", "yellow", "red", "paused", "none")


class Filters(NamedTuple):
    """What a list is narrowed by; ``shape`` alone decides the SQL text."""

    shape: tuple[Hashable, ...]
    bound: dict[str, Any]

    def conditions(self, of: sa.Table) -> list[sa.ColumnElement[bool]]:
        """The conditions on a table of cases or tasks."""
        lamp, words, *equal = self.shape
        found: list[sa.ColumnElement[bool]] = []
        if lamp != "":
            found.append(lamp_is(of, str(lamp)))
        assert isinstance(words, int)
        found += [contains(of.c.search, f"word{i}") for i in range(words)]
        found += [of.c[str(name)] == sa.bindparam(f"is_{name}") for name in equal]
        return found


def filters(*, lamp: str = "", text: str = "", now: int = 0, **equal: str | None) -> Filters:
    """Narrow by lamp, by words that all occur, and by columns that equal; '' narrows nothing."""
    words = searchable(text[:200]).split()[:MAX_WORDS]
    wanted = {name: value for name, value in equal.items() if value}
    bound: dict[str, Any] = {f"is_{name}": value for name, value in wanted.items()}
    bound.update({f"word{i}": f"%{escape(word)}%" for i, word in enumerate(words)})
    bound["now"] = now
    # What a shape is made of is never what somebody typed: every shape keeps a statement.
    lamp = lamp if lamp in LAMPS else "unknown" if lamp else ""
    return Filters((lamp, len(words), *wanted), bound)


def escape(text: str) -> str:
    """Text in which the wildcards of LIKE mean themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def contains(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether a column contains the text bound as ``name`` (made by ``escape``)."""
    return column.like(sa.bindparam(name, type_=sa.Text()), escape="\\")


def lamp_is(of: sa.Table, lamp: str) -> sa.ColumnElement[bool]:
    """Whether a row's lamp, at the moment ``now``, is of a colour.

    ``green``, ``yellow``, ``red``, ``paused``, or ``none`` (no clock); any other is no row's.
    """
    now = sa.bindparam("now", type_=sa.BigInteger)
    running = sa.and_(of.c.clock_paused == sa.false(), of.c.due_at.is_not(None))
    # What has no warning moment turns yellow never.
    warned = sa.func.coalesce(of.c.warn_at, of.c.due_at + 1) <= now
    late = of.c.due_at < now
    return {
        "paused": of.c.clock_paused == sa.true(),
        "red": sa.and_(running, late),
        "yellow": sa.and_(running, sa.not_(late), warned),
        "green": sa.and_(running, sa.not_(late), sa.not_(warned)),
        "none": sa.and_(of.c.clock_paused == sa.false(), of.c.due_at.is_(None)),
    }.get(lamp, sa.false())
