"""Conditions, read-only and computed fields: settled on our side, whatever was sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine import feel
from engine.forms import Form, parse

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)


def form(*components: dict[str, Any]) -> Form:
    return parse({"type": "default", "id": "F", "schemaVersion": 18, "components": [*components]})


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": key, **more}


def hide(formula: str) -> dict[str, Any]:
    return {"conditional": {"hide": formula}}


def test_a_hidden_field_is_dropped_and_not_required() -> None:
    market = form(text("a"), text("b", validate={"required": True}, **hide('=a != "yes"')))
    assert market.validate({"a": "no", "b": "smuggled"}, {}, now=NOW).accepted() == {"a": "no"}
    assert [p.where for p in market.validate({"a": "yes"}, {}, now=NOW).problems] == ["b"]


def test_what_a_hidden_field_would_say_counts_for_nothing() -> None:
    chain = form(
        text("a"),
        text("b", **hide('=a != "yes"')),
        text("c", **hide('=b != "yes"')),
        text("d", **hide("=c = null")),
    )
    sent = {"a": "no", "b": "yes", "c": "x", "d": "y"}
    assert chain.validate(sent, {}, now=NOW).values == {"a": "no"}
    assert chain.validate({**sent, "a": "yes"}, {}, now=NOW).values == {**sent, "a": "yes"}


def test_order_on_the_page_does_not_matter() -> None:
    backwards = form(text("b", **hide('=a != "yes"')), text("a", **hide('=z != "yes"')), text("z"))
    assert backwards.validate({"a": "yes", "b": "x", "z": "no"}, {}, now=NOW).values == {"z": "no"}


def test_a_hidden_group_takes_its_fields_with_it() -> None:
    group = form(
        {
            "type": "group",
            "label": "g",
            "components": [text("b", validate={"required": True})],
            **hide("=a = null"),
        },
        text("a"),
    )
    assert group.validate({"b": "x"}, {}, now=NOW).accepted() == {"a": None}


def test_a_field_hides_a_variable_of_its_name() -> None:
    shadow = form(text("title"), text("b", **hide("=title = null")))
    outcome = shadow.validate({"b": "x"}, {"title": "from the case"}, now=NOW)
    assert outcome.values == {"title": None}


def test_variables_of_the_task_are_seen() -> None:
    seen = form(text("b", **hide("=not(urgent)")))
    assert seen.validate({"b": "x"}, {"urgent": True}, now=NOW).values == {"b": "x"}
    assert seen.validate({"b": "x"}, {"urgent": False}, now=NOW).values == {}


def test_a_read_only_answer_comes_from_the_task_and_never_from_the_page() -> None:
    fixed = form(
        text("title", readonly=True),
        text("unit", readonly='=case = "x"', defaultValue="党政办"),
        text("note", disabled=True),
    )
    sent = {"title": "forged", "unit": "forged", "note": "forged"}
    outcome = fixed.validate(sent, {"title": "原题", "case": "x", "note": "n"}, now=NOW)
    assert outcome.accepted() == {"title": "原题", "unit": "党政办"}
    assert fixed.validate(sent, {"case": "y"}, now=NOW).values["unit"] == "forged"


def test_a_computed_field_is_computed_here() -> None:
    total = form(
        {"type": "number", "key": "n", "label": "n"},
        {"type": "expression", "key": "double", "expression": "=n * 2"},
        {"type": "expression", "key": "again", "expression": "=double + 1"},
        text("b", **hide("=again < 10")),
    )
    outcome = total.validate({"n": 5, "double": 99, "b": "x"}, {}, now=NOW)
    assert outcome.values == {"n": 5, "double": 10, "again": 11, "b": "x"}
    assert total.validate({"n": 1, "b": "x"}, {}, now=NOW).values == {
        "n": 1,
        "double": 2,
        "again": 3,
    }


def test_choices_are_computed_and_their_types_kept() -> None:
    choices = form(
        {"type": "number", "key": "n", "label": "n"},
        {
            "type": "radio",
            "key": "k",
            "label": "k",
            "valuesExpression": "=for j in 1..n return {label: string(j), value: j}",
        },
        text("b", **hide("=k != 2")),
    )
    assert choices.validate({"n": 3, "k": "2", "b": "x"}, {}, now=NOW).accepted() == {
        "n": 3,
        "k": 2,
        "b": "x",
    }
    assert [p.where for p in choices.validate({"n": 1, "k": "2"}, {}, now=NOW).problems] == ["k"]


def test_dates_hang_on_other_dates() -> None:
    dates = form(
        {"type": "datetime", "subtype": "date", "key": "publish", "label": "公布"},
        {
            "type": "datetime",
            "subtype": "date",
            "key": "effective",
            "label": "施行",
            "properties": {"minDate": '=date(publish) + duration("P30D")'},
        },
    )
    early = dates.validate({"publish": "2026-09-01", "effective": "2026-09-30"}, {}, now=NOW)
    assert [(p.code, p.data["limit"]) for p in early.problems] == [("form.date.min", "2026-10-01")]
    assert dates.validate({"publish": "2026-09-01", "effective": "2026-10-01"}, {}, now=NOW).ok
    assert (
        dates.validate({"publish": "无", "effective": "2026-10-01"}, {}, now=NOW).problems[0].where
        == "publish"
    )


def test_a_rule_that_is_not_true_does_not_hold() -> None:
    rule = text("b", properties={"validWhen": "=misspelt > 3", "validMessage": "不行"})
    assert [p.zh for p in form(rule).validate({"b": "x"}, {}, now=NOW).problems] == ["不行"]
    assert form(rule).validate({}, {}, now=NOW).ok, "an empty field breaks no rule but required"


def test_a_formula_that_never_ends_stops_the_form_with_a_reason() -> None:
    slow = form(text("b", **hide("=count(for a in 1..1000, b in 1..1000 return a) > 0")))
    outcome = slow.validate({"b": "x"}, {}, now=NOW)
    assert [p.code for p in outcome.problems] == ["form.formula"]
    assert outcome.problems[0].where == "b"


def test_texts_are_worked_out() -> None:
    texts = form(
        text("name"),
        {
            "type": "text",
            "text": "您好，{{name}}。{{#if urgent}}**加急**{{/if}}{{#loop items}}- {{this}}\n{{/loop}}",
        },
        text(
            "b",
            label='=if urgent then "急件理由" else "理由"',
            description="共 {{count(items)}} 件",
        ),
    )
    state = texts.state(
        {"name": "*张* [x](javascript:1)"}, {"urgent": True, "items": [1, 2]}, now=NOW
    )
    words = next(node for node in state.walk() if node.text)
    assert words.text == "您好，\\*张\\* \\[x\\]\\(javascript:1\\)。**加急**- 1\n- 2\n"
    field = state.find("b")
    assert field is not None
    assert (field.label, field.description) == ("急件理由", "共 2 件")


def test_triggers_are_the_fields_on_which_the_look_hangs() -> None:
    form_ = form(
        text("a"),
        text("b", **hide("=a = null")),
        {"type": "number", "key": "n", "label": "n"},
        {"type": "expression", "key": "m", "expression": "=n + 1"},
        text("c", label="{{m}}"),
        text("alone"),
        {
            "type": "dynamiclist",
            "path": "rows",
            "label": "r",
            "components": [text("k"), text("why", **hide("=this.k = null"))],
        },
    )
    assert form_.triggers == {"a", "n", "m", "rows[].k"}


def test_a_condition_may_say_the_name_in_chinese() -> None:
    chinese = form(text("影响市场"), text("说明", **hide('=影响市场 != "是"')))
    assert chinese.validate({"影响市场": "是", "说明": "x"}, {}, now=NOW).values == {
        "影响市场": "是",
        "说明": "x",
    }


@pytest.mark.parametrize("known", [None, {"title": "旧题", "rows": [{"k": "1"}, {"k": "2"}]}])
def test_a_form_begins_with_what_is_known(known: dict[str, Any] | None) -> None:
    begun = form(
        text("title", defaultValue="无题"),
        {"type": "checkbox", "key": "ok", "label": "ok"},
        {
            "type": "dynamiclist",
            "path": "rows",
            "label": "r",
            "components": [text("k", defaultValue="0")],
        },
    )
    blank = begun.blank(known or {}, now=NOW)
    if known is None:
        assert blank == {"title": "无题", "ok": False, "rows": [{"k": "0"}]}
    else:
        assert blank == {**known, "ok": False}


def test_the_laws_functions_come_with_the_context_and_are_missed_aloud() -> None:
    law = form(
        {
            "type": "datetime",
            "subtype": "date",
            "key": "d",
            "label": "d",
            "properties": {"minDate": '=earliest date("notice", opened)'},
        }
    )
    known = {
        "opened": "2026-09-01",
        "earliest date": feel.FeelFunction(
            "earliest date", ("id", "anchor"), lambda rule, at: "2026-10-01"
        ),
    }
    early = law.validate({"d": "2026-09-30"}, known, now=NOW)
    assert [p.code for p in early.problems] == ["form.date.min"]
    missing = law.validate({"d": "2026-09-30"}, {"opened": "2026-09-01"}, now=NOW)
    assert [p.code for p in missing.problems] == ["form.formula"]


def test_today_is_the_day_in_china() -> None:
    today = form({"type": "expression", "key": "e", "expression": "=string(today())"})
    late = datetime(2026, 9, 1, 17, 0, tzinfo=UTC)
    assert today.validate({}, {}, now=late).values == {"e": "2026-09-02"}
