"""What the pages show and do, without a browser: lists, tasks, cases, administration."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from lxml import html

from engine import catalog
from engine import queries as q
from engine.commands import SYSTEM, SaveUser, SetLanguage, SuspendCase
from tests.support.office import (
    ADMIN,
    BOTH,
    DRAFTER,
    HEAD,
    ITEMS,
    LEGAL,
    OFFICE,
    PACKAGE,
    PASSWORD,
    STRANGER,
    Office,
)

GOOD = {
    "delivery": "分批供货",
    "delivery-_on": "1",
    "items-_on": "1",
    "items-0-_row": "1",
    "items-0-name": "灯",
    "items-0-count": "3",
    "items-0-price": "1.5",
    "quotes-_on": "1",
    "checker": OFFICE,
    "checker-_on": "1",
    "reserve": "",
}
"""The first task's form as a browser sends it."""


def page(answer: Any) -> Any:
    return html.document_fromstring(answer.get_data(as_text=True))


def text(answer: Any) -> str:
    """What a person reads in the page's main part."""
    return " ".join(page(answer).get_element_by_id("main").text_content().split())


# ---------------------------------------------------------------------- lists


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


# ---------------------------------------------------------------------- a matter from start to end


def test_a_matter_goes_its_way_by_forms_alone(office: Office) -> None:
    drafter = office.client(DRAFTER)
    form = page(drafter.get("/start/supplies"))
    request_id = form.xpath("//input[@name='request_id']/@value")[0]
    begun = drafter.post(
        "/start/supplies",
        {"title": "采购应急灯四十盏", "kind": "货物", "kind-_on": "1", "amount": "6,000",
         "urgency": "urgent", "request_id": request_id},
    )  # fmt: skip
    assert begun.status_code == 302
    claimed = page(drafter.get("/inbox/claim"))
    task = claimed.xpath("//a[@class='yf-row-title']/@href")[0]
    assert drafter.post(f"{task}/claim").status_code == 302
    handed = drafter.post(task, GOOD)
    assert handed.status_code == 302, text(handed)
    legal = office.client(LEGAL)
    review = page(legal.get("/inbox/claim")).xpath("//a[@class='yf-row-title']/@href")[0]
    before = text(legal.get(review))
    assert "五万元以上的采购须经法制审核。" in before
    assert "待核对" in before
    assert legal.post(review, {"conclusion": "通过", "opinion": "同意"}).status_code == 302
    head = office.client(HEAD)
    sign = page(head.get("/inbox/claim")).xpath("//a[@class='yf-row-title']/@href")[0]
    assert head.post(sign, {"decision": "同意"}).status_code == 302
    case = page(head.get("/inbox/done")).xpath("//a[@class='yf-row-title']/@href")[0]
    assert "已办结" in text(head.get(case))


def test_the_same_start_sent_twice_starts_one_matter(office: Office) -> None:
    visitor = office.client(DRAFTER)
    form = {"title": "采购应急灯", "kind": "货物", "amount": "1", "request_id": "the same"}
    first, second = visitor.post("/start/supplies", form), visitor.post("/start/supplies", form)
    assert first.location == second.location
    assert len(page(visitor.get("/inbox/started")).xpath("//tbody/tr")) == 1


def test_mistakes_are_told_on_top_and_beside_the_field(office: Office) -> None:
    case_id = office.start()
    task = office.task(case_id, "S1_items")
    answer = office.client(DRAFTER).post(f"/tasks/{task}", {**GOOD, "items-0-count": "三"})
    assert answer.status_code == 422
    shown = page(answer)
    (anchor,) = shown.xpath("//*[@id='form-errors']//a")
    field = shown.get_element_by_id(anchor.get("href")[1:])
    assert field.get("value") == "三"
    assert field.get("aria-invalid") == "true"
    told = shown.get_element_by_id(field.get("aria-describedby").split()[-1])
    assert "应为数字" in told.text_content()


def test_what_a_condition_hides_is_neither_shown_nor_taken(office: Office) -> None:
    visitor = office.client(DRAFTER)
    small = visitor.post("/start/supplies", {"title": "采购纸张", "amount": "10", "_refresh": "1"})
    assert "大额采购理由" not in text(small)
    large = visitor.post(
        "/start/supplies", {"title": "采购纸张", "amount": "60000", "_refresh": "1"}
    )
    assert large.status_code == 200
    assert "大额采购理由" in text(large)


