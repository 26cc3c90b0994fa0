"""Every example of every process package goes as it says, straight and restored at every step."""

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
from tests.processes.runner import FOUNDED, Player, Scenario, found, packages, scenarios, settings

SCENARIOS = list(scenarios())
PROCESSES = Path(__file__).resolve().parents[2] / "processes"
Opener = Callable[[VirtualClock], Engine]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the township and all processes, to be copied."""
    folder = tmp_path_factory.mktemp("founded")
    path = folder / "founded.db"
    with _open(f"sqlite:///{path}", folder, VirtualClock(FOUNDED)) as engine:
        found(engine)
    return path


@pytest.fixture(scope="session")
def founded_postgres(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a PostgreSQL database with the township and all processes, to be copied."""
    name = "founded"
    _administer(postgres_server, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    folder = tmp_path_factory.mktemp("founded-postgres")
    with _open(psycopg_url(postgres_server, name), folder, VirtualClock(FOUNDED)) as engine:
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
    _administer(postgres_server, "CREATE DATABASE {} TEMPLATE " + founded_postgres, name)
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


each_scenario = pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=lambda scenario: f"{scenario.process}-{scenario.name}"
)


@each_scenario
def test_goes_as_told(scenario: Scenario, sqlite_opener: Opener) -> None:
    """Straight on, documents and all: one engine from start to end."""
    Player(scenario, sqlite_opener).play()


@each_scenario
@pytest.mark.postgres
@pytest.mark.usefixtures("undrawn")
def test_goes_as_told_on_postgres(scenario: Scenario, postgres_opener: Opener) -> None:
    """The same on the other database."""
    Player(scenario, postgres_opener).play()


@each_scenario
@pytest.mark.usefixtures("undrawn")
def test_goes_as_told_restored_after_every_step(scenario: Scenario, opener: Opener) -> None:
    """The engine is closed and opened again before every step: nothing lives in memory only."""
    Player(scenario, opener, restore=True).play()


def test_every_process_has_examples() -> None:
    """A process without examples is not known to work."""
    folders = {path.parents[1].name for path in PROCESSES.glob("*/scenarios/*.toml")}
    assert folders == set(packages())


def test_every_user_task_is_reached_by_some_example() -> None:
    """A step that no example takes may be broken without anybody noticing."""
    from engine import bpmn

    taken = {step["task"] for scenario in SCENARIOS for step in scenario.steps if "task" in step}
    for key, files in packages().items():
        elements = bpmn.load(files["main.bpmn"]).elements.values()
        tasks = {element.id for element in elements if element.kind == "userTask"}
        assert tasks <= taken, f"{key}: no example takes {sorted(tasks - taken)}"


def _open(url: str, folder: Path, clock: VirtualClock) -> Engine:
    return Engine.open(url, settings=settings(url, folder / "files"), clock=clock)


def _administer(server: str, statement: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
