"""Stores to test with: every test that asks for ``store`` runs on SQLite and on PostgreSQL.

The schema is migrated once a test session; each test gets a copy of the empty database.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from engine.store import Store

_numbers = itertools.count(1)

StoreUrl = Callable[[], str]


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    store = Store.open(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: str) -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database, to be copied."""
    name = "template_yifa"
    _administer(postgres_server, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    store = Store.open(_address(postgres_server, name))
    store.migrate()
    store.close()
    yield name
    _administer(postgres_server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture
def sqlite_store_url(tmp_path: Path, empty_sqlite: Path) -> str:
    """The URL of a migrated SQLite database of this test."""
    path = tmp_path / "store.db"
    shutil.copyfile(empty_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_store_url(postgres_server: str, empty_postgres: str) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database of this test."""
    name = f"store_{next(_numbers)}"
    copy = f"CREATE DATABASE {{}} TEMPLATE {empty_postgres} STRATEGY FILE_COPY"
    _administer(postgres_server, copy, name)
    yield _address(postgres_server, name)
    _administer(postgres_server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database of this test, of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_store_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A migrated store, on each kind of database in turn."""
    opened = Store.open(store_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_store_url: str) -> Iterator[Store]:
    """A migrated store on SQLite alone."""
    opened = Store.open(sqlite_store_url)
    yield opened
    opened.close()


@pytest.fixture
def postgres_store(postgres_store_url: str) -> Iterator[Store]:
    """A migrated store on PostgreSQL alone."""
    opened = Store.open(postgres_store_url)
    yield opened
    opened.close()


def _administer(server: str, statement: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _address(server: str, database: str) -> str:
    address, _, query = server.partition("?")
    base = address.rsplit("/", 1)[0]
    return f"{base}/{database}" + (f"?{query}" if query else "")
