"""Drawing a filled document: .docx by python-docx, PDF by Typst; values go in as data, not markup."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import docx
import typst
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from engine.documents.filling import Filled, fill
from engine.documents.template import Template

BODY_FONT, HEAD_FONT, TITLE_FONT = "仿宋", "黑体", "方正小标宋简体"


@dataclass(frozen=True)
class Rendered:
    """The two files of a document."""

    docx: bytes
    pdf: bytes
    number: str

    @property
    def docx_sha256(self) -> str:
        """Where the .docx lies."""
        return hashlib.sha256(self.docx).hexdigest()

    @property
    def pdf_sha256(self) -> str:
        """Where the PDF lies."""
        return hashlib.sha256(self.pdf).hexdigest()


def render(template: Template, variables: Mapping[str, Any], *, now: datetime) -> Rendered:
    """Both files of a document, from a template and a case's variables."""
    filled = fill(template, variables, now=now)
    return Rendered(docx=to_docx(filled), pdf=to_pdf(filled), number=filled.number)


@cache
def _fonts() -> typst.Fonts:
    """The machine's fonts, searched once: the search takes thirty times as long as a page."""
    return typst.Fonts(include_system_fonts=True)


@cache
def _layout() -> bytes:
    return resources.files("engine.documents").joinpath("layout.typ").read_bytes()


def to_pdf(filled: Filled) -> bytes:
    """The PDF. Values reach the layout as one JSON text, which it reads as data, never as markup."""
    data = clean(json.dumps(asdict(filled), ensure_ascii=False))
    return bytes(typst.compile(_layout(), font_paths=_fonts(), sys_inputs={"data": data}))


def to_docx(filled: Filled) -> bytes:
    """The .docx: A4 with the margins and type sizes of GB/T 9704-2012."""
    document = docx.Document()
    _page(document)
    if filled.issuer and filled.kind in ("letter", "notice", "opinion"):
        _paragraph(document, filled.issuer, TITLE_FONT, 26, centred=True)
    _paragraph(document, filled.title, TITLE_FONT, 22, centred=True)
    if filled.number:
        _paragraph(document, filled.number, BODY_FONT, 16, centred=True)
    if filled.recipient:
        _paragraph(document, f"{filled.recipient}：", BODY_FONT, 16)
    for number, part in enumerate(filled.parts, 1):
        _paragraph(
            document, f"{chinese_number(number)}、{part.heading}", HEAD_FONT, 16, indent=True
        )
        for text in part.paragraphs:
            _paragraph(document, text, BODY_FONT, 16, indent=True)
        if part.fields:
            _table(document, ("项目", "内容"), part.fields)
        if part.columns:
            _table(document, part.columns, part.rows)
    for role, name, day in filled.signatures:
        _paragraph(document, f"{role}：{name or '　' * 6}　　{day}", BODY_FONT, 16, indent=True)
    _paragraph(document, filled.date, BODY_FONT, 16, right=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)


def _paragraph(
    document: Any,
    text: str,
    font: str,
    size: int,
    *,
    centred: bool = False,
    right: bool = False,
    indent: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    layout = paragraph.paragraph_format
    layout.line_spacing, layout.space_after = Pt(28), Pt(0)
    if indent:
        layout.first_line_indent = Pt(size * 2)
    _style(paragraph.add_run(clean(text)), font, size)


def _style(run: Any, font: str, size: int) -> None:
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _table(document: Any, columns: Any, rows: Any) -> None:
    table = document.add_table(rows=1, cols=len(columns), style="Table Grid")
    for row, values in enumerate([columns, *rows]):
        cells = table.rows[0].cells if row == 0 else table.add_row().cells
        for cell, value in zip(cells, values, strict=False):
            run = cell.paragraphs[0].add_run(clean(value))
            _style(run, HEAD_FONT if row == 0 else BODY_FONT, 12)


_UNFIT = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0."""


def clean(text: str) -> str:
    """Text without the control characters that XML cannot carry."""
    return _UNFIT.sub("", text)


def chinese_number(number: int) -> str:
    """一、二、…、十一 up to 99, for headings; plain digits beyond."""
    if number > 99:
        return str(number)
    digits = "零一二三四五六七八九"
    tens, units = divmod(number, 10)
    if tens == 0:
        return digits[units]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[units] if units else "")
