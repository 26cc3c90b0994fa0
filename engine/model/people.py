"""Who asks: a person with the roles held today, and what follows from them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Scope = Literal["all", "units", "own"]


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role held in a unit (or everywhere, where ``unit_id`` is None)."""

    role: str
    unit_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Someone as permission checks see them.

    ``supervises`` is what of it they answer for by office: may urge, follow, have handed on.
    ``scope`` is what of the township's cases they may see beside those they take part in: all, those
    of ``units``, or none. ``tracks`` are the walled tracks open to them. ``system`` may do anything.
    """

    user_id: str
    name: str = ""
    unit_id: str | None = None
    roles: frozenset[Role] = frozenset()
    scope: Scope = "own"
    units: frozenset[str] = frozenset()
    tracks: frozenset[str] = frozenset()
    supervises: Scope = "own"
    is_admin: bool = False
    system: bool = False
    lang: str = "zh"
    must_change_password: bool = False
    role_ids: frozenset[str] = field(default=frozenset())

    def has(self, role: str) -> bool:
        """Whether they hold the role in any unit."""
        return role in self.role_ids

    def in_group(self, group: str) -> bool:
        """Whether they belong to a candidate group: ``role`` or ``role@unit``."""
        role, _, unit = group.partition("@")
        return any(
            held.role == role and (not unit or held.unit_id in (unit, None)) for held in self.roles
        )

    def candidate_values(self) -> tuple[str, ...]:
        """The values of candidate rows that concern them (see ``rows.Candidate``)."""
        return self._candidate_values

    @cached_property
    def _candidate_values(self) -> tuple[str, ...]:
        values = {f"u:{self.user_id}"}
        for held in self.roles:
            values.add(f"g:{held.role}")
            if held.unit_id is not None:
                values.add(f"g:{held.role}@{held.unit_id}")
        return tuple(sorted(values))


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """A line of a list of people: its number, and its cells as written. ``roles`` None: untouched."""

    row: int
    user_id: str
    name: str
    name_en: str = ""
    unit: str = ""
    roles: str | None = None
    active: bool = True
