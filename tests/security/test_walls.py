"""Accusations: what must not be seen, counted, searched, guessed or changed from outside the wall.

检举控告材料不得让被举报人/单位看到（信访工作条例第30条）: neither the material nor that there is any.
"""

from __future__ import annotations

from typing import Any

from engine import queries as q
from engine.commands import (
    SYSTEM,
    AddComment,
    BroadcastSignal,
    CorrelateMessage,
    Deploy,
    PauseClock,
    ResolveIncident,
    SaveDraft,
)
from engine.errors import EvaluationFailed, ModelRejected, NotFound
from engine.model import rows
from engine.model.results import CaseResult
from tests.support.engines import Town, refusal
from tests.support.models import call, catch, field, form, message, model, user

PROCESS = """
key = "p"
title = "信访"
start_roles = ["petition", "drafter", "legal"]
start_form = "start"
title_expression = "=title"
[[wall]]
when = 'kind = "检举控告"'
track = "discipline"
roles = ["discipline"]
[[exclude]]
who = "=respondents"
[[confidential]]
fields = ["name", "proof"]
roles = ["petition", "discipline"]
"""
START = form(
    field("title"),
    field("kind"),
    field("respondents", "taglist", properties={"picker": "people"}),
    field("name"),
    field("proof", "filepicker"),
)
LINE = model(
    user("a", "核实", groups="discipline,petition", form="start"),
    user("b", "反馈", groups="discipline"),
    "s>a>b>e",
)


def accuse(
    town: Town, model_: bytes = LINE, *, start: bool = True, **answers: object
) -> CaseResult:
    """An accusation against the unit head of finance, registered by the petition officer."""
    if start:
        town.deploy(model_, process_toml=PROCESS, start_form=START)
    given = {
        "title": "反映某人违纪",
        "kind": "检举控告",
        "respondents": ["wang"],
        "name": "举报人甲",
    }
    return town.start("xin", answers={**given, **answers})


def ordinary(town: Town, **answers: Any) -> CaseResult:
    """A complaint behind no wall."""
    return accuse(town, start=False, kind="建议意见", respondents=[], **answers)


# --- counts and lists --------------------------------------------------------------------------------


def test_no_count_of_processes_tells_of_walled_cases(town: Town) -> None:
    accuse(town)
    ordinary(town)
    (line,) = town.engine.query(q.Processes(viewer="root"))
    assert line.running == 1
    view = town.engine.query(q.ProcessPage(viewer="root", key="p"))
    assert view.versions[0].running == 1
    for viewer in ("wang", "zhang", "qian"):
        (line,) = town.engine.query(q.Processes(viewer=viewer))
        assert line.running == 0, viewer


def test_jobs_of_walled_cases_are_not_listed_for_administrators(town: Town) -> None:
    timed = model(
        user("a", groups="discipline"),
        '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
        "<timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>",
        "s>a>e",
        "t>e",
    )
    walled = accuse(town, timed)
    plain = ordinary(town)
    listed = {job.case_id for job in town.engine.query(q.Jobs(viewer="root"))}
    assert plain.case_id in listed
    assert walled.case_id not in listed


def test_a_draft_saved_before_the_wall_rose_is_not_listed_behind_it(town: Town) -> None:
    rising = model(
        user("a", "核实", groups="drafter", form="start"),
        user("c", "分类", groups="petition", form="start"),
        "s>g1",
        "g1>a>e1",
        "g1>c>e2",
    )
    town.deploy(rising, process_toml=PROCESS, start_form=START)
    case = ordinary(town, title="起初只是建议")
    task = town.task("a", case)
    town.engine.execute(SaveDraft(actor="zhou", task_id=task.id, answers={"title": "草稿"}))
    assert len(town.inbox("zhou", "drafts")) == 1
    answers = {"title": "起初只是建议", "kind": "检举控告", "respondents": [], "name": "甲"}
    town.complete("xin", town.task("c", case), answers)
    assert town.case(case).track == "discipline"
    assert town.inbox("zhou", "drafts") == []
    assert town.engine.query(q.HomeFrame(viewer="zhou")).counts["drafts"] == 0
    refused = refusal(lambda: town.page("zhou", task))
    assert isinstance(refused, NotFound)


def test_who_is_accused_finds_nothing_anywhere(town: Town) -> None:
    case = accuse(town)
    for who in ("wang", "root", "zhang", "li"):
        home = town.engine.query(q.HomeFrame(viewer=who))
        assert not any(home.counts.values()), who
        for tab in ("todo", "claim", "read", "drafts", "done", "started"):
            assert town.inbox(who, tab) == []
        page = town.engine.query(q.Cases(viewer=who, text="违纪"))
        assert page.rows == ()
        assert not any(town.engine.query(q.CaseCounts(viewer=who)).values())
        assert isinstance(refusal(lambda who=who: town.case_page(who, case)), NotFound)


# --- guessing ----------------------------------------------------------------------------------------


