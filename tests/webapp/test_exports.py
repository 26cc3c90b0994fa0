"""Every table somebody sees can be taken along as .xlsx and printed: no page may forget it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine import config
from engine import queries as q
from engine.commands import SYSTEM, AddComment, Attach, SaveProcessDraft, SaveStartDraft, SendCopy
from tests.support.office import ADMIN, DRAFTER, HEAD, ITEMS, LEGAL, OFFICE, STRANGER, Office
from tests.support.pages import page

TEMPLATES = Path(__file__).resolve().parents[2] / "webapp" / "templates"
SHIPPED = config.data_dir() / "processes"
NOT_TAKEN = {
    "auth/sign_in.html": "the demonstration's names, for who has not signed in",
    "admin/roster.html": "a preview of the very sheet that was uploaded, and the way to take it along",
    "admin/deploy.html": "what is wrong with a file that was uploaded and not kept",
    "cases/approval.html": "made to be printed; its tables are sheets of the case's workbook",
    "tasks/show.html": "what one fills in; what was filled in is in the case's workbook",
    "start/show.html": "what one fills in",
    "cases/message.html": "what one fills in",
}
"""Pages with a table and no sheet, and why."""
_S = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
TELLS_WORDS = re.compile("compare|difference|/tables/")
"""Sheets whose heads are somebody's own words."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def parts(name: str) -> set[str]:
    """The templates a template is made of, itself included."""
    found, todo = set(), [name]
    while todo:
        each = todo.pop()
        if each not in found:
            found.add(each)
            source = (TEMPLATES / each).read_text(encoding="utf-8")
            todo += re.findall(r"""{%-? *(?:import|include|from) +["']([^"']+)["']""", source)
    return found


def pages() -> Iterator[str]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        if '{% extends "base.html" %}' in path.read_text(encoding="utf-8"):
            yield path.relative_to(TEMPLATES).as_posix()


def test_every_page_with_a_table_of_its_own_has_it_as_a_sheet_and_on_paper() -> None:
    """Tables of the page itself, and those of its own folder's parts or of what changed."""
    for name in pages():
        shared = {"parts/macros.html", "forms/answers.html", "forms/fields.html"}
        source = "".join((TEMPLATES / each).read_text("utf-8") for each in parts(name) - shared)
        if "<table" not in source:
            assert name not in NOT_TAKEN or "forms/form.html" in parts(name), f"{name} is forgotten"
            continue
        offered = "m.taken(" in source
        assert offered != (name in NOT_TAKEN), f"{name}: a table that cannot be taken along"


# --- as people see them ---------------------------------------------------------------------------


@pytest.fixture
def ids(office: Office) -> dict[str, str]:
    """A house in which every list has something in it; ids by what they are for."""
    engine = office.engine
    case_id = office.returned()
    waiting = office.at_review("采购抗旱水泵")
    office.done("采购纸张")
    engine.execute(AddComment(actor=LEGAL, case_id=waiting, text="=SUM(A1)"))
    for name, text in (("说明.txt", b"a\nb"), ("说明二.txt", b"a\nc")):
        file = engine.execute(Attach(actor=DRAFTER, case_id=waiting, name=name, content=text))
    engine.execute(SaveStartDraft(actor=DRAFTER, process_key="supplies", answers={"title": "墨"}))
    engine.execute(SendCopy(actor=HEAD, case_id=waiting, people=(DRAFTER,), note="请知悉。"))
    engine.run_due()
    (process,) = engine.query(q.Processes(viewer=SYSTEM))
    files = engine.query(q.PackageFiles(viewer=SYSTEM, deployment_id=process.deployment_id))
    model = files["main.bpmn"].replace("法制审核".encode(), "合法性审核".encode())
    draft = engine.execute(
        SaveProcessDraft(
            actor=ADMIN,
            process_key="supplies",
            base_id=process.deployment_id,
            files={"main.bpmn": model, "rules.dmn": min(SHIPPED.glob("*/*.dmn")).read_bytes()},
        )
    )
    return {
        "case": waiting,
        "returned": case_id,
        "file": file.id,
        "version": process.deployment_id,
        "draft": draft.draft_id,
    }


