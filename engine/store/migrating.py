"""Bringing a database to the schema this program needs, by Alembic, in one transaction."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import exc as sa_exc

from engine.errors import Unavailable
from engine.store import planning
from engine.store.database import Database
from engine.store.schema import metadata

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 4_871_530_219
"""Number of the advisory lock that keeps two programs from migrating at once."""


@cache
def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return ScriptDirectory.from_config(config)


@cache
def head() -> str:
    """The newest revision this program has."""
    newest = _scripts().get_current_head()
    assert newest is not None, "the migrations are part of the program"
    return newest


def current(database: Database) -> str | None:
    """The revision the database is at."""
    with database.link() as link:
        try:
            lines = link.rows("SELECT version_num FROM alembic_version", ())
        except database.driver_errors:
            return None  # no such table: nothing has been migrated
        finally:
            link.rollback()
    return str(lines[0][0]) if lines else None


def remedy(found: str | None) -> dict[str, str]:
    """What to do about a database at another revision."""
    known = found is None or any(s.revision == found for s in _scripts().walk_revisions())
    if known:
        return {"zh": "请先备份，再运行 yifa migrate。", "en": "Back up, then run: yifa migrate."}
    return {
        "zh": "数据库由更新版本的程序建立，请升级程序。",
        "en": "The database was made by a newer program; upgrade the program.",
    }


def migrate(database: Database, target: str = "head") -> None:
    """Run what is missing up to ``target``; a failure leaves the old schema as it was."""
    scripts = _scripts()
    sqlite = database.engine.dialect.name == "sqlite"
    try:
        with database.engine.connect() as connection:
            if sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
            try:
                _run(connection, scripts, target)
                if sqlite and target == "head":
                    planning.state(connection)
                connection.exec_driver_sql("COMMIT") if sqlite else connection.commit()
            except BaseException:
                connection.exec_driver_sql("ROLLBACK") if sqlite else connection.rollback()
                raise
    except sa_exc.OperationalError as exc:
        raise Unavailable(
            reason={
                "zh": "数据库结构升级未完成，原有结构和数据没有变化。",
                "en": "the schema was not changed; the old one and its data are as they were.",
            }
        ) from exc


def _run(connection: sa.Connection, scripts: ScriptDirectory, target: str) -> None:
    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs(target, revision)  # as alembic.command does

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=target) as environment:
        environment.configure(
            connection=connection, target_metadata=metadata, transactional_ddl=False
        )
        environment.run_migrations()
