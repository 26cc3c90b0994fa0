"""Cases and the work on them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.Text()


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    _activity()
    _candidate()
    _draft()
    _instance()
    _start_draft()
    _task()
    _clock()
    _incident()
    _job()
    _subscription()


def _activity() -> None:
    op.create_table(
        "activity",
        column("tenant", TEXT),
        column("id", TEXT),
        column("instance_id", TEXT),
        column("root_id", TEXT),
        column("key", TEXT),
        column("element_id", TEXT),
        column("kind", TEXT),
        column("name", TEXT),
        column("scope", TEXT),
        sa.Column("loop", sa.BigInteger()),
        column("entered_at", sa.BigInteger()),
        sa.Column("left_at", sa.BigInteger()),
        column("outcome", TEXT),
        sa.PrimaryKeyConstraint("tenant", "root_id", "instance_id", "key", name="activity_pk"),
        sqlite_with_rowid=False,
    )


def _candidate() -> None:
    op.create_table(
        "candidate",
        column("tenant", TEXT),
        column("value", TEXT),
        column("task_id", TEXT),
        column("sort_at", sa.BigInteger()),
        column("claimed", sa.Boolean()),
        sa.PrimaryKeyConstraint("tenant", "task_id", "value", name="candidate_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "candidate_queue",
        "candidate",
        ["tenant", "value", "sort_at", "task_id"],
        sqlite_where=sa.text("claimed = 0"),
        postgresql_where=sa.text("claimed = false"),
    )


def _draft() -> None:
    op.create_table(
        "draft",
        column("tenant", TEXT),
        column("task_id", TEXT),
        column("user_id", TEXT),
        column("saved_at", sa.BigInteger()),
        column("answers", JSON),
        sa.PrimaryKeyConstraint("tenant", "task_id", "user_id", name="draft_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("draft_user", "draft", ["tenant", "user_id", "saved_at"])


def _instance() -> None:
    op.create_table(
        "instance",
        column("tenant", TEXT),
        column("id", TEXT),
        column("root_id", TEXT),
        sa.Column("parent_id", TEXT),
        sa.Column("parent_key", TEXT),
        column("deployment_id", TEXT),
        column("process_key", TEXT),
        column("process_id", TEXT),
        column("case_no", TEXT),
        column("title", TEXT),
        column("state", TEXT),
        column("urgency", TEXT),
        column("started_by", TEXT),
        sa.Column("unit_id", TEXT),
        column("started_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        column("version", sa.BigInteger()),
        column("stage", TEXT),
        sa.Column("stage_since", sa.BigInteger()),
        column("track", TEXT),
        column("incidents", sa.BigInteger()),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("warn_at", sa.BigInteger()),
        column("clock_paused", sa.Boolean()),
        column("late", sa.Boolean()),
        column("returns", sa.BigInteger()),
        column("audit_seq", sa.BigInteger()),
        column("audit_head", TEXT),
        column("clocks", sa.BigInteger()),
        sa.Column("request_id", TEXT),
        column("search", TEXT),
        column("summary", JSON),
        column("variables", JSON),
        column("tokens", sa.LargeBinary()),
        column("people", JSON),
        column("excluded", JSON),
        column("steps", JSON),
        column("standing", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="instance_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index(
        "instance_due",
        "instance",
        ["tenant", sa.literal_column("coalesce(due_at, 9999999999999)"), "id"],
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )
    op.create_index(
        "instance_open",
        "instance",
        [
            "tenant",
            sa.literal_column("coalesce(due_at, 9999999999999)"),
            "id",
            "due_at",
            "warn_at",
            "clock_paused",
            "track",
            "unit_id",
            "started_by",
            "state",
            "incidents",
            "returns",
            "parent_id",
            "ended_at",
        ],
        sqlite_where=sa.text("parent_id IS NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL AND ended_at IS NULL"),
    )
    op.create_index(
        "instance_process",
        "instance",
        ["tenant", "process_key", "id"],
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )
    op.create_index(
        "instance_request",
        "instance",
        ["tenant", "request_id"],
        unique=True,
        sqlite_where=sa.text("request_id IS NOT NULL"),
        postgresql_where=sa.text("request_id IS NOT NULL"),
    )
    op.create_index("instance_root", "instance", ["tenant", "root_id"])
    op.create_index(
        "instance_starter",
        "instance",
        ["tenant", "started_by", sa.literal_column("coalesce(due_at, 9999999999999)"), "id"],
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )
    op.create_index(
        "instance_unit",
        "instance",
        ["tenant", "unit_id", "id"],
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Room beside the row: a step rewrites it in place, and no index is touched.
        op.execute("ALTER TABLE instance SET (fillfactor = 70)")


def _start_draft() -> None:
    op.create_table(
        "start_draft",
        column("tenant", TEXT),
        column("id", TEXT),
        column("process_key", TEXT),
        column("user_id", TEXT),
        column("saved_at", sa.BigInteger()),
        column("answers", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="start_draft_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("start_draft_user", "start_draft", ["tenant", "user_id", "saved_at"])


def _task() -> None:
    op.create_table(
        "task",
        column("tenant", TEXT),
        column("id", TEXT),
        column("instance_id", TEXT),
        column("root_id", TEXT),
        column("key", TEXT),
        column("element_id", TEXT),
        column("name", TEXT),
        column("stage", TEXT),
        sa.Column("form_id", TEXT),
        sa.Column("assignee", TEXT),
        column("state", TEXT),
        column("suspended", sa.Boolean()),
        column("priority", sa.BigInteger()),
        column("urgency", TEXT),
        column("process_key", TEXT),
        column("deployment_id", TEXT),
        column("case_no", TEXT),
        column("title", TEXT),
        column("track", TEXT),
        column("opened_at", sa.BigInteger()),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("closed_by", TEXT),
        sa.Column("from_user", TEXT),
        column("round", sa.BigInteger()),
        sa.Column("loop", sa.BigInteger()),
        column("sort_at", sa.BigInteger()),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("warn_at", sa.BigInteger()),
        column("clock_paused", sa.Boolean()),
        column("rule_id", TEXT),
        column("late_reason", TEXT),
        column("drafted", sa.Boolean()),
        column("version", sa.BigInteger()),
        column("search", TEXT),
        column("summary", JSON),
        sa.Column("sent_back", JSON),
        sa.Column("answers", JSON),
        column("local", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="task_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index(
        "task_done",
        "task",
        ["tenant", "closed_by", "closed_at", "id"],
        sqlite_where=sa.text("state = 'completed'"),
        postgresql_where=sa.text("state = 'completed'"),
    )
    op.create_index("task_key", "task", ["tenant", "root_id", "instance_id", "key"], unique=True)
    op.create_index(
        "task_opened",
        "task",
        ["tenant", "assignee", "id"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "task_returned",
        "task",
        ["tenant", "assignee", "sort_at", "id"],
        sqlite_where=sa.text("state = 'open' AND sent_back IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND sent_back IS NOT NULL"),
    )
    op.create_index(
        "task_todo",
        "task",
        ["tenant", "assignee", "sort_at", "id"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Room beside the row: a step rewrites it in place, and no index is touched.
        op.execute("ALTER TABLE task SET (fillfactor = 70)")


def _clock() -> None:
    op.create_table(
        "clock",
        column("tenant", TEXT),
        column("id", TEXT),
        column("instance_id", TEXT),
        column("root_id", TEXT),
        sa.Column("task_id", TEXT),
        column("key", TEXT),
        column("element_id", TEXT),
        column("rule_id", TEXT),
        column("state", TEXT),
        column("started_at", sa.BigInteger()),
        column("anchor_at", sa.BigInteger()),
        sa.Column("earliest_at", sa.BigInteger()),
        sa.Column("warn_at", sa.BigInteger()),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("rolled_at", sa.BigInteger()),
        column("provisional", sa.Boolean()),
        sa.Column("stopped_at", sa.BigInteger()),
        sa.Column("warned_at", sa.BigInteger()),
        sa.Column("breached_at", sa.BigInteger()),
        column("late_reason", TEXT),
        column("rule", JSON),
        column("moves", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="clock_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("clock_root", "clock", ["tenant", "root_id"])


def _incident() -> None:
    op.create_table(
        "incident",
        column("tenant", TEXT),
        column("id", TEXT),
        sa.Column("instance_id", TEXT),
        sa.Column("root_id", TEXT),
        column("key", TEXT),
        column("element_id", TEXT),
        column("code", TEXT),
        column("zh", TEXT),
        column("en", TEXT),
        column("opened_at", sa.BigInteger()),
        sa.Column("resolved_at", sa.BigInteger()),
        sa.Column("resolved_by", TEXT),
        sa.Column("job", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="incident_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index(
        "incident_open",
        "incident",
        ["tenant", "opened_at"],
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index("incident_root", "incident", ["tenant", "root_id"])


def _job() -> None:
    op.create_table(
        "job",
        column("tenant", TEXT),
        column("id", TEXT),
        column("kind", TEXT),
        column("lane", TEXT),
        column("due_at", sa.BigInteger()),
        sa.Column("instance_id", TEXT),
        sa.Column("root_id", TEXT),
        column("key", TEXT),
        column("attempts", sa.BigInteger()),
        column("max_attempts", sa.BigInteger()),
        sa.Column("lease", TEXT),
        sa.Column("lease_until", sa.BigInteger()),
        column("error", TEXT),
        column("held", sa.Boolean()),
        column("created_at", sa.BigInteger()),
        column("payload", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="job_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index(
        "job_key",
        "job",
        ["tenant", "instance_id", "key"],
        sqlite_where=sa.text("instance_id IS NOT NULL"),
        postgresql_where=sa.text("instance_id IS NOT NULL"),
    )
    op.create_index(
        "job_queue",
        "job",
        ["tenant", "lane", sa.literal_column("coalesce(lease_until, due_at)")],
        sqlite_where=sa.text("held = 0"),
        postgresql_where=sa.text("held = false"),
    )
    op.create_index(
        "job_root",
        "job",
        ["tenant", "root_id"],
        sqlite_where=sa.text("root_id IS NOT NULL"),
        postgresql_where=sa.text("root_id IS NOT NULL"),
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        column("tenant", TEXT),
        column("id", TEXT),
        column("instance_id", TEXT),
        column("root_id", TEXT),
        column("key", TEXT),
        column("element_id", TEXT),
        column("kind", TEXT),
        column("name", TEXT),
        sa.Column("correlation", TEXT),
        column("opened_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "id", name="subscription_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("subscription_name", "subscription", ["tenant", "kind", "name", "correlation"])
    op.create_index("subscription_root", "subscription", ["tenant", "root_id"])
