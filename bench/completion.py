"""Completing a user task, from the engine's door to the commit, beside what it is made of.

The yardstick is SpiffWorkflow alone in memory plus one bare commit of the same database, measured
in turns with the engine within one run, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import gc
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench import spiff_step
from bench.house import Line, opened
from bench.report import Figure, timed, typical
from engine.engine import Engine

ROUNDS = 60
"""Instances of five tasks."""
_ROW = "x" * 1000


def run(database: str, url: str, folder: Path) -> Iterator[Figure]:
    """The figures of one database."""
    with opened(url, folder) as engine, bare(url) as commit:
        yield from _against_bare(database, engine, commit)
        yield from _length(database, engine)


def _against_bare(database: str, engine: Engine, commit: Callable[[], object]) -> Iterator[Figure]:
    line = Line(engine, 5)
    for _ in range(10):
        line.step(spiff_step.ANSWERS)()
        commit()
    analyse(engine)
    gc.collect()
    gc.freeze()
    raw: list[float] = []
    single: list[float] = []
    whole: list[float] = []
    sent: list[int] = []
    count = engine.house.store.statements
    for _ in range(ROUNDS):
        raw += spiff_step.raw(5)
        for _ in range(5):
            single.append(timed(commit))
            step = line.step(spiff_step.ANSWERS)
            before = count.total
            whole.append(timed(step))
            sent.append(count.total - before)
    yardstick = typical(raw) + typical(single)
    yield Figure(
        name=f"{database}: completion",
        value=typical(whole) / yardstick,
        unit="×",
        bound=3,
        detail=f"{typical(whole):,.0f} µs against SpiffWorkflow {typical(raw):,.0f} µs"
        f" + bare commit {typical(single):,.0f} µs",
    )
    yield Figure(
        name=f"{database}: statements",
        value=max(sent),
        unit="SQL",
        bound=10,
        detail="the most that one completion sent; one commit",
    )


def analyse(engine: Engine) -> None:
    """What autovacuum does within a minute of first use: statistics for PostgreSQL's planner."""
    database = engine.house.store.database
    if database.locks_rows:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()


def _length(database: str, engine: Engine) -> Iterator[Figure]:
    short, long = Line(engine, 5), Line(engine, 200)
    few: list[float] = []
    many: list[float] = []
    for _ in range(200):
        few.append(timed(short.step(spiff_step.ANSWERS)))
        many.append(timed(long.step(spiff_step.ANSWERS)))
    yield Figure(
        name=f"{database}: 200 tasks against 5",
        value=typical(many) / typical(few),
        unit="×",
        bound=4,
        detail=f"{typical(many):,.0f} µs against {typical(few):,.0f} µs a completion",
    )


@contextmanager
def bare(url: str) -> Iterator[Callable[[], object]]:
    """One commit of one small row, by the bare driver, as durable as the engine's."""
    if url.startswith("sqlite"):
        with tempfile.TemporaryDirectory(dir=Path(url.removeprefix("sqlite:///")).parent) as name:
            connection = sqlite3.connect(Path(name) / "bare.db", isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, x TEXT)")

            def commit() -> None:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO bare (x) VALUES (?)", (_ROW,))
                connection.execute("COMMIT")

            yield commit
            connection.close()
        return
    with psycopg.connect(url) as server:
        server.execute("CREATE TABLE bare (id serial PRIMARY KEY, x text)")
        server.commit()

        def commit_there() -> None:
            server.execute("INSERT INTO bare (x) VALUES (%s)", (_ROW,))
            server.commit()

        yield commit_there
