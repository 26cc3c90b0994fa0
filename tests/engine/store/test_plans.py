"""Lists, claims and checks walk an index; none reads a table through."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from engine.model.people import Role, Viewer
from engine.store import Store
from engine.store.reads import Reads
from tests.engine.store.samples import job
from tests.engine.store.test_lists import Township, viewer

LEGAL = Viewer(
    user_id="bob",
    roles=frozenset({Role(role="legal", unit_id="u1"), Role(role="head")}),
    role_ids=frozenset({"legal", "head"}),
)
CHIEF = viewer("dan", scope="all")
UNIT = viewer("cat", scope="units", units=frozenset({"u1"}))

QUESTIONS: dict[str, Callable[[Reads], Any]] = {
    "to do": lambda r: r.inbox(LEGAL, "todo"),
    "to do, oldest": lambda r: r.inbox(LEGAL, "todo", sort="opened"),
    "to do, red": lambda r: r.inbox(LEGAL, "todo", lamp="red", now=5),
    "returned": lambda r: r.inbox(LEGAL, "returned"),
    "to claim": lambda r: r.inbox(LEGAL, "claim"),
    "to claim, newest": lambda r: r.inbox(LEGAL, "claim", sort="-opened"),
    "to claim, searched": lambda r: r.inbox(LEGAL, "claim", text="a"),
    "done": lambda r: r.inbox(LEGAL, "done"),
    "started": lambda r: r.inbox(LEGAL, "started"),
    "to read": lambda r: r.inbox(LEGAL, "read"),
    "counts": lambda r: r.inbox_counts(LEGAL),
    "all open cases": lambda r: r.cases(CHIEF, state="open"),
    "all cases": lambda r: r.cases(CHIEF),
    "newest cases": lambda r: r.cases(CHIEF, sort="-opened"),
    "cases of a process": lambda r: r.cases(CHIEF, process_key="p", sort="opened"),
    "cases of a unit": lambda r: r.cases(UNIT, state="open"),
    "own cases": lambda r: r.cases(LEGAL),
    "counts of all cases": lambda r: r.case_counts(CHIEF),
    "may see": lambda r: r.may_see_case(LEGAL, "c0001"),
    "may see task": lambda r: r.may_see_task(LEGAL, "c0001t1"),
    "viewer": lambda r: r.viewer_rows("bob"),
    "chain": lambda r: list(r.audit_entries("c0001")),
}

MERGED = (
    *("to do, oldest", "to claim", "to claim, newest", "to claim, searched", "to read", "viewer"),
)
"""Questions that put together short sorted lists, or sort a handful."""

SORTED = [name for name in QUESTIONS if name not in ("own cases", "counts", "counts of all cases")]
"""Questions whose pages come out of the index in order, however much lies behind them."""


def asked(store: Store, question: Callable[[Reads], Any]) -> list[tuple[str, list[Any]]]:
    """The statements of a question, with their values."""
    found: list[tuple[str, list[Any]]] = []
    with store.read() as r:
        link = r._link
        rows, stream = link.rows, link.stream

        def seen(text: str, values: Any, *more: Any) -> Any:
            found.append((text, values))
            return stream(text, values, *more) if more else rows(text, values)

        link.rows = link.stream = seen  # type: ignore[method-assign, assignment]
        question(r)
    return found


@pytest.mark.parametrize("name", QUESTIONS)
def test_sqlite_walks_an_index(sqlite_store: Store, name: str) -> None:
    for text, values in asked(sqlite_store, QUESTIONS[name]):
        with sqlite_store.database.link() as link:
            plan = [line[3] for line in link.rows(f"EXPLAIN QUERY PLAN {text}", values)]
        steps = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
        # What was gathered before (“queue0”, “anon_1”) may be gone through; a table may not.
        scans = [s for s in steps if re.match(r"SCAN (?!queue|anon|ids|lanes|CONSTANT)", s)]
        assert scans == [], plan
        narrow = [s for s in steps if s.startswith("SEARCH") and "(tenant=?)" in s]
        walked = (
            "USING INDEX instance_",
            "USING COVERING INDEX instance_open",
            "autoindex_instance",
        )
        assert all(any(w in s for w in walked) for s in narrow), plan
        if name in SORTED and name not in MERGED:
            assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan), plan


@pytest.mark.postgres
def test_postgres_walks_an_index(postgres_store: Store) -> None:
    Township(postgres_store)
    for name in SORTED:
        for text, values in asked(postgres_store, QUESTIONS[name]):
            with postgres_store.database.link() as link:
                # Tables of a test are small enough to be read through; could it be avoided?
                link.raw.execute("SET LOCAL enable_seqscan = off")
                link.raw.execute("SET LOCAL enable_bitmapscan = off")
                plan = [line[0] for line in link.rows(f"EXPLAIN {text}", values)]
                link.rollback()
            assert not any("Seq Scan" in line for line in plan), "\n".join(plan)
            if name not in MERGED:
                assert not any("Sort Key" in line for line in plan), "\n".join(plan)


def test_a_claim_never_reads_the_table_through(store: Store) -> None:
    jobs = [job(f"j{n:05}", lane=f"lane{n % 3}", due_at=10_000 + n) for n in range(3_000)]
    with store.write() as tx:
        tx.insert(*jobs)
    texts: list[str] = []
    store.statements.listeners.append(texts.append)
    assert len(store.jobs.claim(10_100, limit=5)) == 5
    store.statements.listeners.clear()
    assert len(texts) == 4
    with store.database.link() as link:
        for text in texts:
            if store.database.locks_rows:
                link.raw.execute("ANALYZE job")
                query, values = f"EXPLAIN (GENERIC_PLAN) {_numbered(text)}", []
            else:
                query, values = f"EXPLAIN QUERY PLAN {text}", [1] * text.count("?")
            plan = [str(line[-1]) for line in link.rows(query, values)]
            told = "\n".join(plan)
            assert "Seq Scan on job" not in told, told
            assert "SCAN job" not in told, told
            assert "job_queue" in told, told
        link.rollback()


def _numbered(text: str) -> str:
    """PostgreSQL's own placeholders for the driver's."""
    numbers = iter(range(1, 100))
    return re.sub("%s", lambda _: f"${next(numbers)}", text)
