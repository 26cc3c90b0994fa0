"""A form document is hostile until read: every fault told, none believed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import ModelRejected
from engine.forms import Kind, limits, lint, parse


def document(*components: Any, **more: Any) -> dict[str, Any]:
    return {"type": "default", "id": "F", "schemaVersion": 18, "components": [*components], **more}


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": key, **more}


def codes(data: Any) -> list[str]:
    return [problem.code for problem in lint(data)]


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ("text", "component.shape"),
        ({"type": "frobnicate"}, "component.type"),
        ({"key": "x"}, "component.type"),
        ({"type": "html", "content": "<script>"}, "component.refused"),
        ({"type": "iframe", "url": "https://example.com"}, "component.refused"),
        ({"type": "textfield", "label": "x"}, "key.missing"),
        ({"type": "dynamiclist", "label": "x"}, "key.missing"),
        (text("a-b"), "key.bad"),
        (text("1a"), "key.bad"),
        (text("_add"), "key.bad"),
        (text("a..b"), "key.bad"),
        (text("this"), "key.reserved"),
        (text("a", label={}), "attribute.type"),
        (text("a", label="字" * 20_001), "attribute.long"),
        (text("a", validate={"minLength": 5, "maxLength": 3}), "attribute.range"),
        (text("a", validate={"minLength": "many"}), "attribute.type"),
        (text("a", validate=[]), "attribute.type"),
        (text("a", validate={"pattern": "(?<=a)b"}), "pattern.bad"),
        (text("a", validate={"pattern": r"(a)\1"}), "pattern.bad"),
        (text("a", validate={"pattern": "(a{1000}){1000}"}), "pattern.bad"),
        (text("a", conditional={"hide": "=a +"}), "formula.bad"),
        (text("a", properties={"validWhen": "=)", "validMessage": "x"}), "formula.bad"),
        (text("a", label="{{ 1 + }}"), "formula.bad"),
        (text("a", label="{{name"), "template.bad"),
        (text("a", label="{{#if x}}y"), "template.bad"),
        (text("a", label="{{#each x}}y{{/each}}"), "template.bad"),
        (text("a", properties={"picker": "units"}), "picker.bad"),
        (
            {"type": "number", "key": "n", "label": "n", "properties": {"picker": "people"}},
            "picker.bad",
        ),
        (text("a", properties={"validMessage": "x"}), "rule.alone"),
        ({"type": "select", "key": "s", "label": "s"}, "options.none"),
        ({"type": "radio", "key": "s", "label": "s", "values": [{"label": "a"}]}, "options.bad"),
        (
            {
                "type": "radio",
                "key": "s",
                "label": "s",
                "values": [{"label": "a", "value": "a"}] * 2,
            },
            "options.bad",
        ),
        (
            {
                "type": "select",
                "key": "s",
                "label": "s",
                "valuesKey": "a",
                "valuesExpression": "=[1]",
            },
            "options.many",
        ),
        (
            {
                "type": "radio",
                "key": "s",
                "label": "s",
                "values": [{"label": "a", "value": "a"}],
                "defaultValue": "b",
            },
            "default.bad",
        ),
        ({"type": "number", "key": "n", "label": "n", "defaultValue": "many"}, "default.bad"),
        (
            {
                "type": "datetime",
                "subtype": "date",
                "key": "d",
                "label": "d",
                "defaultValue": "soon",
            },
            "default.bad",
        ),
        ({"type": "datetime", "subtype": "epoch", "key": "d", "label": "d"}, "component.type"),
        (
            {"type": "filepicker", "key": "f", "label": "f", "properties": {"maxSize": "big"}},
            "attribute.type",
        ),
        ({"type": "expression", "key": "e"}, "attribute.type"),
    ],
)
def test_each_fault_is_told_with_its_code(component: Any, code: str) -> None:
    problems = lint(document(component))
    assert code in [p.code for p in problems if p.severity == "error"]
    assert all(p.zh and p.en and p.where for p in problems)
    with pytest.raises(ModelRejected):
        parse(document(component))


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "image", "source": "x"}, "component.ignored"),
        ({"type": "documentPreview", "dataSource": "=x"}, "component.ignored"),
        ({"type": "multipage", "components": []}, "component.paged"),
        ({"type": "textfield", "key": "a"}, "label.missing"),
        (text("a", properties={"requiredwhen": "=true"}), "property.unknown"),
        (text("a", properties={"validWhen": "=true"}), "rule.silent"),
        (text("a", validate={"min": 3}), "attribute.kind"),
    ],
)
def test_what_is_merely_doubtful_is_a_warning(component: Any, code: str) -> None:
    form = parse(document(component))
    assert code in [p.code for p in form.warnings]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "form.json"),
        (b"{", "form.json"),
        (b"[]", "form.shape"),
        (b"{}", "form.shape"),
        (b'{"components": {}}', "form.shape"),
        (b'{"components": [NaN]}', "form.json"),
        (b"\xff\xfe", "form.json"),
        (b"[" * 500_000, "form.json"),
        (b'{"components": [], "x": ' + b"9" * 10_000 + b"}", "form.json"),
        (b" " * (limits.FORM_BYTES + 1), "form.size"),
        (b'{"components": [], "schemaVersion": "new"}', "form.version"),
    ],
)
def test_a_document_that_is_no_form_is_refused(data: bytes, code: str) -> None:
    assert code in codes(data)


def test_all_faults_are_told_at_once() -> None:
    found = codes(
        document({"type": "html"}, text("a-b"), text("c", conditional={"hide": "=("}), text("d"))
    )
    assert found == ["component.refused", "key.bad", "formula.bad"]


def test_keys_may_not_collide() -> None:
    assert codes(document(text("a"), text("a"))) == ["key.twice"]
    assert codes(document(text("a"), text("a.b"))) == ["key.twice"]
    assert codes(document(text("a.b"), text("a"))) == ["key.twice"]
    rows = {"type": "dynamiclist", "path": "r", "label": "r", "components": [text("a"), text("b")]}
    assert codes(document(rows, text("a"))) == []
    assert codes(document(rows, text("r"))) == ["key.twice"]
    group = {"type": "group", "components": [text("a")]}
    assert codes(document(group, text("a"))) == ["key.twice"]


def test_conditions_in_a_circle_are_refused() -> None:
    circle = document(
        text("a", conditional={"hide": "=b = null"}),
        text("b", conditional={"hide": "=c = null"}),
        text("c", conditional={"hide": "=a = null"}),
    )
    assert codes(circle) == ["form.circle"]
    assert codes(document(text("a", conditional={"hide": "=a = null"}))) == ["form.circle"]
    group = {"type": "group", "components": [text("a")], "conditional": {"hide": "=a = null"}}
    assert codes(document(group)) == ["form.circle"]


def test_a_mere_mention_is_no_circle() -> None:
    assert codes(document(text("a", conditional={"hide": '="a" = b.a'}), text("b.c"))) == []
    assert codes(document(text("a"), text("b", properties={"requiredWhen": "=b = a"}))) == []
    rows = {
        "type": "dynamiclist",
        "path": "r",
        "label": "r",
        "components": [
            text("k"),
            text("w", conditional={"hide": "=count(r) > 1 or this.k = null"}),
        ],
    }
    assert codes(document(rows)) == []


def test_a_chain_of_conditions_has_an_end() -> None:
    chain = [text("k0")] + [
        text(f"k{n}", conditional={"hide": f"=k{n - 1} = null"}) for n in range(1, 30)
    ]
    assert set(codes(document(*chain))) == {"form.chain"}
    assert codes(document(*chain[:12])) == []


def test_rows_that_move_hold_nothing_read_only() -> None:
    rows = {
        "type": "dynamiclist",
        "path": "r",
        "label": "r",
        "components": [text("k", readonly=True)],
    }
    assert codes(document(rows)) == ["readonly.row"]
    assert codes(document({**rows, "allowAddRemove": False})) == []


def test_size_and_depth_are_bounded() -> None:
    assert "form.components" in codes(document(*[text(f"k{n}") for n in range(1_001)]))
    deep: dict[str, Any] = text("a")
    for _ in range(50):
        deep = {"type": "group", "components": [deep]}
    assert codes(document(deep)) == ["form.deep"]


def test_a_deep_document_given_as_a_mapping_is_refused() -> None:
    deep: dict[str, Any] = text("a")
    for _ in range(50_000):
        deep = {"type": "group", "components": [deep]}
    assert codes(document(deep)) == ["form.deep"]


def test_what_the_modeler_writes_is_read() -> None:
    written = {
        "executionPlatform": "Camunda Cloud",
        "executionPlatformVersion": "8.6.0",
        "exporter": {"name": "Camunda Modeler", "version": "5.30.0"},
        "schemaVersion": 17,
        "id": "Form_1",
        "type": "default",
        "components": [
            {
                "label": "经办人",
                "type": "textfield",
                "layout": {"row": "Row_1", "columns": 8},
                "id": "Field_1",
                "key": "handler",
                "appearance": {"suffixAdorner": "同志"},
                "validate": {"required": True, "validationType": "custom", "pattern": "^.+$"},
            },
            {
                "label": "金额",
                "type": "number",
                "layout": {"row": "Row_1", "columns": None},
                "id": "Field_2",
                "key": "amount",
                "decimalDigits": 2,
                "increment": "0.01",
                "serializeToString": True,
            },
            {"type": "button", "label": "提交", "action": "submit", "id": "Field_3"},
            {"type": "spacer", "height": 60, "id": "Field_4"},
            {"type": "separator", "id": "Field_5"},
            {
                "type": "table",
                "label": "清单",
                "rowCount": 10,
                "id": "Field_6",
                "columns": [{"label": "名称", "key": "name"}],
                "dataSource": "=items",
            },
        ],
    }
    form = parse(json.dumps(written, ensure_ascii=False).encode())
    assert form.warnings == ()
    assert [each.kind for each in form.components] == [
        Kind.TEXTFIELD, Kind.NUMBER, Kind.SPACER, Kind.SEPARATOR, Kind.TABLE,
    ]  # fmt: skip
    assert [(f.path, f.key, f.label) for f in form.fields()] == [
        ("handler", "handler", "经办人"),
        ("amount", "amount", "金额"),
    ]
