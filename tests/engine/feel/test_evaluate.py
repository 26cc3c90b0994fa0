"""Evaluating: scopes, clocks, diagnostics, conversions, functions, types."""

from __future__ import annotations

import datetime as py
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine import feel

NOW = py.datetime(2026, 3, 1, 7, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


class Spying(Mapping[str, object]):
    """A scope that remembers what was asked of it."""

    def __init__(self, values: dict[str, object]) -> None:
        self.values_ = values
        self.asked: list[str] = []

    def __getitem__(self, key: str) -> object:
        self.asked.append(key)
        return self.values_[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def test_only_what_is_used_is_looked_up_and_only_once() -> None:
    scope = Spying({"a": [1, 2, 3], "b": object()})
    assert feel.compile("for i in a return a[i] * 2").evaluate(scope) == [2, 4, 6]
    assert set(scope.asked) == {"a"}
    assert len(scope.asked) == 1


def test_a_path_does_not_convert_what_it_passes_by() -> None:
    scope = {"case": {"form": {"amount": 5}, "huge": object()}}
    assert feel.compile("case.form.amount + 1").evaluate(scope) == 6


def test_what_has_no_feel_value_is_the_callers_error() -> None:
    with pytest.raises(TypeError):
        feel.compile("a").evaluate({"a": object()})


def test_now_and_today_tell_the_given_moment() -> None:
    assert feel.format_value(feel.compile("now()").evaluate(now=NOW)) == (
        "2026-03-01T07:30:00@Asia/Shanghai"
    )
    assert feel.format_value(feel.compile("today()").evaluate(now=NOW)) == "2026-03-01"
    assert feel.compile("now() = now()").evaluate() is True


def test_diagnostics_tell_where_and_why() -> None:
    warn: list[feel.Diagnostic] = []
    assert feel.compile('1 + "a"').evaluate(warn=warn) is None
    assert [each.position for each in warn] == [2]
    assert "数字 + 文本" in warn[0].zh
    assert "number + string" in warn[0].en


def test_diagnostics_of_unknown_variables_and_functions() -> None:
    warn: list[feel.Diagnostic] = []
    feel.compile("x + abs(number: 1)").evaluate(warn=warn)
    assert "“x”" in warn[0].zh
    assert "abs" in warn[1].en


def test_an_expression_may_be_shared_by_threads() -> None:
    expression = feel.compile("for i in 1..200 return i * n")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: expression.evaluate({"n": n}), range(20)))
    assert found == [[i * n for i in range(1, 201)] for n in range(20)]


def test_compiling_twice_compiles_once() -> None:
    assert feel.compile("a + 1", names=["a"]) is feel.compile("a + 1", names=["a"])


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        (1, "1"),
        (1.5, "1.5"),
        (0.1, "0.1"),
        (True, "true"),
        (None, "null"),
        ("2026-01-01", '"2026-01-01"'),
        ({"a": [1, {"b": 2}]}, "{a: [1, {b: 2}]}"),
        ((1, 2), "[1, 2]"),
        (float("nan"), "null"),
        (float("inf"), "null"),
        (py.date(2026, 3, 1), '@"2026-03-01"'),
        (NOW, '@"2026-03-01T07:30:00@Asia/Shanghai"'),
        (py.datetime(2026, 3, 1, tzinfo=py.UTC), '@"2026-03-01T00:00:00Z"'),
        (py.time(8, 30), '@"08:30:00"'),
        (py.timedelta(days=1, seconds=1), '@"P1DT1S"'),
        (10**40, "10 ** 40"),
    ],
)
def test_plain_values_become_feels(plain: object, text: str) -> None:
    assert feel.compile(f"is(x, {text}) or x = {text}").evaluate({"x": plain}) is True


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1.50 * 2", 3),
        ("1.5", Decimal("1.5")),
        ('{a: [@"2026-03-01"]}', {"a": ["2026-03-01"]}),
        ('@"P1D"', "P1D"),
        ("[1..2]", "[1..2]"),
        ("abs", "function(n)"),
    ],
)
def test_feels_values_become_plain(text: str, plain: object) -> None:
    value = feel.to_plain(feel.compile(text).evaluate())
    assert value == plain
    json.dumps(value, default=str)


