"""What SQLite's planner is told about the data, so that its plans do not depend on luck.

Every index begins with the tenant, which selects next to nothing; without statistics SQLite assumes
that it selects well and takes any index. So the statistics of a busy township are written by
``migrate``, the way SQLite's manual suggests for stable plans. ``ANALYZE`` may replace them by real
ones at any time. PostgreSQL gathers its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from engine.store.schema import metadata

_ROWS = 1_000_000

_ALIKE = {
    "root_id": 20,
    "instance_id": 20,
    "task_id": 2,
    "value": 5_000,
    "assignee": 500,
    "closed_by": 1_000,
    "user_id": 500,
    "started_by": 1_000,
    "unit_id": 20_000,
    "process_key": 50_000,
    "lane": 200_000,
    "chain": 30,
    "name": 1_000,
    "kind": 100_000,
    "role": 20,
    "uploaded_by": 50,
}
"""How many rows share a value of a column, in the mind of the planner; 2 where nothing is said."""


def state(connection: sa.Connection) -> None:
    """Write the statistics of all indexes into a SQLite database."""
    connection.exec_driver_sql("ANALYZE")  # makes the table that holds them
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    lines = [
        (table.name, name, line)
        for table in metadata.sorted_tables
        for name, line in _lines(table)
        if name in _indexes(connection, table.name)
    ]
    if lines:
        connection.exec_driver_sql(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", lines
        )
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # has this connection read them again


def _lines(table: sa.Table) -> Iterator[tuple[str, str]]:
    key = [column.name for column in table.primary_key.columns]
    clustered = table.dialect_options["sqlite"]["with_rowid"] is False
    yield table.name if clustered else f"sqlite_autoindex_{table.name}_1", _line(key, True)
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        parts = [getattr(part, "name", "") or "" for part in index.expressions]
        yield str(index.name), _line(parts, index.unique)


def _line(parts: list[str], unique: bool) -> str:
    numbers = [_ROWS, _ROWS]
    for part in parts[1:]:
        numbers.append(min(numbers[-1], _ALIKE.get(part, 2)))
    if unique or numbers[-1] <= 2:
        numbers[-1] = 1
    return " ".join(map(str, numbers))


def _indexes(connection: sa.Connection, table: str) -> set[str]:
    """The indexes there are; the tree of a table without row ids goes by the table's name."""
    found = connection.exec_driver_sql(
        "SELECT name FROM sqlite_schema WHERE tbl_name = ?", (table,)
    )
    return {str(line[0]) for line in found}
