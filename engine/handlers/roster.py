"""A list of people taken in whole: planned against what there is, shown, then done in one piece.

Whoever is on the list and not in the office is made; whoever differs is changed; whoever is in the
office and not on the list is told as leaving, and disabled only when that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.clock import legal_date
from engine.commands import GrantRole, ImportPeople, PersonRow, RevokeRole, SaveUser
from engine.errors import Conflict, Invalid, Problem
from engine.handlers import access, people
from engine.handlers.viewers import is_valid
from engine.law.roles import Role, Roles
from engine.model import evidence
from engine.model.rows import Membership, Unit, User

if TYPE_CHECKING:
    from engine.handlers.house import Context

MOST_ROWS = 5_000
"""Rows of one list; the largest townships have a few hundred people."""
_HELD = re.compile(r"([^（(@]+)(?:@([^）)]+)|[（(]([^）)]+)[）)])?")

Held = tuple[str, str]
"""A role and the unit it is held in; no unit: the whole township."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """What would become of one person. ``what``: ``new``, ``change`` or ``leave``."""

    user_id: str
    name: str
    what: str
    row: int = 0
    fields: tuple[tuple[str, str, str], ...] = ()
    """Field (``name``, ``name_en``, ``unit_id``, ``active``), what it is, what it would be."""
    given: tuple[Held, ...] = ()
    taken: tuple[Held, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All moves with all faults. ``digest`` stands for the moves: the same list, the same office."""

    moves: tuple[Move, ...]
    problems: tuple[Problem, ...]
    same: int
    digest: str


def plan(reader: Any, roles: Roles, rows: Sequence[PersonRow], *, today: date, actor: str) -> Plan:
    """What a list would do to the office. Writes nothing and raises nothing: faults are told."""
    return _Planner(reader, roles, today, actor).plan(rows)


class _Planner:
    def __init__(self, reader: Any, roles: Roles, today: date, actor: str) -> None:
        self.roles, self.today, self.actor = roles, today, actor
        self.units: dict[str, Unit] = {unit.id: unit for unit in reader.find(Unit)}
        self.users: dict[str, User] = {user.id: user for user in reader.find(User)}
        self.held: dict[str, set[Held]] = {}
        for row in reader.find(Membership):
            if is_valid(row, today):
                self.held.setdefault(row.user_id, set()).add((row.role, row.unit_id or ""))
        self.problems: list[Problem] = []

    def plan(self, rows: Sequence[PersonRow]) -> Plan:
        moves: list[Move] = []
        seen: dict[str, int] = {}
        same = 0
        if len(rows) > MOST_ROWS:
            self._fault(
                0, "", f"一次最多导入 {MOST_ROWS} 人。", f"At most {MOST_ROWS} people at once."
            )
            rows = rows[:MOST_ROWS]
        for row in rows:
            if row.user_id in seen:
                self._fault(
                    row.row, "user_id", f"登录名 {row.user_id} 与第 {seen[row.user_id]} 行重复。",
                    f"The sign-in name {row.user_id} stands in row {seen[row.user_id]} already.",
                )  # fmt: skip
                continue
            seen[row.user_id] = row.row
            move = self._row(row)
            if move is None:
                same += 1
            else:
                moves.append(move)
        moves.extend(
            Move(user_id=user.id, name=user.name, what="leave")
            for user in sorted(self.users.values(), key=lambda user: user.id)
            if user.id not in seen and user.active and user.id != self.actor and not user.is_admin
        )
        plain = [
            [move.user_id, move.what, [list(f) for f in move.fields], [list(h) for h in move.given],
             [list(h) for h in move.taken]]
            for move in moves
        ]  # fmt: skip
        return Plan(
            moves=tuple(moves),
            problems=tuple(self.problems),
            same=same,
            digest=evidence.digest_of({"moves": plain}, "sha256"),
        )

    def _row(self, row: PersonRow) -> Move | None:
        """One person's move; None when the list says what is already so, or is at fault."""
        user = self.users.get(row.user_id)
        if not people.USER_ID.fullmatch(row.user_id):
            self._fault(
                row.row, "user_id",
                f"登录名“{row.user_id[:40]}”应以小写字母开头，只含小写字母、数字、点和横线，2–41 位。",
                f"The sign-in name “{row.user_id[:40]}” must start with a lower-case letter and have 2–41 "
                "letters, digits, dots or dashes.",
            )  # fmt: skip
        name = row.name.strip()
        if not name or len(name) > 60:
            self._fault(
                row.row,
                "name",
                "请填写姓名（不超过 60 字）。",
                "Give a name (at most 60 characters).",
            )
        unit = self._unit(row.unit, row.row, "unit")
        wanted = {
            "name": name,
            "name_en": row.name_en.strip()[:100],
            "unit_id": unit,
            "active": "1" if row.active else "",
        }
        before = _fields(user)
        changed = tuple((f, before[f], new) for f, new in wanted.items() if before[f] != new)
        given, taken = self._roles(row, user)
        if user is not None and user.id == self.actor and (given or taken or not row.active):
            self._fault(
                row.row, "roles", "不能用导入改变自己的角色或停用自己，请由另一位管理员办理。",
                "Nobody changes their own roles or disables themselves; another administrator does.",
            )  # fmt: skip
        if user is not None and not (changed or given or taken):
            return None
        return Move(
            user_id=row.user_id,
            name=name,
            what="change" if user else "new",
            row=row.row,
            fields=changed,
            given=given,
            taken=taken,
        )

    def _unit(self, text: str, row: int, column: str) -> str:
        """A unit by its name or code."""
        text = text.strip()
        if not text:
            return ""
        if text in self.units:
            return text
        named = [
            u.id for u in self.units.values() if text in (u.name, u.name_en) and not u.closed_at
        ]
        if len(named) == 1:
            return named[0]
        self._fault(
            row, column,
            f"有 {len(named)} 个单位叫“{text[:40]}”，请改写单位代码。" if named else f"没有“{text[:40]}”这个单位。",
            f"{len(named)} units are called “{text[:40]}”; write the unit's code." if named
            else f"There is no unit “{text[:40]}”.",
        )  # fmt: skip
        return ""

    def _roles(
        self, row: PersonRow, user: User | None
    ) -> tuple[tuple[Held, ...], tuple[Held, ...]]:
        if row.roles is None:
            return (), ()
        wanted = {held for text in _split(row.roles) if (held := self._held(text, row.row))}
        names = sorted({role for role, _ in wanted})
        for one, other, clash in self.roles.conflicts(names):
            self._fault(row.row, "roles", clash.zh, clash.en, one=one, other=other)
        now = self.held.get(row.user_id, set()) if user else set()
        return tuple(sorted(wanted - now)), tuple(sorted(now - wanted))

    def _held(self, text: str, row: int) -> Held | None:
        found = _HELD.fullmatch(text)
        role = self._role(found[1].strip()) if found else None
        if found is None or role is None:
            self._fault(
                row, "roles", f"没有“{text[:40]}”这个角色。", f"There is no role “{text[:40]}”."
            )
            return None
        return role.id, self._unit(found[2] or found[3] or "", row, "roles")

    def _role(self, text: str) -> Role | None:
        return self.roles.get(text) or next(
            (role for role in self.roles if text in (role.zh, role.en)), None
        )

    def _fault(self, row: int, column: str, zh: str, en: str, **data: Any) -> None:
        self.problems.append(
            Problem(code="roster", zh=zh, en=en, where=column, line=row or None, data=data)
        )


