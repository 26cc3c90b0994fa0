"""Drafts of processes: nothing is overwritten, nothing but the package's own is kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from engine import catalog
from engine import queries as q
from engine.clock import millis
from engine.commands import (
    SYSTEM,
    BeginProcess,
    Deploy,
    DiscardProcessDraft,
    KeepScenarioRun,
    SaveProcessDraft,
    SaveUser,
    StartProcess,
    TakeEditorSeat,
)
from engine.errors import Conflict, Forbidden, Invalid, ModelRejected, NotFound
from engine.model.results import DraftSaved
from tests.support.engines import Town
from tests.support.models import model, user

LINE = model(user("a", "起草", groups="drafter"), "s>a>e")
LONGER = model(user("a", "起草", groups="drafter"), user("b", "再看", groups="drafter"), "s>a>b>e")
OTHER = model(user("a", "拟稿", groups="drafter"), "s>a>e")


@pytest.fixture
def base(town: Town) -> str:
    """The version that is drawn on; two administrators, Zhang and Li."""
    for who in ("zhang", "li"):
        town.engine.execute(SaveUser(actor=SYSTEM, user_id=who, is_admin=True))
    return town.deploy(LINE).deployment_id


def save(town: Town, base: str, content: bytes, actor: str = "zhang", **more: Any) -> DraftSaved:
    command = SaveProcessDraft(
        actor=actor, process_key="p", base_id=base, files={"main.bpmn": content}, **more
    )
    saved: DraftSaved = town.engine.execute(command)
    return saved


def drawn(town: Town, state: str) -> bytes:
    files = town.engine.query(q.ProcessFiles(viewer="zhang", process_key="p", state=state))
    return files["main.bpmn"]


def test_a_draft_is_kept_and_saved_again_in_its_place(town: Town, base: str) -> None:
    first = save(town, base, LONGER)
    again = save(town, base, OTHER, draft_id=first.draft_id, expected_version=first.version)
    assert (again.draft_id, again.version, again.beside) == (first.draft_id, 2, "")
    assert drawn(town, first.draft_id) == OTHER
    view = town.engine.query(
        q.ProcessEditor(viewer="zhang", process_key="p", draft_id=first.draft_id)
    )
    assert view.draft is not None
    assert (view.draft.version, view.draft.mine, view.draft.base_version) == (2, True, 1)


def test_who_saves_second_overwrites_nothing_and_is_told(town: Town, base: str) -> None:
    first = save(town, base, LINE)
    save(town, base, LONGER, draft_id=first.draft_id, expected_version=1)
    second = save(town, base, OTHER, actor="li", draft_id=first.draft_id, expected_version=1)
    assert second.beside == first.draft_id
    assert second.draft_id != first.draft_id
    assert drawn(town, first.draft_id) == LONGER
    assert drawn(town, second.draft_id) == OTHER
    compared = town.engine.query(
        q.CompareProcess(viewer="li", process_key="p", old=base, new=second.draft_id)
    )
    assert {change.element for change in compared.changes if change.how == "changed"} == {"a"}


def test_the_same_content_saved_twice_is_one_draft(town: Town, base: str) -> None:
    first = save(town, base, LONGER)
    again = save(town, base, LONGER, actor="li", draft_id=first.draft_id, expected_version=0)
    assert (again.draft_id, again.version, again.beside) == (first.draft_id, 1, "")


def test_who_draws_another_file_of_a_draft_stands_in_nobodys_way(town: Town, base: str) -> None:
    def keep(actor: str, path: str, text: bytes, seen: bytes, **more: Any) -> DraftSaved:
        digest = hashlib.sha256(seen).hexdigest() if seen else ""
        command = SaveProcessDraft(
            actor=actor,
            process_key="p",
            base_id=base,
            files={path: text},
            seen={path: digest},
            **more,
        )
        saved: DraftSaved = town.engine.execute(command)
        return saved

    first = keep("zhang", "main.bpmn", LONGER, LINE)
    at = {"draft_id": first.draft_id, "expected_version": 1}
    rules = keep("li", "rules.dmn", b"<one/>", b"", **at)
    again = keep("zhang", "main.bpmn", OTHER, LONGER, **at)
    assert (rules.draft_id, again.draft_id, again.version) == (first.draft_id, first.draft_id, 3)
    files = town.engine.query(q.ProcessFiles(viewer="li", process_key="p", state=first.draft_id))
    assert (files["main.bpmn"], files["rules.dmn"]) == (OTHER, b"<one/>")

    late = keep("zhang", "rules.dmn", b"<two/>", b"", **at)  # made without having seen <one/>
    assert late.beside == first.draft_id
    files = town.engine.query(q.ProcessFiles(viewer="li", process_key="p", state=late.draft_id))
    assert (files["main.bpmn"], files["rules.dmn"]) == (OTHER, b"<two/>")


def test_a_draft_that_was_discarded_meanwhile_is_kept_anew(town: Town, base: str) -> None:
    first = save(town, base, LINE)
    town.engine.execute(
        DiscardProcessDraft(actor="li", draft_id=first.draft_id, expected_version=first.version)
    )
    again = save(town, base, LONGER, draft_id=first.draft_id, expected_version=1)
    assert drawn(town, again.draft_id) == LONGER


def test_a_draft_saved_meanwhile_is_not_discarded(town: Town, base: str) -> None:
    first = save(town, base, LINE)
    save(town, base, LONGER, draft_id=first.draft_id, expected_version=1)
    stale = DiscardProcessDraft(actor="li", draft_id=first.draft_id, expected_version=1)
    with pytest.raises(Conflict) as refused:
        town.engine.execute(stale)
    assert "保存过" in refused.value.message("zh")
    assert drawn(town, first.draft_id) == LONGER


def test_only_administrators_draw_and_see_drafts(town: Town, base: str) -> None:
    kept = save(town, base, LONGER)
    with pytest.raises(Forbidden):
        save(town, base, LINE, actor="wang")
    for command in (
        DiscardProcessDraft(actor="wang", draft_id=kept.draft_id, expected_version=1),
        TakeEditorSeat(actor="wang", process_key="p"),
    ):
        with pytest.raises(Forbidden):
            town.engine.execute(command)
    questions: tuple[q.Query[Any], ...] = (
        q.ProcessEditor(viewer="wang", process_key="p"),
        q.Editors(viewer="wang", process_key="p"),
        q.ProcessFiles(viewer="wang", process_key="p", state=base),
        q.CompareProcess(viewer="wang", process_key="p", old=base, new=kept.draft_id),
        q.ElementTemplates(viewer="wang"),
    )
    for question in questions:
        with pytest.raises(Forbidden):
            town.engine.query(question)


def test_what_is_no_text_of_the_package_is_not_kept(town: Town, base: str) -> None:
    for path, content in (
        ("../main.bpmn", b"x"),
        ("shelf/deadlines.toml", b"x"),
        ("main.bpmn", b"\xff\xfe"),
        ("main.bpmn", b"a\0b"),
    ):
        command = SaveProcessDraft(
            actor="zhang", process_key="p", base_id=base, files={path: content}
        )
        with pytest.raises(Invalid):
            town.engine.execute(command)
    assert town.engine.query(q.ProcessEditor(viewer="zhang", process_key="p")).drafts == ()


def test_a_version_of_another_process_is_no_base_and_no_state(town: Town, base: str) -> None:
    with pytest.raises(NotFound):
        town.engine.execute(
            SaveProcessDraft(actor="zhang", process_key="q", base_id=base, files={})
        )
    with pytest.raises(NotFound):
        town.engine.query(q.ProcessFiles(viewer="zhang", process_key="q", state=base))


def test_who_has_the_editor_open_is_seen_until_they_leave(town: Town, base: str) -> None:
    def others(viewer: str) -> tuple[str, ...]:
        return town.engine.query(q.Editors(viewer=viewer, process_key="p"))

    town.engine.execute(TakeEditorSeat(actor="zhang", process_key="p"))
    town.engine.execute(TakeEditorSeat(actor="zhang", process_key="p"))
    assert len(others("li")) == 1
    assert others("zhang") == ()
    town.engine.execute(TakeEditorSeat(actor="zhang", process_key="p", leaves=True))
    assert others("li") == ()
    town.engine.execute(TakeEditorSeat(actor="zhang", process_key="p"))
    town.clock.advance(timedelta(minutes=2))  # a page that is not heard of any more
    assert others("li") == ()


def test_what_differs_beside_the_drawing_is_named(town: Town, base: str) -> None:
    command = SaveProcessDraft(
        actor="zhang", process_key="p", base_id=base, files={"law.toml": b"# new"}
    )
    kept = town.engine.execute(command)
    compared = town.engine.query(
        q.CompareProcess(viewer="zhang", process_key="p", old=base, new=kept.draft_id)
    )
    assert compared.changes == ()
    assert compared.files == (("law.toml", "added"),)


def test_templates_offer_the_limits_of_the_catalogue(town: Town, base: str) -> None:
    made = town.engine.query(q.ElementTemplates(viewer="zhang"))
    assert len({each["id"] for each in made}) == len(made)
    offered = next(
        field["choices"]
        for field in made[0]["properties"]
        if field["binding"] == {"type": "zeebe:property", "name": "deadline"}
    )
    view = town.engine.query(q.ProcessEditor(viewer="zhang", process_key="p"))
    assert [each["value"] for each in offered] == ["", *(c.id for c in view.choices["deadlines"])]


# ---------------------------------------------------------------------- what there is not yet


def package(key: str = "p") -> dict[str, bytes]:
    manifest = f'key = "{key}"\ntitle = "新流程"\nstart_roles = ["drafter"]\n'
    return {"main.bpmn": LINE, "process.toml": manifest.encode()}


def test_a_new_process_is_drawn_before_anybody_can_start_it(town: Town) -> None:
    town.engine.execute(SaveUser(actor=SYSTEM, user_id="zhang", is_admin=True))
    begun: DraftSaved = town.engine.execute(BeginProcess(actor="zhang", files=package()))
    ask = town.engine.query
    view = ask(q.ProcessEditor(viewer="zhang", process_key="p", draft_id=begun.draft_id))
    assert (view.title, view.base_version, view.newest_version) == ("新流程", 0, 0)
    assert drawn(town, begun.draft_id) == LINE
    (line,) = ask(q.BegunProcesses(viewer="zhang"))
    assert (line.key, line.title, [d.id for d in line.drafts]) == ("p", "新流程", [begun.draft_id])
    assert ask(q.Processes(viewer="zhang")) == ()
    with pytest.raises(NotFound):
        town.engine.execute(StartProcess(actor="zhang", process_key="p", answers={}))
    with pytest.raises(NotFound):
        ask(q.ProcessPage(viewer="zhang", key="p"))
    with pytest.raises(Conflict):
        town.engine.execute(BeginProcess(actor="zhang", files=package()))

    saved = save(town, view.base_id, LONGER, draft_id=begun.draft_id, expected_version=1)
    changes = ask(
        q.CompareProcess(viewer="zhang", process_key="p", old=view.base_id, new=saved.draft_id)
    )
    assert (changes.title, changes.old_title) == ("新流程", "起始稿")
    assert "b" in {change.element for change in changes.changes}
    files = ask(q.ProcessFiles(viewer="zhang", process_key="p", state=saved.draft_id))
    made = town.engine.execute(Deploy(actor="zhang", files=files, expected_version=0))
    assert made.version == 1
    assert ask(q.BegunProcesses(viewer="zhang")) == ()
    assert len(ask(q.ProcessPage(viewer="zhang", key="p")).versions) == 1
    town.engine.execute(
        DiscardProcessDraft(actor="zhang", draft_id=saved.draft_id, expected_version=2)
    )
    assert ask(q.ProcessEditor(viewer="zhang", process_key="p")).newest_version == 1


def test_a_new_process_that_nobody_draws_any_more_frees_its_key(town: Town) -> None:
    town.engine.execute(SaveUser(actor=SYSTEM, user_id="zhang", is_admin=True))
    begun: DraftSaved = town.engine.execute(BeginProcess(actor="zhang", files=package()))
    town.engine.execute(TakeEditorSeat(actor="zhang", process_key="p"))
    town.engine.execute(
        DiscardProcessDraft(actor="zhang", draft_id=begun.draft_id, expected_version=1)
    )
    assert town.engine.query(q.BegunProcesses(viewer="zhang")) == ()
    with pytest.raises(NotFound):
        town.engine.query(q.ProcessEditor(viewer="zhang", process_key="p"))
    town.engine.execute(BeginProcess(actor="zhang", files=package()))


def test_only_administrators_begin_and_only_what_is_whole(town: Town) -> None:
    town.engine.execute(SaveUser(actor=SYSTEM, user_id="zhang", is_admin=True))
    with pytest.raises(ModelRejected):
        town.engine.execute(BeginProcess(actor="zhang", files={"main.bpmn": b"<x/>"}))
    with pytest.raises(Forbidden):
        town.engine.execute(BeginProcess(actor="wang", files=package()))
    with pytest.raises(Forbidden):
        town.engine.query(q.BegunProcesses(viewer="wang"))


# ---------------------------------------------------------------------- files taken away, renamed


FORM = b'{"components": [{"type": "textfield", "key": "x", "label": "x"}]}'
FORMED = model(user("a", "填表", groups="drafter", form="f"), "s>a>e")


def kept(town: Town, state: str) -> dict[str, bytes]:
    files = town.engine.query(q.ProcessFiles(viewer="zhang", process_key="p", state=state))
    return dict(files)


def with_form(town: Town) -> str:
    manifest = b'key = "p"\ntitle = "t"\nstart_roles = ["drafter"]\nstart_form = "f"\n'
    files = {"main.bpmn": FORMED, "process.toml": manifest, "forms/f.form": FORM}
    made = town.engine.execute(Deploy(actor=SYSTEM, files=files))
    return str(made.deployment_id)


def change(town: Town, base: str, changes: Any, **more: Any) -> DraftSaved:
    saved: DraftSaved = town.engine.execute(
        SaveProcessDraft(actor="zhang", process_key="p", base_id=base, files=changes, **more)
    )
    return saved


def test_a_file_is_taken_out_of_a_draft_and_put_back(town: Town, base: str) -> None:
    base = with_form(town)
    first = change(town, base, {"forms/f.form": None})
    assert "forms/f.form" not in kept(town, first.draft_id)
    lines = town.engine.query(
        q.PackageContents(viewer="zhang", process_key="p", state=first.draft_id)
    )
    (gone,) = [line for line in lines if line.how == "removed"]
    assert [(use.how, use.element) for use in gone.uses] == [("start", ""), ("task", "a")]
    view = town.engine.query(
        q.ProcessEditor(viewer="zhang", process_key="p", draft_id=first.draft_id)
    )
    assert view.choices["forms"] == ()
    with pytest.raises(ModelRejected) as refused:
        town.engine.execute(Deploy(actor="zhang", files=kept(town, first.draft_id)))
    assert {each.code for each in refused.value.problems} == {"missing-reference"}
    at = {"draft_id": first.draft_id, "expected_version": 1}
    again = change(town, base, {"forms/f.form": FORM}, **at)
    assert kept(town, again.draft_id) == kept(town, base)


def test_what_somebody_changed_meanwhile_is_not_taken_away(town: Town, base: str) -> None:
    base = with_form(town)
    seen = {"forms/f.form": hashlib.sha256(FORM).hexdigest()}
    first = change(town, base, {"forms/f.form": FORM + b" "}, seen=seen)
    late = change(
        town, base, {"forms/f.form": None}, draft_id=first.draft_id, expected_version=0, seen=seen
    )
    assert late.beside == first.draft_id
    assert kept(town, first.draft_id)["forms/f.form"] == FORM + b" "


def test_a_renamed_form_is_renamed_wherever_it_is_named(town: Town, base: str) -> None:
    base = with_form(town)
    before = kept(town, base)
    saved = change(town, base, catalog.renamed(before, "forms/f.form", "g"))
    after = kept(town, saved.draft_id)
    assert after["forms/g.form"] == FORM
    assert "forms/f.form" not in after
    made = town.engine.execute(Deploy(actor="zhang", files=after))
    assert made.new
    back = change(
        town,
        base,
        catalog.renamed(after, "forms/g.form", "f"),
        draft_id=saved.draft_id,
        expected_version=1,
    )
    assert kept(town, back.draft_id) == before


def test_what_a_package_must_have_stays(town: Town, base: str) -> None:
    for path in ("main.bpmn", "process.toml"):
        with pytest.raises(Invalid):
            change(town, base, {path: None})


# ---------------------------------------------------------------------- what came of scenarios


def run(town: Town, state: str, actor: str = "zhang", **result: Any) -> None:
    town.engine.execute(
        KeepScenarioRun(actor=actor, process_key="p", state=state, sha256="x", result=result)
    )


def last(town: Town, state: str, viewer: str = "li") -> Any:
    return town.engine.query(q.LastScenarioRun(viewer=viewer, process_key="p", state=state))


def test_the_last_run_of_a_version_or_draft_is_kept(town: Town, base: str) -> None:
    draft = save(town, base, LONGER)
    assert last(town, base) is None
    run(town, base, n=1)
    run(town, base, n=2)
    run(town, draft.draft_id, n=3)
    found = last(town, base)
    assert (found.result, found.sha256, found.ran_at) == ({"n": 2}, "x", millis(town.clock.now()))
    assert last(town, draft.draft_id).result == {"n": 3}
    town.engine.execute(
        DiscardProcessDraft(actor="li", draft_id=draft.draft_id, expected_version=1)
    )
    run(town, draft.draft_id, n=4)  # it was discarded while they ran
    assert last(town, draft.draft_id) is None
    assert last(town, "nothing") is None


def test_only_administrators_keep_and_see_runs_and_none_that_is_too_large(
    town: Town, base: str
) -> None:
    with pytest.raises(Forbidden):
        run(town, base, actor="wang")
    with pytest.raises(Forbidden):
        last(town, base, "wang")
    with pytest.raises(Invalid):
        run(town, base, text="x" * 4_000_000)
