"""The rare actions of a task and a case, each on its small page, without any script."""

from __future__ import annotations

import re

from engine import queries as q
from engine.commands import SYSTEM, ClaimTask
from tests.support.office import BOTH, DRAFTER, HEAD, ITEMS, LEGAL, OFFICE, STRANGER, Office
from tests.support.pages import page, text


def holder(office: Office, task_id: str) -> str:
    return office.engine.query(q.TaskPage(viewer=SYSTEM, task_id=task_id)).assignee


def claimed(office: Office) -> tuple[str, str]:
    """A case whose review the reviewer has claimed."""
    case_id = office.at_review()
    task_id = office.task(case_id, "S2_review")
    office.engine.execute(ClaimTask(actor=LEGAL, task_id=task_id))
    return case_id, task_id


def links(answer: object) -> list[str]:
    return [
        str(link).rpartition("/")[2]
        for link in page(answer).xpath("//ul[contains(@class, 'yf-more-menu')]//a/@href")
    ]


def test_the_bar_groups_what_is_rare_and_greys_it_with_its_reason(office: Office) -> None:
    case_id, task_id = claimed(office)
    mine = office.client(LEGAL).get(f"/tasks/{task_id}")
    assert links(mine) == ["return", "reassign", "delegate", "add-signer", "cc"]
    theirs = office.client(OFFICE).get(f"/tasks/{task_id}")
    assert links(theirs) == ["reassign", "cc"]
    off = page(theirs).xpath("//span[contains(@class, 'yf-more-off')]/following-sibling::span")
    assert "办理" in off[0].text_content()
    assert office.client(DRAFTER).get(f"/cases/{case_id}").status_code == 200


def test_a_task_is_sent_back_with_a_reason_that_its_doer_reads(office: Office) -> None:
    case_id, task_id = claimed(office)
    visitor = office.client(LEGAL)
    url = f"/tasks/{task_id}/actions/return"
    shown = page(visitor.get(url))
    assert "法定期限照常计算" in shown.get_element_by_id("effect").text_content()
    assert shown.xpath("//input[@name='to_element']/@value") == ["S1_items"]
    wrong = visitor.post(url, {"to_element": "S1_items", "reason": " "})
    assert wrong.status_code == 422
    assert "请写明理由" in text(wrong)
    assert visitor.post(url, {"to_element": "S1_items", "reason": "报价单缺页"}).status_code == 302
    drafter = office.client(DRAFTER)
    assert "报价单缺页" in text(drafter.get("/inbox/returned"))
    again = office.task(case_id, "S1_items")
    assert "从“法制审核”退回" in text(drafter.get(f"/tasks/{again}"))
    said = text(drafter.get(f"/cases/{case_id}"))
    assert "从“法制审核”退回到“填报采购明细”" in said
    assert "报价单缺页" in said
    assert visitor.post(url, {"to_element": "S1_items", "reason": "x"}).status_code in (403, 409)


def test_who_is_picked_is_asked_of_law_and_model(office: Office) -> None:
    _, task_id = claimed(office)
    visitor = office.client(LEGAL)
    url = f"/tasks/{task_id}/actions/reassign"
    picks = page(visitor.get(url)).xpath("//input[@name='to']")
    assert BOTH in [pick.get("value") for pick in picks]
    assert STRANGER not in [pick.get("value") for pick in picks]
    refused = visitor.post(url, {"to": DRAFTER, "reason": "请假"})
    assert refused.status_code == 422
    assert "请假" in text(refused)
    assert visitor.post(url, {"to": BOTH, "reason": "请假"}).status_code == 302
    assert holder(office, task_id) == BOTH


