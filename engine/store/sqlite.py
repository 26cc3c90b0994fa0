"""SQLite: one writer at a time, in the order they came; what was read is checked before writing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import exc as sa_exc
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from engine import errors
from engine.errors import Problem
from engine.store.database import Cells, Count, Database, Link, Patience
from engine.store.locks import FifoLock, KeyedLocks
from engine.store.problems import Retry

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


class SqliteLink(Link):
    """A connection in autocommit mode: transactions begin when we say so."""

    raw: sqlite3.Connection

    def _rows(self, text: str, values: Cells) -> list[tuple[Any, ...]]:
        return self.raw.execute(text, values).fetchall()

    def _run(self, text: str, values: Cells) -> int:
        return self.raw.execute(text, values).rowcount

    def _many(self, text: str, lines: Sequence[Cells]) -> int:
        if len(lines) == 1:
            return self.raw.execute(text, lines[0]).rowcount
        return self.raw.executemany(text, lines).rowcount

    def stream(self, text: str, values: Cells, size: int) -> Iterator[tuple[Any, ...]]:
        """Rows bit by bit (SQLite computes a row when it is asked for)."""
        self._count.add(text)
        try:
            cursor = self.raw.execute(text, values)
            cursor.arraysize = size
            yield from cursor
        except sqlite3.Error as exc:
            self.tell(exc)

    def stamp(self) -> int:
        """SQLite's own counter of other connections' commits."""
        try:
            return int(self.raw.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as exc:
            raise self.translate(exc) from exc

    def begin_write(self) -> None:
        """Take the write lock now, so that nothing read afterwards can be outdated."""
        self._control("BEGIN IMMEDIATE")

    def begin_read(self) -> None:
        """One picture of the database until ``rollback``."""
        self._control("BEGIN")

    def commit(self) -> None:
        """COMMIT; what fails here is rolled back by SQLite or by our caller."""
        self._control("COMMIT")

    def rollback(self) -> None:
        """ROLLBACK where a transaction is open."""
        try:
            if self.raw.in_transaction:
                self.raw.execute("ROLLBACK")
        except sqlite3.Error:
            self.broken = True

    def _control(self, text: str) -> None:
        try:
            self.raw.execute(text)
        except sqlite3.Error as exc:
            self.tell(exc)

    def translate(self, exc: Exception) -> Exception:
        """sqlite3's errors by their extended code."""
        if isinstance(exc, OverflowError | UnicodeEncodeError):
            return unfit(exc)
        if not isinstance(exc, sqlite3.Error):
            return exc
        extended = getattr(exc, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        code = extended & 0xFF
        if code in _BUSY:
            return Retry("数据库正忙。", "the database is busy.")
        if extended in _UNIQUE:
            return Retry("同一时间有人登记了相同的内容。", "somebody entered the same meanwhile.")
        if code in _NO_ROOM:
            return no_room()
        if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
            return errors.Unavailable(
                reason={
                    "zh": "数据库文件不能写入，请管理员检查文件和文件夹的权限。",
                    "en": "the database file cannot be written; check the permissions of the file "
                    "and its folder.",
                }
            )
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return errors.Unavailable(
                reason={
                    "zh": "数据库文件已损坏，请管理员用备份恢复。",
                    "en": "the database file is damaged; restore it from a backup.",
                }
            )
        return exc


def no_room() -> errors.Unavailable:
    """The disk is full."""
    return errors.Unavailable(
        reason={
            "zh": "磁盘空间不足或磁盘故障，请管理员清理磁盘。",
            "en": "the disk is full or failing; the administrator must make room.",
        }
    )


def unfit(exc: Exception) -> errors.Invalid:
    """A value no database can keep: a number beyond 64 bits, a NUL, half a character."""
    del exc
    return errors.Invalid(
        [
            Problem(
                code="unstorable",
                zh="内容含有无法保存的字符或过大的数字，请改正后再提交。",
                en="The content has a character or a number that cannot be kept; correct it.",
            )
        ]
    )


class _Process:
    """Locks of one database file, shared by everything in this process that opens it."""

    known: ClassVar[dict[Path, _Process]] = {}
    guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self) -> None:
        self.writer = FifoLock()
        self.cases = KeyedLocks()

    @classmethod
    def of(cls, path: Path) -> _Process:
        with cls.guard:
            return cls.known.setdefault(path, cls())


class SqliteDatabase(Database):
    """A database file, or a private temporary one."""

    kind = "SQLite"
    size_query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    locks_rows = False
    driver_errors = (sqlite3.Error, sa_exc.DBAPIError)

    def __init__(self, path: str, *, patience_seconds: float) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        if not path or path == ":memory:":
            self._folder = TemporaryDirectory(prefix="yifa-")
            path = str(Path(self._folder.name) / "store.db")
        file = Path(path).resolve()
        file.parent.mkdir(parents=True, exist_ok=True)
        self._patience = patience_seconds
        self._process = _Process.of(file)
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(file)),
            poolclass=QueuePool,
            pool_size=8,
            pool_reset_on_return=None,  # every transaction ends by itself before it comes back
            max_overflow=56,
            pool_timeout=patience_seconds,
            pool_use_lifo=True,  # few connections stay warm, and few caches fill
            connect_args={
                "isolation_level": None,
                "check_same_thread": False,
                "cached_statements": 512,
                "timeout": min(patience_seconds, 5.0),
            },
        )
        event.listen(engine, "connect", _prepare)
        super().__init__(engine)

    def _link(self, pooled: PoolProxiedConnection, count: Count) -> Link:
        return SqliteLink(pooled, count)

    def acquire(self, key: tuple[str, ...], patience: Patience) -> bool:
        """Take the lock of a case (or another row) among this process's threads."""
        seconds = {Patience.NONE: 0.0, Patience.SHORT: 0.02, Patience.FULL: self._patience}
        return self._process.cases.acquire(key, seconds[patience])

    def release(self, key: tuple[str, ...]) -> None:
        """Give it back."""
        self._process.cases.release(key)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time, first come, first served: SQLite's own waiting starves some."""
        if not self._process.writer.acquire(self._patience):
            raise Retry("数据库正忙。", "the database is busy.")
        try:
            yield
        finally:
            self._process.writer.release()

    def close(self) -> None:
        """Close, and remove a private file."""
        super().close()
        if self._folder is not None:
            self._folder.cleanup()


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-4000"):
        connection.execute(f"PRAGMA {pragma}")
