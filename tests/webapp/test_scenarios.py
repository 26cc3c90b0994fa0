"""Scenarios run from the page: in a throw-away office, told step by step, nothing real touched."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine import catalog
from engine import queries as q
from engine.commands import SYSTEM, DiscardProcessDraft, SaveProcessDraft, SaveUser
from engine.errors import Conflict, Lang
from tests.support.browser import axe_violations
from tests.support.office import ADMIN, DRAFTER, LEGAL, OPENED, PACKAGE, PASSWORD, Office
from tests.support.pages import text
from webapp.scenarios import rehearsing
from webapp.scenarios.rehearsing import Rehearsal, Rehearsals

if TYPE_CHECKING:
    from playwright.sync_api import Page

START = """
at = "2026-09-01T09:00:00+08:00"
starter = "drafter"
[start]
title = "采购应急照明设备"
kind = "货物"
amount = 12000
[[step]]
task = "S1_items"
as = "drafter"
after = "P1D"
[step.answers]
delivery = "分批供货"
items = [{ name = "LED-40", count = 40, price = 150 }]
checker = { person = "office" }
"""
RETURNED = (
    'title = "退回必须写意见"'
    + START
    + """
[[step]]
task = "S2_review"
as = "legal"
answers = { conclusion = "退回" }
refused = "审核意见"
[[step]]
look = "legal"
shows = ["采购应急照明设备"]
[expect]
path = ["S1_items"]
state = "active"
open = ["S2_review"]
"""
)
WRONG = (
    'title = "直接签批"'
    + START
    + """
