"""Documents: every kind is drawn, and no value is ever anything but text."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import documents
from engine.documents.filling import MAX_ROWS, as_text, chinese_date
from engine.documents.template import KINDS
from engine.documents.word import chinese_number, clean, to_docx
from engine.errors import ModelRejected

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
TEMPLATE = """
title = "合法性审查意见书"
kind = "{kind}"
number = "=number"
issuer = "=issuer"
recipient = "=recipient"
[[section]]
heading = "基本情况"
text = "=text"
fields = [["金额", "=amount"], ["日期", "=day"]]
[[section]]
heading = "明细"
table = "=items"
columns = [["名称", "name"], ["双倍", "=2 * number"]]
[[section]]
heading = "附注"
when = "=amount > 5"
text = "固定的话"
[[signature]]
role = "审查人"
name = "=issuer"
"""
HOSTILE = [
    '#sys.exit() #read("/etc/passwd") $x$ *b* _i_ `code` <label> @ref // \\ ~ -- https://x.y',
    '#import "@preview/x:1": *',
    '{"a": 1} ${x} {{ 7*7 }} {% for %}',
    "</w:t></w:r><w:script>x</w:script>",
    "&lt;&amp;]]><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "=1+1\t\x00\x07\x1b[31m￾￿\ud800",
    "‮‭RTL ‏",
    "=" * 2_000,
]


def template(kind: str = "opinion") -> documents.Template:
    return documents.parse_template(TEMPLATE.format(kind=kind).encode(), "t")


def variables(**more: Any) -> dict[str, Any]:
    return {
        "number": "×政发〔2026〕1号", "issuer": "×乡人民政府", "recipient": "县政府",
        "text": ["第一段", "第二段\n第三段"], "amount": 6, "day": "2026-09-01",
        "items": [{"name": "水泥", "number": 2}, {"name": "砂", "number": 3}], **more,
    }  # fmt: skip


def words(rendered: documents.Rendered) -> str:
    """All text of the Word file, tables included."""
    document = docx.Document(io.BytesIO(rendered.docx))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_in_both_formats(kind: str) -> None:
    made = documents.render(template(kind), variables(), now=NOW)
    assert made.pdf.startswith(b"%PDF-")
    assert zipfile.ZipFile(io.BytesIO(made.docx)).testzip() is None
    text = words(made)
    for piece in (
        "合法性审查意见书",
        "第一段",
        "第三段",
        "2026年9月1日",
        "水泥",
        "固定的话",
        "审查人",
    ):
        assert piece in text
    assert "4" in text
    assert made.number == "×政发〔2026〕1号"


def test_a_section_that_does_not_apply_is_left_out() -> None:
    assert "固定的话" not in words(documents.render(template(), variables(amount=5), now=NOW))


def test_what_has_no_value_is_left_blank() -> None:
    made = documents.render(template(), {}, now=NOW)
    assert made.pdf.startswith(b"%PDF-")
    assert made.number == ""


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_text_and_nothing_else(value: str) -> None:
    hostile = variables(
        text=value, issuer=value, recipient=value, items=[{"name": value, "number": 1}]
    )
    made = documents.render(template("letter"), hostile, now=NOW)
    assert made.pdf.startswith(b"%PDF-")
    shown = words(made)
    assert clean(value).split("\n", maxsplit=1)[0].strip() in shown
    inner = zipfile.ZipFile(io.BytesIO(made.docx)).read("word/document.xml").decode()
    assert "<w:script" not in inner
    assert "<!ENTITY" not in inner
    assert "root:" not in shown


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=150)
def test_any_text_fits_into_a_word_file(value: str) -> None:
    filled = documents.fill(template(), variables(text=value), now=NOW)
    assert zipfile.ZipFile(io.BytesIO(to_docx(filled))).testzip() is None


def test_a_table_is_not_endless() -> None:
    items = [{"name": "x", "number": 1}] * (MAX_ROWS + 50)
    filled = documents.fill(template(), variables(items=items), now=NOW)
    assert len(filled.parts[1].rows) == MAX_ROWS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "是"), (False, "否"), (3, "3"), ("2026-09-01", "2026年9月1日"),
        ("2026-09-01T09:30:00+08:00", "2026年9月1日09:30"), (["甲", "乙"], "甲；乙"),
        ({"id": "1", "name": "稿.docx", "sha256": "x"}, "稿.docx"), ("2026-9-1", "2026-9-1"),
        ("2026-13-45", "2026-13-45"),
    ],
)  # fmt: skip
def test_values_read_as_a_document_says_them(value: object, text: str) -> None:
    assert as_text(value) == text


def test_numbers_and_dates_are_written_as_the_office_writes_them() -> None:
    assert [chinese_number(n) for n in (1, 10, 11, 20, 35, 99)] == [
        "一", "十", "十一", "二十", "三十五", "九十九",
    ]  # fmt: skip
    assert chinese_number(100) in ("100", "一百")
    assert chinese_date(datetime(2026, 9, 1, tzinfo=UTC).date()) == "2026年9月1日"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"title = ",
        b"title = 5",
        b'title = "x"\nkind = "poster"',
        b'title = "x"\nnumber = "=1 +"',
        b'title = "x"\nsection = 5',
        b'title = "x"\nsection = ["a"]',
        b'title = "x"\n[[section]]\nheading = 5',
        b'title = "x"\n[[section]]\nheading = "h"\nfields = 5',
        b'title = "x"\n[[section]]\nheading = "h"\nfields = [["a"]]',
        b'title = "x"\n[[section]]\nheading = "h"\ncolumns = [[1, 2]]',
        b'title = "x"\n[[section]]\nheading = "h"\nmarkup = "#x"',
        b'title = "x"\n[[signature]]\nname = "x"',
        b'title = "x"\nsignature = [1]',
        b'title = "x"\nunknown = 1',
    ],
)
def test_bad_templates_are_refused_by_name(content: bytes) -> None:
    with pytest.raises(ModelRejected) as caught:
        documents.parse_template(content, "notice")
    assert all(problem.file == "documents/notice.toml" for problem in caught.value.problems)
    assert all(problem.zh and problem.en for problem in caught.value.problems)
