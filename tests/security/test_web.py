"""The pages against a hostile address, browser, cookie or neighbour."""

from __future__ import annotations

import re
from io import BytesIO
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from flask import redirect

from engine import queries as q
from engine.commands import SYSTEM, Attach
from tests.support.office import ADMIN, DRAFTER, LEGAL, OFFICE, Office
from webapp.rendering import with_query
from webapp.views.auth import safe_target

PAGES = ("/", "/inbox/claim", "/supervision/", "/start/", "/start/supplies", "/password")
ADMIN_PAGES = ("/admin/processes", "/admin/users", "/admin/units", "/admin/calendar", "/admin/deploy",
               "/admin/incidents")  # fmt: skip


# --- addresses ---------------------------------------------------------------------------------------


QUERIES = [
    "_scheme=javascript&_external=1",
    "_anchor=x&_method=POST",
    "tab=x",
    "_host=evil.example&_external=1",
    "endpoint=static&values=1",
    "self=1&cls=2",
]


def test_no_query_turns_the_links_of_a_list_elsewhere(office: Office) -> None:
    """Links that keep the query of the page must stay paths of this office."""
    for query in QUERIES:
        for page in ("/inbox/todo", "/supervision/", "/admin/users"):
            address = f"{page}?{query}&text=采购&cursor=abc"
            with office.app.test_request_context(address):
                kept = with_query(cursor="next")
            parts = urlsplit(kept)
            assert (parts.scheme, parts.netloc, parts.path) == ("", "", page), kept
            assert dict(parse_qsl(parts.query))["cursor"] == "next"
            assert dict(parse_qsl(parts.query))["text"] == "采购"
    visitor = office.client(OFFICE)
    assert visitor.get(f"/inbox/todo?{QUERIES[2]}&cursor=abc").status_code == 200


NO_NUMBERS = ["²", "٣", "9" * 5000, "-1", "1e9", "½"]


def test_numbers_that_are_none_are_no_server_errors(office: Office) -> None:
    task_id = office.task(office.at_review(), "S2_review")
    reviewer, admin = office.client(LEGAL), office.client(ADMIN)
    for digits in NO_NUMBERS:
        answers = [
            reviewer.post(f"/tasks/{task_id}", {"version": digits, "conclusion": "退回"}),
            admin.get(f"/admin/calendar?year={quote(digits[:4] * 4)[:80]}"),
            admin.get(f"/admin/calendar?year={quote((digits * 4)[:4])}"),
            admin.post(f"/admin/users/{DRAFTER}", {"version": digits, "name": "田禾"}),
            admin.post("/admin/deploy", {"version": digits, "file": (BytesIO(b"<a/>"), "a.bpmn")}),
        ]
        assert [a.status_code for a in answers if a.status_code >= 500] == [], digits


WORDS = ["\x00", "%00", "%", "_", "\\", "' or 1=1 --", "﷐\ud83d", "\u202e", "%ff"]


def test_any_words_can_be_looked_for(office: Office) -> None:
    office.at_review()
    visitor, admin = office.client(OFFICE), office.client(ADMIN)
    for text in WORDS:
        asked = text if "%" in text else quote(text.encode("utf-8", "surrogatepass"))
        pages = (
            visitor.get(f"/supervision/?text={asked}"),
            visitor.get(f"/supervision/?unit={asked}&stage={asked}&cursor={asked}"),
            visitor.get(f"/inbox/todo?text={asked}&process={asked}"),
            admin.get(f"/admin/users?text={asked}&cursor={asked}"),
        )
        assert [page.status_code for page in pages] == [200] * 4, text


def test_wildcards_find_themselves_alone(office: Office) -> None:
    office.at_review("采购百分之百_棉")
    visitor = office.client(OFFICE)
    for text, found in (("%25", 0), ("_", 1), ("采_百", 0), ("\\", 0)):
        page = visitor.get(f"/supervision/?text={text}").get_data(as_text=True)
        assert page.count("采购百分之百_棉") == found or (
            found == 0 and "采购百分之百_棉" not in page
        )


TARGETS = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "\\\\evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "/ok\r\nSet-Cookie: a=b",
    "/\x00",
    "http:evil.example",
    "///evil.example",
    "/.//evil.example",
]


