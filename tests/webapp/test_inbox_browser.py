"""The inbox in a real browser: by keys, kept up to date, one after the other, open to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import axe_violations
from tests.support.office import LEGAL, Office
from tests.webapp.test_browser import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def look(page: Page) -> None:
    page.evaluate("document.querySelector('[data-yf-live]').dispatchEvent(new Event('yf:look'))")


def test_news_come_without_reloading_and_move_nothing_under_ones_hands(
    page: Page, served: Office
) -> None:
    served.at_review("甲采购申请")
    sign_in(page, served, LEGAL)
    page.goto(f"{served.address}/inbox/claim?sort=opened")
    page.get_by_role("heading", name="待认领").hover()
    served.at_review("乙采购申请")
    look(page)
    page.get_by_text("新到 1 项").wait_for()
    page.get_by_role("link", name="乙采购申请").wait_for()
    assert page.get_by_role("link", name="待认领 2").is_visible()
    page.keyboard.press("j")
    served.at_review("丙采购申请")
    look(page)
    page.get_by_role("button", name="显示新到的 1 项").wait_for()
    assert page.locator("tbody tr").count() == 2
    assert axe_violations(page) == []
    page.get_by_role("button", name="显示新到的 1 项").press("Enter")
    assert page.locator("tbody tr").count() == 3
    assert "甲采购申请" in str(page.evaluate("document.activeElement.textContent"))
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="快捷键")
    dialog.wait_for()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.keyboard.press("/")
    page.keyboard.type("乙")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/claim?text=*")
    assert page.url.count("=") == 2, "what is not filled in stays out of the address"


def test_a_list_is_kept_and_worked_through_by_keys(page: Page, served: Office) -> None:
    for title in ("甲采购申请", "乙采购申请"):
        served.at_review(title)
    sign_in(page, served, LEGAL)
    page.goto(f"{served.address}/inbox/claim?sort=opened")
    page.get_by_text("保存这个列表").press("Enter")
    page.get_by_label("名称").fill("先到先办")
    assert axe_violations(page) == []
    page.get_by_label("名称").press("Enter")
    page.get_by_role("link", name="先到先办 2").wait_for()
    assert page.get_by_role("heading", name="先到先办").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/**")
    page.keyboard.press("u")
    page.wait_for_url("**/inbox/claim?sort=opened")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_label("通过").check()
    page.get_by_role("textbox", name="意见").first.fill("可以采购。")
    page.get_by_role("button", name="提交").last.click()
    page.get_by_text("这是列表中的下一件").wait_for()
    assert page.get_by_role("heading", name="乙采购申请").is_visible()
    served.engine.run_due()
    page.goto(f"{served.address}/search?text=可以采购")
    page.get_by_role("link", name="甲采购申请").wait_for()
    assert axe_violations(page) == []
