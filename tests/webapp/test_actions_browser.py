"""The rare actions in a real browser: from the bar, by keyboard, with a colleague found by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.commands import ClaimTask
from tests.support.browser import axe_violations
from tests.support.office import LEGAL, PASSWORD, Office

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_colleague_is_found_by_name_and_asked(page: Page, served: Office) -> None:
    case_id = served.at_review("采购抗旱水泵")
    task_id = served.task(case_id, "S2_review")
    served.engine.execute(ClaimTask(actor=LEGAL, task_id=task_id))
    page.goto(f"{served.address}/sign-in")
    page.get_by_label("登录名").fill(LEGAL)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.goto(f"{served.address}/tasks/{task_id}")
    menu = page.locator("details.yf-more")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    assert menu.get_by_role("link", name="加签、会签").is_visible()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    assert not menu.get_by_role("link", name="加签、会签").is_visible()
    menu.locator("summary").click()
    menu.get_by_role("link", name="加签、会签").click()
    page.get_by_label("按姓名查找").fill("贺")
    assert page.get_by_label("柳青").is_hidden()
    page.get_by_label("贺立新").check()
    page.get_by_label("请对方看什么").fill("请核对预算科目")
    assert axe_violations(page) == []
    page.get_by_role("button", name="加签、会签").click()
    page.get_by_text("正在征求意见").wait_for()
    assert page.get_by_text("还在等待贺立新的加签意见").is_visible()
