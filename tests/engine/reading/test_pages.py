"""What pages tell whom: all that somebody may know, and not a word more."""

from __future__ import annotations

from typing import Any

import pytest

from engine import queries as q
from engine.commands import (
    AddComment,
    Attach,
    CorrelateMessage,
    RemoveAttachment,
    SaveDraft,
    SuspendCase,
)
from engine.errors import AnswersInvalid, Forbidden, Invalid, NotFound
from engine.model import rows
from engine.model.results import CaseResult
from tests.support.engines import MakeTown, Town, refusal
from tests.support.models import catch, field, form, message, model, user

MODEL = model(
    user("a", "登记", groups="drafter", form="a", law="art", document="note", stage="受理"),
    user("b", "核查", groups="legal", form="b"),
    "s>a>b>e",
)
TOML = """
key = "p"
title = "投诉"
start_form = "start"
title_expression = "=title"
[[confidential]]
fields = ["name", "idFile", "tip"]
roles = ["petition"]
"""
START = form(
    field("title", properties={"summary": "true"}),
    field("name", properties={"summary": "true"}),
    field("idFile", "filepicker"),
    form_id="start",
)
FORM_A = form(field("found"), field("tip"), form_id="a")
FORM_B = form(field("opinion", properties={"opinion": "true"}), form_id="b")
LAW = '[art]\ntitle = "信访工作条例"\narticle = "22"\ntext = "应当告知"\nstatus = "verified"\n'
NOTE = 'title = "登记表"\n[[section]]\nheading = "事项"\ntext = "=title"\n'
EN = """[texts]
"登记" = "Register"
"投诉" = "Complaint"
"受理" = "Intake"
"应当告知" = "must tell"
"信访工作条例" = "Petition rules"
"""
SECRETS = ("陶知秋", "身份证.pdf", "秘密线索")


def with_package(town: Town) -> None:
    town.deploy(
        MODEL, process_toml=TOML, start_form=START, a_form=FORM_A, b_form=FORM_B, law_toml=LAW,
        note_doc=NOTE, en_toml=EN,
    )  # fmt: skip


def running(town: Town) -> CaseResult:
    """A complaint of which the petition officer entered the name, and a drafter a tip."""
    with_package(town)
    file = town.engine.execute(Attach(actor="xin", name="身份证.pdf", content=b"%PDF-1.4 x"))
    answers = {"title": "路灯", "name": "陶知秋", "idFile": [file.reference()]}
    case = town.start("xin", answers=answers)
    town.complete("zhang", town.task("a"), {"found": "属实", "tip": "秘密线索"})
    return case


def told(view: Any) -> str:
    """All a page tells, as text."""
    return repr(view)


def test_confidential_answers_are_for_their_roles_and_who_entered_them(town: Town) -> None:
    case = running(town)
    pages = {who: told(town.case_page(who, case)) for who in ("xin", "zhang", "li", "qian")}
    assert all(secret in pages["xin"] for secret in SECRETS)
    assert "秘密线索" in pages["zhang"], "who entered it may read it"
    assert "陶知秋" not in pages["zhang"]
    for who in ("li", "qian"):
        for secret in SECRETS:
            assert secret not in pages[who], (who, secret)
    task = told(town.page("li", town.task("b")))
    assert not [secret for secret in SECRETS if secret in task]
    assert "属实" in task


def test_lists_tell_no_secrets(town: Town) -> None:
    case = running(town)
    for who, tab in (("li", "claim"), ("xin", "started"), ("zhang", "done")):
        lines = repr(town.inbox(who, tab))  # type: ignore[arg-type]
        assert "路灯" in lines
        assert "陶知秋" not in lines
    rows_ = town.engine.query(q.Cases(viewer="qian")).rows
    assert [line.id for line in rows_] == [case.case_id]
    assert "陶知秋" not in repr(rows_)
    assert rows_[0].summary == (("title", "路灯"),)


