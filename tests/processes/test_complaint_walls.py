"""Who is reported never learns of it, and who reported is known to very few.

One walled case (an anonymous accusation by a named source in the papers, so to speak: with a name,
so that there is something to leak) and one ordinary petition; every question a page can ask is asked
by everyone who must not get an answer.
"""

from __future__ import annotations

import dataclasses
import itertools
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import queries as q
from engine.clock import CHINA, VirtualClock
from engine.commands import (
    AddComment,
    Attach,
    CancelCase,
    ClaimTask,
    CompleteTask,
    CorrelateMessage,
    SaveDraft,
    StartProcess,
    SuspendCase,
)
from engine.engine import Engine
from engine.errors import Forbidden, NotFound
from engine.model.rows import Document, File, Task
from tests.processes.runner import FOUNDED, found, settings

NAME, PHONE = "陶知秋", "13900000000"
TITLE = "反映有人虚列支出套取资金"
REPORTED = "fang.min"
"""A member of the supervision group: has the walled track by role, and is the one reported."""
UNINVOLVED = ("liang.gong", "he.lixin", "su.lan", "liu.qing", "yan.zheng", "ye.qiu", "qin.wang",
              "luo.cheng", "lei.ming")  # fmt: skip
TABS: tuple[q.Tab, ...] = ("todo", "claim", "read", "drafts", "done", "started")


class Office:
    """An engine with one case, and shortcuts to work on it."""

    def __init__(self, engine: Engine, clock: VirtualClock) -> None:
        self.engine, self.clock, self.case_id = engine, clock, ""

    def rows(self, kind: type[Any], **where: Any) -> list[Any]:
        with self.engine.house.store.read() as reader:
            return list(reader.find(kind, root_id=self.case_id, order="id", **where))

    def task(self, element: str) -> Task:
        found_task: Task = self.rows(Task, state="open", element_id=element)[0]
        return found_task

    def complete(self, element: str, who: str, answers: dict[str, Any]) -> str:
        task = self.task(element)
        if task.assignee is None:
            self.engine.execute(ClaimTask(actor=who, task_id=task.id))
        self.engine.execute(CompleteTask(actor=who, task_id=task.id, answers=answers))
        self.engine.run_due()
        self.clock.advance(timedelta(hours=1))
        return task.id

    def file(self, who: str, field: str, *, task_id: str | None = None) -> dict[str, Any]:
        stored = self.engine.execute(
            Attach(actor=who, name="材料.pdf", content=field.encode(), task_id=task_id, field=field)
        )
        return dict(stored.reference())


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walls")
    with _open(folder, VirtualClock(FOUNDED)) as engine:
        found(engine)
    return folder


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copyfile(founded / "case.db", tmp_path / "case.db")
    clock = VirtualClock(datetime(2026, 9, 1, 9, tzinfo=CHINA))
    with _open(tmp_path, clock) as engine:
        yield Office(engine, clock)


def _open(folder: Path, clock: VirtualClock) -> Engine:
    url = f"sqlite:///{folder / 'case.db'}"
    empty = not (folder / "case.db").exists()
    return Engine.open(url, settings=settings(url, folder / "files"), clock=clock, migrate=empty)


def start(office: Office, *, accusation: bool, users: list[str], by: str = "wen.jing") -> None:
    office.case_id = office.engine.execute(
        StartProcess(
            actor=by,
            process_key="complaint",
            answers={
                "title": TITLE, "channel": "举报箱", "receivedAt": "2026-09-01T08:30:00+08:00",
                "urgency": "平件", "isClassified": False, "transferred": False,
                "accusation": accusation, "realName": True, "name": NAME, "contact": PHONE,
                "address": "清水村三组", "respondent": "某工作人员", "respondentUsers": users,
                "request": "请求查处。", "facts": "详见来信。",
                # No field is named at upload: the form's answer alone makes it confidential.
                "identityFile": [office.file(by, "")],
            },
        )
    ).case_id  # fmt: skip


def classified(category: str, users: list[str]) -> dict[str, Any]:
    kind = "本乡其他工作人员" if users else "其他"
    return {
        "category": category, "competent": True, "respondentKind": kind,
        "respondentUsers": users, "classifyReason": "按实质分类。",
    }  # fmt: skip


