"""Signing in by the page: guesses, marks, cookies, what a stranger may send."""

from __future__ import annotations

from engine.commands import SYSTEM, SaveUser
from tests.support.office import ADMIN, DRAFTER, HEAD, PASSWORD, Office


def test_wrong_guesses_elsewhere_do_not_shut_out_the_browser_of_every_day(office: Office) -> None:
    mine, stranger = office.client(HEAD), office.client()
    mine.post("/sign-out")
    for _ in range(6):
        stranger.sign_in(HEAD, "a wrong guess")
    assert stranger.sign_in(HEAD).status_code == 403
    assert mine.sign_in(HEAD).status_code == 302


def test_the_mark_of_a_known_browser_is_of_one_person_and_not_to_be_forged(office: Office) -> None:
    mine, stranger = office.client(DRAFTER), office.client()
    mark = mine.http.get_cookie("yifa_known")
    assert mark is not None
    assert mark.http_only
    for name, value in ((HEAD, mark.value), (DRAFTER, mark.value[:-2] + "xx"), (DRAFTER, DRAFTER)):
        stranger.http.delete_cookie("yifa_known")
        for _ in range(6):
            stranger.sign_in(name, "a wrong guess")
        stranger.http.set_cookie("yifa_known", value)
        assert stranger.sign_in(name).status_code == 403


def test_a_session_is_new_at_every_sign_in_and_dead_after_its_end(office: Office) -> None:
    visitor = office.client()
    visitor.http.set_cookie("yifa_session", "chosen-by-somebody-else")
    visitor.sign_in(DRAFTER)
    first = visitor.http.get_cookie("yifa_session")
    assert first is not None
    assert first.value != "chosen-by-somebody-else"
    visitor.post("/sign-out")
    visitor.http.set_cookie("yifa_session", first.value)
    assert visitor.get("/").status_code == 302
    again = office.client(DRAFTER).http.get_cookie("yifa_session")
    assert again is not None
    assert again.value != first.value


def test_a_new_password_ends_every_other_session(office: Office) -> None:
    thief, owner = office.client(DRAFTER), office.client(DRAFTER)
    changed = {"old": PASSWORD, "new": "a wholly other phrase", "again": "a wholly other phrase"}
    assert owner.post("/password", changed).status_code == 302
    assert thief.get("/").status_code == 302
    assert owner.get("/").status_code == 200
    third = office.client()
    third.sign_in(DRAFTER, "a wholly other phrase")
    office.engine.execute(SaveUser(actor=SYSTEM, user_id=DRAFTER, active=False))
    assert third.get("/").status_code == 302


def test_a_stranger_sends_no_large_things(office: Office) -> None:
    visitor = office.client()
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n'
    for page in ("/sign-in", "/language/en", "/sign-in/resume"):
        answer = visitor.http.post(
            page,
            data=head + b"a" * 3_000_000 + b"\r\n--x--\r\n",
            content_type="multipart/form-data; boundary=x",
            headers={"X-CSRF-Token": visitor.secret()},
        )
        assert answer.status_code == 413, page


def test_strangers_and_clerks_reach_no_page_of_administrators(office: Office) -> None:
    adapter = office.app.url_map.bind("localhost")
    clerk, stranger, administrator = office.client(DRAFTER), office.client(), office.client(ADMIN)
    asked = 0
    for rule in office.app.url_map.iter_rules():
        if not rule.endpoint.startswith("admin."):
            continue
        values = dict.fromkeys(rule.arguments, "0" * 26)
        for method in rule.methods & {"GET", "POST"}:  # type: ignore[operator]
            address = adapter.build(rule.endpoint, values, method=method)
            send = {"GET": "get", "POST": "post"}[method]
            assert getattr(clerk, send)(address).status_code == 403, address
            assert getattr(stranger, send)(address).status_code in (302, 401), address
            answer = getattr(administrator, send)(address)
            assert answer.status_code != 403, address
            asked += 1
    assert asked > 15


def test_pages_open_to_strangers_are_few_and_known(office: Office) -> None:
    adapter = office.app.url_map.bind("localhost")
    stranger = office.client()
    reached = set()
    for rule in office.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            address = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "0" * 26))
            if stranger.get(address).status_code == 200:
                reached.add(address)
    assert reached == {"/sign-in", "/health", "/help/", "/favicon.ico"}
