"""Filled houses kept between runs: what fills them and the schema decide whether one still holds."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console

from bench import filling
from bench.servers import address, served
from engine.config import Settings
from engine.engine import Engine
from engine.store import schema
from webapp.scenarios import shipped

CACHE = Path(tempfile.gettempdir()) / "yifa-bench-kept"
"""Where houses are kept unless another folder is named."""

Kept = Callable[[str, int], Engine]
"""Opens the kept house of a kind of database with so many cases."""


@contextmanager
def houses(
    folder: Path, *, fresh: bool, console: Console
) -> Iterator[tuple[tuple[str, ...], Kept]]:
    """Gives the databases there are and their houses, filling those that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    engines: dict[tuple[str, int], Engine] = {}
    with served(folder / "postgres", keep=True) as server:
        shelf = _Shelf(folder, server, fresh, console)

        def kept(database: str, cases: int) -> Engine:
            if (database, cases) not in engines:
                engines[database, cases] = shelf.house(database, cases)
            return engines[database, cases]

        try:
            yield ("SQLite", *(("PostgreSQL",) if server else ())), kept
        finally:
            for engine in engines.values():
                engine.close()


class _Shelf:
    def __init__(self, folder: Path, server: str, fresh: bool, console: Console) -> None:
        self._folder, self._server, self._fresh = folder, server, fresh
        self._console = console
        self._version = _version()

    def house(self, database: str, cases: int) -> Engine:
        name = f"house_{cases}_{self._version}"
        settings = Settings(
            files_dir=self._folder / "files",
            secret_key="for the benchmark only " * 3,
            cookie_secure=False,
        )
        url = self._in_postgres(name) if database == "PostgreSQL" else self._in_sqlite(name)
        there = self._there(url, name)
        if there and not self._fresh:
            return filling.opened(url, settings)
        self._clear(url, cases)
        began = time.perf_counter()
        engine = filling.opened(self._begun(url, name), settings)
        filling.fill(engine, self._making(url, name), cases)
        engine.close()
        self._done(url, name)
        took = time.perf_counter() - began
        self._console.print(f"{database}: {cases:,} cases filled in {took:.0f} s")
        return filling.opened(url, settings)

    # A house is filled under another name, so that one half filled is never taken for whole.

    def _in_sqlite(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    def _in_postgres(self, name: str) -> str:
        return address(self._server, name)

    def _there(self, url: str, name: str) -> bool:
        if url.startswith("sqlite"):
            return Path(url.removeprefix("sqlite:///")).is_file()
        with psycopg.connect(self._server, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            return found.fetchone() is not None

    def _clear(self, url: str, cases: int) -> None:
        """Remove what earlier versions kept of so many cases."""
        if url.startswith("sqlite"):
            for path in self._folder.glob(f"house_{cases}_*"):
                path.unlink()
            return
        with psycopg.connect(self._server, autocommit=True) as connection:
            like = f"house\\_{cases}\\_%"
            names = connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", (like,)
            )
            for (name,) in names.fetchall():
                connection.execute(
                    sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                )

    def _making(self, url: str, name: str) -> str:
        return url.replace(name, f"{name}_making")

    def _begun(self, url: str, name: str) -> str:
        if not url.startswith("sqlite"):
            self._administer(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", f"{name}_making"
            )
        return self._making(url, name)

    def _done(self, url: str, name: str) -> None:
        if url.startswith("sqlite"):
            path = Path(url.removeprefix("sqlite:///"))
            path.with_name(f"{name}_making.db").rename(path)
        else:
            self._administer("ALTER DATABASE {} RENAME TO {}", f"{name}_making", name)

    def _administer(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _version() -> str:
    """Of the schema, the processes, and what fills."""
    found = hashlib.sha256(str(filling.VERSION).encode())
    room = Path(schema.__file__).parent
    migrations = sorted((room / "migrations" / "versions").glob("*.py"))
    for path in (room / "schema.py", *migrations):
        found.update(path.read_bytes())
    for key, files in shipped.packages().items():
        found.update(key.encode())
        for name, data in sorted(files.items()):
            found.update(name.encode() + data)
    return found.hexdigest()[:12]
