"""Boxed expressions of every kind."""

from __future__ import annotations

import pytest

from engine import dmn
from tests.engine.dmn.models import codes, decision, definitions, literal, load, value


def entry(name: str, body: str) -> str:
    return f'<contextEntry><variable name="{name}"/>{body}</contextEntry>'


def loop(kind: str, over: str, body: str) -> str:
    part = "return" if kind == "for" else "satisfies"
    return f'<{kind} iteratorVariable="e"><in>{over}</in><{part}>{body}</{part}></{kind}>'


# --------------------------------------------------------------------------- contexts


def test_a_context_entry_sees_those_before_it() -> None:
    body = f"<context>{entry('a', literal('2'))}{entry('b b', literal('a + 1'))}</context>"
    assert value(body) == {"a": 2, "b b": 3}


def test_an_unnamed_last_entry_is_the_result() -> None:
    result = f"<contextEntry>{literal('a * 10')}</contextEntry>"
    assert value(f"<context>{entry('a', literal('2'))}{result}</context>") == 20


def test_a_context_entry_hides_an_outer_name_only_inside() -> None:
    inner = f"<context>{entry('x', literal('1'))}{entry('y', literal('x'))}</context>"
    outer = f"<context>{entry('inner', inner)}{entry('outer', literal('x'))}</context>"
    assert value(outer, {"x": 9}) == {"inner": {"x": 1, "y": 1}, "outer": 9}


def test_names_with_spaces_and_operators_are_known_from_the_context() -> None:
    body = f"<context>{entry('经费-合计', literal('5'))}{entry('x', literal('经费-合计 - 1'))}</context>"
    assert value(body) == {"经费-合计": 5, "x": 4}


# --------------------------------------------------------------------------- lists and relations


def test_a_list_holds_expressions_of_any_kind() -> None:
    assert value(f"<list>{literal('1')}<list>{literal('x')}</list></list>", {"x": 2}) == [1, [2]]


def test_a_relation_is_a_list_of_contexts() -> None:
    body = (
        '<relation><column name="name"/><column name="first age"/>'
        f"<row>{literal('string(1)')}{literal('x')}</row>"
        f"<row>{literal('null')}{literal('2')}</row></relation>"
    )
    assert value(body, {"x": 1}) == [
        {"name": "1", "first age": 1},
        {"name": None, "first age": 2},
    ]


def test_a_relation_row_of_the_wrong_length_is_refused() -> None:
    body = f'<relation><column name="a"/><column name="b"/><row>{literal("1")}</row></relation>'
    assert codes(definitions(decision("d", body))) == ["dmn-relation-row"]


# --------------------------------------------------------------------------- functions


def invocation(function: str, **arguments: str) -> str:
    bindings = "".join(
        f'<binding><parameter name="{name}"/>{literal(text)}</binding>'
        for name, text in arguments.items()
    )
    return f"<invocation>{literal(function)}{bindings}</invocation>"


FUNCTION = (
    '<functionDefinition><formalParameter name="a" typeRef="number"/>'
    f'<formalParameter name="b"/>{literal("a - b")}</functionDefinition>'
)


def with_function(result: str) -> str:
    return f"<context>{entry('f', FUNCTION)}<contextEntry>{result}</contextEntry></context>"


def test_a_boxed_function_is_called_by_place_by_name_and_by_invocation() -> None:
    assert value(with_function(literal("f(5, 2)"))) == 3
    assert value(with_function(literal("f(b: 5, a: 2)"))) == -3
    assert value(with_function(invocation("f", b="1", a="2"))) == 1


def test_arguments_that_do_not_fit_give_null_and_say_so() -> None:
    for wrong in (invocation("f", a="1", c="2"), invocation("f", a='"x"', b="2")):
        decisions = load(decision("d", with_function(wrong)))
        outcome = decisions.evaluate("d", {})
        assert outcome.value is None
        assert outcome.diagnostics


def test_invoking_what_is_no_function_gives_null_and_says_so() -> None:
    outcome = load(decision("d", invocation("x", a="1"))).evaluate("d", {"x": 1})
    assert outcome.value is None
    assert [each.code for each in outcome.diagnostics] == ["dmn-call"]


def test_a_builtin_function_can_be_invoked() -> None:
    assert value(invocation("abs", n="-3")) == 3


def test_a_function_keeps_the_scope_it_was_made_in() -> None:
    maker = (
        '<functionDefinition><formalParameter name="n"/>'
        '<functionDefinition><formalParameter name="m"/>'
        f"{literal('n * 10 + m')}</functionDefinition></functionDefinition>"
    )
    body = (
        f"<context>{entry('make', maker)}{entry('n', literal('99'))}"
        f"<contextEntry>{literal('make(4)(2)')}</contextEntry></context>"
    )
    assert value(body) == 42


@pytest.mark.parametrize("kind", ["Java", "PMML"])
def test_a_function_in_another_language_never_runs_and_says_so(kind: str) -> None:
    foreign = (
        f'<functionDefinition kind="{kind}"><formalParameter name="x"/>'
        f"<context>{entry('class', literal(chr(34) + 'java.lang.Runtime' + chr(34)))}</context>"
        "</functionDefinition>"
    )
    body = f"<context>{entry('f', foreign)}<contextEntry>{literal('f(1)')}</contextEntry></context>"
    decisions = load(decision("d", body))
    assert [each.code for each in decisions.warnings] == ["dmn-external"]
    outcome = decisions.evaluate("d", {})
    assert outcome.value is None
    assert [each.code for each in outcome.diagnostics] == ["dmn-external"]


