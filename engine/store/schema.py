"""The tables, made from the rows of ``engine.model.rows``: one a dataclass, same names.

What a dataclass cannot say is said here: primary keys, indexes, uniqueness, and which columns are
big (they stand last, so that SQLite reads the small ones without touching overflow pages). There
are no foreign keys: rows are written by handlers alone, history outlives what it tells of, and
history tables can be partitioned by month (identifiers sort by time).
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args, get_type_hints

import sqlalchemy as sa

from engine.model import rows
from engine.model.rows import Row

FAR = 9_999_999_999_999
"""Sorts after every real moment: the due moment of what has none (22 November 2286)."""

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
    }
)

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text compares by code point on every database, as it does in Python."""


class Json(sa.TypeDecorator[Any]):
    """Marks a column whose text is JSON (see ``coding``); kept as text so that numbers stay exact."""

    impl = sa.Text
    cache_ok = True


_TYPES: Mapping[object, Callable[[], sa.types.TypeEngine[Any]]] = {
    str: lambda: TEXT,
    int: sa.BigInteger,
    bool: sa.Boolean,
    bytes: sa.LargeBinary,
}

_KEYS: dict[type[Row], tuple[str, ...]] = {
    rows.Blob: ("sha256",),
    rows.Candidate: ("task_id", "value"),
    # History lies with its case: a step touches one place of it, and a case is read in one piece.
    rows.Activity: ("root_id", "instance_id", "key"),
    rows.Draft: ("task_id", "user_id"),
    rows.EditorSeat: ("process_key", "user_id"),
    rows.ScenarioRun: ("state",),
    rows.Participant: ("root_id", "user_id", "how"),
    rows.Exclusion: ("root_id", "user_id"),
    rows.NoticeRead: ("notice_id", "user_id"),
    rows.Preference: ("user_id", "name"),
    rows.SearchText: ("root_id", "doc"),
    rows.SearchWaiting: ("doc",),
    rows.AuditEntry: ("chain", "seq"),
    rows.Seal: ("day",),
    rows.Sequence: ("name", "year"),
    rows.CalendarYear: ("year", "kind"),
}

_NAMES: dict[type[Row], str] = {rows.User: "person"}
"""Names of tables where the plain one is a reserved word of a database."""

_CLUSTERED = {
    rows.Candidate,
    rows.Participant,
    rows.Exclusion,
    rows.NoticeRead,
    rows.SearchText,
    rows.SearchWaiting,
    rows.EditorSeat,
    rows.Sequence,
    rows.Activity,
    rows.AuditEntry,
}
"""Tables of small rows, kept by SQLite in the key's own tree."""


def searchable(*texts: str) -> str:
    """Text as searches compare it: width and case folded (``ＡＢ１`` finds ``ab1``)."""
    return unicodedata.normalize("NFKC", "\n".join(texts)).casefold()


_SEARCH: dict[type[Row], tuple[str, ...]] = {
    rows.Instance: ("title", "case_no"),
    rows.Task: ("title", "case_no", "name"),
}
"""Columns folded into the extra column ``search``, which the dataclass does not have."""


class Kind(NamedTuple):
    """One dataclass with its table. ``fields`` are its attributes in the order of the columns."""

    row: type[Row]
    table: sa.Table
    key: tuple[str, ...]
    fields: tuple[str, ...]
    json: frozenset[str]
    flags: frozenset[str]
    search: tuple[str, ...]

    @property
    def unique(self) -> bool:
        """Whether anything besides the key must be unique."""
        return any(index.unique for index in self.table.indexes)


def _kind(row: type[Row]) -> Kind:
    hints = get_type_hints(row)
    key = ("tenant", *_KEYS.get(row, ("id",)))
    columns: list[sa.Column[Any]] = []
    json: set[str] = set()
    flags: set[str] = set()
    for spec in dataclasses.fields(row):
        hint = hints[spec.name]
        options = [option for option in get_args(hint) if option is not type(None)]
        nullable = type(None) in get_args(hint)
        plain = options[0] if nullable else hint
        make = _TYPES.get(plain)
        if make is None:
            json.add(spec.name)
        if plain is bool:
            flags.add(spec.name)
        columns.append(
            sa.Column(
                spec.name,
                Json() if make is None else make(),
                primary_key=spec.name in key,
                nullable=nullable,
                autoincrement=False,
            )
        )
    search = _SEARCH.get(row, ())
    if search:
        columns.append(sa.Column("search", TEXT, nullable=False))
    big = [column for column in columns if isinstance(column.type, Json | sa.LargeBinary)]
    small = [column for column in columns if column not in big]
    name = _NAMES.get(row) or _snake(row.__name__)
    ordered = [*small, *big]
    ordered.sort(key=lambda column: key.index(column.name) if column.name in key else len(key))
    table = sa.Table(name, metadata, *ordered, sqlite_with_rowid=row not in _CLUSTERED)
    fields = tuple(column.name for column in table.columns if column.name != "search")
    return Kind(row, table, key, fields, frozenset(json), frozenset(flags), search)


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