def test_rows_come_and_go_without_a_script(office: Office) -> None:
    task = office.task(office.start(), "S1_items")
    visitor = office.client(DRAFTER)
    more = page(visitor.post(f"/tasks/{task}", {**GOOD, "_add": "items"}))
    assert [each.get("value") for each in more.xpath("//input[@name='items-0-name']")] == ["灯"]
    assert len(more.xpath("//input[@name='items-1-name']")) == 1
    fewer = page(visitor.post(f"/tasks/{task}", {**GOOD, "_remove": "items-0"}))
    assert "灯" not in [each.get("value") for each in fewer.xpath("//input")]


def test_an_upload_survives_a_mistake_elsewhere(office: Office) -> None:
    case_id = office.start()
    task = office.task(case_id, "S1_items")
    visitor = office.client(DRAFTER)
    seen = page(visitor.get(f"/tasks/{task}")).xpath("//input[@name='version']/@value")[0]
    sent = {
        **GOOD,
        "version": seen,
        "checker": "",
        "quotes": (BytesIO("三家报价".encode()), "报价.txt"),
    }
    answer = visitor.post(f"/tasks/{task}", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    kept = page(answer).xpath("//input[@name='quotes-_keep']/@value")
    assert len(kept) == 1
    version = page(answer).xpath("//input[@name='version']/@value")[0]
    done = visitor.post(f"/tasks/{task}", {**GOOD, "quotes-_keep": kept[0], "version": version})
    assert done.status_code == 302, text(done)
    file = visitor.get(f"/cases/files/{kept[0]}")
    assert file.get_data().decode() == "三家报价"
    assert "attachment" in file.headers["Content-Disposition"]
    assert "sandbox" in file.headers["Content-Security-Policy"]
    file.close()


def test_who_can_be_picked_is_who_holds_the_role(office: Office) -> None:
    task = office.task(office.start(), "S1_items")
    shown = page(office.client(DRAFTER).get(f"/tasks/{task}"))
    offered = shown.xpath("//select[@name='checker']//option/@value")
    assert offered == ["", OFFICE]


def test_an_upload_is_no_change_by_somebody_else(office: Office) -> None:
    task = office.task(office.start(), "S1_items")
    visitor = office.client(DRAFTER)
    seen = page(visitor.get(f"/tasks/{task}")).xpath("//input[@name='version']/@value")[0]
    files = [(BytesIO(b"1"), "一.txt"), (BytesIO(b"2"), "二.txt")]
    sent = {**GOOD, "version": seen, "quotes": files}
    done = visitor.post(f"/tasks/{task}", sent, content_type="multipart/form-data")
    assert done.status_code == 302, text(done)


def test_a_wrong_kind_of_file_is_refused_with_its_reason(office: Office) -> None:
    task = office.task(office.start(), "S1_items")
    sent = {**GOOD, "quotes": (BytesIO(b"MZ\x90"), "virus.exe")}
    answer = office.client(DRAFTER).post(f"/tasks/{task}", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    shown = page(answer)
    (anchor,) = shown.xpath("//*[@id='form-errors']//a[@href='#f-quotes']")
    assert "exe" in anchor.text_content()
    assert shown.xpath("//input[@name='items-0-name']/@value") == ["灯"]


def test_who_asked_may_not_review(office: Office) -> None:
    case_id = office.start()
    office.complete(case_id, "S1_items", BOTH, **ITEMS)
    task = office.task(case_id, "S2_review")
    shown = office.client(BOTH).get(f"/tasks/{task}")
    assert "不得再办理" in text(shown)
    (button,) = page(shown).xpath("//main//button[@disabled]")
    assert page(shown).get_element_by_id(button.get("aria-describedby")).text_content()
    tried = office.client(BOTH).post(f"/tasks/{task}", {"conclusion": "通过"})
    assert tried.status_code == 409
    assert office.task(case_id, "S2_review") == task


def test_a_constraint_of_the_step_is_told_on_the_form(office: Office) -> None:
    task = office.task(office.at_review(), "S2_review")
    answer = office.client(LEGAL).post(f"/tasks/{task}", {"conclusion": "退回", "opinion": ""})
    assert answer.status_code == 422
    assert "退回必须写明审核意见。" in text(answer)


def test_being_late_must_be_explained(office: Office) -> None:
    case_id = office.at_review()
    task = office.task(case_id, "S2_review")
    office.clock.advance(timedelta(days=9))
    visitor = office.client(LEGAL)
    typed = {"conclusion": "通过", "conclusion-_on": "1", "opinion": ""}
    refused = visitor.post(f"/tasks/{task}", {**typed, "late_reason": ""})
    assert refused.status_code == 422
    (anchor,) = page(refused).xpath("//*[@id='form-errors']//a[@href='#late_reason']")
    assert "请填写逾期原因" in anchor.text_content()
    assert page(refused).get_element_by_id("late_reason").get("aria-invalid") == "true"
    given = {**typed, "late_reason": "审核员出差"}
    assert visitor.post(f"/tasks/{task}", given).status_code == 302
    assert "审核员出差" in text(office.client(HEAD).get(f"/cases/{case_id}"))


# ---------------------------------------------------------------------- drafts, claims, races


def test_a_draft_keeps_everything_even_what_is_wrong(office: Office) -> None:
    task = office.task(office.at_review(), "S2_review")
    office.clock.advance(timedelta(days=9))
    visitor = office.client(LEGAL)
    typed = {"opinion": "还没想好", "late_reason": "出差", "_draft": "1"}
    assert visitor.post(f"/tasks/{task}", typed).status_code == 302
    shown = page(visitor.get(f"/tasks/{task}"))
    assert shown.get_element_by_id("f-opinion").text_content().strip() == "还没想好"
    assert shown.get_element_by_id("late_reason").text_content().strip() == "出差"
    assert "法制审核" in text(visitor.get("/inbox/drafts"))
    assert "还没想好" not in text(office.client(BOTH).get(f"/tasks/{task}"))


def test_a_script_that_saves_a_draft_gets_a_word_not_a_page(office: Office) -> None:
    visitor = office.client(DRAFTER)
    asked = {"headers": {"Accept": "application/json"}}
    first = visitor.post("/start/supplies", {"title": "采购", "_draft": "1", "draft": ""}, **asked)
    draft = first.get_json()["draft"]
    again = visitor.post(
        "/start/supplies", {"title": "采购纸", "_draft": "1", "draft": draft}, **asked
    )
    assert again.get_json() == {"saved": True, "draft": draft}
    shown = page(visitor.get(f"/start/supplies?draft={draft}"))
    assert shown.get_element_by_id("f-title").get("value") == "采购纸"
    task = office.task(office.start(), "S1_items")
    word = visitor.post(f"/tasks/{task}", {**GOOD, "_draft": "1"}, **asked)
    assert word.get_json() == {"saved": True}


def test_claiming_keeps_what_was_typed(office: Office) -> None:
    task = office.task(office.at_review(), "S2_review")
    visitor = office.client(LEGAL)
    assert visitor.post(f"/tasks/{task}", {"opinion": "已核", "_claim": "1"}).status_code == 302
    shown = page(visitor.get(f"/tasks/{task}"))
    assert shown.get_element_by_id("f-opinion").text_content().strip() == "已核"
    assert "认领" not in text(visitor.get(f"/tasks/{task}"))
    assert visitor.post(f"/tasks/{task}", {"_unclaim": "1"}).status_code == 302
    assert "认领" in text(visitor.get(f"/tasks/{task}"))


def test_who_comes_second_is_told_who_was_first_and_loses_no_word(office: Office) -> None:
    task = office.task(office.at_review(), "S2_review")
    first, second = office.client(LEGAL), office.client(BOTH)
    assert second.get(f"/tasks/{task}").status_code == 200
    assert first.post(f"/tasks/{task}", {"conclusion": "通过", "opinion": ""}).status_code == 302
    late = second.post(f"/tasks/{task}", {"conclusion": "退回", "opinion": "我的长篇意见"})
    assert late.status_code == 409
    assert "严正" in text(late)
    assert "我的长篇意见" in text(late)


def test_a_matter_that_moved_meanwhile_is_shown_anew_with_the_typing(office: Office) -> None:
    case_id = office.at_review()
    task = office.task(case_id, "S2_review")
    visitor = office.client(LEGAL)
    version = page(visitor.get(f"/tasks/{task}")).xpath("//input[@name='version']/@value")[0]
    office.engine.execute(SuspendCase(actor=HEAD, case_id=case_id, reason="核实"))
    answer = visitor.post(
        f"/tasks/{task}", {"conclusion": "退回", "opinion": "写好的意见", "version": version}
    )
    assert answer.status_code == 409
    assert "写好的意见" in text(answer)


def test_a_stale_page_is_told_and_can_be_sent_again(office: Office) -> None:
    task = office.task(office.at_review(), "S2_review")
    visitor = office.client(LEGAL)
    stale = visitor.post(f"/tasks/{task}", {"conclusion": "通过", "opinion": "好", "version": "0"})
    assert stale.status_code == 409
    shown = page(stale)
    assert shown.get_element_by_id("f-opinion").text_content().strip() == "好"
    fresh = shown.xpath("//input[@name='version']/@value")[0]
    again = visitor.post(
        f"/tasks/{task}", {"conclusion": "通过", "opinion": "好", "version": fresh}
    )
    assert again.status_code == 302


# ---------------------------------------------------------------------- the case


def test_a_case_shows_where_it_stands(office: Office) -> None:
    case_id = office.at_review()
    shown = page(office.client(LEGAL).get(f"/cases/{case_id}"))
    marks = json.loads(shown.xpath("//figure/@data-marks")[0])
    assert marks["S2_review"] == {
        "state": "active",
        "text": "法制审核：待认领",
        "href": f"/tasks/{office.task(case_id, 'S2_review')}",
    }
    assert marks["S1_items"] == {"state": "done"}
    model = shown.xpath("//figure/@data-model-url")[0]
    assert b"S2_review" in office.client(LEGAL).get(model).get_data()
    said = text(office.client(LEGAL).get(f"/cases/{case_id}"))
    for part in (
        "对转送、交办事项提出异议",
        "剩 5 个工作日",
        "填报采购明细",
        "田禾",
        "收到补充材料",
    ):
        assert part in said


def test_a_message_is_recorded_on_its_own_page(office: Office) -> None:
    case_id = office.at_review()
    visitor = office.client(LEGAL)
    link = page(visitor.get(f"/cases/{case_id}")).xpath("//a[contains(@href, '/messages/')]/@href")[
        0
    ]
    assert visitor.get(link).status_code == 200
    wrong = visitor.post(link, {"papers": "", "papersAt": ""})
    assert wrong.status_code == 422
    assert "请填写“材料名称”" in text(wrong)
    assert visitor.post(link, {"papers": "补充报价单", "papersAt": "2026-09-01"}).status_code == 302
    assert "材料入卷" in text(visitor.get(f"/cases/{case_id}"))
    assert visitor.get(link).status_code == 404


def test_confidential_answers_are_for_those_who_may_read_them(office: Office) -> None:
    case_id = office.start()
    office.complete(case_id, "S1_items", DRAFTER, **{**ITEMS, "reserve": 98765})
    assert "98765" in text(office.client(LEGAL).get(f"/cases/{case_id}"))
    assert "98765" not in text(office.client(OFFICE).get(f"/cases/{case_id}"))


def test_governing_a_case_needs_a_reason(office: Office) -> None:
    case_id = office.at_review()
    visitor = office.client(HEAD)
    assert visitor.post(f"/cases/{case_id}/govern/cancel", {"reason": " "}).status_code == 422
    assert visitor.post(f"/cases/{case_id}/govern/suspend", {"reason": "核实"}).status_code == 302
    assert "已中止" in text(visitor.get(f"/cases/{case_id}"))
    assert visitor.post(f"/cases/{case_id}/govern/resume", {"reason": ""}).status_code == 302
    assert visitor.post(f"/cases/{case_id}/govern/cancel", {"reason": "重复"}).status_code == 302
    said = text(visitor.get(f"/cases/{case_id}"))
    assert "已撤销" in said
    assert "重复" in said


def test_only_the_head_extends_and_only_as_far_as_the_law_allows(office: Office) -> None:
    case_id = office.at_review()
    clocks = office.engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id)).clocks
    (clock,) = [each for each in clocks if each.extension_left]
    url = f"/cases/{case_id}/clocks/{clock.id}/extend"
    given = {"amount": "10", "reason": "情况复杂"}
    assert office.client(LEGAL).post(url, given).status_code == 403
    head = office.client(HEAD)
    assert head.post(url, {**given, "amount": "31"}).status_code == 422
    assert head.post(url, given).status_code == 302
    assert "2026-11-10" in text(head.get(f"/cases/{case_id}"))