def test_signing_in_leads_nowhere_else(office: Office) -> None:
    for target in TARGETS:
        with office.app.test_request_context("/"):
            there = redirect(safe_target(target)).headers["Location"]
        assert re.match(r"/(?![/\\])", there), target
        assert not any(ord(c) < 33 for c in there)
    visitor = office.client()
    for target in TARGETS[-5:]:
        answer = visitor.post("/language/en", {"next": target})
        assert answer.status_code == 302, target
        assert re.match(r"/(?![/\\])", answer.headers["Location"])
        assert len(answer.headers.getlist("Set-Cookie")) <= 2
    with office.app.test_request_context("/"):
        assert safe_target("/tasks/1?a=b#c") == "/tasks/1?a=b#c"


# --- headers -----------------------------------------------------------------------------------------


def test_every_answer_carries_the_same_guard(office: Office) -> None:
    visitor, admin = office.client(DRAFTER), office.client(ADMIN)
    answers = [
        office.client().get("/sign-in"),
        office.client().get("/nowhere"),
        visitor.get("/health"),
    ]
    answers += [visitor.get(page) for page in PAGES] + [admin.get(page) for page in ADMIN_PAGES]
    for answer in answers:
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe-eval" not in policy
        assert re.search(r"script-src[^;]*unsafe-inline", policy) is None
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "no-store" in headers["Cache-Control"]
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_what_was_uploaded_is_never_kept_by_the_browser_nor_shown_in_place(office: Office) -> None:
    """A shared computer must not keep a complaint; a hostile file must not run as a page of ours."""
    case_id = office.at_review()
    content = b"see <script>alert(1)</script>"
    stored = office.engine.execute(
        Attach(
            actor=LEGAL, case_id=case_id, name='a";\r\nX-Evil: 1\u202efdp.html.txt', content=content
        )
    )
    visitor = office.client(LEGAL)
    answer = visitor.get(f"/cases/files/{stored.id}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].split(",")[0] == "no-store"
    assert answer.get_data() == content
    answer.close()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "X-Evil" not in answer.headers
    assert "\u202e" not in stored.name
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    for name in ("ETag", "Last-Modified"):
        assert name not in answer.headers


def test_a_model_is_not_a_page_of_this_office(office: Office) -> None:
    """XML may hold XHTML with scripts in it: a model is data for the drawing program alone."""
    case_id = office.at_review()
    view = office.engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id))
    (process,) = office.engine.query(q.Processes(viewer=SYSTEM))
    for visitor, page in (
        (office.client(LEGAL), f"/cases/models/{view.diagrams[0].instance_id}.bpmn"),
        (office.client(ADMIN), f"/admin/deployments/{process.deployment_id}.bpmn"),
    ):
        answer = visitor.get(page)
        assert answer.status_code == 200
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_behind_a_proxy_with_tls_browsers_are_told_to_stay_with_it(office: Office) -> None:
    from webapp.app import create_app

    object.__setattr__(office.engine.house.settings, "cookie_secure", True)
    app = create_app(office.engine)
    answer = app.test_client().get("/sign-in", base_url="https://office.example")
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)


# --- cross-site --------------------------------------------------------------------------------------


def test_every_change_asks_for_this_browsers_secret(office: Office) -> None:
    case_id = office.at_review()
    task_id = office.task(case_id, "S2_review")
    adapter = office.app.url_map.bind("localhost")
    visitor = office.client(ADMIN)
    known = {"case_id": case_id, "task_id": task_id, "process_key": "supplies", "user_id": ADMIN,
             "action": "cancel", "wanted": "en"}  # fmt: skip
    asked = 0
    for rule in office.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        values = {name: known.get(name, "0" * 26) for name in rule.arguments}
        address = adapter.build(rule.endpoint, values, method="POST")
        for headers in ({}, {"Origin": "https://evil.example"}, {"X-CSRF-Token": "guess"}):
            answer = visitor.http.post(address, data={"name": "x"}, headers=headers)
            assert answer.status_code == 403, (address, headers)
            asked += 1
    assert asked > 40
    case = office.engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id)).case
    assert case.state == "active"


