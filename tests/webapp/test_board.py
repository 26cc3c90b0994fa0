"""The board and what hangs on it: every number is what its link lists, whoever looks; tables as sheets."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from engine.commands import CompleteTask, OverseeCase
from tests.support.office import ADMIN, DRAFTER, HEAD, LEGAL, STRANGER, Office, Visitor
from tests.support.pages import page, text

VIEWERS = (HEAD, DRAFTER, LEGAL, STRANGER, ADMIN)
_S = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture
def at_work(office: Office) -> Office:
    """Matters in every state: done in time and late, returned, waiting, overdue, standing still."""
    office.done("按期办结的采购")
    late = office.at_review("拖延的采购")
    office.clock.advance(timedelta(days=80))
    office.engine.run_due()
    for element, who, answers in (
        ("S2_review", LEGAL, {"conclusion": "通过", "opinion": "OK"}),
        ("S3_sign", HEAD, {"decision": "同意"}),
    ):
        task = office.task(late, element)
        office.engine.execute(
            CompleteTask(actor=who, task_id=task, answers=answers, late_reason="人手不足")
        )
    office.at_review("停滞的采购")
    office.clock.advance(timedelta(days=9))
    returned = office.returned("退回的采购")
    office.engine.execute(
        OverseeCase(actor=HEAD, case_id=returned, demand="请说明进展。", due="2026-12-25")
    )
    office.at_review("等待的采购")
    return office


def rows_behind(visitor: Visitor, url: str) -> int:
    """How many rows a list has, over all its pages."""
    count = 0
    while url:
        shown = page(visitor.get(url))
        count += len(shown.xpath("//main//tbody/tr"))
        following = shown.xpath("//a[@rel='next']/@href")
        url = following[0] if following else ""
    return count


def numbers(visitor: Visitor, url: str) -> Iterator[tuple[int, str]]:
    """Every number of a page that opens a list."""
    shown = page(visitor.get(url))
    for tile in shown.xpath("//a[contains(@class, 'yf-tile')]"):
        yield int(tile.xpath(".//*[@class='yf-tile-count']/text()")[0]), tile.get("href")
    for link in shown.xpath("//table[contains(@class, 'yf-pivot')]//td//a"):
        yield int(link.text), link.get("href")


def numbers_by_link(visitor: Visitor) -> Iterator[tuple[str, int]]:
    for count, link in numbers(visitor, "/supervision/board"):
        yield link, count


@pytest.mark.parametrize("viewer", VIEWERS)
def test_every_number_is_what_its_link_lists(at_work: Office, viewer: str) -> None:
    visitor = at_work.client(viewer)
    seen = 0
    for url in (
        "/supervision/board",
        "/supervision/board?process=supplies&unit=-",
        "/supervision/trend",
        "/supervision/steps?process=supplies",
    ):
        for count, link in numbers(visitor, url):
            assert rows_behind(visitor, link) == count, (url, link)
            seen += count
    assert seen if viewer in (HEAD, DRAFTER) else True


def test_the_board_says_what_is_late_and_where_it_is(at_work: Office) -> None:
    shown = page(at_work.client(HEAD).get("/supervision/board"))
    heads = [
        cell.text_content() for cell in shown.xpath("//table[contains(@class, 'yf-board')]//th")
    ]
    assert heads.index("申请") < heads.index("审核") < heads.index("签批")
    (row,) = shown.xpath("//table[contains(@class, 'yf-board')]//tr[contains(., '停滞的采购')]")
    states = [cell.get("class") for cell in row.xpath("./td")[1:]]
    assert states[0] == "yf-cell yf-cell-done"
    assert states[1].startswith("yf-cell yf-cell-")
    said = text(at_work.client(HEAD).get("/supervision/?state=stalled"))
    assert "停滞的采购" in said
    tiles = dict(numbers_by_link(at_work.client(HEAD)))
    assert tiles["/supervision/?state=overseen"] == 1
    said_followed = text(at_work.client(HEAD).get("/supervision/?state=overseen"))
    assert "退回的采购" in said_followed
    assert "等待的采购" not in said


def test_months_and_steps_are_drawn_for_eyes_and_readers(at_work: Office) -> None:
    for url in ("/supervision/trend", "/supervision/steps?process=supplies"):
        shown = page(at_work.client(HEAD).get(url))
        (chart,) = shown.xpath("//*[local-name() = 'svg'][@role = 'img']")
        assert chart.xpath("./*[local-name() = 'title']/text()")
        assert chart.xpath("./*[local-name() = 'desc']/text()")
        ids = chart.get("aria-labelledby").split()
        assert all(shown.get_element_by_id(one) is not None for one in ids)
        assert shown.xpath("//table[contains(@class, 'yf-pivot')]")
    figure = page(at_work.client(HEAD).get("/supervision/steps?process=supplies&by=now"))
    assert "heat-" in figure.xpath("//figure/@data-marks")[0]


# --- sheets -------------------------------------------------------------------------------------


def cells(answer: Any) -> list[list[tuple[str, str]]]:
    """The cells of a sheet, each as its type and its text."""
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    content = answer.get_data()
    answer.close()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet: Any = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert sheet.xpath("//s:pane[@state = 'frozen'][@ySplit = '1']", namespaces=_S)
    assert not sheet.xpath("//s:f | //s:hyperlink", namespaces=_S)
    return [
        [
            (cell.get("t", "n"), "".join(cell.itertext()))
            for cell in row.xpath("./s:c", namespaces=_S)
        ]
        for row in sheet.xpath("//s:row", namespaces=_S)
    ]


def test_tables_are_taken_along_as_far_as_they_may_be_seen(at_work: Office) -> None:
    head, stranger = at_work.client(HEAD), at_work.client(STRANGER)
    for url in ("/supervision/cases.xlsx", "/supervision/cases.xlsx?state=open"):
        listed = rows_behind(head, url.replace("cases.xlsx", ""))
        table = cells(head.get(url))
        assert [name for _, name in table[0]][:3] == ["编号", "标题", "事项类别"]
        assert len(table) == listed + 1
        assert len(cells(stranger.get(url))) == 1
    for url in (
        "/supervision/board.xlsx",
        "/supervision/board.xlsx?process=supplies",
        "/supervision/pivot.xlsx",
        "/supervision/trend.xlsx",
        "/supervision/steps.xlsx?process=supplies",
        "/supervision/steps/taken.xlsx?process=supplies&element=S2_review",
        "/inbox/done.xlsx",
        "/inbox/started.xlsx",
    ):
        assert len(cells(head.get(url))) >= 1, url
    admin = at_work.client(ADMIN)
    for name in ("users", "units", "processes", "incidents", "jobs", "calendar"):
        assert len(cells(admin.get(f"/admin/{name}.xlsx"))) >= 1, name


def test_cells_are_of_their_kind_and_never_formulas(office: Office) -> None:
    for title in ("=1+1采购申请", "+cmd|' /C calc'!A0", "@SUM(A1)采购", "-2+3采购申请"):
        office.at_review(title)
    table = cells(office.client(HEAD).get("/supervision/cases.xlsx"))
    columns = {name: at for at, (_, name) in enumerate(table[0])}
    titles = {row[columns["标题"]] for row in table[1:]}
    assert ("inlineStr", "=1+1采购申请") in titles
    assert {kind for kind, _ in titles} == {"inlineStr"}
    returns = {row[-2] for row in table[1:]}
    assert returns == {("n", "0")}
    moments = [
        shown for row in table[1:] for kind, shown in row if re.fullmatch(r"4\d{4}\.\d+", shown)
    ]
    assert moments
