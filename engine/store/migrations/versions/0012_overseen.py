"""The board counts what is followed up: from the index, as all its figures."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = "parent_id IS NULL AND ended_at IS NULL"


def upgrade() -> None:
    op.drop_index("instance_open", "instance")
    due: Any = sa.literal_column("coalesce(due_at, 9999999999999)")
    clocks = ["due_at", "warn_at", "clock_paused", "track", "unit_id", "started_by", "state"]
    told = ["incidents", "returns", "parent_id", "ended_at", "process_key", "idle_since"]
    op.create_index(
        "instance_open",
        "instance",
        ["tenant", due, "id", *clocks, *told, "oversight_due_at"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
