"""Bringing a database to the schema this program needs, by Alembic, in one transaction."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import exc as sa_exc

from engine.errors import Unavailable
from engine.store import planning
from engine.store.database import Database
from engine.store.problems import Outdated
from engine.store.schema import Json, metadata
from engine.store.sqlite import SqliteDatabase

_FOLDER = Path(__file__).parent / "migrations"
SEARCH_INDEX = "search_fts"
"""What the index of the search is called: tables of SQLite's, an index of PostgreSQL's."""
_LOCK = 4_871_530_219
"""Number of the advisory lock that keeps two programs from migrating at once."""


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


@cache
def _scripts(folder: Path = _FOLDER) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(folder))


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


def migrate(database: Database, folder: Path = _FOLDER) -> None:
    """Run what is missing; a failure leaves schema and data as they were.

    Raises Outdated for a database that a newer program made, Unavailable for one that is not there.
    """
    sqlite = database.engine.dialect.name == "sqlite"
    with database.link():
        pass  # that it cannot be reached is another matter than that a step failed
    try:
        with database.engine.connect() as connection:
            if sqlite:
                # The driver is in autocommit mode; this makes the steps one transaction.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
            try:
                _run(connection, _scripts(folder))
                if sqlite:
                    planning.state(connection)
                _end(connection, sqlite, "COMMIT")
            except BaseException:
                _end(connection, sqlite, "ROLLBACK")
                raise
    except CommandError as exc:
        # Alembic knows no way from a revision that this program does not have.
        found = current(database)
        raise Outdated(found=found or "", needed=head(), remedy=remedy(found)) from exc
    except sa_exc.DBAPIError as exc:
        raise Unavailable(
            reason={
                "zh": "数据库结构升级未完成，原有结构和数据没有变化。",
                "en": "the schema was not changed; the old one and its data are as they were.",
            }
        ) from exc


def _end(connection: sa.Connection, sqlite: bool, how: str) -> None:
    if sqlite:
        connection.exec_driver_sql(how)
    elif how == "COMMIT":
        connection.commit()
    else:
        connection.rollback()


def _run(connection: sa.Connection, scripts: ScriptDirectory) -> None:
    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs("head", revision)  # as alembic.command does

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, **_options())
        environment.run_migrations()


# --- for who changes the schema -----------------------------------------------------------------


def _options() -> dict[str, Any]:
    return {
        "target_metadata": metadata,
        "transactional_ddl": False,
        "render_item": _render,
        "compare_server_default": True,
        "include_name": _ours,
    }


def _ours(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether a table or index is one the rows know of: each database searches in its own way."""
    return not (name or "").startswith(SEARCH_INDEX)


def _render(kind: str, item: object, _context: object) -> str | bool:
    return "sa.Text()" if kind == "type" and isinstance(item, Json) else False


def differences(database: Database) -> list[Any]:
    """What the migrated schema lacks of what the rows say; empty unless a migration is missing."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=_options())
        return list(compare_metadata(context, metadata))


def draft(why: str) -> Path:
    """Write a migration from the newest schema to what the rows say now, to be read and mended."""
    database = SqliteDatabase("", patience_seconds=1)
    try:
        migrate(database)
        config = _config(_FOLDER)
        number = 1 + len(list(_scripts().walk_revisions()))
        with database.engine.connect() as connection:
            config.attributes.update(connection=connection, options=_options())
            slug = re.sub(r"\W+", "_", why).strip("_").lower()[:40]
            script = command.revision(config, why, autogenerate=True, rev_id=f"{number:04}")
        assert script is not None
        assert not isinstance(script, list)
        made = Path(script.path)
        return made.rename(made.with_name(f"{number:04}_{slug}.py"))
    finally:
        database.close()
