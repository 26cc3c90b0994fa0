"""Whatever is sent: no exception, no unknown key, and what was taken is taken again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.forms import Form, lint, parse

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
FILES = {"f1": {"id": "f1", "name": "a.docx", "size": 1, "sha256": "00", "type": "x"}}
VALUES = [
    {"label": "甲", "value": "a"},
    {"label": "乙", "value": False},
    {"label": "丙", "value": 3},
]


def named(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "label": key, **more}


FORM: Form = parse(
    {
        "type": "default",
        "components": [
            named("textfield", "a", validate={"maxLength": 5}),
            named("textarea", "b", conditional={"hide": '=a = "x" or n > 3'}),
            named("number", "n", validate={"min": -5}, increment="0.5"),
            named("datetime", "d", subtype="date"),
            named("datetime", "t", subtype="time"),
            named("datetime", "dt", subtype="datetime"),
            named("checkbox", "c"),
            named("radio", "r", values=VALUES),
            named("checklist", "l", values=VALUES),
            named("taglist", "g", valuesExpression='=["a", n]'),
            named("select", "p", properties={"picker": "people"}),
            named("filepicker", "f", multiple=True),
            named("expression", "e", expression="=count(rows) + 1"),
            {
                "type": "dynamiclist",
                "path": "rows",
                "label": "rows",
                "components": [
                    named("textfield", "k", conditional={"hide": "=n > 3"}),
                    named("checkbox", "v", conditional={"hide": '=this.k = "x"'}),
                    {
                        "type": "dynamiclist",
                        "path": "inner",
                        "label": "inner",
                        "components": [named("number", "m")],
                    },
                ],
            },
            {"type": "group", "path": "deep.er", "components": [named("textfield", "z")]},
        ],
    }
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals(allow_nan=True)
    | st.text(max_size=8)
    | st.sampled_from(
        ["a", "x", "f1", "wang", "2026-09-01", "09:30", "2026-09-01T09:30:00+08:00", "3", "false"]
    )
)
anything = st.recursive(
    scalars | st.just({"id": "f1"}),
    lambda below: (
        st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=3), below, max_size=4)
    ),
    max_leaves=12,
)
KEYS = ["a", "b", "n", "d", "t", "dt", "c", "r", "l", "g", "p", "f", "e", "rows", "deep"]
row = st.fixed_dictionaries(
    {},
    optional={
        "k": anything,
        "v": anything,
        "inner": st.lists(st.dictionaries(st.just("m"), anything)),
    },
)
answers = st.dictionaries(st.sampled_from(KEYS), anything) | st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from(["x", "ab", None]),
        "n": st.integers(-5, 9),
        "b": st.text(max_size=5),
        "r": st.sampled_from(["a", False, "false", 3, "3"]),
        "l": st.lists(st.sampled_from(["a", False, 3]), unique=True),
        "g": st.lists(st.sampled_from(["a", 3]), unique=True),
        "p": st.just("wang"),
        "f": st.lists(st.just({"id": "f1"}), max_size=2),
        "d": st.dates().map(str),
        "dt": st.datetimes(timezones=st.just(UTC)),
        "rows": st.lists(row, max_size=4),
        "deep": st.just({"er": {"z": "x"}}),
    },
)


def validate(sent: object) -> Any:
    return FORM.validate(
        sent, {"n": 1, "k": 2}, now=NOW, files=FILES, people=lambda user, role, unit: user == "wang"
    )


@settings(max_examples=200, deadline=None)
@given(sent=answers | anything)
def test_validation_never_raises_and_keeps_only_known_keys(sent: object) -> None:
    outcome = validate(sent)
    assert set(outcome.values) <= set(KEYS)
    for one in outcome.values.get("rows") or []:
        assert set(one) <= {"k", "v", "inner"}
    for problem in outcome.problems:
        assert problem.zh
        assert problem.en


@settings(max_examples=200, deadline=None)
@given(sent=answers)
def test_what_was_taken_is_taken_again_unchanged(sent: object) -> None:
    first = validate(sent)
    if first.ok:
        again = validate(first.values)
        assert again.problems == ()
        assert again.values == first.values


@settings(max_examples=100, deadline=None)
@given(document=anything)
def test_reading_never_raises(document: object) -> None:
    lint({"components": [document]})
    lint({"components": document} if isinstance(document, list) else {})


attribute = st.sampled_from(
    ["type", "key", "path", "label", "values", "validate", "properties", "conditional", "components",
     "defaultValue", "expression", "valuesKey", "valuesExpression", "readonly", "columns", "layout"]
)  # fmt: skip
kind = st.sampled_from(
    ["textfield", "number", "select", "dynamiclist", "group", "table", "expression"]
)


@settings(max_examples=200, deadline=None)
@given(raw=st.dictionaries(attribute, anything), kind=kind)
def test_reading_odd_components_never_raises(raw: dict[str, Any], kind: str) -> None:
    lint({"components": [{**raw, "type": kind}, {"key": "k", **raw}]})
