"""People, definitions, evidence, and what cases leave."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.Text()


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
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
