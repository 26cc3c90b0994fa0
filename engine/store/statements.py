"""SQL texts of the row operations, compiled once a shape by SQLAlchemy and kept.

A transaction of the hot path runs none of SQLAlchemy's machinery: it looks up a text here and
hands it to the driver with its values in order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from engine.model.rows import Row
from engine.store.codec import codec
from engine.store.schema import table
from engine.store.where import Shape

MOST_KEPT = 4_000
"""How many statements are kept."""


class Sql:
    """A compiled statement: its text, and the names of its values in the order they are bound."""

    __slots__ = ("_defaults", "order", "text")

    def __init__(self, compiled: SQLCompiler) -> None:
        self.text = compiled.string
        self.order: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._defaults: Mapping[str, Any] = compiled.params

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of the text; what is not given keeps what the statement says."""
        defaults = self._defaults
        return [values[name] if name in values else defaults[name] for name in self.order]


_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
}


def order_by(of: sa.Table, order: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    """Columns to sort by; a leading minus sorts downwards. What is unknown comes last either way."""
    sorted_by: list[sa.ColumnElement[Any]] = []
    for name in order:
        column = of.c[name.removeprefix("-")]
        part = column.desc() if name.startswith("-") else column.asc()
        # Databases differ in where NULL goes. Where there is none, the plain order fits an index.
        sorted_by.append(part.nulls_last() if column.nullable else part)
    return sorted_by


class Statements:
    """All statements of one dialect."""

    known: ClassVar[dict[tuple[str, str], Statements]] = {}

    @classmethod
    def of(cls, dialect: Dialect) -> Statements:
        """Those of a dialect, shared by all databases that speak it: trials open many for a moment."""
        return cls.known.setdefault((dialect.name, dialect.paramstyle), cls(dialect))

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._kept: dict[Hashable, Sql] = {}

    def keep(self, key: Hashable, build: Callable[[], sa.ClauseElement]) -> Sql:
        """The statement kept under ``key``; built and compiled when asked for the first time."""
        found = self._kept.get(key)
        if found is None:
            compiled = build().compile(dialect=self._dialect)
            assert isinstance(compiled, SQLCompiler)
            if len(self._kept) >= MOST_KEPT:
                # Lists can be narrowed and sorted in more ways than are worth keeping.
                for old in list(self._kept)[: MOST_KEPT // 2]:
                    self._kept.pop(old, None)
            found = self._kept[key] = Sql(compiled)
        return found

    def __len__(self) -> int:
        return len(self._kept)

    # --- reading --------------------------------------------------------------------------------

    def select(
        self,
        row: type[Row],
        names: tuple[str, ...],
        shape: Shape,
        order: tuple[str, ...] = (),
        limited: bool = False,
        lock: bool = False,
    ) -> Sql:
        """Columns of rows; binds tenant, the conditions in order (``w0``, ``w1``, …), ``limit``."""

        def build() -> sa.ClauseElement:
            of = table(row)
            query = sa.select(*(of.c[name] for name in names)).where(*_where(of, shape))
            query = query.order_by(*order_by(of, order))
            if limited:
                query = query.limit(sa.bindparam("limit", type_=sa.BigInteger))
            return query.with_for_update() if lock else query

        return self.keep(("select", row, names, shape, order, limited, lock), build)

    # --- writing --------------------------------------------------------------------------------

    def insert(
        self, row: type[Row], count: int, existing: str = "", over: tuple[str, ...] = ()
    ) -> Sql:
        """Insert ``count`` rows at once.

        A row whose key exists is an error, or is left as it is (``existing="keep"``), or is
        written over (``"replace"``): in the columns ``over``, or in all.
        """

        def build() -> sa.ClauseElement:
            of = table(row)
            lines = [
                {name: _bind(of, name, f"{name}_{i}") for name in codec(row).insert_columns}
                for i in range(count)
            ]
            if not existing:
                return sa.insert(of).values(lines)
            kind: type[SqliteInsert | PostgresInsert] = (
                SqliteInsert if self._dialect.name == "sqlite" else PostgresInsert
            )
            upsert = kind(of).values(lines)
            if existing == "keep":
                return upsert.on_conflict_do_nothing()
            key = codec(row).kind.key
            written = over or tuple(c.name for c in of.columns if c.name not in key)
            return upsert.on_conflict_do_update(
                index_elements=key, set_={name: upsert.excluded[name] for name in written}
            )

        return self.keep(("insert", row, count, existing, over), build)

    def update(self, row: type[Row], columns: tuple[str, ...], guard: tuple[str, ...] = ()) -> Sql:
        """Set columns of the row with a key, if the guards still hold; binds all three in order."""

        def build() -> sa.ClauseElement:
            of = table(row)
            return (
                sa.update(of)
                .values({name: _bind(of, name, f"s_{name}") for name in columns})
                .where(*_key(of, row), *(of.c[g] == _bind(of, g, f"g_{g}") for g in guard))
            )

        return self.keep(("update", row, columns, guard), build)

    def update_where(self, row: type[Row], columns: tuple[str, ...], shape: Shape) -> Sql:
        """Set columns (``s_name``) of all rows that fulfil the conditions."""

        def build() -> sa.ClauseElement:
            of = table(row)
            changes = {name: _bind(of, name, f"s_{name}") for name in columns}
            return sa.update(of).values(changes).where(*_where(of, shape))

        return self.keep(("update where", row, columns, shape), build)

    def delete(self, row: type[Row]) -> Sql:
        """Delete the row with a key (``k_name``)."""
        return self.keep(
            ("delete", row), lambda: sa.delete(table(row)).where(*_key(table(row), row))
        )

    def take(self, row: type[Row], guard: tuple[str, ...]) -> Sql:
        """Delete the row with a key (``k_name``), if columns (``g_name``) still hold."""

        def build() -> sa.ClauseElement:
            of = table(row)
            return sa.delete(of).where(
                *_key(of, row), *(of.c[g] == _bind(of, g, f"g_{g}") for g in guard)
            )

        return self.keep(("take", row, guard), build)

    def delete_where(self, row: type[Row], shape: Shape) -> Sql:
        """Delete all rows that fulfil the conditions."""
        return self.keep(
            ("delete where", row, shape),
            lambda: sa.delete(table(row)).where(*_where(table(row), shape)),
        )


def _bind(of: sa.Table, column: str, name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=of.c[column].type)


def _key(of: sa.Table, row: type[Row]) -> list[sa.ColumnElement[bool]]:
    return [of.c[name] == _bind(of, name, f"k_{name}") for name in codec(row).kind.key]


def _where(of: sa.Table, shape: Shape) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [of.c.tenant == _bind(of, "tenant", "tenant")]
    bound = 0
    for name, operator, count in shape:
        column = of.c[name]
        if operator == "null":
            conditions.append(column.is_(None))
        elif operator == "known":
            conditions.append(column.is_not(None))
        elif operator == "in":
            conditions.append(column.in_([_bind(of, name, f"w{bound + i}") for i in range(count)]))
            bound += count
        else:
            conditions.append(_COMPARE[operator](column, _bind(of, name, f"w{bound}")))
            bound += 1
    return conditions
