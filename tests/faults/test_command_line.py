"""What the terminal says when a command cannot be done: one sentence, never a traceback."""

from __future__ import annotations

import os
import secrets
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from engine.engine import Engine
from tests.faults.served import ROOT
from webapp.cli import main
from webapp.terminal import Menu

KEY = secrets.token_urlsafe(48)
LOCALES = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}
CHINESE = range(0x4E00, 0x9FFF)


class Terminal:
    """A terminal in a folder with a database of its own."""

    def __init__(self, folder: Path, lang: str) -> None:
        self.folder = folder
        self.lang = lang
        self.url = f"sqlite:///{folder / 'yifa.db'}"
        self.settings: dict[str, str | None] = dict.fromkeys(
            (name for name in os.environ if name.startswith("YIFA_")), None
        )
        self.settings |= {
            "LC_ALL": LOCALES[lang],
            "YIFA_FILES_DIR": str(folder / "files"),
            "YIFA_SECRET_KEY": KEY,
            "YIFA_DATABASE_URL": self.url,
        }

    def run(self, *words: str, **settings: str | None) -> Result:
        """What a command says, run inside this program."""
        return CliRunner().invoke(main, words, env=self.settings | settings, prog_name="yifa")

    def refusal(self, *words: str, code: int = 2, **settings: str | None) -> str:
        """What a failing command says, without its breaks of line."""
        result = self.run(*words, **settings)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert result.exit_code == code
        assert result.stdout == "", "what goes wrong is told on the error stream"
        return self.one_language(result.stderr)

    def one_language(self, text: str) -> str:
        """The text, checked to be in the terminal's language alone."""
        assert "Traceback" not in text
        chinese = [letter for letter in text if ord(letter) in CHINESE]
        assert bool(chinese) == (self.lang == "zh"), text
        if self.lang == "zh":
            for word in ("Error", "Usage", "Missing", "Options", "Invalid"):
                assert word not in text
        return text

    def founded(self) -> None:
        """Make the database."""
        with Engine.open(self.url):
            pass


