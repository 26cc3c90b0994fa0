"""Conditions of ``find`` and its like: equality, plus the few comparisons below.

A condition has a *shape* (column, operator, how many values), which decides the SQL text, and
values, which are bound. The same condition is also asked of rows in memory, because a transaction
sees its own changes before they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from engine.model.rows import Row


class Comparison(NamedTuple):
    """A comparison other than equality; made by ``gt``, ``ge``, ``lt``, ``le`` and ``ne``."""

    operator: str
    value: Any


def gt(value: Any) -> Comparison:
    """Greater than ``value``."""
    return Comparison("gt", value)


def ge(value: Any) -> Comparison:
    """``value`` or greater."""
    return Comparison("ge", value)


def lt(value: Any) -> Comparison:
    """Less than ``value``."""
    return Comparison("lt", value)


def le(value: Any) -> Comparison:
    """``value`` or less."""
    return Comparison("le", value)


def ne(value: Any) -> Comparison:
    """Other than ``value`` and known; ``ne(None)`` is "known"."""
    return Comparison("ne", value)


class Term(NamedTuple):
    """One condition on one column. ``size`` is the number of values an ``in`` binds."""

    column: str
    operator: str
    values: tuple[Any, ...]
    size: int = 0


Shape = tuple[tuple[str, str, int], ...]


def terms(where: Mapping[str, Any]) -> tuple[Term, ...] | None:
    """The conditions of keyword arguments; None where no row can fulfil them."""
    found: list[Term] = []
    for column, value in where.items():
        if value is None:
            found.append(Term(column, "null", ()))
        elif isinstance(value, Comparison):
            if value.operator == "ne" and value.value is None:
                found.append(Term(column, "known", ()))
            elif value.value is None:
                return None
            else:
                found.append(Term(column, value.operator, (value.value,)))
        elif isinstance(value, list | tuple | set | frozenset):
            if not value:
                return None
            found.append(_among(column, value))
        else:
            found.append(Term(column, "eq", (value,)))
    return tuple(found)


def _among(column: str, values: Collection[Any]) -> Term:
    """An ``in`` with the number of values rounded up, so that there are few SQL texts."""
    listed = list(dict.fromkeys(values))
    size = 1
    while size < len(listed):
        size *= 2
    return Term(column, "in", tuple(listed + listed[-1:] * (size - len(listed))), size)


def shape(found: Sequence[Term]) -> Shape:
    """What of the conditions decides the SQL text."""
    return tuple((term.column, term.operator, term.size) for term in found)


def values(found: Sequence[Term]) -> list[Any]:
    """The values to bind, in order."""
    return [value for term in found for value in term.values]


_ASKED: Mapping[str, Callable[[Any, tuple[Any, ...]], bool]] = {
    "eq": lambda have, want: bool(have == want[0]),
    "ne": lambda have, want: bool(have != want[0]),
    "gt": lambda have, want: bool(have > want[0]),
    "ge": lambda have, want: bool(have >= want[0]),
    "lt": lambda have, want: bool(have < want[0]),
    "le": lambda have, want: bool(have <= want[0]),
    "in": lambda have, want: have in want,
    "known": lambda _have, _want: True,
}


def holds(row: Row, found: Sequence[Term]) -> bool:
    """Whether a row in memory fulfils the conditions, as the database would judge."""
    for term in found:
        have = getattr(row, term.column)
        if term.operator == "null":
            if have is not None:
                return False
        elif have is None or not _ASKED[term.operator](have, term.values):
            return False
    return True
