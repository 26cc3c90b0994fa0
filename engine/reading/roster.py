"""People as a list, what a list would change, and who may do what: by person, by role, by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from engine import queries as q
from engine.catalog import Package
from engine.clock import legal_date
from engine.errors import NotFound
from engine.handlers import roster as lists
from engine.handlers.house import House
from engine.handlers.viewers import is_valid
from engine.model.rows import Deployment, Membership, Task, User
from engine.reading.common import Desk, desk
from engine.reading.deeds import group_name

if TYPE_CHECKING:
    from engine.bpmn.definition import Element

TASKS = frozenset({"userTask", "manualTask"})


def preview(house: House, query: q.PreviewPeople) -> q.RosterView:
    """What a list of people would change."""
    with desk(house, query) as at:
        at.require_admin()
        made = lists.plan(
            at.reader,
            house.roles,
            query.rows,
            today=legal_date(at.now),
            actor=at.viewer.user_id,
        )
        leaving = [move.user_id for move in made.moves if move.what == "leave"]
        waiting: dict[str, int] = {}
        for (user_id,) in at.reader.columns(Task, ("assignee",), state="open", assignee=leaving):
            waiting[user_id] = waiting.get(user_id, 0) + 1
        return q.RosterView(
            moves=tuple(_move(at, move, waiting.get(move.user_id, 0)) for move in made.moves),
            problems=made.problems,
            same=made.same,
            digest=made.digest,
        )


def _move(at: Desk, move: lists.Move, waiting: int) -> q.RosterMove:
    def shown(field: str, value: str) -> str:
        if field == "unit_id":
            return at.unit(value) if value else ""
        if field == "active":
            return at.pick("在岗", "active") if value else at.pick("停用", "disabled")
        return value

    return q.RosterMove(
        user_id=move.user_id,
        name=move.name,
        what=move.what,
        row=move.row,
        fields=tuple(
            (f, "" if move.what == "new" else shown(f, old), shown(f, new))
            for f, old, new in move.fields
        ),
        given=tuple(_held(at, held) for held in move.given),
        taken=tuple(_held(at, held) for held in move.taken),
        open_tasks=waiting,
    )


def _held(at: Desk, held: tuple[str, str]) -> str:
    role, unit_id = held
    title = at.house.roles.title(role, at.lang)
    if not unit_id:
        return title
    return at.pick(f"{title}（{at.unit(unit_id)}）", f"{title} ({at.unit(unit_id)})")


def roster(house: House, query: q.Roster) -> tuple[q.RosterLine, ...]:
    """Everybody, by unit and name, as an import reads it back without a change."""
    with desk(house, query) as at:
        at.require_admin()
        today = legal_date(at.now)
        held: dict[str, list[tuple[str, str]]] = {}
        for row in at.reader.find(Membership):
            if is_valid(row, today):
                held.setdefault(row.user_id, []).append((row.role, row.unit_id or ""))
        order = {unit_id: n for n, unit_id in enumerate(at.units())}
        users = sorted(
            at.reader.find(User), key=lambda u: (order.get(u.unit_id or "", -1), u.name, u.id)
        )
        twice = _twice(unit.name for unit in at.units().values())
        return tuple(
            q.RosterLine(
                user_id=user.id,
                name=user.name,
                name_en=user.name_en,
                unit=_unit_cell(at, user.unit_id or "", twice),
                roles="、".join(
                    _role_cell(at, role, unit_id, twice)
                    for role, unit_id in sorted(held.get(user.id, []))
                ),
                active=user.active,
            )
            for user in users
        )


def _twice(names: Iterable[str]) -> frozenset[str]:
    seen: set[str] = set()
    return frozenset(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]


def _unit_cell(at: Desk, unit_id: str, twice: frozenset[str]) -> str:
    """A unit's name; its code where two are called the same, or where it is closed."""
    unit = at.units().get(unit_id)
    plain = unit is not None and unit.name not in twice and unit.closed_at is None
    return unit.name if unit is not None and plain else unit_id


def _role_cell(at: Desk, role: str, unit_id: str, twice: frozenset[str]) -> str:
    title = at.house.roles.title(role, "zh")
    return f"{title}（{_unit_cell(at, unit_id, twice)}）" if unit_id else title


# --- who may do what -------------------------------------------------------------------------------


def duties(house: House, query: q.Duties) -> q.DutiesView:
    """Starts and steps of every newest process with those who may do them today."""
    with desk(house, query) as at:
        at.require_admin()
        if query.user_id and at.reader.get(User, id=query.user_id) is None:
            raise NotFound(what={"zh": "人员", "en": "user"})
        holders = _Holders(at)
        wanted = holders.groups_of(query.user_id) if query.user_id else frozenset()
        found = []
        for package in _newest(at):
            for duty, groups in _duties(at, package, holders):
                mine = query.user_id and any(holders.holds(query.user_id, g) for g in groups)
                of_role = query.role and any(g.partition("@")[0] == query.role for g in groups)
                if (not query.user_id and not query.role) or mine or of_role:
                    found.append(duty)
        return q.DutiesView(duties=tuple(found), sees=_sees(at, wanted))


