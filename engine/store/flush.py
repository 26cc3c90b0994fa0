"""Writing what a transaction gathered: few statements, in an order that fails early.

Held cases first (a version that moved ends it), then jobs taken, changes, deletions, insertions:
net changes a key never depend on each other in another order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.model.rows import Instance, Row
from engine.store.codec import codec
from engine.store.database import Link, Step
from engine.store.pending import Pending
from engine.store.problems import Lost, moved
from engine.store.schema import KINDS
from engine.store.statements import Sql, Statements
from engine.store.where import Term, shape, values

if TYPE_CHECKING:
    from engine.store.transaction import Transaction

_BATCH = 32
"""Rows a single INSERT takes; more go in several."""


def flush(tx: Transaction, link: Link, statements: Statements) -> None:
    """Write everything pending. Raises Retry or Lost."""
    if not all(tx.unchanged()):
        raise moved()
    raised = tx.moves_cases
    if not raised and not all(tx.at_rest()):
        raise moved()
    link.send(_steps(tx, statements, raised, bundled=link.bundles))
    if raised:
        for case in tx.held_cases.values():
            case.version += 1


def _steps(
    tx: Transaction, statements: Statements, raised: bool, *, bundled: bool
) -> Iterator[Step]:
    tables = [(row, tx.pending[row]) for row in KINDS if row in tx.pending]
    if raised:
        for case in tx.held_cases.values():
            yield _raise_version(case, tx.as_read[case.id], tx.pending.get(Instance), statements)
    for row, guard in tx.takes:
        yield _take(row, guard, statements)
    written = set() if bundled else _write_with_new(tx, tables)
    for of, changes in tables:
        if of not in written and (changes.updates or changes.updates_where):
            yield from _update(of, changes, statements, tx.tenant)
        if changes.deletes or changes.deletes_where:
            yield from _delete(of, changes, statements, tx.tenant)
    for of, changes in tables:
        if of in written:
            yield from _insert_over(of, changes, statements)
            continue
        for new, existing in (
            (changes.inserts, ""),
            (changes.missing, "keep"),
            (changes.puts, "replace"),
        ):
            if new:
                apart = not existing and changes.inserts_apart
                yield from _insert(of, new.values(), existing, statements, apart=apart)


def _write_with_new(tx: Transaction, tables: Sequence[tuple[type[Row], Pending[Any]]]) -> set[Any]:
    """Tables where the one changed row, of a held case, can be written with the one new row.

    Nobody else can have removed it: who would, must hold the case.
    """
    return {
        of
        for of, changes in tables
        if len(changes.updates) == len(changes.inserts) == 1
        and not (changes.missing or changes.puts or changes.updates_where or changes.taken)
        and not (changes.deletes or changes.deletes_where)
        and all(getattr(row, "root_id", "") in tx.held_cases for row, _ in changes.updates.values())
    }


def _insert_over(of: type[Row], changes: Pending[Any], statements: Statements) -> Iterator[Step]:
    ((row, names),) = changes.updates.values()
    lines = [row, *changes.inserts.values()]
    sql = statements.insert(of, len(lines), "replace", codec(of).columns_of(names))
    line = [cell for each in lines for cell in codec(of).cells(each)]
    yield Step(sql.text, [line], None, moved, codec(of).kind.table.name)


def _raise_version(
    case: Instance,
    as_read: tuple[Any, ...],
    changes: Pending[Any] | None,
    statements: Statements,
) -> Step:
    """Write what of the root changed: a column set to what it was would touch its indexes."""
    of = codec(Instance)
    _, names = changes.updates.pop(of.key_of(case), (case, set())) if changes else (case, set())
    cells: dict[str, Any] = {"version": case.version + 1}
    for name in names:
        cell = of.cell(case, name)
        if cell != as_read[of.position[name]]:
            cells[name] = cell
    columns = of.columns_of(cells)
    if "search" in columns:
        cells["search"] = of.search(case)
    sql = statements.update(Instance, columns, ("version",))
    line = [*(cells[name] for name in columns), *of.key_of(case), case.version]
    return Step(sql.text, [line], 1, moved, of.kind.table.name)


def _setting(row: Row, columns: tuple[str, ...]) -> list[Any]:
    """The values of ``Statements.update``, in its order."""
    of = codec(type(row))
    return [*(of.cell(row, name) for name in columns), *of.key_of(row)]


def _take(row: Row, guard: dict[str, Any], statements: Statements) -> Step:
    sql = statements.take(type(row), tuple(guard))
    given = {f"k_{name}": getattr(row, name) for name in codec(type(row)).kind.key}
    given.update({f"g_{name}": value for name, value in guard.items()})
    return Step(sql.text, [sql.bind(given)], 1, Lost, codec(type(row)).kind.table.name)


def _update(
    of: type[Row], changes: Pending[Any], statements: Statements, tenant: str
) -> Iterator[Step]:
    if changes.updates_where:
        yield from _update_where(of, changes, statements, tenant)
    if not changes.updates:
        return
    if len(changes.updates) == 1:
        ((row, names),) = changes.updates.values()
        yield _single(row, codec(of).columns_of(names), statements)
        return
    single = Batches(codec(of).kind.table.name)
    for row, names in changes.updates.values():
        columns = codec(of).columns_of(names)
        single.add_line(statements.update(of, columns), _setting(row, columns))
    yield from single.steps(counted=True)


def _update_where(
    of: type[Row], changes: Pending[Any], statements: Statements, tenant: str
) -> Iterator[Step]:
    wide = Batches(codec(of).kind.table.name)
    for found, new in changes.updates_where:
        columns = codec(of).columns_of(new)
        given = _conditions(found, tenant)
        given.update({f"s_{name}": codec(of).encode(name, new[name]) for name in columns})
        wide.add(statements.update_where(of, columns, shape(found)), given)
    yield from wide.steps(counted=False)


def _single(row: Row, columns: tuple[str, ...], statements: Statements) -> Step:
    sql = statements.update(type(row), columns)
    return Step(sql.text, [_setting(row, columns)], 1, moved, codec(type(row)).kind.table.name)


def _delete(
    of: type[Row], changes: Pending[Any], statements: Statements, tenant: str
) -> Iterator[Step]:
    batches = Batches(codec(of).kind.table.name)
    for found in changes.deletes_where:
        batches.add(statements.delete_where(of, shape(found)), _conditions(found, tenant))
    key = codec(of).kind.key
    for row in changes.deletes.values():
        batches.add(statements.delete(of), {f"k_{name}": getattr(row, name) for name in key})
    yield from batches.steps(counted=False)


def _conditions(found: tuple[Term, ...], tenant: str) -> dict[str, Any]:
    given: dict[str, Any] = {f"w{i}": value for i, value in enumerate(values(found))}
    given["tenant"] = tenant
    return given


class Batches:
    """Statements of one table, those of the same text sent together."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._lines: dict[str, list[Sequence[Any]]] = {}

    def add(self, sql: Sql, given: dict[str, Any]) -> None:
        """One run of a statement."""
        self.add_line(sql, sql.bind(given))

    def add_line(self, sql: Sql, line: Sequence[Any]) -> None:
        """One run of a statement, its values in the order of its text."""
        self._lines.setdefault(sql.text, []).append(line)

    def steps(self, *, counted: bool) -> Iterator[Step]:
        """What to send; ``counted`` demands one row a run, for a row that is gone was changed."""
        for text, lines in self._lines.items():
            yield Step(text, lines, len(lines) if counted else None, moved, self._table)


def _insert(
    of: type[Row], new: Iterable[Any], existing: str, statements: Statements, *, apart: bool
) -> Iterator[Step]:
    rows = list(new)
    cells, name = codec(of).cells, codec(of).kind.table.name
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        sql = statements.insert(of, len(batch), existing)
        line = [cell for row in batch for cell in cells(row)]
        yield Step(sql.text, [line], None, moved, name, apart)
