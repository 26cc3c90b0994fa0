"""FEEL's names may hold spaces and operators; what is known in scope decides."""

from __future__ import annotations

import pytest

from engine import feel


@pytest.mark.parametrize(
    ("text", "scope", "expected"),
    [
        ("Monthly Salary * 12", {"Monthly Salary": 100}, 1200),
        ("Monthly   Salary * 12", {"Monthly Salary": 100}, 1200),
        ("财政所-经费 + 1", {"财政所-经费": 5}, 6),
        ("财政所 - 经费", {"财政所-经费": 5, "财政所": 3, "经费": 1}, 2),
        ("a-b", {"a": 3, "b": 1}, 2),
        ("a-b", {"a": 3, "b": 1, "a-b": 7}, 7),
        ("decision A 2.1 + 1", {"decision A 2.1": 1}, 2),
        ("max(case 1, case 2)", {"case 1": 1, "case 2": 2}, 2),
        ("for d in days in week return d", {"days in week": [1, 2]}, [1, 2]),
        ("Applicant's age > 17", {"Applicant's age": 18}, True),
        ("1st choice", {"1st choice": "x"}, "x"),
        ("for sale", {"for sale": True}, True),
        ("date of birth.year", {"date of birth": {"year": 1990}}, 1990),
        ("date", {"date": 5}, 5),
        ('date("2026-01-01").year', {"date": 5}, 2026),
        ("count(count)", {"count": [1, 2]}, 2),
        ("loan.credit-score", {"loan": {"credit-score": 7}, "credit-score": None}, 7),
        ("if a then b else c d", {"a": False, "c d": 1}, 1),
        ("some loop var in [1, 2] satisfies loop var > 1", {}, True),
        ("(function(unit price, n) unit price * n)(2, 3)", {}, 6),
        ("申请.金额 > 50000", {"申请": {"金额": 60000}}, True),
        ('申请.条目[类型 = "车"].金额', {"申请": {"条目": [{"类型": "车", "金额": 1}]}}, [1]),
        ("人口数 １", {"人口数 １": 3}, 3),
    ],
)
def test_longest_known_name_wins(text: str, scope: dict[str, object], expected: object) -> None:
    value = feel.compile(text, names=scope).evaluate(scope)
    assert feel.to_plain(value) == expected


def test_unknown_words_in_a_row_are_one_name() -> None:
    expression = feel.compile("Monthly Salary * 12 + date of birth")
    assert expression.names == {"Monthly Salary", "date of birth"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a + b.c", {"a", "b"}),
        ("for i in l return i + j", {"l", "j"}),
        ("function(x) x + y", {"y"}),
        ("{a: 1, b: a + c}", {"c"}),
        ("count(l)", {"l"}),
        ("l[item.x > limit]", {"l", "limit"}),
        ("some x in xs satisfies partial", {"xs", "partial"}),
        ("1 + 2", set()),
    ],
)
def test_free_names(text: str, names: set[str]) -> None:
    assert feel.compile(text).names == names


@pytest.mark.parametrize("name", ['5" pipe', "a /* b", '"'])
def test_a_name_that_cannot_be_read_never_cuts_the_text_short(name: str) -> None:
    with pytest.raises(feel.FeelSyntaxError):
        feel.compile(f"{name} + 1", names=[name])


def test_unary_tests_do_not_name_their_input() -> None:
    assert feel.compile_unary("? > limit").names == {"limit"}


def test_scopes_end_where_they_end() -> None:
    expression = feel.compile("(for i in [1] return i)[1] + i")
    assert expression.names == {"i"}
    assert expression.evaluate({"i": 5}) == 6