def test_confidential_files_are_not_handed_out(town: Town) -> None:
    case = running(town)
    file = town.one(rows.File)
    assert town.engine.query(q.GetFile(viewer="xin", file_id=file.id)).name == "身份证.pdf"
    for who in ("zhang", "li", "qian", "zhao", "root"):
        error = refusal(town.engine.query, q.GetFile(viewer=who, file_id=file.id))
        assert isinstance(error, NotFound), who
    assert town.case_page("qian", case).files == ()
    for junk in ("", "x", "0" * 26, "../../etc/passwd"):
        assert isinstance(
            refusal(town.engine.query, q.GetFile(viewer="xin", file_id=junk)), NotFound
        )


def test_a_file_put_into_a_form_is_material_when_it_is_handed_in(town: Town) -> None:
    form_a = form(field("found"), field("proof", "filepicker"), form_id="a")
    town.deploy(MODEL, process_toml=TOML, start_form=START, a_form=form_a, b_form=FORM_B,
                law_toml=LAW, note_doc=NOTE)  # fmt: skip
    case = town.start("xin", answers={"title": "路灯"})
    task = town.task("a")
    _loose, kept = (
        town.engine.execute(
            Attach(actor="zhang", name=name, content=b"%PDF-1.4 x", task_id=task.id, field="proof")
        )
        for name in ("错的.pdf", "对的.pdf")
    )

    def listed(who: str) -> set[str]:
        return {line.name for line in town.case_page(who, case).files}

    assert listed("zhang") == {"对的.pdf", "错的.pdf"}
    assert listed("xin") == set()
    town.complete("zhang", task, {"found": "属实", "proof": kept.reference()})
    assert listed("zhang") == listed("xin") == {"对的.pdf"}
    assert town.audit(case).count("attach") == 2


def test_who_may_claim_a_step_may_read_the_case_and_fetch_its_files(town: Town) -> None:
    with_package(town)
    case = town.start("xin", answers={"title": "路灯"})
    stored = town.engine.execute(
        Attach(actor="xin", name="照片.jpg", content=b"\xff\xd8\xff\xe0 x", case_id=case.case_id)
    )
    assert town.page("zhang", town.task("a")).files[0].name == "照片.jpg"
    assert town.engine.query(q.GetFile(viewer="zhang", file_id=stored.id)).size == 6
    assert town.engine.query(q.InstanceModel(viewer="zhang", instance_id=case.case_id)) == MODEL
    assert isinstance(
        refusal(town.engine.query, q.GetFile(viewer="li", file_id=stored.id)), NotFound
    )


def test_a_task_page_tells_what_its_step_needs(town: Town) -> None:
    with_package(town)
    town.start("xin", answers={"title": "路灯"})
    view = town.page("zhang", town.task("a"))
    assert (view.step, view.case.title, view.state) == ("登记", "路灯", "open")
    assert [(law.title, law.article, law.status) for law in view.laws] == [
        ("信访工作条例", "第22条", "verified")
    ]
    assert view.leaves == ("登记表",)
    assert view.form is not None
    assert view.candidates == ("承办人",)
    assert {name: action.enabled for name, action in view.actions.items()} == {
        "complete": True, "draft": True, "claim": True, "unclaim": False, "attach": True,
        "return": True, "delegate": True, "reassign": False, "add-signer": False, "cc": False,
    }  # fmt: skip
    assert all(action.reason for action in view.actions.values() if not action.enabled)
    english = town.engine.query(q.TaskPage(viewer="zhang", task_id=view.id, lang="en"))
    assert english.step == "Register"
    assert english.laws[0].text == "must tell"
    assert english.case.process == "Complaint"
    assert english.case.stage == "Intake"


def test_what_stands_in_a_form_is_asked_without_its_page(town: Town) -> None:
    with_package(town)
    town.start("xin", answers={"title": "路灯"})
    task = town.task("a")

    def standing(viewer: str) -> Any:
        return town.engine.query(q.TaskAnswers(viewer=viewer, task_id=task.id))

    assert standing("zhang") == town.page("zhang", task).answers
    town.engine.execute(SaveDraft(actor="zhang", task_id=task.id, answers={"found": "有人"}))
    assert standing("zhang") == {"found": "有人"}
    assert isinstance(refusal(standing, "li"), NotFound)
    town.complete("zhang", task, {"found": "属实"})
    assert standing("xin") == {}


