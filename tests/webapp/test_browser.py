"""The office in a real browser: a clerk's work, by keyboard and on a phone, open to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine import queries as q
from engine.commands import SYSTEM, AddComment, SaveStartDraft
from tests.support.browser import axe_violations
from tests.support.office import ADMIN, BOTH, DRAFTER, HEAD, LEGAL, OFFICE, PASSWORD, Office

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser's console complained of: nothing may, policy violations included."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "console",
        lambda said: (
            heard.append(said.text)
            if said.type == "error" and "Failed to load resource" not in said.text
            else None
        ),
    )
    yield heard
    assert heard == []


def sign_in(page: Page, office: Office, user: str) -> None:
    page.goto(f"{office.address}/sign-in")
    page.get_by_label("登录名").fill(user)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{office.address}/")


def test_a_clerk_claims_fills_and_completes_a_task(page: Page, served: Office) -> None:
    case_id = served.start("采购抗旱水泵")
    sign_in(page, served, DRAFTER)
    page.get_by_role("link", name="待认领").click()
    page.get_by_role("button", name="认领 采购抗旱水泵").click()
    page.get_by_label("一次供货").check()
    page.get_by_label("希望到货日期").wait_for()
    page.get_by_label("分批供货").check()
    page.get_by_label("希望到货日期").wait_for(state="detached")
    page.get_by_label("品名").fill("水泵")
    page.get_by_label("数量").fill("15")
    page.get_by_role("button", name="增加一项").click()
    page.get_by_label("品名").nth(1).fill("水管")
    page.get_by_label("数量").nth(1).fill("二十")
    page.get_by_label("报价单").set_input_files(
        {"name": "三家报价.txt", "mimeType": "text/plain", "buffer": "一二三".encode()}
    )
    page.get_by_label("验收人").select_option(label="柳青")
    page.get_by_role("button", name="提交").last.click()
    page.get_by_role("alert").get_by_role("link", name=re.compile("应为数字")).click()
    assert page.evaluate("document.activeElement.value") == "二十"
    page.keyboard.press("Control+A")
    page.keyboard.type("20")
    assert page.get_by_label("保留已上传的文件：三家报价.txt").is_checked()
    page.get_by_role("button", name="提交").last.click()
    page.get_by_text("已办理“").wait_for()
    view = served.engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id))
    assert [line.step for line in view.open_tasks] == ["法制审核"]
    assert [file.name for file in view.files] == ["三家报价.txt"]
    page.goto(f"{served.address}/cases/{case_id}")
    page.locator("[data-diagram]").scroll_into_view_if_needed()
    page.locator("[data-mounted=yes]").wait_for()
    active = page.locator("[data-element-id=S2_review]")
    assert "yf-active" in (active.get_attribute("class") or "")
    done = page.locator("[data-element-id=S1_items]")
    assert "yf-done" in (done.get_attribute("class") or "")


def test_a_changed_form_keeps_what_is_typed_meanwhile(page: Page, served: Office) -> None:
    sign_in(page, served, DRAFTER)
    page.goto(f"{served.address}/start/supplies")
    page.get_by_label("采购事由").fill("采购发电机")

    def slow(route: object) -> None:
        page.get_by_label("采购事由").fill("采购柴油发电机两台")
        route.continue_()  # type: ignore[attr-defined]

    page.route("**/start/supplies", slow)
    page.get_by_label("预算金额").fill("90000")
    page.get_by_label("采购类别").focus()  # leaves the field: its condition is asked for anew
    page.get_by_label("大额采购理由").wait_for()
    assert page.get_by_label("采购事由").input_value() == "采购柴油发电机两台"
    assert page.get_by_label("预算金额").input_value() == "90000"
    assert not page.get_by_role("button", name="更新表单").is_visible()


def test_a_draft_saves_itself_and_leaving_unsaved_warns(page: Page, served: Office) -> None:
    page.clock.install()
    sign_in(page, served, DRAFTER)
    page.goto(f"{served.address}/start/supplies")
    page.get_by_label("采购事由").fill("采购桌椅")
    page.clock.run_for(31_000)
    page.get_by_text(re.compile("草稿已自动保存")).wait_for()
    page.get_by_label("采购事由").fill("采购桌椅三十套")
    page.clock.run_for(31_000)
    page.wait_for_function("document.querySelector('[name=draft]').value !== ''")
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.get_by_label("采购事由").fill("采购桌椅四十套")
    page.get_by_role("link", name="待办事项").click()
    page.wait_for_url(f"{served.address}/")
    assert asked == ["beforeunload"]
    page.get_by_role("link", name="草稿").click()
    rows = page.locator("tbody tr")
    assert rows.count() == 1
    page.get_by_role("link", name=re.compile("采购桌椅")).click()
    # What was typed last may or may not have reached the server as the page was left.
    assert page.get_by_label("采购事由").input_value() in ("采购桌椅三十套", "采购桌椅四十套")


def test_nothing_typed_is_lost_when_the_session_ends(page: Page, served: Office) -> None:
    task = served.task(served.at_review(), "S2_review")
    sign_in(page, served, LEGAL)
    page.goto(f"{served.address}/tasks/{task}")
    page.get_by_label("退回").check()
    page.get_by_label("审核意见").fill("第一段\n\n第二段 <b>")
    served.clock.advance(timedelta(minutes=61))
    page.get_by_role("button", name="提交").last.click()
    page.get_by_text("您填写的内容没有丢失").wait_for()
    page.get_by_label("登录名").fill(LEGAL)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="回到表单核对").click()
    assert page.get_by_label("审核意见").input_value() == "第一段\n\n第二段 <b>"
    page.get_by_role("button", name="提交").last.click()
    page.get_by_text("已办理“").wait_for()


def test_of_two_people_the_second_is_told_who_was_first(
    page: Page, chromium: Browser, served: Office
) -> None:
    task = served.task(served.at_review(), "S2_review")
    other = chromium.new_context(locale="zh-CN")
    second = other.new_page()
    for each, user in ((page, LEGAL), (second, BOTH)):
        sign_in(each, served, user)
        each.goto(f"{served.address}/tasks/{task}")
        each.get_by_label("通过").check()
        each.get_by_label("审核意见").fill(f"{user} 的意见")
    page.get_by_role("button", name="提交").last.click()
    page.get_by_text("已办理“").wait_for()
    second.get_by_role("button", name="提交").last.click()
    second.get_by_text("“法制审核”已由严正办理").wait_for()
    second.get_by_text(f"{BOTH} 的意见").wait_for()
    other.close()


def test_pressing_twice_sends_once(page: Page, served: Office) -> None:
    sign_in(page, served, DRAFTER)
    page.goto(f"{served.address}/start/supplies")
    page.get_by_label("采购事由").fill("采购档案柜")
    page.get_by_label("采购类别").select_option("货物")
    page.get_by_label("预算金额").fill("100")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    page.evaluate(
        "() => { const button = document.querySelector('.yf-actions button');"
        " button.click(); button.click(); }"
    )
    page.get_by_text("已发起：").wait_for()
    posts = [url for url in sent if url.endswith("/start/supplies")]
    assert len(posts) <= 2  # one refresh of the form at most, and one start
    started = served.engine.query(q.Inbox(viewer=DRAFTER, tab="started"))
    assert len(started.rows) == 1


def test_the_language_changes_and_stays(page: Page, served: Office) -> None:
    sign_in(page, served, DRAFTER)
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="To do", level=1).wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Start a matter").first.click()
    page.get_by_role("heading", name="Purchase of supplies").wait_for()
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="发起事项", level=1).wait_for()


def test_a_day_without_a_mouse(page: Page, served: Office) -> None:
    served.at_review("第一件采购")
    served.at_review("第二件采购")
    sign_in(page, served, LEGAL)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto(f"{served.address}/inbox/claim")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "f-text"
    page.keyboard.type("j")
    assert page.evaluate("document.activeElement.value") == "j"
    page.goto(f"{served.address}/inbox/claim")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=first, level=1).wait_for()
    assert tab_to(page, "document.activeElement.name === 'conclusion'")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("by keyboard")
    assert page.evaluate("document.activeElement.id") == "f-opinion"
    assert tab_to(page, "document.activeElement.closest('.yf-actions') !== null")
    focused = page.evaluate(
        "() => { const box = document.activeElement.getBoundingClientRect();"
        " const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);"
        " return document.activeElement.contains(at); }"
    )
    assert focused, "what has the focus is hidden"
    page.keyboard.press("Enter")
    page.get_by_text("已办理“").wait_for()


def tab_to(page: Page, found: str, most: int = 40) -> bool:
    """Press Tab until something has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(found):
            return True
    return False