def test_comments_and_files_are_kept_and_can_be_taken_off(office: Office) -> None:
    case_id = office.at_review()
    visitor = office.client(LEGAL)
    url = f"/cases/{case_id}"
    assert visitor.post(f"{url}/comment", {"text": "  "}).status_code == 422
    assert visitor.post(f"{url}/comment", {"text": "<b>请核对</b>"}).status_code == 302
    assert "<b>请核对</b>" in text(visitor.get(url))
    upload = {"file": (BytesIO(b"x"), "<img src=x>.txt")}
    sent = visitor.post(f"{url}/files", upload, content_type="multipart/form-data")
    assert sent.status_code == 302
    shown = page(visitor.get(url))
    assert not shown.xpath("//main//img")
    remove = shown.xpath("//form[contains(@action, '/remove')]/@action")[0]
    assert visitor.post(remove).status_code == 302
    assert not page(visitor.get(url)).xpath("//form[contains(@action, '/remove')]")


def test_the_evidence_of_a_case_can_be_verified(office: Office) -> None:
    case_id = office.done()
    assert "证据链完整" in text(office.client(HEAD).get(f"/cases/{case_id}/verify"))


def test_a_document_can_be_taken_home(office: Office) -> None:
    case_id = office.done()
    office.engine.run_due()
    visitor = office.client(HEAD)
    links = page(visitor.get(f"/cases/{case_id}")).xpath(
        "//a[contains(@href, '/documents/')]/@href"
    )
    heads = {"pdf": b"%PDF", "docx": b"PK"}
    assert sorted(link.rpartition(".")[2] for link in links) == ["docx", "pdf"]
    for link in links:
        answer = visitor.get(link)
        assert answer.get_data().startswith(heads[link.rpartition(".")[2]])
        answer.close()


