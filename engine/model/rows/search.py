"""Rows the search looks through."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.rows.base import Row


@dataclass(kw_only=True, slots=True)
class SearchText(Row):
    """One text of a case, with nothing confidential in it: line by line, title and number first.

    ``kind``: ``case`` (the start), ``task``, ``remark`` or ``message``. ``doc`` is its number in the
    index, rising with time; ``grams`` are its pairs of characters (``engine.model.grams``), which
    the database takes into its index.
    """

    root_id: str
    doc: int
    kind: str
    task_id: str | None = None
    at: int
    text: str
    grams: str = ""


@dataclass(kw_only=True, slots=True)
class SearchWaiting(Row):
    """A text on its way into the search: kept with what was said, put there by the runner.

    The same as ``SearchText``, whose pairs nobody needs to wait for.
    """

    root_id: str
    doc: int
    kind: str
    task_id: str | None = None
    at: int
    text: str
