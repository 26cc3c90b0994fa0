"""Two states brought together: nothing of either is lost, and what clashes is asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.model.threeway import GONE, ORDER, WITHIN, Part, Parts, merge

KEYS = "abcdefg"


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Part]:
    """Parts in any order, held by any that came before them, what holds them first."""
    found: dict[str, Part] = {}
    for key in draw(st.permutations(KEYS))[: draw(st.integers(0, len(KEYS)))]:
        said = draw(st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2), max_size=3))
        leans = {name: draw(st.sampled_from(KEYS)) for name in said if draw(st.booleans())}
        found[key] = Part(
            within=draw(st.sampled_from(["", *found])), says=said, kind="", leans=leans
        )
    return in_depth(found)


def in_depth(parts: Parts, above: str = "") -> dict[str, Part]:
    found: dict[str, Part] = {}
    for key, part in parts.items():
        if part.within == above:
            found[key] = part
            found |= in_depth(parts, key)
    return found


def same(one: Parts, other: Parts) -> bool:
    def told(parts: Parts) -> list[object]:
        return [(key, part.within, dict(part.says)) for key, part in parts.items()]

    return told(one) == told(other)


@given(documents(), documents())
def test_what_only_one_changed_is_as_they_have_it(base: Parts, changed: Parts) -> None:
    for one, other in ((changed, base), (base, changed), (changed, changed)):
        merged, clashes = merge(base, one, other)
        assert clashes == ()
        assert same(merged, changed)


@given(documents(), documents(), documents())
def test_both_sides_are_asked_the_same(base: Parts, mine: Parts, theirs: Parts) -> None:
    _, asked = merge(base, mine, theirs)
    _, other_way = merge(base, theirs, mine)
    assert {each.key for each in asked} == {each.key for each in other_way}


@given(documents(), documents(), documents(), st.booleans())
def test_every_part_is_held_by_one_that_is_there(
    base: Parts, mine: Parts, theirs: Parts, all_theirs: bool
) -> None:
    _, asked = merge(base, mine, theirs)
    taken = {each.key for each in asked} if all_theirs else set()
    merged, again = merge(base, mine, theirs, take_theirs=taken)
    assert {each.key for each in again} == {each.key for each in asked}
    assert same(merged, in_depth(merged))
    wanted = theirs if all_theirs else mine
    for each in asked:
        if each.attribute in (GONE, WITHIN) or each.attribute.startswith(ORDER):
            continue
        said = wanted[each.part].says.get(each.attribute)
        assert merged[each.part].says.get(each.attribute) == said


@given(documents(), documents(), documents())
def test_nothing_that_one_side_added_is_lost(base: Parts, mine: Parts, theirs: Parts) -> None:
    merged, asked = merge(base, mine, theirs)
    if not any(each.attribute == GONE for each in asked):
        for side in (mine, theirs):
            assert {key for key in side if key not in base} <= set(merged)


def parts(**said: str) -> dict[str, Part]:
    return {key: Part(says={"x": value}) for key, value in said.items()}


def test_what_one_took_away_and_the_other_changed_is_asked_for() -> None:
    base, mine, theirs = parts(a="1", b="2"), parts(a="1"), parts(a="1", b="3")
    kept, asked = merge(base, mine, theirs)
    assert [each.key for each in asked] == [f"b#{GONE}"]
    assert list(kept) == ["a"]
    assert list(merge(base, mine, theirs, take_theirs={f"b#{GONE}"})[0]) == ["a", "b"]
    assert list(merge(base, theirs, mine)[0]) == ["a", "b"]
    assert list(merge(base, theirs, mine, take_theirs={f"b#{GONE}"})[0]) == ["a"]


def test_what_one_took_away_and_the_other_leans_on_is_asked_for() -> None:
    base, mine = parts(a="1", b="2"), parts(a="1")
    theirs = {**base, "c": Part(says={"x": "1"}, leans={"x": "b"})}
    assert [each.part for each in merge(base, mine, theirs)[1]] == ["b"]


def test_additions_to_one_place_stand_behind_each_other() -> None:
    base = parts(a="1", z="1")
    merged, asked = merge(base, parts(a="1", m="1", z="1"), parts(a="1", t="1", z="1"))
    assert (list(merged), asked) == (["a", "m", "t", "z"], ())


def test_two_new_orders_are_asked_for() -> None:
    base = parts(a="1", b="1", c="1")
    mine, theirs = parts(b="1", a="1", c="1"), parts(a="1", c="1", b="1")
    merged, asked = merge(base, mine, theirs)
    assert [each.key for each in asked] == [f"#{ORDER}"]
    assert list(merged) == ["b", "a", "c"]
    assert list(merge(base, mine, theirs, take_theirs={f"#{ORDER}"})[0]) == ["a", "c", "b"]