def test_a_completed_task_shows_what_was_handed_in(town: Town) -> None:
    case = running(town)
    done = town.one(rows.Task, element_id="a")
    view = town.page("xin", done)
    assert view.state == "completed"
    assert "属实" in repr(view.shown)
    assert not any(action.enabled for action in view.actions.values())
    (step,) = town.case_page("xin", case).steps
    assert (step.step, step.who) == ("登记", "张三")


def test_actions_say_why_not(town: Town) -> None:
    case = running(town)
    town.engine.execute(SuspendCase(actor="xin", case_id=case.case_id, reason="x"))
    view = town.page("li", town.task("b"))
    assert not view.actions["complete"].enabled
    assert "中止" in view.actions["complete"].reason
    actions = town.case_page("xin", case).actions
    assert (actions["suspend"].enabled, actions["resume"].enabled) == (False, True)
    assert not town.case_page("qian", case).actions["resume"].reason


def test_a_timeline_and_a_diagram_follow_the_case(town: Town) -> None:
    case = running(town)
    view = town.case_page("xin", case)
    told_events = [(event.element_id, event.outcome) for event in view.events]
    assert told_events == [("a", "completed"), ("b", "")]
    assert [event.who for event in view.events] == ["张三", ""]
    (diagram,) = view.diagrams
    assert (diagram.active, diagram.done) == (("b",), ("a", "s"))


def test_who_saves_a_draft_finds_it_again_and_nobody_else_does(town: Town) -> None:
    running(town)
    task = town.task("b")
    town.engine.execute(SaveDraft(actor="li", task_id=task.id, answers={"opinion": "半句"}))
    assert town.page("li", task).answers["opinion"] == "半句"
    assert "半句" not in told(town.page("liu", task))
    assert town.inbox("li", "drafts")[0].step == "核查"


def test_inboxes_count_what_they_list(town: Town) -> None:
    running(town)
    home = town.engine.query(q.HomeFrame(viewer="li"))
    assert home.counts["claim"] == len(town.inbox("li", "claim")) == 1
    town.claim("li", town.task("b"))
    home = town.engine.query(q.HomeFrame(viewer="li"))
    assert (home.counts["claim"], home.counts["todo"]) == (0, 1)
    assert home.roles == ("法制审查员",)


def test_a_start_page_is_for_who_may_start(town: Town) -> None:
    with_package(town)
    town.deploy(
        model(user("a", groups="drafter"), "s>a>e", process_id="closed"),
        process_toml='key = "closed"\ntitle = "内部"\nstart_roles = ["head"]\n',
    )
    view = town.engine.query(q.StartPage(viewer="zhang", process_key="p"))
    assert view.form is not None
    assert isinstance(
        refusal(town.engine.query, q.StartPage(viewer="zhang", process_key="closed")), Forbidden
    )
    cards = town.engine.query(q.Startable(viewer="zhang"))
    assert [(card.key, card.action.enabled) for card in cards] == [("p", True), ("closed", False)]
    assert "乡长" in cards[1].action.reason


@pytest.mark.parametrize("who", ["gone", "nobody", ""])
def test_nobody_without_an_account_is_told_anything(town: Town, who: str) -> None:
    case = running(town)
    for question in (
        q.HomeFrame(viewer=who),
        q.Inbox(viewer=who),
        q.Cases(viewer=who),
        q.CasePage(viewer=who, case_id=case.case_id),
        q.Startable(viewer=who),
        q.People(viewer=who),
    ):
        assert isinstance(refusal(town.engine.query, question), Forbidden)


def test_people_to_pick_are_those_in_office(town: Town) -> None:
    found = town.engine.query(q.People(viewer="zhang", role="legal"))
    assert [person.id for person in found] == ["liu", "li"] or {p.id for p in found} == {
        "li",
        "liu",
    }
    unit = town.engine.query(q.People(viewer="zhang", role="dept_head", unit="civil"))
    assert [person.id for person in unit] == ["wei"]


