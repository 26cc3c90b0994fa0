"""The values that answer whoever edits and tries decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class DecisionLine:
    """A decision of a file: what it is, and the steps (id and name) that ask it."""

    id: str
    name: str
    question: str
    hit_policy: str
    """As the model has it, such as ``UNIQUE`` or ``COLLECT SUM``; '' where it is no table."""
    rules: int
    inputs: tuple[str, ...]
    used_by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DecisionFileLine:
    """A file of decisions; without any where it cannot be read, which its problems tell."""

    path: str
    name: str
    decisions: tuple[DecisionLine, ...]
    errors: int
    warnings: int
    cases: int


@dataclass(frozen=True, kw_only=True)
class InputQuestion:
    """An input to ask for; the fields are those of `engine.dmn.Question`."""

    name: str
    label: str
    kind: str
    choices: tuple[str, ...] = ()
    closed: bool = False


@dataclass(frozen=True, kw_only=True)
class TryCase:
    """A case to try: for each input its kind and what is typed in, FEEL where the kind is ''."""

    title: str
    decision: str
    inputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    expect: str = ""


@dataclass(frozen=True, kw_only=True)
class TriedColumn:
    """An input column of a table: its id, what people call it, and the value it had."""

    id: str
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class TriedTable:
    """A table that was asked: the rules that held by id and number, and each cell that held."""

    decision: str
    table: str
    hit_policy: str
    columns: tuple[TriedColumn, ...]
    rules: tuple[tuple[str, int, str], ...]
    """Id, number from 1, and note of each."""
    cells: Mapping[str, tuple[bool, ...]]


@dataclass(frozen=True, kw_only=True)
class TriedCase:
    """What a case gave: ``value`` in FEEL; None where it could not be tried."""

    value: str | None
    agrees: bool | None
    """Whether it is what the case expects; None where it expects nothing."""
    tables: tuple[TriedTable, ...] = ()
    made: tuple[tuple[str, str, str], ...] = ()
    """Id, name and value of each decision on the way, the one that was asked last."""
    problems: tuple[tuple[str, str], ...] = ()
    """Where (an id of the model or the name of an input, or '') and what to tell."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What may be asked of a file as it is drawn, and what its cases gave."""

    questions: Mapping[str, tuple[InputQuestion, ...]]
    """By the decision's id."""
    cases: tuple[TriedCase, ...]
    unreadable: str = ""
    """Why nothing can be tried, where nothing can."""
