"""What a form is once read: components and their attributes, as frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from engine.forms.expressions import Formula, Template

Plain = str | int | Decimal | bool
"""A value a choice can stand for."""


class Kind(StrEnum):
    """The component types that are shown; names as form-js writes them."""

    TEXTFIELD = "textfield"
    TEXTAREA = "textarea"
    NUMBER = "number"
    DATETIME = "datetime"
    CHECKBOX = "checkbox"
    RADIO = "radio"
    SELECT = "select"
    CHECKLIST = "checklist"
    TAGLIST = "taglist"
    FILEPICKER = "filepicker"
    EXPRESSION = "expression"
    GROUP = "group"
    DYNAMICLIST = "dynamiclist"
    TABLE = "table"
    TEXT = "text"
    SEPARATOR = "separator"
    SPACER = "spacer"


CHOICES = frozenset({Kind.RADIO, Kind.SELECT, Kind.CHECKLIST, Kind.TAGLIST})
"""Kinds whose answer is among options."""
MANY = frozenset({Kind.CHECKLIST, Kind.TAGLIST})
"""Kinds whose answer is a list of options."""
CONTAINERS = frozenset({Kind.GROUP, Kind.DYNAMICLIST})
"""Kinds that hold other components."""
INPUTS = CHOICES | {
    Kind.TEXTFIELD,
    Kind.TEXTAREA,
    Kind.NUMBER,
    Kind.DATETIME,
    Kind.CHECKBOX,
    Kind.FILEPICKER,
}
"""Kinds a person answers."""
ANSWERED = INPUTS | {Kind.EXPRESSION, Kind.DYNAMICLIST}
"""Kinds that have a value."""


class Subtype(StrEnum):
    """What a datetime field asks for."""

    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice."""

    value: Plain
    label: str


@dataclass(frozen=True, kw_only=True)
class Options:
    """Where a field's choices come from: written, a variable, or a formula. At most one is set."""

    fixed: tuple[Option, ...] = ()
    key: tuple[str, ...] = ()
    formula: Formula | None = None


Bound = Decimal | Formula | None
"""A limit: written, computed, or none. Counts and lengths are whole numbers."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What an answer must satisfy."""

    required: bool = False
    required_when: Formula | None = None
    min: Bound = None
    max: Bound = None
    min_length: Bound = None
    max_length: Bound = None
    pattern: str = ""
    validation_type: str = ""
    min_date: str | Formula = ""
    max_date: str | Formula = ""
    no_past: bool = False
    min_items: Bound = None
    max_items: Bound = None
    valid_when: Formula | None = None
    valid_message: Template = field(default_factory=lambda: Template(""))


@dataclass(frozen=True, kw_only=True)
class Picker:
    """A field that picks people: who has one of the roles, in the unit. Empty means any."""

    role: Template
    unit: Template


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a read-only table."""

    key: str
    label: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Component:
    """One component of a form.

    ``steps`` is its key (or a container's path) cut at the dots, () when it has none; ``path`` is
    the same from the top, with ``[]`` after a repeating group: ``bases[].title``.
    """

    kind: Kind
    id: str
    at: str
    steps: tuple[str, ...] = ()
    path: str = ""
    label: Template
    description: Template
    help: Template
    text: Template
    prefix: Template
    suffix: Template
    default: object = None
    options: Options = Options()
    rules: Rules = Rules()
    hide: Formula | None = None
    readonly: bool | Formula = False
    disabled: bool | Formula = False
    formula: Formula | None = None
    subtype: Subtype = Subtype.DATE
    zone: str = "utc_offset"
    minutes: int = 0
    decimals: int | None = None
    increment: Decimal | None = None
    multiple: bool | Formula = False
    accept: tuple[str, ...] = ()
    max_size: int | None = None
    picker: Picker | None = None
    searchable: bool = False
    confidential: bool = False
    summary: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    repetitions: int = 1
    resizable: bool = True
    outline: bool = False
    row: str = ""
    columns: int | None = None
    height: int = 0
    table: tuple[Column, ...] = ()
    table_formula: Formula | None = None
    source: Formula | None = None
    components: tuple[Component, ...] = ()

    def walk(self) -> Iterator[Component]:
        """This component and all below it, in the order of the page."""
        yield self
        for child in self.components:
            yield from child.walk()

    @property
    def name(self) -> str:
        """What to call it where it has no label."""
        return ".".join(self.steps) or self.id


@dataclass(frozen=True, kw_only=True)
class FieldInfo:
    """One field of the flat list: for columns, filters and translation tables.

    ``key`` is the first step of ``path``: the name of the variable the answer goes into.
    """

    path: str
    key: str
    label: str
    kind: Kind
    summary: bool
    confidential: bool
    properties: Mapping[str, str]