def test_a_file_that_is_too_large_is_told_before_it_travels(
    page: Page, served: Office, tmp_path: Path
) -> None:
    case_id = served.at_review()
    large = tmp_path / "large.pdf"
    with large.open("wb") as out:
        out.truncate(60_000_000)
    sign_in(page, served, LEGAL)
    page.goto(f"{served.address}/cases/{case_id}")
    chooser = page.get_by_label("添加附件")
    chooser.set_input_files(large)
    assert "50 MB" in chooser.evaluate("field => field.validationMessage")
    page.get_by_role("button", name="上传").click()
    assert page.url.endswith(f"/cases/{case_id}")
    assert served.engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id)).files == ()


def test_all_works_without_javascript(chromium: Browser, served: Office) -> None:
    context = chromium.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, served, DRAFTER)
    page.goto(f"{served.address}/start/supplies")
    page.get_by_label("采购事由").fill("采购发电机组")
    page.get_by_label("采购类别").select_option("货物")
    page.get_by_label("预算金额").fill("90000")
    page.get_by_role("button", name="更新表单").click()
    page.get_by_label("大额采购理由").fill("抗旱")
    page.get_by_role("button", name="发起", exact=True).click()
    page.get_by_text("已发起：").wait_for()
    page.get_by_role("link", name="下载流程图").wait_for()
    context.close()


