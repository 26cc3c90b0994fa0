"""Confidential fields: no formula, label, limit, message, title, copy or document tells them."""

from __future__ import annotations

from typing import Any

import pytest

from engine import catalog
from engine import queries as q
from engine.commands import Attach, SaveDraft
from engine.errors import AnswersInvalid, ModelRejected, YifaError
from engine.model.results import CaseResult
from tests.support.engines import Town, refusal
from tests.support.models import boundary, extensions, field, form, message, model, user

SECRET = "举报人李某某"
PROCESS = """
key = "p"
title = "信访"
start_form = "start"
title_expression = "=title"
[[confidential]]
fields = ["name", "when", "sum", "people"]
roles = ["petition"]
"""
START = form(
    field("title"),
    field("name"),
    field("when", "datetime", subtype="date"),
    field("sum", "number"),
)
GIVEN = {"title": "某事", "name": SECRET, "when": "2019-03-07", "sum": 73125}


def told(value: object) -> str:
    """Everything a page could show of a value."""
    return repr(value)


def started(town: Town, *parts: str, extra: str = "", **files: Any) -> CaseResult:
    """A case the petition officer registered, whose next step is for somebody who may not read all."""
    town.deploy(
        model(*parts, extra=extra), **{"process_toml": PROCESS, "start_form": START, **files}
    )
    return town.start("xin", answers=GIVEN)


def leaks(said: str) -> list[str]:
    """What of the secret is in a text."""
    return [word for word in (SECRET, "2019-03-07", "2019年3月7日", "73125") if word in said]


def test_a_form_shows_nothing_of_a_hidden_field(town: Town) -> None:
    """However its author mentions the field: label, help, default, choice, limit, table, text."""
    nosy = form(
        field("a", label="{{name}}", description="=name", properties={"help": "=name"}),
        field("b", "select", valuesExpression="=[name, string(sum)]"),
        field("c", "datetime", subtype="date", properties={"minDate": "=when"}),
        field("d", "number", validate={"max": "=sum"}),
        {"type": "text", "text": "{{name}} {{when}} {{#if name != null}}有{{/if}}"},
        field("e", appearance={"prefixAdorner": "=name", "suffixAdorner": "=string(sum)"}),
        field("name"),
        field("x", conditional={"hide": "=name = null"}),
        form_id="nosy",
    )
    case = started(town, user("a", groups="drafter", form="nosy"), "s>a>e", nosy_form=nosy)
    view = town.page("zhang", town.task("a"))
    assert view.form is not None
    shown = view.form.state(view.answers, view.context, now=town.clock.now())
    assert leaks(told(view.answers) + told(view.context) + told(shown.nodes)) == []
    assert leaks(told(town.case_page("zhang", case))) == []


@pytest.mark.parametrize(
    "nosy",
    [
        field("c", "datetime", subtype="date", properties={"minDate": "=when"}),
        field("c", "datetime", subtype="date", properties={"maxDate": "=when"}),
        field("d", "number", validate={"max": "=sum"}),
        field("d", "number", validate={"min": "=sum"}),
        field("f", properties={"validWhen": "=false", "validMessage": "{{name}}"}),
        field("f", label="=name", validate={"required": True, "minLength": 99}),
        field("b", "select", valuesExpression="=[name, string(sum)]", label="{{name}}"),
    ],
    ids=str,
)
def test_what_is_wrong_with_an_answer_tells_nothing_of_a_hidden_field(
    town: Town, nosy: dict[str, Any]
) -> None:
    sheet = form(nosy, form_id="nosy")
    try:
        started(town, user("a", groups="drafter", form="nosy"), "s>a>e", nosy_form=sheet)
    except ModelRejected:
        return
    for value in ("2001-01-01", "2031-01-01", -1e9, 1e9, "x", ""):
        try:
            town.complete("zhang", town.task("a"), {nosy["key"]: value})
        except YifaError as exc:
            said = exc.message("zh") + exc.message("en")
            if isinstance(exc, AnswersInvalid):
                said += told(exc.problems)
            assert leaks(said) == []
        else:
            return


def test_a_constraints_message_and_its_failure_tell_nothing(town: Town) -> None:
    case = started(
        town,
        user(
            "a",
            groups="drafter",
            constraint_1='number(name) > 1 and name = "x"',
            constraint_1_message="={{name}}",
        ),
        "s>a>e",
    )
    error = refusal(lambda: town.complete("zhang", town.task("a", case)))
    assert leaks(error.message("zh") + told(getattr(error, "problems", ""))) == []


# --- copies ------------------------------------------------------------------------------------------

SCRIPT = (
    '<scriptTask id="x1" name="整理">'
    + extensions('<zeebe:script expression="=&quot;由&quot; + name" resultVariable="copied"/>')
    + "</scriptTask>"
)
MAPPED = (
    '<scriptTask id="x1" name="整理">'
    + extensions(
        '<zeebe:script expression="=1" resultVariable="one"/>'
        '<zeebe:ioMapping><zeebe:output source="=name" target="copied"/></zeebe:ioMapping>'
    )
    + "</scriptTask>"
)
TWICE = (
    '<scriptTask id="x0">'
    + extensions('<zeebe:script expression="={who: name}" resultVariable="packed"/>')
    + "</scriptTask>"
    + '<scriptTask id="x1">'
    + extensions('<zeebe:script expression="=packed.who" resultVariable="copied"/>')
    + "</scriptTask>"
)


