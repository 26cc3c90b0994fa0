"""A database as the store needs it: connections that run prepared texts, and its own kind of lock.

``Database`` is the port; ``sqlite`` and ``postgres`` implement it. Their drivers' errors end here.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any, ClassVar, NamedTuple, NoReturn

import sqlalchemy as sa
from sqlalchemy import exc as sa_exc
from sqlalchemy.pool import PoolProxiedConnection

from engine import errors
from engine.store.statements import Statements

Cells = Sequence[Any]


class Count:
    """How many statements were sent to the database; BEGIN, COMMIT and the like do not count.

    ``listeners`` are called with every statement's text: a hook for tests and benchmarks.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self.listeners: list[Callable[[str], None]] = []
        self._taken = 0

    def add(self, text: str) -> None:
        """Count one statement."""
        next(self._numbers)
        for listener in self.listeners:
            listener(text)

    @property
    def total(self) -> int:
        """Statements so far."""
        # Drawing a number is what makes the count safe under threads; so is counting the draws.
        self._taken += 1
        return next(self._numbers) - self._taken + 1


class Patience(Enum):
    """How long to wait for an in-process lock."""

    NONE = 0
    SHORT = 1
    FULL = 2


class Step(NamedTuple):
    """A statement to be run once a line. ``demanded`` is the number of rows it must touch."""

    text: str
    lines: Sequence[Cells]
    demanded: int | None
    error: Callable[[], Exception]
    table: str = ""
    apart: bool = False
    """Whether it touches no row, and needs no key, of a step before it that writes its table."""

    def check(self, touched: int) -> None:
        """Raise the step's error unless it touched what it had to."""
        if self.demanded is not None and touched != self.demanded:
            raise self.error()


class Link(ABC):
    """One connection for one transaction, on one thread."""

    bundles = False
    """Whether ``send`` makes few statements of many by itself."""

    def __init__(self, pooled: PoolProxiedConnection, count: Count) -> None:
        self.pooled = pooled
        self._count = count
        self.raw: Any = pooled.driver_connection
        self.broken = False

    def rows(self, text: str, values: Cells) -> list[tuple[Any, ...]]:
        """Run a statement and fetch what it returns."""
        self._count.add(text)
        try:
            return self._rows(text, values)
        except Exception as exc:
            self.tell(exc)

    def run(self, text: str, values: Cells) -> int:
        """Run a statement; how many rows it touched."""
        self._count.add(text)
        try:
            return self._run(text, values)
        except Exception as exc:
            self.tell(exc)

    def alone(self, text: str, values: Cells) -> list[tuple[Any, ...]]:
        """Run a single query outside any transaction, and fetch what it returns."""
        return self.rows(text, values)

    def send(self, steps: Iterable[Step]) -> None:
        """Run statements in order; raises a step's own error when it touched too few rows."""
        for step in steps:
            self._count.add(step.text)
            try:
                touched = self._many(step.text, step.lines)
            except Exception as exc:
                self.tell(exc)
            step.check(touched)

    @abstractmethod
    def _rows(self, text: str, values: Cells) -> list[tuple[Any, ...]]: ...

    @abstractmethod
    def _run(self, text: str, values: Cells) -> int: ...

    @abstractmethod
    def _many(self, text: str, lines: Sequence[Cells]) -> int: ...

    def stamp(self) -> int:
        """Changes when somebody else committed, where the database has no row locks."""
        return 0

    @abstractmethod
    def begin_write(self) -> None:
        """Start to write."""

    @abstractmethod
    def begin_read(self) -> None:
        """Start to read: everything until ``rollback`` is one consistent picture."""

    @abstractmethod
    def commit(self) -> None:
        """Make it last; raises Retry, Unavailable or Unsure when it does not."""

    @abstractmethod
    def rollback(self) -> None:
        """Undo; never raises."""

    def leave(self) -> None:
        """End a transaction that wrote nothing; never raises."""
        self.rollback()

    @abstractmethod
    def stream(self, text: str, values: Cells, size: int) -> Iterator[tuple[Any, ...]]:
        """Run a query and give its rows bit by bit, ``size`` held at a time."""

    def tell(self, exc: Exception) -> NoReturn:
        """Raise the product's error for a driver's."""
        told = self.translate(exc)
        if told is exc:
            raise exc
        raise told from exc

    @abstractmethod
    def translate(self, exc: Exception) -> Exception:
        """The product's error for a driver's; anything else comes back as it is."""

    def close(self) -> None:
        """Give the connection back to the pool, or drop it when it is broken."""
        if self.broken:
            self.pooled.invalidate()
        self.pooled.close()


class Database(ABC):
    """Where the rows live."""

    kind: ClassVar[str]
    """What it is called: ``SQLite`` or ``PostgreSQL``."""
    size_query: ClassVar[str]
    """SQL for how many bytes it takes."""
    locks_rows: ClassVar[bool]
    """Whether ``SELECT … FOR UPDATE`` holds a row until the commit."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.count = Count()
        self.statements = Statements.of(engine.dialect)
        self._idle: list[PoolProxiedConnection] = []
        """Connections at rest, the last one used first; the pool counts them as taken."""

    @contextmanager
    def link(self) -> Iterator[Link]:
        """A connection for one transaction. Raises Unavailable when there is none to be had."""
        try:
            pooled = self._idle.pop()
        except IndexError:
            pooled = self._connect()
        link = self._link(pooled, self.count)
        try:
            yield link
        finally:
            if link.broken:
                link.close()
                self.rest()  # what broke one has broken the others
            else:
                self._idle.append(link.pooled)

    @contextmanager
    def short_write(self) -> Iterator[Link]:
        """A write transaction that needs no thinking: commits at the end, undoes on an error."""
        with self.link() as link:
            try:
                with self.writing():
                    link.begin_write()
                    yield link
                    link.commit()
            finally:
                link.rollback()

    def _connect(self) -> PoolProxiedConnection:
        try:
            return self.engine.raw_connection()
        except sa_exc.TimeoutError as exc:
            raise errors.Unavailable(
                reason={
                    "zh": "数据库连接都在使用中。",
                    "en": "all connections to the database are in use.",
                }
            ) from exc
        except self.driver_errors as exc:
            raise errors.Unavailable(
                reason={
                    "zh": "连接不上数据库，请管理员检查数据库服务和设置 database_url。",
                    "en": "the database cannot be reached; check that it runs and the setting "
                    "database_url.",
                }
            ) from exc

    driver_errors: ClassVar[tuple[type[Exception], ...]]

    @abstractmethod
    def _link(self, pooled: PoolProxiedConnection, count: Count) -> Link: ...

    @abstractmethod
    def acquire(self, key: tuple[str, ...], patience: Patience) -> bool:
        """Take an in-process lock where the database has no row locks."""

    @abstractmethod
    def release(self, key: tuple[str, ...]) -> None:
        """Give an in-process lock back."""

    @abstractmethod
    @contextmanager
    def writing(self) -> Iterator[None]:
        """A turn at writing: one writer of this process at a time where the database wants it."""

    def close(self) -> None:
        """Close all connections."""
        self.rest()
        self.engine.dispose()

    def rest(self) -> None:
        """Drop the connections that nobody is using; the next transaction makes a new one."""
        while self._idle:
            connection = self._idle.pop()
            connection.invalidate()
            connection.close()