class _Holders:
    """Who holds what today."""

    def __init__(self, at: Desk) -> None:
        today = legal_date(at.now)
        self.names = {
            user.id: at.pick(user.name, user.name_en) for user in at.reader.find(User, active=True)
        }
        self.held: dict[str, set[tuple[str, str]]] = {}
        for row in at.reader.find(Membership):
            if row.user_id in self.names and is_valid(row, today):
                self.held.setdefault(row.user_id, set()).add((row.role, row.unit_id or ""))

    def groups_of(self, user_id: str) -> frozenset[str]:
        return frozenset(role for role, _ in self.held.get(user_id, ()))

    def holds(self, user_id: str, group: str) -> bool:
        """As a candidate group is matched in a case: a role, or a role in one unit."""
        role, _, unit = group.partition("@")
        return any(
            held == role and (not unit or where in (unit, ""))
            for held, where in self.held.get(user_id, ())
        )

    def of(self, groups: Iterable[str]) -> tuple[tuple[str, str], ...]:
        wanted = tuple(groups)
        return tuple(
            sorted(
                (
                    (u, name)
                    for u, name in self.names.items()
                    if any(self.holds(u, g) for g in wanted)
                ),
                key=lambda pair: (pair[1], pair[0]),
            )
        )


def _newest(at: Desk) -> Iterator[Package]:
    rows = at.reader.columns(Deployment, ("process_key", "version", "id"), active=True)
    for deployment_id in {key: found for key, _, found in sorted(rows)}.values():
        yield at.package(deployment_id)


def _duties(
    at: Desk, package: Package, holders: _Holders
) -> Iterator[tuple[q.Duty, tuple[str, ...]]]:
    manifest = package.manifest
    title = package.text(manifest.title, at.lang)
    if manifest.startable and manifest.start_roles:
        yield (
            q.Duty(
                process_key=manifest.key, process=title, element="",
                step=at.pick("发起", "Start"),
                roles=tuple(group_name(at, f"g:{g}") for g in manifest.start_roles),
                people=holders.of(manifest.start_roles), apart=(), together=(), decided=False,
            ),
            tuple(manifest.start_roles),
        )  # fmt: skip
    elements = package.definition.elements
    apart: dict[str, set[str]] = {}
    for element in elements.values():
        for other in element.not_handler_of:
            # Told on both sides: who handled either may not do the other.
            apart.setdefault(element.id, set()).add(other)
            apart.setdefault(other, set()).add(element.id)

    def named(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(
            package.text(elements[i].name, at.lang) if i in elements else i for i in sorted(ids)
        )

    for element in elements.values():
        if element.kind not in TASKS:
            continue
        groups, decided = _groups(element)
        yield (
            q.Duty(
                process_key=manifest.key,
                process=title,
                element=element.id,
                step=package.text(element.name, at.lang),
                roles=tuple(group_name(at, f"g:{g}") for g in groups),
                people=holders.of(groups),
                apart=named(apart.get(element.id, ())),
                together=named(element.same_handler_as),
                decided=decided,
            ),
            groups,
        )


def _groups(element: Element) -> tuple[tuple[str, ...], bool]:
    """The groups a task waits for, and whether its people are decided by a formula in the case."""
    written = (element.assignee, element.candidate_users, element.candidate_groups)
    decided = any((text or "").startswith("=") for text in written) or bool(
        element.assignee or element.candidate_users
    )
    groups = element.candidate_groups or ""
    if groups and not groups.startswith("="):
        return tuple(g.strip() for g in groups.split(",") if g.strip()), decided
    if not any(written) and element.lane:
        return (element.lane,), False
    return (), decided


def _sees(at: Desk, roles: frozenset[str]) -> tuple[str, ...]:
    """What cases these roles show beside one's own, in words."""
    said = []
    for role_id in sorted(roles):
        role = at.house.roles.get(role_id)
        if role is None:
            continue
        title = role.title(at.lang)
        if role.sees == "all":
            said.append(
                at.pick(f"{title}：看全乡的事项", f"{title}: sees all cases of the township")
            )
        elif role.sees == "own-unit":
            said.append(at.pick(f"{title}：看本单位的事项", f"{title}: sees the cases of the unit"))
        for track in sorted(role.tracks):
            known = at.house.roles.tracks.get(track)
            name = at.pick(known.zh, known.en) if known else track
            said.append(at.pick(f"{title}：可进入“{name}”", f"{title}: may enter “{name}”"))
    return tuple(said)
