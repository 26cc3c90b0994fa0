"""Every address of the pages: closed to strangers, safe against other sites, never lost for words."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from engine import queries as q
from engine.commands import SYSTEM, Attach, SaveProcessDraft
from engine.errors import YifaError
from tests.support import office as township
from tests.support.office import ADMIN, DRAFTER, LEGAL, STRANGER, Office

OPEN = {"static", "auth.sign_in", "auth.resume", "auth.language", "health"}
OPEN |= {"favicon", "help.index", "help.show", "help.tour"}
"""What may be reached without signing in. An address that is new is closed, or stands here."""
MODELERS = {"admin.edit"}
"""Pages that draw, and may weigh what drawing needs."""
FRAMED = {"cases.inline_file", "cases.inline_document"}
"""Files that our own pages show in a frame."""


@pytest.fixture
def ids(office: Office) -> dict[str, str]:
    """Real ids for every part of an address, of a matter that is the drafter's and the reviewer's."""
    case_id = office.at_review()
    engine = office.engine
    stored = engine.execute(Attach(actor=DRAFTER, case_id=case_id, name="a.txt", content=b"a"))
    view = engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id))
    (process,) = engine.query(q.Processes(viewer=SYSTEM))
    held = engine.query(q.UserPage(viewer=SYSTEM, user_id=DRAFTER)).memberships[0]
    draft = engine.execute(
        SaveProcessDraft(
            actor=ADMIN, process_key="supplies", base_id=process.deployment_id, files={}
        )
    )
    return {
        "case_id": case_id,
        "task_id": office.task(case_id, "S2_review"),
        "file_id": stored.id,
        "document_id": case_id,
        "topic": "inbox",
        "clock_id": view.clocks[0].id,
        "key": view.messages[0].key,
        "notice_id": case_id,
        "instance_id": case_id,
        "process_key": "supplies",
        "deployment_id": process.deployment_id,
        "user_id": DRAFTER,
        "membership_id": held.id,
        "incident_id": case_id,
        "tab": "done",
        "action": "cancel",
        "list_id": case_id,
        "phrase_id": case_id,
        "kind": "file",
        "new_id": stored.id,
        "state": process.deployment_id,
        "draft_id": draft.draft_id,
        "mine": draft.draft_id,
        "theirs": draft.draft_id,
        "part": "main.bpmn",
        "form_id": "review",
        "file": "rules.dmn",
        "wanted": "en",
        "format": "pdf",
        "filename": "icon.svg",
    }


def rules(office: Office, method: str) -> Iterator[Rule]:
    for rule in office.app.url_map.iter_rules():
        if method in (rule.methods or ()):
            yield rule


def address(rule: Rule, ids: dict[str, str], **changes: str) -> str:
    values = {**ids, **changes, "key": changes.get("key", _key(rule, ids))}
    if rule.endpoint == "cases.clock":
        values["action"] = changes.get("action", "extend")
    built = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
    assert built is not None
    return str(built[1])


def _key(rule: Rule, ids: dict[str, str]) -> str:
    return "supplies" if rule.endpoint.startswith("admin.") else ids["key"]


def test_who_is_not_signed_in_is_sent_to_sign_in(office: Office, ids: dict[str, str]) -> None:
    visitor = office.client()
    for rule in rules(office, "GET"):
        if rule.endpoint in OPEN:
            continue
        answer = visitor.get(address(rule, ids))
        assert answer.status_code == 302, rule
        assert answer.location.startswith("/sign-in"), rule


def test_a_form_of_who_is_not_signed_in_changes_nothing(
    office: Office, ids: dict[str, str]
) -> None:
    visitor = office.client()
    before = office.engine.query(q.CasePage(viewer=SYSTEM, case_id=ids["case_id"]))
    people = office.engine.query(q.Users(viewer=SYSTEM, limit=200))
    for rule in rules(office, "POST"):
        if rule.endpoint in OPEN:
            continue
        answer = visitor.post(
            address(rule, ids), {"text": "x", "reason": "x", "conclusion": "通过"}
        )
        assert answer.status_code in (302, 401), rule
    after = office.engine.query(q.CasePage(viewer=SYSTEM, case_id=ids["case_id"]))
    assert (after.case, after.comments, after.files) == (before.case, before.comments, before.files)
    assert office.engine.query(q.Users(viewer=SYSTEM, limit=200)) == people


def test_no_form_is_taken_without_the_secret_of_the_page(
    office: Office, ids: dict[str, str]
) -> None:
    visitor = office.client(ADMIN)
    for rule in rules(office, "POST"):
        url = address(rule, ids)
        for data in ({}, {"_csrf": "guessed"}):
            assert visitor.http.post(url, data=data).status_code == 403, rule
        told = visitor.http.post(url, data={}, headers={"X-CSRF-Token": "guessed"})
        assert told.status_code == 403, rule


def test_no_form_is_taken_from_another_site(office: Office, ids: dict[str, str]) -> None:
    visitor = office.client(ADMIN)
    for rule in rules(office, "POST"):
        answer = visitor.post(address(rule, ids), headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403, rule


def test_another_site_cannot_prepare_a_form_to_be_sent_on_after_signing_in(office: Office) -> None:
    visitor = office.client()
    answer = visitor.http.post(
        "/start/supplies", data={"title": "planted"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 302
    assert "planted" not in answer.get_data(as_text=True)


def test_administration_is_for_administrators(office: Office, ids: dict[str, str]) -> None:
    visitor = office.client(LEGAL)
    for method in ("GET", "POST"):
        for rule in rules(office, method):
            if rule.endpoint.startswith("admin."):
                ask = visitor.get if method == "GET" else visitor.post
                assert ask(address(rule, ids)).status_code == 403, rule


def test_what_is_not_for_somebody_does_not_exist_for_them(
    office: Office, ids: dict[str, str]
) -> None:
    visitor = office.client(STRANGER)
    theirs = {"inbox", "start", "supervision", "auth", "admin", "phrases", "search"}
    theirs |= {"static", "favicon", "health", "help"}
    for method in ("GET", "POST"):
        for rule in rules(office, method):
            if rule.endpoint.split(".")[0] in theirs:
                continue
            url = address(rule, ids)
            ask = visitor.get if method == "GET" else visitor.post
            answer = ask(url, **({} if method == "GET" else {"data": filled(rule)}))
            assert answer.status_code == 404, (rule, answer.status_code)
            unknown = ask(
                address(rule, {**ids, **dict.fromkeys(_OBJECTS, "01m1d7ntm04jm986ae07mzc8zz")}),
                **({} if method == "GET" else {"data": filled(rule)}),
            )
            assert unknown.status_code == 404, rule
            assert body(answer) == body(unknown), rule


_OBJECTS = ("case_id", "task_id", "file_id", "document_id", "instance_id", "clock_id")


def filled(rule: Rule) -> dict[str, Any]:
    if rule.endpoint == "cases.attach":
        return {"file": (BytesIO(b"x"), "x.txt")}
    return {"text": "x", "reason": "x", "amount": "1", "conclusion": "通过"}


def body(answer: Any) -> str:
    text = answer.get_data(as_text=True)
    start = text.index("<main")
    return str(text[start:])


def test_every_page_is_hardened(office: Office, ids: dict[str, str]) -> None:
    visitor = office.client(ADMIN)
    for rule in rules(office, "GET"):
        answer = visitor.get(address(rule, ids))
        answer.close()
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "'unsafe-inline'" not in policy.replace("style-src-attr 'unsafe-inline'", ""), rule
        assert "unsafe-eval" not in policy, rule
        assert "default-src 'none'" in policy, rule
        assert headers["X-Content-Type-Options"] == "nosniff", rule
        framed = rule.endpoint in FRAMED and answer.status_code == 200
        assert headers["X-Frame-Options"] == ("SAMEORIGIN" if framed else "DENY"), rule
        assert headers["Referrer-Policy"] == "same-origin", rule
        if rule.endpoint != "static":
            assert "no-store" in headers["Cache-Control"], rule


def test_no_page_carries_script_or_style_of_its_own(office: Office, ids: dict[str, str]) -> None:
    visitor = office.client(ADMIN)
    for rule in rules(office, "GET"):
        answer = visitor.get(address(rule, ids))
        if answer.mimetype != "text/html":
            answer.close()
            continue
        text = answer.get_data(as_text=True)
        for forbidden in ("<style", " style=", "onclick=", "javascript:", "<script>"):
            assert forbidden not in text, (rule, forbidden)
        # With what it loads beside itself (tested by the files) it stays under 300 KB on the line.
        assert rule.endpoint in MODELERS or len(text.encode()) < 90 * 1024, rule


def test_cookies_cannot_be_read_by_scripts_nor_sent_by_other_sites(office: Office) -> None:
    visitor = office.client()
    answer = visitor.sign_in(DRAFTER)
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_cookies_travel_by_https_alone_in_a_real_office(
    township_template: Any, tmp_path: Any
) -> None:
    with township.opened(township_template, tmp_path / "real", cookie_secure=True) as office:
        visitor = office.client()
        page = visitor.get("/sign-in", base_url="https://office.example")
        assert all("Secure" in cookie for cookie in page.headers.getlist("Set-Cookie"))


# ---------------------------------------------------------------------- junk


JUNK = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["../../etc/passwd", "%00", "\u202e", "'; drop table task;--", "{{7*7}}", "-1", "9" * 400]
    ),
)


def test_junk_in_addresses_is_never_our_fault(office: Office, ids: dict[str, str]) -> None:
    visitor = office.client(ADMIN)

    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def junk(data: st.DataObject) -> None:
        for method in ("GET", "POST"):
            for rule in rules(office, method):
                if not rule.arguments or rule.endpoint == "static":
                    continue
                name = data.draw(st.sampled_from(sorted(rule.arguments)))
                try:
                    url = address(rule, ids, **{name: data.draw(JUNK) or "x"})
                except (ValueError, UnicodeError):
                    continue
                answer = visitor.get(url) if method == "GET" else visitor.post(url)
                assert answer.status_code < 500, url

    junk()


def test_junk_in_questions_is_never_our_fault(office: Office, ids: dict[str, str]) -> None:
    visitor = office.client(ADMIN)
    names = ["text", "process", "lamp", "sort", "cursor", "unit", "stage", "state", "year", "draft"]

    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(names), JUNK, max_size=4))
    def junk(query: dict[str, str]) -> None:
        for url in ("/", "/inbox/claim", "/inbox/started", "/inbox/done", "/supervision/"):
            assert visitor.get(url, query_string=query).status_code == 200, (url, query)
        for url in ("/admin/users", "/admin/calendar", "/start/supplies", "/sign-in"):
            assert visitor.get(url, query_string=query).status_code < 500, (url, query)

    junk()


def test_junk_in_forms_is_never_our_fault(office: Office, ids: dict[str, str]) -> None:
    visitor = office.client(ADMIN)
    names = [
        "title", "amount", "items-0-name", "items-_on", "items-999999-name", "_add", "_remove",
        "_refresh", "version", "reason", "text", "to_date", "from_date", "role", "unit_id", "name",
        "parent_id", "content", "year", "password", "user_id", "amount-_on", "urgency", "next",
        "request_id", "late_reason", "conclusion", "quotes-_keep", "kind", "base", "target",
    ]  # fmt: skip

    @settings(max_examples=6, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(names), JUNK, max_size=8))
    def junk(form: dict[str, str]) -> None:
        for rule in rules(office, "POST"):
            if rule.endpoint in ("auth.sign_out", "auth.password"):
                continue
            url = address(rule, ids)
            if url == f"/admin/users/{ADMIN}":
                continue
            answer = visitor.post(url, form)
            assert answer.status_code < 500, (url, form)

    junk()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
        b"--x\r\nContent-Disposition: \xff\xfe\r\n\r\n\xff\r\n--x--\r\n",
        b"\x00" * 1000,
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the parser drops what it began
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_broken_uploads_are_told(office: Office, ids: dict[str, str], body: bytes) -> None:
    visitor = office.client(DRAFTER)
    secret = visitor.secret()
    answer = visitor.http.post(
        f"/cases/{ids['case_id']}/files",
        data=body,
        headers={"X-CSRF-Token": secret, "Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code < 500


def test_a_form_with_a_million_fields_is_refused_with_a_reason(office: Office) -> None:
    visitor = office.client(DRAFTER)
    body = ("_csrf=" + visitor.secret() + "&a=1" * 1_000_000).encode()
    answer = visitor.http.post(
        "/start/supplies",
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413
    assert "内容过大" in answer.get_data(as_text=True)


def test_a_form_with_many_small_fields_is_refused_with_a_reason(office: Office) -> None:
    visitor = office.client(DRAFTER)
    body = ("_csrf=" + visitor.secret() + "&a=1" * 30_000).encode()
    answer = visitor.http.post(
        "/start/supplies",
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code in (413, 422)


class Endless:
    """A body of so many bytes that are never held in memory."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self.head, self.left, self.tail = head, size, tail
        self.length = len(head) + size + len(tail)
        self.at_end = False

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at_end = whence == 2
        return self.tell()

    def tell(self) -> int:
        return self.length if self.at_end else 0

    def close(self) -> None:
        """Nothing is held."""

    def read(self, size: int = -1) -> bytes:
        if self.head:
            part, self.head = self.head, b""
            return part
        if self.left:
            part = b"x" * min(self.left, 65_536 if size < 0 else size)
            self.left -= len(part)
            return part
        part, self.tail = self.tail, b""
        return part


