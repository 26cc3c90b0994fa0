"""Common phrases of opinions, each a person's or a unit's."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "phrase",
        column("tenant", TEXT),
        column("id", TEXT),
        column("owner", TEXT),
        column("kind", TEXT),
        column("text", TEXT),
        column("saved_by", TEXT),
        column("saved_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "id", name="phrase_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("phrase_owner", "phrase", ["tenant", "owner", "id"])
