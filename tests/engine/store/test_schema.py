"""The schema: made by migrations alone, equal to the rows, and never half-changed."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import pytest

from engine import errors
from engine.model import rows
from engine.store import Outdated, Store, migrating
from engine.store.schema import KINDS, metadata, searchable
from tests.engine.store.samples import case

VERSIONS = Path(migrating.__file__).parent / "migrations" / "versions"


def test_migrations_make_what_the_rows_say(store: Store) -> None:
    with warnings.catch_warnings():
        # SQLite cannot tell what its indexes of expressions are made of; names are checked below.
        warnings.filterwarnings("ignore", message=".*expression-based index")
        found = [one for one in migrating.differences(store.database) if "coalesce" not in str(one)]
    assert found == []


def test_every_index_is_there(store: Store) -> None:
    with store.database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT name FROM sqlite_schema WHERE type = 'index'"
        else:
            query = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
        made = {line[0] for line in connection.exec_driver_sql(query)}
    wanted = {index.name for table in metadata.tables.values() for index in table.indexes}
    assert wanted <= made
    assert {
        name
        for name in made
        if not name.startswith(("sqlite_", migrating.SEARCH_INDEX))
        and not name.endswith(("_pk", "_pkc"))
    } == wanted


def test_every_row_has_a_table_and_every_key_begins_with_the_tenant() -> None:
    assert {kind.row.__name__ for kind in KINDS.values()} == {
        row.__name__
        for row in vars(rows).values()
        if isinstance(row, type) and issubclass(row, rows.Row) and row is not rows.Row
    }
    for table in metadata.tables.values():
        assert next(iter(table.primary_key.columns)).name == "tenant"
        for index in table.indexes:
            assert getattr(index.expressions[0], "name", "") == "tenant", index.name


def test_migrating_again_changes_nothing(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1"))
    store.migrate()
    assert store.current_revision() == store.head_revision()
    with store.read() as r:
        assert r.get(rows.Instance, id="c1") is not None


def test_an_empty_database_has_no_revision() -> None:
    store = Store.open("sqlite://")
    assert store.current_revision() is None
    store.migrate()
    assert store.current_revision() == store.head_revision()
    store.close()


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (
            "op.add_column('task', sa.Column('x', sa.Text())); op.drop_table('nothing')",
            errors.Unavailable,
        ),
        ("op.drop_column('task', 'track'); raise ZeroDivisionError", ZeroDivisionError),
    ],
)
def test_a_failing_migration_leaves_the_old_schema_working(
    store: Store, tmp_path: Path, step: str, error: type[Exception]
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(VERSIONS.parent, folder)
    (folder / "versions" / "9999_bad.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '9999'\ndown_revision = {store.head_revision()!r}\n"
        f"def upgrade():\n    {step}\n"
    )
    with store.write() as tx:
        tx.insert(case("c1"))
    with pytest.raises(error):
        migrating.migrate(store.database, folder)
    assert store.current_revision() == store.head_revision()
    with store.write() as tx:
        tx.insert(case("c2"))
    with store.read() as r:
        assert len(r.find(rows.Instance)) == 2
        assert r.find(rows.Task) == []


def test_a_database_of_a_newer_program_is_refused(store: Store, store_url: str) -> None:
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '8888'")
    fresh = Store.open(store_url)
    with pytest.raises(Outdated) as caught, fresh.read():
        pass
    assert "升级程序" in caught.value.message("zh")
    fresh.close()


def test_search_text_ignores_width_and_case() -> None:
    assert searchable("ＡＢＣ１２", "Straße") == "abc12\nstrasse"


def test_the_search_text_follows_its_columns(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1", title="ONE"))
    with store.write() as tx:
        root = tx.lock_case("c1")
        assert root is not None
        root.case_no = "规审〔２０２６〕3号"
        tx.update(root, "case_no")
    with store.database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT search FROM instance").scalar()
    assert found == "one\n规审〔2026〕3号"
