"""Drafts of processes being drawn, and who has the editor open."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.Text()


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "process_draft",
        column("tenant", TEXT),
        column("id", TEXT),
        column("process_key", TEXT),
        column("base_id", TEXT),
        column("version", sa.BigInteger()),
        column("saved_at", sa.BigInteger()),
        column("saved_by", TEXT),
        sa.Column("beside", TEXT),
        column("files", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="process_draft_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("process_draft_process", "process_draft", ["tenant", "process_key", "saved_at"])
    op.create_table(
        "editor_seat",
        column("tenant", TEXT),
        column("process_key", TEXT),
        column("user_id", TEXT),
        column("seen_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "process_key", "user_id", name="editor_seat_pk"),
        sqlite_with_rowid=False,
    )
