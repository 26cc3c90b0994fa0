"""Founding an office: its units, people and roles as values, put into an engine by ordinary commands.

The demonstration founds the invented township; trial runs and tests of scenarios found a throw-away
office beside the real one, on a temporary SQLite file under a clock of their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine import catalog
from engine import queries as q
from engine.clock import VirtualClock
from engine.commands import SYSTEM, GrantRole, SaveUnit, SaveUser
from engine.config import Settings
from engine.engine import Engine

DATABASE = "office.db"
"""The file of a throw-away office, in its folder."""
MOST_PEOPLE = 200
"""People of an office that are taken along into another."""


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
    """Somebody of the township. ``roles``: role ids, ``role@unit``, or ``role@`` for all units."""

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
    people: tuple[TownPerson, ...] = ()


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


def likeness(office: Engine) -> Township:
    """The units of a real office, and its people with the roles they hold today."""
    ask = office.query
    units = tuple(
        TownUnit(
            id=unit.id,
            name=unit.name_zh,
            name_en=unit.name_en,
            parent=unit.parent_id or "",
            kind=unit.kind,
        )
        for unit in ask(q.Units(viewer=SYSTEM))
    )
    lines = ask(q.Users(viewer=SYSTEM, limit=MOST_PEOPLE)).rows
    views = [ask(q.UserPage(viewer=SYSTEM, user_id=line.id)) for line in lines if line.active]
    return Township(units=units, people=tuple(_person(view) for view in views))


def _person(view: q.UserView) -> TownPerson:
    return TownPerson(
        id=view.user.id,
        name=view.user.name,
        name_en=view.user.name_en,
        unit=view.user.unit_id,
        roles=tuple(f"{held.role}@{held.unit_id}" for held in view.memberships if held.valid),
    )


def settle(engine: Engine, township: Township, password: str | None) -> None:
    """Create the units, the people and their roles; without a password nobody can sign in."""
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
                unit_id=person.unit or None,
                is_admin=person.admin,
                password=password,
                create=True,
            )
        )
        for held in person.roles:
            role, told, unit_id = held.partition("@")
            where = (unit_id if told else person.unit) or None
            engine.execute(GrantRole(actor=SYSTEM, user_id=person.id, role=role, unit_id=where))


# ---------------------------------------------------------------------- beside a real office


def beside(
    office: Engine,
    folder: Path,
    clock: VirtualClock,
    *,
    harmless: bool = False,
    region: str = "",
) -> Engine:
    """An empty office in ``folder`` that counts days and decides as ``office`` does.

    Opened again on the same folder it is what it was. ``harmless``: operations are known by name,
    and do nothing. ``region``: whose local law holds there, if not that of the office. Raises
    Misconfigured where no such law is known.
    """
    house = office.house
    settings = within(house.settings, folder)
    nothing = dict.fromkeys(house.operations, _nothing)
    empty = not (folder / DATABASE).exists()  # a copy has its tables
    engine = Engine.open(
        settings=replace(settings, region=region) if region else settings,
        migrate=empty,
        clock=clock,
        operations=nothing if harmless else house.operations,
        script_handlers=house.script_handlers,
    )
    engine.house.count_by(house)
    return engine


def within(settings: Settings, folder: Path) -> Settings:
    """The same settings for a house whose database and files lie in ``folder``."""
    return replace(
        settings,
        database_url=f"sqlite:///{folder / DATABASE}",
        files_dir=folder / "files",
        embedded_worker=False,
    )


def _nothing(_inputs: Mapping[str, object], _headers: Mapping[str, str]) -> None:
    """What an operation does where nothing outside may happen."""


def in_calling_order(packages: Mapping[str, Mapping[str, bytes]]) -> dict[str, Mapping[str, bytes]]:
    """Packages by process key, those that are called before those that call them.

    Raises ModelRejected when a model cannot be read.
    """
    calls = {key: catalog.called_processes(files) for key, files in packages.items()}
    ordered: dict[str, Mapping[str, bytes]] = {}

    def put(key: str, above: tuple[str, ...] = ()) -> None:
        if key in above or key not in packages:
            return
        for called in sorted(calls[key]):
            put(called, (*above, key))
        ordered.setdefault(key, packages[key])

    for key in packages:
        put(key)
    return ordered
