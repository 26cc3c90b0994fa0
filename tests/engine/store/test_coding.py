"""JSON as the database keeps it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store import coding

numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_was_written_is_read(value: Any) -> None:
    text = coding.dump(value)
    assert coding.load(text) == value
    json.loads(text)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_digits_are_kept(value: Decimal) -> None:
    text = coding.dump([value])
    assert text == f"[{value}]"
    assert str(coding.load(text)[0]) in (str(value), str(int(value)))


def test_both_encoders_write_the_same() -> None:
    plain = {"文": ["a", 1, None, True, {}, [], (), '\u2028\x00"\\'], "b": {"c": {}}}
    exact = coding.dump({**plain, "d": Decimal(0)})
    assert exact == coding.dump(plain)[:-1] + ',"d":0}'


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, b"x", Decimal("NaN"), Decimal("Infinity"), float("nan"), [{1: Decimal(1)}]],
)
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        coding.dump(value)


def test_fractions_are_decimals_and_whole_numbers_ints() -> None:
    found = coding.load("[0.1, 1, 1e3]")
    assert [type(one) for one in found] == [Decimal, int, Decimal]
    assert coding.load(coding.dump([0.1])) == [Decimal("0.1")]
