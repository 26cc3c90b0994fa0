"""Many rows put into a database at once: by COPY into PostgreSQL, by one long transaction into SQLite.

What is put where is the store's own: its tables, its columns in their order, its codec. Indexes that
the migrations made are taken away while rows come in, and made again as they were.
"""

from __future__ import annotations

import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from psycopg import sql

from engine.model.rows import Row, SearchText
from engine.store.codec import codec
from engine.store.schema import searchable

Line = list[Any]


class Pattern:
    """A row that stands for many: a line of its table is made by saying what is otherwise."""

    def __init__(self, row: Row) -> None:
        of = codec(type(row))
        self.row = type(row)
        self.columns = of.insert_columns
        self._cells = of.cells(row)
        self._at = {name: position for position, name in enumerate(of.insert_columns)}
        self._search = of.kind.search

    def line(self, **given: Any) -> Line:
        """The line; JSON columns are given as their text."""
        cells = self._cells.copy()
        at = self._at
        for name, cell in given.items():
            cells[at[name]] = cell
        if self._search:
            cells[at["search"]] = searchable(*(cells[at[name]] for name in self._search))
        return cells


class Loader(ABC):
    """Takes lines in. Everything is there once ``loading`` has ended."""

    @abstractmethod
    def put(self, row: type[Row], lines: Sequence[Line]) -> None:
        """Add lines to the table of a row."""


@contextmanager
def loading(url: str) -> Iterator[Loader]:
    """A loader for a migrated database, which nobody else uses meanwhile."""
    if url.startswith("sqlite"):
        with _into_sqlite(url.removeprefix("sqlite:///")) as loader:
            yield loader
    else:
        with _into_postgres(url) as loader:
            yield loader


# --- SQLite -------------------------------------------------------------------------------------


_USUAL = 1024 * 1024
_POSTINGS = "INSERT INTO search_fts (search_fts, rank) VALUES ('hashsize', ?)"
"""Says how many bytes of postings are gathered before they are written."""


class _Sqlite(Loader):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._doc = codec(SearchText).insert_columns.index("doc")
        self._grams = codec(SearchText).insert_columns.index("grams")

    def put(self, row: type[Row], lines: Sequence[Line]) -> None:
        if row is SearchText:
            self._index(lines)
        of = codec(row)
        places = ", ".join("?" * len(of.insert_columns))
        columns = ", ".join(of.insert_columns)
        self._connection.executemany(
            f"INSERT INTO {of.kind.table.name} ({columns}) VALUES ({places})", lines
        )

    def _index(self, lines: Sequence[Line]) -> None:
        """As the table's trigger does it: the pairs go into the index, and are kept nowhere else."""
        self._connection.executemany(
            "INSERT INTO search_fts (rowid, grams) VALUES (?, ?)",
            [(line[self._doc], line[self._grams]) for line in lines],
        )
        for line in lines:
            line[self._grams] = ""


@contextmanager
def _into_sqlite(path: str) -> Iterator[Loader]:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "journal_mode=OFF",
        "synchronous=OFF",
        "cache_size=-600000",
        "temp_store=MEMORY",
        "locking_mode=EXCLUSIVE",
    ):
        connection.execute(f"PRAGMA {pragma}")
    made = connection.execute(
        "SELECT type, name, sql FROM sqlite_schema"
        " WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _ in made:
        connection.execute(f"DROP {kind} {name}")
    stated = connection.execute("SELECT tbl, idx, stat FROM sqlite_stat1").fetchall()
    connection.execute(_POSTINGS, (100 * _USUAL,))
    connection.execute("BEGIN")
    yield _Sqlite(connection)
    connection.execute(_POSTINGS, (_USUAL,))
    for _, _, text in made:
        connection.execute(text)
    # Statistics go with an index; what ``migrate`` told the planner is told again.
    connection.execute("DELETE FROM sqlite_stat1")
    connection.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", stated)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


# --- PostgreSQL ---------------------------------------------------------------------------------


class _Postgres(Loader):
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def put(self, row: type[Row], lines: Sequence[Line]) -> None:
        of = codec(row)
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(of.kind.table.name),
            sql.SQL(", ").join(map(sql.Identifier, of.insert_columns)),
        )
        with self._connection.cursor().copy(into) as copy:
            for line in lines:
                copy.write_row(line)


@contextmanager
def _into_postgres(url: str) -> Iterator[Loader]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        made = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        ).fetchall()
        for name, _ in made:
            if not re.match("alembic", name):
                connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        yield _Postgres(connection)
        # The index of the search takes as long as all others together.
        made.sort(key=lambda one: "gin" in one[1], reverse=True)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(partial(_make, url), (text for _, text in made)))
        # Autovacuum does both within minutes in a house that is at work.
        connection.execute("VACUUM ANALYZE")


def _make(url: str, index: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute(index.encode())
