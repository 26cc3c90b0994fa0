"""Help is there for every page, in both languages, and without signing in; so is the demo's tour."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support import office as township
from tests.support.browser import axe_violations
from tests.support.office import DRAFTER, Office
from tests.support.pages import page as read_page
from tests.support.pages import text
from webapp.views import guide

NO_HELP = {"static", "health", "favicon", "help"}
"""What is no page of work."""


def test_every_page_has_its_help_in_both_languages(office: Office) -> None:
    blueprints = {
        rule.endpoint
        for rule in office.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.partition(".")[0] not in NO_HELP
    }
    assert {each for each in blueprints if not guide.topic_of(each)} == set()
    for topic in guide.topics():
        zh, en = guide.read(topic, "zh"), guide.read(topic, "en")
        assert zh.title != en.title
        assert zh.text.count("<h2>") == en.text.count("<h2>"), topic
        assert zh.text.count("<li>") == en.text.count("<li>"), topic
    written = {path.stem for path in (guide.FOLDER / "zh").glob("*.md")}
    assert written == set(guide.topics())


def test_what_the_topics_name_are_pages(office: Office) -> None:
    endpoints = {rule.endpoint for rule in office.app.url_map.iter_rules()}
    known = endpoints | {each.partition(".")[0] for each in endpoints}
    assert {each for meant in guide.topics().values() for each in meant} - known == set()


def test_a_page_leads_to_its_own_help_even_before_signing_in(office: Office) -> None:
    stranger = office.client()
    for address, topic in (("/sign-in", "account"), ("/help/task", "")):
        (link,) = read_page(stranger.get(address)).xpath("//a[@data-yf-help]/@href")
        assert link == (f"/help/{topic}" if topic else "/help/")
    assert "必填" in text(stranger.get("/help/task"))
    assert "收件箱" in text(stranger.get("/help/"))
    assert stranger.get("/help/nothing").status_code == 404
    (link,) = read_page(office.client(DRAFTER).get("/start/")).xpath("//a[@data-yf-help]/@href")
    assert link == "/help/start"


def test_the_tour_is_the_demonstrations_alone(
    office: Office, township_template: Path, tmp_path: Path
) -> None:
    assert office.client().get("/tour").status_code == 404
    with township.opened(township_template, tmp_path / "demo", demo=True) as demo:
        for lang in ("zh", "en"):
            answer = demo.client(lang=lang).get("/tour")
            forms = read_page(answer).xpath('//ol[@class="yf-tour"]/li//form')
            assert len(forms) == len(guide._tour())
            for form in forms:
                where = form.xpath('.//input[@name="next"]/@value')[0]
                assert demo.client().get(where).status_code == 302  # a page, behind the sign-in
        (link,) = read_page(demo.client().get("/sign-in")).xpath('//main//a[@href="/tour"]')[:1]
        assert link.text_content()


@pytest.mark.parametrize("how", ["F1", "link"])
def test_help_opens_over_the_page_and_leaves_it_as_it_was(
    page: Page, served: Office, how: str
) -> None:
    page.goto(f"{served.address}/sign-in")
    page.fill("#name", DRAFTER)
    if how == "F1":
        page.keyboard.press("F1")
    else:
        page.locator("a[data-yf-help]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", name="登录和密码").wait_for()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert page.input_value("#name") == DRAFTER
