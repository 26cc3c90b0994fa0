"""What an administrator is told before deploying, beyond what other tests here show."""

from __future__ import annotations

import re

import pytest

from engine import dmn
from engine.errors import ModelRejected
from tests.engine.dmn.models import codes, decision, definitions, input_data, literal, table


def pairs(inputs: list[str], rows: list[list[str]], **how: object) -> list[str]:
    """The overlaps told, as ``R1 R2``."""
    data = definitions(decision("d", table(inputs, ["y"], rows, **how)))  # type: ignore[arg-type]
    found = [each for each in dmn.lint(data) if each.code == "dmn-overlap"]
    told = [re.match(r"Rules (\d+) and (\d+)", each.en) for each in found]
    names = [(f"R{each[1]}", f"R{each[2]}") for each in told if each is not None]
    assert [each.where for each in found] == [second for _, second in names]
    return [" ".join(each) for each in names]


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ('"a"', '"a","b"', True),
        ('"a"', '"b"', False),
        ('not("a")', '"a"', False),
        ('not("a")', '"b"', True),
        ('not("a")', 'not("b")', True),
        ("-", '"a"', True),
        ("", "", True),
        ("< 10", ">= 10", False),
        ("<= 10", ">= 10", True),
        ("[1..5)", "[5..9]", False),
        ("[1..5]", "[5..9]", True),
        ("> 5", "< 6", True),
        ("(1..2)", "1, 2", False),
        ("true", "false", False),
        ("true", "not(false)", True),
        ("null", "not(null)", False),
        ('< date("2026-01-01")', '>= date("2026-01-01")', False),
        ('<= date("2026-01-01")', '[date("2026-01-01")..date("2026-02-01")]', True),
        ("> limit", "< limit", False),
        ("? > 1", "? > 2", False),
    ],
)
def test_overlapping_rules_of_a_unique_table(first: str, second: str, overlap: bool) -> None:
    assert pairs(["x"], [[first, "1"], [second, "2"]]) == (["R1 R2"] if overlap else [])


def test_rules_overlap_only_where_every_column_does() -> None:
    rows = [["< 5", '"a"', "1"], ["< 9", '"b"', "2"], ["> 3", '"a"', "3"]]
    assert pairs(["x", "y"], rows) == ["R1 R3"]


def test_where_a_column_lists_its_values_only_those_are_tried() -> None:
    rows = [['not("a")', "1"], ['not("b")', "2"]]
    assert pairs(["x"], rows) == ["R1 R2"]
    assert pairs(["x"], rows, expected=['"a","b"']) == []


def test_other_hit_policies_may_overlap() -> None:
    assert pairs(["x"], [["-", "1"], ["-", "2"]], policy="FIRST") == []


def test_a_cell_made_to_cost_much_stops_the_search_not_the_linter() -> None:
    slow = "count(for a in 1..1000000, b in 1..1000000 return a) > 1"
    assert pairs(["x"], [["1", "1"], [slow, "2"], ["1", "3"]]) in ([], ["R1 R3"])


def holes(inputs: list[str], rows: list[list[str]], **how: object) -> list[str]:
    """What no rule covers, as told."""
    data = definitions(decision("d", table(inputs, ["y"], rows, **how)))  # type: ignore[arg-type]
    found = [each for each in dmn.lint(data) if each.code == "dmn-gap"]
    assert all(each.severity == "warning" and each.where == "T" for each in found)
    return [each.en.removeprefix("When ").split(", no rule")[0] for each in found]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["true", "false"], []),
        (["true"], ["“x” is false"]),
        (["true", "not(true)"], []),
        (["< 5", "> 5"], ["“x” is 5"]),
        (["<= 5", "> 5"], []),
        (["[1..5)", "[5..9]"], ["“x” is 0"]),
        (['"a"', '"b"'], ["“x” is any other value"]),
        (['"a"', 'not("a")'], []),
        (['"a"', "-"], []),
        (["? > 1", "? < 1"], []),
        (["> limit"], []),
    ],
)
def test_values_that_no_rule_covers_are_told(cells: list[str], told: list[str]) -> None:
    assert holes(["x"], [[cell, "1"] for cell in cells]) == told


def test_a_gap_names_only_the_columns_it_hangs_on() -> None:
    rows = [["true", '"a"', "1"], ["true", 'not("a")', "2"], ["false", '"a"', "3"]]
    assert holes(["x", "y"], rows) == ["“x” is false and “y” is any other value"]


def test_where_values_are_listed_a_default_given_or_all_hits_collected_there_is_no_gap() -> None:
    rows = [['"a"', "1"], ['"b"', "2"]]
    assert holes(["x"], rows, expected=['"a","b"']) == []
    assert holes(["x"], rows, policy="COLLECT") == []


