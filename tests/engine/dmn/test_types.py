from __future__ import annotations

import pytest

from engine import dmn
from tests.engine.dmn.models import codes, decision, definitions, input_data, literal, load, table


def item(name: str, inner: str, *, collection: bool = False) -> str:
    many = ' isCollection="true"' if collection else ""
    return f'<itemDefinition name="{name}"{many}>{inner}</itemDefinition>'


def ref(name: str) -> str:
    return f"<typeRef>{name}</typeRef>"


def allowed(text: str, tag: str = "allowedValues") -> str:
    return f"<{tag}><text>{text}</text></{tag}>"


def part(name: str, inner: str, *, collection: bool = False) -> str:
    many = ' isCollection="true"' if collection else ""
    return f'<itemComponent name="{name}"{many}>{inner}</itemComponent>'


def typed(type_ref: str, given: object, *definitions_: str) -> dmn.Outcome:
    decisions = load(
        *definitions_, input_data("x", type_ref), decision("d", literal("x"), needs=["i:x"])
    )
    return decisions.evaluate("d", {"x": given})


@pytest.mark.parametrize(
    ("type_ref", "good", "bad"),
    [
        ("number", 1, "1"),
        ("string", "1", 1),
        ("boolean", True, "true"),
        ("Any", {"a": 1}, None),
        ("context", {"a": 1}, 1),
        ("list", [1, "a"], 1.5),
        ("list<number>", [1, 2], ["a"]),
    ],
)
def test_built_in_types(type_ref: str, good: object, bad: object) -> None:
    escaped = type_ref.replace("<", "&lt;").replace(">", "&gt;")
    assert typed(escaped, good).value == good
    if type_ref != "list":
        outcome = typed(escaped, bad)
        assert outcome.value is None
        assert bad is None or [each.code for each in outcome.diagnostics] == ["dmn-type"]


@pytest.mark.parametrize(
    ("old", "text"),
    [
        ("dateTime", '"2026-03-01T08:00:00"'),
        ("dayTimeDuration", '"P1DT2H"'),
        ("yearMonthDuration", '"P1Y2M"'),
    ],
)
def test_the_names_of_types_in_older_versions(old: str, text: str) -> None:
    name = {"dateTime": "date and time"}.get(old, "duration")
    decisions = load(decision("d", literal(f"{name}({text})"), type_ref=old))
    assert decisions.warnings == ()
    assert decisions.evaluate("d", {}).value == text.strip('"')


def test_a_prefix_bound_to_feel_or_to_the_model_itself_is_no_part_of_a_name() -> None:
    data = definitions(
        item("tSmall", ref("feel:number"))
        + input_data("x", "own:tSmall")
        + decision("d", literal("x"), needs=["i:x"])
    ).replace(
        b"<definitions ",
        b'<definitions xmlns:own="urn:test" xmlns:feel="http://www.omg.org/spec/FEEL/20140401" ',
    )
    decisions = dmn.load(data)
    assert decisions.warnings == ()
    assert decisions.evaluate("d", {"x": 1}).value == 1
    assert decisions.evaluate("d", {"x": "1"}).value is None


def test_a_prefix_may_be_declared_on_the_reference_itself() -> None:
    old = '<typeRef xmlns:q="http://www.omg.org/spec/FEEL/20140401">q:number</typeRef>'
    assert dmn.lint(definitions(item("tOld", old))) == []
    assert typed("tOld", "1", item("tOld", old)).value is None


@pytest.mark.parametrize("name", ["integer", "long", "double"])
def test_number_types_of_older_tools_are_numbers(name: str) -> None:
    assert typed(name, 1).value == 1
    assert typed(name, "1").value is None


def test_a_structure_wants_every_component_and_takes_more() -> None:
    person = item("tPerson", part("name", ref("string")) + part("age", ref("number")))
    assert typed("tPerson", {"name": "a", "age": 1, "more": 2}, person).value == {
        "name": "a",
        "age": 1,
        "more": 2,
    }
    assert typed("tPerson", {"name": "a", "age": None}, person).value is not None
    assert typed("tPerson", {"name": "a"}, person).value is None
    assert typed("tPerson", {"name": 1, "age": 1}, person).value is None


def test_definitions_may_come_in_any_order_and_nest() -> None:
    order = item("tOrder", part("lines", ref("tLine"), collection=True))
    line = item("tLine", part("sum", ref("number")))
    assert typed("tOrder", {"lines": [{"sum": 1}]}, order, line).value == {"lines": [{"sum": 1}]}
    assert typed("tOrder", {"lines": [{"sum": "x"}]}, order, line).value is None


def test_a_type_may_refer_to_itself_within_its_structure() -> None:
    tree = item("tTree", part("name", ref("string")) + part("below", ref("tTree"), collection=True))
    good = {"name": "a", "below": [{"name": "b", "below": []}]}
    assert typed("tTree", good, tree).value == good
    bad = {"name": "a", "below": [{"name": 1, "below": []}]}
    assert typed("tTree", bad, tree).value is None


def test_a_type_that_is_nothing_but_itself_is_refused() -> None:
    assert codes(definitions(item("a", ref("b")) + item("b", ref("a")))) == ["dmn-circular-type"]


def test_allowed_values() -> None:
    grade = item("tGrade", ref("string") + allowed('"甲","乙"'))
    assert typed("tGrade", "甲", grade).value == "甲"
    assert typed("tGrade", "丙", grade).value is None
    assert typed("tGrade", None, grade).value is None
    percent = item("tPercent", ref("number") + allowed("[0..100]"))
    assert typed("tPercent", 100, percent).value == 100
    assert typed("tPercent", 101, percent).value is None


