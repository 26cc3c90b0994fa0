"""Repeating groups and groups: rows, their scope, their count, and where problems point."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.forms import Form, parse

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)


def form(*components: dict[str, Any]) -> Form:
    return parse({"type": "default", "id": "F", "schemaVersion": 18, "components": [*components]})


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": key, **more}


def listed(path: str, *components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "dynamiclist", "path": path, "label": path, "components": [*components], **more}


REQUIRED = {"required": True}


def codes(outcome: Any) -> list[tuple[str, str]]:
    return [(p.code.removeprefix("form."), p.where) for p in outcome.problems]


def test_a_problem_in_a_row_points_at_the_row() -> None:
    bases = form(listed("bases", text("title", validate=REQUIRED), text("no")))
    outcome = bases.validate({"bases": [{"title": "法"}, {"no": "1"}]}, {}, now=NOW)
    assert codes(outcome) == [("required", "bases[1].title")]


def test_blank_rows_are_shown_but_are_no_answer() -> None:
    bases = form(listed("bases", text("title", validate=REQUIRED)))
    outcome = bases.validate({"bases": [{}, {"title": "法"}, {"title": " "}]}, {}, now=NOW)
    assert outcome.ok
    assert outcome.values == {"bases": [{"title": "法"}]}
    node = outcome.state.find("bases")
    assert node is not None
    assert [row.blank for row in node.rows] == [True, False, True]


def test_a_list_that_needs_a_row_says_so_and_what_to_fill() -> None:
    bases = form(listed("bases", text("title", validate=REQUIRED), properties={"minItems": "1"}))
    outcome = bases.validate({"bases": [{}]}, {}, now=NOW)
    assert codes(outcome) == [("list.few", "bases"), ("required", "bases[0].title")]


def test_rows_have_a_limit_without_being_told() -> None:
    bases = form(listed("bases", text("title")))
    rows = [{"title": str(n)} for n in range(201)]
    assert codes(bases.validate({"bases": rows}, {}, now=NOW)) == [("list.many", "bases")]
    assert codes(bases.validate({"bases": rows[:200]}, {}, now=NOW)) == []


def test_more_rows_than_any_form_may_have_are_not_looked_at() -> None:
    bases = form(listed("bases", text("title")))
    outcome = bases.validate({"bases": [{"title": "a"}] * 5000}, {}, now=NOW)
    assert codes(outcome) == [("list.many", "bases")]


def test_what_is_no_list_or_no_row_does_no_harm() -> None:
    bases = form(listed("bases", text("title", validate=REQUIRED)))
    assert codes(bases.validate({"bases": "x"}, {}, now=NOW)) == [("list.type", "bases")]
    assert bases.validate({"bases": [1, None, "x", []]}, {}, now=NOW).values == {"bases": []}


def test_a_row_sees_itself_its_number_and_what_is_outside() -> None:
    opinions = form(
        text("kind"),
        listed(
            "opinions",
            text("adopted"),
            text("reason", properties={"requiredWhen": '=this.adopted = "不采纳"'}),
            text("note", conditional={"hide": '=parent.kind != "full"'}),
            {"type": "expression", "key": "no", "expression": "=i"},
        ),
    )
    rows = [{"adopted": "采纳"}, {"adopted": "不采纳"}, {}, {"adopted": "部分", "note": "x"}]
    outcome = opinions.validate({"kind": "full", "opinions": rows}, {}, now=NOW)
    assert codes(outcome) == [("required", "opinions[1].reason")]
    assert [row["no"] for row in outcome.values["opinions"]] == [1, 2, 3]
    assert outcome.values["opinions"][2]["note"] == "x"
    short = opinions.validate({"kind": "", "opinions": rows[:1]}, {}, now=NOW)
    assert short.values["opinions"] == [{"adopted": "采纳", "reason": None, "no": 1}]


def test_lists_nest() -> None:
    nested = form(
        listed(
            "reps",
            text("name"),
            listed("materials", text("title", validate=REQUIRED), text("no")),
        )
    )
    outcome = nested.validate(
        {"reps": [{"name": "a", "materials": [{"no": "1"}]}, {"materials": [{}]}]}, {}, now=NOW
    )
    assert codes(outcome) == [("required", "reps[0].materials[0].title")]
    assert len(outcome.values["reps"]) == 1


def test_a_rule_over_the_whole_list_holds_or_is_told() -> None:
    meeting = form(
        listed(
            "attendees",
            text("name"),
            properties={"validWhen": "=count(attendees) >= 2", "validMessage": "至少两人到会。"},
        )
    )
    few = meeting.validate(
        {"attendees": [{"name": "a"}]}, {}, now=NOW, texts={"至少两人到会。": "Two."}
    )
    assert [(p.where, p.zh, p.en) for p in few.problems] == [
        ("attendees", "至少两人到会。", "Two.")
    ]
    assert meeting.validate({"attendees": [{"name": "a"}, {"name": "b"}]}, {}, now=NOW).ok


def test_a_group_with_a_path_nests_its_answers() -> None:
    party = form(
        {
            "type": "group",
            "path": "party.who",
            "label": "当事人",
            "components": [text("name", validate=REQUIRED)],
        },
        text("contact.phone"),
    )
    assert codes(party.validate({}, {}, now=NOW)) == [("required", "party.who.name")]
    answers = {"party": {"who": {"name": "张"}}, "contact": {"phone": "110"}}
    assert party.validate(answers, {}, now=NOW).accepted() == answers
    assert [info.path for info in party.fields()] == ["party.who.name", "contact.phone"]
    assert party.validate({"party": 3, "contact": []}, {}, now=NOW).values["contact"] == {
        "phone": None
    }


def test_rows_that_cannot_be_added_or_removed_stay() -> None:
    fixed = form(listed("checks", text("result"), allowAddRemove=False, defaultRepetitions=2))
    assert fixed.blank({}, now=NOW) == {"checks": [{"result": None}, {"result": None}]}
    outcome = fixed.validate({"checks": [{}, {"result": "x"}]}, {}, now=NOW)
    assert outcome.values == {"checks": [{"result": None}, {"result": "x"}]}
