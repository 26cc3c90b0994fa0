"""A matter by forms alone: starting, mistakes, uploads, separation, drafts, claims and races."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from engine.commands import SuspendCase
from tests.support.office import (
    BOTH,
    DRAFTER,
    HEAD,
    ITEMS,
    LEGAL,
    OFFICE,
    Office,
)
from tests.support.pages import GOOD, page, text


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
    assert drafter.post(task.replace("?", "/claim?")).status_code == 302
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
