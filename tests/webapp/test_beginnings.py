"""A new process from nothing: a few answers, and it is drawn on, tried and deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine import queries as q
from engine.commands import SYSTEM
from tests.support.browser import axe_violations
from tests.support.office import ADMIN, DRAFTER, PASSWORD, Office
from tests.support.pages import text

if TYPE_CHECKING:
    from playwright.sync_api import Page

ANSWERS = {
    "key": "road_repair",
    "title": "道路维修“应急”<&>",
    "title_en": "Road repair",
    "summary": "村道破损的维修申请。",
    "summary_en": "Repair of village roads.",
    "starter": "drafter",
    "handler": "head",
    "step": "批准维修",
    "step_en": "Approve the repair",
}


def test_it_begins_is_deployed_and_can_then_be_started(office: Office) -> None:
    visitor = office.client(ADMIN)
    begun = visitor.post("/admin/processes/new", ANSWERS)
    assert begun.location.startswith("/admin/processes/road_repair/edit?draft=")
    state = begun.location.rpartition("=")[2]
    assert visitor.get(begun.location).status_code == 200
    listed = text(visitor.get("/admin/processes"))
    assert "尚未部署的新流程" in listed
    assert "道路维修“应急”<&>" in listed
    assert "道路维修" not in text(office.client(DRAFTER).get("/start/"))
    page = text(visitor.get(f"/admin/processes/road_repair/deploy/{state}"))
    assert "没有发现问题，可以部署" in page
    trial = visitor.post(f"/admin/processes/road_repair/trial/{state}", {"begin": "1"})
    assert trial.location.endswith("/start/road_repair")
    made = visitor.post(f"/admin/processes/road_repair/deploy/{state}", {"version": "0"})
    assert made.location == "/admin/processes/road_repair"
    assert "道路维修" in text(office.client(DRAFTER).get("/start/"))
    assert "尚未部署的新流程" not in text(visitor.get("/admin/processes"))
    begun_twice = visitor.post("/admin/processes/new", ANSWERS)
    assert begun_twice.status_code == 422
    assert "已有编号" in text(begun_twice)


def test_what_is_missing_is_told_and_what_was_typed_is_kept(office: Office) -> None:
    visitor = office.client(ADMIN)
    answer = visitor.post("/admin/processes/new", {**ANSWERS, "step": " ", "handler": "nobody"})
    assert answer.status_code == 422
    page = text(answer)
    assert "请填写第一步的中文名称" in page
    assert "请填写第一步由谁办" in page
    assert 'value="road_repair"' in answer.get_data(as_text=True)
    odd = visitor.post("/admin/processes/new", {**ANSWERS, "key": "Road repair"})
    assert "流程编号以小写字母开头" in text(odd)
    assert office.engine.query(q.BegunProcesses(viewer=SYSTEM)) == ()
    assert office.client(DRAFTER).post("/admin/processes/new", ANSWERS).status_code == 403


def test_a_draft_thrown_away_leads_to_the_list(office: Office) -> None:
    visitor = office.client(ADMIN)
    state = visitor.post("/admin/processes/new", ANSWERS).location.rpartition("=")[2]
    gone = visitor.post(f"/admin/processes/road_repair/drafts/{state}/discard", {"version": "1"})
    assert gone.location == "/admin/processes"


@pytest.mark.browser
def test_it_opens_in_the_editor_with_nothing_wrong(page: Page, served: Office) -> None:
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    page.goto(f"{served.address}/sign-in")
    page.locator("#name").fill(ADMIN)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button.w-100").click()
    page.wait_for_url(f"{served.address}/")
    page.goto(f"{served.address}/admin/processes")
    page.get_by_role("link", name="新建流程").click()
    for name, value in ANSWERS.items():
        field = page.locator(f"#{name}")
        if name in ("starter", "handler"):
            field.select_option(value)
        else:
            field.fill(value)
    assert axe_violations(page) == []
    page.get_by_role("button", name="建立并打开编辑页").click()
    page.locator("[data-modeler][data-mounted=yes]").wait_for()
    page.get_by_text("没有发现问题").wait_for()
    modeler = "document.querySelector('[data-modeler]').yfModeler"
    assert page.evaluate(f"{modeler}.get('elementRegistry').get('A1_handle') !== undefined")
    assert axe_violations(page) == []
    assert heard == []
