"""What a supervisor's board counts: who stands still since when, who ended in time, steps by element."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CASE = "parent_id IS NULL"


def upgrade() -> None:
    op.add_column("instance", sa.Column("idle_since", sa.BigInteger()))
    op.add_column("instance", sa.Column("limited", sa.Boolean()))
    op.execute(
        "UPDATE instance SET idle_since = (SELECT max(coalesce(a.left_at, a.entered_at))"
        " FROM activity a WHERE a.tenant = instance.tenant AND a.root_id = instance.id)"
        " WHERE parent_id IS NULL AND ended_at IS NULL AND EXISTS (SELECT 1 FROM task t"
        " WHERE t.tenant = instance.tenant AND t.root_id = instance.id AND t.state = 'open')"
    )
    instance = sa.table("instance", sa.column("limited", sa.Boolean()))
    op.execute(
        sa.update(instance)
        .values(limited=sa.true())
        .where(
            sa.text(
                "parent_id IS NULL AND EXISTS (SELECT 1 FROM clock c WHERE c.tenant ="
                " instance.tenant AND c.root_id = instance.id AND c.state IN ('met', 'missed'))"
            )
        )
    )
    _cases()
    _tasks()


def _cases() -> None:
    op.drop_index("instance_open", "instance")
    seen = ["track", "unit_id", "started_by", "process_key", "parent_id"]
    due: Any = sa.literal_column("coalesce(due_at, 9999999999999)")
    clocks = ["due_at", "warn_at", "clock_paused", "track", "unit_id", "started_by", "state"]
    told = ["incidents", "returns", "parent_id", "ended_at", "process_key", "idle_since"]
    _index("instance_open", "instance", [due, "id", *clocks, *told], f"{CASE} AND ended_at IS NULL")
    ended = ["ended_at", "id", "state", "limited", "late", *seen]
    _index("instance_ended", "instance", ended, f"{CASE} AND ended_at IS NOT NULL")


def _tasks() -> None:
    standing = ["process_key", "element_id", "root_id", "opened_at", "signs_for", "state"]
    _index("task_standing", "task", standing, "state = 'open'")
    how_long = ["element_id", "root_id", "opened_at", "due_at", "name", "signs_for", "state"]
    taken = ["process_key", "closed_at", "id", *how_long]
    _index("task_taken", "task", taken, "state = 'completed'")


def _index(name: str, table: str, columns: Sequence[Any], where: str) -> None:
    op.create_index(
        name,
        table,
        ["tenant", *columns],
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
