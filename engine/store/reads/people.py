"""Questions about people: who they are, what they hold, who could be picked."""

from __future__ import annotations

import sqlalchemy as sa

from engine.model.rows import Membership, User
from engine.store.codec import codec
from engine.store.reads.rowreads import RowReads
from engine.store.schema import table

_USER = table(User)
_MEMBERSHIP = table(Membership)


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


def _viewer_rows() -> sa.ClauseElement:
    joined = _USER.outerjoin(
        _MEMBERSHIP,
        sa.and_(_MEMBERSHIP.c.tenant == _USER.c.tenant, _MEMBERSHIP.c.user_id == _USER.c.id),
    )
    return (
        sa.select(
            *(_USER.c[name] for name in codec(User).fields),
            *(_MEMBERSHIP.c[name] for name in codec(Membership).fields),
        )
        .select_from(joined)
        .where(_USER.c.tenant == sa.bindparam("tenant"), _USER.c.id == sa.bindparam("user"))
        .order_by(_MEMBERSHIP.c.id)
    )
