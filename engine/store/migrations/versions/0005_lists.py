"""People by pinyin; lists as each person likes them: kept filters, chosen columns."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.model.spelling import spellings

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.Text()


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    _pinyin()
    op.create_table(
        "saved_list",
        column("tenant", TEXT),
        column("id", TEXT),
        column("user_id", TEXT),
        column("tab", TEXT),
        column("name", TEXT),
        column("query", TEXT),
        column("pinned", sa.Boolean()),
        column("saved_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "id", name="saved_list_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("saved_list_user", "saved_list", ["tenant", "user_id", "id"])
    op.create_table(
        "preference",
        column("tenant", TEXT),
        column("user_id", TEXT),
        column("name", TEXT),
        column("value", JSON),
        sa.PrimaryKeyConstraint("tenant", "user_id", "name", name="preference_pk"),
        sqlite_with_rowid=True,
    )


def _pinyin() -> None:
    op.add_column("person", sa.Column("pinyin", TEXT))
    person = sa.table(
        "person", sa.column("tenant"), sa.column("id"), sa.column("name"), sa.column("pinyin")
    )
    connection = op.get_bind()
    for tenant, user_id, name in connection.execute(
        sa.select(person.c.tenant, person.c.id, person.c.name)
    ).all():
        connection.execute(
            sa.update(person)
            .where(person.c.tenant == tenant, person.c.id == user_id)
            .values(pinyin=spellings(name))
        )
