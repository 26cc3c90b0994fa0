"""Rights held for one thing must open no other: files, cases, roles, steps, evidence."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from engine import bpmn, catalog
from engine import queries as q
from engine.commands import (
    SYSTEM,
    Attach,
    ChangePassword,
    ClaimTask,
    CorrelateMessage,
    GrantRole,
    RemoveAttachment,
    RevokeRole,
    SaveUnit,
    SaveUser,
    SignIn,
    SignOut,
    StartProcess,
    UnclaimTask,
)
from engine.config import data_dir
from engine.errors import AnswersInvalid, Conflict, Forbidden, Invalid, NotFound, Refused
from engine.model import rows
from engine.model.results import SignedIn, Stored
from tests.support.engines import Town, at_once, refusal
from tests.support.models import (
    call,
    catch,
    definitions,
    field,
    form,
    message,
    model,
    process,
    user,
)

LINE = model(
    user("a", "起草", groups="drafter", form="paper"),
    user("b", "审核", groups="legal", form="paper", notHandlerOf="a"),
    "s>a>b>e",
)
PAPER = form(
    field("draft", "filepicker"), field("secret", "filepicker"), field("note"), form_id="paper"
)
PROCESS = """
key = "p"
title = "文件"
[[confidential]]
fields = ["secret"]
roles = ["discipline"]
"""


def put(town: Town, actor: str, name: str = "a.txt", **more: Any) -> Stored:
    """Upload a file."""
    stored: Stored = town.engine.execute(Attach(actor=actor, name=name, content=b"x", **more))
    return stored


# --- files -------------------------------------------------------------------------------------------


def test_an_answer_names_no_file_that_its_writer_may_not_read(town: Town) -> None:
    """Else the name and digest of a sealed file come out through an open field."""
    town.deploy(LINE, process_toml=PROCESS, paper_form=PAPER)
    case = town.start("zhang")
    task = town.task("a")
    sealed = put(town, "zhang", "举报人张某的信.txt", task_id=task.id, field="secret")
    town.claim("zhang", task)
    town.complete("zhang", task, {"secret": {"id": sealed.id}, "note": ""})
    other = town.task("b")
    answers = {"draft": {"id": sealed.id}, "note": ""}
    error = refusal(lambda: town.complete("li", other, answers))
    assert isinstance(error, AnswersInvalid)
    assert "举报人张某" not in error.problems[0].zh
    assert "draft" not in town.case(case).variables or not town.case(case).variables["draft"]


def test_an_answer_names_no_file_of_another_case(town: Town) -> None:
    town.deploy(LINE, process_toml=PROCESS, paper_form=PAPER)
    first, second = town.start("zhang"), town.start("zhang")
    theirs = put(town, "zhang", case_id=first.case_id)
    task = town.task("a", second)
    error = refusal(lambda: town.complete("zhou", task, {"draft": {"id": theirs.id}}))
    assert isinstance(error, AnswersInvalid)


def test_what_a_finished_step_rests_on_stays(town: Town) -> None:
    """The reviewed draft must not vanish from the case after its review."""
    town.deploy(LINE, process_toml=PROCESS, paper_form=PAPER)
    case = town.start("zhang")
    task = town.task("a")
    draft = put(town, "zhou", task_id=task.id, field="draft")
    loose = put(town, "zhou", task_id=task.id)
    town.complete("zhou", task, {"draft": {"id": draft.id}, "note": ""})

    def remove(file: Stored) -> object:
        return town.engine.execute(
            RemoveAttachment(actor="zhou", case_id=case.case_id, file_id=file.id)
        )

    assert isinstance(refusal(lambda: remove(draft)), Forbidden)
    remove(loose)
    town.complete("li", town.task("b"), {"note": ""})
    after = refusal(lambda: put(town, "zhou", case_id=case.case_id))
    assert isinstance(after, Conflict)


def test_nobody_fills_the_disk_with_files_of_no_case(make_town: Any) -> None:
    town = make_town()
    for number in range(100):
        put(town, "zhang", f"{number}.txt")
    assert isinstance(refusal(lambda: put(town, "zhang")), Conflict)
    put(town, "zhou")


DISGUISED = (
    ("照片.jpg", b"MZ" + b"\0" * 100),
    ("通知.pdf", b"<!DOCTYPE html><script>alert(1)</script>"),
    ("通知.pdf", b"\xef\xbb\xbf  <HTML>"),
    ("稿.docx", b"\x7fELF\x02\x01"),
    ("稿.docx", b"%PDF-1.7"),
    ("表.xlsx", b"#!/bin/sh"),
    ("图.png", b"\xff\xd8\xff\xe0"),
    ("说明.txt", b"<svg onload=alert(1)>"),
    ("通知.pdf", b"L\0\0\0\x01\x14\x02\0"),
)
PLAIN = (
    ("稿.docx", b"PK\x03\x04"),
    ("稿.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("信.txt", "MZ 是缩写".encode()),
    ("信.txt", b""),
    ("通知.PDF", b"%PDF-1.4"),
)


def test_a_file_is_what_its_ending_says(town: Town) -> None:
    for name, content in DISGUISED:
        for given in (content, BytesIO(content)):
            error = refusal(
                lambda n=name, c=given: town.engine.execute(
                    Attach(actor="zhang", name=n, content=c)
                )
            )
            assert isinstance(error, Invalid), name
    for name, content in PLAIN:
        stored = town.engine.execute(Attach(actor="zhang", name=name, content=BytesIO(content)))
        assert stored.size == len(content)


# --- cases -------------------------------------------------------------------------------------------


def test_nobody_starts_a_case_in_another_unit(town: Town) -> None:
    """Whose unit a case is of decides who oversees it."""
    town.deploy(LINE, process_toml=PROCESS, paper_form=PAPER)
    start = StartProcess(actor="zhang", process_key="p", unit_id="civil")
    assert isinstance(refusal(lambda: town.engine.execute(start)), Refused)
    own = StartProcess(actor="zhang", process_key="p", unit_id="finance")
    assert town.case(town.engine.execute(own)).unit_id == "finance"


def test_reclaiming_does_not_get_round_separation_of_duties(town: Town) -> None:
    town.engine.execute(GrantRole(actor=SYSTEM, user_id="zhang", role="legal", unit_id="finance"))
    town.deploy(LINE, process_toml=PROCESS, paper_form=PAPER)
    town.start("zhou")
    task = town.task("a")
    town.claim("zhang", task)
    town.engine.execute(UnclaimTask(actor="zhang", task_id=task.id))
    town.claim("zhang", task)
    town.complete("zhang", task, {"note": ""})
    review = town.task("b")
    for act in (
        lambda: town.claim("zhang", review),
        lambda: town.complete("zhang", review, {"note": ""}),
        lambda: put(town, "zhang", task_id=review.id),
    ):
        assert isinstance(refusal(act), Forbidden)


def test_separation_of_duties_holds_through_called_processes(town: Town) -> None:
    town.engine.execute(GrantRole(actor=SYSTEM, user_id="zhang", role="legal", unit_id="finance"))
    town.deploy(
        definitions(
            process(call("c", "child"), user("b", groups="legal", notHandlerOf="a"), "s>c>b>e"),
            process(user("a", groups="drafter"), "s2>a>e2", process_id="child"),
        )
    )
    town.start("zhou")
    town.complete("zhang", town.task("a"))
    assert isinstance(refusal(lambda: town.complete("zhang", town.task("b"))), Forbidden)
    town.complete("li", town.task("b"))


def test_who_records_a_message_counts_as_handler_of_its_event(town: Town) -> None:
    """Replacing the draft by message is drafting: the reviewer must not do it and then review."""
    town.engine.execute(GrantRole(actor=SYSTEM, user_id="zhang", role="legal", unit_id="finance"))
    town.deploy(
        model(
            catch("m", "M", sender="drafter"),
            user("b", "审核", groups="legal", notHandlerOf="m"),
            "s>m>b>e",
            extra=message("M", "replace", key="1"),
        )
    )
    case = town.start("zhang")
    town.engine.execute(CorrelateMessage(actor="zhang", name="replace", case_id=case.case_id))
    assert isinstance(refusal(lambda: town.claim("zhang", town.task("b"))), Forbidden)
    town.claim("li", town.task("b"))


def test_a_sender_formula_that_fails_lets_nobody_send_and_hides_no_case(town: Town) -> None:
    town.deploy(
        model(
            catch("m", "M", sender="=for a in 1..999999, b in 1..999999 return a"),
            "s>m>e",
            extra=message("M", "x", key="1"),
        )
    )
    case = town.start("zhang")
    assert town.case_page("zhang", case).messages == ()
    command = CorrelateMessage(actor="zhang", name="x", case_id=case.case_id)
    assert isinstance(refusal(lambda: town.engine.execute(command)), Forbidden)


def test_whoever_a_formula_names_sends_only_where_they_may_see_the_case(town: Town) -> None:
    town.deploy(
        model(
            catch("m", "M", sender='=["zhao", "zhang"]'), "s>m>e", extra=message("M", "x", key="1")
        )
    )
    case = town.start("zhang")
    command = CorrelateMessage(actor="zhao", name="x", case_id=case.case_id)
    assert isinstance(refusal(lambda: town.engine.execute(command)), NotFound)


# --- administrators ----------------------------------------------------------------------------------


def test_nobody_gives_a_role_to_themselves(town: Town) -> None:
    """Least of all the one that opens the walled track; another administrator must do it."""
    for role in ("discipline", "legal"):
        grant = GrantRole(actor="root", user_id="root", role=role)
        assert isinstance(refusal(lambda grant=grant: town.engine.execute(grant)), Forbidden)
    assert town.rows(rows.Membership, user_id="root") == []


def test_who_gave_which_role_and_password_stands_in_the_evidence(town: Town) -> None:
    town.engine.execute(GrantRole(actor="root", user_id="zhou", role="discipline"))
    town.engine.execute(SaveUser(actor="root", user_id="ji", password="a fresh password"))
    said = [
        (entry.actor, entry.action, entry.object_id)
        for entry in town.rows(rows.AuditEntry, chain="office", order="seq")
        if entry.action != "seal"
    ]
    assert said == [("root", "grant-role", "zhou"), ("root", "save-user", "ji")]
    assert list(town.engine.verify()) == []


def test_a_password_set_by_another_is_changed_at_the_first_sign_in(town: Town) -> None:
    command = SaveUser(
        actor="root", user_id="ji", password="a fresh password", must_change_password=False
    )
    town.engine.execute(command)
    signed = town.engine.execute(SignIn(actor="ji", password="a fresh password"))
    assert signed.must_change_password


def test_a_role_ends_on_a_day_of_the_calendar(town: Town) -> None:
    (held,) = town.rows(rows.Membership, user_id="zhang")
    for day in ("zzz", "2026-02-30", "9" * 400, "2026-9-1", "０", "20260901", "2026-W01-1"):
        for command in (
            RevokeRole(actor="root", membership_id=held.id, to_date=day),
            GrantRole(actor="root", user_id="zhang", role="legal", to_date=day),
        ):
            assert isinstance(refusal(lambda c=command: town.engine.execute(c)), Invalid), day


def test_roles_and_units_are_of_units_there_are(town: Town) -> None:
    grant = GrantRole(actor="root", user_id="zhang", role="legal", unit_id="x" * 300)
    assert isinstance(refusal(lambda: town.engine.execute(grant)), Invalid)
    unit = SaveUnit(actor="root", unit_id="new", name="新", parent_id="nowhere")
    assert isinstance(refusal(lambda: town.engine.execute(unit)), Invalid)
    assert isinstance(
        refusal(
            lambda: town.engine.execute(
                SaveUnit(actor="root", unit_id="new", name="新", kind="k" * 5000)
            )
        ),
        Invalid,
    )


# --- passwords and sessions --------------------------------------------------------------------------


def named(town: Town, password: str = "correct horse battery") -> None:
    """Give zhang a password, so that signing in can be tried."""
    town.engine.execute(SaveUser(actor=SYSTEM, user_id="zhang", password=password))


def test_names_that_exist_cannot_be_told_from_names_that_do_not(town: Town) -> None:
    """Nor by trying so often that an account would be locked."""
    named(town)

    def tried(name: str) -> list[str]:
        said = []
        for _ in range(7):
            try:
                said.append(str(town.engine.execute(SignIn(actor=name, password="wrong"))))
            except Forbidden as exc:
                said.append(exc.message("zh"))
        return said

    assert tried("zhang") == tried("nobody-of-this-name")
    assert "锁定" in tried("another-name")[-1]


def test_guessing_at_once_counts_every_guess(town: Town) -> None:
    named(town)
    wrong = SignIn(actor="zhang", password="wrong")
    at_once(*[lambda: town.engine.execute(wrong)] * 5)
    assert isinstance(refusal(lambda: town.engine.execute(wrong)), Forbidden)


def test_a_lock_brought_about_elsewhere_does_not_shut_out_a_known_browser(town: Town) -> None:
    """Else anybody could keep the head of the township out of the office on the day of a limit."""
    named(town)
    for _ in range(6):
        try_in(town, "zhang", "wrong")
    assert try_in(town, "zhang", "correct horse battery") == "locked"
    assert try_in(town, "zhang", "correct horse battery", known=True) == "in"
    for _ in range(6):
        try_in(town, "zhang", "wrong", known=True)
    assert try_in(town, "zhang", "correct horse battery", known=True) == "locked"


def test_one_address_does_not_try_the_whole_office(town: Town) -> None:
    """One common password against every name locks no account, but the address it comes from."""
    for number in range(100):
        assert try_in(town, f"name{number}", "Spring2026!!", origin="203.0.113.9") == "wrong"
    assert try_in(town, "name100", "Spring2026!!", origin="203.0.113.9") == "locked"
    assert try_in(town, "name100", "Spring2026!!", origin="203.0.113.10") == "wrong"
    town.clock.advance(timedelta(minutes=16))
    assert try_in(town, "name100", "Spring2026!!", origin="203.0.113.9") == "wrong"


def try_in(town: Town, name: str, password: str, **more: Any) -> str:
    """Try to sign in: in, wrong or locked."""
    try:
        signed = town.engine.execute(SignIn(actor=name, password=password, **more))
    except Forbidden:
        return "locked"
    return "in" if signed else "wrong"


def test_a_password_is_none_that_everybody_tries_first(town: Town) -> None:
    for weak in ("1234567890", "aaaaaaaaaaaa", "zhang-zhang", "password123", "abcabcabcabc"):
        command = SaveUser(actor="root", user_id="zhang", password=weak)
        assert isinstance(refusal(lambda command=command: town.engine.execute(command)), Invalid), (
            weak
        )


def test_a_new_password_is_another_one(town: Town) -> None:
    named(town)
    command = ChangePassword(
        actor="zhang", old="correct horse battery", new="correct horse battery"
    )
    assert isinstance(refusal(lambda: town.engine.execute(command)), Invalid)


def test_secrets_are_in_no_representation(town: Town) -> None:
    """What is printed ends in logs, in error reports, on screens."""
    secret = "hunter2-hunter2"
    command = SaveUser(actor=SYSTEM, user_id="zhang", password=secret)
    user_row = town.engine.execute(command)
    signed: SignedIn = town.engine.execute(SignIn(actor="zhang", password=secret))
    values = (
        command,
        SignIn(actor="zhang", password=secret),
        ChangePassword(actor="zhang", old=secret, new=secret, keep_token=secret),
        SignOut(actor="zhang", token=secret),
        q.WhoIs(viewer="", token=secret),
        town.engine.house.settings,
    )
    for value in values:
        assert secret not in repr(value)
    assert signed.token not in repr(signed)
    assert user_row.password_hash not in repr(user_row)


def test_the_log_names_no_one_who_mistyped_and_no_secret(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    """Passwords are typed into the name's field every day."""
    named(town)
    capsys.readouterr()
    town.engine.execute(SignIn(actor="my-secret-passphrase\nforged=line", password="x"))
    town.engine.execute(SignIn(actor="zhang", password="correct horse battery"))
    refusal(lambda: town.engine.execute(ClaimTask(actor="zhang", task_id="身份证430102")))
    out = "".join(capsys.readouterr())
    assert "my-secret-passphrase" not in out
    assert "forged" not in out
    assert "correct horse" not in out
    assert "身份证" not in out


def test_whoever_replaces_a_draft_by_message_does_not_review_it() -> None:
    """The shipped processes say so of every message that brings another text."""
    for key, marker in (("normative_document", "A4_review"), ("major_decision", "B10_review")):
        files = catalog.read_folder(data_dir() / "processes" / key)
        elements = bpmn.load(files["main.bpmn"]).elements
        replaced = {name for name in elements if name.endswith("_replaced")}
        assert replaced
        assert replaced <= set(elements[marker].not_handler_of), key
