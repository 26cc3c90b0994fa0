"""Databases with the township and all processes, copied for each test of the processes."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from engine import documents
from engine.clock import VirtualClock
from engine.documents.filling import fill
from engine.engine import Engine
from tests.conftest import psycopg_url
from tests.processes.runner import FOUNDED, found, settings

Opener = Callable[[VirtualClock], Engine]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the township and all processes, to be copied."""
    folder = tmp_path_factory.mktemp("founded")
    path = folder / "founded.db"
    with _open(f"sqlite:///{path}", folder, VirtualClock(FOUNDED), migrate=True) as engine:
        found(engine)
    return path


@pytest.fixture(scope="session")
def founded_postgres(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a PostgreSQL database with the township and all processes, to be copied."""
    name = "founded"
    _administer(
        postgres_server,
        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' STRATEGY FILE_COPY",
        name,
    )
    folder = tmp_path_factory.mktemp("founded-postgres")
    url = psycopg_url(postgres_server, name)
    with _open(url, folder, VirtualClock(FOUNDED), migrate=True) as engine:
        found(engine)
    yield name
    _administer(postgres_server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture
def sqlite_opener(tmp_path: Path, founded_sqlite: Path) -> Opener:
    """Opens this test's copy of the founded database, again and again."""
    path = tmp_path / "case.db"
    shutil.copyfile(founded_sqlite, path)
    return lambda clock: _open(f"sqlite:///{path}", tmp_path, clock)


@pytest.fixture
def postgres_opener(
    tmp_path: Path, postgres_server: str, founded_postgres: str
) -> Iterator[Opener]:
    """The same on PostgreSQL."""
    name = f"case_{next(_numbers)}"
    copy = f"CREATE DATABASE {{}} TEMPLATE {founded_postgres} STRATEGY FILE_COPY"
    _administer(postgres_server, copy, name)
    url = psycopg_url(postgres_server, name)
    yield lambda clock: _open(url, tmp_path, clock)
    _administer(postgres_server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opener(request: pytest.FixtureRequest) -> Opener:
    """Opens this test's database, of each kind in turn."""
    found_opener: Opener = request.getfixturevalue(f"{request.param}_opener")
    return found_opener


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are filled but not drawn: drawing takes longest, and is the same everywhere."""

    def fill_only(
        template: documents.Template, variables: Mapping[str, Any], *, now: datetime
    ) -> documents.Rendered:
        number = fill(template, variables, now=now).number
        return documents.Rendered(docx=b"docx", pdf=b"pdf", number=number)

    monkeypatch.setattr(documents, "render", fill_only)


def _open(url: str, folder: Path, clock: VirtualClock, *, migrate: bool = False) -> Engine:
    return Engine.open(url, settings=settings(url, folder / "files"), clock=clock, migrate=migrate)


def _administer(server: str, statement: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
