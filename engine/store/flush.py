"""Writing what a transaction gathered: few statements, in an order that fails early.

Held cases first (a version that moved ends it), then jobs taken, changes, deletions, insertions:
net changes a key never depend on each other in another order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.rows import Instance, Row
from engine.store.codec import codec
from engine.store.database import Link
from engine.store.pending import Pending
from engine.store.problems import Lost, Retry
from engine.store.schema import KINDS
from engine.store.statements import Sql, Statements
from engine.store.where import Term, shape, values

if TYPE_CHECKING:
    from engine.store.transaction import Transaction

_BATCH = 32
"""Rows a single INSERT takes; more go in several."""


def flush(tx: Transaction, link: Link, statements: Statements) -> None:
    """Write everything pending. Raises Retry or Lost."""
    tables = [(row, tx.pending[row]) for row in KINDS if row in tx.pending]
    if not all(tx.unchanged()):
        raise _moved()
    moves = tx.moves_cases
    for case in tx.held_cases.values():
        if moves:
            _raise_version(case, tx.pending.get(Instance), link, statements)
        elif tx.version_in_database(case) != case.version:
            raise _moved()
    for row, guard in tx.takes:
        _take(row, guard, link, statements)
    for of, changes in tables:
        _update(of, changes, link, statements, tx.tenant)
        _delete(of, changes, link, statements, tx.tenant)
    for of, changes in tables:
        _insert(of, list(changes.inserts.values()), "", link, statements)
        _insert(of, list(changes.missing.values()), "keep", link, statements)
        _insert(of, list(changes.puts.values()), "replace", link, statements)


def _moved() -> Retry:
    return Retry("同时有其他人在办理。", "somebody else was at it at the same time.")


def _raise_version(
    case: Instance, changes: Pending[Any] | None, link: Link, statements: Statements
) -> None:
    of = codec(Instance)
    _, names = changes.updates.pop(of.key_of(case), (case, set())) if changes else (case, set())
    columns = of.columns_of(names | {"version"})
    sql = statements.update(Instance, columns, ("version",))
    given = _setting(case, columns)
    given["g_version"] = case.version
    given["s_version"] = case.version + 1
    if link.run(sql.text, sql.bind(given)) != 1:
        raise _moved()
    case.version += 1


def _setting(row: Row, columns: tuple[str, ...]) -> dict[str, Any]:
    of = codec(type(row))
    given = {f"s_{name}": of.cell(row, name) for name in columns}
    for name in of.kind.key:
        given[f"k_{name}"] = getattr(row, name)
    return given


def _take(row: Row, guard: dict[str, Any], link: Link, statements: Statements) -> None:
    of = codec(type(row))
    sql = statements.take(type(row), tuple(guard))
    given = {f"k_{name}": getattr(row, name) for name in of.kind.key}
    given.update({f"g_{name}": value for name, value in guard.items()})
    if link.run(sql.text, sql.bind(given)) != 1:
        raise Lost


def _update(
    of: type[Row], changes: Pending[Any], link: Link, statements: Statements, tenant: str
) -> None:
    wide = Batches(link)
    for found, new in changes.updates_where:
        columns = codec(of).columns_of(new)
        given = _conditions(found, tenant)
        given.update({f"s_{name}": codec(of).encode(name, new[name]) for name in columns})
        wide.add(statements.update_where(of, columns, shape(found)), given)
    wide.run()
    single = Batches(link)
    for row, names in changes.updates.values():
        columns = codec(of).columns_of(names)
        single.add(statements.update(of, columns), _setting(row, columns))
    if single.run() != len(changes.updates):
        raise _moved()


def _delete(
    of: type[Row], changes: Pending[Any], link: Link, statements: Statements, tenant: str
) -> None:
    batches = Batches(link)
    for found in changes.deletes_where:
        batches.add(statements.delete_where(of, shape(found)), _conditions(found, tenant))
    key = codec(of).kind.key
    for row in changes.deletes.values():
        batches.add(statements.delete(of), {f"k_{name}": getattr(row, name) for name in key})
    batches.run()


def _conditions(found: tuple[Term, ...], tenant: str) -> dict[str, Any]:
    given: dict[str, Any] = {f"w{i}": value for i, value in enumerate(values(found))}
    given["tenant"] = tenant
    return given


class Batches:
    """Statements of one table, those of the same text sent together."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._lines: dict[str, list[Any]] = {}

    def add(self, sql: Sql, given: dict[str, Any]) -> None:
        """One run of a statement."""
        self._lines.setdefault(sql.text, []).append(sql.bind(given))

    def run(self) -> int:
        """Send everything; how many rows were touched."""
        return sum(self._link.many(text, lines) for text, lines in self._lines.items())


def _insert(
    of: type[Row], new: list[Any], existing: str, link: Link, statements: Statements
) -> None:
    cells = codec(of).cells
    for start in range(0, len(new), _BATCH):
        batch = new[start : start + _BATCH]
        sql = statements.insert(of, len(batch), existing)
        link.run(sql.text, [cell for row in batch for cell in cells(row)])
