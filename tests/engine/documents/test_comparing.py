"""Two texts side by side: nothing of either is lost, and only what differs is marked."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.comparing import LONGEST_LINE, MOST_LINES, compare, lines_of

TEXTS = st.lists(st.text("甲乙 ab1，\t", min_size=1, max_size=12), max_size=12)


@given(TEXTS, TEXTS)
def test_each_side_is_its_text_and_unmarked_parts_are_equal(old: list[str], new: list[str]) -> None:
    rows = compare(old, new)
    assert ["".join(text for text, _ in row.old) for row in rows if row.old] == old
    assert ["".join(text for text, _ in row.new) for row in rows if row.new] == new
    for row in rows:
        kept = ["".join(text for text, marked in side if not marked) for side in (row.old, row.new)]
        assert kept[0] == kept[1] or row.kind in ("added", "removed")


def test_only_what_differs_is_marked() -> None:
    (row,) = compare(["罚款五百元以下。"], ["罚款二百元以下。"])
    assert row.old == (("罚款", False), ("五", True), ("百元以下。", False))
    assert row.new == (("罚款", False), ("二", True), ("百元以下。", False))
    assert [one.kind for one in compare(["甲", "乙"], ["甲", "丙丙", "乙"])] == [
        "same", "added", "same",
    ]  # fmt: skip


def test_a_line_put_in_between_moves_the_others_along() -> None:
    rows = compare(
        ["第三条 本通告由乡人民政府解释"],
        ["第三条 村委会应当配合", "第四条 本通告由乡人民政府解释"],
    )
    assert [row.kind for row in rows] == ["added", "changed"]


def test_texts_of_files_are_read(tmp_path: Path) -> None:
    paper = docx.Document()
    for text in ("第一条", "", "第二条"):
        paper.add_paragraph(text)
    paper.save(str(tmp_path / "a"))
    assert lines_of(tmp_path / "a", "甲.docx") == (["第一条", "第二条"], False)
    (tmp_path / "b").write_bytes("第一条\n第二条".encode("gb18030"))
    assert lines_of(tmp_path / "b", "乙.txt") == (["第一条", "第二条"], False)


def test_what_is_no_document_or_too_much_is_cut_and_never_runs(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"not a zip")
    assert lines_of(tmp_path / "a", "a.docx") == ([], True)
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "word/document.xml",
            '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document '
            'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            "<w:p><w:t>&x;甲</w:t></w:p></w:document>",
        )
    (tmp_path / "b").write_bytes(evil.getvalue())
    assert "root:" not in "".join(lines_of(tmp_path / "b", "b.docx")[0])
    with zipfile.ZipFile(tmp_path / "c", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"<a>" + b" " * 60_000_000)
    assert lines_of(tmp_path / "c", "c.docx") == ([], True)
    (tmp_path / "d").write_text("x\n" * (MOST_LINES + 5) + "y" * LONGEST_LINE * 2)
    found, cut = lines_of(tmp_path / "d", "d.txt")
    assert len(found) == MOST_LINES
    assert cut


def test_hostile_lines_are_compared_within_bounds() -> None:
    line = "的地得" * 1300
    rows = compare([line + str(n) for n in range(60)], [line[1:] + str(n) for n in range(60)])
    assert len(rows) == 60
