"""PostgreSQL by psycopg 3: rows are locked by the database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import event
from sqlalchemy import exc as sa_exc
from sqlalchemy.pool import PoolProxiedConnection

from engine import errors
from engine.store.database import Cells, Count, Database, Link, Patience, Step
from engine.store.problems import Retry, Unsure
from engine.store.sqlite import no_room, unfit

_names = itertools.count()

_RERUN = {
    "40001": ("同时有其他人在办理。", "somebody else was at it at the same time."),
    "40P01": ("同时有其他人在办理。", "somebody else was at it at the same time."),
    "55P03": ("同时有其他人在办理。", "somebody else was at it at the same time."),
    "23505": ("同一时间有人登记了相同的内容。", "somebody entered the same meanwhile."),
}


class PostgresLink(Link):
    """A connection whose transactions psycopg begins with the first statement."""

    raw: psycopg.Connection[Any]
    bundles = True
    _reading = False

    def _rows(self, text: str, values: Cells) -> list[tuple[Any, ...]]:
        return self._cursor(text, [values]).fetchall()

    def alone(self, text: str, values: Cells) -> list[tuple[Any, ...]]:
        """One trip to the server instead of three."""
        self.raw.autocommit = True
        try:
            return self.rows(text, values)
        finally:
            if not self.broken:
                self.raw.autocommit = False

    def _run(self, text: str, values: Cells) -> int:
        return self._cursor(text, [values]).rowcount

    def _many(self, text: str, lines: Sequence[Cells]) -> int:
        return self._cursor(text, lines).rowcount

    def _cursor(self, text: str, lines: Sequence[Cells]) -> psycopg.Cursor[Any]:
        cursor = psycopg.RawCursor(self.raw)
        if len(lines) == 1:
            cursor.execute(_numbered(text), lines[0])
        else:
            cursor.executemany(_numbered(text), lines)
        return cursor

    def send(self, steps: Iterable[Step]) -> None:
        """All in one trip to the server; what they touched is checked afterwards."""
        groups = list(_merged(steps))
        # One statement is one trip anyway; the pipeline would cost as much as half a statement.
        several: AbstractContextManager[object] = (
            self.raw.pipeline() if len(groups) > 1 else nullcontext()
        )
        sent: list[tuple[list[Step], psycopg.Cursor[Any]]] = []
        try:
            with several:
                for group in groups:
                    text, lines = _one_statement(group)
                    self._count.add(text)
                    sent.append((group, self._cursor(text, lines)))
            counts = [
                [cursor.rowcount] if len(group) == 1 else cursor.fetchone() or ()
                for group, cursor in sent
            ]
        except Exception as exc:
            self.tell(exc)
        for (group, _), touched in zip(sent, counts, strict=True):
            for step, number in zip(group, touched, strict=True):
                step.check(number)

    def stream(self, text: str, values: Cells, size: int) -> Iterator[tuple[Any, ...]]:
        """Rows bit by bit, by a cursor on the server."""
        self._count.add(text)
        try:
            # Several may be read side by side, and one that was left half-read is still open.
            with self.raw.cursor(name=f"stream_{next(_names)}") as cursor:
                cursor.itersize = size
                cursor.execute(text.encode(), values)
                yield from cursor
        except psycopg.Error as exc:
            self.tell(exc)

    def begin_write(self) -> None:
        """Nothing: the transaction began with the first lock."""

    def begin_read(self) -> None:
        """One picture of the database until ``rollback``."""
        self._reading = True
        self.raw.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self.raw.read_only = True

    def commit(self) -> None:
        """COMMIT; a connection that breaks here leaves it open whether it was kept."""
        try:
            self.raw.commit()
        except psycopg.Error as exc:
            error = self.translate(exc)
            raise (Unsure() if self.broken else error) from exc

    def rollback(self) -> None:
        """Undo and forget what ``begin_read`` set."""
        self._end(self.raw.rollback)

    def leave(self) -> None:
        """COMMIT what wrote nothing: a ROLLBACK makes psycopg forget every prepared statement."""
        self._end(self.raw.commit)

    def _end(self, how: Callable[[], None]) -> None:
        try:
            how()
            if self._reading:
                self._reading = False
                self.raw.isolation_level = None
                self.raw.read_only = None
        except psycopg.Error:
            self.broken = True

    def translate(self, exc: Exception) -> Exception:
        """Psycopg's errors by their SQLSTATE."""
        if isinstance(exc, UnicodeEncodeError):
            return unfit(exc)
        if not isinstance(exc, psycopg.Error):
            return exc
        state = exc.sqlstate or ""
        if state in _RERUN:
            return Retry(*_RERUN[state])
        if self.raw.closed or self.raw.broken or state[:2] in {"08", "57"}:
            self.broken = True
            return Retry("与数据库的连接中断。", "the connection to the database was lost.")
        if state in {"53100", "58030"}:
            return no_room()
        if state[:2] == "53":
            return errors.Unavailable(
                reason={"zh": "数据库资源不足。", "en": "the database is short of resources."}
            )
        if isinstance(exc, psycopg.DataError):
            return unfit(exc)
        return exc