# ---------------------------------------------------------------------- administration


def archive() -> bytes:
    import zipfile

    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for path, content in catalog.read_folder(PACKAGE).items():
            made.writestr(path, content)
    return out.getvalue()


def upload(visitor: Any, content: bytes, name: str, **more: str) -> Any:
    return visitor.post(
        "/admin/deploy",
        {"file": (BytesIO(content), name), **more},
        content_type="multipart/form-data",
    )


def test_a_model_is_checked_and_deployed_and_running_cases_stay(office: Office) -> None:
    old = office.at_review("旧版的采购")
    visitor = office.client(ADMIN)
    model = (PACKAGE / "main.bpmn").read_bytes().replace("法制审核".encode(), "合法审核".encode())
    (process,) = office.engine.query(q.Processes(viewer=SYSTEM))
    based = {"base": process.deployment_id, "version": "1"}
    checked = upload(visitor, model, "main.bpmn", _check="1", **based)
    assert checked.status_code == 200
    assert len(office.engine.query(q.ProcessPage(viewer=SYSTEM, key="supplies")).versions) == 1
    assert upload(visitor, model, "main.bpmn", note="改名", **based).status_code == 302
    shown = text(visitor.get("/admin/processes/supplies"))
    assert "第 2 版" in shown
    assert "改名" in shown
    new = office.at_review("新版的采购")
    legal = office.client(LEGAL)
    assert "法制审核" in text(legal.get(f"/cases/{old}"))
    assert "合法审核" in text(legal.get(f"/cases/{new}"))


