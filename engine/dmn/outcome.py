"""What an evaluation yields: the value, and beside it why it is that value."""

from __future__ import annotations

from dataclasses import dataclass


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
    """The rules of one decision table that held, in the table's order, by their ids."""

    decision: str
    table: str
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of evaluating a decision or a service.

    ``value`` is plain (JSON with Decimal); ``feel`` the same as a FEEL value. ``rules`` has one
    entry for each time a decision table was evaluated.
    """

    value: object
    feel: object
    rules: tuple[Fired, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
