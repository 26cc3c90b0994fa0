"""One command, one commit: whole or not at all, again when somebody was faster, told when it cannot be."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.commands import AddComment, Attach, CompleteTask
from engine.engine import Engine
from engine.errors import Conflict, Unavailable
from engine.executor import ATTEMPTS
from engine.handlers import HANDLERS
from engine.model import rows
from engine.store import Retry
from engine.store.database import Database, Link
from tests.support.engines import Town, refusal
from tests.support.models import model, user

FIVE = [f"t{number}" for number in range(5)]
LINE = model(*(user(name, groups="drafter") for name in FIVE), ">".join(("s", *FIVE, "e")))


@contextmanager
def counted(town: Town) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []
    listeners = town.engine.house.store.statements.listeners
    listeners.append(sent.append)
    yield sent
    listeners.remove(sent.append)


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every commit of any connection."""
    seen: list[str] = []
    from engine.store.postgres import PostgresLink
    from engine.store.sqlite import SqliteLink

    for link in (PostgresLink, SqliteLink):
        original = link.commit

        def commit(self: Link, original: Callable[[Any], None] = original) -> None:
            seen.append(type(self).__name__)
            original(self)

        monkeypatch.setattr(link, "commit", commit)
    return seen


def test_a_completion_is_one_commit_and_few_statements(town: Town, commits: list[str]) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    for number, name in enumerate(FIVE):
        task = town.task(name)
        if number % 2:
            town.claim("zhang", task)
        commits.clear()
        with counted(town) as sent:
            town.complete("zhang", task, {"opinion": "同意", "amount": 1200})
        assert len(commits) == 1
        assert len(sent) <= 10, "\n".join(sent)
    assert town.case(case).state == "completed"


def test_what_is_refused_writes_nothing_and_commits_nothing(town: Town, commits: list[str]) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    before = town.case(case)
    commits.clear()
    refusal(town.complete, "qian", town.task("t0"))
    refusal(town.complete, "nobody", town.task("t0"))
    assert commits == []
    assert town.case(case) == before


def test_a_handler_that_fails_at_its_end_leaves_no_trace(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    before = snapshot(town)
    good = HANDLERS[CompleteTask]

    def failing(context: Any, command: Any) -> Any:
        good(context, command)
        raise ZeroDivisionError

    monkeypatch.setitem(HANDLERS, CompleteTask, failing)
    with pytest.raises(ZeroDivisionError):
        town.complete("zhang", town.task("t0"))
    monkeypatch.undo()
    assert snapshot(town) == before
    town.complete("zhang", town.task("t0"))
    assert list(town.engine.verify(case.case_id)) == []


def snapshot(town: Town) -> dict[str, list[Any]]:
    """All rows of all tables that a command on a case could touch."""
    kinds = (
        rows.Instance, rows.Task, rows.Candidate, rows.Activity, rows.AuditEntry, rows.Job,
        rows.Clock, rows.Participant, rows.Comment, rows.File, rows.Chain, rows.Sequence,
    )  # fmt: skip
    return {kind.__name__: sorted(town.rows(kind), key=repr) for kind in kinds}


def test_a_lost_race_runs_the_whole_command_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    lost = [2]
    tries = []
    good = HANDLERS[CompleteTask]

    def racing(context: Any, command: Any) -> Any:
        tries.append(id(context.tx))
        result = good(context, command)
        if lost[0]:
            lost[0] -= 1
            raise Retry("有人在办理。", "somebody was faster.")
        return result

    monkeypatch.setitem(HANDLERS, CompleteTask, racing)
    town.complete("zhang", town.task("t0"))
    assert len(tries) == 3
    assert town.audit(case) == ["start", "complete"]
    lost[0] = ATTEMPTS
    error = refusal(town.complete, "zhang", town.task("t1"))
    assert isinstance(error, Unavailable)
    assert not isinstance(error, Retry)
    assert town.audit(case) == ["start", "complete"]


def test_an_upload_is_read_again_when_the_command_is_run_again(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    good, lost = HANDLERS[Attach], [1]

    def racing(context: Any, command: Any) -> Any:
        result = good(context, command)
        if lost[0]:
            lost[0] -= 1
            raise Retry("有人在办理。", "somebody was faster.")
        return result

    monkeypatch.setitem(HANDLERS, Attach, racing)
    content = tmp_path / "x.pdf"
    content.write_bytes(b"%PDF-1.4 content")
    with content.open("rb") as file:
        stored = town.engine.execute(
            Attach(actor="zhang", name="x.pdf", content=file, case_id=case.case_id)
        )
    assert stored.size == 16
    assert town.engine.house.files.path(stored.sha256).read_bytes() == b"%PDF-1.4 content"


def test_commands_are_never_nested(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.deploy(LINE)
    town.start("zhang")

    def nesting(context: Any, command: Any) -> Any:
        return town.complete("zhang", town.task("t0"))

    monkeypatch.setitem(HANDLERS, AddComment, nesting)
    with pytest.raises(AssertionError):
        town.engine.execute(AddComment(actor="zhang", case_id="x", text="x"))


# --- a disk that is full, a database that is gone --------------------------------------------------


def test_a_full_disk_under_the_files_writes_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.deploy(LINE)
    case = town.start("zhang")
    before = snapshot(town)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    error = refusal(
        town.engine.execute,
        Attach(actor="zhang", name="x.pdf", content=b"%PDF-1.4 x" * 100, case_id=case.case_id),
    )
    assert isinstance(error, Unavailable)
    assert "磁盘" in error.message("zh")
    monkeypatch.undo()
    assert snapshot(town) == before
    assert [path for path in town.files.rglob("*") if path.is_file()] == []


def test_a_full_disk_under_the_database_writes_nothing(sqlite_town: Town) -> None:
    town = sqlite_town
    town.deploy(LINE)
    case = town.start("zhang")
    before = snapshot(town)
    with limited(town.engine):
        error = refusal(town.complete, "zhang", town.task("t0"), {"x": "y" * 150_000})
        assert isinstance(error, Unavailable)
        assert "磁盘" in error.message("zh")
        assert snapshot(town) == before
    town.complete("zhang", town.task("t0"), {"x": "y" * 150_000})
    assert list(town.engine.verify(case.case_id)) == []


@contextmanager
def limited(engine: Engine) -> Iterator[None]:
    """No connection of the engine may make its SQLite file any larger."""
    from sqlalchemy import event

    database: Database = engine.house.store.database

    def stop(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    database.rest()
    event.listen(database.engine, "connect", stop)
    yield
    event.remove(database.engine, "connect", stop)
    database.rest()


def test_a_database_that_went_away_is_told_and_comes_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.deploy(LINE)
    town.start("zhang")
    task = town.task("t0")
    database: Database = town.engine.house.store.database

    def gone() -> Any:
        raise database.driver_errors[0]("no such server")

    database.rest()
    monkeypatch.setattr(database.engine, "raw_connection", gone)
    assert isinstance(refusal(town.complete, "zhang", task), Unavailable)
    monkeypatch.undo()
    town.complete("zhang", task)


def test_a_conflict_is_no_reason_to_try_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.deploy(LINE)
    town.start("zhang")
    task = town.task("t0")
    town.complete("zhang", task)
    tries = []
    good = HANDLERS[CompleteTask]

    def counting(context: Any, command: Any) -> Any:
        tries.append(1)
        return good(context, command)

    monkeypatch.setitem(HANDLERS, CompleteTask, counting)
    assert isinstance(refusal(town.complete, "zhang", task), Conflict)
    assert tries == [1]
