"""The English of a package is written back so that the rest of its file stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import catalog
from engine.catalog import english, with_english
from engine.errors import Invalid
from tests.engine.dmn.models import decision, definitions, table
from tests.support.models import model, user

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


# ---------------------------------------------------------------------- what has no English yet


def untranslated(files: dict[str, bytes]) -> list[tuple[str, str, str]]:
    found = [each for each in catalog.all_problems(files) if each.code == "untranslated"]
    assert all(each.severity == "warning" for each in found)
    return [(each.file, each.where, each.en.split("”")[0][1:]) for each in found]


def test_every_text_without_english_is_told_where_it_stands() -> None:
    model_file = model(user("a", "起草", groups="drafter", form="f"), "s>a>e", name="流程")
    rules = definitions(decision("d", table(["x"], ["y"], [["-", "1"]]))).replace(
        b'name="d"', 'name="决策"'.encode(), 1
    )
    files = {
        "main.bpmn": model_file,
        "process.toml": 'key = "p"\ntitle = "流程"\nstart_roles = ["drafter"]\nneeds = ["甲"]\n'.encode(),
        "forms/f.form": '{"components": [{"type": "text", "text": "写清楚"}]}'.encode(),
        "d.dmn": rules,
        "documents/n.toml": 'title = "通知"\n'.encode(),
        "law.toml": '[l]\ntitle = "条例"\narticle = "第一条"\ntext = "原文"\nstatus = "verified"\n'.encode(),
    }
    assert untranslated(files) == []  # a package without English is Chinese alone
    assert catalog.check(files).manifest.key == "p"
    told = untranslated({**files, "en.toml": b'[texts]\n"\xe7\x94\xb2" = "one"\n'})
    assert ("process.toml", "", "流程") in told
    assert ("main.bpmn", "a", "起草") in told
    assert ("forms/f.form", "", "写清楚") in told
    assert ("d.dmn", "d", "决策") in told
    assert {file for file, _, _ in told} >= {"law.toml"}
    assert "甲" not in {text for _, _, text in told}


def test_a_package_with_next_to_no_english_is_told_in_one_list() -> None:
    tasks = [user(f"t{number}", f"步骤{number}", groups="drafter") for number in range(80)]
    way = "s>" + ">".join(f"t{number}" for number in range(80)) + ">e"
    files = {"main.bpmn": model(*tasks, way), "en.toml": b"[texts]\n"}
    found = [each for each in catalog.all_problems(files) if each.code == "untranslated"]
    assert len(found) == 61
    assert "more texts" in found[-1].en
