"""Who can be tried in the demonstration: shown on its sign-in page, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from engine import config
from engine.errors import Lang
from engine.law.roles import parse_roles
from webapp.founding import read_township

PASSWORD = "yifa-demo-2026"  # noqa: S105 - public on purpose: the demonstration tells it to everyone
"""The one password of the demonstration; a real office has no account made with it."""


@dataclass(frozen=True)
class Candidate:
    """Somebody a visitor may sign in as."""

    id: str
    name: str
    unit: str
    roles: str


@lru_cache(maxsize=2)
def people(lang: Lang) -> tuple[Candidate, ...]:
    """The invented people with their units and roles, in the language asked for."""
    folder = config.data_dir() / "processes"
    roles = parse_roles((folder / "roles.toml").read_text(encoding="utf-8"))
    township = read_township((folder / "township.toml").read_text(encoding="utf-8"))
    units = {unit.id: unit.name if lang == "zh" else unit.name_en for unit in township.units}
    joint = "、" if lang == "zh" else ", "
    return tuple(
        Candidate(
            id=person.id,
            name=person.name if lang == "zh" else person.name_en,
            unit=units.get(person.unit, ""),
            roles=joint.join(roles.title(role, lang) for role in person.role_ids),
        )
        for person in township.people
    )
