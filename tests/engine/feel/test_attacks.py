"""No expression hangs, eats memory or escapes as a foreign error, however it is meant."""

from __future__ import annotations

import pytest

from engine import feel
from engine.errors import BudgetExceeded
from engine.feel import FeelSyntaxError

BUDGET = feel.Budget(steps=60_000, depth=40, size=100_000, seconds=2)

DOUBLED = "for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]]"
NESTED = "for i in 1..4000 return [partial[-1]]"

STOPPED = [
    "for i in 1..1000000000000 return i",
    "for i in 1..1e33 return i",
    'for i in @"-999999999-12-31"..@"999999999-12-31" return i',
    "every i in 1..1000000000 satisfies true",
    "for i in 1..300, j in 1..300 return 1",
    "for x in 1..60 return for y in 1..60 return for z in 1..60 return x",
    'for i in 1..60 return if i = 1 then "aaaaaaaaaa" else partial[-1] + partial[-1]',
    "for i in 1..20000 return partial",
    f"string({DOUBLED})",
    f"flatten({DOUBLED})",
    f"{{a: {DOUBLED}, b: {DOUBLED}, c: a = b}}.c",
    f"{{a: {DOUBLED}, b: {DOUBLED}, c: a[60] = b[60]}}.c",
    f"string({NESTED})",
    f"({NESTED}) = ({NESTED})",
    "{f: function(n) f(n + 1), r: f(1)}.r",
    "{f: function(n) f(f(n)), r: f(1)}.r",
    "(function(f) f(f))(function(f) f(f))",
    "{f: function(n) if n = 0 then 1 else f(n - 1) + f(n - 1), r: f(35)}.r",
    "sort(for i in 1..20000 return modulo(i * 7919, 10007), function(a, b) a < b)",
    "distinct values(for i in 1..2000 return {a: i})",
    'for i in 1..50000 return string(for j in 1..30 return "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")',
    'for i in 1..1000 return upper case("' + "x" * 50_000 + '")',
    'replace("' + "a" * 1000 + '", "a", "' + "b" * 1000 + '")',
    'string join(for i in 1..1000 return "' + "x" * 1000 + '")',
    'matches("' + "a" * 60 + r'", "^(a+)+\1b$")',
    'matches("' + "a" * 50_000 + '", "(a?){500}a{500}b")',
    "l[" * 18 + "true" + "]" * 18,
]

HARMLESS = [
    "10**10**10",
    "10**10000000000",
    "1.0000000001**(10**33)",
    "9**9**9**9**9",
    "exp(1e30)",
    "exp(-1e30)",
    "modulo(1e6000, 3)",
    "decimal(1e6000, -6111)",
    "decimal(1, 1e6000)",
    "round up(1e-6100, -6111)",
    "sublist([1], 1, 1e6000)",
    "date(1e6000, 1, 1)",
    'duration("P1D") * 1e6000',
    'duration("P999999999999999999D")',
    '@"999999999-12-31" + @"P1D"',
    '@"2020-01-01T00:00:00@Europe/Paris" + duration("P700000000000D")',
    'time("00:00:00@../../etc/passwd")',
    "1" * 9_000,
    'number("' + "1" * 50_000 + '")',
    'date("' + "9" * 50_000 + '")',
    'matches("' + "a" * 5_000 + '!", "^(a|a)*$")',
    'matches("' + "a" * 5_000 + '", "(a+)+$b")',
    'matches("aaaa", "((((a{1,1000}){1,1000}){1,1000}){1,1000})")',
    'matches("a", "' + "[a-" * 300 + '")',
    'matches("a", "' + "(" * 300 + r'\1")',
    DOUBLED,
    f"({DOUBLED}) instance of " + "list<" * 12 + "number" + ">" * 12,
    "1" + " + 1" * 1_900,
    "true" + " and true" * 1_900,
    "[" + ", ".join("1" * 10_000) + "]",
]

NO_FEEL = [
    "(" * 5_000 + "1" + ")" * 5_000,
    "[" * 5_000,
    "-" * 5_000 + "1",
    "not(" * 5_000 + "true" + ")" * 5_000,
    "{a:" * 3_000 + "1" + "}" * 3_000,
    "if a then b else " * 3_000 + "1",
    "1" + "+1" * 20_000,
    "1" + "+1" * 100_000,
    "a" + ".b" * 5_000,
    "a" + "[1]" * 5_000,
    "a" + "(1)" * 5_000,
    "1 in " * 1_500 + "1",
    "x in (y in (" * 200 + "1" + "))" * 200,
    '"' + '\\"' * 40_000,
    '"' * 40_001,
    "/*" * 40_000 + " ",
    "x instance of " + "list<" * 5_000,
    "for a in " * 5_000,
    "function(a) " * 5_000 + "a",
    "\x00",
    "",
    "   ",
]


@pytest.mark.parametrize("text", STOPPED, ids=lambda text: text[:50])
def test_costly_expression_is_stopped(text: str) -> None:
    with pytest.raises(BudgetExceeded):
        feel.compile(text).evaluate({"l": [1, 2]}, budget=BUDGET)


@pytest.mark.parametrize("text", HARMLESS, ids=lambda text: text[:50])
def test_extreme_expression_has_a_value(text: str) -> None:
    feel.compile(text).evaluate(budget=BUDGET)


@pytest.mark.parametrize("text", NO_FEEL, ids=lambda text: repr(text[:20]))
def test_malformed_text_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        feel.compile(text)
    assert 0 <= caught.value.position <= len(text)


def test_type_nested_too_deep_is_refused() -> None:
    with pytest.raises(FeelSyntaxError):
        feel.parse_type("list<" * 5_000 + "number" + ">" * 5_000)


@pytest.mark.parametrize("walk", [feel.to_plain, feel.to_python, feel.format_value])
@pytest.mark.parametrize("text", [DOUBLED, NESTED])
def test_walking_a_value_that_is_larger_than_it_looks_is_stopped(walk: object, text: str) -> None:
    value = feel.compile(text).evaluate()
    with pytest.raises(BudgetExceeded):
        walk(value)  # type: ignore[operator]


def test_such_a_value_does_not_come_back_in_either() -> None:
    value = feel.compile(DOUBLED).evaluate()
    with pytest.raises(BudgetExceeded):
        feel.compile("count(x)").evaluate({"x": value})


def test_evaluation_within_an_evaluation_shares_its_budget() -> None:
    inner = feel.compile("for i in 1..1000 return f(i)")
    function = feel.FeelFunction("f", ["n"], lambda n: inner.evaluate(scope))
    scope = {"f": function}
    with pytest.raises(BudgetExceeded):
        inner.evaluate(scope, budget=BUDGET)


def test_wall_time_is_bounded_too() -> None:
    with pytest.raises(BudgetExceeded):
        feel.compile("for i in 1..5000 return i").evaluate(
            budget=feel.Budget(steps=10_000_000, seconds=-1)
        )


def test_the_error_names_the_expression_in_both_languages() -> None:
    with pytest.raises(BudgetExceeded) as caught:
        feel.compile("for i in 1..1e9 return i").evaluate()
    assert "for i in 1..1e9 return i" in caught.value.message("zh")
    assert "上限" in caught.value.message("zh")
    assert f"more than {feel.standing().size}" in caught.value.message("en")
