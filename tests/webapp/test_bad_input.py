"""What is wrong with a request is told on a page in one's language, and what was typed is kept."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from lxml import html
from sqlalchemy import event

from engine.commands import SYSTEM, Deploy, StartProcess
from engine.errors import Conflict, Unavailable, YifaError
from engine.model.rows import Task
from tests.support.models import form, model, user
from tests.support.office import ADMIN, DRAFTER, LEGAL, STRANGER, Office, Visitor

OPINION = "第一段\n第二段"
REVIEW = {"conclusion": "退回", "opinion": OPINION}


class Desk:
    """Somebody at a page, in one of the languages."""

    def __init__(self, office: Office, lang: str) -> None:
        self.office = office
        self.lang = lang

    def visitor(self, name: str) -> Visitor:
        """A browser of somebody who reads this language."""
        visitor = self.office.client(name, self.lang)
        visitor.post(f"/language/{self.lang}")
        return visitor

    def told(self, answer: Any, status: int, zh: str, en: str) -> html.HtmlElement:
        """The page that says so, in this language."""
        assert answer.status_code == status
        page: html.HtmlElement = html.document_fromstring(answer.get_data(as_text=True))
        assert page.get("lang") == ("zh-CN" if self.lang == "zh" else "en")
        words = page.text_content()
        assert (zh if self.lang == "zh" else en) in words
        assert "Traceback" not in words
        return page

    def review(self) -> str:
        """A task of the reviewer's."""
        return self.office.task(self.office.at_review(), "S2_review")


@pytest.fixture(params=["zh", "en"])
def desk(request: pytest.FixtureRequest, office: Office) -> Desk:
    return Desk(office, request.param)


def carried(page: html.HtmlElement, action: str) -> dict[str, str]:
    """What the page's form would send, without its secret."""
    (sent,) = page.xpath(f"//main//form[@action='{action}']")
    values = {each.get("name"): each.get("value") for each in sent.xpath(".//input[@name]")}
    for area in sent.xpath(".//textarea[@name]"):
        values[area.get("name")] = area.text.removeprefix("\n")
    return {name: value or "" for name, value in values.items() if name != "_csrf"}


def state(office: Office, task_id: str) -> str:
    with office.engine.house.store.read() as reader:
        task = reader.get(Task, id=task_id)
    assert task is not None
    return task.state


# --- what is asked for ------------------------------------------------------------------------------


def test_sent_twice_is_told_and_done_once(desk: Desk) -> None:
    task, visitor = desk.review(), desk.visitor(LEGAL)
    typed = {"conclusion": "通过", "opinion": OPINION}
    assert visitor.post(f"/tasks/{task}", typed).status_code == 302
    page = desk.told(visitor.post(f"/tasks/{task}", typed), 409, "办结", "completed")
    assert "第二段" in page.text_content()
    assert list(desk.office.engine.verify()) == []


def test_a_task_that_is_not_ones_own_does_not_exist(desk: Desk) -> None:
    task, visitor = desk.review(), desk.visitor(STRANGER)
    for answer in (visitor.get(f"/tasks/{task}"), visitor.post(f"/tasks/{task}", REVIEW)):
        desk.told(answer, 404, "找不到任务", "There is no such task")
    assert state(desk.office, task) == "open"


def test_a_matter_that_does_not_exist_is_told(desk: Desk) -> None:
    visitor = desk.visitor(DRAFTER)
    for case_id in ("nothing", "0" * 26, "0198a3c2-0000-7000-8000-000000000000"):
        desk.told(visitor.get(f"/cases/{case_id}"), 404, "找不到事项", "There is no such case")


def test_a_stale_page_is_told_and_keeps_what_was_typed(desk: Desk) -> None:
    task, visitor = desk.review(), desk.visitor(LEGAL)
    answer = visitor.post(f"/tasks/{task}", {**REVIEW, "version": "0"})
    page = desk.told(answer, 409, "事项已有变化", "The matter has changed")
    assert page.get_element_by_id("f-opinion").text_content().strip() == OPINION


