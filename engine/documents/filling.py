"""A template filled with values: plain text throughout, ready to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine import feel
from engine.clock import CHINA, from_millis
from engine.documents.template import Section, Template
from engine.errors import Invalid, Problem

MAX_ROWS = 2_000
MAX_TEXT = 1_000_000
"""Characters of one document; some thousand pages."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A filled section."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A document's content."""

    title: str
    kind: str
    number: str
    issuer: str
    recipient: str
    date: str
    parts: tuple[Part, ...]
    signatures: tuple[tuple[str, str, str], ...]
    made_at: str


def fill(template: Template, variables: Mapping[str, Any], *, now: datetime) -> Filled:
    """Evaluate all of a template against a case's variables. A formula without a value leaves a blank."""

    def value(text: str, extra: Mapping[str, Any] | None = None) -> object:
        if not text.startswith("="):
            return text
        scope = {**variables, **(extra or {})}
        found = feel.compile(text[1:], names=scope).evaluate(scope, now=now)
        # A name that no variable has may be a built-in function's (number, date): no value either.
        return None if isinstance(found, feel.FeelFunction) else feel.to_plain(found)

    room = _Room(template)

    def shown(text: str, extra: Mapping[str, Any] | None = None) -> str:
        return room.take(as_text(value(text, extra)))

    parts = [
        _part(section, value, shown, room)
        for section in template.sections
        if not section.when or value(section.when) is True
    ]
    return Filled(
        title=template.title,
        kind=template.kind,
        number=shown(template.number),
        issuer=shown(template.issuer),
        recipient=shown(template.recipient),
        date=shown(template.date) or chinese_date(now.astimezone(CHINA).date()),
        parts=tuple(parts),
        signatures=tuple((s.role, shown(s.name), shown(s.date)) for s in template.signatures),
        made_at=now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
    )


class _Room:
    """How much a document may still hold: setting pages beyond all measure would take all memory."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.left = MAX_TEXT

    def take(self, text: str) -> str:
        """The text, if there is room for it. Raises Invalid."""
        self.left -= len(text)
        if self.left < 0:
            raise Invalid(
                [
                    Problem(
                        code="document-size",
                        where=self.template.id,
                        zh=f"文书“{self.template.title}”过长（超过 {MAX_TEXT:,} 字），没有生成。请精简内容或改用附件。",
                        en=f"The document “{self.template.title}” is too long (more than "
                        f"{MAX_TEXT:,} characters) and was not made. Shorten it or attach a file.",
                    )
                ]
            )
        return text


def _part(section: Section, value: Any, shown: Any, room: _Room) -> Part:
    paragraphs: list[str] = []
    if section.text:
        content = value(section.text)
        items = content if isinstance(content, list) else [content]
        paragraphs = [line for item in items for line in room.take(as_text(item)).splitlines()]
    rows: list[tuple[str, ...]] = []
    table = value(section.table) if section.table else []
    for row in (table if isinstance(table, list) else [])[:MAX_ROWS]:
        scope = row if isinstance(row, Mapping) else {"item": row}
        rows.append(
            tuple(
                shown(source, scope)
                if source.startswith("=")
                else room.take(as_text(scope.get(source)))
                for _, source in section.columns
            )
        )
    return Part(
        heading=section.heading,
        paragraphs=tuple(paragraphs),
        fields=tuple((label, shown(source)) for label, source in section.fields),
        columns=tuple(label for label, _ in section.columns),
        rows=tuple(rows),
    )


def as_text(value: object) -> str:
    """A plain value as a document says it: 是/否, Chinese dates, lists joined by ；."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (datetime, date)):
        return chinese_date(value)
    if isinstance(value, (int, Decimal, float)):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, Mapping):
        if "name" in value and "sha256" in value:
            return str(value["name"])
        return "；".join(f"{key}：{as_text(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return "；".join(filter(None, (as_text(item) for item in value)))
    return _dated(str(value))


def _dated(text: str) -> str:
    """An ISO date or moment reads as a Chinese one; any other text stays as it is."""
    if len(text) < 10 or text[4:5] != "-" or text[7:8] != "-":
        return text
    try:
        return chinese_date(
            date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        )
    except ValueError:
        return text


def chinese_date(value: date | datetime | int) -> str:
    """2026年9月1日, with the time of day where there is one (GB/T 9704-2012: Arabic digits)."""
    if isinstance(value, int):
        value = from_millis(value).astimezone(CHINA)
    text = f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, datetime) and (value.hour or value.minute):
        text += f"{value.hour:02}:{value.minute:02}"
    return text
