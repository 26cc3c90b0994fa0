"""Copies to read, urging, notices read, and cases a supervisor follows."""

from __future__ import annotations

from engine import queries as q
from engine.commands import (
    AcknowledgeNotice,
    CancelCase,
    LiftOversight,
    OverseeCase,
    ReportOversight,
    SendCopy,
    UrgeCase,
)
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.model import rows
from engine.model.results import CaseResult
from tests.support.engines import Town, refusal
from tests.support.models import model, user

LINE = model(user("a", "起草", groups="drafter"), user("b", "审核", groups="legal"), "s>a>b>e")


def begun(town: Town) -> CaseResult:
    town.deploy(LINE)
    case = town.start("zhang")
    town.claim("zhou", town.task("a"))
    return case


def copy(town: Town, case: CaseResult, actor: str, *people: str, note: str = "请阅") -> None:
    town.engine.execute(SendCopy(actor=actor, case_id=case.case_id, people=people, note=note))


def urge(town: Town, case: CaseResult, actor: str, note: str = "") -> None:
    town.engine.execute(UrgeCase(actor=actor, case_id=case.case_id, note=note))


# --- 抄送 ------------------------------------------------------------------------------------------


def test_a_copy_is_read_and_the_case_tells_so(town: Town) -> None:
    case = begun(town)
    assert isinstance(refusal(lambda: town.case_page("xin", case)), NotFound)
    copy(town, case, "zhou", "xin", "li", "xin")
    (line,) = town.inbox("xin", "read")
    assert (line.kind, line.text, line.read) == ("cc", "周四抄送您阅知：请阅", False)
    assert town.case_page("xin", case).case.id == case.case_id
    town.engine.execute(AcknowledgeNotice(actor="xin", notice_id=line.id))
    town.engine.execute(AcknowledgeNotice(actor="xin", notice_id=line.id))
    assert town.inbox("xin", "read")[0].read
    assert town.audit(case) == ["start", "claim", "cc", "read"]
    assert isinstance(
        refusal(lambda: town.engine.execute(AcknowledgeNotice(actor="liu", notice_id=line.id))),
        NotFound,
    )
    # To read is not to act.
    assert isinstance(refusal(lambda: town.claim("xin", town.task("a"))), Conflict | Forbidden)
    assert isinstance(refusal(lambda: copy(town, case, "xin", "liu")), Forbidden)


def test_copies_go_to_people_who_may_read_them(town: Town) -> None:
    toml = """
key = "p"
title = "测试"
[[exclude]]
who = "=respondent"
[[wall]]
when = "=secret = true"
track = "discipline"
roles = ["discipline"]
"""
    town.deploy(LINE, process_toml=toml)
    case = town.start("zhang", answers={"respondent": ["wei"], "secret": False})
    for nobody in ("wei", "gone", "nobody"):
        error = refusal(lambda nobody: copy(town, case, "zhang", nobody), nobody)
        assert isinstance(error, Invalid)
    assert isinstance(refusal(lambda: copy(town, case, "zhang")), Invalid)
    copy(town, case, "zhang", "xin")
    town.complete("zhang", town.task("a"), {"secret": True})
    assert isinstance(refusal(lambda: town.case_page("xin", case)), NotFound)
    assert town.inbox("xin", "read") == []
    walled = town.start("zhang", answers={"secret": True})
    assert isinstance(refusal(lambda: copy(town, walled, "zhang", "xin")), Invalid)
    copy(town, walled, "zhang", "ji")


# --- 催办 ------------------------------------------------------------------------------------------


def test_whoever_has_the_task_is_urged_but_not_endlessly(town: Town) -> None:
    case = begun(town)
    urge(town, case, "zhang", "急等")
    (line,) = town.inbox("zhou", "read")
    assert line.text == "张三催办“起草”：急等"
    urge(town, case, "zhang")
    error = refusal(lambda: urge(town, case, "zhang"))
    assert isinstance(error, Conflict)
    assert "今天已催办过 2 次" in error.message("zh")
    urge(town, case, "qian")  # the head counts for themselves
    town.later(days=1)
    urge(town, case, "zhang")
    assert town.audit(case).count("urge") == 4


def test_a_group_is_urged_while_nobody_has_claimed(town: Town) -> None:
    case = begun(town)
    town.complete("zhou", town.task("a"))
    urge(town, case, "zhang")
    assert [line.text for line in town.inbox("li", "read")] == ["张三催办“审核”，请尽快办理。"]


