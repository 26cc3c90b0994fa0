"""Attacks need one database, not two: the town on SQLite, and the township with its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import office as township
from tests.support.engines import make_town, town
from tests.support.office import Office

__all__ = ["make_town", "town"]


@pytest.fixture
def store_url(sqlite_store_url: str) -> str:
    """The one database that attacks are tried on."""
    return sqlite_store_url


@pytest.fixture(scope="session")
def township_template(tmp_path_factory: pytest.TempPathFactory, assets: Path) -> Path:
    """The township as it was founded; not to be changed."""
    folder = tmp_path_factory.mktemp("attacked-township")
    township.found(folder)
    return folder


@pytest.fixture
def office(township_template: Path, tmp_path: Path) -> Iterator[Office]:
    """An open township with its pages."""
    with township.opened(township_template, tmp_path / "office") as opened:
        yield opened
