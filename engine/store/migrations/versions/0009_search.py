"""The one search: texts of cases, and an index of their pairs of characters."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.model.grams import pairs

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "search_text",
        column("tenant", TEXT),
        column("root_id", TEXT),
        column("doc", sa.BigInteger()),
        column("kind", TEXT),
        sa.Column("task_id", TEXT),
        column("at", sa.BigInteger()),
        column("text", TEXT),
        column("grams", TEXT),
        sa.PrimaryKeyConstraint("tenant", "root_id", "doc", name="search_text_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("search_text_doc", "search_text", ["tenant", "doc"])
    if op.get_bind().dialect.name == "sqlite":
        # Postings alone: the pairs go into the index as a row comes, and are kept nowhere else.
        op.execute(
            "CREATE VIRTUAL TABLE search_fts USING fts5"
            "(grams, content='', columnsize=0, detail=none, tokenize='ascii')"
        )
        op.execute(
            "CREATE TRIGGER search_fts_in AFTER INSERT ON search_text BEGIN"
            " INSERT INTO search_fts (rowid, grams) VALUES (new.doc, new.grams);"
            " UPDATE search_text SET grams = '' WHERE tenant = new.tenant"
            " AND root_id = new.root_id AND doc = new.doc; END"
        )
    else:
        op.execute(
            "CREATE INDEX search_fts_pairs ON search_text USING gin (string_to_array(grams, ' '))"
        )
    _begin()


def _begin() -> None:
    """Cases from before are found by title and number; what is said in them from now on, too."""
    case = sa.table(
        "instance",
        *(sa.column(name) for name in ("tenant", "id", "parent_id", "title", "case_no")),
        sa.column("started_at"),
    )
    text = sa.table(
        "search_text",
        *(sa.column(n) for n in ("tenant", "root_id", "doc", "kind", "at", "text", "grams")),
    )
    connection = op.get_bind()
    found = connection.execute(
        sa.select(case.c.tenant, case.c.id, case.c.title, case.c.case_no, case.c.started_at).where(
            case.c.parent_id.is_(None)
        )
    ).all()
    for number, (tenant, root_id, title, case_no, started_at) in enumerate(found):
        said = f"{title}\n{case_no}".strip()
        connection.execute(
            sa.insert(text).values(
                tenant=tenant,
                root_id=root_id,
                doc=(started_at << 20) | (number & 0xFFFFF),
                kind="case",
                at=started_at,
                text=said,
                grams=" ".join(pairs(said)),
            )
        )