@pytest.fixture(params=["zh", "en"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Terminal:
    return Terminal(tmp_path, request.param)


# --- settings and surroundings ---------------------------------------------------------------------


def test_no_secret_key_is_told(terminal: Terminal) -> None:
    assert "YIFA_SECRET_KEY" in terminal.refusal("serve", YIFA_SECRET_KEY=None)


def test_an_unknown_setting_is_named(terminal: Terminal) -> None:
    assert "YIFA_NOPE" in terminal.refusal("migrate", YIFA_NOPE="1")


def test_a_file_that_is_no_toml_is_named(terminal: Terminal) -> None:
    bad = terminal.folder / "bad.toml"
    bad.write_text("x = [", encoding="utf-8")
    assert "bad.toml" in terminal.refusal("--config", str(bad), "migrate")


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:a-secret@h/d"])
def test_an_address_of_no_database_is_told_without_its_password(
    terminal: Terminal, url: str
) -> None:
    text = terminal.refusal("migrate", YIFA_DATABASE_URL=url)
    assert "postgresql://" in text
    assert "a-secret" not in text


@pytest.mark.parametrize("words", [("migrate",), ("user", "list"), ("serve",), ("worker",)])
def test_a_database_that_cannot_be_reached_is_told_without_its_password(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    url = "postgresql://yifa:a-secret@127.0.0.1:1/yifa"
    text = terminal.refusal(*words, code=1, YIFA_DATABASE_URL=url)
    assert "database_url" in text
    assert "a-secret" not in text


def test_a_file_that_is_no_database_is_told(terminal: Terminal) -> None:
    (terminal.folder / "yifa.db").write_text("this is a letter\n" * 500, encoding="utf-8")
    assert "database_url" in terminal.refusal("migrate", code=1)


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("user", "list"), ("worker",)])
def test_a_database_newer_than_the_program_is_told(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    terminal.founded()
    with closing(sqlite3.connect(terminal.folder / "yifa.db")) as link:
        link.execute("UPDATE alembic_version SET version_num = '9999'")
        link.commit()
    text = terminal.refusal(*words)
    assert "9999" in text
    assert ("请升级程序" if terminal.lang == "zh" else "upgrade the program") in text


def test_a_database_older_than_the_program_is_told_what_to_run(terminal: Terminal) -> None:
    terminal.founded()
    with closing(sqlite3.connect(terminal.folder / "yifa.db")) as link:
        link.execute("UPDATE alembic_version SET version_num = '0001'")
        link.commit()
    assert "yifa migrate" in terminal.refusal("serve")


def test_a_port_in_use_is_told(terminal: Terminal) -> None:
    terminal.founded()
    with taken() as port:
        text = terminal.refusal("serve", "--port", port)
    assert port in text
    assert "--port" in text


@contextmanager
def taken() -> Iterator[str]:
    """A port of this machine that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


# --- words that a command does not know ------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("nonsense",), "nonsense"),
        (("user", "grnat"), "grant"),
        (("serve", "--prot", "80"), "--port"),
        (("serve", "--port"), "--port"),
        (("serve", "--port", "eighty"), "eighty"),
        (("serve", "--port", "70000"), "65535"),
        (("serve", "here"), "here"),
        (("lint",), "PATHS"),
        (("lint", "nowhere"), "nowhere"),
        (("lint", "[/red]"), "[/red]"),
        (("deploy", "nowhere"), "nowhere"),
        (("--config", "nowhere.toml", "migrate"), "nowhere.toml"),
        (("user", "add", "li.na"), "--name"),
        (("user", "grant", "li.na"), "ROLE"),
        (("user", "grant", "li.na", "legal", "--from", "tomorrow"), "2026-01-31"),
        (("audit", "seal", "nonsense"), "2026-01-31"),
        (("audit", "seal", "2026-02-30"), "2026-02-30"),
    ],
)
def test_a_slip_of_the_hand_is_told_with_what_was_meant(
    terminal: Terminal, words: tuple[str, ...], named: str
) -> None:
    assert named in terminal.refusal(*words)


def test_what_the_engine_refuses_is_told_in_a_sentence(terminal: Terminal) -> None:
    terminal.founded()
    terminal.refusal("user", "disable", "no.body", code=1)
    terminal.refusal("user", "grant", "no.body", "no-role", code=1)
    terminal.refusal("user", "revoke", "no.body", "legal", code=1)


def test_what_is_no_package_is_told_in_a_sentence(terminal: Terminal) -> None:
    terminal.founded()
    letter = terminal.folder / "letter[1].bpmn"
    letter.write_text("<html>", encoding="utf-8")
    empty = terminal.folder / "empty"
    empty.mkdir()
    for path in (letter, empty):
        for command in ("lint", "deploy"):
            result = terminal.run(command, str(path))
            assert isinstance(result.exception, SystemExit), result.exception
            assert result.exit_code == 1
            terminal.one_language(result.output)


# --- help ------------------------------------------------------------------------------------------


def commands(menu: click.Group = main, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, and of every menu of commands."""
    yield way
    for name, command in menu.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*way, name))
        else:
            yield (*way, name)


@pytest.mark.parametrize("words", [*commands()], ids=" ".join)
def test_help_is_in_the_terminals_language_and_leaves_nothing_unexplained(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    result = terminal.run(*words, "--help")
    assert result.exit_code == 0
    terminal.one_language(result.stdout)
    assert " · " not in result.stdout
    assert "..." not in result.stdout.partition("\n")[2], "a sentence is cut short"
    assert max(map(len, result.stdout.splitlines())) <= 80
    for line in result.stdout.splitlines():
        if line.startswith("  -"):
            assert len(line.split("  ")) > 2, f"nothing is said of {line}"


def test_every_menu_speaks_so() -> None:
    menus = [one for one in main.commands.values() if isinstance(one, click.Group)]
    assert menus
    assert all(isinstance(one, Menu) for one in (main, *menus))


# --- as a program ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LOCALES)
def test_the_program_itself_ends_so(tmp_path: Path, lang: str) -> None:
    """Once as people run it: what stands above is true of the process, too."""
    terminal = Terminal(tmp_path, lang)
    terminal.founded()
    env = {k: v for k, v in (os.environ | terminal.settings).items() if v is not None}
    with taken() as port:
        done = subprocess.run(
            [sys.executable, "-m", "webapp.cli", "serve", "--port", port],
            cwd=tmp_path,
            env=env | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stdout == ""
    assert port in terminal.one_language(done.stderr)
    assert len(done.stderr.splitlines()) == 1
