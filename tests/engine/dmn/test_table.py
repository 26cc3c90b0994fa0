from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import dmn
from engine.errors import ModelRejected
from tests.engine.dmn.models import codes, decision, definitions, load, table

ROWS = [["< 10", '"small"'], ["< 100", '"middle"'], ["-", '"large"']]
RANKED = ['"large","middle","small"']


def run(x: object, **how: Any) -> dmn.Outcome:
    rows = how.pop("rows", ROWS)
    outputs = how.pop("outputs", ["size"])
    inputs = how.pop("inputs", ["x"])
    data = decision("d", table(inputs, outputs, rows, **how))
    given_values = x if isinstance(x, dict) else {"x": x}
    return load(data).evaluate("d", given_values)


# --------------------------------------------------------------------------- hit policies


def test_unique_gives_the_one_rule_that_holds_and_names_it() -> None:
    outcome = run(500)
    assert outcome.value == "large"
    assert outcome.rules == (dmn.Fired(decision="d", table="T", rules=("R3",)),)
    assert outcome.diagnostics == ()


def test_unique_with_several_rules_is_null_and_says_which() -> None:
    outcome = run(5)
    assert outcome.value is None
    assert outcome.rules[0].rules == ("R1", "R2", "R3")
    (diagnostic,) = outcome.diagnostics
    assert diagnostic.code == "dmn-ambiguous"
    assert diagnostic.where == "T"
    assert "第 1, 2, 3 条" in diagnostic.zh
    assert "rules 1, 2, 3" in diagnostic.en


def test_first_gives_the_first_and_looks_no_further() -> None:
    outcome = run(5, policy="FIRST")
    assert outcome.value == "small"
    assert outcome.rules[0].rules == ("R1",)


def test_any_wants_all_rules_to_agree() -> None:
    agreeing = [["< 10", '"a"'], ["< 100", '"a"'], ["> 50", '"b"']]
    assert run(5, policy="ANY", rows=agreeing).value == "a"
    outcome = run(70, policy="ANY", rows=agreeing)
    assert outcome.value is None
    assert [each.code for each in outcome.diagnostics] == ["dmn-ambiguous"]


def test_priority_gives_the_output_listed_first() -> None:
    assert run(5, policy="PRIORITY", ranks=RANKED).value == "large"


def test_output_order_sorts_by_the_list_of_outputs() -> None:
    assert run(5, policy="OUTPUT ORDER", ranks=RANKED).value == ["large", "middle", "small"]


def test_rule_order_and_collect_keep_the_order_of_the_rules() -> None:
    for policy in ("RULE ORDER", "COLLECT"):
        assert run(5, policy=policy).value == ["small", "middle", "large"]
        assert run(50, policy=policy).value == ["middle", "large"]


@pytest.mark.parametrize(
    ("aggregation", "wanted"), [("SUM", 7), ("MIN", 1), ("MAX", 4), ("COUNT", 3)]
)
def test_collect_aggregates(aggregation: str, wanted: int) -> None:
    rows = [["-", "1"], ["-", "2"], ["-", "4"], ["< 0", "100"]]
    outcome = run(1, policy="COLLECT", aggregation=aggregation, rows=rows)
    assert outcome.value == wanted


@pytest.mark.parametrize(
    ("letter", "wanted"),
    [("U", None), ("F", "small"), ("R", ["small", "middle", "large"]), ("C", list)],
)
def test_policies_may_be_written_by_their_letter(letter: str, wanted: object) -> None:
    found = run(5, policy=letter).value
    assert isinstance(found, list) if wanted is list else found == wanted


def test_priority_ranks_by_the_columns_from_left_to_right() -> None:
    rows = [["-", '"b"', "1"], ["-", '"a"', "2"], ["-", '"a"', "1"]]
    outcome = run(0, policy="PRIORITY", rows=rows, outputs=["p", "q"], ranks=['"a","b"', "1,2"])
    assert outcome.value == {"p": "a", "q": 1}


def test_without_a_list_the_allowed_values_of_the_type_rank() -> None:
    item = (
        '<itemDefinition name="tSize"><typeRef>string</typeRef>'
        '<allowedValues><text>"large","middle","small"</text></allowedValues></itemDefinition>'
    )
    body = decision("d", table(["x"], ["size"], ROWS, policy="PRIORITY"), type_ref="tSize")
    assert load(item, body).evaluate("d", {"x": 1}).value == "large"


# --------------------------------------------------------------------------- nothing holds


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY", "PRIORITY", "FIRST"])
def test_no_rule_is_null_and_says_so(policy: str) -> None:
    outcome = run(5, policy=policy, rows=[["> 10", '"a"']])
    assert outcome.value is None
    assert [each.code for each in outcome.diagnostics] == ["dmn-no-rule"]
    assert outcome.rules[0].rules == ()


@pytest.mark.parametrize("policy", ["RULE ORDER", "OUTPUT ORDER", "COLLECT"])
def test_no_rule_is_an_empty_list_where_lists_come_out(policy: str) -> None:
    assert run(5, policy=policy, rows=[["> 10", '"a"']]).value == []


def test_no_rule_counts_zero_and_sums_to_null() -> None:
    rows = [["> 10", "1"]]
    assert run(5, policy="COLLECT", aggregation="COUNT", rows=rows).value == 0
    assert run(5, policy="COLLECT", aggregation="SUM", rows=rows).value is None


def test_the_default_output_stands_in_when_no_rule_holds() -> None:
    assert run(5, rows=[["> 10", '"a"']], defaults=['"none"']).value == "none"
    outcome = run(5, rows=[["> 10", '"a"', "1"]], outputs=["p", "q"], defaults=['"none"'])
    assert outcome.value == {"p": "none", "q": None}