def test_a_text_without_quotes_is_told() -> None:
    data = definitions(decision("d", table(["类别"], ["y"], [["检举", "纪检"]])))
    found = dmn.lint(data)
    assert [(each.code, each.severity) for each in found] == [("dmn-unknown-name", "warning")] * 2
    assert '"检举"' in found[0].zh
    assert '"纪检"' in found[1].zh


def test_where_inputs_are_declared_every_other_name_is_told() -> None:
    data = definitions(
        input_data("x")
        + input_data("unconnected")
        + decision("d", literal("x + typo + unconnected"), needs=["i:x"])
    )
    assert [each.en.split("”")[0] for each in dmn.lint(data)] == ["“typo", "“unconnected"]


def test_names_bound_in_the_expression_are_not_told() -> None:
    body = (
        '<context><contextEntry><variable name="a"/>'
        '<functionDefinition><formalParameter name="n"/>'
        f"{literal('n + 1')}</functionDefinition></contextEntry>"
        f"<contextEntry>{literal('for i in [1] return a(i) + count([1])')}</contextEntry></context>"
    )
    assert dmn.lint(definitions(input_data("x") + decision("d", body))) == []


def test_duplicate_ids_are_refused_and_duplicate_names_told() -> None:
    twice = decision("d", literal("1")) + decision("d", literal("2"))
    assert codes(definitions(twice)) == ["dmn-duplicate-id"]
    data = definitions(
        input_data("x") + decision("y", literal("1")).replace('name="y"', 'name="x"')
    )
    assert codes(data) == ["dmn-duplicate-name"]


def test_several_outputs_need_names_that_differ() -> None:
    body = table(["x"], ["a", "a"], [["-", "1", "2"]])
    assert codes(definitions(decision("d", body))) == ["dmn-repeated-name"]
    body = table(["x"], ["a", ""], [["-", "1", "2"]])
    assert codes(definitions(decision("d", body))) == ["dmn-output-name"]


def test_a_table_without_rules_and_a_stray_aggregation_are_told() -> None:
    assert codes(definitions(decision("d", table(["x"], ["y"], [])))) == ["dmn-no-rules"]
    body = table(["x"], ["y"], [["-", "1"]], aggregation="SUM")
    assert codes(definitions(decision("d", body))) == ["dmn-aggregation"]


def test_every_problem_of_a_model_is_told_at_once_worst_first() -> None:
    data = definitions(
        decision("a", literal("1 +"), needs=["gone"])
        + decision("b", table(["1"], ["y"], [["-"]]))
        + input_data("c", "tGone")
    )
    with pytest.raises(ModelRejected) as caught:
        dmn.load(data)
    problems = caught.value.problems
    assert {each.code for each in problems} == {
        "dmn-feel",
        "dmn-dangling-reference",
        "dmn-output-entries",
        "dmn-unknown-type",
    }
    assert [each.severity for each in problems][-1] == "warning"
    assert caught.value.message("zh")


def test_linting_what_is_no_model_tells_instead_of_raising() -> None:
    assert [each.code for each in dmn.lint(b"junk")] == ["not-well-formed"]


def test_every_problem_speaks_both_languages_and_names_a_remedy() -> None:
    data = definitions(
        '<import name="i" namespace="urn:gone"/>'
        + decision("a", literal("1 1"), needs=["a"])
        + decision("b", table(["x"], ["y", "y"], [["-"]], policy="BEST", aggregation="SUM"))
    )
    for problem in dmn.lint(data):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in problem.zh), problem
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in problem.en), problem


@pytest.mark.parametrize(
    ("cells", "open_to_nothing"),
    [
        (["true", "false"], True),
        (["true", "not(true)"], False),
        (["true", "-"], False),
        (["true", "null"], False),
        (["< 5", ">= 5"], True),
        (["true", "? = null"], False),
        (["true, null", "false"], False),
        (['"a"', 'not("a")'], False),
        (["> limit"], False),
    ],
)
def test_a_column_that_holds_for_no_missing_answer_is_told(
    cells: list[str], open_to_nothing: bool
) -> None:
    rows = [[cell, "-", "1"] for cell in cells]
    data = definitions(decision("d", table(["x", "y"], ["z"], rows)))
    found = [each for each in dmn.lint(data) if each.code == "dmn-gap-null"]
    told = [(each.where, each.severity) for each in found]
    assert told == ([("I1", "warning")] if open_to_nothing else [])
    answered = dmn.load(data).evaluate("d", {"x": None, "y": 1, "limit": 1})
    if open_to_nothing:
        assert answered.value is None
    with_default = definitions(decision("d", table(["x", "y"], ["z"], rows, defaults=["0"])))
    assert "dmn-gap-null" not in {each.code for each in dmn.lint(with_default)}
