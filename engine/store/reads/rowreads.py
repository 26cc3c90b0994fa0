"""Reading rows as they are: by key, by conditions, or a few columns of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from engine.model.rows import Candidate, Row
from engine.store.codec import codec
from engine.store.database import Database, Link
from engine.store.statements import Sql, Statements
from engine.store.where import Term, shape, terms, values

R = TypeVar("R", bound=Row)


class RowReads:
    """What both a read and a write transaction can look up. Everything is of one ``tenant``."""

    def __init__(self, database: Database, link: Link, tenant: str) -> None:
        self._database = database
        self._link = link
        self._statements: Statements = database.statements
        self.tenant = tenant

    def get(self, row: type[R], **key: Any) -> R | None:
        """The row with this primary key (without tenant), or None."""
        kind = codec(row).kind
        assert set(key) == set(kind.key[1:]), f"the key of {kind.table.name} is {kind.key[1:]}"
        found = self.find(row, **key)
        return found[0] if found else None

    def find(
        self,
        row: type[R],
        *,
        order: str | Sequence[str] = (),
        limit: int | None = None,
        **where: Any,
    ) -> list[R]:
        """Rows that fulfil all conditions.

        A plain value means equality, a list, tuple or set means any of them, None means NULL; see
        ``engine.store.where`` for ``gt``, ``ge``, ``lt``, ``le``, ``ne``. ``order`` names columns,
        a leading minus sorts downwards.
        """
        found = terms(where)
        if found is None:
            return []
        return self._select(row, found, _names(order), limit)

    def columns(
        self,
        row: type[Row],
        names: Sequence[str],
        *,
        order: str | Sequence[str] = (),
        limit: int | None = None,
        **where: Any,
    ) -> list[tuple[Any, ...]]:
        """Some columns of rows, as they stand in the database: spares the big ones."""
        found = terms(where)
        if found is None:
            return []
        of = codec(row)
        lines = self._fetch(row, tuple(names), found, _names(order), limit)
        special = [
            (position, name)
            for position, name in enumerate(names)
            if name in of.kind.json or name in of.kind.flags
        ]
        if not special:
            return lines
        decoded = []
        for line in lines:
            cells = list(line)
            for position, name in special:
                cells[position] = of.decode(name, cells[position])
            decoded.append(tuple(cells))
        return decoded

    def candidates_of(self, task_id: str) -> list[str]:
        """The values of a task's candidate rows: whom it waits for."""
        return [str(value) for (value,) in self.columns(Candidate, ("value",), task_id=task_id)]

    # --- for the other reads --------------------------------------------------------------------

    def _select(
        self, row: type[R], found: Sequence[Term], order: tuple[str, ...], limit: int | None
    ) -> list[R]:
        of = codec(row)
        make = of.make
        return [make(cells) for cells in self._fetch(row, of.fields, found, order, limit)]

    def _fetch(
        self,
        row: type[Row],
        names: tuple[str, ...],
        found: Sequence[Term],
        order: tuple[str, ...],
        limit: int | None,
        lock: bool = False,
    ) -> list[tuple[Any, ...]]:
        sql = self._statements.select(row, names, shape(found), order, limit is not None, lock)
        given: dict[str, Any] = {f"w{i}": value for i, value in enumerate(values(found))}
        given["tenant"] = self.tenant
        given["limit"] = limit
        return self._link.rows(sql.text, sql.bind(given))

    def _ask(self, sql: Sql, given: dict[str, Any]) -> list[tuple[Any, ...]]:
        given["tenant"] = self.tenant
        return self._link.rows(sql.text, sql.bind(given))

    def _make(self, row: type[R], lines: Iterable[Sequence[Any]]) -> list[R]:
        make = codec(row).make
        return [make(line) for line in lines]


def _names(order: str | Sequence[str]) -> tuple[str, ...]:
    return (order,) if isinstance(order, str) else tuple(order)