# --- files --------------------------------------------------------------------------------------


def test_files_of_other_cases_cannot_be_referred_to(town: Town) -> None:
    with_package(town)
    upload = model(user("u", groups="drafter", form="u"), "s>u>e", process_id="up")
    town.deploy(upload, u_form=form(field("paper", "filepicker"), form_id="u"))
    one, two = town.start("zhang", "up"), town.start("zhang", "up")
    mine, other = town.task("u", one), town.task("u", two)
    foreign, own = (
        town.engine.execute(
            Attach(
                actor="zhang", task_id=task.id, name="稿.pdf", content=b"%PDF-1.4 x", field="paper"
            )
        )
        for task in (other, mine)
    )
    stranger = refusal(town.complete, "zhang", mine, {"paper": [foreign.reference()]})
    assert isinstance(stranger, AnswersInvalid)
    forged = {**own.reference(), "sha256": "0" * 64, "name": "x.exe"}
    town.complete("zhang", mine, {"paper": [forged]})
    kept = town.one(rows.Task, id=mine.id).answers["paper"]
    assert (kept["name"], kept["sha256"]) == ("稿.pdf", own.sha256)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\windows\\a.pdf", "a.pdf"),
        ("a\x00b\n.pdf", "a_b_.pdf"),
        ("令‮fdp.exe.pdf", "令fdp.exe.pdf"),
        ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
    ],
)
def test_names_of_files_are_harmless(sqlite_town: Town, name: str, kept: str) -> None:
    stored = sqlite_town.engine.execute(Attach(actor="zhang", name=name, content=b"%PDF-1.4 x"))
    assert stored.name == kept


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a", "", "a.pdf.exe", ".pdf"])
def test_types_that_are_not_listed_are_refused(sqlite_town: Town, name: str) -> None:
    command = Attach(actor="zhang", name=name, content=b"x")
    assert isinstance(refusal(sqlite_town.engine.execute, command), Invalid)
    assert sqlite_town.rows(rows.File) == []


def test_what_is_too_large_is_refused_and_not_kept(make_town: MakeTown) -> None:
    town = make_town(settings={"upload_max_mb": 1})
    command = Attach(actor="zhang", name="a.pdf", content=b"%PDF-1.4" + b"x" * 1_100_000)
    assert isinstance(refusal(town.engine.execute, command), Invalid)
    assert [path for path in town.files.rglob("*") if path.is_file()] == []


def test_a_file_taken_off_the_list_keeps_its_content_and_evidence(town: Town) -> None:
    with_package(town)
    case = town.start("xin", answers={"title": "路灯"})
    stored = town.engine.execute(
        Attach(actor="xin", name="a.pdf", content=b"%PDF-1.4 x", case_id=case.case_id)
    )
    remove = {"case_id": case.case_id, "file_id": stored.id}
    for who, kind in (("qian", Forbidden), ("li", NotFound)):
        assert isinstance(refusal(town.engine.execute, RemoveAttachment(actor=who, **remove)), kind)
    town.engine.execute(RemoveAttachment(actor="xin", **remove))
    assert town.case_page("xin", case).files == ()
    assert town.files.joinpath(stored.sha256[:2], stored.sha256[2:4], stored.sha256).is_file()
    assert town.audit(case) == ["start", "attach", "remove-attachment"]
    assert isinstance(
        refusal(town.engine.execute, RemoveAttachment(actor="xin", **remove)), NotFound
    )


def test_a_message_to_record_is_shown_to_who_may_record_it(town: Town) -> None:
    town.deploy(
        model(catch("w", "m", sender="drafter"), "s>w>e", extra=message("m", "回复")),
    )
    case = town.start("zhang")
    (line,) = town.case_page("zhang", case).messages
    town.engine.execute(
        CorrelateMessage(actor="zhang", name=line.name, case_id=case.case_id, key=line.key)
    )
    assert town.case(case).state == "completed"
    assert town.case_page("zhang", case).messages == ()
    error = refusal(town.engine.execute, AddComment(actor="zhao", case_id=case.case_id, text="x"))
    assert isinstance(error, NotFound)
