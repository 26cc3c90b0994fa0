"""Two states of decisions brought together: rule by rule and cell by cell, and never one lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import dmn
from engine.model.threeway import Together
from tests.engine.dmn.models import DMN15, decision, definitions, input_data, literal, table

SHIPPED = sorted((Path(__file__).resolve().parents[3] / "processes").glob("*/*.dmn"))


def both(base: bytes, mine: bytes, theirs: bytes, *take: str) -> Together:
    found = dmn.together(base, mine, theirs, take_theirs=take)
    assert found is not None
    return found


def one(text: str, tag: str = "text") -> str:
    return f"<{tag}>{text}</{tag}>"


def drawn(columns: list[str], rows: dict[str, dict[str, str]], policy: str = "FIRST") -> bytes:
    """A table with these input columns, an output ``y``, and rules by id with cells by column."""
    body = "".join(
        f'<input id="I{name}" label="{name}"><inputExpression>{one(name)}</inputExpression></input>'
        for name in columns
    )
    body += '<output id="Oy" name="y"/>'
    for key, cells in rows.items():
        body += f'<rule id="{key}">'
        body += "".join(one(one(cells.get(name, "")), "inputEntry") for name in columns)
        body += one(one(cells.get("y", "1")), "outputEntry") + "</rule>"
    return definitions(
        decision("d", f'<decisionTable id="T" hitPolicy="{policy}">{body}</decisionTable>')
    )


ROWS = {"R1": {"a": "1", "y": "10"}, "R2": {"a": "2", "y": "20"}, "R3": {"a": "3", "y": "30"}}
BASE = drawn(["a"], ROWS)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    columns = draw(st.permutations("abc"))[: draw(st.integers(1, 3))]
    keys = draw(st.permutations(["R1", "R2", "R3", "R4"]))[: draw(st.integers(0, 4))]
    cell = st.sampled_from(["", "-", "1", "2"])
    rows = {key: {name: draw(cell) for name in columns} for key in keys}
    for row in rows.values():
        row["y"] = draw(st.sampled_from(["1", "2"]))
    return drawn(list(columns), rows, draw(st.sampled_from(["FIRST", "UNIQUE"])))


def same(one: bytes, other: bytes) -> bool:
    return dmn.difference(one, other) == () == dmn.difference(other, one)


@given(tables(), tables())
def test_what_only_one_changed_is_as_they_have_it(base: bytes, changed: bytes) -> None:
    for mine, theirs in ((changed, base), (base, changed), (changed, changed)):
        found = both(base, mine, theirs)
        assert found.contested == ()
        assert same(found.content, changed)


@given(tables(), tables(), tables(), st.booleans())
def test_both_are_asked_the_same_and_the_result_can_be_read(
    base: bytes, mine: bytes, theirs: bytes, all_theirs: bool
) -> None:
    asked = {each.key for each in both(base, mine, theirs).contested}
    assert asked == {each.key for each in both(base, theirs, mine).contested}
    chosen = both(base, mine, theirs, *(asked if all_theirs else ()))
    assert {each.key for each in chosen.contested} == asked
    assert not [each for each in dmn.lint(chosen.content) if each.code == "dmn-rule-cells"]
    dmn.load(chosen.content)


def test_two_cells_of_one_rule_are_no_choice() -> None:
    mine = drawn(["a"], {**ROWS, "R2": {"a": "5", "y": "20"}})
    theirs = drawn(["a"], {**ROWS, "R2": {"a": "2", "y": "50"}, "R4": {"a": "9"}})
    found = both(BASE, mine, theirs)
    assert found.contested == ()
    wanted = {**ROWS, "R2": {"a": "5", "y": "50"}, "R4": {"a": "9"}}
    assert same(found.content, drawn(["a"], wanted))


def test_one_cell_twice_is_a_choice_in_both_languages() -> None:
    mine, theirs = (drawn(["a"], {**ROWS, "R2": {"a": cell, "y": "20"}}) for cell in ("7", "8"))
    (asked,) = both(BASE, mine, theirs).contested
    assert (asked.zh, asked.en) == ("d：第 2 条规则", "d: rule 2")
    assert (asked.attribute_zh, asked.before, asked.mine, asked.theirs) == ("a", "2", "7", "8")
    assert same(both(BASE, mine, theirs).content, mine)
    assert same(both(BASE, mine, theirs, asked.key).content, theirs)


def test_a_column_of_one_and_a_rule_of_the_other_find_each_other() -> None:
    mine = drawn(["b", "a"], {key: {**row, "b": "0"} for key, row in ROWS.items()})
    theirs = drawn(["a"], {**ROWS, "R4": {"a": "4"}})
    found = both(BASE, mine, theirs)
    assert found.contested == ()
    rows = {key: {**row, "b": "0"} for key, row in ROWS.items()} | {"R4": {"a": "4"}}
    assert same(found.content, drawn(["b", "a"], rows))


def test_a_column_taken_away_that_the_other_asks_is_a_choice() -> None:
    base = drawn(["a", "b"], ROWS)
    mine = drawn(["a"], ROWS)
    theirs = drawn(["a", "b"], {**ROWS, "R4": {"a": "1", "b": "2"}})
    (asked,) = both(base, mine, theirs).contested
    assert (asked.en, asked.mine_how, asked.theirs_how) == ("d: column b", "removed", "kept")
    assert same(both(base, mine, theirs, asked.key).content, theirs)
    assert same(both(base, mine, theirs).content, drawn(["a"], {**ROWS, "R4": {"a": "1"}}))


def test_two_orders_of_rules_are_a_choice() -> None:
    mine, theirs = (
        drawn(["a"], {key: ROWS[key] for key in order})
        for order in (("R2", "R1", "R3"), ("R1", "R3", "R2"))
    )
    (asked,) = both(BASE, mine, theirs).contested
    assert asked.attribute_en == "order of the rules"
    assert same(both(BASE, mine, theirs, asked.key).content, theirs)


def test_a_requirement_goes_with_what_it_points_at() -> None:
    base = definitions(input_data("x") + decision("d", literal("x"), needs=["i:x"]))
    mine = definitions(decision("d", literal("1"), needs=[]))
    assert same(both(base, mine, base).content, mine)
    theirs = definitions(
        input_data("x")
        + decision("d", literal("x"), needs=["i:x"])
        + decision("e", literal("x"), needs=["i:x"])
    )
    (asked,) = both(base, mine, theirs).contested
    assert asked.en == "x"
    dmn.load(both(base, mine, theirs, asked.key).content)


def test_a_decision_has_one_expression() -> None:
    base = definitions(decision("d", table(["x"], ["y"], [["1", "1"]])))
    mine = definitions(decision("d", literal("1")))
    theirs = definitions(decision("d", table(["x"], ["y"], [["2", "1"]])))
    (asked,) = both(base, mine, theirs).contested
    assert same(both(base, mine, theirs).content, mine)
    assert same(both(base, mine, theirs, asked.key).content, theirs)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_decisions_mean_what_they_meant(path: Path) -> None:
    data = path.read_bytes()
    found = both(data, data, data)
    assert found.contested == ()
    assert same(found.content, data)
    assert found.content.count(b"<dmndi:DMNShape") == data.count(b"<dmndi:DMNShape") > 0
    assert dmn.lint(found.content) == dmn.lint(data) or len(dmn.lint(found.content)) == 0


@pytest.mark.parametrize("junk", [b"", b"<x/>", b"<a><b></a>"])
def test_what_is_no_dmn_is_left_to_be_chosen_whole(junk: bytes) -> None:
    assert dmn.together(junk, BASE, BASE) is None
    assert dmn.together(BASE, BASE, junk) is None
    assert dmn.together(BASE, BASE, BASE.replace(DMN15.encode(), DMN15.replace("2023", "2021")
                                                 .replace("0324", "1108").encode())) is None  # fmt: skip
    twice = BASE.replace(b'id="R2"', b'id="R1"')
    assert dmn.together(BASE, BASE, twice) is None
