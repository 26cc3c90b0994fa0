"""The board's figures: each is the number of rows of the list behind it, whoever looks."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from engine.model import rows
from engine.model.people import Viewer
from engine.store import Store
from engine.store.reads import Reads
from engine.store.reads.cases import NO_UNIT
from engine.store.reads.standings import COUNTED, Marks
from tests.engine.store.samples import T, case, job, task
from tests.engine.store.test_lists import viewer

USERS = ("ann", "bob", "cat", "dan")
MARKS = Marks(now=1_000, today=1_100, soon=1_400, idle=500)
MOMENTS = (499, 500, 900, 999, 1_000, 1_001, 1_100, 1_101, 1_400, 1_401, 9_000)
EDGES = (100, 200, 300, 400)
VIEWERS = (
    viewer("ann"),
    viewer("bob", scope="all"),
    viewer("cat", scope="units", units=frozenset({"u1"})),
    viewer("dan", scope="all", tracks=frozenset({"discipline"})),
    viewer("eve", scope="units", units=frozenset({"u1", "u2"})),
    viewer("system", system=True),
)


def fill(store: Store, seed: int, cases: int = 40) -> None:
    """Cases in every state, some behind a wall, some shutting people out."""
    draw = random.Random(seed)
    with store.write() as tx:
        for number in range(cases):
            one = _case(f"c{number:03}", draw)
            tx.insert(one)
            for user in USERS:
                if draw.random() < 0.25:
                    how = draw.choice(["handler", "copied"])
                    tx.insert(
                        rows.Participant(tenant=T, root_id=one.id, user_id=user, how=how, at=1)
                    )
                if draw.random() < 0.15:
                    tx.insert(rows.Exclusion(tenant=T, root_id=one.id, user_id=user))
            _steps(tx, one, draw)


def _case(case_id: str, draw: random.Random) -> rows.Instance:
    due = draw.choice([None, *MOMENTS])
    state = draw.choice(["active", "active", "suspended", "completed", "cancelled", "failed"])
    return case(
        case_id,
        state=state,
        ended_at=draw.choice([99, *EDGES, 250]) if state not in ("active", "suspended") else None,
        unit_id=draw.choice(["u1", "u2", None]),
        process_key=draw.choice(["p", "q"]),
        started_by=draw.choice(USERS),
        track=draw.choice(["", "", "discipline"]),
        due_at=due,
        warn_at=None if due is None else draw.choice([None, due - 300]),
        clock_paused=draw.random() < 0.2,
        incidents=draw.choice([0, 0, 1]),
        returns=draw.choice([0, 1, 2, 3]),
        idle_since=draw.choice([None, 499, 500, 800]),
        oversight_due_at=draw.choice([None, None, 100, 900]),
        limited=draw.choice([None, False, True, True]),
        late=draw.random() < 0.4,
    )


def _steps(tx: Any, one: rows.Instance, draw: random.Random) -> None:
    for number in range(draw.randrange(5)):
        done = one.ended_at is not None or draw.random() < 0.5
        tx.insert(
            task(
                f"{one.id}t{number}",
                one.id,
                process_key=one.process_key,
                element_id=draw.choice(["A", "B"]),
                state=draw.choice(["completed", "cancelled"]) if done else "open",
                closed_at=draw.choice([99, *EDGES]) if done else None,
                signs_for=draw.choice([None, None, "other"]),
            )
        )
    if one.ended_at is None and draw.random() < 0.5:
        element = draw.choice(["A", "M"])
        tx.insert(
            rows.Subscription(
                tenant=T, id=f"{one.id}s", instance_id=one.id, root_id=one.id, key="m",
                element_id=element, kind="message", name="m", opened_at=1,
            )
        )  # fmt: skip
    if one.ended_at is None and draw.random() < 0.5:
        tx.insert(
            job(f"{one.id}j", instance_id=one.id, root_id=one.id, key="w"),
            rows.Activity(
                tenant=T, id=f"{one.id}a", instance_id=one.id, root_id=one.id, key="w",
                element_id="W", kind="intermediateCatchEvent", name="等", entered_at=1,
            ),
        )  # fmt: skip


def listed(r: Reads, who: Viewer, **given: Any) -> int:
    """How many rows a list has, all its pages together."""
    seen: list[str] = []
    cursor = None
    while True:
        page = r.cases(who, now=MARKS.now, marks=MARKS, limit=7, cursor=cursor, **given)
        seen += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            assert len(seen) == len(set(seen))
            return len(seen)


def link(name: str) -> dict[str, str]:
    """What of a list a count is of."""
    lamps = ("red", "yellow", "green", "paused", "none")
    return {"lamp": name} if name in lamps else {"state": name}


@pytest.mark.parametrize("seed", range(4))
def test_every_count_is_the_number_of_rows_behind_it(store: Store, seed: int) -> None:
    fill(store, seed)
    with store.read() as r:
        for who in VIEWERS:
            counts = r.case_counts(who, MARKS.now, MARKS)
            groups = r.case_groups(who, MARKS)
            total: Counter[str] = Counter()
            for group in groups:
                total.update(group.counts)
                unit = group.unit_id or NO_UNIT
                for name in ("open", "red", "soon", "stalled"):
                    rows_ = listed(r, who, unit=unit, process_key=group.process_key, **link(name))
                    assert group.counts[name] == rows_, (who.user_id, name)
            for name in ("open", *COUNTED):
                assert counts[name] == listed(r, who, **link(name)), (who.user_id, name)
                assert total[name] == counts[name]


@pytest.mark.parametrize("seed", range(2))
def test_every_month_is_the_number_of_rows_behind_it(store: Store, seed: int) -> None:
    fill(store, seed)
    with store.read() as r:
        for who in VIEWERS:
            for unit in ("", "u1", NO_UNIT):
                months = r.ended_by_month(who, EDGES, unit=unit)
                for number, (count, in_time) in enumerate(months):
                    span = (EDGES[number], EDGES[number + 1])
                    assert count == listed(r, who, state="limited", ended=span, unit=unit)
                    assert in_time == listed(r, who, state="in_time", ended=span, unit=unit)
                    late = listed(r, who, state="late", ended=span, unit=unit)
                    assert count - in_time == late


@pytest.mark.parametrize("seed", range(2))
def test_where_cases_stand_and_what_steps_took_is_listed_behind(store: Store, seed: int) -> None:
    fill(store, seed)
    with store.read() as r:
        found: set[str] = set()
        for who in VIEWERS:
            standing = r.standing_by_element(who, "p")
            found |= set(standing)
            for element in ("A", "B", "M", "W"):
                number = listed(r, who, state="open", at=("p", element))
                assert standing.get(element, 0) == number, (who.user_id, element)
            taken = Counter(one.element_id for one in r.taken(who, "p", 100, 400))
            for element in ("A", "B"):
                page = r.steps_taken(who, "p", element, 100, 400, limit=500)
                assert taken[element] == len(page.rows)
                assert all(row.signs_for is None for row in page.rows)
        assert {"A", "M", "W"} <= found


def test_what_stands_still_is_told_apart(store: Store) -> None:
    """Neither what is suspended or lawfully paused, nor what moved since, nor what nobody has."""
    with store.write() as tx:
        tx.insert(
            case("idle", idle_since=499),
            case("moved", idle_since=500),
            case("suspended", idle_since=1, state="suspended"),
            case("paused", idle_since=1, clock_paused=True),
            case("waits", idle_since=None),
            case("ended", idle_since=1, state="completed", ended_at=5),
        )
    with store.read() as r:
        page = r.cases(VIEWERS[1], state="stalled", marks=MARKS, now=MARKS.now)
        assert [row.id for row in page.rows] == ["idle"]
