"""Signing in, sessions that end gently, passwords, languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.commands import SetLanguage
from tests.support.office import (
    ADMIN,
    DRAFTER,
    LEGAL,
    PASSWORD,
    Office,
)
from tests.support.pages import page, text


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
    assert "Nothing done yet" in text(visitor.get("/inbox/done"))
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