def test_a_page_of_before_keeps_what_was_typed_and_goes_on(desk: Desk) -> None:
    """Its secret is another one: the browser was signed in anew meanwhile."""
    task, visitor = desk.review(), desk.visitor(LEGAL)
    answer = visitor.post(
        f"/tasks/{task}", {**REVIEW, "_csrf": "old"}, headers={"Origin": "http://localhost"}
    )
    page = desk.told(answer, 403, "页面已过期", "the page is outdated")
    assert visitor.post(f"/tasks/{task}", carried(page, f"/tasks/{task}")).status_code == 302


def test_another_sites_words_are_carried_nowhere(office: Office) -> None:
    task = office.task(office.at_review(), "S2_review")
    visitor = office.client(LEGAL)
    for headers in ({"Origin": "http://elsewhere.example"}, {}):
        answer = visitor.post(f"/tasks/{task}", {**REVIEW, "_csrf": "old"}, headers=headers)
        assert answer.status_code == 403
        assert "第二段" not in answer.get_data(as_text=True)


def test_a_million_fields_are_told(desk: Desk) -> None:
    visitor = desk.visitor(DRAFTER)
    answer = visitor.http.post(
        "/start/supplies",
        data=("_csrf=" + visitor.secret() + "&a=1" * 1_000_000).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    desk.told(answer, 413, "字段过多", "too many fields")


# --- models -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("desk", ["zh"], indirect=True)
def test_a_model_of_five_thousand_elements_is_deployed_and_runs(desk: Desk) -> None:
    names = [f"t{number}" for number in range(2_499)]
    steps = (user(name, groups="legal") for name in names)
    large = model(*steps, ">".join(["s", *names, "e"]), process_id="large")
    visitor = desk.visitor(ADMIN)
    sent = {"file": (BytesIO(large), "large.bpmn")}
    answer = visitor.post("/admin/deploy", sent, content_type=MULTIPART)
    assert answer.status_code == 302
    desk.told(visitor.get(answer.location), 200, "已部署", "Deployed")
    started = desk.office.engine.execute(StartProcess(actor=SYSTEM, process_key="large"))
    page = desk.visitor(LEGAL).get(f"/tasks/{desk.office.task(started.case_id, 't0')}")
    assert page.status_code == 200


MULTIPART = "multipart/form-data"
FOR_EVER = "count(for i in 1..100000, j in 1..100000 return i * j) > 1"


def endless(office: Office, *parts: str) -> str:
    """The first task of a process that never comes to the end of a condition."""
    opinion = {"type": "textarea", "key": "opinion", "label": "意见"}
    files = {"endless.bpmn": model(*parts, process_id="endless"), "f.form": form(opinion)}
    office.engine.execute(Deploy(actor=SYSTEM, files=files))
    case_id = office.engine.execute(StartProcess(actor=SYSTEM, process_key="endless")).case_id
    return office.task(case_id, "a")


def test_a_constraint_that_never_ends_is_told_and_keeps_what_was_typed(desk: Desk) -> None:
    """The step is not completed; who typed goes on when the model is mended."""
    given = {"constraint_1": FOR_EVER, "constraint_1_message": "不可"}
    task = endless(desk.office, user("a", "审核", groups="legal", form="f", **given), "s>a>e")
    answer = desk.visitor(LEGAL).post(f"/tasks/{task}", {"opinion": OPINION})
    page = desk.told(answer, 422, "计算量过大", "evaluation was stopped")
    assert page.get_element_by_id("f-opinion").text_content().strip() == OPINION
    assert state(desk.office, task) == "open"


def test_a_gateway_that_never_ends_stops_its_case_and_is_told_to_who_mends_it(desk: Desk) -> None:
    """The step before it is done, and stays done: nobody types it again."""
    step = user("a", "审核", groups="legal", form="f")
    ways = ("s>a>x", f"x>e1: {FOR_EVER}", f"x>e2: not({FOR_EVER})")
    task = endless(desk.office, step, *ways)
    answer = desk.visitor(LEGAL).post(f"/tasks/{task}", {"opinion": OPINION})
    assert answer.status_code == 302
    assert state(desk.office, task) == "completed"
    incidents = desk.visitor(ADMIN).get("/admin/incidents")
    desk.told(incidents, 200, "计算量过大", "evaluation was stopped")


# --- what stands below ------------------------------------------------------------------------------


@contextmanager
def full(office: Office) -> Iterator[None]:
    """The database's file may not become any larger."""
    database = office.engine.house.store.database

    def stop(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    database.rest()
    event.listen(database.engine, "connect", stop)
    try:
        yield
    finally:
        event.remove(database.engine, "connect", stop)
        database.rest()


def test_a_full_disk_is_told_and_what_was_typed_is_sent_again_by_one_press(desk: Desk) -> None:
    task, visitor = desk.review(), desk.visitor(LEGAL)
    long = OPINION + "长" * 40_000
    with full(desk.office):
        answer = visitor.post(f"/tasks/{task}", {**REVIEW, "opinion": long})
        page = desk.told(answer, 503, "磁盘", "the disk is full")
        assert state(desk.office, task) == "open"
    again = carried(page, f"/tasks/{task}")
    assert again["opinion"] == long
    shown = visitor.post(f"/tasks/{task}", {**again, "_refresh": "1"}).get_data(as_text=True)
    assert long in shown.replace("\r\n", "\n")
    assert state(desk.office, task) == "open"
    assert visitor.post(f"/tasks/{task}", again).status_code == 302
    assert state(desk.office, task) == "completed"


def test_a_full_disk_under_the_files_is_told_and_the_rest_of_the_form_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = desk.visitor(DRAFTER)

    def no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    case_id = desk.office.start()
    task = desk.office.task(case_id, "S1_items")
    sent = {"delivery": "分批供货", "quotes": (BytesIO(b"%PDF-1.4 x"), "报价.pdf")}
    answer = visitor.post(f"/tasks/{task}", sent, content_type=MULTIPART)
    page = desk.told(answer, 503, "磁盘", "the disk is full")
    words = "重新选择" if desk.lang == "zh" else "choose them again"
    assert words in page.text_content()
    assert carried(page, f"/tasks/{task}")["delivery"] == "分批供货"
    assert list(desk.office.engine.house.files.path("0" * 64).parents[2].rglob("*.part")) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unavailable(reason={"zh": "数据库正忙。", "en": "the database is busy."}), 503),
        (Conflict(reason={"zh": "有变化。", "en": "changed."}), 409),
        (RuntimeError("a secret of the database"), 500),
    ],
)
def test_whatever_goes_wrong_a_start_form_keeps_what_was_typed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    visitor = desk.visitor(DRAFTER)

    def broken(_: Any) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(desk.office.engine, "execute", broken)
        typed = {"title": "采购应急照明设备", "kind": "货物", "amount": "12000", "request_id": "r"}
        answer = visitor.post("/start/supplies", typed)
    page = desk.told(answer, status, "没有丢失", "not lost")
    assert "secret" not in page.text_content()
    assert carried(page, "/start/supplies") == typed
    buttons = page.xpath("//main//form//button")
    assert [button.get("name") for button in buttons] == ["_refresh", None]
    sent = visitor.post("/start/supplies", carried(page, "/start/supplies"))
    assert sent.status_code == 302


