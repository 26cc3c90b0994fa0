"""Naming people in a remark (@): they get a notice, if they may see the case; else it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from engine.errors import Invalid, Problem
from engine.handlers import access, candidates, deeds
from engine.model.rows import User

if TYPE_CHECKING:
    from engine.handlers.case import Case

MOST_NAMED: Final = 20
"""People named in one remark."""
_LONGEST: Final = 60
"""The longest name that is looked for behind an @, in characters."""
_QUOTED: Final = 200
"""How much of the remark the notice repeats, in characters."""


def mentioned(case: Case, chosen: Iterable[str], text: str) -> list[str]:
    """The ids of all who are named, by choice or in the text. Raises Invalid with all faults."""
    users = _users(case)
    found = dict.fromkeys(each for each in chosen if each)
    problems = []
    for name in _names(text, users):
        bearers = [user for user in users.values() if name in _called(user)]
        if not set(found).isdisjoint(user.id for user in bearers):
            continue
        near = [user for user in bearers if user.id in case.root.people]
        bearers = near if len(near) == 1 else bearers
        if len(bearers) > 1:
            problems.append(_ambiguous(name))
        else:
            found[bearers[0].id] = None
    problems += [_unable(case, users.get(each)) for each in found if not _may(case, each)]
    if len(found) > MOST_NAMED:
        problems.append(_too_many())
    if problems:
        raise Invalid(problems)
    return [each for each in found if each != case.context.actor]


def notify(case: Case, people: list[str], text: str) -> None:
    """A notice for each who was named."""
    context = case.context
    name = access.user_name(context, context.actor)
    english = access.user_name(context, context.actor, "en")
    quoted = text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"
    deeds.tell(
        case,
        [f"u:{each}" for each in people],
        "mention",
        f"{name}在留言中提到您：{quoted}",
        f"{english} mentioned you in a remark: {quoted}",
        None,
    )


def with_names(case: Case, people: Iterable[str], text: str) -> str:
    """The remark, with the names of those who were chosen and not written into it."""
    users = _users(case)
    missing = [
        f"@{users[each].name}"
        for each in people
        if each in users and not any(f"@{name}" in text for name in _called(users[each]))
    ]
    return f"{' '.join(missing)} {text}" if missing else text


def _users(case: Case) -> Mapping[str, User]:
    return {user.id: user for user in case.tx.find(User, active=True)}


def _called(user: User) -> tuple[str, ...]:
    return tuple(name for name in (user.name, user.name_en) if name)


def _names(text: str, users: Mapping[str, User]) -> list[str]:
    """The longest name of somebody behind each @; what is nobody's name is no mention."""
    known = {name for user in users.values() for name in _called(user)}
    found = []
    for part in text.split("@")[1:]:
        fits = [part[:size] for size in range(1, _LONGEST + 1) if part[:size] in known]
        if fits:
            found.append(fits[-1])
    return list(dict.fromkeys(found))


def _may(case: Case, user_id: str) -> bool:
    viewer = candidates.person(case, user_id)
    return viewer is not None and access.may_see(case.tx, viewer, case.root)


def _unable(case: Case, user: User | None) -> Problem:
    # One text for whoever may not: which reason it is may tell of whom the matter speaks.
    name = user.name if user is not None else "?"
    english = (user.name_en or user.name) if user is not None else "?"
    return Problem(
        code="person",
        where="mentions",
        zh=f"不能提到{name}：不能查看本事项。请去掉，或先由有权的人抄送给对方。",
        en=f"{english} cannot be mentioned: they may not see this case. Take the name out, or have "
        "a copy sent to them first.",
    )


def _ambiguous(name: str) -> Problem:
    return Problem(
        code="person",
        where="mentions",
        zh=f"有多人叫“{name}”。请在名单中选择要提到的人。",
        en=f"Several people are called “{name}”. Choose who is meant from the list.",
    )


def _too_many() -> Problem:
    return Problem(
        code="people",
        where="mentions",
        zh=f"一条留言最多提到 {MOST_NAMED} 人。",
        en=f"A remark can mention at most {MOST_NAMED} people.",
    )
