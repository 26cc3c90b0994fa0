"""How much anybody may put in: at once, in drafts, in a form, in a request."""

from __future__ import annotations

from io import BytesIO

from engine import queries as q
from engine.commands import (
    SYSTEM,
    CompleteTask,
    GiveUpJob,
    GrantRole,
    PauseClock,
    RunJob,
    SaveDraft,
    SaveStartDraft,
)
from engine.errors import AnswersInvalid, Conflict, Forbidden, YifaError
from engine.forms.limits import FILES
from engine.model import rows
from tests.support.engines import Town, refusal
from tests.support.models import definitions, field, form, model, user
from tests.support.models import process as drawn
from tests.support.office import LEGAL, Office


def test_a_draft_holds_no_more_than_a_form(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter"), "s>a>e"))
    case = town.start("zhang")
    task = town.task("a", case)
    deep: object = "x"
    for _ in range(2_000):
        deep = [deep]
    for answers in (
        {f"a{number}": "x" * 190_000 for number in range(20)},
        {"a": [1] * 30_000},
        {"a": deep},
        {"a": "x" * 300_000},
    ):
        for command in (
            SaveDraft(actor="zhang", task_id=task.id, answers=answers),
            CompleteTask(actor="zhang", task_id=task.id, answers=answers),
            SaveStartDraft(actor="zhang", process_key="p", answers=answers),
        ):
            assert isinstance(refusal(lambda c=command: town.engine.execute(c)), AnswersInvalid)


def test_nobody_keeps_drafts_without_end(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter"), "s>a>e"))
    draft = SaveStartDraft(actor="zhang", process_key="p", answers={"a": 1})
    kept = [town.engine.execute(draft) for _ in range(100)]
    assert isinstance(refusal(lambda: town.engine.execute(draft)), Conflict)
    again = SaveStartDraft(actor="zhang", process_key="p", answers={"a": 2}, draft_id=kept[0])
    assert town.engine.execute(again) == kept[0]


def test_a_form_with_very_many_fields_or_rows_costs_little(town: Town) -> None:
    listed = {
        "type": "dynamiclist", "path": "rows", "id": "rows", "label": "行",
        "components": [field("x", "number", validate={"max": "=sum(rows.x) + 1"})],
    }  # fmt: skip
    sheet = form(listed, form_id="sheet")
    town.deploy(model(user("a", groups="drafter", form="sheet"), "s>a>e"), sheet_form=sheet)
    case = town.start("zhang")
    task = town.task("a", case)
    answers = {"rows": [{"x": 1, "y": "z" * 50}] * 5_000}
    assert isinstance(refusal(lambda: town.complete("zhang", task, answers)), YifaError)


def test_many_files_at_once_are_refused_before_one_is_kept(office: Office) -> None:
    case_id = office.at_review()
    visitor = office.client(LEGAL)
    files = [(BytesIO(b"x"), f"{number}.txt") for number in range(FILES + 1)]
    answer = visitor.post(f"/cases/{case_id}/files", {"file": files})
    assert answer.status_code == 422
    view = office.engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id))
    assert view.files == ()


def test_jobs_are_for_the_house_alone(town: Town) -> None:
    town.engine.execute(GrantRole(actor=SYSTEM, user_id="zhang", role="head"))
    job = town.rows(rows.Job)[0]
    for command in (
        RunJob(actor="root", job_id=job.id, lease="x"),
        GiveUpJob(actor="root", job_id=job.id, lease="x", error="x"),
    ):
        assert isinstance(refusal(lambda c=command: town.engine.execute(c)), Forbidden)


def test_who_registered_a_walled_case_does_not_stop_its_clocks(town: Town) -> None:
    process = 'key = "p"\ntitle = "t"\n[[wall]]\nwhen = "true"\ntrack = "discipline"\nroles = ["discipline"]\n'
    model_ = definitions(drawn(user("a", groups="discipline"), "s>a>e", deadline="t.review"))
    town.deploy(model_, process_toml=process)
    case = town.start("xin")
    clocks = town.rows(rows.Clock, root_id=case.case_id)
    for clock in clocks:
        command = PauseClock(
            actor="xin", case_id=case.case_id, clock_id=clock.id, reason="third-party"
        )
        assert isinstance(refusal(lambda c=command: town.engine.execute(c)), Forbidden)
    assert clocks
