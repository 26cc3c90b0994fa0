"""Pages by key: a cursor says after which row to go on, so that page 2,000 costs what page 1 does.

A cursor is opaque to who holds it and worth nothing without permission: it is only a place in an
order. One that does not fit (tampered with, or of another list) means the first page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

T = TypeVar("T")
U = TypeVar("U")

MAX_LIMIT = 500
_INT64 = 2**63


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of a list; the cursors of the pages beside it are None at either end."""

    rows: tuple[T, ...]
    next_cursor: str | None = None
    prev_cursor: str | None = None

    def map(self, change: Callable[[T], U]) -> Page[U]:
        """The same page with every row changed."""
        return Page(tuple(map(change, self.rows)), self.next_cursor, self.prev_cursor)


@dataclass(frozen=True)
class Order:
    """A total order of rows: columns, all upwards or all downwards, the last one unique.

    ``mixed`` says it column by column instead, where some go up and some down.
    """

    name: str
    columns: tuple[sa.ColumnElement[Any], ...]
    numeric: tuple[bool, ...]
    down: bool = False
    mixed: tuple[bool, ...] = ()

    @property
    def downs(self) -> tuple[bool, ...]:
        """For each column, whether it goes downwards."""
        return self.mixed or (self.down,) * len(self.columns)


@dataclass(frozen=True)
class Place:
    """Where in an order a page starts: ``values`` None is its beginning."""

    order: Order
    values: tuple[Any, ...] | None = None
    backward: bool = False

    @property
    def shape(self) -> tuple[Any, ...]:
        """What of the place decides the SQL text."""
        return (self.order.name, self.values is not None, self.backward)

    @property
    def bound(self) -> dict[str, Any]:
        """The values to bind."""
        return {f"after{i}": value for i, value in enumerate(self.values or ())}

    def narrow(
        self, query: sa.Select[Any], columns: Sequence[sa.ColumnElement[Any]] | None = None
    ) -> sa.Select[Any]:
        """Sort, start after the place, and take ``limit`` rows."""
        columns = columns or self.order.columns
        downs = [down != self.backward for down in self.order.downs]
        if self.values is not None:
            query = query.where(_beyond(columns, downs))
        query = query.order_by(
            *(
                column.desc() if down else column.asc()
                for column, down in zip(columns, downs, strict=True)
            )
        )
        return query.limit(sa.bindparam("limit", type_=sa.BigInteger))

    def page(self, rows: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> Page[T]:
        """Cut one row more than wanted into a page with the cursors beside it."""
        more = len(rows) > limit
        kept = list(rows[:limit])
        if self.backward:
            kept.reverse()
        if not kept:
            return Page(())
        after = self._cursor("n", key(kept[-1])) if more or self.backward else None
        back = more if self.backward else self.values is not None
        before = self._cursor("p", key(kept[0])) if back else None
        return Page(tuple(kept), after, before)

    def _cursor(self, way: str, values: tuple[Any, ...]) -> str:
        text = json.dumps([self.order.name, way, *values], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _beyond(
    columns: Sequence[sa.ColumnElement[Any]], downs: Sequence[bool]
) -> sa.ColumnElement[bool]:
    """Whether a row lies behind the place: one comparison where all columns go the same way."""
    there = [sa.bindparam(f"after{i}", type_=column.type) for i, column in enumerate(columns)]
    if len(set(downs)) == 1:
        here, place_ = sa.tuple_(*columns), sa.tuple_(*there)
        return here < place_ if downs[0] else here > place_
    cases = []
    for i, (column, down) in enumerate(zip(columns, downs, strict=True)):
        same = [columns[j] == there[j] for j in range(i)]
        cases.append(sa.and_(*same, column < there[i] if down else column > there[i]))
    return sa.or_(*cases)


def place(order: Order, cursor: str | None) -> Place:
    """The place a cursor names in this order; its beginning where it names none."""
    if not cursor or len(cursor) > 500:
        return Place(order)
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, binascii.Error, RecursionError):
        return Place(order)
    if not isinstance(found, list) or len(found) != 2 + len(order.columns):
        return Place(order)
    name, way, *values = found
    if name != order.name or way not in ("n", "p"):
        return Place(order)
    if not all(map(_fits, values, order.numeric)):
        return Place(order)
    return Place(order, tuple(values), way == "p")


def _fits(value: object, numeric: bool) -> bool:
    if numeric:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _INT64
    return isinstance(value, str) and value.isprintable()


def bounded(limit: int) -> int:
    """A page size that is neither nothing nor everything."""
    return max(1, min(limit, MAX_LIMIT))