def test_the_right_secret_from_another_site_is_refused(office: Office) -> None:
    visitor = office.client(ADMIN)
    data = {"_csrf": visitor.secret()}
    answer = visitor.http.post(
        "/language/en", data=data, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


# --- errors ------------------------------------------------------------------------------------------


NONSENSE = [
    "/tasks/..%2f..%2fetc%2fpasswd",
    "/cases/%00",
    "/cases/files/%27",
    "/cases/documents/x.pdf",
    "/cases/documents/x.exe",
    "/cases/models/..bpmn",
    "/static/../settings.toml",
    "/static/%2e%2e/app.py",
    "/start/%F0%9F%92%A9",
    "/start/supplies?draft=%27",
    "/admin/processes/%00",
    "/admin/users/%00",
    "/admin/deployments/x.zip",
    "/cases/x/messages/%00",
    "/sign-in?next=%00&expired=%3Cscript%3E",
]


def test_nonsense_is_answered_without_a_word_about_the_program(office: Office) -> None:
    words = ("Traceback", 'File "', "sqlite", "psycopg", "/engine/", "<script>alert", "werkzeug")
    for who in ("", DRAFTER, ADMIN):
        visitor = office.client(who)
        for page in NONSENSE:
            answer = visitor.get(page)
            assert answer.status_code < 500, page
            said = answer.get_data(as_text=True)
            assert [word for word in words if word in said] == [], page


def test_cookies_of_any_kind_are_no_server_errors(office: Office) -> None:
    for value in ("", "x" * 3000, "\xe4", "é", '"', "%00", "\x80\xff", "a=b"):
        client = office.app.test_client()
        cookie = f"yifa_session={value}; yifa_lang={value[:5]}; yifa_form={value}"
        for page in ("/", "/sign-in"):
            answer = client.get(page, environ_overrides={"HTTP_COOKIE": cookie})
            assert answer.status_code in (200, 302), value


def test_an_error_of_our_own_tells_a_number_and_nothing_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = office.client(DRAFTER)

    def broken(_query: object) -> object:
        raise RuntimeError("password=hunter2 at /var/secret")

    monkeypatch.setattr(office.engine, "query", broken)
    office.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = visitor.http.get("/sign-in")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert [word for word in ("hunter2", "Traceback", "/var/secret") if word in said] == []


HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${7*7}"


def test_what_people_write_is_shown_and_never_run(office: Office) -> None:
    case_id = office.at_review(f"采购{HOSTILE}"[:100])
    writer, reader = office.client(LEGAL), office.client(OFFICE)
    assert writer.post(f"/cases/{case_id}/comment", {"text": HOSTILE}).status_code == 302
    data = {"file": (BytesIO(b"x"), f"{HOSTILE}.txt")}
    writer.post(f"/cases/{case_id}/files", data)
    admin = office.client(ADMIN)
    admin.post("/admin/units", {"unit_id": "evil", "name": HOSTILE[:90]})
    admin.post("/admin/users/new", {"user_id": "evil", "name": HOSTILE[:50], "unit_id": "evil",
                                    "password": "a long enough phrase"})  # fmt: skip
    task_id = office.task(case_id, "S2_review")
    writer.post(f"/tasks/{task_id}", {"conclusion": HOSTILE, "opinion": HOSTILE, "_draft": "1"})
    pages = [(reader, page) for page in ("/supervision/", f"/cases/{case_id}", "/inbox/todo")]
    pages += [(writer, page) for page in ("/inbox/claim", "/inbox/drafts", f"/tasks/{task_id}")]
    pages += [(admin, page) for page in ("/admin/units", "/admin/users", "/admin/users/evil")]
    pages += [
        (reader, f"/supervision/?text={quote(HOSTILE)}"),
        (reader, f"/start/{quote(HOSTILE)}"),
    ]
    seen = 0
    for visitor, page in pages:
        said = visitor.get(page).get_data(as_text=True)
        assert "<script>alert(1)" not in said, page
        assert "<img src=x" not in said, page
        seen += "&lt;script&gt;alert(1)" in said
    assert seen >= 6
