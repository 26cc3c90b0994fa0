"""What administrators ask: processes, people, jobs, incidents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine import catalog
from engine import queries as q
from engine.clock import legal_date
from engine.errors import NotFound, Problem
from engine.handlers.deployments import own_shelf, with_shelves
from engine.handlers.house import House
from engine.handlers.viewers import is_valid
from engine.model.ids import is_id
from engine.model.rows import (
    Blob,
    Deployment,
    Membership,
    Unit,
    User,
)
from engine.reading.common import Desk, desk


def processes(house: House, query: q.Processes) -> tuple[q.ProcessLine, ...]:
    """All processes with their newest version."""
    with desk(house, query) as at:
        rows = at.reader.find(Deployment, active=True, order=("process_key", "-version"))
        running = _running(at)
        lines: dict[str, q.ProcessLine] = {}
        for row in rows:
            if row.process_key in lines:
                continue
            mine = [r for r in rows if r.process_key == row.process_key]
            lines[row.process_key] = q.ProcessLine(
                key=row.process_key,
                title=at.process_title(row.process_key),
                version=row.version,
                deployment_id=row.id,
                deployed_at=row.deployed_at,
                deployed_by=at.name(row.deployed_by),
                running=sum(running.get(r.id, 0) for r in mine),
                versions=len(mine),
            )
        return tuple(lines.values())


def process_titles(house: House, query: q.ProcessTitles) -> tuple[tuple[str, str], ...]:
    """Key and title of every process, by key."""
    with desk(house, query) as at:
        keys = {key for (key,) in at.reader.columns(Deployment, ("process_key",), active=True)}
        return tuple((key, at.process_title(key)) for key in sorted(keys))


def _running(at: Desk) -> Mapping[str, int]:
    """Running instances by deployment, for administrators; none of a case they may not know of."""
    if not (at.viewer.is_admin or at.viewer.system):
        return {}
    counts: Mapping[str, int] = at.reader.running(at.viewer)
    return counts


def process_page(house: House, query: q.ProcessPage) -> q.ProcessView:
    """One process with its versions, the newest first."""
    with desk(house, query) as at:
        at.require_admin()
        rows = at.reader.find(Deployment, process_key=query.key, active=True, order="-version")
        if not rows:
            raise NotFound(what={"zh": "流程", "en": "process"})
        running = _running(at)
        return q.ProcessView(
            key=query.key,
            title=at.process_title(query.key),
            versions=tuple(
                q.VersionLine(
                    deployment_id=row.id,
                    version=row.version,
                    sha256=row.sha256,
                    deployed_at=row.deployed_at,
                    deployed_by=at.name(row.deployed_by),
                    note=row.note,
                    running=running.get(row.id, 0),
                    files=tuple(sorted(row.files)),
                )
                for row in rows
            ),
            warnings=at.package(rows[0].id).warnings,
            texts=at.drawn(at.package(rows[0].id)),
        )


def check_package(house: House, query: q.CheckPackage) -> tuple[Problem, ...]:
    """Everything wrong with a package as it would be deployed."""
    with desk(house, query) as at:
        at.require_admin()
        keys = {key for (key,) in at.reader.columns(Deployment, ("process_key",), active=True)}
    found = catalog.all_problems(
        with_shelves(query.files, house.shelves),
        script_formats=frozenset(house.script_handlers),
        operations=frozenset(house.operations),
        known_processes=frozenset(keys),
    )
    return (*own_shelf(query.files), *found)


def package_files(house: House, query: q.PackageFiles) -> Mapping[str, bytes]:
    """The files of a deployment."""
    with desk(house, query) as at:
        at.require_admin()
        row = (
            at.reader.get(Deployment, id=query.deployment_id)
            if is_id(query.deployment_id)
            else None
        )
        if row is None:
            raise NotFound(what={"zh": "流程版本", "en": "process version"})
        blobs = {
            blob.sha256: blob.content
            for blob in at.reader.find(Blob, sha256=sorted(set(row.files.values())))
        }
        return {path: blobs[sha256] for path, sha256 in row.files.items()}


def users(house: House, query: q.Users) -> q.Page[q.UserLine]:
    """Users by name."""
    with desk(house, query) as at:
        at.require_admin()
        page = at.reader.users(
            text=query.text, unit_id=query.unit_id, cursor=query.cursor or None, limit=query.limit
        )
        ids = [user.id for user in page.rows]
        memberships = at.reader.find(Membership, user_id=ids) if ids else []
        lines = tuple(_user_line(at, user, memberships) for user in page.rows)
        return q.Page(rows=lines, next=page.next_cursor or "", prev=page.prev_cursor or "")


def _user_line(at: Desk, user: User, memberships: list[Membership]) -> q.UserLine:
    today = legal_date(at.now)
    roles = sorted({m.role for m in memberships if m.user_id == user.id and is_valid(m, today)})
    return q.UserLine(
        id=user.id,
        name=user.name,
        name_en=user.name_en,
        unit=at.unit(user.unit_id),
        unit_id=user.unit_id or "",
        active=user.active,
        is_admin=user.is_admin,
        locked=bool(user.locked_until and user.locked_until > at.now_ms),
        roles=tuple(at.house.roles.title(role, at.lang) for role in roles),
    )


def user_page(house: House, query: q.UserPage) -> q.UserView:
    """One user with all memberships."""
    with desk(house, query) as at:
        at.require_admin()
        user = at.reader.get(User, id=query.user_id)
        if user is None:
            raise NotFound(what={"zh": "人员", "en": "user"})
        memberships = at.reader.find(Membership, user_id=user.id)
        today = legal_date(at.now)
        return q.UserView(
            user=_user_line(at, user, memberships),
            version=user.version,
            memberships=tuple(
                q.MembershipLine(
                    id=m.id,
                    role=m.role,
                    title=at.house.roles.title(m.role, at.lang),
                    unit=at.unit(m.unit_id) if m.unit_id else "",
                    from_date=m.from_date or "",
                    to_date=m.to_date or "",
                    valid=is_valid(m, today),
                    unit_id=m.unit_id or "",
                )
                for m in memberships
            ),
        )


def units(house: House, query: q.Units) -> tuple[q.UnitLine, ...]:
    """All units as a tree, in order."""
    with desk(house, query) as at:
        rows = sorted(at.units().values(), key=lambda unit: (unit.position, unit.id))
        people: dict[str, int] = {}
        for (unit_id,) in at.reader.columns(User, ("unit_id",), active=True):
            people[unit_id] = people.get(unit_id, 0) + 1
        return tuple(_tree(at, rows, None, 0, people))


def _tree(
    at: Desk, rows: list[Unit], parent: str | None, depth: int, people: Mapping[str, int]
) -> Iterator[q.UnitLine]:
    for unit in rows:
        if unit.parent_id != parent:
            continue
        yield q.UnitLine(
            id=unit.id,
            name=at.pick(unit.name, unit.name_en),
            name_zh=unit.name,
            name_en=unit.name_en,
            parent_id=unit.parent_id or "",
            depth=depth,
            kind=unit.kind,
            closed=unit.closed_at is not None,
            people=people.get(unit.id, 0),
        )
        yield from _tree(at, rows, unit.id, depth + 1, people)


def roles(house: House, query: q.Roles) -> tuple[q.RoleLine, ...]:
    """All roles of the shelf."""
    with desk(house, query) as at:
        return tuple(
            q.RoleLine(
                id=role.id, title=role.title(at.lang), notes=at.pick(role.note_zh, role.note_en)
            )
            for role in house.roles
        )
