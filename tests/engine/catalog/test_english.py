"""The English of a package is written back so that the rest of its file stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import english, with_english
from engine.errors import Invalid

FILE = '# 表单\n[texts]\n"标题" = "Title" # as printed\n\n# 意见\n"意见" = "Opinion"\n'.encode()
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


def test_a_text_is_added_changed_and_taken_out_in_its_place() -> None:
    added = with_english(FILE, {"依据": 'The "basis"'})
    assert added == FILE + '"依据" = "The \\"basis\\""\n'.encode()
    changed = with_english(FILE, {"意见": "Remarks"})
    assert changed == FILE.replace(b"Opinion", b"Remarks")
    assert with_english(FILE, {"意见": ""}) == FILE.replace('"意见" = "Opinion"\n'.encode(), b"")
    assert with_english(FILE, {}) == FILE
    assert with_english(b"", {"甲": "A"}) == '[texts]\n"甲" = "A"\n'.encode()


@pytest.mark.parametrize(
    "text",
    [
        "[texts]\n'标题' = 'Title'\n",
        '[texts]\n"\\u6807\\u9898" = """\nTitle\n"""\n',
        "texts = {}\n",
    ],
)
def test_a_file_written_otherwise_is_written_anew_and_says_the_same(text: str) -> None:
    changed = with_english(text.encode(), {"标题": "Heading", "甲": "A"})
    assert english(changed) == {**english(text.encode()), "标题": "Heading", "甲": "A"}


@pytest.mark.parametrize("content", [b"[texts", b"\xff", b"texts = 1"])
def test_a_file_that_cannot_be_read_is_not_overwritten(content: bytes) -> None:
    assert english(content) == {}
    with pytest.raises(Invalid):
        with_english(content, {"甲": "A"})


@given(
    st.dictionaries(TEXT, TEXT, max_size=5), st.dictionaries(TEXT, TEXT | st.just(""), max_size=5)
)
def test_whatever_is_written_is_read_again(old: dict[str, str], new: dict[str, str]) -> None:
    content = with_english(b"", old)
    assert english(content) == old
    wanted = {zh: en for zh, en in {**old, **new}.items() if en}
    assert english(with_english(content, new)) == wanted
