"""The page of a case: where it stands, messages, clocks, comments, files, documents."""

from __future__ import annotations

import json
from io import BytesIO

from engine import queries as q
from engine.commands import SYSTEM
from tests.support.office import (
    DRAFTER,
    HEAD,
    ITEMS,
    LEGAL,
    OFFICE,
    STRANGER,
    Office,
)
from tests.support.pages import page, text


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
        "//a[contains(@href, '/documents/') and not(contains(@href, '/view'))]/@href"
    )
    heads = {"pdf": b"%PDF", "docx": b"PK"}
    assert sorted(link.rpartition(".")[2] for link in links) == ["docx", "pdf"]
    for link in links:
        answer = visitor.get(link)
        assert answer.get_data().startswith(heads[link.rpartition(".")[2]])
        answer.close()


def test_what_may_come_is_told_with_who_gets_it(office: Office) -> None:
    case_id = office.at_review()
    (card,) = page(office.client(LEGAL).get(f"/cases/{case_id}")).xpath('//section[@id="ahead"]')
    said = card.text_content()
    assert "乡长" in said
    assert card.xpath('.//li[@data-diagram-element="S3_sign"]')
    ended = page(office.client(LEGAL).get(f"/cases/{office.done()}"))
    assert ended.xpath('//section[@id="ahead"]') == []


def test_a_past_step_is_reached_from_its_line(office: Office) -> None:
    shown = page(office.client(LEGAL).get(f"/cases/{office.at_review()}"))
    (link,) = shown.xpath("//a[@data-yf-unfold]/@href")
    assert shown.xpath(f'//details[@id="{link[1:]}"]')


def test_people_are_named_in_a_remark_or_it_is_refused_and_kept(office: Office) -> None:
    case_id = office.at_review()
    visitor = office.client(LEGAL)
    url = f"/cases/{case_id}/comment"
    assert visitor.post(url, {"text": "请补报价", "mentions": [DRAFTER]}).status_code == 302
    notices = office.engine.query(q.Inbox(viewer=DRAFTER, tab="read")).rows
    assert [row.kind for row in notices] == ["mention"]
    refused = visitor.post(url, {"text": "@白露 看看"})
    assert refused.status_code == 422
    assert "不能提到白露" in text(refused)
    assert "@白露 看看" in text(refused)


def test_a_case_is_printed_as_an_approval_form(office: Office) -> None:
    case_id = office.done()
    said = text(office.client(DRAFTER).get(f"/cases/{case_id}/approval"))
    for part in ("审批单", "各环节意见", "严正", "贺立新", "同意", "法定期限", "证据链核验：完整"):
        assert part in said, part
    assert office.client(STRANGER).get(f"/cases/{case_id}/approval").status_code == 404