def accuse(office: Office) -> None:
    """An accusation, investigated and concluded, with files and documents left behind."""
    start(office, accusation=True, users=[REPORTED])
    office.complete("C2_classify", "shi.jian", classified("检举控告", [REPORTED]))
    office.complete("R1_accept", "shi.jian", {
        "level": "本级受理", "respondentUsers": [REPORTED],
        "investigators": ["ding.fan", "shi.jian"], "noConflictChecked": True,
        "accusationReason": "线索具体。",
    })  # fmt: skip
    office.complete("R3_tell", "shi.jian", {
        "accusationToldAt": "2026-09-01", "accusationToldMode": "电话",
        "accusationToldText": "已受理。",
    })  # fmt: skip
    task = office.task("R4_investigate")
    office.engine.execute(ClaimTask(actor="ding.fan", task_id=task.id))
    office.complete("R4_investigate", "ding.fan", {
        "signers": ["ding.fan", "shi.jian"], "noConflict": True,
        "accusationFindings": "查明确有虚列支出两笔的行为。",
        "accusationInterviews": [{
            "at": "2026-09-01T10:00:00+08:00", "person": "会计", "place": "谈话室",
            "record": office.file("ding.fan", "accusationInterviews[0].record", task_id=task.id),
        }],
        "accusationEvidence": [{"what": "凭证", "proves": "虚列"}],
    })  # fmt: skip


def questions(office: Office, viewer: str) -> Iterator[q.Query[Any]]:
    """Every question about the case that a page can ask, in both languages."""
    who: dict[str, Any] = {"viewer": viewer}
    for lang in ("zh", "en"):
        both = {**who, "lang": lang}
        yield q.CasePage(case_id=office.case_id, **both)
        for task in office.rows(Task):
            yield q.TaskPage(task_id=task.id, **both)
    for file in office.rows(File):
        yield q.GetFile(file_id=file.id, **who)
    for document, form in itertools.product(office.rows(Document), ("pdf", "docx")):
        yield q.GetDocument(document_id=document.id, format=form, **who)
    yield q.InstanceModel(instance_id=office.case_id, **who)
    yield q.VerifyCase(case_id=office.case_id, **who)


def lists(office: Office, viewer: str) -> Iterator[object]:
    """Every list and count in which the case could show."""
    ask = office.engine.query
    for text in ("", "虚列", NAME):
        for tab in TABS:
            yield ask(q.Inbox(viewer=viewer, tab=tab, text=text))
        for state in ("", "open", "ended", "active", "completed", "trouble", "returned"):
            yield ask(q.Cases(viewer=viewer, text=text, state=state))
    yield ask(q.CaseCounts(viewer=viewer))
    yield ask(q.HomeFrame(viewer=viewer)).counts


def assert_nothing(office: Office, viewer: str) -> None:
    for question in questions(office, viewer):
        with pytest.raises(NotFound):
            office.engine.query(question)
    for answer in lists(office, viewer):
        told = repr(answer)
        leaked = [text for text in (office.case_id, TITLE, NAME) if text in told]
        assert not leaked, f"a list of {viewer} tells {leaked}"
        if isinstance(answer, dict):
            assert not any(answer.values()), f"{viewer} counts {answer}"


def test_the_reported_sees_nothing_of_it(office: Office) -> None:
    """Not in any list, page, file, document or count, at any step, though the role opens the track."""
    start(office, accusation=True, users=[REPORTED])
    assert_nothing(office, REPORTED)
    office.complete("C2_classify", "shi.jian", classified("检举控告", [REPORTED]))
    assert_nothing(office, REPORTED)


def test_the_reported_sees_nothing_once_it_is_all_done(office: Office) -> None:
    """Files, documents and evidence of the whole walled case included."""
    accuse(office)
    assert len(office.rows(Document)) == 2
    assert len(office.rows(File)) == 2
    assert_nothing(office, REPORTED)


@pytest.mark.parametrize("viewer", UNINVOLVED)
def test_the_uninvolved_see_nothing_behind_the_wall(office: Office, viewer: str) -> None:
    """Head, deputy, office, legal, archivist, administrator: whatever they see otherwise."""
    accuse(office)
    assert_nothing(office, viewer)


def test_a_member_of_the_track_who_has_no_part_in_it_sees_nothing(office: Office) -> None:
    """The track lets one in who takes part; the other member of the group is not told."""
    start(office, accusation=True, users=["luo.cheng"])
    assert_nothing(office, "fang.min")
    office.complete("C2_classify", "shi.jian", classified("检举控告", ["luo.cheng"]))
    assert_nothing(office, "ding.fan")


