"""What changed between two files of decisions."""

from __future__ import annotations

from engine import dmn
from tests.engine.dmn.models import decision, definitions, literal, table

ROWS = [['"a"', "1"], ['"b"', "2"], ['"c"', "3"]]


def told(old: bytes, new: bytes) -> list[tuple[str, str, dict[str, tuple[str, str]]]]:
    return [
        (each.en, each.how, {d.en: (d.before, d.after) for d in each.details})
        for each in dmn.difference(old, new)
    ]


def rules(rows: list[list[str]], **how: object) -> bytes:
    return definitions(decision("d", table(["x"], ["y"], rows, **how)))  # type: ignore[arg-type]


def test_the_same_is_no_change_and_neither_is_a_dash_for_nothing() -> None:
    assert told(rules(ROWS), rules(ROWS)) == []
    assert told(rules([["-", "1"]]), rules([["", "1"]])) == []
    assert told(rules(ROWS), b"<no") == []


def test_a_cell_is_told_with_its_rule_and_column() -> None:
    changed = rules([ROWS[0], ['"b"', "7"], ROWS[2]])
    assert told(rules(ROWS), changed) == [("d: rule 2", "changed", {"y": ("2", "7")})]


def test_rules_that_come_and_go_are_told_whole() -> None:
    assert told(rules(ROWS[:2]), rules(ROWS)) == [
        ("d: rule 3", "added", {"x": ("", '"c"'), "y": ("", "3")})
    ]
    assert told(rules(ROWS), rules(ROWS[:2])) == [
        ("d: rule 3", "removed", {"x": ('"c"', ""), "y": ("3", "")})
    ]


def test_only_the_rule_that_moved_is_told_as_moved() -> None:
    old = rules(ROWS)
    third = old[old.index(b'<rule id="R3"') : old.index(b"</decisionTable>")]
    end = third.index(b"</rule>") + len(b"</rule>")
    new = old.replace(third[:end], b"").replace(b'<rule id="R1"', third[:end] + b'<rule id="R1"')
    assert told(old, new) == [("d: rule 1", "moved", {})]


def test_hit_policies_expressions_and_decisions_are_told() -> None:
    assert told(rules(ROWS), rules(ROWS, policy="FIRST")) == [
        ("d", "changed", {"Hit policy": ("UNIQUE", "FIRST")})
    ]
    one, other = definitions(decision("d", literal("1"))), definitions(decision("d", literal("2")))
    assert told(one, other) == [("d", "changed", {"Expression": ("1", "2")})]
    both = definitions(decision("d", literal("1")) + decision("e", literal("1")))
    assert told(one, both) == [("e", "added", {})]
    assert told(both, one) == [("e", "removed", {})]
