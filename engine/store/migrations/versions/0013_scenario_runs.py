"""What came of the scenarios of a version or draft when they were run last."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.Text()


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "scenario_run",
        column("tenant", TEXT),
        column("state", TEXT),
        column("process_key", TEXT),
        column("sha256", TEXT),
        column("ran_at", sa.BigInteger()),
        column("ran_by", TEXT),
        column("result", JSON),
        sa.PrimaryKeyConstraint("tenant", "state", name="scenario_run_pk"),
        sqlite_with_rowid=True,
    )
