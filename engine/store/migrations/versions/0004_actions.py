"""What people do to a case beside its steps: handing on, sending back, asking, urging, watching."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.Text()


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.add_column("task", sa.Column("owner", TEXT))
    op.add_column("task", sa.Column("signs_for", TEXT))
    op.add_column("instance", sa.Column("oversight_due_at", sa.BigInteger()))
    op.create_table(
        "deed",
        column("tenant", TEXT),
        column("id", TEXT),
        column("root_id", TEXT),
        sa.Column("instance_id", TEXT),
        sa.Column("task_id", TEXT),
        column("element_id", TEXT),
        column("kind", TEXT),
        column("user_id", TEXT),
        column("at", sa.BigInteger()),
        column("text", TEXT),
        column("people", JSON),
        column("data", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="deed_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("deed_root", "deed", ["tenant", "root_id"])
    op.create_table(
        "oversight",
        column("tenant", TEXT),
        column("id", TEXT),
        column("root_id", TEXT),
        column("opened_by", TEXT),
        column("opened_at", sa.BigInteger()),
        column("due_at", sa.BigInteger()),
        column("demand", TEXT),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("closed_by", TEXT),
        sa.Column("escalated_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "id", name="oversight_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("oversight_root", "oversight", ["tenant", "root_id"])