def test_two_hundred_megabytes_are_refused_with_a_reason(
    office: Office, ids: dict[str, str]
) -> None:
    visitor = office.client(DRAFTER)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    upload = Endless(head, 200_000_000, b"\r\n--x--\r\n")
    answer = visitor.http.post(
        f"/cases/{ids['case_id']}/files",
        input_stream=upload,
        headers={
            "X-CSRF-Token": visitor.secret(),
            "Content-Type": "multipart/form-data; boundary=x",
        },
    )
    assert answer.status_code == 413
    assert "50 MB" in answer.get_data(as_text=True)
    assert upload.left > 100_000_000, "it was read before it was refused"


def test_our_own_fault_is_told_with_a_number_and_no_secrets(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = office.client(DRAFTER)

    def broken(*_: Any) -> None:
        raise RuntimeError("a secret of the database")

    monkeypatch.setattr(office.engine, "query", broken_for(office, q.Inbox, broken))
    answer = visitor.get("/")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "错误编号" in text
    assert "secret" not in text
    assert "Traceback" not in text


def broken_for(office: Office, kind: type, broken: Any) -> Any:
    real = office.engine.query

    def query(asked: Any) -> Any:
        return broken() if isinstance(asked, kind) else real(asked)

    return query


def test_a_busy_database_is_told_as_such(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.errors import Unavailable

    visitor = office.client(DRAFTER)

    def busy(*_: Any) -> None:
        raise Unavailable(reason={"zh": "数据库正忙。", "en": "the database is busy."})

    monkeypatch.setattr(office.engine, "query", broken_for(office, q.Inbox, busy))
    answer = visitor.get("/")
    assert answer.status_code == 503
    assert "稍后重试" in answer.get_data(as_text=True)


def test_every_error_of_the_house_has_a_page(office: Office) -> None:
    from webapp.errors import status_of

    def below(kind: type[YifaError]) -> Iterator[type[YifaError]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    from engine.errors import Invalid, Misconfigured, Refused

    for kind in below(YifaError):
        if kind is Refused or kind.__module__ != YifaError.__module__:  # never raised themselves
            continue
        made = kind([]) if issubclass(kind, Invalid) else kind()
        assert status_of(made) < 500 or kind.__name__ in ("Unavailable", Misconfigured.__name__), (
            kind
        )
