"""What must be true of every expression and value."""

from __future__ import annotations

import datetime as py
import decimal
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import feel
from engine.errors import BudgetExceeded
from engine.feel import FeelSyntaxError
from engine.feel.format import format_nested

NUMBERS = st.decimals(
    min_value=Decimal("-1e30"), max_value=Decimal("1e30"), allow_nan=False, allow_infinity=False
).map(lambda number: decimal.Context(prec=34).plus(number))
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Paris", "America/New_York", "Etc/UTC"])
MOMENTS = st.datetimes().map(
    lambda moment: moment.replace(year=1980 + moment.year % 57, day=min(moment.day, 28))
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


def value_of(text: str, **scope: object) -> object:
    return feel.compile(text, names=scope).evaluate(scope)


@given(NUMBERS)
def test_numbers_read_back(number: Decimal) -> None:
    assert value_of(format_nested(number)) == number
    assert value_of("number(string(n))", n=number) == number


@given(st.text())
def test_strings_read_back(text: str) -> None:
    assert value_of(format_nested(text)) == text


@given(VALUES)
def test_values_survive_feel(plain: object) -> None:
    value = feel.to_feel(plain)
    assert feel.to_feel(feel.to_python(value)) == value


@given(NUMBERS, NUMBERS)
def test_arithmetic_is_decimals(a: Decimal, b: Decimal) -> None:
    context = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN)
    assert value_of("a + b", a=a, b=b) == context.add(a, b)
    assert value_of("a - b", a=a, b=b) == context.subtract(a, b)
    assert value_of("a * b", a=a, b=b) == context.multiply(a, b)
    assert value_of("a / b", a=a, b=b) == (context.divide(a, b) if b else None)


@given(NUMBERS, NUMBERS)
def test_order_is_total_on_numbers(a: Decimal, b: Decimal) -> None:
    assert value_of("[a < b, a = b, a > b]", a=a, b=b) == [a < b, a == b, a > b]


@given(*[st.sampled_from([True, False, None])] * 2)
def test_three_valued_logic(a: bool | None, b: bool | None) -> None:
    both = False if a is False or b is False else (True if a and b else None)
    assert value_of("a and b", a=a, b=b) is both
    assert value_of("not(not(a) or not(b))", a=a, b=b) is both


@given(st.dates(), st.integers(-400_000, 400_000))
def test_days_are_pythons_days(day: py.date, count: int) -> None:
    try:
        expected = day + py.timedelta(days=count)
    except OverflowError:
        return
    shifted = value_of('d + n * duration("P1D")', d=day, n=count)
    assert feel.to_python(shifted) == expected
    assert feel.to_python(value_of("e - d", d=day, e=expected)) == py.timedelta(days=count)
    assert value_of("e.weekday", e=expected) == expected.isoweekday()
    assert value_of("week of year(e)", e=expected) == expected.isocalendar().week


@given(st.integers(-999_999_999, 999_999_999), st.integers(1, 12), st.integers(1, 28))
def test_days_far_away_read_back(year: int, month: int, day: int) -> None:
    date = value_of("date(y, m, d)", y=year, m=month, d=day)
    assert value_of("date(string(x))", x=date) == date
    assert value_of('x + @"P400Y" - @"P400Y"', x=date) in (date, None)
    if abs(year) < 999_999_000:
        assert value_of('(x + @"P146097D").weekday = x.weekday', x=date) is True


@given(MOMENTS, ZONES, ZONES, st.integers(-(10**7), 10**7))
def test_moments_are_pythons_moments(
    local: py.datetime, zone: str, other: str, seconds: int
) -> None:
    moment = local.replace(tzinfo=ZoneInfo(zone))
    later = (moment.astimezone(py.UTC) + py.timedelta(seconds=seconds)).astimezone(ZoneInfo(other))
    assert value_of('m + s * duration("PT1S") = l', m=moment, s=seconds, l=later) is True
    assert value_of("l - m", l=later, m=moment) == feel.DayTimeDuration(seconds * 10**9)


@given(st.lists(st.integers(-50, 50), max_size=30))
def test_sorting_and_counting(numbers: list[int]) -> None:
    assert value_of("sort(l, function(a, b) a > b)", l=numbers) == sorted(numbers, reverse=True)
    assert value_of("distinct values(l)", l=numbers) == list(dict.fromkeys(numbers))
    assert value_of("count(l)", l=numbers) == len(numbers)
    assert value_of("reverse(reverse(l))", l=numbers) == numbers


WORDS = st.sampled_from(
    '1 2.5 "a" null true a b item ? ( ) [ ] { } , : . .. + - * / ** = != < <= > >= and or not '
    "if then else for in return some every satisfies between instance of function list < number > "
    '@"2026-01-01" @"P1D" count( substring( sort( flatten( string( date and time( 1..9 partial '
    "“ ” ＞ // /* */ 1e400 财政所".split(" ")
)


@settings(max_examples=400)
@given(st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=60))
def test_every_text_ends_as_a_value_or_a_told_error(text: str) -> None:
    budget = feel.Budget(steps=20_000, size=10_000, seconds=5)
    for read in (feel.compile, feel.compile_unary):
        told = ""
        try:
            value = read(text).evaluate({"a": [1, {"b": 2}], "b": "x"}, input=5, budget=budget)
            told = f"{feel.to_plain(value)}{feel.format_value(value)}"
        except (FeelSyntaxError, BudgetExceeded) as error:
            told = error.message("zh") and error.message("en")
        assert told
