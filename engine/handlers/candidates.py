"""Who else could do a task, give an opinion on it, or read its case: asked before anybody is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.clock import legal_date
from engine.errors import Invalid, Problem
from engine.handlers import access
from engine.handlers.viewers import make_viewer
from engine.model.people import Viewer
from engine.model.rows import Membership, Task, User

if TYPE_CHECKING:
    from engine.handlers.case import Case

Part = Literal["handle", "help", "sign", "read"]
"""What somebody is named for: to do the task, to do it for its owner, to give an opinion, to read."""

Text = dict[str, str]


@dataclass(frozen=True)
class Choice:
    """Somebody who might be named; ``reason`` says why not, in both languages."""

    user_id: str
    reason: Text | None = None


def pool(case: Case, task: Task) -> list[str]:
    """Values (as in ``Candidate``) of all who could do a task by its model.

    Where the model names one person alone, it is the role of the lane, else the roles that person
    holds in their unit.
    """
    values = case.tx.candidates_of(task.id) or access.offered_to(case, task)
    if values:
        return list(values)
    element = access.element_of(case, task)
    if element.lane:
        return [f"g:{element.lane}"]
    holder = task.owner or task.assignee
    viewer = person(case, holder) if holder else None
    if viewer is None:
        return []
    return sorted(
        f"g:{held.role}@{held.unit_id}" if held.unit_id else f"g:{held.role}"
        for held in viewer.roles
    )


def person(case: Case, user_id: str) -> Viewer | None:
    """Somebody active as permission checks see them today; None where there is nobody."""
    user, memberships = case.tx.viewer_rows(user_id)
    if user is None or not user.active:
        return None
    today = legal_date(case.context.now)
    return make_viewer(user, memberships, today, case.context.house.roles)


def choices(case: Case, task: Task | None, part: Part) -> list[Choice]:
    """Everybody who could be asked for, by name, each with the reason where they may not."""
    today = legal_date(case.context.now)
    users = _asked_for(case, task, part, today.isoformat())
    held: dict[str, list[Membership]] = {user_id: [] for user_id in users}
    for membership in case.tx.memberships(today.isoformat(), user_ids=list(users)):
        held[membership.user_id].append(membership)
    roles = case.context.house.roles
    # Who is excluded is not even listed: that they are may tell of whom the matter speaks.
    viewers = [
        make_viewer(user, held[user.id], today, roles)
        for user in users.values()
        if user.id not in case.root.excluded
    ]
    values = pool(case, task) if task is not None and part == "handle" else []
    return [Choice(one.user_id, _hindrance(case, task, one, part, values)) for one in viewers]


def _asked_for(case: Case, task: Task | None, part: Part, day: str) -> dict[str, User]:
    """Active people by id: those a task is for, or all."""
    if part != "handle" or task is None:
        return {user.id: user for user in case.tx.holders([], day)}
    found: dict[str, User] = {}
    for value in pool(case, task):
        kind, _, rest = value.partition(":")
        if kind == "u":
            users = case.tx.find(User, id=rest, active=True)
        else:
            role, _, unit = rest.partition("@")
            users = case.tx.holders([role], day, unit_id=unit or None)
        found |= {user.id: user for user in users}
    return found


def users(case: Case, ids: list[str]) -> dict[str, str | None]:
    """The units of these people, by user id."""
    if not ids:
        return {}
    found = case.tx.columns(User, ("id", "unit_id"), id=ids)
    return dict(found)


def hindrance(case: Case, task: Task | None, user_id: str, part: Part) -> Text | None:
    """Why somebody may not be named, or None. Separation of duties and walls hold for everybody."""
    viewer = person(case, user_id)
    if viewer is None:
        return _told("账号不存在或已停用", "the account is unknown or disabled")
    values = pool(case, task) if task is not None and part == "handle" else []
    return _hindrance(case, task, viewer, part, values)


def _hindrance(
    case: Case, task: Task | None, viewer: Viewer, part: Part, values: list[str]
) -> Text | None:
    root, user_id = case.root, viewer.user_id
    walled = bool(root.track) and root.track not in viewer.tracks
    if walled or user_id in root.excluded:
        return _told("不能接触本事项", "may have nothing to do with this matter")
    if task is None or part == "read":
        return None
    if user_id == task.assignee or (part == "sign" and user_id == task.owner):
        return _told("正在办理这项任务", "has this task already")
    element = access.element_of(case, task)
    clash = access.clash(case, task, element, user_id, strictly=part != "sign")
    if clash is not None:
        return clash
    if part == "handle" and not _belongs(values, viewer):
        return _told("不在这项任务的办理范围内", "holds none of the roles this task is for")
    return None


def _belongs(values: list[str], viewer: Viewer) -> bool:
    groups = (value[2:] for value in values if value.startswith("g:"))
    return f"u:{viewer.user_id}" in values or any(map(viewer.in_group, groups))


def refuse(case: Case, task: Task | None, user_id: str, part: Part, where: str = "to") -> None:
    """Raise Invalid, naming the person and the reason, when somebody may not be named."""
    reason = hindrance(case, task, user_id, part)
    if reason is None:
        return
    name = access.user_name(case.context, user_id) or "?"
    english = access.user_name(case.context, user_id, "en") or "?"
    raise Invalid(
        [
            Problem(
                code="person",
                where=where,
                zh=f"不能选择{name}：{reason['zh']}。请另选他人。",
                en=f"{english} cannot be chosen: {reason['en']}. Choose somebody else.",
            )
        ]
    )


def _told(zh: str, en: str) -> Text:
    return {"zh": zh, "en": en}
