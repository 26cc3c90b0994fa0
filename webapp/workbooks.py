"""Reading .xlsx that people upload: within bounds, and believing nothing it says about itself."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl

from engine.errors import Invalid, Problem

MOST_PARTS = 200
MOST_BYTES = 40 * 1024 * 1024
"""All parts of a workbook unpacked; a list of five thousand people has about two megabytes."""
MOST_COLUMNS = 50
MOST_CELL = 2_000
"""Characters of a cell that are read."""
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY", b"<\x00!\x00", b"\x00<\x00!")
"""What no spreadsheet program writes: declarations, in whatever width of letters."""


def rows(content: bytes, most: int) -> Iterator[list[str]]:
    """The cells of the first sheet as texts, row by row, at most ``most`` rows. Raises Invalid."""
    _refuse_hostile(content)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        try:
            sheet = book.worksheets[0]
            # What the file says of its own size is not believed: rows are counted as they come.
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)):
                if number >= most:
                    raise Invalid([_too_long(most)])
                yield [_text(cell) for cell in cells]
        finally:
            book.close()
    except Invalid:
        raise
    except Exception as exc:
        # Whatever a broken file makes the reader stumble over, it is the file that is no list.
        raise Invalid([_unreadable()]) from exc


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)[:MOST_CELL].strip()


def _refuse_hostile(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
                raise Invalid([_unreadable()])
            left = MOST_BYTES
            for part in parts:
                with archive.open(part) as opened:
                    # The size a part declares may be a lie: no more than the bound is unpacked.
                    data = opened.read(left + 1)
                left -= len(data)
                if left < 0 or any(sign in data for sign in _DECLARED):
                    raise Invalid([_unreadable()])
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as exc:
        raise Invalid([_unreadable()]) from exc


def _unreadable() -> Problem:
    return Problem(
        code="workbook",
        where="file",
        zh="这个文件不是可用的 .xlsx 表格。请从本页导出模板，填写后另存为 .xlsx 再上传。",
        en="This file is no usable .xlsx sheet. Take the template from this page, fill it in, save it as "
        ".xlsx and upload it again.",
    )


def _too_long(most: int) -> Problem:
    return Problem(
        code="workbook",
        where="file",
        zh=f"表格超过 {most} 行，请分成几个文件。",
        en=f"The sheet has more than {most} rows; split it.",
    )
