"""English: nothing is missing, nothing is left over, and no Chinese remains but what people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from lxml import html

from engine import queries as q
from engine.commands import SYSTEM, AddComment, Attach, SaveDraft, SaveStartDraft
from tests.support.office import ADMIN, DRAFTER, HEAD, LEGAL, Office, Visitor

WEBAPP = Path(__file__).resolve().parents[2] / "webapp"
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
CASE_NUMBER = re.compile(r"采〔\d{4}〕\d+号")
SAID = ("title", "aria-label", "placeholder", "alt", "data-label", "content")
"""Attributes that people read or hear."""


def texts() -> set[Any]:
    """Every text that the pages' code marks for translation."""
    with (WEBAPP / "translations" / "babel.cfg").open(encoding="utf-8") as source:
        methods, options = parse_mapping_cfg(source)  # type: ignore[no-untyped-call]
    found = extract_from_dir(str(WEBAPP), method_map=methods, options_map=options)
    return {text for _, _, text, _, _ in found}


def english() -> Catalog:
    with (WEBAPP / "translations/en/LC_MESSAGES/messages.po").open("rb") as source:
        return read_po(source, locale="en")


def test_every_text_of_the_pages_has_its_english() -> None:
    known = {message.id for message in english() if message.id and all_of(message.string)}
    assert texts() - known == set()


def test_no_translation_is_left_of_a_text_that_is_gone() -> None:
    assert {message.id for message in english() if message.id} - texts() == set()


def test_no_translation_is_chinese_or_unsure() -> None:
    for message in english():
        assert not message.fuzzy, message.id
        assert not CHINESE.search(" ".join(all_of(message.string))), message.id


def test_placeholders_are_those_of_the_chinese_text() -> None:
    assert [fault for _, faults in english().check() for fault in faults] == []


def all_of(string: Any) -> tuple[str, ...]:
    parts = (string,) if isinstance(string, str) else tuple(string)
    return parts if all(parts) else ()


# ---------------------------------------------------------------------- whole pages


@pytest.fixture
def written_in_english(office: Office) -> dict[str, str]:
    """Matters whose people write English; ids by what they are for."""
    waiting = office.at_review("Chairs for the meeting room", why="x")
    returned = office.returned("Lamps for the shelter", opinion="The budget is missing.")
    done = office.done("Paper and pens for the office")
    engine = office.engine
    engine.execute(AddComment(actor=LEGAL, case_id=waiting, text="See page 2."))
    engine.execute(Attach(actor=DRAFTER, case_id=waiting, name="offers.txt", content=b"1"))
    engine.execute(SaveStartDraft(actor=DRAFTER, process_key="supplies", answers={"title": "Ink"}))
    engine.run_due()
    task = office.task(returned, "S1_items")
    engine.execute(SaveDraft(actor=DRAFTER, task_id=task, answers={"reserve": 5}))
    return {
        "waiting": waiting,
        "returned": returned,
        "done": done,
        "review": office.task(waiting, "S2_review"),
        "items": task,
        "version": engine.query(q.Processes(viewer=SYSTEM))[0].deployment_id,
    }


PAGES = {
    DRAFTER: (
        "/",
        "/inbox/claim",
        "/inbox/read",
        "/inbox/drafts",
        "/inbox/done",
        "/inbox/started",
        "/start/",
        "/start/supplies",
        "/tasks/{items}",
        "/cases/{returned}",
        "/password",
        "/nothing-here",
    ),
    LEGAL: (
        "/inbox/claim",
        "/tasks/{review}",
        "/tasks/{review}/actions/return",
        "/tasks/{review}/actions/delegate",
        "/tasks/{review}/actions/reassign",
        "/cases/{waiting}",
        "/cases/{waiting}/actions/cc",
        "/cases/{waiting}/actions/lift",
        "/cases/{waiting}/verify",
    ),
    HEAD: (
        "/cases/{waiting}/actions/oversee",
        "/supervision/board",
        "/supervision/trend",
        "/supervision/steps?process=supplies",
        "/supervision/steps/taken?process=supplies&element=S2_review",
        "/supervision/",
        "/cases/{done}",
        "/inbox/done",
    ),
    ADMIN: (
        "/admin/processes",
        "/admin/processes/supplies",
        "/admin/deploy",
        "/admin/processes/new",
        "/admin/processes/supplies/scenarios/{version}",
        "/admin/users",
        "/admin/users/new",
        "/admin/users/tian.he",
        "/admin/units",
        "/admin/calendar?year=2026",
        "/admin/calendar?year=2027",
        "/admin/incidents",
        "/admin/health",
        "/admin/roster",
        "/admin/duties",
        "/admin/duties?user=tian.he",
        "/admin/unchecked",
    ),
}


def test_no_chinese_remains_on_english_pages(
    office: Office, written_in_english: dict[str, str]
) -> None:
    found: dict[str, list[str]] = {}
    for user, addresses in PAGES.items():
        visitor = office.client(user, "en")
        visitor.post("/language/en")
        for address in addresses:
            url = address.format(**written_in_english)
            left = list(chinese(visitor.get(url).get_data(as_text=True)))
            if left:
                found[url] = left
    assert found == {}


def test_errors_of_a_form_are_told_in_english(
    office: Office, written_in_english: dict[str, str]
) -> None:
    visitor = office.client(DRAFTER, "en")
    visitor.post("/language/en")
    for url in ("/start/supplies", f"/tasks/{written_in_english['items']}"):
        answer = visitor.post(url, {"delivery": "", "delivery-_on": "1"})
        assert answer.status_code == 422
        assert list(chinese(answer.get_data(as_text=True))) == []


def test_the_sign_in_page_follows_the_browser(office: Office) -> None:
    visitor = Visitor(office.app, "en")
    assert list(chinese(visitor.get("/sign-in").get_data(as_text=True))) == []


def chinese(page: str) -> Iterator[str]:
    """Chinese texts of a page, without what says itself that it is Chinese, and case numbers."""
    root: Any = html.document_fromstring(page)
    for element in root.xpath("//*[@lang='zh-CN'] | //script | //textarea"):
        element.drop_tree()
    for element in root.iter("*"):
        said = [value for name, value in element.attrib.items() if spoken(name)]
        for text in (element.text, element.tail, *said):
            plain = CASE_NUMBER.sub("", text or "")
            if CHINESE.search(plain):
                yield plain.strip()


def spoken(name: str) -> bool:
    return name in SAID or name.startswith("data-text")