def test_opinions_are_asked_given_and_read(office: Office) -> None:
    case_id, task_id = claimed(office)
    visitor = office.client(LEGAL)
    url = f"/tasks/{task_id}/actions/add-signer"
    form = {"people": [OFFICE, HEAD], "when": "before", "rule": "all", "question": "请核对预算"}
    assert visitor.post(url, form).status_code == 302
    waiting = text(visitor.get(f"/tasks/{task_id}"))
    assert "正在征求意见" in waiting
    assert "还在等待" in waiting
    asked = office.client(HEAD)
    (link,) = page(asked.get("/")).xpath("//a[contains(@class, 'yf-row-title')]/@href")
    opened = text(asked.get(link))
    assert "请核对预算" in opened
    assert asked.post(link, {"stance": "不同意", "opinion": ""}).status_code == 422
    assert asked.post(link, {"stance": "不同意", "opinion": "超预算"}).status_code == 302
    off = page(visitor.get(f"/tasks/{task_id}")).xpath("//a[contains(@href, 'withdraw')]/@href")
    assert visitor.post(off[0], {"reason": "不再需要"}).status_code == 302
    ready = text(visitor.get(f"/tasks/{task_id}"))
    assert "还在等待" not in ready
    assert "超预算" in ready
    assert "超预算" in text(visitor.get(f"/cases/{case_id}"))


def test_a_step_is_taken_back_from_the_case(office: Office) -> None:
    case_id = office.at_review()
    visitor = office.client(DRAFTER)
    (link,) = page(visitor.get(f"/cases/{case_id}")).xpath(
        "//a[contains(@href, '/actions/withdraw')]/@href"
    )
    answer = visitor.post(link, {"reason": "数量填错"})
    assert answer.status_code == 302
    assert office.task(case_id, "S1_items") in answer.headers["Location"]
    shown = page(visitor.get(answer.headers["Location"]))
    assert shown.xpath("//input[@name='items-0-name']/@value") == [ITEMS["items"][0]["name"]]


def test_copies_urging_and_oversight_on_the_case(office: Office) -> None:
    case_id, task_id = claimed(office)
    starter = office.client(DRAFTER)
    assert starter.post(
        f"/cases/{case_id}/actions/cc", {"people": [STRANGER], "note": "请阅"}
    ).status_code == 302  # fmt: skip
    reader = office.client(STRANGER)
    inbox = reader.get("/inbox/read")
    assert "抄送您阅知：请阅" in text(inbox)
    (read,) = page(inbox).xpath("//form[contains(@action, '/notices/')]/@action")
    assert reader.post(read).status_code == 302
    assert page(reader.get("/inbox/read")).xpath("//form[contains(@action, '/notices/')]") == []
    assert reader.get(f"/cases/{case_id}").status_code == 200
    assert starter.post(f"/cases/{case_id}/actions/urge", {"note": "急"}).status_code == 302
    assert "催办“法制审核”：急" in text(office.client(LEGAL).get("/inbox/read"))
    head = office.client(HEAD)
    url = f"/cases/{case_id}/actions/oversee"
    wrong = head.post(url, {"demand": "", "due": "x"})
    assert wrong.status_code == 422
    assert head.post(url, {"demand": "一周内办结", "due": "2026-09-08"}).status_code == 302
    assert "督办：一周内办结" in text(head.get(f"/cases/{case_id}"))
    legal = office.client(LEGAL)
    assert legal.post(f"/cases/{case_id}/actions/report", {"text": "正在审"}).status_code == 302
    assert case_id in head.get("/supervision/?state=overseen").get_data(as_text=True)
    assert head.post(f"/cases/{case_id}/actions/lift", {"reason": "已办"}).status_code == 302
    assert task_id


def test_what_nobody_offers_is_not_found(office: Office) -> None:
    case_id, task_id = claimed(office)
    visitor = office.client(LEGAL)
    for url in (
        f"/tasks/{task_id}/actions/urge",
        f"/cases/{case_id}/actions/return",
        f"/cases/{case_id}/actions/x",
        "/tasks/nothing/actions/return",
    ):
        assert visitor.get(url).status_code == 404, url
    stranger = office.client(STRANGER)
    assert stranger.get(f"/tasks/{task_id}/actions/reassign").status_code == 404
    assert stranger.post("/notices/nothing/read").status_code == 404


def test_the_pages_are_english_for_who_reads_english(office: Office) -> None:
    case_id, task_id = claimed(office)
    visitor = office.client(LEGAL, "en")
    visitor.post("/language/en")
    for action in ("return", "reassign", "delegate", "add-signer"):
        shown = page(visitor.get(f"/tasks/{task_id}/actions/{action}"))
        head = shown.get_element_by_id("effect").text_content()
        assert not re.search(r"[\u4e00-\u9fff]", head), action
    assert case_id