def test_a_database_that_is_gone_altogether_keeps_what_was_typed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, visitor = desk.review(), desk.visitor(LEGAL)
    gone: YifaError = Unavailable(reason={"zh": "连接不上数据库。", "en": "it is gone."})

    def broken(_: Any) -> None:
        raise gone

    with monkeypatch.context() as patched:
        patched.setattr(desk.office.engine, "execute", broken)
        patched.setattr(desk.office.engine, "query", broken)
        answer = visitor.post(f"/tasks/{task}", REVIEW)
    page = desk.told(answer, 503, "连接不上数据库", "it is gone")
    assert visitor.post(f"/tasks/{task}", carried(page, f"/tasks/{task}")).status_code == 302


def test_no_password_is_carried_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = office.client(DRAFTER)

    def broken(_: Any) -> None:
        raise Unavailable(reason={"zh": "数据库正忙。", "en": "the database is busy."})

    monkeypatch.setattr(office.engine, "execute", broken)
    for url in ("/password", "/sign-in"):
        sent = {"name": DRAFTER, "old": "geheim-1", "new": "geheim-2", "again": "geheim-2"}
        answer = visitor.post(url, {**sent, "password": "geheim-3"})
        assert answer.status_code == 503
        assert "geheim" not in answer.get_data(as_text=True)