[[step]]
task = "S3_sign"
as = "head"
answers = { decision = "同意" }
[[step]]
fire = true
"""
)
OUTCOME = (
    'title = "结果写错"'
    + START
    + '[expect]\npath = ["S1_items", "S2_review"]\nstate = "completed"\n'
)


def base(office: Office) -> str:
    return office.engine.query(q.ProcessEditor(viewer=SYSTEM, process_key="supplies")).base_id


def drafted(office: Office, **scenarios: str) -> str:
    """A draft with these scenarios."""
    files = {f"scenarios/{name}.toml": content.encode() for name, content in scenarios.items()}
    saved = office.engine.execute(
        SaveProcessDraft(actor=ADMIN, process_key="supplies", base_id=base(office), files=files)
    )
    return str(saved.draft_id)


def finished(office: Office, state: str, owner: str = ADMIN) -> Rehearsal:
    """What was begun, at its end."""
    rehearsals: Rehearsals = office.app.extensions["rehearsals"]
    run = rehearsals.of(owner, "supplies", state)
    assert run is not None
    run.done.wait(120)
    assert not run.under_way
    return run


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_fails_is_told_step_by_step_and_the_office_is_as_before(
    office: Office, lang: Lang
) -> None:
    state = drafted(
        office, good=RETURNED, wrong=WRONG, outcome=OUTCOME, broken="title = 1", odd="[["
    )
    url = f"/admin/processes/supplies/scenarios/{state}"
    visitor = office.client(ADMIN, lang)
    visitor.post(f"/language/{lang}")
    assert visitor.post(url, {"run": "1"}).location == url
    run = finished(office, state)
    assert run.problems == ()
    by_name = {one.name: one for one in run.outcomes}
    assert {name: one.state for name, one in by_name.items()} == {
        "good": "passed",
        "wrong": "failed",
        "outcome": "failed",
        "broken": "failed",
        "odd": "failed",
    }
    good = by_name["good"].played
    assert [one.kind for one in good] == ["start", "task", "task", "look", "expect"]
    assert good[2].refusal == "审核意见"
    wrong = by_name["wrong"]
    assert [(one.kind, one.passed) for one in wrong.played] == [
        ("start", True),
        ("task", True),
        ("task", False),
    ]
    assert wrong.left == 1
    page = text(visitor.get(url))
    for told in {
        "zh": ("4 个未通过，1 个通过", "“S3_sign”没有待办；待办的有：S2_review", "填报采购明细",
               "应为 S2_review，实为 —", "后面还有 1 个环节"),
        "en": ("4 failed, 1 passed", "“S3_sign” is not open; open: S2_review",
               "expected S2_review, found —", "1 more steps"),
    }[lang]:  # fmt: skip
        assert told in page
    assert visitor.get(f"{url}.xlsx").status_code == 200
    assert office.engine.query(q.Cases(viewer=SYSTEM)).rows == ()
    assert office.engine.house.clock.now() == OPENED
    assert list(Path(office.engine.house.settings.files_dir).glob("*")) == []


def test_a_draft_that_cannot_be_deployed_is_told_and_a_changed_one_too(office: Office) -> None:
    state = drafted(office, good=RETURNED)
    url = f"/admin/processes/supplies/scenarios/{state}"
    visitor = office.client(ADMIN)
    visitor.post(url, {"run": "1"})
    finished(office, state)
    assert "全部通过：1 个场景" in text(visitor.get(url))
    model = (PACKAGE / "main.bpmn").read_bytes().replace(b'formId="review"', b'formId="gone"')
    office.engine.execute(
        SaveProcessDraft(
            actor=ADMIN,
            process_key="supplies",
            base_id=base(office),
            draft_id=state,
            expected_version=1,
            files={"main.bpmn": model, "scenarios/good.toml": RETURNED.encode()},
        )
    )
    assert "又改过" in text(visitor.get(url))
    visitor.post(url, {"run": "1"})
    run = finished(office, state)
    assert run.problems
    assert [one.state for one in run.outcomes] == ["stopped"]
    assert "没有运行" in text(visitor.get(url))


def test_what_came_of_it_outlives_the_program_and_others_see_it(office: Office) -> None:
    state = drafted(office, good=RETURNED, wrong=WRONG, broken="title = 1")
    url = f"/admin/processes/supplies/scenarios/{state}"
    visitor = office.client(ADMIN)
    visitor.post(url, {"run": "1"})
    finished(office, state)
    before = text(visitor.get(url))
    office.engine.execute(SaveUser(actor=SYSTEM, user_id=LEGAL, is_admin=True))
    again = Office(office.engine)  # another program on the same database
    assert again.app.extensions["rehearsals"].of(ADMIN, "supplies", state) is None
    for seen in (again.client(ADMIN), again.client(LEGAL)):
        after = text(seen.get(url))
        for told in (
            "2 个未通过，1 个通过",
            "“S3_sign”没有待办",
            "填报采购明细",
            "后面还有 1 个环节",
        ):
            assert told in after
            assert told in before
        assert "梁工" in after
    assert again.client(LEGAL).get(f"{url}.xlsx").status_code == 200
    office.engine.execute(DiscardProcessDraft(actor=ADMIN, draft_id=state, expected_version=1))
    last = q.LastScenarioRun(viewer=SYSTEM, process_key="supplies", state=state)
    assert office.engine.query(last) is None


def test_one_at_a_time_stopped_by_its_owner_and_seen_by_nobody_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = drafted(office, good=RETURNED)
    rehearsals: Rehearsals = office.app.extensions["rehearsals"]
    files = office.engine.query(q.ProcessFiles(viewer=SYSTEM, process_key="supplies", state=state))
    held = threading.Event()
    play = rehearsing._play
    monkeypatch.setattr(rehearsing, "_play", lambda *args: (held.wait(60), play(*args)))
    run = rehearsals.begin(ADMIN, "supplies", state, {"supplies": files})
    with pytest.raises(Conflict):
        rehearsals.begin(ADMIN, "supplies", state, {"supplies": files})
    visitor = office.client(ADMIN)
    url = f"/admin/processes/supplies/scenarios/{state}"
    assert visitor.post(url, {"run": "1"}).status_code == 409
    assert "正在运行" in text(visitor.get(url))
    assert rehearsals.of(LEGAL, "supplies", state) is None
    visitor.post(url, {"stop": "1"})
    held.set()
    run.done.wait(60)
    assert [one.state for one in run.outcomes] == ["stopped"]
    assert not run.late
    assert "已停止" in text(visitor.get(url))


def test_time_is_bounded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    state = drafted(office, good=RETURNED)
    files = office.engine.query(q.ProcessFiles(viewer=SYSTEM, process_key="supplies", state=state))
    rehearsals: Rehearsals = office.app.extensions["rehearsals"]
    monkeypatch.setattr(rehearsing, "SECONDS", -1.0)
    run = rehearsals.begin(ADMIN, "supplies", state, {"supplies": files})
    run.done.wait(60)
    assert run.late
    monkeypatch.setattr(rehearsing, "SECONDS", 600.0)
    monkeypatch.setattr(rehearsing, "SECONDS_EACH", -1.0)
    run = rehearsals.begin(ADMIN, "supplies", state, {"supplies": files})
    run.done.wait(60)
    assert [one.state for one in run.outcomes] == ["failed"]
    assert "秒" in run.outcomes[0].played[-1].told[0].zh


def test_a_package_without_scenarios_says_what_to_do_and_strangers_are_kept_out(
    office: Office,
) -> None:
    url = f"/admin/processes/supplies/scenarios/{base(office)}"
    assert "没有场景" in text(office.client(ADMIN).get(url))
    assert office.client(DRAFTER).get(url).status_code == 403
    assert office.client(ADMIN).get(url.replace(base(office), "nothing")).status_code == 404


def test_scenarios_travel_with_the_package(office: Office) -> None:
    state = drafted(office, good=RETURNED)
    visitor = office.client(ADMIN)
    visitor.post(f"/admin/processes/supplies/deploy/{state}", {"version": "1"})
    packed = visitor.get(f"/admin/deployments/{base(office)}.zip").get_data()
    files = catalog.read_archive(packed)
    assert files["scenarios/good.toml"].decode() == RETURNED


# ---------------------------------------------------------------------- in a browser


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    yield heard
    assert heard == []


@pytest.mark.browser
def test_progress_comes_by_itself_and_failures_are_shown_on_the_diagram(
    page: Page, served: Office, complaints: list[str]
) -> None:
    state = drafted(served, good=RETURNED, wrong=WRONG)
    page.goto(f"{served.address}/sign-in")
    page.locator("#name").fill(ADMIN)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button.w-100").click()
    page.wait_for_url(f"{served.address}/")
    page.goto(f"{served.address}/admin/processes/supplies/deploy/{state}")
    page.get_by_role("link", name="运行场景测试…").click()
    page.get_by_role("button", name="运行 2 个场景").click()
    page.get_by_text(re.compile("1 个未通过，1 个通过")).wait_for(timeout=60_000)
    page.get_by_text("在图上看走到了哪里").click()
    page.locator(".yf-badge-done[data-badge-for=S1_items]").wait_for()
    assert page.locator(".yf-badge-overdue[data-badge-for=S3_sign]").count() == 1
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_nothing_foreign_is_kept(office: Office) -> None:
    """Finished runs are forgotten one by one; those under way are not."""
    rehearsals: Any = office.app.extensions["rehearsals"]
    files = {"main.bpmn": b"<x/>"}
    for number in range(rehearsing.KEPT + 3):
        rehearsals.begin(ADMIN, "supplies", str(number), {"supplies": files}).done.wait(30)
    assert rehearsals.of(ADMIN, "supplies", "0") is None
    assert rehearsals.of(ADMIN, "supplies", str(rehearsing.KEPT + 2)) is not None
