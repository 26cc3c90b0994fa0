"""The whole township with all shipped processes, founded once, copied and served for each matter."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from engine.clock import VirtualClock
from engine.config import Settings
from engine.engine import Engine
from tests.matters.player import PASSWORD, Manner, PagePlayer
from tests.processes.runner import FOUNDED, REGION
from tests.support import office as township
from webapp.scenarios import shipped
from webapp.scenarios.scenario import read_scenario

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Opener = Callable[..., PagePlayer]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, assets: Path) -> Path:
    """A folder with the township's database and files; not to be changed."""
    folder = tmp_path_factory.mktemp("matters")
    with open_engine(folder) as engine:
        shipped.found(engine, PASSWORD)
    return folder


def open_engine(folder: Path) -> Engine:
    """The engine on what lies in ``folder``, under a clock that tests move."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'office.db'}",
        files_dir=folder / "files",
        region=REGION,
        secret_key="for tests only " * 4,
        cookie_secure=False,
    )
    return Engine.open(settings=settings, clock=VirtualClock(FOUNDED))


@pytest.fixture
def player(founded: Path, chromium: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens an office and gives who plays a scenario in it: ``player("complaint/plain", lang="en")``."""
    with ExitStack() as stack:

        def opened(name: str, kind: type[PagePlayer] = PagePlayer, **manner: object) -> PagePlayer:
            folder = tmp_path / "office"
            shutil.copytree(founded, folder)
            engine = stack.enter_context(open_engine(folder))
            office = stack.enter_context(township.served(township.Office(engine)))
            process, _, scenario = name.partition("/")
            path = shipped.processes_folder() / process / "scenarios" / f"{scenario}.toml"
            desks = tmp_path / "desks"
            desks.mkdir()
            made = kind(
                read_scenario(path),
                office,
                chromium,
                desks,
                Manner(**manner),  # type: ignore[arg-type]
            )
            stack.callback(made.leave)
            return made

        yield opened


@pytest.fixture(scope="session", autouse=True)
def quiet_log() -> None:
    """Of the log only what went wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
