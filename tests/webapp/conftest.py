"""A township for tests of the pages: made once a session, copied for each test."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.support import office as township
from tests.support.office import Office


@pytest.fixture(scope="session")
def township_template(tmp_path_factory: pytest.TempPathFactory, assets: Path) -> Path:
    """The township as it was founded; not to be changed."""
    folder = tmp_path_factory.mktemp("township")
    township.found(folder)
    return folder


@pytest.fixture
def office(township_template: Path, tmp_path: Path) -> Iterator[Office]:
    """An open township with nobody looking at it over the network."""
    with township.opened(township_template, tmp_path / "office") as opened:
        yield opened


@pytest.fixture
def served(office: Office) -> Iterator[Office]:
    """The same, served on a loopback port."""
    with township.served(office) as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def quiet_log() -> None:
    """Of the log only what went wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