def test_the_reported_can_do_nothing_to_it(office: Office) -> None:
    """No command reaches the case, or tells that it is there."""
    accuse(office)
    engine, task = office.engine, office.rows(Task, state="open")[0]
    on: dict[str, Any] = {"actor": REPORTED, "case_id": office.case_id}
    for command in (
        ClaimTask(actor=REPORTED, task_id=task.id),
        CompleteTask(actor=REPORTED, task_id=task.id),
        SaveDraft(actor=REPORTED, task_id=task.id),
        Attach(actor=REPORTED, name="a.pdf", content=b"a", task_id=task.id),
        Attach(actor=REPORTED, name="a.pdf", content=b"a", case_id=office.case_id),
        AddComment(text="谁举报的？", **on),
        CorrelateMessage(name="complaint.extension", **on),
        CancelCase(reason="不实", **on),
        SuspendCase(reason="不实", **on),
    ):
        with pytest.raises(NotFound):
            engine.execute(command)


@pytest.mark.parametrize("who", ["wen.jing", "liang.gong", "he.lixin"])
def test_nobody_outside_the_track_ends_a_walled_case(office: Office, who: str) -> None:
    """Neither who registered it nor administrator nor head can make it go away."""
    accuse(office)
    with pytest.raises((NotFound, Forbidden)):
        office.engine.execute(CancelCase(actor=who, case_id=office.case_id, reason="不查了"))


def test_who_registered_it_does_not_read_what_was_found(office: Office) -> None:
    """The registrar knows what was entered, not what the discipline side found."""
    accuse(office)
    page = office.engine.query(q.CasePage(viewer="wen.jing", case_id=office.case_id))
    assert NAME in repr(page)
    assert "虚列支出两笔" not in repr(page)
    assert "会计" not in repr(page)
    assert {line.title for line in page.documents} == set()
    record = next(f for f in office.rows(File) if f.field.startswith("accusationInterviews"))
    with pytest.raises(NotFound):
        office.engine.query(q.GetFile(viewer="wen.jing", file_id=record.id))


def test_an_investigator_does_not_learn_who_accused(office: Office) -> None:
    """What was found is theirs; name, contact, proof of identity and the notice are not."""
    accuse(office)
    page = office.engine.query(q.CasePage(viewer="ding.fan", case_id=office.case_id))
    told = repr(page)
    assert "虚列支出两笔" in told
    assert NAME not in told
    assert PHONE not in told
    assert [line.title for line in page.documents] == ["检举控告调查报告"]
    identity = next(f for f in office.rows(File) if f.field == "identityFile")
    with pytest.raises(NotFound):
        office.engine.query(q.GetFile(viewer="ding.fan", file_id=identity.id))


def test_whoever_turns_out_to_be_the_reported_is_shut_out_then(office: Office) -> None:
    """Named at classification only: seen before by scope, not seen any more."""
    start(office, accusation=False, users=[])
    assert TITLE in repr(office.engine.query(q.CasePage(viewer="ye.qiu", case_id=office.case_id)))
    office.complete("C2_classify", "wen.jing", classified("信访程序类", ["ye.qiu"]))
    assert_nothing(office, "ye.qiu")


def test_an_accusation_is_walled_off_before_anybody_classifies_it(office: Office) -> None:
    """What the registrar says holds until classification, and then the class."""
    start(office, accusation=True, users=[])
    assert_nothing(office, "he.lixin")
    office.complete("C2_classify", "shi.jian", classified("信访程序类", []))
    assert TITLE in repr(office.engine.query(q.CasePage(viewer="he.lixin", case_id=office.case_id)))


@pytest.mark.parametrize("viewer", ["he.lixin", "su.lan", "yan.zheng", "liu.qing", "ye.qiu"])
def test_in_an_ordinary_petition_identity_is_for_the_petition_side(
    office: Office, viewer: str
) -> None:
    """They see the case and work on it; nothing in it tells who came."""
    start(office, accusation=False, users=[])
    office.complete("C2_classify", "wen.jing", classified("信访程序类", []))
    office.complete("C3_notify", "wen.jing", {
        "acceptDecision": "受理", "acceptedAt": "2026-09-01", "acceptReason": "属本乡职权。",
        "noticeMode": "直接送达", "deliveredAt": "2026-09-01",
    })  # fmt: skip
    page = office.engine.query(q.CasePage(viewer=viewer, case_id=office.case_id))
    task = office.task("C4_assign")
    view = office.engine.query(q.TaskPage(viewer=viewer, task_id=task.id))
    for told in (repr(page), repr(dataclasses.replace(view, form=None))):
        assert TITLE in told
        assert NAME not in told
        assert PHONE not in told
        assert "清水村三组" not in told
    assert page.documents == ()
    assert page.files == ()
    with pytest.raises(NotFound):
        office.engine.query(q.GetDocument(viewer=viewer, document_id=office.rows(Document)[0].id))
    for kind in ("wen.jing", "shi.jian"):
        assert NAME in repr(office.engine.query(q.CasePage(viewer=kind, case_id=office.case_id)))