def test_allowed_values_of_a_collection_are_those_of_its_items() -> None:
    grades = item("tGrades", ref("string") + allowed('"甲","乙"'), collection=True)
    assert typed("tGrades", ["甲", "乙"], grades).value == ["甲", "乙"]
    assert typed("tGrades", ["甲", "丙"], grades).value is None


def test_a_type_constraint_is_on_the_collection_as_a_whole() -> None:
    few = item(
        "tFew", ref("number") + allowed("count(?) &lt;= 2", "typeConstraint"), collection=True
    )
    assert typed("tFew", [1, 2], few).value == [1, 2]
    assert typed("tFew", [1, 2, 3], few).value is None


def test_instance_of_looks_at_structure_not_at_allowed_values() -> None:
    small = item("tSmall", ref("number") + allowed("[0..9]"))
    decisions = load(small, decision("d", literal("10 instance of tSmall")))
    assert decisions.evaluate("d", {}).value is True


@pytest.mark.parametrize(
    ("given", "type_ref", "wanted"),
    [([5], "number", 5), (["a"], "number", None), ([[5]], "number", None)],
)
def test_a_list_of_one_fits_where_one_is_wanted(
    given: object, type_ref: str, wanted: object
) -> None:
    assert typed(type_ref, given).value == wanted


def test_a_date_fits_where_a_date_and_time_is_wanted() -> None:
    decisions = load(
        decision("d", literal('date("2026-03-01")'), type_ref="date and time"),
        decision("e", literal('date("2026-03-01")'), type_ref="time"),
    )
    assert str(decisions.evaluate("d", {}).value).startswith("2026-03-01T00:00:00")
    assert decisions.evaluate("e", {}).value is None


def test_results_of_expressions_columns_and_variables_must_fit_their_types() -> None:
    decisions = load(
        decision("a", literal('"x"', "number")),
        decision("b", literal('"x"'), type_ref="number"),
        decision(
            "c",
            table(["1"], ["y"], [["-", '"x"']]).replace('name="y"', 'name="y" typeRef="number"'),
        ),
    )
    for name in "abc":
        outcome = decisions.evaluate(name, {})
        assert outcome.value is None
        assert [each.code for each in outcome.diagnostics] == ["dmn-type"]


def test_functions_are_values_with_types() -> None:
    signature = (
        '<itemDefinition name="tTest"><functionItem outputTypeRef="boolean">'
        '<parameters name="n" typeRef="number"/></functionItem></itemDefinition>'
    )
    decisions = load(
        signature,
        decision("good", literal("function(n: number) n > 1"), type_ref="tTest"),
        decision("use", literal("good(2)"), needs=["good"]),
        decision("bad", literal("function(a, b) a"), type_ref="tTest"),
        decision("none", literal("bad = null"), needs=["bad"]),
    )
    assert decisions.evaluate("use", {}).value is True
    assert decisions.evaluate("none", {}).value is True


def test_an_unknown_type_is_told_and_taken_as_any() -> None:
    data = definitions(input_data("x", "tGone") + decision("d", literal("x"), needs=["i:x"]))
    (problem,) = dmn.lint(data)
    assert (problem.code, problem.severity, problem.where) == ("dmn-unknown-type", "warning", "x")
    assert dmn.load(data).evaluate("d", {"x": "anything"}).value == "anything"


def test_allowed_values_that_are_no_feel_are_refused() -> None:
    assert codes(definitions(item("t", ref("number") + allowed("[1..")))) == ["dmn-feel"]


@pytest.mark.parametrize(
    ("type_ref", "text", "wanted"),
    [
        ("date", "2026-03-02", 3),
        ("date and time", "2026-03-02T08:00:00+08:00", 3),
        ("duration", "P3M", 3),
        ("date", "2026-02-30", None),
    ],
)
def test_given_texts_are_read_as_the_dates_their_type_wants(
    type_ref: str, text: str, wanted: int | None
) -> None:
    kind = "years and months duration" if type_ref == "duration" else type_ref
    member = "months" if type_ref == "duration" else "month"
    nested = item("tCase", part("when", ref(kind)) + part("note", ref("string")))
    decisions = load(
        nested,
        input_data("x", kind),
        input_data("case", "tCase"),
        decision("flat", literal(f"x.{member}"), needs=["i:x"]),
        decision("deep", literal(f"case.when.{member}"), needs=["i:case"]),
    )
    assert decisions.evaluate("flat", {"x": text}).value == wanted
    assert decisions.evaluate("deep", {"case": {"when": text, "note": text}}).value == wanted


def test_a_column_that_names_a_variable_reads_its_dates_too_but_feel_never_does() -> None:
    def column(expression: str) -> dmn.Decisions:
        body = table([expression], ["y"], [['< date("2026-05-01")', "1"]]).replace(
            "<inputExpression>", '<inputExpression typeRef="date">'
        )
        return load(decision("d", body))

    given = {"收到日期": "2026-03-02", "件": {"收到日期": "2026-03-02"}}
    assert column("收到日期").evaluate("d", given).value == 1
    assert column("件.收到日期").evaluate("d", given).value == 1
    outcome = column('"2026-03-02"').evaluate("d", given)
    assert outcome.value is None
    assert "dmn-type" in [each.code for each in outcome.diagnostics]


def test_types_that_grow_beyond_measure_when_written_out_are_refused() -> None:
    doubling = "".join(
        item(f"t{n}", part("a", ref(f"t{n + 1}")) + part("b", ref(f"t{n + 1}"))) for n in range(60)
    )
    assert set(codes(definitions(doubling + item("t60", ref("number"))))) == {"dmn-type-size"}
    chain = "".join(item(f"t{n}", ref(f"t{n + 1}")) for n in range(3000))
    assert set(codes(definitions(chain + item("t3000", ref("number"))))) == {"dmn-type-size"}
