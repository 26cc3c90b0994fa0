"""Roles of a township and which may not meet in one person, read from ``processes/roles.toml``.

Two kinds of incompatibility: between offices a *person* may hold (npc and head, 组织法 18), and
between parts played in one *case* (who investigated does not preside over the hearing).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from engine.errors import Lang
from engine.law.rules import Status
from engine.law.tables import Entry, Faults, read_toml, tables

Sees = Literal["all", "own-unit", "own"]
Kind = Literal["office", "case", "external"]
ScopeOfClash = Literal["person", "case"]

_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
_TRACK = re.compile(r"[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True, kw_only=True)
class Track:
    """A walled track: cases on it exist only for the roles it is opened to."""

    id: str
    zh: str
    en: str
    basis_zh: str = ""
    basis_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Role:
    """One role. ``kind``: an office people are appointed to, a part in a case, or an outsider.

    ``sees`` is which of the township's cases the role may see beside those it takes part in;
    ``supervises`` which of them it answers for: may urge, follow (督办), have handed on;
    ``tracks`` are the walled tracks it may enter, whatever ``sees`` says.
    """

    id: str
    zh: str
    en: str
    note_zh: str = ""
    note_en: str = ""
    kind: Kind = "office"
    sees: Sees = "own"
    supervises: Sees = "own"
    tracks: frozenset[str] = frozenset()

    def title(self, lang: Lang = "zh") -> str:
        """The role's name."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, kw_only=True)
class Incompatible:
    """Roles of ``one`` may not meet those of ``other`` in the same person, or in the same case."""

    one: frozenset[str]
    other: frozenset[str]
    scope: ScopeOfClash
    zh: str
    en: str
    law_zh: str = ""
    law_en: str = ""
    article: str = ""
    status: Status = Status.TO_BE_CHECKED
    mark: str = ""

    def forbids(self, first: str, second: str) -> bool:
        """Whether these two roles clash, in either order."""
        return (first in self.one and second in self.other) or (
            second in self.one and first in self.other
        )


@dataclass(frozen=True, kw_only=True)
class Roles:
    """All roles, tracks and incompatibilities."""

    roles: Mapping[str, Role]
    tracks: Mapping[str, Track] = field(default_factory=dict)
    incompatible: tuple[Incompatible, ...] = ()

    def __iter__(self) -> Iterator[Role]:
        return iter(self.roles.values())

    def __contains__(self, role_id: object) -> bool:
        return role_id in self.roles

    def get(self, role_id: str) -> Role | None:
        """The role of that id, or None."""
        return self.roles.get(role_id)

    def title(self, role_id: str, lang: Lang = "zh") -> str:
        """The role's name; the id itself when there is no such role. ``role@unit`` is read too."""
        role = self.roles.get(role_id.partition("@")[0])
        return role.title(lang) if role else role_id

    def of_kind(self, kind: Kind) -> tuple[Role, ...]:
        """The roles of one kind, in the order of the file."""
        return tuple(role for role in self if role.kind == kind)

    def incompatibility(self, one: str, other: str) -> Incompatible | None:
        """Why one person may not hold both offices, or None when they may."""
        return self._clash(one, other, "person")

    def incompatibility_in_case(self, one: str, other: str) -> Incompatible | None:
        """Why one person may not play both parts in one case, or None when they may."""
        return self._clash(one, other, "case") or self._clash(one, other, "person")

    def conflicts(self, held: Iterable[str]) -> list[tuple[str, str, Incompatible]]:
        """Every pair among a person's offices that may not be held together."""
        ids = sorted(set(held))
        found = []
        for number, one in enumerate(ids):
            for other in ids[number + 1 :]:
                clash = self.incompatibility(one, other)
                if clash is not None:
                    found.append((one, other, clash))
        return found

    def may_enter(self, held: Iterable[str], track: str) -> bool:
        """Whether any of the roles opens a walled track."""
        return any(track in role.tracks for role in map(self.get, held) if role is not None)

    def _clash(self, one: str, other: str, scope: ScopeOfClash) -> Incompatible | None:
        return next(
            (
                each
                for each in self.incompatible
                if each.scope == scope and each.forbids(one, other)
            ),
            None,
        )


def parse_roles(text: str, file: str = "roles.toml") -> Roles:
    """Read the roles. Raises Invalid with every fault of the file, each with its line."""
    data, faults = read_toml(text, file)
    Entry(data, faults, "").only(("format", "role", "track", "incompatible"))
    tracks = {track.id: track for track in map(_track, _entries(data, "track", faults))}
    roles: dict[str, Role] = {}
    for entry in _entries(data, "role", faults):
        role = _role(entry, tracks)
        if role.id in roles:
            entry.fault("roles.duplicate", f"角色“{role.id}”重复。", f"Role “{role.id}” twice.")
        roles[role.id] = role
    clashes = tuple(
        _incompatible(entry, roles) for entry in _entries(data, "incompatible", faults, "zh")
    )
    if not roles:
        faults.add("roles.empty", "没有任何角色。", "There are no roles.")
    faults.raise_if_any()
    return Roles(roles=roles, tracks=tracks, incompatible=clashes)


