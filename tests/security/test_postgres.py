"""What only PostgreSQL minds: characters it does not store, numbers it does not hold."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import queries as q
from engine.clock import VirtualClock
from engine.commands import SYSTEM, CorrelateMessage, SaveStartDraft, SignIn, StartProcess
from engine.errors import YifaError
from engine.model import rows
from tests.support.engines import NOW, Town, open_engine, people
from tests.support.models import model, user

pytestmark = pytest.mark.postgres
HARMFUL = (
    "\x00",
    "a\x00b",
    "\ud800",
    "\U0010ffff",
    "x" * 100_000,
    "'; drop table task; --",
    "%s",
    "$1",
)


@pytest.fixture
def big_town(postgres_store_url: str, tmp_path: Path) -> Iterator[Town]:
    """The town on PostgreSQL."""
    clock = VirtualClock(NOW)
    opened = Town(
        open_engine(postgres_store_url, tmp_path, clock), clock, postgres_store_url, tmp_path
    )
    people(opened.engine)
    yield opened
    opened.engine.close()


def test_no_text_breaks_a_question(big_town: Town) -> None:
    big_town.deploy(model(user("a", groups="drafter"), "s>a>e"))
    big_town.start("zhang")

    def asked(text: str) -> Iterator[q.Query[Any]]:
        for tab in ("todo", "claim", "done", "started", "read", "drafts"):
            yield q.Inbox(
                viewer="zhang", tab=tab, text=text, process_key=text, cursor=text, sort=text
            )
        yield q.Cases(viewer="qian", text=text, unit=text, stage=text, state=text, lamp=text)
        yield q.Cases(viewer="qian", process_key=text, cursor=text)
        yield q.Users(viewer="root", text=text, cursor=text)
        yield q.UserPage(viewer="root", user_id=text)
        yield q.People(viewer="zhang", role=text, unit=text)
        yield q.StartPage(viewer="zhang", process_key=text, draft_id=text)
        yield q.ProcessPage(viewer="root", key=text)
        yield q.TaskPage(viewer="zhang", task_id=text)
        yield q.CasePage(viewer="zhang", case_id=text)
        yield q.GetFile(viewer="zhang", file_id=text)
        yield q.DeploymentModel(viewer="zhang", deployment_id=text)
        yield q.WhoIs(viewer="", token=text)

    for text in HARMFUL:
        for query in asked(text):
            with contextlib.suppress(YifaError):
                big_town.engine.query(query)


def test_no_text_breaks_a_command(big_town: Town) -> None:
    big_town.deploy(model(user("a", groups="drafter"), "s>a>e"))
    case = big_town.start("zhang")
    for text in HARMFUL:
        for command in (
            SignIn(actor=text, password=text, agent=text),
            SignIn(actor="zhang", password=text, agent=text),
            StartProcess(actor="zhang", process_key=text),
            StartProcess(actor="zhang", process_key="p", request_id=text[:64], unit_id=text),
            StartProcess(actor="zhang", process_key="p", request_id=text[:64], urgency=text),
            SaveStartDraft(actor="zhang", process_key="p", answers={"a": text, text[:50]: 1}),
            CorrelateMessage(actor="zhang", name=text, case_id=case.case_id, key=text),
            CorrelateMessage(actor=SYSTEM, name=text, correlation_key=text, answers={"a": text}),
        ):
            with contextlib.suppress(YifaError):
                big_town.engine.execute(command)
    assert big_town.rows(rows.Task)
