"""The invented township: units and people as data, put into an engine by ordinary commands."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field

from engine.commands import SYSTEM, GrantRole, SaveUnit, SaveUser
from engine.engine import Engine


@dataclass(frozen=True, kw_only=True)
class TownUnit:
    """A unit of the township."""

    id: str
    name: str
    name_en: str
    parent: str = ""
    kind: str = "office"


@dataclass(frozen=True, kw_only=True)
class TownPerson:
    """Somebody of the township. ``roles``: role ids, or ``role@unit``."""

    id: str
    name: str
    name_en: str
    unit: str
    roles: tuple[str, ...] = ()
    admin: bool = False

    @property
    def role_ids(self) -> tuple[str, ...]:
        """The roles without their units."""
        return tuple(role.partition("@")[0] for role in self.roles)


@dataclass(frozen=True)
class Township:
    """All of it."""

    units: tuple[TownUnit, ...] = ()
    people: tuple[TownPerson, ...] = field(default=())


def read_township(text: str) -> Township:
    """Read ``township.toml``: ``[[unit]]`` and ``[[person]]`` entries."""
    data = tomllib.loads(text)
    return Township(
        units=tuple(TownUnit(**entry) for entry in data["unit"]),
        people=tuple(
            TownPerson(**{**entry, "roles": tuple(entry.get("roles", ()))})
            for entry in data["person"]
        ),
    )


def settle(engine: Engine, township: Township, password: str) -> None:
    """Create the units, the people and their roles."""
    for unit in township.units:
        engine.execute(
            SaveUnit(
                actor=SYSTEM,
                unit_id=unit.id,
                name=unit.name,
                name_en=unit.name_en,
                parent_id=unit.parent or None,
                kind=unit.kind,
            )
        )
    for person in township.people:
        engine.execute(
            SaveUser(
                actor=SYSTEM,
                user_id=person.id,
                name=person.name,
                name_en=person.name_en,
                unit_id=person.unit,
                is_admin=person.admin,
                password=password,
                create=True,
            )
        )
        for held in person.roles:
            role, _, unit_id = held.partition("@")
            engine.execute(
                GrantRole(
                    actor=SYSTEM, user_id=person.id, role=role, unit_id=unit_id or person.unit
                )
            )
