"""Texts on their way into the search: nobody who completes a step waits for its index."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "search_waiting",
        column("tenant", TEXT),
        column("doc", sa.BigInteger()),
        column("root_id", TEXT),
        column("kind", TEXT),
        sa.Column("task_id", TEXT),
        column("at", sa.BigInteger()),
        column("text", TEXT),
        sa.PrimaryKeyConstraint("tenant", "doc", name="search_waiting_pk"),
        sqlite_with_rowid=False,
    )
