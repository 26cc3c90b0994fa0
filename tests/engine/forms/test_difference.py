"""What changed between two states of a form is told field by field, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms import difference

ROOT = Path(__file__).resolve().parents[3]
A: dict[str, Any] = {"type": "textfield", "key": "a", "label": "甲"}
B: dict[str, Any] = {"type": "number", "key": "b", "label": "乙", "validate": {"min": 1}}
C: dict[str, Any] = {"type": "checkbox", "key": "c", "label": "丙"}


def form(*components: dict[str, Any]) -> bytes:
    return json.dumps({"type": "default", "components": components}).encode()


def group(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": "group", "label": "组", "components": list(components)}


def told(old: bytes, new: bytes) -> list[tuple[str, str, tuple[tuple[str, str, str], ...]]]:
    return [(change.path, change.how, change.details) for change in difference(old, new)]


def test_fields_are_added_taken_away_changed_and_moved() -> None:
    assert told(form(A), form(A, B)) == [("b", "added", ())]
    assert told(form(A, B), form(A)) == [("b", "removed", ())]
    changed = {**A, "label": "甲甲", "validate": {"required": True}, "layout": {"row": "x"}}
    assert told(form(A), form(changed)) == [
        ("a", "changed", (("label", "甲", "甲甲"), ("validate.required", "", "✓")))
    ]
    assert told(form(A, B, C), form(C, A, B)) == [("c", "moved", ())]
    assert told(form(A, B), form(group(A), B))[1:] == [("a", "moved", ())]
    assert told(form({**A, "type": "textarea"}), form(A)) == [
        ("a", "changed", (("type", "textarea", "textfield"),))
    ]


def test_a_field_in_a_list_is_another_than_the_one_outside() -> None:
    rows = {"type": "dynamiclist", "path": "rows", "label": "行", "components": [A]}
    assert told(form(A), form(A, rows)) == [("rows", "added", ()), ("rows[].a", "added", ())]


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"[" * 100_000, form({"components": 1})])
def test_what_is_no_form_is_not_compared_and_breaks_nothing(junk: bytes) -> None:
    difference(junk, form(A))
    difference(form(A), junk)


def test_deep_nesting_is_cut_off() -> None:
    deep = A
    for _ in range(300):
        deep = group(deep)
    assert difference(form(), form(deep))


@given(st.permutations([A, B, C]))
def test_a_form_differs_not_from_itself(components: list[dict[str, Any]]) -> None:
    assert difference(form(*components), form(*components)) == ()
    assert {c.how for c in difference(form(A, B, C), form(*components))} <= {"moved"}


def test_shipped_forms_differ_not_from_themselves() -> None:
    for path in ROOT.glob("forms/*/*.form"):
        assert difference(path.read_bytes(), path.read_bytes()) == ()
