"""Files of a package brought together by their kind; the English text by text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine import catalog
from engine.model.threeway import Together


def written(texts: dict[str, str]) -> bytes:
    return catalog.with_english(b"", texts)


def both(base: bytes, mine: bytes, theirs: bytes, *take: str) -> Together:
    found = catalog.together("en.toml", base, mine, theirs, take_theirs=take)
    assert found is not None
    return found


TEXTS = st.dictionaries(st.sampled_from("甲乙丙丁"), st.sampled_from("xyz"))


@given(TEXTS, TEXTS, TEXTS)
def test_texts_of_both_are_kept_and_two_for_one_are_asked(
    base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    files = written(base), written(mine), written(theirs)
    found = both(*files)
    assert catalog.english(both(files[0], files[0], files[2]).content) == theirs
    assert both(files[0], files[1], files[0]).content == files[1]
    kept = catalog.english(found.content)
    for zh in {**base, **mine, **theirs}:
        if theirs.get(zh) in (base.get(zh), mine.get(zh)):
            assert kept.get(zh) == mine.get(zh)
        elif mine.get(zh) == base.get(zh):
            assert kept.get(zh) == theirs.get(zh)
        else:
            assert any(each.key.startswith(f"{zh}#") for each in found.contested)
    taken = both(*files, *(each.key for each in found.contested))
    assert taken.contested == found.contested


def test_remarks_of_the_file_stay() -> None:
    base = '[texts]\n# people\n"甲" = "one"\n'.encode()
    mine = base.replace(b"one", b"first")
    theirs = base + '"乙" = "two"\n'.encode()
    assert both(base, mine, theirs).content == mine + '"乙" = "two"\n'.encode()
    (asked,) = both(base, mine, base.replace(b"one", b"uno")).contested
    assert (asked.zh, asked.mine, asked.theirs) == ("“甲”的英文", "first", "uno")


def test_other_files_are_chosen_whole() -> None:
    assert catalog.together("law.toml", b"a", b"b", b"c") is None
    assert catalog.together("en.toml", b"", b"\xff", b"") is None
