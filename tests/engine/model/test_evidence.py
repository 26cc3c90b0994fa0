"""The chain as values: what is linked, and that any change shows."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model import evidence
from engine.model.rows import AuditEntry
from engine.store.coding import dump, load

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def chain(length: int, algorithm: str = "sha256") -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for seq in range(1, length + 1):
        entries.append(
            evidence.link(
                tenant="t", chain="c", seq=seq, prev=entries[-1].hash if entries else "",
                at=seq, actor="zhang", action="complete", object_id=f"o{seq}",
                data={"n": seq, "amount": Decimal("0.10")}, algorithm=algorithm,
            )
        )  # fmt: skip
    return entries


def flaw(entries: list[AuditEntry], whole: list[AuditEntry]) -> tuple[str, int] | None:
    found = evidence.verify(entries, chain="c", seq=len(whole), head=whole[-1].hash)
    return None if found is None else (found.kind, found.seq)


@pytest.mark.parametrize("algorithm", evidence.ALGORITHMS)
def test_a_whole_chain_has_no_flaw(algorithm: str) -> None:
    entries = chain(5, algorithm)
    assert flaw(entries, entries) is None
    assert evidence.verify([], chain="c", seq=0, head="") is None


def test_a_house_may_change_its_algorithm() -> None:
    entries = chain(2)
    last = evidence.link(
        tenant="t", chain="c", seq=3, prev=entries[-1].hash, at=3, actor="a", action="b",
        object_id="", data={}, algorithm="sm3",
    )  # fmt: skip
    assert flaw([*entries, last], [*entries, last]) is None


def test_sm3_is_the_standards() -> None:
    # GB/T 32905-2016, example 1.
    assert evidence.digest(b"abc", "sm3") == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


@pytest.mark.parametrize(
    "field", ["at", "actor", "action", "object_id", "data", "tenant", "prev", "hash"]
)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_any_changed_word_is_named_at_its_entry(field: str, place: int) -> None:
    entries = chain(5)
    other: Any = {"at": 99, "data": {"n": 99}}.get(field, "f" * 64)
    entries[place] = dataclasses.replace(entries[place], **{field: other})
    kind, seq = flaw(entries, chain(5)) or ("", 0)
    assert (kind, seq) == ("altered", place + 1)


def test_an_entry_that_was_rewritten_with_its_hash_is_named_by_the_next() -> None:
    entries = chain(5)
    entries[1] = dataclasses.replace(entries[1], actor="li")
    entries[1].hash = evidence.entry_hash(entries[1])
    assert flaw(entries, chain(5)) == ("inserted", 3)


@pytest.mark.parametrize("place", range(5))
def test_a_removed_entry_is_named(place: int) -> None:
    entries = chain(5)
    del entries[place]
    assert flaw(entries, chain(5)) == ("removed", place + 1)


def test_an_inserted_entry_is_named() -> None:
    entries = chain(5)
    extra = evidence.link(
        tenant="t", chain="c", seq=6, prev=entries[-1].hash, at=6, actor="x", action="y",
        object_id="", data={},
    )  # fmt: skip
    assert flaw([*entries, extra], entries) == ("inserted", 6)
    assert flaw([*entries[:2], entries[1], *entries[2:]], entries) == ("inserted", 2)


def test_a_rewritten_end_does_not_match_what_the_case_records() -> None:
    entries = chain(3)
    last = dataclasses.replace(entries[-1], actor="li")
    last.hash = evidence.entry_hash(last)
    assert flaw([*entries[:2], last], entries) == ("tail", 3)


@given(JSON)
def test_a_digest_outlives_the_database(value: object) -> None:
    kept = load(dump(value))
    for algorithm in evidence.ALGORITHMS:
        assert evidence.matches(kept, evidence.digest_of(value, algorithm))


def test_other_values_have_other_digests() -> None:
    values: list[object] = [
        None,
        0,
        "0",
        [0],
        {"a": 0},
        False,
        "",
        [],
        {},
        Decimal("0.10"),
        1,
        True,
    ]
    digests = {evidence.digest_of(value) for value in values}
    assert len(digests) == len(values)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=9), st.data())
def test_every_leaf_counts_in_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    before = [leaf.hex() for leaf in leaves]
    root = evidence.merkle_root(before)
    place = data.draw(st.integers(0, len(before) - 1))
    changed = [*before]
    changed[place] = bytes(byte ^ 1 for byte in leaves[place]).hex()
    assert evidence.merkle_root(changed) != root
    assert evidence.merkle_root(before[:-1]) != root
    assert evidence.merkle_root([*before, before[-1]]) != root