def _entries(
    data: Mapping[str, object], key: str, faults: Faults, named_by: str = "id"
) -> Iterator[Entry]:
    for number, table in enumerate(tables(data, key, faults), start=1):
        name = str(table.get(named_by, ""))
        where = str(table.get("id") or f"{key}[{number}]")
        yield Entry(table, faults, where, faults.line_of(named_by, name) if name else None)


def _track(entry: Entry) -> Track:
    entry.only(("id", "zh", "en", "basis_zh", "basis_en"))
    track_id = entry.text("id", required=True, most=40)
    if not _TRACK.fullmatch(track_id):
        entry.fault(
            "roles.id", "id 只用小写字母、数字、连字符。", "Lower case, digits, hyphens.", "id"
        )
    return Track(
        id=track_id,
        zh=entry.text("zh", required=True),
        en=entry.text("en", required=True),
        basis_zh=entry.text("basis_zh"),
        basis_en=entry.text("basis_en"),
    )


def _role(entry: Entry, tracks: Mapping[str, Track]) -> Role:
    entry.only(("id", "zh", "en", "note_zh", "note_en", "kind", "sees", "walled", "supervises"))
    role_id = entry.text("id", required=True, most=40)
    if not _ID.fullmatch(role_id):
        entry.fault(
            "roles.id", "id 只用小写字母、数字、下划线。", "Lower case, digits, underscores.", "id"
        )
    walled = entry.words("walled")
    for track in walled:
        if track not in tracks:
            entry.fault("roles.track", f"没有专道“{track}”。", f"No track “{track}”.", "walled")
    sees = cast(Sees, entry.choice("sees", ("all", "own-unit", "own"), "own"))
    note_zh, note_en = entry.text("note_zh"), entry.text("note_en")
    if bool(note_zh) != bool(note_en):
        entry.fault("roles.note", "说明须有中英文。", "Give the note in both languages.", "note_en")
    return Role(
        id=role_id,
        zh=entry.text("zh", required=True),
        en=entry.text("en", required=True),
        note_zh=note_zh,
        note_en=note_en,
        kind=cast(Kind, entry.choice("kind", ("office", "case", "external"), "office")),
        sees=sees,
        supervises=_supervises(entry, sees),
        tracks=frozenset(walled),
    )


def _supervises(entry: Entry, sees: Sees) -> Sees:
    """What a role answers for; nobody supervises what they may not see."""
    found = cast(Sees, entry.choice("supervises", ("all", "own-unit", "own"), "own"))
    if found != "own" and sees not in (found, "all"):
        entry.fault(
            "roles.supervises",
            "督办范围不能大于可见范围（sees）。",
            "A role supervises no more than it sees.",
            "supervises",
        )
    return found


def _incompatible(entry: Entry, roles: Mapping[str, Role]) -> Incompatible:
    entry.only(
        ("one", "other", "scope", "zh", "en", "law_zh", "law_en", "article", "status", "mark")
    )
    one, other = entry.words("one"), entry.words("other")
    for key, group in (("one", one), ("other", other)):
        if not group:
            entry.fault("roles.missing", f"缺少“{key}”。", f"“{key}” is missing.", key)
        for role_id in group:
            if role_id not in roles:
                entry.fault("roles.unknown", f"没有角色“{role_id}”。", f"No role “{role_id}”.", key)
    if set(one) & set(other):
        entry.fault(
            "roles.self", "同一角色不能与自己互斥。", "A role cannot exclude itself.", "other"
        )
    clash = Incompatible(
        one=frozenset(one),
        other=frozenset(other),
        scope=cast(ScopeOfClash, entry.choice("scope", ("person", "case"), "person")),
        zh=entry.text("zh", required=True),
        en=entry.text("en", required=True),
        law_zh=entry.text("law_zh"),
        law_en=entry.text("law_en"),
        article=entry.text("article", most=60),
        status=Status(entry.choice("status", [s.value for s in Status], "to-be-checked")),
        mark=entry.text("mark", required=True, most=40),
    )
    if clash.status is Status.VERIFIED and not (clash.law_zh and clash.law_en and clash.article):
        entry.fault(
            "roles.source",
            "已核对的互斥须写明法律（中英文）和条号。",
            "A verified incompatibility names law (both languages) and article.",
            "article",
        )
    return clash
