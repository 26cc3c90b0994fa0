"""Questions about people: who they are, what they hold, who could be picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.model.rows import Membership, User
from engine.model.spelling import typed
from engine.store.codec import codec
from engine.store.reads.filters import escape
from engine.store.reads.paging import Order, Page, bounded, place
from engine.store.reads.rowreads import RowReads
from engine.store.schema import table

_USER = table(User)
_HELD = table(Membership)
_BY_NAME = Order("name", (_USER.c.name, _USER.c.id), (False, False))


class PeopleReads(RowReads):
    """Users and their roles."""

    def viewer_rows(self, user_id: str) -> tuple[User | None, list[Membership]]:
        """A user with all memberships, past and coming ones too, in one statement."""
        sql = self._statements.keep("viewer rows", _viewer_rows)
        lines = self._ask(sql, {"user": user_id})
        if not lines:
            return None, []
        width = len(codec(User).fields)
        user = codec(User).make(lines[0][:width])
        held = [line[width:] for line in lines if line[width] is not None]
        return user, self._make(Membership, held)

    def users(
        self,
        *,
        text: str = "",
        unit_id: str = "",
        active: bool | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[User]:
        """A page of users by name; ``text`` is looked for in sign-in name and names."""
        words = text[:200].casefold().split()[:5]
        at, limit = place(_BY_NAME, cursor), bounded(limit)

        def build() -> sa.ClauseElement:
            query = _users().where(_USER.c.tenant == sa.bindparam("tenant"))
            for number in range(len(words)):
                query = query.where(_named(f"word{number}"))
            if unit_id:
                query = query.where(_USER.c.unit_id == sa.bindparam("unit"))
            if active is not None:
                query = query.where(_USER.c.active == (sa.true() if active else sa.false()))
            return at.narrow(query)

        key = ("users", len(words), bool(unit_id), active, at.shape)
        given: dict[str, Any] = {"unit": unit_id, "limit": limit + 1, **at.bound}
        given.update(_words(words))
        found = self._make(User, self._ask(self._statements.keep(key, build), given))
        return at.page(found, limit, lambda user: (user.name, user.id))

    def named(self, text: str, limit: int = 64) -> list[User]:
        """Users called so: part of a name, the beginning of its pinyin, or its initials."""
        word = typed(text[:60])
        if not word:
            return []
        sql = self._statements.keep(
            "named",
            lambda: (
                _users()
                .where(_USER.c.tenant == sa.bindparam("tenant"), _named("word0"))
                .order_by(_USER.c.name, _USER.c.id)
                .limit(sa.bindparam("limit", type_=sa.BigInteger))
            ),
        )
        return self._make(User, self._ask(sql, {**_words([word]), "limit": limit}))

    def memberships(self, day: str, *, user_ids: Sequence[str] | None = None) -> list[Membership]:
        """Memberships valid on a day (ISO date), of some users or of all."""
        where: dict[str, Any] = {} if user_ids is None else {"user_id": list(user_ids)}
        return [
            held
            for held in self.find(Membership, order=("user_id", "id"), **where)
            if (held.from_date or "") <= day <= (held.to_date or "9999-12-31")
        ]

    def holders(
        self, roles: Sequence[str], day: str, *, unit_id: str | None = None, limit: int = 500
    ) -> list[User]:
        """Active users who hold one of the roles on a day (ISO date), by name.

        With ``unit_id``, those who hold it in that unit, or everywhere (a membership without unit).
        Without roles, all active users, of that unit where one is given.
        """
        wanted = list(dict.fromkeys(roles))[:50]

        def build() -> sa.ClauseElement:
            query = _users().where(
                _USER.c.tenant == sa.bindparam("tenant"), _USER.c.active == sa.true()
            )
            if wanted:
                query = query.where(_holds(len(wanted), unit_id is not None))
            elif unit_id is not None:
                query = query.where(_USER.c.unit_id == sa.bindparam("unit"))
            query = query.order_by(_USER.c.name, _USER.c.id)
            return query.limit(sa.bindparam("limit", type_=sa.BigInteger))

        sql = self._statements.keep(("holders", len(wanted), unit_id is not None), build)
        given: dict[str, Any] = {"day": day, "unit": unit_id, "limit": limit}
        given.update({f"role{i}": role for i, role in enumerate(wanted)})
        return self._make(User, self._ask(sql, given))


def _users() -> sa.Select[Any]:
    return sa.select(*(_USER.c[name] for name in codec(User).fields))


def _words(words: Sequence[str]) -> dict[str, str]:
    given = {f"word{i}": f"%{escape(word)}%" for i, word in enumerate(words)}
    return given | {f"word{i}_first": f"% {escape(word)}%" for i, word in enumerate(words)}


def _named(name: str) -> sa.ColumnElement[bool]:
    word = sa.bindparam(name, type_=sa.Text())
    joined = sa.func.replace(_USER.c.name_en, sa.literal_column("' '"), sa.literal_column("''"))
    written = (_USER.c.name, _USER.c.name_en, joined, _USER.c.id)
    # Pinyin from its beginning only: “an” is in half of all names.
    spelled = sa.literal_column("' '").concat(
        sa.func.coalesce(_USER.c.pinyin, sa.literal_column("''"))
    )
    return sa.or_(
        *(sa.func.lower(column).like(word, escape="\\") for column in written),
        spelled.like(sa.bindparam(f"{name}_first", type_=sa.Text()), escape="\\"),
    )


def _holds(roles: int, in_unit: bool) -> sa.ColumnElement[bool]:
    day = sa.bindparam("day", type_=_HELD.c.from_date.type)
    held = sa.select(_HELD.c.id).where(
        _HELD.c.tenant == _USER.c.tenant,
        _HELD.c.user_id == _USER.c.id,
        _HELD.c.role.in_([sa.bindparam(f"role{i}") for i in range(roles)]),
        sa.or_(_HELD.c.from_date.is_(None), _HELD.c.from_date <= day),
        sa.or_(_HELD.c.to_date.is_(None), _HELD.c.to_date >= day),
    )
    if in_unit:
        unit = sa.bindparam("unit", type_=_HELD.c.unit_id.type)
        held = held.where(sa.or_(_HELD.c.unit_id == unit, _HELD.c.unit_id.is_(None)))
    return held.exists()


def _viewer_rows() -> sa.ClauseElement:
    joined = _USER.outerjoin(
        _HELD, sa.and_(_HELD.c.tenant == _USER.c.tenant, _HELD.c.user_id == _USER.c.id)
    )
    return (
        sa.select(
            *(_USER.c[name] for name in codec(User).fields),
            *(_HELD.c[name] for name in codec(Membership).fields),
        )
        .select_from(joined)
        .where(_USER.c.tenant == sa.bindparam("tenant"), _USER.c.id == sa.bindparam("user"))
        .order_by(_HELD.c.id)
    )
