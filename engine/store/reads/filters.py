"""Filters that lists share: lamp and words. Each gives conditions, a shape, and values to bind."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.model.rows import Participant
from engine.store.schema import searchable, table

MAX_WORDS = 5
MAX_PEOPLE = 64
_PART = table(Participant)
LAMPS = ("green", "yellow", "red", "paused", "none")


class Filters(NamedTuple):
    """What a list is narrowed by; ``shape`` alone decides the SQL text."""

    shape: tuple[Hashable, ...]
    bound: dict[str, Any]

    def conditions(self, of: sa.Table) -> list[sa.ColumnElement[bool]]:
        """The conditions on a table of cases or tasks."""
        lamp, words, people, when, since, until, *equal = self.shape
        found: list[sa.ColumnElement[bool]] = []
        if lamp != "":
            found.append(lamp_is(of, str(lamp)))
        assert isinstance(words, int)
        assert isinstance(people, int)
        found += [contains(of.c.search, f"word{i}") for i in range(words)]
        found += [of.c[str(name)] == sa.bindparam(f"is_{name}") for name in equal]
        if since is True:
            found.append(of.c[str(when)] >= sa.bindparam("since", type_=sa.BigInteger))
        if until is True:
            found.append(of.c[str(when)] < sa.bindparam("until", type_=sa.BigInteger))
        if people >= 0:
            found.append(_by(of, people))
        return found


class Period(NamedTuple):
    """From a moment to before another (epoch milliseconds; None is open), of a column."""

    column: str = ""
    since: int | None = None
    until: int | None = None


def filters(
    *,
    lamp: str = "",
    text: str = "",
    now: int = 0,
    period: Period = Period(),  # noqa: B008 - a value, never changed
    people: Sequence[str] | None = None,
    **equal: str | None,
) -> Filters:
    """Narrow by lamp, by words that all occur, by period, by people, and by columns that equal.

    '' and None narrow nothing; no people at all is nobody's row. A task is its sender's, a case
    that of whoever had a hand in it.
    """
    words = searchable(text[:200]).split()[:MAX_WORDS]
    wanted = {name: value for name, value in equal.items() if value}
    bound: dict[str, Any] = {f"is_{name}": value for name, value in wanted.items()}
    bound.update({f"word{i}": f"%{escape(word)}%" for i, word in enumerate(words)})
    bound["now"] = now
    # What a shape is made of is never what somebody typed: every shape keeps a statement.
    lamp = lamp if lamp in LAMPS else "unknown" if lamp else ""
    size = -1
    if people is not None:
        some = list(people)[:MAX_PEOPLE]
        size = next(size for size in (0, 1, 4, 16, MAX_PEOPLE) if len(some) <= size)
        some += some[-1:] * (size - len(some))
        bound.update({f"person{i}": one for i, one in enumerate(some)})
    bound.update({"since": period.since, "until": period.until})
    spans = (period.column, period.since is not None, period.until is not None)
    return Filters((lamp, len(words), size, *spans, *wanted), bound)


def _by(of: sa.Table, people: int) -> sa.ColumnElement[bool]:
    if not people:
        return sa.false()
    them: list[Any] = [
        sa.bindparam(f"person{i}", type_=_PART.c.user_id.type) for i in range(people)
    ]
    if "from_user" in of.c:
        return of.c.from_user.in_(them)
    took_part: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
        _PART.c.tenant == of.c.tenant, _PART.c.root_id == of.c.id, _PART.c.user_id.in_(them)
    )
    return took_part.exists()


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