KINDS: dict[type[Row], Kind] = {
    row: _kind(row)
    for row in vars(rows).values()
    if isinstance(row, type) and issubclass(row, Row) and row is not Row
}
"""Every table by its dataclass; transactions write them in this order."""


def _index(row: type[Row], name: str, *parts: str, where: str = "", unique: bool = False) -> None:
    """An index that begins with the tenant; a part in brackets is an expression."""
    of = KINDS[row].table
    columns = [sa.text(part) if "(" in part else of.c[part] for part in ("tenant", *parts)]
    sa.Index(
        f"{of.name}_{name}",
        *columns,
        unique=unique,
        # SQLite uses a partial index only for the very words of its condition.
        sqlite_where=sa.text(where.replace("= false", "= 0")) if where else None,
        postgresql_where=sa.text(where) if where else None,
    )


_DUE = f"coalesce(due_at, {FAR})"
_CASE = "parent_id IS NULL"

_index(rows.Membership, "user", "user_id")
_index(rows.Membership, "role", "role", "unit_id")
_index(rows.LoginSession, "user", "user_id")
_index(rows.SavedList, "user", "user_id", "id")
_index(rows.Phrase, "owner", "owner", "id")
_index(rows.SearchText, "doc", "doc")
_index(rows.LoginSession, "expiry", "expires_at")
_index(rows.Deployment, "version", "process_key", "version", unique=True)
_index(rows.Instance, "root", "root_id")
_index(
    rows.Instance,
    "open",
    _DUE,
    "id",
    # What supervision counts: answered from the index, without the rows and their big columns.
    *("due_at", "warn_at", "clock_paused", "track", "unit_id", "started_by", "state"),
    *("incidents", "returns", "parent_id", "ended_at", "process_key", "idle_since"),
    "oversight_due_at",
    where=f"{_CASE} AND ended_at IS NULL",
)
_index(
    rows.Instance,
    "ended",
    "ended_at",
    "id",
    # Of what came to its end, whether in time: by month, without the rows themselves.
    *("state", "limited", "late", "track", "unit_id", "started_by", "process_key", "parent_id"),
    where=f"{_CASE} AND ended_at IS NOT NULL",
)
_index(rows.Instance, "due", _DUE, "id", where=_CASE)
_index(rows.Instance, "process", "process_key", "id", where=_CASE)
_index(rows.Instance, "starter", "started_by", _DUE, "id", where=_CASE)
_index(rows.Instance, "unit", "unit_id", "id", where=_CASE)
_index(rows.Task, "key", "root_id", "instance_id", "key", unique=True)
_index(
    rows.Task,
    "todo",
    *("assignee", "sort_at", "id"),
    # Where cases stand, without the rows: every step writes this index twice, so there is but one.
    *("process_key", "element_id", "root_id", "signs_for", "state"),
    where="state = 'open'",
)
_index(
    rows.Task,
    "returned",
    *("assignee", "sort_at", "id"),
    where="state = 'open' AND sent_back IS NOT NULL",
)
_index(rows.Task, "done", "closed_by", "closed_at", "id", where="state = 'completed'")
# How long each step took, by the elements of a model.
_index(
    rows.Task,
    "taken",
    *("process_key", "closed_at", "id", "element_id", "root_id", "opened_at", "due_at", "name"),
    *("signs_for", "state"),
    where="state = 'completed'",
)
_index(rows.Candidate, "queue", "value", "sort_at", "task_id", where="claimed = false")
_index(rows.Draft, "user", "user_id", "saved_at")
_index(rows.StartDraft, "user", "user_id", "saved_at")
_index(rows.ProcessDraft, "process", "process_key", "saved_at")
_index(rows.Clock, "root", "root_id")
_index(rows.Job, "queue", "lane", "coalesce(lease_until, due_at)", where="held = false")
_index(rows.Job, "key", "instance_id", "key", where="instance_id IS NOT NULL")
_index(rows.Job, "root", "root_id", where="root_id IS NOT NULL")
_index(rows.Subscription, "name", "kind", "name", "correlation")
_index(rows.Subscription, "root", "root_id")
_index(rows.Incident, "root", "root_id")
_index(rows.Incident, "open", "opened_at", where="resolved_at IS NULL")
_index(rows.File, "root", "root_id")
_index(rows.File, "content", "sha256")
_index(rows.File, "loose", "uploaded_by", where="root_id IS NULL")
_index(rows.Document, "root", "root_id")
_index(rows.Comment, "root", "root_id")
_index(rows.Deed, "root", "root_id")
_index(rows.Oversight, "root", "root_id")
_index(rows.Notice, "value", "value", "id")
_index(rows.Notice, "root", "root_id")
_index(rows.Instance, "request", "request_id", unique=True, where="request_id IS NOT NULL")
_index(rows.Participant, "user", "user_id", "how", "root_id")
_index(rows.Outbox, "waiting", "created_at", where="sent_at IS NULL")


def table(row: type[Row]) -> sa.Table:
    """The table of a dataclass."""
    return KINDS[row].table
