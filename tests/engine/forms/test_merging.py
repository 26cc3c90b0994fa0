"""Two states of a form brought together: field by field, and never a field lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import forms
from engine.model.threeway import Together

SHIPPED = sorted((Path(__file__).resolve().parents[3] / "forms").glob("*/*.form"))
A: dict[str, Any] = {"type": "textfield", "key": "a", "label": "甲", "id": "Field_a"}
B: dict[str, Any] = {"type": "number", "key": "b", "label": "乙", "validate": {"min": 1}}
C: dict[str, Any] = {"type": "checkbox", "key": "c", "label": "丙"}


def form(*components: dict[str, Any]) -> bytes:
    text = json.dumps({"type": "default", "components": components}, ensure_ascii=False)
    return text.encode()


def group(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "group", "label": "组", **more, "components": list(components)}


def both(base: bytes, mine: bytes, theirs: bytes, *take: str) -> Together:
    found = forms.together(base, mine, theirs, take_theirs=take)
    assert found is not None
    return found


def told(found: Together) -> Any:
    return json.loads(found.content)


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """Forms of a few fields, in any order, some of them in groups and lists."""

    def field(key: str) -> dict[str, Any]:
        made: dict[str, Any] = {
            "type": draw(st.sampled_from(["textfield", "number", "checkbox"])),
            "key": key,
            "label": draw(st.sampled_from(["甲", "乙"])),
        }
        if draw(st.booleans()):
            made["validate"] = {"required": draw(st.booleans())}
        if draw(st.booleans()):
            made["id"] = f"Field_{draw(st.sampled_from([key, key, 'z']))}"
        if draw(st.booleans()):
            made["properties"] = {"help": draw(st.sampled_from(["一", "二"]))}
        return made

    keys = draw(st.permutations("abcdef"))[: draw(st.integers(0, 6))]
    top: list[dict[str, Any]] = []
    inside: list[dict[str, Any]] = []
    for key in keys:
        draw(st.sampled_from([top, inside])).append(field(key))
    if draw(st.booleans()):
        top.insert(draw(st.integers(0, len(top))), {"type": "text", "text": "说明"})
    shape = draw(st.sampled_from(["none", "group", "named", "list"]))
    if shape == "group":
        top.append(group(*inside))
    elif shape == "named":
        top.append(group(*inside, path="g"))
    elif shape == "list" and inside:
        top.append({"type": "dynamiclist", "path": "g", "label": "列", "components": inside})
    return form(*top)


@given(written(), written())
def test_what_only_one_changed_is_as_they_have_it(base: bytes, changed: bytes) -> None:
    for one, other in ((changed, base), (base, changed), (changed, changed)):
        found = both(base, one, other)
        assert found.contested == ()
        assert told(found) == json.loads(changed)


@given(written(), written(), written(), st.booleans())
def test_both_are_asked_the_same_and_the_result_is_a_form(
    base: bytes, mine: bytes, theirs: bytes, all_theirs: bool
) -> None:
    found = forms.together(base, mine, theirs)
    other_way = forms.together(base, theirs, mine)
    if found is None or other_way is None:  # two fields called the same: told as a file
        return
    asked = {each.key for each in found.contested}
    assert asked == {each.key for each in other_way.contested}
    chosen = forms.together(base, mine, theirs, take_theirs=asked if all_theirs else ())
    if chosen is not None:
        assert {each.key for each in chosen.contested} == asked
        forms.parse(chosen.content)


def test_two_attributes_of_one_field_are_no_choice() -> None:
    mine = form({**A, "label": "甲甲"}, B)
    theirs = form({**A, "validate": {"required": True}}, B, C)
    found = both(form(A, B), mine, theirs)
    assert found.contested == ()
    wanted = {**A, "label": "甲甲", "validate": {"required": True}}
    assert told(found)["components"] == [wanted, B, C]


def test_the_same_attribute_twice_is_a_choice_in_both_languages() -> None:
    base, mine, theirs = form(A), form({**A, "label": "我"}), form({**A, "label": "他"})
    (one,) = both(base, mine, theirs).contested
    assert (one.zh, one.en) == ("字段“我”", "Field “我”")
    assert (one.attribute_zh, one.attribute_en) == ("标签", "label")
    assert (one.before, one.mine, one.theirs) == ("甲", "我", "他")
    assert told(both(base, mine, theirs))["components"][0]["label"] == "我"
    assert told(both(base, mine, theirs, one.key))["components"][0]["label"] == "他"


def test_a_field_taken_away_and_changed_is_a_choice() -> None:
    base, mine, theirs = form(A, B), form(A), form(A, {**B, "label": "乙乙"})
    (one,) = both(base, mine, theirs).contested
    assert (one.mine_how, one.theirs_how) == ("removed", "kept")
    assert told(both(base, mine, theirs))["components"] == [A]
    assert len(told(both(base, mine, theirs, one.key))["components"]) == 2


def test_a_field_that_one_renamed_and_the_other_moved_is_one_field() -> None:
    found = both(form(A, B), form({**A, "key": "neu"}, B), form(B, group(A)))
    assert found.contested == ()
    assert told(found)["components"] == [B, group({**A, "key": "neu"})]


def test_two_fields_called_the_same_come_to_be_one_with_choices() -> None:
    """One renamed a field to what the other calls a new one."""
    found = both(form(A), form({**A, "key": "n"}), form(A, {**B, "key": "n"}))
    keys = [each["key"] for each in told(found)["components"]]
    assert sorted(keys) == sorted(set(keys))
    assert found.contested


def test_numbers_and_line_ends_stay_as_they_were_written() -> None:
    base = b'{"components": [{"type": "number", "key": "a", "validate": {"max": 0.1}}]}\n'
    mine = base.replace(b"0.1", b"0.12345678901234567890123")
    found = both(base, mine, base.replace(b'"a"', b'"a", "label": "x"'))
    assert found.content.endswith(b"}\n")
    assert told(found)["components"][0]["validate"]["max"] == "0.12345678901234567890123"
    assert forms.parse(found.content).fields()[0].label == "x"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_forms_come_back_as_they_were(path: Path) -> None:
    data = path.read_bytes()
    changed = json.loads(data)
    changed["components"].append({"type": "text", "text": "末尾"})
    other = json.dumps(changed, ensure_ascii=False, indent=2).encode()
    assert both(data, data, data).content == data
    assert told(both(data, data, other)) == changed


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"[" * 100_000, form({"components": 1})])
def test_what_is_no_form_is_left_to_be_chosen_whole(junk: bytes) -> None:
    assert forms.together(junk, form(A), form(A)) is None
    assert forms.together(form(A), form(A), junk) is None
