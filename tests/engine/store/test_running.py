"""What administrators count is what they may know of: by the same rule as every single check."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from engine.handlers.access import shut_out
from engine.model import rows
from engine.model.people import Viewer
from engine.store import Store
from tests.engine.store.samples import T, case
from tests.engine.store.test_lists import viewer

USERS = ("ann", "bob", "cat", "dan")
VIEWERS = (
    viewer("ann"),
    viewer("bob", scope="all"),
    viewer("cat", scope="units", units=frozenset({"u1"})),
    viewer("dan", scope="all", tracks=frozenset({"discipline"})),
    viewer("bob", tracks=frozenset({"discipline", "audit"})),
    viewer("eve", is_admin=True),
    viewer("system", system=True),
)


def fill(store: Store, seed: int) -> list[rows.Instance]:
    """Cases with the processes they called, some behind walls, some shutting people out."""
    draw = random.Random(seed)
    made: list[rows.Instance] = []
    with store.write() as tx:
        for number in range(60):
            root = _instance(f"c{number:03}", draw, track=draw.choice(["", "discipline", "audit"]))
            root.people = {root.started_by: ["starter"]}
            root.excluded = [user for user in USERS if draw.random() < 0.15]
            for user in USERS:
                how = draw.choice(["handler", "copied", ""])
                if how:
                    root.people[user] = [*root.people.get(user, []), how]
            called = [
                _instance(f"{root.id}-{n}", draw, root_id=root.id, parent_id=root.id)
                for n in range(draw.randrange(3))
            ]
            tx.insert(root, *called)
            for user, hows in root.people.items():
                tx.insert(*(_part(root.id, user, how) for how in hows))
            for user in root.excluded:
                tx.insert(rows.Exclusion(tenant=T, root_id=root.id, user_id=user))
            made += [root, *called]
    return made


def _part(root_id: str, user_id: str, how: str) -> rows.Participant:
    return rows.Participant(tenant=T, root_id=root_id, user_id=user_id, how=how, at=1)


def _instance(instance_id: str, draw: random.Random, **given: str) -> rows.Instance:
    state = draw.choice(["active", "active", "suspended", "completed", "cancelled", "failed"])
    return case(
        instance_id,
        state=state,
        ended_at=None if state in ("active", "suspended") else 900,
        deployment_id=draw.choice(["d1", "d2", "d3"]),
        started_by=draw.choice(USERS),
        unit_id=draw.choice(["u1", "u2", None]),
        **given,
    )


def _known(made: list[rows.Instance], who: Viewer) -> set[str]:
    return {one.id for one in made if one.parent_id is None and not shut_out(who, one)}


@pytest.mark.parametrize("seed", range(4))
def test_what_runs_is_counted_but_of_no_case_that_must_not_be_known(
    store: Store, seed: int
) -> None:
    made = fill(store, seed)
    with store.read() as r:
        for who in VIEWERS:
            known = _known(made, who)
            running = [one for one in made if one.state in ("active", "suspended")]
            expected = Counter(one.deployment_id for one in running if one.root_id in known)
            assert r.running(who) == dict(expected), who


@pytest.mark.parametrize("seed", range(4))
def test_cases_that_must_not_be_known_are_those_a_single_check_denies(
    store: Store, seed: int
) -> None:
    made = fill(store, seed)
    roots = {one.id for one in made if one.parent_id is None}
    with store.read() as r:
        for who in VIEWERS:
            assert r.unknown_cases(who) == roots - _known(made, who), who


def test_nothing_of_another_office_is_counted(store: Store, store_url: str) -> None:
    other = Store.open(store_url, tenant="elsewhere")
    with store.write() as tx:
        tx.insert(case("here"))
    with other.write() as tx:
        tx.insert(case("there", tenant="elsewhere", deployment_id="theirs"))
    with store.read() as r:
        for who in (viewer("eve", is_admin=True), viewer("system", system=True)):
            assert r.running(who) == {"d": 1}
    other.close()
