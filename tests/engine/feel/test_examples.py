"""What FEEL expressions mean: the tables under ``examples/``."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from engine import feel

_SPEC = importlib.util.spec_from_file_location("examples", Path(__file__).with_name("examples.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_TABLES = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_TABLES)

EXPRESSIONS = [
    pytest.param(left, right, id=f"{table}: {left}")
    for table in ("values", "numbers", "strings", "lists", "temporal")
    for left, right in _TABLES.examples(table)
]
UNARY = [pytest.param(left, right, id=left) for left, right in _TABLES.examples("unary")]


def told(value: object) -> tuple[str, str]:
    """A value as kind and text, so that 1 and "1", or [] and null, are not taken for the same."""
    return type(value).__name__, feel.format_value(value)


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS)
def test_expression_has_its_value(text: str, expected: str) -> None:
    value = feel.compile(text).evaluate()
    assert told(value) == told(feel.compile(expected).evaluate())


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS)
def test_null_from_something_wrong_says_why(text: str, expected: str) -> None:
    warn: list[feel.Diagnostic] = []
    value = feel.compile(text).evaluate(warn=warn)
    for each in warn:
        assert each.zh
        assert each.en
        assert 0 <= each.position <= len(text)
    harmless = (
        "null",
        "@",
        "string(null)",
        "min([])",
        "all(",
        "any(",
        "not(",
        "get ",
        "is ",
        "(> 5)",
    )
    if value is None and not text.startswith((*harmless, "{", "true", "false")):
        assert warn or "null" in text or "e99999999" in text


@pytest.mark.parametrize(("left", "expected"), UNARY)
def test_unary_test_holds_or_not(left: str, expected: str) -> None:
    tested, _, tests = left.partition(" ; ")
    value = feel.compile(tested).evaluate()
    found = feel.compile_unary(tests).evaluate(input=value)
    assert told(found) == told(feel.compile(expected).evaluate())
