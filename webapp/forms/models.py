"""What the macros of a form are given: plain values, everything decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from engine.forms import FileRef, Node


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who can be picked; ``unit`` is the name of the unit they are listed under."""

    id: str
    name: str
    unit: str = ""


PeopleList = Callable[[str, str], Sequence[Person]]
"""``(role ids with commas between, unit id)`` → who can be picked: anyone with one of the roles in
the unit; "" means any."""


@dataclass(frozen=True, kw_only=True)
class OptionView:
    """One choice in a list."""

    value: str
    label: str
    id: str = ""
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class OptionGroup:
    """Choices under a heading, "" for none."""

    label: str
    options: tuple[OptionView, ...]


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """One line of the summary of errors: what is wrong, and the id of the field to go to."""

    text: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """Fields side by side."""

    fields: tuple[FieldView, ...]


@dataclass(frozen=True, kw_only=True)
class RowView:
    """One row of a repeating group."""

    number: int
    name: str
    lines: tuple[Line, ...]
    id: str


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """One component on the page; ``macro`` is the macro that writes it."""

    macro: str
    node: Node
    name: str = ""
    id: str = ""
    span: int | None = None
    value: str = ""
    type: str = "text"
    inputmode: str = ""
    min: str = ""
    max: str = ""
    step: str = ""
    lines: int = 4
    required: bool = False
    errors: tuple[str, ...] = ()
    describes: str = ""
    groups: tuple[OptionGroup, ...] = ()
    suggestions: tuple[OptionView, ...] = ()
    chosen: tuple[OptionView, ...] = ()
    files: tuple[FileRef, ...] = ()
    multiple: bool = False
    accept: str = ""
    hint: str = ""
    html: Markup = field(default_factory=Markup)
    trigger: bool = False
    children: tuple[Line, ...] = ()
    rows: tuple[RowView, ...] = ()
    resizable: bool = False
    full: bool = False
    table: tuple[tuple[str, ...], ...] = ()

    @property
    def options(self) -> tuple[OptionView, ...]:
        """Every choice, whatever its heading."""
        return tuple(option for group in self.groups for option in group.options)


@dataclass(frozen=True, kw_only=True)
class FormView:
    """A whole form on a page."""

    lines: tuple[Line, ...]
    errors: tuple[Anchor, ...]
    has_files: bool
    has_triggers: bool
    refresh_url: str = ""
    action_url: str = ""

    def walk(self) -> Iterator[FieldView]:
        """Every field on the page, in order."""
        yield from walk(self.lines)


def walk(lines: Iterable[Line]) -> Iterator[FieldView]:
    """Every field in these lines and below, in order."""
    for line in lines:
        for one in line.fields:
            yield one
            yield from walk(one.children)
            for row in one.rows:
                yield from walk(row.lines)