SHOWN = {
    DRAFTER: (
        "/",
        "/inbox/claim",
        "/inbox/returned",
        "/inbox/read",
        "/inbox/drafts",
        "/inbox/done",
        "/inbox/started",
        "/cases/{case}",
        "/cases/compare/file/{file}",
        "/search?text=采购",
    ),
    HEAD: (
        "/supervision/board",
        "/supervision/trend",
        "/supervision/steps?process=supplies",
        "/supervision/steps/taken?process=supplies&element=S2_review",
        "/supervision/",
    ),
    ADMIN: (
        "/admin/processes",
        "/admin/processes/supplies",
        "/admin/processes/supplies/forms",
        "/admin/processes/supplies/decisions?draft={draft}",
        "/admin/processes/supplies/difference?old={version}&new={draft}",
        "/admin/processes/supplies/deploy/{draft}",
        "/admin/processes/supplies/states/{draft}/parts/rules.dmn",
        "/admin/users",
        "/admin/users/tian.he",
        "/admin/units",
        "/admin/calendar",
        "/admin/incidents",
        "/admin/health",
        "/admin/duties",
        "/admin/unchecked",
    ),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_page_offers_is_a_sheet_with_named_columns_and_a_header_that_stays(
    office: Office, ids: dict[str, str], lang: str
) -> None:
    for user, addresses in SHOWN.items():
        visitor = office.client(user, lang)
        visitor.post(f"/language/{lang}")
        for address in addresses:
            url = address.format(**ids)
            shown = page(visitor.get(url))
            links = shown.xpath("//main//a[@download][contains(@href, '.xlsx')]/@href")
            assert links, url
            assert shown.xpath("//main//button[@data-yf-print]"), url
            for link in links:
                for name, table in workbook(visitor.get(link)).items():
                    heads = table[0]
                    assert heads, (link, name)
                    told = [head for head in heads if head not in ("#", "SHA-256")]
                    if lang == "zh":
                        assert all(CHINESE.search(head) for head in told), (link, heads)
                    elif not TELLS_WORDS.search(link):
                        assert not any(CHINESE.search(head) for head in told), (link, heads)


def workbook(answer: Any) -> dict[str, list[list[str]]]:
    """The sheets of a workbook by name, each as rows of texts. None holds a formula or a link."""
    assert answer.status_code == 200, answer.request.path
    assert answer.mimetype.endswith("spreadsheetml.sheet"), answer.request.path
    found = {}
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as book:
        index: Any = etree.fromstring(book.read("xl/workbook.xml"))
        names = index.xpath("//s:sheet/@name", namespaces=_S)
        for number, name in enumerate(names, start=1):
            sheet: Any = etree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert sheet.xpath("//s:pane[@state = 'frozen'][@ySplit = '1']", namespaces=_S)
            assert not sheet.xpath("//s:f | //s:hyperlink", namespaces=_S)
            found[str(name)] = [
                ["".join(cell.itertext()) for cell in row.xpath("./s:c", namespaces=_S)]
                for row in sheet.xpath("//s:row", namespaces=_S)
            ]
    return found


def test_a_case_is_taken_along_with_all_its_lists(office: Office, ids: dict[str, str]) -> None:
    book = workbook(office.client(DRAFTER).get(f"/cases/{ids['case']}/case.xlsx"))
    view = office.engine.query(q.CasePage(viewer=DRAFTER, case_id=ids["case"]))
    assert len(book["时间线"]) == len(view.events) + 1
    assert len(book["附件"]) == len(view.files) + 1
    assert len(book["法定期限"]) == len(view.clocks) + 1
    assert any("=SUM(A1)" in row for row in book["留言"])
    answers = {(row[0], row[-2], row[-1]) for row in book["办理情况"][1:]}
    assert any("品名" in label and text == "LED-40" for _step, label, text in answers)


def test_a_sheet_keeps_from_people_what_its_page_keeps_from_them(office: Office) -> None:
    case_id = office.start()
    office.complete(case_id, "S1_items", DRAFTER, **ITEMS, reserve=987654)
    told = {}
    for user in (DRAFTER, HEAD, OFFICE):
        visitor = office.client(user)
        read = "987654" in page(visitor.get(f"/cases/{case_id}")).text_content().replace(",", "")
        rows = workbook(visitor.get(f"/cases/{case_id}/case.xlsx"))["办理情况"]
        assert read == any("987654" in cell.replace(",", "") for row in rows for cell in row)
        told[user] = read
    assert set(told.values()) == {True, False}
    assert office.client(STRANGER).get(f"/cases/{case_id}/case.xlsx").status_code == 404


def test_lists_that_were_narrowed_are_taken_along_narrowed(
    office: Office, ids: dict[str, str]
) -> None:
    visitor = office.client(ADMIN)
    everything = workbook(visitor.get("/admin/duties.xlsx"))
    few = workbook(visitor.get("/admin/duties.xlsx?role=legal"))
    assert 1 < len(next(iter(few.values()))) < len(next(iter(everything.values())))
    found = workbook(office.client(DRAFTER).get("/search.xlsx?text=水泵"))
    assert [row for row in found["搜索"][1:] if "采购抗旱水泵" not in row] == []
    assert len(found["搜索"]) == 2