@lru_cache(maxsize=1024)
def _numbered(text: str) -> bytes:
    """The statement with the server's own placeholders.

    Psycopg would read a long one anew each time it is run, which takes longer than running it.
    """
    first, *others = text.split("%s")
    numbered = first + "".join(f"${n}{part}" for n, part in enumerate(others, 1))
    return numbered.replace("%%", "%").encode()


def _merged(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Steps that may be one statement: one line each, and none needs what another did.

    The parts of a statement do not see each other, so what is written to one table twice, or what
    an INSERT needs out of the way first, stands in statements of its own, in order.
    """
    group: list[Step] = []
    inserting = False
    for step in steps:
        inserts = step.text.startswith("INSERT")
        alone = len(step.lines) > 1
        same = [each for each in group if each.table == step.table]
        if step.apart:
            joins = not any(each.text.startswith("INSERT") for each in same)
        else:
            joins = not same and inserts == inserting
        if group and (alone or not joins):
            yield group
            group = []
        inserting = inserts
        if alone:
            yield [step]
        else:
            group.append(step)
    if group:
        yield group


def _one_statement(group: list[Step]) -> tuple[str, Sequence[Cells]]:
    """One text for a group: each part as a WITH query, answering how many rows each touched."""
    if len(group) == 1:
        return group[0].text, group[0].lines
    parts = ", ".join(f"p{i} AS ({step.text} RETURNING 1)" for i, step in enumerate(group))
    counts = ", ".join(
        f"(SELECT count(*) FROM p{i})"  # noqa: S608 - nothing but a number
        for i in range(len(group))
    )
    text = f"WITH {parts} SELECT {counts}"
    return text, [[cell for step in group for cell in step.lines[0]]]


class PostgresDatabase(Database):
    """A PostgreSQL server, or one that speaks its protocol."""

    kind = "PostgreSQL"
    size_query = "SELECT pg_database_size(current_database())"
    locks_rows = True
    driver_errors = (psycopg.Error, sa_exc.DBAPIError)

    def __init__(self, url: sa.URL, *, patience_seconds: float) -> None:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            paramstyle="format",
            pool_size=8,
            pool_reset_on_return=None,  # every transaction ends by itself before it comes back
            max_overflow=24,
            pool_timeout=patience_seconds,
            pool_use_lifo=True,
            pool_recycle=3600,
            connect_args={
                "connect_timeout": 10,
                "application_name": "yifa",
                "options": f"-c lock_timeout={int(patience_seconds * 1000)} "
                "-c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
            },
        )
        event.listen(engine, "connect", _prepare)
        super().__init__(engine)

    def _link(self, pooled: PoolProxiedConnection, count: Count) -> Link:
        return PostgresLink(pooled, count)

    def acquire(self, key: tuple[str, ...], patience: Patience) -> bool:
        """Nothing: the row itself is locked."""
        del key, patience
        return True

    def release(self, key: tuple[str, ...]) -> None:
        """Nothing: the commit frees the row."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nothing: many write at once."""
        yield


def _prepare(connection: psycopg.Connection[Any], _record: object) -> None:
    # One type for all whole numbers, or every size of number would prepare its own statement.
    connection.adapters.register_dumper(int, Int8Dumper)
