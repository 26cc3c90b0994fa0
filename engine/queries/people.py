"""The values that tell administrators about people: what a list would change, who may do what."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Problem


@dataclass(frozen=True, kw_only=True)
class RosterMove:
    """What would become of one person: ``new``, ``change`` or ``leave``."""

    user_id: str
    name: str
    what: str
    row: int
    fields: tuple[tuple[str, str, str], ...]
    """Name of the field, what it is, what it would be, as people read them."""
    given: tuple[str, ...]
    taken: tuple[str, ...]
    open_tasks: int
    """Tasks that wait for them now: to be handed on before they leave."""


@dataclass(frozen=True, kw_only=True)
class RosterView:
    """What a list of people would change; nothing is written. ``digest`` confirms it."""

    moves: tuple[RosterMove, ...]
    problems: tuple[Problem, ...]
    same: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class RosterLine:
    """One person as a line of the list: what an export writes and an import reads."""

    user_id: str
    name: str
    name_en: str
    unit: str
    roles: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A step (or the start) of a process, and who may do it."""

    process_key: str
    process: str
    element: str
    """Empty for starting."""
    step: str
    roles: tuple[str, ...]
    """Roles as people read them, with their units."""
    people: tuple[tuple[str, str], ...]
    """Id and name of those who hold one of them today."""
    apart: tuple[str, ...]
    """Steps whose handler may not do this one (separation of duties)."""
    together: tuple[str, ...]
    """Steps whose handler does this one too."""
    decided: bool
    """True when the model names people by a formula: known only in a case."""


@dataclass(frozen=True, kw_only=True)
class DutiesView:
    """Who may do what. ``person`` narrows to one person, ``role`` to one role."""

    duties: tuple[Duty, ...]
    sees: tuple[str, ...] = ()
    """What the person sees beyond their own matters, in words."""
