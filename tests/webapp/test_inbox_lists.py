"""Lists that are addresses: sorted, narrowed, kept, arranged, kept up to date, worked through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.commands import SaveList
from engine.queries import Narrowing
from tests.support.office import DRAFTER, HEAD, LEGAL, STRANGER, Office
from tests.support.pages import page, text


def titles(answer: Any) -> list[str]:
    return list(page(answer).xpath("//a[@class='yf-row-title']/text()"))


@pytest.fixture
def queue(office: Office) -> list[str]:
    """Three matters before the reviewer, a day apart."""
    found = []
    for title in ("甲采购申请", "乙采购申请", "丙采购申请"):
        found.append(office.at_review(title))
        office.clock.advance(timedelta(days=1))
    return found


def test_the_address_is_the_list(office: Office, queue: list[str]) -> None:
    visitor = office.client(LEGAL)
    oldest = visitor.get("/inbox/claim?sort=opened")
    assert titles(oldest) == ["甲采购申请", "乙采购申请", "丙采购申请"]
    (head,) = page(oldest).xpath("//th[@aria-sort]")
    assert head.get("aria-sort") == "ascending"
    (turned,) = page(oldest).xpath("//th[@aria-sort]/a/@href")
    assert titles(visitor.get(turned)) == ["丙采购申请", "乙采购申请", "甲采购申请"]
    (urgent,) = page(oldest).xpath("//thead//a[contains(., '缓急')]/@href")
    assert "sort=urgency,opened" in urgent.replace("%2C", ",")
    for who in ("田禾", "tianhe", "th"):
        assert len(titles(visitor.get(f"/inbox/claim?person={who}"))) == 3
    nobody = visitor.get("/inbox/claim?person=zzz")
    assert "没有找到叫“zzz”的人" in text(nobody)
    assert titles(nobody) == []
    day = titles(visitor.get("/inbox/claim?since=2026-09-02&until=2026-09-02"))
    assert day == ["乙采购申请"]
    hostile = "/inbox/claim?sort=,,-,drop&since=2026-99-99&lamp=x&person=%25&text=%00&cursor=x"
    assert visitor.get(hostile).status_code == 200
    assert "3 个工作日" in text(oldest)


def test_a_list_is_kept_pinned_counted_and_removed(office: Office, queue: list[str]) -> None:
    visitor = office.client(LEGAL)
    kept = visitor.post("/inbox/claim/keep?sort=opened&text=乙", {"name": "乙类", "pinned": "1"})
    address = kept.headers["Location"]
    shown = visitor.get(address)
    assert "列表“乙类”已保存" in text(shown)
    (tab,) = page(shown).xpath("//nav[@data-yf-tabs]//a[@aria-current]")
    assert tab.text_content().split() == ["乙类", "1"]
    assert Narrowing.parse("claim", tab.get("href").partition("?")[2]).text == "乙"
    (list_id,) = page(shown).xpath("//input[@name='list_id']/@value")
    again = {"name": "改名", "list_id": list_id}
    visitor.post("/inbox/claim/keep?text=乙", again)
    other = page(visitor.get("/inbox/claim"))
    assert not other.xpath("//nav[@data-yf-tabs]//a[contains(., '改名')]")
    assert other.xpath("//details//a[contains(., '改名')]")
    assert office.client(HEAD).post(f"/inbox/kept/{list_id}/remove").status_code == 404
    assert "已删除" in text(visitor.post(f"/inbox/kept/{list_id}/remove", follow_redirects=True))
    refused = visitor.post("/inbox/claim/keep", {"name": " "}, follow_redirects=True)
    assert "请给这个列表起个名字" in text(refused)


def test_columns_are_chosen_and_stay(office: Office, queue: list[str]) -> None:
    visitor = office.client(LEGAL)
    chosen = {"column": ["due", "opened"], "after": "list"}
    answer = visitor.post("/inbox/claim/arrange?sort=opened", chosen)
    assert answer.headers["Location"] == "/inbox/claim?sort=opened"
    heads = page(visitor.get("/inbox/claim")).xpath("//thead//th")
    said = ["".join(head.itertext()).strip("▲▼") for head in heads]
    assert said == ["标题", "到达时间", "期限", "操作"]


def test_news_are_told_once_and_only_when_there_are_any(office: Office, queue: list[str]) -> None:
    visitor = office.client(LEGAL)
    first = page(visitor.get("/inbox/claim?sort=opened"))
    (live,) = first.xpath("//@data-yf-live")
    tag = {"If-None-Match": f'"{first.xpath("//@data-tag")[0]}"'}
    assert visitor.get(live, headers=tag).status_code == 304
    office.at_review("丁采购申请")
    news = visitor.get(live, headers=tag)
    assert titles(news)[-1] == "丁采购申请"
    assert page(news).xpath("//nav//a[contains(., '待认领')]//*[@class='yf-count']/text()") == ["4"]
    assert (
        visitor.get(live, headers={"If-None-Match": f'"{news.headers["X-Yifa-Tag"]}"'}).status_code
        == 304
    )
    assert office.client().get(live).status_code in (302, 303)


def test_after_one_the_next_of_the_same_list_opens(office: Office, queue: list[str]) -> None:
    visitor = office.client(LEGAL)
    listed = visitor.get("/inbox/claim?sort=opened")
    hrefs = page(listed).xpath("//a[@class='yf-row-title']/@href")
    shown = page(visitor.get(hrefs[1]))
    assert shown.xpath("//a[@data-yf-back]/@href") == ["/inbox/claim?sort=opened"]
    form = shown.get_element_by_id("task-form")
    good = {"conclusion": "通过", "conclusion-_on": "1", "opinion": "可", "opinion-_on": "1"}
    done = visitor.post(form.get("action"), good)
    assert done.headers["Location"] == hrefs[2]
    after = visitor.get(done.headers["Location"])
    assert "这是列表中的下一件" in text(after)
    assert "丙采购申请" in text(after)
    visitor.post("/inbox/claim/arrange", {"column": ["due"], "after": "list"})
    form = page(after).get_element_by_id("task-form")
    done = visitor.post(form.get("action"), good)
    assert done.headers["Location"] == "/inbox/claim?sort=opened"
    assert titles(visitor.get(done.headers["Location"])) == ["甲采购申请"]


def test_what_came_back_has_its_tab_with_the_reason(office: Office) -> None:
    office.returned("采购抗旱水泵", "预算依据不足。")
    said = text(office.client(DRAFTER).get("/inbox/returned"))
    assert "退回 1" in said
    assert "严正从“法制审核”退回：预算依据不足。" in said


def test_no_address_of_a_list_takes_one_elsewhere(office: Office, queue: list[str]) -> None:
    office.engine.execute(SaveList(actor=LEGAL, tab="claim", name="<b>", query="text=<script>"))
    visitor = office.client(LEGAL)
    assert b"<script>alert" not in visitor.get("/inbox/claim?text=<script>alert").data
    assert b"<b>" not in visitor.get("/inbox/claim").data
    for hostile in ("//evil.example", "todo?_external=1&_scheme=ftp", "x", "todo?" + "a" * 5000):
        task_id = office.task(queue[0], "S2_review")
        shown = visitor.get(f"/tasks/{task_id}", query_string={"list": hostile})
        assert shown.status_code == 200
        for href in page(shown).xpath("//a[@data-yf-back]/@href"):
            assert href.startswith("/inbox/todo") or href == "/"


def test_one_search_finds_matters_people_and_kinds_with_the_place(office: Office) -> None:
    office.returned("采购抗旱水泵", "预算依据不足。")
    office.engine.run_due()
    visitor = office.client(LEGAL)
    home = page(visitor.get("/"))
    (form,) = home.xpath("//header//form[@role='search']")
    assert form.get("action") == "/search"
    found = visitor.get("/search?text=预算 依据")
    assert titles(found) == ["采购抗旱水泵"]
    assert page(found).xpath("//mark/text()") == ["预算", "依据"]
    assert "法制审核：" in text(found)
    assert "采〔2026〕1号" in text(visitor.get("/search?text=采〔2026〕1号"))
    assert "严正" in text(visitor.get("/search?text=yz"))
    assert "发起“" in text(visitor.get("/search?text=采购"))
    assert "请至少输入两个连续的字" in text(visitor.get("/search?text=泵"))
    assert "没有找到" in text(office.client(STRANGER).get("/search?text=预算"))
    assert "输入要找的内容" in text(visitor.get("/search"))
    assert b"<script>x" not in visitor.get("/search?text=<script>x").data
