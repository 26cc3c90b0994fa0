"""The store: where a township's rows live, and the only way to them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from engine import errors
from engine.model import rows
from engine.store import migrating
from engine.store.database import Count, Database
from engine.store.hints import Hints
from engine.store.jobs import Jobs
from engine.store.postgres import PostgresDatabase
from engine.store.problems import Outdated
from engine.store.reads import Reads
from engine.store.sqlite import SqliteDatabase
from engine.store.transaction import Transaction


class Store:
    """One township's part of one database. Safe to share between threads."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._ready = False
        self._here = threading.local()
        self.tenant = tenant
        self.hints = Hints()
        self.jobs = Jobs(self)

    @classmethod
    def open(cls, url: str, *, tenant: str = "default", patience_seconds: float = 10.0) -> Store:
        """Open a database.

        ``url``: ``sqlite:///path``, ``sqlite://`` (private, gone when closed), ``postgresql://…``.
        ``patience_seconds`` is how long a transaction waits for a lock or a connection. Raises
        Misconfigured for any other URL. Nothing is connected to or changed yet.
        """
        return cls(_database(url, patience_seconds), tenant)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    # --- schema ---------------------------------------------------------------------------------

    def migrate(self) -> None:
        """Bring the schema to this program's version: wholly, or not at all."""
        migrating.migrate(self._database)
        self._ready = False

    def current_revision(self) -> str | None:
        """The schema's version in the database; None where there is none."""
        return migrating.current(self._database)

    def head_revision(self) -> str:
        """The schema's version this program needs."""
        return migrating.head()

    def require_schema(self) -> None:
        """Raise Outdated unless the database has this program's schema."""
        if self._ready:
            return
        found, needed = self.current_revision(), self.head_revision()
        if found != needed:
            raise Outdated(
                found=found or {"zh": "（空）", "en": "(none)"},
                needed=needed,
                remedy=migrating.remedy(found),
            )
        self._ready = True

    def measure(self) -> tuple[str, int]:
        """The kind of database, and the bytes it takes. Raises Unavailable when it does not answer."""
        with self._database.link() as link:
            ((size,),) = link.alone(self._database.size_query, ())
        return self._database.kind, int(size)

    # --- transactions ---------------------------------------------------------------------------

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """The write transaction of one command.

        Commits when the block ends normally, rolls back on an exception. Raises Retry when the
        whole command should be run again, Lost when a job taken was gone, Unavailable when the
        database is. Never nested.
        """
        self.require_schema()
        assert not getattr(self._here, "writing", False), "a command has one write transaction"
        self._here.writing = True
        try:
            with self._database.link() as link:
                tx = Transaction(self._database, link, self.tenant)
                try:
                    yield tx
                    self._commit(tx)
                finally:
                    if tx.begun:
                        link.rollback()
                    else:
                        link.leave()
                    tx.release()
        finally:
            self._here.writing = False
        if rows.Job in tx.pending:
            self.hints.ring()
        for hook in tx.hooks:
            hook()

    def _commit(self, tx: Transaction) -> None:
        if tx.idle:
            return
        with self._database.writing():
            try:
                tx.commit()
            except BaseException:
                tx.rollback()
                raise

    @contextmanager
    def read(self) -> Iterator[Reads]:
        """A read transaction: everything asked in the block is one picture of the database."""
        self.require_schema()
        with self._database.link() as link:
            link.begin_read()
            try:
                yield Reads(self._database, link, self.tenant)
            finally:
                link.leave()

    @property
    def statements(self) -> Count:
        """Counts the statements sent, and tells listeners; for tests and benchmarks."""
        return self._database.count

    @property
    def database(self) -> Database:
        """The database itself; for the rest of this room."""
        return self._database


def _database(url: str, patience_seconds: float) -> Database:
    try:
        parsed = sa.engine.make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as exc:
        raise _unknown() from exc
    if backend == "sqlite":
        return SqliteDatabase(parsed.database or "", patience_seconds=patience_seconds)
    if backend == "postgresql":
        return PostgresDatabase(parsed, patience_seconds=patience_seconds)
    raise _unknown()


def _unknown() -> errors.Misconfigured:
    return errors.Misconfigured(
        reason={
            "zh": "database_url 不是可用的数据库地址。请写成 sqlite:///文件路径 或 "
            "postgresql://用户:口令@主机/数据库。",
            "en": "database_url is no usable address. Write sqlite:///path/to/file or "
            "postgresql://user:password@host/database.",
        }
    )
