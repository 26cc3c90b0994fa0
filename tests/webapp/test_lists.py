"""The inbox and supervision: rows, tabs, filters, pages, tiles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.office import (
    DRAFTER,
    HEAD,
    LEGAL,
    STRANGER,
    Office,
)
from tests.support.pages import page, text


def test_a_row_says_what_one_needs_to_choose_it(office: Office) -> None:
    office.returned("采购抗旱水泵", "预算依据不足。")
    said = text(office.client(DRAFTER).get("/"))
    assert "采购抗旱水泵" in said
    assert "采〔2026〕1号" in said
    assert "采购类别：货物" in said
    assert "填报采购明细" in said
    assert "严正从“法制审核”退回：预算依据不足。" in said
    assert "剩 60 个自然日" in said
    assert "依据《信访工作条例》第34条" in said


def test_each_tab_holds_what_it_says(office: Office) -> None:
    office.done("已经办结的采购")
    office.at_review("等待审核的采购")
    assert "等待审核的采购" in text(office.client(LEGAL).get("/inbox/claim"))
    assert "已经办结的采购" in text(office.client(LEGAL).get("/inbox/done"))
    started = text(office.client(DRAFTER).get("/inbox/started"))
    assert "已经办结的采购" in started
    assert "等待审核的采购" in started
    for tab, nothing in (
        ("read", "没有待阅的提醒"),
        ("drafts", "没有草稿"),
        ("claim", "没有待认领"),
    ):
        assert nothing in text(office.client(STRANGER).get(f"/inbox/{tab}"))


def test_a_late_matter_is_red_and_told_to_its_people(office: Office) -> None:
    office.at_review("拖延的采购")
    office.clock.advance(timedelta(days=9))
    office.engine.run_due()
    said = page(office.client(LEGAL).get("/inbox/claim"))
    assert said.xpath("//tbody//span[contains(@class, 'yf-lamp-red')]")
    assert "拖延的采购" in text(office.client(LEGAL).get("/inbox/read"))
    supervised = page(office.client(HEAD).get("/supervision/?lamp=red"))
    assert len(supervised.xpath("//tbody/tr")) == 1


def test_no_page_holds_more_than_it_shows(office: Office) -> None:
    for number in range(53):
        office.start(f"第{number}件采购申请")
    visitor = office.client(DRAFTER)
    seen: list[str] = []
    url, pages = "/inbox/started", 0
    while url:
        shown = page(visitor.get(url))
        rows = shown.xpath("//tbody//a[@class='yf-row-title']/text()")
        assert len(rows) <= 50
        seen += rows
        pages += 1
        following = shown.xpath("//a[@rel='next']/@href")
        url = following[0] if following else ""
    assert pages == 2
    assert len(seen) == len(set(seen)) == 53
    back = shown.xpath("//a[@rel='prev']/@href")
    assert len(page(visitor.get(back[0])).xpath("//tbody/tr")) == 50


def test_filters_stay_and_an_empty_answer_says_what_to_do(office: Office) -> None:
    office.at_review("采购抗旱水泵")
    visitor = office.client(LEGAL)
    found = visitor.get("/inbox/claim?text=水泵&process=supplies&lamp=green")
    assert "采购抗旱水泵" in text(found)
    assert page(found).get_element_by_id("f-text").get("value") == "水泵"
    assert "请放宽筛选条件" in text(visitor.get("/inbox/claim?text=没有这样的"))


@pytest.mark.parametrize("query", ["lamp=red", "lamp=yellow", "state=trouble", "state=returned"])
def test_tiles_count_what_they_open(office: Office, query: str) -> None:
    office.returned("甲采购申请")
    office.at_review("乙采购申请")
    office.clock.advance(timedelta(days=9))
    shown = page(office.client(HEAD).get("/supervision/"))
    (tile,) = shown.xpath(f"//a[contains(@class, 'yf-tile')][contains(@href, '{query}')]")
    count = int(tile.xpath(".//*[@class='yf-tile-count']/text()")[0])
    listed = page(office.client(HEAD).get(tile.get("href"))).xpath("//tbody/tr")
    assert len(listed) == count


def test_case_lists_count_in_the_unit_of_the_rule(office: Office) -> None:
    office.returned("采购抗旱水泵", "预算依据不足。")
    assert "剩 60 个自然日" in text(office.client(HEAD).get("/supervision/"))
    assert "依据《信访工作条例》第34条" in text(office.client(HEAD).get("/supervision/"))
    office.clock.advance(timedelta(days=70))
    for url in ("/supervision/", "/inbox/started"):
        assert "逾期 10 个自然日" in text(office.client(DRAFTER).get(url))


def test_an_address_without_a_tab_leads_to_the_inbox(office: Office) -> None:
    for url in ("/inbox", "/inbox/"):
        answer = office.client(DRAFTER).get(url)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
