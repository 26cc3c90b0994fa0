"""What goes wrong below is told in the product's own words, with nothing half-written."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from engine import errors
from engine.model import rows
from engine.store import Outdated, Retry, Store, Unsure
from tests.engine.store.samples import T, case


def write(store: Store, *new: rows.Row) -> None:
    with store.write() as tx:
        tx.insert(*new)


def test_the_same_key_twice_is_a_retry(store: Store) -> None:
    write(store, case("c1"))
    with pytest.raises(Retry):
        write(store, case("c0"), case("c1"))
    with store.read() as r:
        assert r.columns(rows.Instance, ("id",)) == [("c1",)]


@pytest.mark.parametrize("text", ["\ud800", "\x00"])
def test_text_that_no_database_keeps_is_refused(store: Store, text: str) -> None:
    try:
        write(store, case("c1", title=f"a{text}b"))
    except errors.Invalid as exc:
        assert exc.problems[0].code == "unstorable"  # noqa: PT017 - SQLite keeps a NUL
    else:
        with store.read() as r:
            assert r.columns(rows.Instance, ("title",)) == [(f"a{text}b",)]


def test_numbers_beyond_64_bits_are_refused(store: Store) -> None:
    with pytest.raises(errors.Invalid):
        write(store, case("c1", started_at=2**63))
    with store.read() as r, pytest.raises(errors.Invalid):
        r.find(rows.Instance, started_at=2**63)


def test_json_goes_in_and_out_exactly(store: Store) -> None:
    given = {
        "a": Decimal("1.10"),
        "big": 2**70,
        "nul": "\x00",
        "quote": '"\\',
        "e": Decimal("1E+3"),
    }
    write(store, case("c1", variables=given))
    with store.read() as r:
        assert r.columns(rows.Instance, ("variables",)) == [(given,)]


def test_a_full_disk_is_told_and_nothing_is_written(sqlite_store: Store) -> None:
    write(sqlite_store, case("c1"))
    with sqlite_store.database.link() as link:
        pages = link.raw.execute("PRAGMA page_count").fetchone()[0]
        link.raw.execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(errors.Unavailable, match="disk") as caught:
        write(sqlite_store, case("c2", tokens=b"x" * 100_000))
    assert not isinstance(caught.value, Retry)
    with sqlite_store.read() as r:
        assert r.columns(rows.Instance, ("id",)) == [("c1",)]
    write(sqlite_store, case("c3"))


def test_a_database_locked_by_another_process_is_a_retry(sqlite_store_url: str) -> None:
    store = Store.open(sqlite_store_url, patience_seconds=0.05)
    other = sqlite3.connect(sqlite_store_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Retry):
        write(store, case("c1"))
    with store.read() as r:
        assert r.find(rows.Instance) == []
    other.execute("ROLLBACK")
    write(store, case("c1"))
    other.close()
    store.close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "no.db"
    path.write_bytes(b"this is a text, and a long one at that" * 100)
    store = Store.open(f"sqlite:///{path}")
    with pytest.raises(errors.Unavailable):
        write(store, case("c1"))
    with pytest.raises(errors.Unavailable):
        store.migrate()
    store.close()


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/new/deeper/store.db")
    store.migrate()
    store.close()
    assert (tmp_path / "new" / "deeper" / "store.db").exists()


@pytest.mark.parametrize("url", ["", "mysql://x", "nonsense", "oracle+x://y", "sqlite+nothing:"])
def test_a_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(errors.Misconfigured):
        Store.open(url)


def test_a_database_without_schema_is_refused_with_the_remedy() -> None:
    store = Store.open("sqlite://")
    with pytest.raises(Outdated) as caught:
        write(store, case("c1"))
    assert "yifa migrate" in caught.value.message("zh")
    with pytest.raises(Outdated):
        store.jobs.claim(1)
    store.close()


@pytest.mark.postgres
def test_a_broken_connection_is_a_retry_and_replaced(postgres_store_url: str) -> None:
    store = Store.open(postgres_store_url)
    write(store, case("c1"))

    def cut() -> None:
        with store.write() as tx:
            tx.lock_case("c1")
            _cut_all(postgres_store_url)
            tx.insert(case("c2"))

    with pytest.raises(Retry):
        cut()
    write(store, case("c3"))
    with store.read() as r:
        assert r.columns(rows.Instance, ("id",), order="id") == [("c1",), ("c3",)]
    # An idle connection of the pool that died meanwhile: the first use finds out.
    _cut_all(postgres_store_url)
    for _ in range(10):
        try:
            write(store, case("c4"))
        except Retry:
            continue
        break
    with store.read() as r:
        assert r.get(rows.Instance, id="c4") is not None
    store.close()


@pytest.mark.postgres
def test_a_connection_that_breaks_at_the_commit_is_told_as_unsure(postgres_store_url: str) -> None:
    store = Store.open(postgres_store_url)
    with store.database.link() as link:
        link.begin_write()
        link.run("UPDATE instance SET version = 1", ())
        _cut_all(postgres_store_url)
        with pytest.raises(Unsure):
            link.commit()
    store.close()


def _cut_all(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    store = Store.open(f"postgresql:///x?host={tmp_path}")
    with pytest.raises(errors.Unavailable):
        write(store, case("c1"))
    with pytest.raises(errors.Unavailable):
        store.migrate()
    store.close()


def test_reading_cannot_write(store: Store) -> None:
    with store.read() as r:
        assert not hasattr(r, "insert")
        assert r.find(rows.Chain, id=T) == []
