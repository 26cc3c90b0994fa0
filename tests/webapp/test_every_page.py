"""Every page of the office, in its states: used by everybody, by keyboard too, and within its screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

from engine import queries as q
from engine.commands import SYSTEM, SaveUnit, SaveUser, SetLanguage
from tests.support.browser import axe_violations
from tests.support.office import ADMIN, DRAFTER, HEAD, LEGAL, STRANGER, Office
from tests.webapp.test_browser import PAGES, PHONE, matters, sign_in
from tests.webapp.test_routes import address, ids, rules  # noqa: F401 - a fixture is among them

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

EMPTY = (
    *("/", "/inbox/claim", "/inbox/returned", "/inbox/read", "/inbox/drafts", "/inbox/done"),
    *("/inbox/started", "/supervision/", "/supervision/board", "/supervision/trend"),
    *("/search", "/search?text=没有的事", "/?text=没有的事"),
)
"""Pages of somebody who has nothing yet, or looks for what is not there."""

_FOCUS = """() => {
  const told = (el) => `${el.tagName} ${el.name || el.className} ${el.textContent.trim().slice(0, 30)}`;
  const looks = (el) => { const s = getComputedStyle(el);
    return [s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0, s.boxShadow, s.borderColor]; };
  const bad = [];
  for (const el of document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")) {
    if (el.tabIndex > 0) bad.push(`out of order: ${told(el)}`);
    if (el.tabIndex < 0 || el.disabled || el.closest("svg") || !el.checkVisibility()) continue;
    document.activeElement.blur();
    const [, shadow, border] = looks(el);
    el.focus({preventScroll: true});
    const [outlined, glows, edged] = looks(el);
    if (document.activeElement !== el) bad.push(`takes no focus: ${told(el)}`);
    else if (!outlined && glows === shadow && edged === border) bad.push(`focus unseen: ${told(el)}`);
  }
  return bad;
}"""


def also(office: Office, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Who looks at which further page, so that no page of the office is left out."""
    places = office.app.url_map.bind("office.example")
    told = (url.partition("?")[0] for urls in PAGES.values() for url in urls)
    seen = {"static"}
    seen |= {str(places.match(url)[0]) for url in told if not url.startswith("/nothing")}
    for rule in rules(office, "GET"):
        if rule.endpoint in seen or rule.endpoint.startswith("admin.edit"):
            continue  # what draws is tested where it is drawn with
        user, url = ADMIN if rule.endpoint.startswith("admin.") else DRAFTER, address(rule, known)
        answer = office.client(user).get(url)
        if answer.status_code == 200 and answer.get_data().startswith(b"<!doctype html>"):
            yield user, url


def faults(page: Page) -> list[str]:
    """What keeps somebody from using a page: to be read, reached by keyboard, and seen on its screen."""
    page.emulate_media(reduced_motion="reduce")  # what the focus looks like at once, not in a while
    found = axe_violations(page)
    page.keyboard.press("Tab")  # from now on the focus is one of the keyboard's
    found += page.evaluate(_FOCUS)
    size = page.viewport_size
    for screen in ({"width": 1366, "height": 768}, PHONE):
        page.set_viewport_size(screen)  # type: ignore[arg-type]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > screen["width"]:
            found.append(f"{width} wide on a screen of {screen['width']}")
    page.set_viewport_size(size)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_shuts_anybody_out(
    browser_context: BrowserContext,
    served: Office,
    ids: dict[str, str],  # noqa: F811
    lang: str,
) -> None:
    known = matters(served)
    walked = {user: [url.format(**known) for url in urls] for user, urls in PAGES.items()}
    walked[STRANGER] = list(EMPTY)
    for user, url in also(served, ids):
        walked[user].append(url)
    found: dict[str, list[str]] = {}
    page = browser_context.new_page()
    page.goto(f"{served.address}/sign-in")
    found["/sign-in"] = faults(page)
    for user, urls in walked.items():
        served.engine.execute(SetLanguage(actor=user, lang=lang))
        browser_context.clear_cookies()
        sign_in(page, served, user)
        for url in urls:
            page.goto(served.address + url)
            if page.locator("[data-diagram]").count():
                page.locator("[data-diagram]").first.scroll_into_view_if_needed()
                page.locator("[data-mounted=yes]").first.wait_for()
            found[url] = faults(page)
    assert {url: told for url, told in found.items() if told} == {}


# --- states that follow something sent --------------------------------------------------------------

SENT: Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]] = {
    DRAFTER: (
        ("/start/supplies", {}),
        ("/tasks/{items}", {"delivery": "", "delivery-_on": "1"}),
        ("/password", {}),
        ("/cases/{waiting}/comment", {}),
        ("/cases/{waiting}/actions/cc", {}),
    ),
    LEGAL: (("/tasks/{review}/actions/return", {}), ("/tasks/{review}/actions/delegate", {})),
    HEAD: (("/cases/{late}/actions/oversee", {}),),
    ADMIN: (
        ("/admin/users/new", {}),
        ("/admin/units", {}),
        ("/admin/calendar", {"kind": "official", "year": "2027", "source": "x", "content": "x"}),
        (
            "/admin/calendar",
            {"kind": "local", "year": "2026", "source": "x", "content": "2026-09-04 台风"},
        ),
        ("/admin/deploy", {}),
        ("/admin/roster", {}),
    ),
}
"""Forms sent with what will not do (and a preview), whose answers tell what is wrong."""