def _split(text: str) -> Iterable[str]:
    return [part.strip() for part in re.split(r"[、，,;；\n]", text[:2000]) if part.strip()]


def _fields(user: User | None) -> Mapping[str, str]:
    if user is None:
        return {"name": "", "name_en": "", "unit_id": "", "active": ""}
    return {
        "name": user.name,
        "name_en": user.name_en,
        "unit_id": user.unit_id or "",
        "active": "1" if user.active else "",
    }


def import_people(context: Context, command: ImportPeople) -> int:
    """Do what was shown, all of it or nothing. Returns how many people changed.

    Raises Invalid with every fault, Conflict when the office is no longer what the plan was made on.
    """
    access.require_admin(context)
    made = plan(
        context.tx,
        context.house.roles,
        command.rows,
        today=legal_date(context.now),
        actor=context.actor,
    )
    if made.problems:
        raise Invalid(made.problems)
    if command.expected and made.digest != command.expected:
        raise Conflict(
            reason={
                "zh": "预览之后人员或角色有人改过，请重新预览。",
                "en": "people or roles were changed after the preview; look at it again.",
            }
        )
    done = 0
    for move in made.moves:
        if move.what != "leave" or command.disable_missing:
            _do(context, move, command)
            done += 1
    context.record(
        "import-people",
        "roster",
        {"people": done, "digest": made.digest, "leaving": command.disable_missing},
    )
    return done


def _do(context: Context, move: Move, command: ImportPeople) -> None:
    actor = context.actor
    if move.what == "leave":
        people.save_user(context, SaveUser(actor=actor, user_id=move.user_id, active=False))
        return
    new = move.what == "new"
    values = {name: after for name, _, after in move.fields}
    if new or values:
        people.save_user(
            context,
            SaveUser(
                actor=actor,
                user_id=move.user_id,
                name=values.get("name"),
                name_en=values.get("name_en"),
                unit_id=values.get("unit_id"),
                active=bool(values["active"]) if "active" in values else None,
                password=command.first_password or None if new else None,
                must_change_password=True if new else None,
                create=new,
            ),
        )
    # Taken first: what is given may not meet what is taken in one person.
    for row in _rows(context, move.user_id, move.taken):
        people.revoke_role(context, RevokeRole(actor=actor, membership_id=row.id))
    for role, unit_id in move.given:
        people.grant_role(
            context,
            GrantRole(
                actor=actor,
                user_id=move.user_id,
                role=role,
                unit_id=unit_id or None,
                from_date=legal_date(context.now).isoformat(),
            ),
        )


def _rows(context: Context, user_id: str, taken: tuple[Held, ...]) -> Iterator[Membership]:
    today = legal_date(context.now)
    for row in context.tx.find(Membership, user_id=user_id) if taken else ():
        if (row.role, row.unit_id or "") in taken and is_valid(row, today):
            yield row
