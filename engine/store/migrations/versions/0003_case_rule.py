"""A case says which rule its lamp goes by, so that every list reckons in the rule's own unit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("instance", sa.Column("rule_id", TEXT))
    op.execute(
        "UPDATE instance SET rule_id = (SELECT min(clock.rule_id) FROM clock"
        " WHERE clock.tenant = instance.tenant AND clock.root_id = instance.id"
        " AND clock.state = 'running' AND clock.due_at = instance.due_at)"
        " WHERE due_at IS NOT NULL"
    )
