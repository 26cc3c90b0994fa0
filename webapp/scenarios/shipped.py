"""What comes with the house: its packages, and the invented township that scenarios are played by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from engine import catalog, config
from engine.commands import SYSTEM, Deploy
from engine.engine import Engine
from webapp.founding import (
    TownPerson,
    Township,
    in_calling_order,
    read_township,
    settle,
)
from webapp.scenarios.scenario import Scenario, ScenarioFailed, read_scenario


def processes_folder() -> Path:
    """Where the shipped processes lie."""
    return config.data_dir() / "processes"


@cache
def packages() -> Mapping[str, Mapping[str, bytes]]:
    """The files of every shipped package by process key, called ones before their callers."""
    forms = config.data_dir() / "forms"
    return in_calling_order(
        {
            folder.name: catalog.read_folder(folder, forms / folder.name)
            for folder in sorted(processes_folder().iterdir())
            if (folder / "process.toml").is_file()
        }
    )


def scenarios(folder: Path | None = None) -> Iterator[Scenario]:
    """Every scenario of the processes in a folder (the shipped one by default)."""
    for path in sorted((folder or processes_folder()).glob("*/scenarios/*.toml")):
        yield read_scenario(path)


@cache
def township() -> Township:
    """The shipped township."""
    return read_township((processes_folder() / "township.toml").read_text(encoding="utf-8"))


def person(who: str) -> TownPerson:
    """Somebody by sign-in name, or the first who holds a role (``role`` or ``role@unit``)."""
    people = township().people
    for one in people:
        if one.id == who:
            return one
    role, _, unit = who.partition("@")
    for one in people:
        for held in one.roles:
            name, _, elsewhere = held.partition("@")
            if name == role and unit in ("", elsewhere or one.unit):
                return one
    raise ScenarioFailed(
        f"示例乡镇中没有“{who}”这个人，也没有担任这个角色的人",
        f"nobody in the township is or holds “{who}”",
    )


def found(engine: Engine, password: str) -> None:
    """Set the township up in an empty engine: its people, and every shipped process."""
    settle(engine, township(), password)
    for files in packages().values():
        engine.execute(Deploy(actor=SYSTEM, files=files))