def test_whoever_deploys_over_an_unseen_version_is_told(office: Office) -> None:
    visitor = office.client(ADMIN)
    model = (PACKAGE / "main.bpmn").read_bytes()
    (process,) = office.engine.query(q.Processes(viewer=SYSTEM))
    based = {"base": process.deployment_id, "version": "1"}
    one = model.replace("已签批".encode(), "已签".encode())
    two = model.replace("已签批".encode(), "签毕".encode())
    assert upload(visitor, one, "main.bpmn", **based).status_code == 302
    second = upload(visitor, two, "main.bpmn", **based)
    assert second.status_code == 409
    assert len(office.engine.query(q.ProcessPage(viewer=SYSTEM, key="supplies")).versions) == 2


def test_every_fault_of_a_model_is_told_with_place_and_remedy(office: Office) -> None:
    visitor = office.client(ADMIN)
    bad = (PACKAGE / "main.bpmn").read_bytes().replace(b'targetRef="S_end"', b'targetRef="nowhere"')
    bad = bad.replace(b'=conclusion = "', b'=conclusion = = "')
    answer = upload(visitor, bad, "main.bpmn")
    assert answer.status_code == 422
    rows = page(answer).xpath("//tbody/tr")
    assert len(rows) >= 2
    assert re.search(r"第 \d+ 行", text(answer))
    assert "没有部署" in text(answer)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.bpmn"),
        (b"PK\x03\x04 broken", "broken.zip"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "xxe.bpmn"),
        (b"\x00\xff" * 50, "noise.bpmn"),
        (b"<a>" * 5000, "deep.bpmn"),
    ],
)
def test_hostile_models_are_refused_in_words(office: Office, content: bytes, name: str) -> None:
    answer = upload(office.client(ADMIN), content, name)
    assert answer.status_code == 422
    assert page(answer).xpath("//tbody/tr") or "请选择" in text(answer)
    assert "root:" not in answer.get_data(as_text=True)


