"""The one search: what it is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from engine.queries.answers import CaseLine, Person
from engine.queries.questions import Query

Marked = tuple[tuple[str, bool], ...]
"""A text in pieces; True marks what was looked for."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A matter with the words in it: in its title, or said where ``where`` tells."""

    case: CaseLine
    title: Marked
    number: Marked
    excerpt: Marked = ()
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What was found.

    ``more`` tells that older matters have the words too; ``short`` that words of a single character
    are too little to look for.
    """

    matters: tuple[Found, ...] = ()
    people: tuple[Person, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    more: bool = False
    short: bool = False


@dataclass(frozen=True, kw_only=True)
class Search(Query[Findings]):
    """Matters the viewer may see with all words in one text of theirs, people, kinds of matters."""

    text: str
    limit: int = 20