# --------------------------------------------------------------------------- conditional, filter


@pytest.mark.parametrize(
    ("condition", "wanted"), [("true", 1), ("false", 2), ("null", 2), ('"x"', None), ("1", None)]
)
def test_a_conditional(condition: str, wanted: int | None) -> None:
    body = (
        f"<conditional><if>{literal(condition)}</if><then>{literal('1')}</then>"
        f"<else>{literal('2')}</else></conditional>"
    )
    assert value(body) == wanted


def test_only_the_chosen_branch_is_evaluated() -> None:
    body = (
        f"<conditional><if>{literal('true')}</if><then>{literal('1')}</then>"
        f"<else>{literal('missing + 1')}</else></conditional>"
    )
    assert load(decision("d", body)).evaluate("d", {}).diagnostics == ()


@pytest.mark.parametrize(
    ("items", "match", "wanted"),
    [
        ("[1,2,3,4]", "item > 2", [3, 4]),
        ("[{a: 1}, {a: 2}]", "a = 2", [{"a": 2}]),
        ("[{a: 1}, {a: 2}]", "item.a = 1", [{"a": 1}]),
        ("[1,2,3]", "false", []),
        ("[]", "true", []),
        ("[1,2,3]", "2", 2),
        ("[1,2,3]", "-1", 3),
        ("[1,2,3]", "4", None),
        ("[1,2,3]", '"x"', None),
        ("[1,null]", "item > 0", [1]),
        ("5", "item > 2", [5]),
        ("null", "true", []),
    ],
)
def test_a_filter(items: str, match: str, wanted: object) -> None:
    body = f"<filter><in>{literal(items)}</in><match>{literal(match)}</match></filter>"
    assert value(body) == wanted


# --------------------------------------------------------------------------- iteration


@pytest.mark.parametrize(
    ("over", "body", "wanted"),
    [
        ("[1,2,3]", "e * 2", [2, 4, 6]),
        ("[]", "e", []),
        ("null", "e", None),
        ("7", "e + 1", [8]),
        ("[1..4]", "e", [1, 2, 3, 4]),
        ("(1..4)", "e", [2, 3]),
        ("1..3", "e", [1, 2, 3]),
        ("3..1", "e", [3, 2, 1]),
        ("[1,2,3,4]", "if e = 1 then 1 else e + sum(partial)", [1, 3, 7, 15]),
        ("[1,2,3,4]", "count(partial)", [0, 1, 2, 3]),
        ("[1,2]", "partial", [[], [[]]]),
    ],
)
def test_for(over: str, body: str, wanted: object) -> None:
    assert value(loop("for", literal(over), literal(body))) == wanted


def test_for_over_dates() -> None:
    over = literal('[date("2026-02-27")..date("2026-03-01")]')
    assert value(loop("for", over, literal("e"))) == ["2026-02-27", "2026-02-28", "2026-03-01"]


@pytest.mark.parametrize(
    ("kind", "over", "body", "wanted"),
    [
        ("every", "[1,2]", "e > 0", True),
        ("every", "[1,2]", "e > 1", False),
        ("every", "[]", "false", True),
        ("every", "[1,2]", 'if e = 1 then true else "x"', None),
        ("every", "[1,2]", 'if e = 1 then false else "x"', False),
        ("some", "[1,2]", "e > 1", True),
        ("some", "[1,2]", "e > 2", False),
        ("some", "[]", "true", False),
        ("some", "[1,2]", 'if e = 1 then "x" else false', None),
        ("some", "[1,2]", 'if e = 1 then "x" else true', True),
        ("every", "null", "true", None),
        ("some", "null", "true", None),
    ],
)
def test_quantifiers_are_three_valued(kind: str, over: str, body: str, wanted: object) -> None:
    assert value(loop(kind, literal(over), literal(body))) is wanted


# --------------------------------------------------------------------------- lenient reading


def test_what_does_not_parse_is_null_when_read_leniently_and_only_then() -> None:
    data = definitions(decision("bad", literal("1 +")) + decision("good", literal("1")))
    assert codes(data) == ["dmn-feel"]
    decisions = dmn.load(data, lenient=True)
    assert [each.code for each in decisions.warnings] == ["dmn-feel"]
    outcome = decisions.evaluate("bad", {})
    assert outcome.value is None
    assert [each.code for each in outcome.diagnostics] == ["dmn-feel"]
    assert decisions.evaluate("good", {}).value == 1


# --------------------------------------------------------------------------- completeness


@pytest.mark.parametrize(
    "body",
    [
        "<conditional/>",
        f"<filter><in>{literal('[1]')}</in></filter>",
        f'<for iteratorVariable="e"><in>{literal("[1]")}</in></for>',
        "<invocation/>",
    ],
)
def test_a_boxed_expression_with_a_part_missing_is_refused(body: str) -> None:
    assert set(codes(definitions(decision("d", body)))) == {"dmn-incomplete"}


def test_a_context_with_a_result_in_the_middle_or_a_name_twice_is_refused() -> None:
    result = f"<contextEntry>{literal('1')}</contextEntry>"
    middle = f"<context>{result}{entry('a', literal('2'))}</context>"
    assert codes(definitions(decision("d", middle))) == ["dmn-context-result"]
    twice = f"<context>{entry('a', literal('1'))}{entry('a', literal('2'))}</context>"
    assert codes(definitions(decision("d", twice))) == ["dmn-repeated-name"]
