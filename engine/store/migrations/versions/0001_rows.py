"""All tables of the first version."""

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
    _blob()
    _deployment()
    _audit_entry()
    _calendar_year()
    _chain()
    _outbox()
    _seal()
    _sequence()
    _login_session()
    _membership()
    _unit()
    _person()
    _comment()
    _document()
    _exclusion()
    _file()
    _notice()
    _notice_read()
    _participant()
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
        sa.PrimaryKeyConstraint("tenant", "id", name="activity_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("activity_key", "activity", ["tenant", "instance_id", "key"], unique=True)
    op.create_index("activity_root", "activity", ["tenant", "root_id"])


def _candidate() -> None:
    op.create_table(
        "candidate",
        column("tenant", TEXT),
        column("value", TEXT),
        column("task_id", TEXT),
        column("sort_at", sa.BigInteger()),
        column("claimed", sa.Boolean()),
        sa.PrimaryKeyConstraint("tenant", "value", "task_id", name="candidate_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "candidate_queue",
        "candidate",
        ["tenant", "value", "sort_at", "task_id"],
        sqlite_where=sa.text("claimed = 0"),
        postgresql_where=sa.text("claimed = false"),
    )
    op.create_index("candidate_task", "candidate", ["tenant", "task_id"])


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
    op.create_index("task_key", "task", ["tenant", "instance_id", "key"], unique=True)
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
    op.create_index("task_root", "task", ["tenant", "root_id"])
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


def _blob() -> None:
    op.create_table(
        "blob",
        column("tenant", TEXT),
        column("sha256", TEXT),
        column("content", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("tenant", "sha256", name="blob_pk"),
        sqlite_with_rowid=True,
    )


def _deployment() -> None:
    op.create_table(
        "deployment",
        column("tenant", TEXT),
        column("id", TEXT),
        column("process_key", TEXT),
        column("version", sa.BigInteger()),
        column("sha256", TEXT),
        column("title", TEXT),
        column("deployed_at", sa.BigInteger()),
        column("deployed_by", TEXT),
        column("active", sa.Boolean()),
        column("note", TEXT),
        column("files", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="deployment_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index(
        "deployment_version", "deployment", ["tenant", "process_key", "version"], unique=True
    )


def _audit_entry() -> None:
    op.create_table(
        "audit_entry",
        column("tenant", TEXT),
        column("chain", TEXT),
        column("seq", sa.BigInteger()),
        column("at", sa.BigInteger()),
        column("actor", TEXT),
        column("action", TEXT),
        column("object_id", TEXT),
        column("prev", TEXT),
        column("hash", TEXT),
        column("data", JSON),
        sa.PrimaryKeyConstraint("tenant", "chain", "seq", name="audit_entry_pk"),
        sqlite_with_rowid=False,
    )


def _calendar_year() -> None:
    op.create_table(
        "calendar_year",
        column("tenant", TEXT),
        column("year", sa.BigInteger()),
        column("kind", TEXT),
        column("source", TEXT),
        column("imported_by", TEXT),
        column("imported_at", sa.BigInteger()),
        column("data", JSON),
        sa.PrimaryKeyConstraint("tenant", "year", "kind", name="calendar_year_pk"),
        sqlite_with_rowid=True,
    )


def _chain() -> None:
    op.create_table(
        "chain",
        column("tenant", TEXT),
        column("id", TEXT),
        column("seq", sa.BigInteger()),
        column("head", TEXT),
        sa.PrimaryKeyConstraint("tenant", "id", name="chain_pk"),
        sqlite_with_rowid=True,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        column("tenant", TEXT),
        column("id", TEXT),
        column("kind", TEXT),
        column("created_at", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        column("payload", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="outbox_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index(
        "outbox_waiting",
        "outbox",
        ["tenant", "created_at"],
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )


def _seal() -> None:
    op.create_table(
        "seal",
        column("tenant", TEXT),
        column("day", TEXT),
        column("at", sa.BigInteger()),
        column("root", TEXT),
        column("prev", TEXT),
        column("hash", TEXT),
        column("heads", JSON),
        sa.PrimaryKeyConstraint("tenant", "day", name="seal_pk"),
        sqlite_with_rowid=True,
    )


def _sequence() -> None:
    op.create_table(
        "sequence",
        column("tenant", TEXT),
        column("name", TEXT),
        column("year", sa.BigInteger()),
        column("value", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "name", "year", name="sequence_pk"),
        sqlite_with_rowid=False,
    )


def _login_session() -> None:
    op.create_table(
        "login_session",
        column("tenant", TEXT),
        column("id", TEXT),
        column("user_id", TEXT),
        column("created_at", sa.BigInteger()),
        column("seen_at", sa.BigInteger()),
        column("expires_at", sa.BigInteger()),
        column("agent", TEXT),
        sa.PrimaryKeyConstraint("tenant", "id", name="login_session_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("login_session_expiry", "login_session", ["tenant", "expires_at"])
    op.create_index("login_session_user", "login_session", ["tenant", "user_id"])


def _membership() -> None:
    op.create_table(
        "membership",
        column("tenant", TEXT),
        column("id", TEXT),
        column("user_id", TEXT),
        column("role", TEXT),
        sa.Column("unit_id", TEXT),
        sa.Column("from_date", TEXT),
        sa.Column("to_date", TEXT),
        sa.PrimaryKeyConstraint("tenant", "id", name="membership_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("membership_role", "membership", ["tenant", "role", "unit_id"])
    op.create_index("membership_user", "membership", ["tenant", "user_id"])


def _unit() -> None:
    op.create_table(
        "unit",
        column("tenant", TEXT),
        column("id", TEXT),
        column("name", TEXT),
        column("name_en", TEXT),
        sa.Column("parent_id", TEXT),
        column("kind", TEXT),
        column("position", sa.BigInteger()),
        sa.Column("closed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "id", name="unit_pk"),
        sqlite_with_rowid=True,
    )


def _person() -> None:
    op.create_table(
        "person",
        column("tenant", TEXT),
        column("id", TEXT),
        column("name", TEXT),
        column("name_en", TEXT),
        sa.Column("unit_id", TEXT),
        column("password_hash", TEXT),
        column("must_change_password", sa.Boolean()),
        column("active", sa.Boolean()),
        column("is_admin", sa.Boolean()),
        column("failures", sa.BigInteger()),
        sa.Column("locked_until", sa.BigInteger()),
        column("lang", TEXT),
        column("created_at", sa.BigInteger()),
        column("version", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "id", name="person_pk"),
        sqlite_with_rowid=True,
    )


def _comment() -> None:
    op.create_table(
        "comment",
        column("tenant", TEXT),
        column("id", TEXT),
        column("instance_id", TEXT),
        column("root_id", TEXT),
        sa.Column("task_id", TEXT),
        column("user_id", TEXT),
        column("at", sa.BigInteger()),
        column("kind", TEXT),
        column("text", TEXT),
        sa.PrimaryKeyConstraint("tenant", "id", name="comment_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("comment_root", "comment", ["tenant", "root_id"])


def _document() -> None:
    op.create_table(
        "document",
        column("tenant", TEXT),
        column("id", TEXT),
        column("instance_id", TEXT),
        column("root_id", TEXT),
        sa.Column("task_id", TEXT),
        column("template", TEXT),
        column("title", TEXT),
        column("number", TEXT),
        column("revision", sa.BigInteger()),
        column("state", TEXT),
        column("docx_sha256", TEXT),
        column("pdf_sha256", TEXT),
        sa.Column("made_at", sa.BigInteger()),
        column("made_by", TEXT),
        column("confidential", sa.Boolean()),
        column("data", JSON),
        sa.PrimaryKeyConstraint("tenant", "id", name="document_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("document_root", "document", ["tenant", "root_id"])


def _exclusion() -> None:
    op.create_table(
        "exclusion",
        column("tenant", TEXT),
        column("root_id", TEXT),
        column("user_id", TEXT),
        sa.PrimaryKeyConstraint("tenant", "root_id", "user_id", name="exclusion_pk"),
        sqlite_with_rowid=False,
    )


def _file() -> None:
    op.create_table(
        "file",
        column("tenant", TEXT),
        column("id", TEXT),
        sa.Column("root_id", TEXT),
        sa.Column("instance_id", TEXT),
        sa.Column("task_id", TEXT),
        column("field", TEXT),
        column("name", TEXT),
        column("media_type", TEXT),
        column("size", sa.BigInteger()),
        column("sha256", TEXT),
        column("uploaded_by", TEXT),
        column("uploaded_at", sa.BigInteger()),
        column("confidential", sa.Boolean()),
        sa.Column("replaces", TEXT),
        sa.Column("removed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "id", name="file_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("file_content", "file", ["tenant", "sha256"])
    op.create_index(
        "file_loose",
        "file",
        ["tenant", "uploaded_by"],
        sqlite_where=sa.text("root_id IS NULL"),
        postgresql_where=sa.text("root_id IS NULL"),
    )
    op.create_index("file_root", "file", ["tenant", "root_id"])


def _notice() -> None:
    op.create_table(
        "notice",
        column("tenant", TEXT),
        column("id", TEXT),
        column("root_id", TEXT),
        sa.Column("task_id", TEXT),
        column("value", TEXT),
        column("kind", TEXT),
        column("zh", TEXT),
        column("en", TEXT),
        column("at", sa.BigInteger()),
        column("track", TEXT),
        sa.PrimaryKeyConstraint("tenant", "id", name="notice_pk"),
        sqlite_with_rowid=True,
    )
    op.create_index("notice_root", "notice", ["tenant", "root_id"])
    op.create_index("notice_value", "notice", ["tenant", "value", "id"])


def _notice_read() -> None:
    op.create_table(
        "notice_read",
        column("tenant", TEXT),
        column("notice_id", TEXT),
        column("user_id", TEXT),
        column("at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "notice_id", "user_id", name="notice_read_pk"),
        sqlite_with_rowid=False,
    )


def _participant() -> None:
    op.create_table(
        "participant",
        column("tenant", TEXT),
        column("root_id", TEXT),
        column("user_id", TEXT),
        column("how", TEXT),
        column("at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "root_id", "user_id", "how", name="participant_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("participant_user", "participant", ["tenant", "user_id", "how", "root_id"])


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
