"""The values that answer administrators' questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import Problem


@dataclass(frozen=True, kw_only=True)
class ProcessLine:
    """A process as administrators see it."""

    key: str
    title: str
    version: int
    deployment_id: str
    deployed_at: int
    deployed_by: str
    running: int
    versions: int


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One version of a process."""

    deployment_id: str
    version: int
    sha256: str
    deployed_at: int
    deployed_by: str
    note: str
    running: int
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ProcessView:
    """A process with its versions; the newest first."""

    key: str
    title: str
    versions: tuple[VersionLine, ...]
    warnings: tuple[Problem, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    """The newest drawing's texts in the viewer's language, by what is drawn."""


@dataclass(frozen=True, kw_only=True)
class UserLine:
    """A user as administrators see them."""

    id: str
    name: str
    name_en: str
    unit: str
    unit_id: str
    active: bool
    is_admin: bool
    locked: bool
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MembershipLine:
    """A role somebody holds, held or will hold."""

    id: str
    role: str
    title: str
    unit: str
    from_date: str
    to_date: str
    valid: bool
    unit_id: str = ""


@dataclass(frozen=True, kw_only=True)
class UserView:
    """A user with all memberships."""

    user: UserLine
    version: int
    memberships: tuple[MembershipLine, ...]


@dataclass(frozen=True, kw_only=True)
class UnitLine:
    """A unit; ``depth`` in the tree, ``name`` in the viewer's language."""

    id: str
    name: str
    name_zh: str
    name_en: str
    parent_id: str
    depth: int
    kind: str
    closed: bool
    people: int


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """A role of the shelf."""

    id: str
    title: str
    notes: str


@dataclass(frozen=True, kw_only=True)
class DayLine:
    """A day that is not what its weekday says, or a plain one: ``kind`` as the calendar names it."""

    day: str
    weekday: int
    kind: str
    name: str
    works: bool


@dataclass(frozen=True, kw_only=True)
class CalendarView:
    """A year: its days by month, on what they rest, and the years that were imported."""

    year: int
    months: tuple[tuple[DayLine, ...], ...]
    provisional: bool
    source: str
    imported: tuple[tuple[int, str, str], ...]
    """Year, kind (``official`` or ``local``) and source of every import."""
    provisional_clocks: int
    closures: tuple[tuple[str, str], ...] = ()
    """Day and reason of the year's local closures."""


@dataclass(frozen=True, kw_only=True)
class ChangedDay:
    """A day that would become another: its kinds as the calendar names them, and what it is called."""

    day: str
    weekday: int
    before: str
    after: str
    name: str


@dataclass(frozen=True, kw_only=True)
class MovedClock:
    """A running clock whose end would move. ``case_id`` is empty where the viewer may not see it."""

    case_id: str
    title: str
    clock: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class CalendarChange:
    """What an import would change, before it is kept."""

    year: int
    kind: str
    days: tuple[ChangedDay, ...]
    settled: int
    """How many days it names in all, changed or not."""
    moved: tuple[MovedClock, ...]
    """Those of the running clocks that would move, at most a hundred."""
    moved_count: int
    confirmed_count: int
    """Clocks that stay where they are and are no longer provisional."""
