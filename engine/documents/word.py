"""The .docx of a filled document: A4 with the margins and type sizes of GB/T 9704-2012.

python-docx makes the blank sheet, once; what a document says is written into it as XML of
WordprocessingML (ISO/IEC 29500-1), which takes a tenth of the time that its objects take.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import docx
from docx.shared import Mm
from lxml import etree

from engine.documents.filling import Filled

BODY_FONT, HEAD_FONT, TITLE_FONT = "仿宋", "黑体", "方正小标宋简体"
_MAIN = "word/document.xml"
_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TEXT_WIDTH = 156
"""Millimetres: A4 without its margins."""
_UNFIT = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0."""


class _Type(NamedTuple):
    """How a paragraph is set: font, size in points, ``jc``, first line in by two characters."""

    font: str
    size: int
    align: str = ""
    indent: bool = False


_TITLE = _Type(TITLE_FONT, 22, "center")
_ISSUER = _Type(TITLE_FONT, 26, "center")
_NUMBER = _Type(BODY_FONT, 16, "center")
_PLAIN = _Type(BODY_FONT, 16)
_HEADING = _Type(HEAD_FONT, 16, indent=True)
_BODY = _Type(BODY_FONT, 16, indent=True)
_DATE = _Type(BODY_FONT, 16, "right")


def to_docx(filled: Filled) -> bytes:
    """The .docx of a filled document."""
    main, others = _blank()
    body = etree.fromstring(main, _parser())[0]
    last = body[-1]
    for block in _blocks(filled):
        last.addprevious(block)
    written = etree.tostring(
        body.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True
    )
    out = io.BytesIO(others)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(_MAIN, written)
    return out.getvalue()


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


@cache
def _blank() -> tuple[bytes, bytes]:
    """An empty sheet: its main part, and a package of all others."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    saved = io.BytesIO()
    document.save(saved)
    others = io.BytesIO()
    with (
        zipfile.ZipFile(saved) as package,
        zipfile.ZipFile(others, "w", zipfile.ZIP_DEFLATED) as rest,
    ):
        for name in package.namelist():
            if name != _MAIN:
                rest.writestr(name, package.read(name))
        main = package.read(_MAIN)
    return main, others.getvalue()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


def _blocks(filled: Filled) -> Iterator[Any]:
    if filled.issuer and filled.kind in ("letter", "notice", "opinion"):
        yield _paragraph(filled.issuer, _ISSUER)
    yield _paragraph(filled.title, _TITLE)
    if filled.number:
        yield _paragraph(filled.number, _NUMBER)
    if filled.recipient:
        yield _paragraph(f"{filled.recipient}：", _PLAIN)
    for number, part in enumerate(filled.parts, 1):
        yield _paragraph(f"{chinese_number(number)}、{part.heading}", _HEADING)
        for text in part.paragraphs:
            yield _paragraph(text, _BODY)
        if part.fields:
            yield _table(("项目", "内容"), part.fields)
        if part.columns:
            yield _table(part.columns, part.rows)
    for role, name, day in filled.signatures:
        yield _paragraph(f"{role}：{name or '　' * 6}　　{day}", _BODY)
    yield _paragraph(filled.date, _DATE)


def _element(name: str, **attributes: object) -> Any:
    element = etree.Element(f"{{{_SPACE}}}{name}", nsmap={"w": _SPACE})
    for key, value in attributes.items():
        element.set(f"{{{_SPACE}}}{key}", str(value))
    return element


def _paragraph(text: str, type_: _Type) -> Any:
    paragraph, layout = _element("p"), _element("pPr")
    layout.append(_element("spacing", after=0, line=28 * 20, lineRule="exact"))
    if type_.indent:
        layout.append(_element("ind", firstLine=type_.size * 2 * 20))
    if type_.align:
        layout.append(_element("jc", val=type_.align))
    paragraph.append(layout)
    paragraph.append(_run(text, type_.font, type_.size))
    return paragraph


def _run(text: str, font: str, size: int) -> Any:
    run, style = _element("r"), _element("rPr")
    style.append(_element("rFonts", ascii=font, hAnsi=font, eastAsia=font))
    style.append(_element("sz", val=size * 2))
    run.append(style)
    for number, line in enumerate(clean(text).split("\n")):
        if number:
            run.append(_element("br"))
        for place, piece in enumerate(line.split("\t")):
            if place:
                run.append(_element("tab"))
            words = _element("t")
            words.text = piece
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            run.append(words)
    return run


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:
    table, layout, grid = _element("tbl"), _element("tblPr"), _element("tblGrid")
    layout.append(_element("tblStyle", val="TableGrid"))
    layout.append(_element("tblW", type="auto", w=0))
    width = round(_TEXT_WIDTH / 25.4 * 1440 / len(columns))
    grid.extend(_element("gridCol", w=width) for _ in columns)
    table.extend((layout, grid))
    for number, values in enumerate((columns, *rows)):
        font = BODY_FONT if number else HEAD_FONT
        row = _element("tr")
        padded = (*values, *[""] * (len(columns) - len(values)))[: len(columns)]
        row.extend(_cell(value, font, width) for value in padded)
        table.append(row)
    return table


def _cell(text: str, font: str, width: int) -> Any:
    cell, layout, paragraph = _element("tc"), _element("tcPr"), _element("p")
    layout.append(_element("tcW", type="dxa", w=width))
    paragraph.append(_run(text, font, 12))
    cell.extend((layout, paragraph))
    return cell
