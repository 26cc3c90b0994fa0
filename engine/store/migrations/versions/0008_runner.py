"""Programs that run jobs say that they live."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "runner",
        column("tenant", TEXT),
        column("id", TEXT),
        column("started_at", sa.BigInteger()),
        column("seen_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "id", name="runner_pk"),
        sqlite_with_rowid=True,
    )