def test_a_whole_package_comes_back_as_it_went(office: Office) -> None:
    visitor = office.client(ADMIN)
    (process,) = office.engine.query(q.Processes(viewer=SYSTEM))
    taken = visitor.get(f"/admin/deployments/{process.deployment_id}.zip").get_data()
    assert catalog.read_archive(taken) == catalog.read_folder(PACKAGE)
    again = upload(visitor, archive(), "supplies.zip")
    assert again.status_code == 302
    assert "没有产生新版本" in text(visitor.get(again.location))


def test_people_are_made_given_roles_and_locked_out(office: Office) -> None:
    visitor = office.client(ADMIN)
    person = {"user_id": "xin.ren", "name": "辛仁", "unit_id": "agriculture", "active": "1"}
    assert visitor.post("/admin/users/new", {**person, "password": "short"}).status_code == 422
    made = visitor.post("/admin/users/new", {**person, "password": PASSWORD})
    assert made.status_code == 302
    twice = visitor.post("/admin/users/new", {**person, "password": PASSWORD})
    assert twice.status_code == 422
    assert page(twice).get_element_by_id("name").get("value") == "辛仁"
    roles = visitor.post(
        "/admin/users/xin.ren/roles",
        {"role": "drafter", "unit_id": "agriculture", "from_date": "2026-09-01", "to_date": ""},
    )
    assert roles.status_code == 302
    assert "承办人" in text(visitor.get("/admin/users/xin.ren"))
    newcomer = office.client("xin.ren")
    assert newcomer.get("/").location == "/password"
    changed = newcomer.post(
        "/password", {"old": PASSWORD, "new": "another long one", "again": "another long one"}
    )
    assert changed.status_code == 302
    assert newcomer.get("/start/supplies").status_code == 200
    office.engine.execute(SaveUser(actor=ADMIN, user_id="xin.ren", active=False))
    assert newcomer.get("/").status_code == 302


def test_a_unit_is_made_and_changed(office: Office) -> None:
    visitor = office.client(ADMIN)
    unit = {"unit_id": "forestry", "name": "林业站", "name_en": "Forestry", "parent_id": "township"}
    assert visitor.post("/admin/units", unit).status_code == 302
    form = page(visitor.get("/admin/units?unit=forestry"))
    assert form.get_element_by_id("name").get("value") == "林业站"
    assert form.get_element_by_id("name_en").get("value") == "Forestry"
    assert visitor.post("/admin/units", {**unit, "name": "林业工作站"}).status_code == 302
    assert "林业工作站" in text(visitor.get("/admin/units"))
    assert visitor.post("/admin/units", {**unit, "unit_id": "有 空格"}).status_code == 422


def test_the_calendar_takes_local_closures(office: Office) -> None:
    visitor = office.client(ADMIN)
    closure = {"year": "2026", "kind": "local", "source": "乡政府通知"}
    wrong = visitor.post("/admin/calendar", {**closure, "content": "明天 停电"})
    assert wrong.status_code == 422
    assert "明天 停电" in page(wrong).get_element_by_id("content").text_content()
    good = visitor.post("/admin/calendar", {**closure, "content": "2026-09-02 停电检修"})
    assert good.status_code == 302
    assert page(visitor.get("/admin/calendar?year=2026")).xpath(
        "//td[@title='本地停办公：停电检修']"
    )
    assert (
        visitor.post("/admin/calendar", {**closure, "year": "x", "content": "a"}).status_code == 422
    )


# ---------------------------------------------------------------------- people and sessions