# ---------------------------------------------------------------------- every page


LONG = (
    "关于清岭乡综合行政执法大队二〇二六年度执法记录仪执法车辆办公设备及配套耗材集中采购"
    "（含应急抢险救灾物资储备库补充采购）的请示"
    + "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    * 2
)[:120]
"""As long as a title may be, with a word without end."""


def matters(office: Office) -> dict[str, str]:
    """Matters in every state; ids by what they are for."""
    late = office.at_review(LONG)
    office.clock.advance(timedelta(days=9))
    office.engine.run_due()
    returned = office.returned()
    waiting = office.at_review("采购办公桌椅")
    done = office.done("已经办结的采购")
    engine = office.engine
    engine.execute(AddComment(actor=LEGAL, case_id=waiting, text="请核对报价单。"))
    engine.execute(SaveStartDraft(actor=DRAFTER, process_key="supplies", answers={"title": "墨"}))
    view = engine.query(q.CasePage(viewer=SYSTEM, case_id=waiting))
    return {
        "late": late,
        "waiting": waiting,
        "done": done,
        "items": office.task(returned, "S1_items"),
        "review": office.task(late, "S2_review"),
        "closed": view.steps[0].task_id,
        "key": view.messages[0].key,
    }


PAGES = {
    DRAFTER: (
        "/",
        "/inbox/drafts",
        "/inbox/started",
        "/inbox/read",
        "/start/",
        "/start/supplies",
        "/tasks/{items}",
        "/password",
        "/nothing-here",
    ),
    LEGAL: (
        "/inbox/claim",
        "/inbox/done",
        "/tasks/{review}",
        "/tasks/{closed}",
        "/tasks/{review}/actions/delegate",
        "/cases/{waiting}/actions/cc",
        "/cases/{waiting}",
        "/cases/{waiting}/approval",
        "/help/",
        "/help/case",
        "/cases/{waiting}/messages/{key}",
        "/cases/{waiting}/verify",
    ),
    OFFICE: ("/tasks/{review}",),
    HEAD: (
        "/supervision/board",
        "/supervision/trend",
        "/supervision/steps?process=supplies",
        "/supervision/steps/taken?process=supplies&element=S2_review",
        "/supervision/",
        "/cases/{late}",
        "/cases/{late}/actions/oversee",
        "/cases/{done}",
    ),
    ADMIN: (
        "/admin/processes",
        "/admin/processes/supplies",
        "/admin/deploy",
        "/admin/users",
        "/admin/users/new",
        "/admin/users/tian.he",
        "/admin/units",
        "/admin/calendar?year=2027",
        "/admin/incidents",
        "/admin/health",
        "/admin/roster",
        "/admin/duties",
        "/admin/duties?user=tian.he",
        "/admin/unchecked",
    ),
}


def test_a_form_with_mistakes_shuts_nobody_out(page: Page, served: Office) -> None:
    task = served.task(served.start(), "S1_items")
    sign_in(page, served, DRAFTER)
    page.goto(f"{served.address}/tasks/{task}")
    page.get_by_role("button", name="提交").last.click()
    page.get_by_role("alert").wait_for()
    assert axe_violations(page) == []


def test_a_case_prints_as_a_document(page: Page, served: Office) -> None:
    case_id = served.done()
    sign_in(page, served, HEAD)
    page.goto(f"{served.address}/cases/{case_id}")
    said = page.get_by_text("LED-40")  # in a step that is folded on the screen
    assert not said.is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert said.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not said.is_visible()
    page.emulate_media(media="print")
    for hidden in (".yf-top", ".yf-side", ".yf-actions", ".yf-tools"):
        shown = page.locator(hidden)
        assert not shown.count() or not shown.first.is_visible(), hidden
    assert page.get_by_role("heading", level=1).is_visible()
    assert said.is_visible()