def test_who_neither_started_nor_supervises_does_not_urge(town: Town) -> None:
    case = begun(town)
    assert isinstance(refusal(lambda: urge(town, case, "zhao")), Forbidden | NotFound)
    assert isinstance(refusal(lambda: urge(town, case, "zhou")), Forbidden)
    assert isinstance(refusal(lambda: urge(town, case, "wei")), NotFound)
    urge(town, case, "wang")
    mine = town.start("zhang")
    town.claim("zhang", town.task("a", mine))
    assert isinstance(refusal(lambda: urge(town, mine, "zhang")), Conflict)


# --- 督办 ------------------------------------------------------------------------------------------


def oversee(town: Town, case: CaseResult, actor: str, due: str = "2026-09-08") -> None:
    town.engine.execute(
        OverseeCase(actor=actor, case_id=case.case_id, demand="一周内办结", due=due)
    )


def test_a_followed_case_is_listed_reported_on_escalated_and_lifted(town: Town) -> None:
    case = begun(town)
    other = town.start("zhang")
    oversee(town, case, "qian")
    assert isinstance(refusal(lambda: oversee(town, case, "ji")), Conflict)
    listed = town.engine.query(q.Cases(viewer="qian", state="overseen"))
    assert [line.id for line in listed.rows] == [case.case_id]
    assert other.case_id != case.case_id
    assert "督办" in town.inbox("zhou", "read")[0].text
    town.engine.execute(ReportOversight(actor="zhou", case_id=case.case_id, text="正在办"))
    assert "正在办" in town.inbox("qian", "read")[0].text
    assert isinstance(
        refusal(
            lambda: town.engine.execute(
                ReportOversight(actor="wang", case_id=case.case_id, text="x")
            )
        ),
        Forbidden,
    )
    town.later(days=8)
    town.later(days=1)
    for who in ("qian", "zhou", "wang"):
        late = [line for line in town.inbox(who, "read") if line.kind == "late"]
        assert len(late) == 1, who
    assert isinstance(
        refusal(
            lambda: town.engine.execute(
                LiftOversight(actor="wang", case_id=case.case_id, reason="x")
            )
        ),
        Forbidden,
    )
    town.engine.execute(LiftOversight(actor="qian", case_id=case.case_id, reason="已办"))
    assert town.case(case).oversight_due_at is None
    assert not town.engine.query(q.Cases(viewer="qian", state="overseen")).rows
    oversee(town, case, "ji", "2026-10-01")
    assert town.audit(case) == [
        "start", "claim", "oversee", "report", "escalate", "lift", "oversee",
    ]  # fmt: skip
    assert list(town.engine.verify()) == []


def test_oversight_ends_with_the_case(town: Town) -> None:
    case = begun(town)
    oversee(town, case, "wang")
    town.engine.execute(CancelCase(actor="zhang", case_id=case.case_id, reason="不办了"))
    assert town.case(case).oversight_due_at is None
    assert town.one(rows.Oversight).closed_at is not None
    assert town.rows(rows.Job, kind="oversight") == []
    assert isinstance(refusal(lambda: oversee(town, case, "wang")), Conflict)


def test_who_does_not_supervise_follows_nothing_and_days_are_days(town: Town) -> None:
    case = begun(town)
    assert isinstance(refusal(lambda: oversee(town, case, "zhou")), Forbidden)
    assert isinstance(refusal(lambda: oversee(town, case, "wei")), NotFound)
    for due in ("2026-08-31", "2030-01-01", "soon", ""):
        assert isinstance(refusal(lambda due: oversee(town, case, "qian", due), due), Invalid)


def test_a_reason_that_was_altered_is_found(town: Town) -> None:
    case = begun(town)
    urge(town, case, "zhang", "急等")
    copy(town, case, "zhang", "xin", note="")
    assert list(town.engine.verify()) == []
    town.sql("UPDATE deed SET text = '不急' WHERE kind = 'urge'")
    (flaw,) = town.engine.verify()
    assert (flaw.kind, flaw.chain) == ("altered", case.case_id)
    town.sql("DELETE FROM deed WHERE kind = 'urge'")
    (flaw,) = town.engine.verify()
    assert flaw.kind == "removed"