def test_a_session_ends_when_it_is_not_used(office: Office) -> None:
    visitor = office.client(DRAFTER)
    assert visitor.get("/").status_code == 200
    office.clock.advance(timedelta(minutes=61))
    ended = visitor.get("/inbox/done?text=灯")
    assert ended.status_code == 302
    assert "expired=1" in ended.location
    back = visitor.post(
        "/sign-in", {"name": DRAFTER, "password": PASSWORD, "next": "/inbox/done?text=灯"}
    )
    assert back.location == "/inbox/done?text=%E7%81%AF" or back.location.startswith("/inbox/done")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(office: Office, target: str) -> None:
    signed = office.client().post(
        "/sign-in", {"name": DRAFTER, "password": PASSWORD, "next": target}
    )
    assert signed.location == "/"


def test_what_was_typed_survives_the_end_of_a_session(office: Office) -> None:
    task = office.task(office.at_review(), "S2_review")
    visitor = office.client(LEGAL)
    office.clock.advance(timedelta(minutes=61))
    typed = {"conclusion": "退回", "opinion": "第一段\n第二段", "name": "a field of that name"}
    ended = visitor.post(f"/tasks/{task}", typed)
    assert ended.status_code == 401
    shown = page(ended)
    kept = fields(shown, "/sign-in/resume")
    wrong = visitor.post("/sign-in/resume", {**kept, "name": LEGAL, "password": "wrong"})
    assert wrong.status_code == 401
    assert fields(page(wrong), "/sign-in/resume")["kept-opinion"] == "第一段\n第二段"
    signed = visitor.post("/sign-in/resume", {**kept, "name": LEGAL, "password": PASSWORD})
    assert signed.status_code == 200
    again = fields(page(signed), f"/tasks/{task}")
    assert again["opinion"] == "第一段\n第二段"
    assert again["name"] == "a field of that name"
    looked = visitor.post(f"/tasks/{task}", {**again, "_refresh": "1"})
    assert page(looked).get_element_by_id("f-opinion").text_content().strip() == "第一段\n第二段"
    assert visitor.post(f"/tasks/{task}", again).status_code == 302


def fields(shown: Any, action: str) -> dict[str, str]:
    """What a form of the page would send."""
    (form,) = shown.xpath(f"//main//form[@action='{action}']")
    values = {each.get("name"): each.get("value") for each in form.xpath(".//input[@name]")}
    for area in form.xpath(".//textarea[@name]"):
        values[area.get("name")] = area.text.removeprefix("\n")
    return {name: value or "" for name, value in values.items() if name != "_csrf"}


def test_no_password_is_kept_in_a_page(office: Office) -> None:
    visitor = office.client(ADMIN)
    office.clock.advance(timedelta(minutes=61))
    ended = visitor.post("/admin/users/new", {"user_id": "a.b", "password": "a secret password"})
    assert "a secret password" not in ended.get_data(as_text=True)
    changed = visitor.post("/password", {"old": "a secret password", "new": "x"})
    assert "a secret password" not in changed.get_data(as_text=True)


def test_after_wrong_passwords_an_account_is_locked_in_words(office: Office) -> None:
    visitor = office.client()
    for _ in range(5):
        assert visitor.sign_in(DRAFTER, "wrong").status_code == 401
    locked = visitor.sign_in(DRAFTER)
    assert locked.status_code == 403
    assert "已锁定" in text(locked)
    office.clock.advance(timedelta(minutes=16))
    assert visitor.sign_in(DRAFTER).status_code == 302


def test_the_language_is_remembered_with_the_person(office: Office) -> None:
    visitor = office.client(DRAFTER)
    switched = visitor.post("/language/en", {"next": "/inbox/done"})
    assert switched.location == "/inbox/done"
    assert "Nothing completed yet" in text(visitor.get("/inbox/done"))
    elsewhere = office.client(DRAFTER)
    assert "Nothing to do" in text(elsewhere.get("/"))
    office.engine.execute(SetLanguage(actor=DRAFTER, lang="zh"))
    assert "没有待办事项" in text(elsewhere.get("/"))


def test_signing_out_ends_the_session_on_the_server(office: Office) -> None:
    visitor = office.client(DRAFTER)
    cookie = visitor.http.get_cookie("yifa_session")
    assert cookie is not None
    visitor.post("/sign-out")
    visitor.http.set_cookie("yifa_session", cookie.value)
    assert visitor.get("/").status_code == 302


def test_a_monitor_is_answered_without_signing_in(office: Office) -> None:
    assert office.client().get("/health").get_json() == {"status": "ok"}