def test_what_is_behind_a_wall_answers_as_what_does_not_exist(town: Town) -> None:
    """The same sentence for a file, document, task, case that is hidden and for one that is not there."""
    case = accuse(town)
    with town.engine.house.store.write() as tx:
        tx.insert(
            rows.File(
                tenant=tx.tenant, id="f" * 26, root_id=case.case_id, instance_id=case.case_id,
                name="证据.pdf", media_type="application/pdf", size=1, sha256="0" * 64,
                uploaded_by="xin", uploaded_at=1,
            )
        )  # fmt: skip
        tx.insert(
            rows.Document(
                tenant=tx.tenant, id="d" * 26, instance_id=case.case_id, root_id=case.case_id,
                template="x", title="x", state="ready", data={}, made_by="xin", task_id=None,
            )
        )  # fmt: skip
    nowhere = "0" * 26

    def said(query: q.Query[Any]) -> str:
        return refusal(lambda: town.engine.query(query)).message("zh")

    for who in ("wang", "root"):
        assert said(q.GetFile(viewer=who, file_id="f" * 26)) == said(
            q.GetFile(viewer=who, file_id=nowhere)
        )
        assert said(q.GetDocument(viewer=who, document_id="d" * 26)) == said(
            q.GetDocument(viewer=who, document_id=nowhere)
        )
        assert said(q.InstanceModel(viewer=who, instance_id=case.case_id)) == said(
            q.InstanceModel(viewer=who, instance_id=nowhere)
        )
        assert said(q.TaskPage(viewer=who, task_id=town.task("a", case).id)) == said(
            q.TaskPage(viewer=who, task_id=nowhere)
        )


WAITING = model(
    user("a", groups="discipline"),
    catch("m", "M", sender="petition"),
    "s>a>m>e",
    extra=message("M", "reply", key="case.number"),
)


def test_an_administrators_message_does_not_tell_which_walled_case_waits(town: Town) -> None:
    process = PROCESS.replace(
        'title = "信访"', 'title = "信访"\ncase_number = "信〔{year}〕{seq}号"'
    )
    town.deploy(WAITING, process_toml=process, start_form=START)
    case = accuse(town, start=False)
    town.complete("ji", town.task("a", case), {})

    def send(key: str) -> str:
        command = CorrelateMessage(actor="root", name="reply", correlation_key=key)
        return refusal(lambda: town.engine.execute(command)).message("zh")

    assert send(case.case_no) == send("信〔2026〕999号")


def test_a_signal_of_an_administrator_does_not_reach_behind_a_wall(town: Town) -> None:
    """Its content would become variables of the case: the wall itself hangs on them."""
    listening = model(
        user("a", groups="petition"),
        '<intermediateCatchEvent id="w"><signalEventDefinition signalRef="S"/></intermediateCatchEvent>',
        "s>w>a>e",
        extra='<signal id="S" name="office-news"/>',
    )
    town.deploy(listening, process_toml=PROCESS, start_form=START)
    walled, plain = accuse(town, start=False), ordinary(town)
    reached = town.engine.execute(
        BroadcastSignal(actor="root", name="office-news", answers={"kind": "建议意见"})
    )
    town.run_due()
    assert reached == 1
    assert town.case(walled).track == "discipline"
    assert town.case(walled).variables["kind"] == "检举控告"
    assert "a" in town.tasks(plain)


# --- incidents ---------------------------------------------------------------------------------------


def stuck(town: Town, case: CaseResult, zh: str = "“举报人甲”不是数") -> rows.Incident:
    """Something in a case got stuck; its message may repeat what the case says."""
    incident = rows.Incident(
        tenant=town.engine.house.store.tenant, id=f"incident-{case.case_id}"[:26].ljust(26, "0"),
        instance_id=case.case_id, root_id=case.case_id, key="k", element_id="accusation_investigate",
        code="expression", zh=zh, en=zh, opened_at=1,
    )  # fmt: skip
    with town.engine.house.store.write() as tx:
        tx.insert(incident)
    return incident


def test_an_incident_behind_a_wall_tells_an_administrator_only_that_there_is_one(
    town: Town,
) -> None:
    case = accuse(town)
    stuck(town, case)
    (line,) = town.engine.query(q.Incidents(viewer="root"))
    said = repr(line)
    for secret in ("举报人甲", "accusation", "违纪", case.case_id, case.case_no or "-" * 9):
        assert secret not in said


def test_an_accused_administrator_sees_no_incident_of_the_accusation(town: Town) -> None:
    case = accuse(town, respondents=["root"])
    incident = stuck(town, case)
    assert town.engine.query(q.Incidents(viewer="root")) == ()
    command = ResolveIncident(actor="root", incident_id=incident.id)
    assert isinstance(refusal(lambda: town.engine.execute(command)), NotFound)


def test_mending_an_incident_does_not_change_what_a_walled_case_says(town: Town) -> None:
    case = accuse(town)
    incident = stuck(town, case)
    command = ResolveIncident(
        actor="root", incident_id=incident.id, answers={"kind": "建议意见", "respondents": []}
    )
    refusal(lambda: town.engine.execute(command))
    assert town.case(case).track == "discipline"
    assert town.case(case).variables["kind"] == "检举控告"
    assert isinstance(refusal(lambda: town.case_page("root", case)), NotFound)