@pytest.mark.parametrize("copying", [SCRIPT, MAPPED, TWICE], ids=["script", "mapping", "twice"])
def test_what_is_made_of_a_hidden_field_is_hidden_too(town: Town, copying: str) -> None:
    """A copy under another name is still what somebody said in confidence."""
    way = "s>x0>x1>a>e" if "x0" in copying else "s>x1>a>e"
    reading = form(field("copied", readonly=True), field("note"), form_id="reading")
    case = started(
        town, copying, user("a", groups="drafter", form="reading"), way, reading_form=reading
    )
    assert SECRET in told(town.case(case).variables["copied"])
    view = town.page("zhang", town.task("a"))
    assert leaks(told(view.answers) + told(view.context)) == []
    town.complete("zhang", town.task("a"), {"note": "已阅"})
    for viewer in ("zhang", "qian"):
        assert leaks(told(town.case_page(viewer, case))) == []


def test_a_computed_field_does_not_copy_a_hidden_one_for_all_to_read(town: Town) -> None:
    sheet = form(
        {"type": "expression", "key": "copied", "expression": "=name"},
        field("note"),
        form_id="sheet",
    )
    case = started(town, user("a", groups="drafter", form="sheet"), "s>a>e", sheet_form=sheet)
    town.complete("zhang", town.task("a"), {"note": "x"})
    for viewer in ("zhang", "qian"):
        assert leaks(told(town.case_page(viewer, case))) == []


def test_each_of_several_is_as_hidden_as_the_list_they_come_from(town: Town) -> None:
    several = (
        '<userTask id="a" name="逐人"><extensionElements>'
        '<zeebe:assignmentDefinition candidateGroups="drafter"/></extensionElements>'
        "<multiInstanceLoopCharacteristics><extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person"/>'
        "</extensionElements></multiInstanceLoopCharacteristics></userTask>"
    )
    town.deploy(
        model(several, "s>a>e"),
        process_toml=PROCESS,
        start_form=form(field("title"), field("people", "taglist", values=[
            {"label": SECRET, "value": SECRET}])),
    )  # fmt: skip
    town.start("xin", answers={"title": "某事", "people": [SECRET]})
    assert leaks(told(town.page("zhang", town.task("a")).context)) == []


def test_no_title_is_made_of_a_hidden_field(town: Town) -> None:
    """Titles stand in every list, search, notice and file name."""
    telling = PROCESS.replace('"=title"', '\'=title + "（" + name + "）"\'')
    with pytest.raises(ModelRejected) as caught:
        town.deploy(
            model(user("a", groups="drafter"), "s>a>e"), process_toml=telling, start_form=START
        )
    assert any("name" in problem.zh for problem in caught.value.problems)


def test_fields_marked_confidential_in_a_form_are_so_everywhere(town: Town) -> None:
    """The mark and the manifest say the same: a field only marked would be hidden on one page alone."""
    marked = form(
        field("title"), field("phone", properties={"confidential": "true"}), form_id="start"
    )
    files = {
        "main.bpmn": model(user("a", groups="drafter"), "s>a>e"),
        "process.toml": PROCESS.encode(),
        "forms/start.form": marked,
    }
    problems = catalog.all_problems(files)
    assert any("phone" in problem.zh and problem.severity == "error" for problem in problems)


# --- who entered it ----------------------------------------------------------------------------------


def test_who_registered_a_case_does_not_read_what_others_wrote_over_it(town: Town) -> None:
    """“Who entered it may read it” is about their own words, not about whatever took their place."""
    process = PROCESS.replace('roles = ["petition"]', 'roles = ["discipline"]')
    town.deploy(
        model(
            user("a", groups="discipline,head", form="start"),
            user("b", groups="petition"),
            "s>a>b>e",
        ),
        process_toml=process,
        start_form=START,
    )
    case = town.start("xin", answers={**GIVEN, "name": "最初写的"})
    town.complete("ji", town.task("a", case), GIVEN)
    assert leaks(told(town.case_page("xin", case))) == []
    assert leaks(told(town.page("xin", town.task("b", case)).context)) == []


# --- by the way --------------------------------------------------------------------------------------


def test_drafts_files_and_returns_do_not_carry_a_hidden_field(town: Town) -> None:
    sheet = form(
        field("name"), field("sum", "number", properties={"opinion": "true"}), form_id="sheet"
    )
    case = started(
        town,
        user("a", groups="petition", form="sheet"),
        user("b", groups="drafter", form="sheet"),
        "s>a>b>e",
        sheet_form=sheet,
    )
    task = town.task("a")
    town.engine.execute(SaveDraft(actor="xin", task_id=task.id, answers={"name": SECRET}))
    file = town.engine.execute(
        Attach(actor="xin", name=f"{SECRET}.txt", content=b"x", task_id=task.id, field="name")
    )
    town.complete("xin", task, {"name": SECRET, "sum": 73125})
    view = town.page("zhang", town.task("b"))
    assert leaks(told(view)) == []
    assert leaks(told(town.case_page("qian", case))) == []
    refused = refusal(lambda: town.engine.query(q.GetFile(viewer="zhang", file_id=file.id)))
    assert leaks(refused.message("zh")) == []


def test_a_message_form_shows_nothing_of_a_hidden_field(town: Town) -> None:
    nosy = form(field("said", label="=name", description="{{name}}"), field("name"), form_id="nosy")
    case = started(
        town,
        user("a", groups="drafter"),
        boundary("m", "a", message="M", interrupting=False, sender="drafter", form="nosy"),
        "s>a>e",
        "m>e",
        extra=message("M", "news", key="title"),
        nosy_form=nosy,
    )
    view = town.case_page("zhang", case)
    (line,) = view.messages
    assert line.form is not None
    assert leaks(told(line.context) + told(line.answers)) == []
