"""One index of open tasks instead of three: each was written twice by every step of every case.

Whose turn it is, what waits longest, and where cases stand are all answered from it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OPEN = "state = 'open'"


def upgrade() -> None:
    for name in ("task_opened", "task_standing", "task_todo"):
        op.drop_index(name, "task")
    told = ["process_key", "element_id", "root_id", "signs_for", "state"]
    op.create_index(
        "task_todo",
        "task",
        ["tenant", "assignee", "sort_at", "id", *told],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
