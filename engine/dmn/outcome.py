"""What an evaluation yields: the value, and beside it why it is that value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """Why something became null, or what else an author should know of an evaluation.

    ``where`` is the id of the cell, expression or element; ``decision`` the name of the decision
    or business knowledge model being evaluated.
    """

    code: str
    where: str
    decision: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Fired:
    """The rules of one decision table that held, in the table's order, by their ids.

    ``inputs`` are the values of its input columns, as FEEL values. ``cells`` says of each rule,
    by its id, which of its tests held; it is filled only where somebody asked for explanations.
    """

    decision: str
    table: str
    rules: tuple[str, ...]
    inputs: tuple[object, ...] = field(default=(), compare=False)
    cells: Mapping[str, tuple[bool, ...]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A decision that was made on the way, and its value as a FEEL value."""

    id: str
    name: str
    value: object


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of evaluating a decision or a service.

    ``value`` is plain (JSON with Decimal); ``feel`` the same as a FEEL value. ``rules`` has one
    entry for each time a decision table was evaluated, ``made`` one for each decision, those that
    others required before them.
    """

    value: object
    feel: object
    rules: tuple[Fired, ...] = ()
    made: tuple[Made, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
