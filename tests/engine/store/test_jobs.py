"""Claiming jobs: due ones only, each to one worker, no lane starved."""

from __future__ import annotations

import threading

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.model.rows import Job
from engine.store import Lost, Store
from tests.engine.store.samples import job


def add(store: Store, *jobs: Job) -> None:
    with store.write() as tx:
        tx.insert(*jobs)


def test_only_what_is_due_is_claimed_and_only_once(store: Store) -> None:
    add(store, job("now", due_at=5), job("later", due_at=9), job("held", due_at=1, held=True))
    assert store.jobs.next_due(0) == 5
    assert store.jobs.next_due(7) == 7
    first = store.jobs.claim(5, worker="w", lease_ms=10)
    assert [one.id for one in first] == ["now"]
    assert first[0].lease_until == 15
    assert first[0].attempts == 1
    assert store.jobs.claim(5) == []
    assert store.jobs.next_due(5) == 9


def test_an_expired_lease_counts_as_an_attempt(store: Store) -> None:
    add(store, job("poison", max_attempts=2))
    leases = set()
    for attempts, now in enumerate((10, 20, 30), 1):
        (found,) = store.jobs.claim(now, lease_ms=10)
        assert found.attempts == attempts
        leases.add(found.lease)
    assert len(leases) == 3
    assert found.attempts > found.max_attempts


def test_lanes_share_the_limit(store: Store) -> None:
    add(store, *(job(f"t{i:03}", lane="timer", due_at=1) for i in range(50)))
    add(store, *(job(f"m{i}", lane="message", due_at=9) for i in range(2)))
    lanes = [one.lane for one in store.jobs.claim(10, limit=10)]
    assert lanes.count("message") == 2
    assert lanes.count("timer") == 8
    assert store.jobs.claim(10, lanes=["message"]) == []
    assert len(store.jobs.claim(10, lanes=["timer"], limit=100)) == 42


def test_a_failed_job_comes_back_with_its_error(store: Store) -> None:
    add(store, job("j"))
    (found,) = store.jobs.claim(5)
    assert store.jobs.fail(found, "no answer", 50)
    assert not store.jobs.fail(found, "twice", 60)
    assert store.jobs.next_due(0) == 50
    (again,) = store.jobs.claim(50)
    assert (again.attempts, again.error) == (2, "no answer")
    assert store.jobs.renew(again, 9_999)
    assert store.jobs.next_due(0) == 9_999
    assert store.jobs.release(again)
    (third,) = store.jobs.claim(50)
    assert third.attempts == 2


def test_workers_in_parallel_never_share_a_job(store: Store) -> None:
    add(store, *(job(f"j{i:03}") for i in range(60)))
    claimed: list[str] = []
    guard = threading.Lock()

    def work() -> None:
        while found := store.jobs.claim(5, limit=7):
            with guard:
                claimed.extend(one.id for one in found)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(claimed) == [f"j{i:03}" for i in range(60)]


class Queue(RuleBasedStateMachine):
    """Whatever workers do, a job is done once, and a lease is good for one claim."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store.open("sqlite://")
        self.now = 0
        self.todo: dict[str, int] = {}
        self.held: list[Job] = []
        self.lease: dict[str, str | None] = {}
        self.count = 0

    @initialize()
    def prepare(self) -> None:
        self.store.migrate()

    @rule(due=st.integers(0, 40), lane=st.sampled_from("ab"))
    def put(self, due: int, lane: str) -> None:
        self.count += 1
        one = job(f"j{self.count:04}", due_at=self.now + due, lane=lane)
        add(self.store, one)
        self.todo[one.id] = one.due_at

    @rule(step=st.integers(1, 30))
    def wait(self, step: int) -> None:
        self.now += step

    @rule(limit=st.integers(1, 5))
    def claim(self, limit: int) -> None:
        due = {key for key, moment in self.todo.items() if moment <= self.now}
        found = self.store.jobs.claim(self.now, limit=limit, lease_ms=20)
        assert {one.id for one in found} <= due
        assert len(found) == min(limit, len(due))
        for one in found:
            self.todo[one.id] = self.now + 20
            self.lease[one.id] = one.lease
            self.held.append(one)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        one = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        try:
            with self.store.write() as tx:
                tx.take(one, lease=one.lease)
        except Lost:
            assert self.lease.get(one.id) != one.lease
        else:
            assert self.lease.pop(one.id) == one.lease
            del self.todo[one.id]

    @precondition(lambda self: self.held)
    @rule(wait=st.integers(1, 20))
    def fail(self, wait: int) -> None:
        one = self.held.pop()
        ours = self.lease.get(one.id) == one.lease
        assert self.store.jobs.fail(one, "failed", self.now + wait) is ours
        if ours:
            self.lease[one.id] = None
            self.todo[one.id] = self.now + wait

    @invariant()
    def next_moment_is_known(self) -> None:
        if self.todo:
            assert self.store.jobs.next_due(0) == min(self.todo.values())

    def teardown(self) -> None:
        self.store.close()


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=15, stateful_step_count=25)
