"""The page of a task in a real browser: what pressing leads to, drafts, files, what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from engine import queries as q
from engine.commands import SYSTEM
from tests.support.browser import axe_violations
from tests.support.office import DRAFTER, LEGAL, PASSWORD, Office

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


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


def sign_in(page: Page, office: Office, user: str, target: str = "/") -> None:
    page.goto(f"{office.address}/sign-in")
    page.get_by_label("登录名").fill(user)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{office.address}/")
    page.goto(office.address + target)


def test_what_submitting_leads_to_is_told_while_one_fills_the_form(
    page: Page, served: Office
) -> None:
    task = served.task(served.at_review(), "S2_review")
    sign_in(page, served, LEGAL, f"/tasks/{task}")
    ahead = page.locator("[data-yf-ahead]")
    assert "处需要填写" in ahead.inner_text()
    page.get_by_label("通过").check()
    page.get_by_label("审核意见").fill("合法")
    ahead.get_by_text("进入“乡长签批”").wait_for()
    assert "贺立新" in ahead.inner_text()
    page.get_by_label("审核意见").press("End")
    page.get_by_role("button", name="同意。", exact=True).click()
    assert page.get_by_label("审核意见").input_value() == "合法同意。"
    page.get_by_label("退回").check()
    ahead.get_by_text(re.compile("回到“填报采购明细”，由田禾办理")).wait_for()
    assert axe_violations(page) == []
    assert served.task(
        served.engine.query(q.TaskPage(viewer=SYSTEM, task_id=task)).case.id, "S2_review"
    )


def test_typing_outlives_a_browser_that_was_killed(chromium: Browser, served: Office) -> None:
    task = served.task(served.at_review(), "S2_review")
    first = chromium.new_context(locale="zh-CN")
    page = first.new_page()
    sign_in(page, served, LEGAL, f"/tasks/{task}")
    page.get_by_label("审核意见").fill("写到一半")
    page.get_by_text(re.compile("草稿已自动保存")).wait_for()
    first.close()  # without leaving the page, and with it the cookies
    second = chromium.new_context(locale="zh-CN")
    page = second.new_page()
    sign_in(page, served, LEGAL, f"/tasks/{task}")
    assert page.get_by_label("审核意见").input_value() == "写到一半"
    page.get_by_text("这是您").wait_for()
    page.get_by_role("button", name="放弃草稿").click()
    page.get_by_text("草稿已放弃").wait_for()
    assert page.get_by_label("审核意见").input_value() == ""
    assert page.get_by_role("button", name="放弃草稿").count() == 0
    second.close()


DROP = """([text, name, type, event]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name, {type}));
  const zone = document.querySelector("[data-yf-drop]");
  if (event === "paste")
    zone.dispatchEvent(new ClipboardEvent("paste", {clipboardData: files, bubbles: true}));
  else zone.dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


def test_files_are_dropped_and_pasted_and_are_part_of_the_draft(page: Page, served: Office) -> None:
    case_id = served.start("采购抗旱水泵")
    task = served.task(case_id, "S1_items")
    sign_in(page, served, DRAFTER, f"/tasks/{task}")
    page.get_by_label("品名").fill("水泵")
    page.evaluate(DROP, ["一二三", "三家报价.txt", "text/plain", "drop"])
    page.get_by_label("保留已上传的文件：三家报价.txt").wait_for()
    page.evaluate(DROP, ["\x89PNG\r\n\x1a\n", "image.png", "image/png", "paste"])
    page.locator("[data-yf-kept]", has_text=".png").wait_for()
    page.evaluate(DROP, ["MZ" + "x" * 80, "表.exe", "application/octet-stream", "drop"])
    page.locator(".yf-sending-bad").wait_for()
    page.reload()
    assert page.get_by_label("品名").input_value() == "水泵"
    page.get_by_label("分批供货").check()
    page.get_by_label("数量").fill("15")
    page.get_by_label("验收人").select_option(label="柳青")
    page.get_by_role("button", name="提交").last.click()
    page.get_by_text("已办理“").wait_for()
    view = served.engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id))
    assert len(view.files) == 2


def test_phrases_are_kept_used_and_removed(page: Page, served: Office) -> None:
    task = served.task(served.at_review(), "S2_review")
    sign_in(page, served, LEGAL, "/phrases/")
    page.get_by_label("常用意见", exact=True).fill("依据采购办法第九条，")
    page.get_by_role("button", name="保存", exact=True).first.click()
    page.get_by_text("常用意见已保存").wait_for()
    assert axe_violations(page) == []
    page.goto(f"{served.address}/tasks/{task}")
    page.get_by_role("button", name="依据采购办法第九条，").click()
    assert page.get_by_label("审核意见").input_value() == "依据采购办法第九条，"
    page.get_by_text(re.compile("草稿已自动保存")).wait_for()
    page.goto(f"{served.address}/phrases/")
    page.get_by_role("button", name="删除 依据采购办法第九条，").click()
    page.get_by_text("常用意见已删除").wait_for()
    assert page.get_by_text("依据采购办法第九条").count() == 0


def test_a_file_that_meets_an_ended_session_is_told_and_nothing_typed_is_lost(
    page: Page, served: Office
) -> None:
    task = served.task(served.start("采购抗旱水泵"), "S1_items")
    sign_in(page, served, DRAFTER, f"/tasks/{task}")
    page.get_by_label("品名").fill("水泵")
    page.evaluate(DROP, ["一二三", "三家报价.txt", "text/plain", "drop"])
    page.get_by_label("保留已上传的文件：三家报价.txt").wait_for()
    served.clock.advance(timedelta(minutes=61))
    page.evaluate(DROP, ["四五六", "第四家.txt", "text/plain", "drop"])
    page.locator(".yf-sending-bad", has_text="登录已到期").wait_for()
    page.get_by_role("button", name="提交").last.click()
    page.get_by_text("您填写的内容没有丢失").wait_for()
    page.get_by_label("登录名").fill(DRAFTER)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="回到表单核对").click()
    assert page.get_by_label("品名").input_value() == "水泵"
    assert page.get_by_label("保留已上传的文件：三家报价.txt").is_checked()


def test_a_press_counts_though_the_button_moves_meanwhile(page: Page, served: Office) -> None:
    task = served.task(served.at_review(), "S2_review")
    sign_in(page, served, LEGAL, f"/tasks/{task}")
    submit = page.get_by_role("button", name="提交", exact=True)

    def press(and_then: str, *, drawn_away: bool = False) -> None:
        submit.scroll_into_view_if_needed()
        box = submit.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 8, box["y"] + 8)
        page.mouse.down()
        page.evaluate(and_then)
        if drawn_away:
            page.mouse.move(box["x"] + 8, box["y"] + 200, steps=4)
        page.mouse.up()

    press("", drawn_away=True)
    assert page.locator("#form-errors").count() == 0
    press("document.getElementById('form-fields').style.marginBottom = '40rem'")
    page.locator("#form-errors").wait_for()