# --- acting ------------------------------------------------------------------------------------------


def test_who_is_accused_can_do_nothing_to_the_case(town: Town) -> None:
    case = accuse(town)
    task = town.task("a", case)
    for who in ("wang", "root"):
        for act in (
            lambda who=who: town.claim(who, task),
            lambda who=who: town.complete(who, task),
            lambda who=who: town.engine.execute(
                AddComment(actor=who, case_id=case.case_id, text="?")
            ),
            lambda who=who: town.engine.execute(
                PauseClock(actor=who, case_id=case.case_id, clock_id="0" * 26, reason="x")
            ),
        ):
            assert isinstance(refusal(act), NotFound)


def test_an_exclusion_that_cannot_be_worked_out_refuses_the_step(town: Town) -> None:
    """A formula that fails must not let the accused in."""
    broken = PROCESS.replace("=respondents", "=for a in 1..999999, b in 1..999999 return a + b")
    town.deploy(LINE, process_toml=broken, start_form=START)
    assert isinstance(refusal(lambda: ordinary(town)), EvaluationFailed)
    assert town.rows(rows.Instance) == []


def test_what_an_administrator_sends_is_checked_by_the_messages_form(town: Town) -> None:
    """Else a message would be a way to set any variable of any case, the reviewer's verdict too."""
    answered = model(
        catch("m", "M", sender="legal", form="reply"),
        user("a", groups="drafter"),
        "s>m>a>e",
        extra=message("M", "reply", key="title"),
    )
    reply = form(field("said"), form_id="reply")
    town.deploy(answered, process_toml=PROCESS, start_form=START, reply_form=reply)
    case = ordinary(town, title="待复")
    command = CorrelateMessage(
        actor="root",
        name="reply",
        correlation_key="待复",
        answers={"said": "收到", "verdict": "合法"},
    )
    town.engine.execute(command)
    variables = town.case(case).variables
    assert variables["said"] == "收到"
    assert "verdict" not in variables


# --- other processes -----------------------------------------------------------------------------------


def test_no_other_process_sets_what_a_wall_hangs_on(town: Town) -> None:
    """By a message it sends, a signal, or the results of a call: a package of an evening's work."""
    waiting = model(
        catch("m", "M", sender="discipline"),
        user("a", groups="discipline"),
        "s>m>a>e",
        extra=message("M", "reply", key="title"),
    )
    town.deploy(waiting, process_toml=PROCESS, start_form=START)
    case = accuse(town, start=False)
    sent = CorrelateMessage(
        actor=SYSTEM,
        name="reply",
        correlation_key="反映某人违纪",
        answers={"kind": "建议意见", "respondents": [], "said": "收到"},
    )
    town.engine.execute(sent)
    variables = town.case(case).variables
    assert (variables["kind"], variables["said"]) == ("检举控告", "收到")
    assert town.case(case).track == "discipline"


def test_a_called_process_does_not_take_down_its_callers_wall(town: Town) -> None:
    lowering = model(
        '<scriptTask id="x1"><extensionElements><zeebe:script expression="=&quot;建议意见&quot;"'
        ' resultVariable="kind"/></extensionElements></scriptTask>',
        user("h", groups="discipline"),
        "s>x1>h>e",
        process_id="child",
    )
    town.deploy(lowering)
    calling = model(call("c", "child"), user("a", groups="discipline"), "s>c>a>e")
    town.deploy(calling, process_toml=PROCESS, start_form=START)
    case = accuse(town, start=False)
    town.complete("ji", town.task("h"))
    assert town.case(case).variables["kind"] == "检举控告"
    assert town.case(case).track == "discipline"


def test_a_version_that_protects_less_needs_a_reason_that_is_kept(town: Town) -> None:
    town.deploy(LINE, process_toml=PROCESS, start_form=START)
    less = {
        "wall": PROCESS.replace("when = 'kind = \"检举控告\"'", "when = 'false'"),
        "exclude": PROCESS.replace("=respondents", "=[]"),
        "confidential": PROCESS.replace('fields = ["name", "proof"]', 'fields = ["proof"]'),
        "readers": PROCESS.replace('["petition", "discipline"]\n', '["petition", "head"]\n'),
    }
    for what, manifest in less.items():
        assert manifest != PROCESS, what
        files = {"main.bpmn": LINE, "process.toml": manifest.encode(), "forms/start.form": START}
        error = refusal(lambda f=files: town.engine.execute(Deploy(actor="root", files=f)))
        assert isinstance(error, ModelRejected), what
        assert error.problems[0].code == "protection-weakened"
    told = Deploy(actor="root", files=files, note="县纪委通知第3号")
    town.engine.execute(told)
    entry = town.rows(rows.AuditEntry, chain="office", action="deploy")[-1]
    assert "confidential name" in entry.data["weaker"]
    assert entry.data["note"] == "县纪委通知第3号"
    more = manifest.replace('["name", "proof"]', '["name", "proof", "title2"]')
    town.engine.execute(
        Deploy(
            actor="root",
            files={"main.bpmn": LINE, "process.toml": more.encode(), "forms/start.form": START},
        )
    )