def test_python_has_its_own_moments() -> None:
    value = feel.compile("[now(), today(), now() - now()]").evaluate(now=NOW)
    assert feel.to_python(value) == [NOW, NOW.date(), py.timedelta(0)]
    assert feel.to_python(feel.compile('@"12026-01-01"').evaluate()) == "12026-01-01"


def test_functions_of_the_caller_are_called_by_place_and_by_name() -> None:
    number = feel.BUILT_IN_TYPES["number"]
    minus = feel.FeelFunction("minus", [("a", number), ("b", number)], lambda a, b: a - b)
    scope = {"minus": minus}
    assert feel.compile("minus(5, [3])").evaluate(scope) == 2
    assert feel.compile("minus(b: 5, a: 3)").evaluate(scope) == -2
    assert feel.compile('minus("x", 3)').evaluate(scope) is None
    assert feel.compile("minus(1)").evaluate(scope) is None


def test_what_a_function_of_the_caller_returns_is_converted() -> None:
    scope = {"f": feel.FeelFunction("f", [], lambda: {"a": [1]})}
    assert feel.compile("f().a[1] + 1").evaluate(scope) == 2


def test_named_types_are_known_to_instance_of_and_parameters() -> None:
    adult = feel.ConstrainedType(
        "adult", feel.BUILT_IN_TYPES["number"], lambda age: age in range(18, 200)
    )
    types = {"adult": adult, "people": feel.ListType.of(adult)}
    assert feel.compile("20 instance of adult", types=types).evaluate() is True
    assert feel.compile("[17] instance of people", types=types).evaluate() is False
    assert feel.compile("(function(a: adult) a)(17)", types=types).evaluate() is None
    assert feel.compile("1 instance of nobody").evaluate() is None


@pytest.mark.parametrize(
    "text",
    [
        "number",
        "list<number>",
        "list<list<string>>",
        "range<date>",
        "context<a: string, b c: list<number>>",
        "function<number, string> -> boolean",
        "days and time duration",
        "date and time",
    ],
)
def test_types_read_back_as_written(text: str) -> None:
    assert feel.parse_type(text).name == text


def test_unknown_type_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        feel.parse_type("list<nobody>")


@pytest.mark.parametrize(
    ("type_", "other", "expected"),
    [
        ("number", "Any", True),
        ("Any", "number", False),
        ("Null", "number", True),
        ("list<number>", "list<Any>", True),
        ("list<Any>", "list<number>", False),
        ("context<a: number, b: string>", "context<a: number>", True),
        ("context<a: number>", "context<a: number, b: string>", False),
        ("function<Any> -> number", "function<number> -> Any", True),
        ("function<number> -> Any", "function<Any> -> number", False),
        ("range<number>", "range<Any>", True),
    ],
)
def test_type_lattice(type_: str, other: str, expected: bool) -> None:
    assert feel.type_conforms(feel.parse_type(type_), feel.parse_type(other)) is expected


def test_coercion() -> None:
    number, moment = feel.parse_type("number"), feel.parse_type("date and time")
    five = Decimal(5)
    assert feel.coerce([five], number) == five
    assert feel.coerce(five, feel.parse_type("list<number>")) == [five]
    assert feel.format_value(feel.coerce(feel.to_feel(py.date(2026, 3, 1)), moment)) == (
        "2026-03-01T00:00:00Z"
    )
    assert feel.coerce(None, number) is None
    with pytest.raises(feel.Null):
        feel.coerce("x", number)
    with pytest.raises(feel.Null):
        feel.coerce([five, five], number)
