"""Tables as .xlsx: typed cells, a header that stays, one row after the other without holding them all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Literal, NamedTuple, cast

import xlsxwriter
from flask import send_file
from werkzeug.wrappers import Response

from engine.clock import CHINA, from_millis
from webapp.current import engine

Kind = Literal["text", "whole", "number", "share", "day", "moment"]

MOST_ROWS = 1_048_575
"""Rows a sheet holds beside its header."""
MOST_TEXT = 32_767
"""Characters a cell holds."""
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS: dict[str, dict[str, Any]] = {
    # A text stays a text when somebody edits its cell, whatever it begins with.
    "text": {"quote_prefix": True, "text_wrap": True, "valign": "top"},
    "whole": {"num_format": "0", "valign": "top"},
    "number": {"num_format": "0.0", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "day": {"num_format": "yyyy-mm-dd", "valign": "top"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "valign": "top"},
}
_WIDTHS = {"text": 18, "whole": 10, "number": 12, "share": 10, "day": 12, "moment": 17}


class Column(NamedTuple):
    """A column: its name and what its cells are.

    ``day`` and ``moment`` take epoch milliseconds and show China's time, ``share`` 0 to 1;
    ``day`` takes a date as ``YYYY-MM-DD`` too.
    """

    title: str
    kind: Kind = "text"
    width: int = 0


class Sheet(NamedTuple):
    """A table: its name, its columns, and its rows in their order."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


def sheet(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Response:
    """A workbook of one sheet, as a download called ``name`` with today's date."""
    return book(name, [Sheet(name, columns, rows)])


def book(name: str, sheets: Iterable[Sheet]) -> Response:
    """A workbook of several sheets, as a download called ``name`` with today's date."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
    try:
        write(out, sheets)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    today = engine().house.clock.now().astimezone(CHINA)
    response = send_file(
        out, mimetype=_TYPE, as_attachment=True, download_name=f"{name}-{today:%Y-%m-%d}.xlsx"
    )
    response.call_on_close(out.close)
    return cast("Response", response)


def write(out: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Write the workbook. Every text is written as a text: no cell is ever a formula or a link."""
    written = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    formats = {kind: written.add_format(given) for kind, given in _FORMATS.items()}
    head = written.add_format({"bold": True, "bg_color": "#EAF1FA", "bottom": 1, "text_wrap": True})
    taken: set[str] = set()
    for each in sheets:
        _table(written.add_worksheet(_sheet_name(each.name, taken)), each, formats, head)
    written.close()


def _table(page: Any, table: Sheet, formats: Mapping[str, Any], head: Any) -> None:
    columns = table.columns
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    for at, column in enumerate(columns):
        page.set_column(at, at, column.width or _WIDTHS[column.kind])
        page.write_string(0, at, column.title, head)
    last = 0
    for last, row in enumerate(table.rows, start=1):
        if last > MOST_ROWS:
            break
        for at, (column, value) in enumerate(zip(columns, row, strict=True)):
            _cell(page, last, at, column.kind, value, formats[column.kind])
    if last and columns:
        page.autofilter(0, 0, min(last, MOST_ROWS), len(columns) - 1)


def _cell(page: Any, row: int, at: int, kind: Kind, value: Any, form: Any) -> None:
    if value is None or value == "":
        return
    if kind == "text":
        page.write_string(row, at, str(value)[:MOST_TEXT], form)
    elif kind == "day" and isinstance(value, str):
        page.write_datetime(row, at, datetime.fromisoformat(value), form)
    elif kind in ("day", "moment"):
        page.write_datetime(row, at, _local(int(value)), form)
    else:
        page.write_number(row, at, value, form)


def _local(value: int) -> datetime:
    """A moment as a sheet holds it: China's time, without saying so."""
    return from_millis(value).astimezone(CHINA).replace(tzinfo=None)


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name a sheet may have, and no other of its workbook has."""
    plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in name).strip()[:31] or "1"
    found, more = plain, 2
    while found.casefold() in taken:
        found, more = f"{plain[:27]} {more}", more + 1
    taken.add(found.casefold())
    return found
