"""Cases to try decisions by: what is typed is kept, and what is expected is looked at."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import catalog
from engine.errors import Invalid
from tests.support.models import model, user

TABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D" namespace="urn:d">
  <decision id="fee" name="fee">
    <decisionTable id="T" hitPolicy="FIRST">
      <input id="I">
        <inputExpression id="E" typeRef="number"><text>amount</text></inputExpression>
      </input>
      <output id="O" name="fee" typeRef="number" />
      <rule id="R1">
        <inputEntry id="R1_1"><text>&lt; 100</text></inputEntry>
        <outputEntry id="R1_2"><text>1</text></outputEntry>
      </rule>
      <rule id="R2">
        <inputEntry id="R2_1"><text>-</text></inputEntry>
        <outputEntry id="R2_2"><text>2</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>"""
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.lists(
        st.builds(
            catalog.DecisionCase,
            title=TEXT,
            decision=TEXT.filter(bool),
            expect=TEXT,
            inputs=st.dictionaries(
                TEXT,
                st.one_of(
                    TEXT,
                    st.booleans(),
                    st.integers(-(10**9), 10**9),
                    st.builds(catalog.Formula, text=TEXT),
                ),
                max_size=4,
            ),
        ),
        max_size=4,
    )
)
def test_what_is_written_is_read_again(cases: list[catalog.DecisionCase]) -> None:
    written = catalog.write_cases(cases)
    assert catalog.read_cases(written.encode(), "cases/x.toml") == tuple(cases)


def test_what_is_typed_becomes_a_value_of_its_kind() -> None:
    typed = catalog.typed_case(
        "t",
        "fee",
        " 1 ",
        {
            "a": ("string", "true"),
            "b": ("boolean", "false"),
            "c": ("number", "1.50"),
            "d": ("date", "2026-03-02"),
            "e": ("", "[1, 2]"),
            "f": ("number", "many"),
            "g": ("string", "  "),
        },
    )
    assert typed.expect == "1"
    assert typed.inputs == {
        "a": "true",
        "b": False,
        "c": Decimal("1.50"),
        "d": "2026-03-02",
        "e": catalog.Formula(text="[1, 2]"),
        "f": catalog.Formula(text="many"),
    }
    plain = catalog.plain_inputs(typed)
    assert plain["e"] == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "[[case]]\ntitle = 1\ndecision = 'd'",
        "[[case]]\ntitle = 't'",
        "[[case]]\ndecision = 'd'\nmore = 1",
        "[[case]]\ndecision = 'd'\n[case.inputs]\na = [1]",
        "other = 1",
        "[[case",
        "[[case]]\ndecision = 'd'\n" * (catalog.MOST_CASES + 1),
    ],
)
def test_what_is_no_file_of_cases_is_told(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        catalog.read_cases(text.encode(), "cases/x.toml")
    assert all(each.file == "cases/x.toml" for each in refused.value.problems)


def warnings(cases: str) -> list[str]:
    files = {
        "main.bpmn": model(user("a", "办", groups="drafter"), "s>a>e"),
        "rules.dmn": TABLE,
        "cases/rules.toml": cases.encode(),
    }
    found = [each for each in catalog.all_problems(files) if each.file == "cases/rules.toml"]
    return [f"{each.severity}: {each.en}" for each in found]


def test_deployment_tells_of_a_result_that_is_not_the_expected_one() -> None:
    case = "[[case]]\ntitle = '%s'\ndecision = '%s'\nexpect = '%s'\n[case.inputs]\namount = %s\n"
    assert warnings(case % ("right", "fee", "1", "99") + case % ("free", "fee", "", "99")) == []
    (told,) = warnings(case % ("wrong", "fee", "1", "100"))
    assert told.startswith("warning: The case “wrong”: the result is 2, not 1")
    (told,) = warnings(case % ("gone", "fees", "1", "100"))
    assert "its decision is not there" in told
    (told,) = warnings(case % ("no FEEL", "fee", "1 +", "100"))
    assert "Not an expression" in told
    (told,) = warnings("[[case]]\ntitle = 1\n")
    assert told.startswith("error: ")


def test_a_result_of_null_can_be_expected() -> None:
    null = catalog.DecisionCase(title="t", decision="fee", expect="null")
    assert catalog.as_expected(null, None)
    assert not catalog.as_expected(null, Decimal(1))