def test_the_default_output_is_an_expression_in_the_same_scope() -> None:
    assert run(5, rows=[["> 10", "1"]], defaults=["x * 2"]).value == 10


# --------------------------------------------------------------------------- cells


def test_an_empty_cell_and_a_dash_both_match_everything() -> None:
    assert run(None, rows=[["", '"a"']]).value == "a"
    assert run(None, rows=[["-", '"a"']]).value == "a"


@pytest.mark.parametrize(
    ("cell", "x", "holds"),
    [
        ('"甲","乙"', "乙", True),
        ('"甲","乙"', "丙", False),
        ('not("甲")', "乙", True),
        ('not("甲","乙")', "乙", False),
        ("[1..10)", 10, False),
        ("(1..10]", 10, True),
        (">= 3", 3, True),
        ("< 3, > 7", 8, True),
        ("null", None, True),
        ("not(null)", None, False),
        ("not(null)", 1, True),
        ("? > 3 and ? < 5", 4, True),
        ("true", True, True),
        ("false", None, False),
        ('starts with(?, "某")', "某村", True),
        ("list contains(?, 1)", [1, 2], True),
    ],
)
def test_unary_tests_in_cells(cell: str, x: object, holds: bool) -> None:
    assert run(x, rows=[[cell, "true"]], defaults=["false"]).value is holds


def test_a_cell_may_use_other_names_in_scope() -> None:
    outcome = run({"x": 7, "limit": 5}, rows=[["> limit", "x - limit"]])
    assert outcome.value == 2


def test_several_inputs_must_all_hold() -> None:
    rows = [["> 1", "> 1", '"both"'], ["> 1", "<= 1", '"left"']]
    for x, y, wanted in [(2, 2, "both"), (2, 1, "left"), (1, 2, None)]:
        assert run({"x": x, "y": y}, inputs=["x", "y"], rows=rows).value == wanted


def test_several_outputs_are_a_context() -> None:
    assert run(1, rows=[["-", "1", '"a"']], outputs=["p", "q"]).value == {"p": 1, "q": "a"}


def test_a_value_the_column_does_not_expect_gives_null_and_says_so() -> None:
    outcome = run("x", rows=[["-", "1"]], expected=['"a","b"'])
    assert outcome.value is None
    assert [each.code for each in outcome.diagnostics] == ["dmn-input-value"]
    assert outcome.diagnostics[0].where == "I1"
    assert run("a", rows=[["-", "1"]], expected=['"a","b"']).value == 1


def test_an_output_outside_the_list_is_kept_and_told() -> None:
    outcome = run(1, rows=[["-", '"c"']], ranks=['"a","b"'])
    assert outcome.value == "c"
    assert [each.code for each in outcome.diagnostics] == ["dmn-output-value"]


def test_a_table_without_inputs_always_holds() -> None:
    assert run({}, inputs=[], rows=[["1"]]).value == 1


@given(st.integers(-5, 25))
def test_ranges_that_tile_the_numbers_leave_no_gap_and_no_overlap(x: int) -> None:
    rows = [["< 0", '"a"'], ["[0..10)", '"b"'], ["[10..20]", '"c"'], ["> 20", '"d"']]
    wanted = "a" if x < 0 else "b" if x < 10 else "c" if x <= 20 else "d"
    assert run(x, rows=rows).value == wanted


# --------------------------------------------------------------------------- refusals


def test_an_unknown_hit_policy_and_aggregation_are_refused() -> None:
    data = definitions(decision("d", table(["x"], ["y"], ROWS, policy="BEST")))
    assert "dmn-hit-policy" in codes(data)
    data = definitions(
        decision("d", table(["x"], ["y"], ROWS, policy="COLLECT", aggregation="AVERAGE"))
    )
    assert codes(data) == ["dmn-aggregation"]


def test_rows_of_the_wrong_length_are_all_told_at_once() -> None:
    body = table(["x"], ["y"], [["1"], ["1", "2"], ["1", "2", "3"]], policy="FIRST")
    with pytest.raises(ModelRejected) as caught:
        dmn.load(definitions(decision("d", body)))
    assert [(each.code, each.where) for each in caught.value.problems] == [
        ("dmn-output-entries", "R1"),
        ("dmn-output-entries", "R3"),
    ]


def test_every_cell_that_is_no_feel_is_told_with_its_line_and_what_was_expected() -> None:
    body = table(["x"], ["y"], [["1 +", "2"], ["-", '"open'], ["“甲”", "2"]])
    with pytest.raises(ModelRejected) as caught:
        dmn.load(definitions(decision("d", body)), name="a.dmn")
    problems = caught.value.problems
    assert [each.code for each in problems] == ["dmn-feel"] * 3
    assert [each.where for each in problems] == ["R1", "R2", "R3"]
    assert all(each.line == 1 and each.file == "a.dmn" for each in problems)
    assert all(each.zh and each.en for each in problems)


def test_a_column_without_expression_or_a_table_without_output_is_refused() -> None:
    assert "dmn-no-input-expression" in codes(definitions(decision("d", table([""], ["y"], []))))
    assert "dmn-no-output" in codes(definitions(decision("d", table(["x"], [], []))))


def test_another_language_is_refused_by_name() -> None:
    data = definitions(decision("d", table(["x"], ["y"], ROWS))).replace(
        b"<inputExpression>", b'<inputExpression expressionLanguage="juel">'
    )
    assert "dmn-language" in codes(data)
    data = definitions(decision("d", table(["x"], ["y"], ROWS, policy="FIRST"))).replace(
        b"<inputExpression>", b'<inputExpression expressionLanguage="feel">'
    )
    assert codes(data) == []