_SEND = """([url, given]) => {
  const form = document.createElement("form");
  form.method = "post"; form.action = url;
  const secret = document.querySelector("meta[name=csrf-token]").content;
  for (const [name, value] of Object.entries({...given, _csrf: secret})) {
    const field = document.createElement("input");
    field.name = name; field.value = value; form.append(field);
  }
  document.body.append(form); form.submit();
}"""


def test_what_a_page_answers_shuts_nobody_out(
    browser_context: BrowserContext, served: Office
) -> None:
    known = matters(served)
    found: dict[str, list[str]] = {}
    page = browser_context.new_page()
    for user, sent in SENT.items():
        browser_context.clear_cookies()
        sign_in(page, served, user)
        for url, given in sent:
            page.goto(f"{served.address}/password")
            with page.expect_navigation():
                page.evaluate(_SEND, [url.format(**known), dict(given)])
            told = page.locator(
                "main [role=alert], main .alert, main .invalid-feedback, #change-title"
            )
            assert told.count(), url
            found[url] = faults(page)
    assert {url: told for url, told in found.items() if told} == {}


def test_dialogs_take_the_focus_and_give_it_back(page: Page, served: Office) -> None:
    sign_in(page, served, DRAFTER)
    for opener, dialog in (("[data-yf-keys]", "#yf-keys"), ("a[data-yf-help]", "#yf-help")):
        page.locator(opener).focus()
        page.keyboard.press("Enter")
        page.locator(f"{dialog}[open]").wait_for()
        assert page.evaluate(f"document.querySelector('{dialog}').contains(document.activeElement)")
        assert axe_violations(page) == []
        for _ in range(4):  # round and round within it
            page.keyboard.press("Tab")
            assert page.evaluate(
                f"document.activeElement === document.body || "
                f"document.querySelector('{dialog}').contains(document.activeElement)"
            )
        page.keyboard.press("Escape")
        page.locator(f"{dialog}[open]").wait_for(state="detached")
        assert page.evaluate(f"document.activeElement.matches('{opener}')"), opener


# --- long titles and long names --------------------------------------------------------------

UNENDING = "采购应急照明设备及附属备品备件并同步更新三个行政村微型消防站器材" * 4
NAMED = "阿卜杜热合曼·买买提吐尔逊·艾力江·阿布都克里木·玉素甫江·托合提"
OFFICES = "综合行政执法和应急管理消防救援安全生产监督管理联合办公室（含自然灾害防治）"


def test_long_titles_and_names_stay_on_the_screen(page: Page, served: Office) -> None:
    engine = served.engine
    for user in (DRAFTER, LEGAL, HEAD):
        engine.execute(SaveUser(actor=ADMIN, user_id=user, name=NAMED))
    unit = engine.query(q.UserPage(viewer=SYSTEM, user_id=DRAFTER)).user.unit_id
    engine.execute(SaveUnit(actor=ADMIN, unit_id=unit, name=OFFICES, parent_id="township"))
    case_id = served.at_review(UNENDING[:120])
    served.at_review("A" * 120)
    task_id = served.task(case_id, "S2_review")
    walked = {
        DRAFTER: ("/", "/inbox/started", f"/cases/{case_id}", f"/cases/{case_id}/actions/cc"),
        HEAD: ("/supervision/", "/supervision/board", "/search?text=采购"),
        LEGAL: ("/inbox/claim", f"/tasks/{task_id}", f"/tasks/{task_id}/actions/delegate"),
        ADMIN: ("/admin/users", "/admin/units", f"/admin/users/{DRAFTER}", "/admin/duties"),
    }
    wide = []
    for user, urls in walked.items():
        page.context.clear_cookies()
        sign_in(page, served, user)
        for url in urls:
            page.goto(served.address + url)
            for screen in ({"width": 1366, "height": 768}, PHONE):
                page.set_viewport_size(screen)  # type: ignore[arg-type]
                wide += [f"{url} at {screen['width']}: {told}" for told in page.evaluate(_SQUEEZED)]
    assert wide == []


_SQUEEZED = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("wider than the screen");
  for (const cell of document.querySelectorAll("main td, main th")) {
    const text = cell.innerText.trim(), style = getComputedStyle(cell);
    if (!text || !cell.checkVisibility() || cell.closest(".yf-board")) continue;
    const room = cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (room < 1.9 * parseFloat(style.fontSize) && cell.clientHeight > 60) found.push(`squeezed: ${text.slice(0, 20)}`);
  }
  return found;
}"""
"""What is wider than the screen, and cells of one character a line."""
