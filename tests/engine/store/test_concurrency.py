"""Several at once: nobody's change is lost, nobody waits for ever, whoever came first goes first."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

import psycopg
import pytest

from engine.model import rows
from engine.store import Retry, Store
from engine.store.locks import FifoLock, KeyedLocks
from tests.engine.store.samples import T, case, task


def together(*works: Callable[[], None]) -> None:
    """Run works in threads, all beginning at once; an error in one is an error here."""
    barrier = threading.Barrier(len(works))
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            barrier.wait()
            work()
        except BaseException as exc:
            errors.append(exc)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def persistently(work: Callable[[], None]) -> None:
    """As the executor does: run the whole command again on Retry."""
    for _ in range(200):
        try:
            return work()
        except Retry:
            continue
    pytest.fail("never got through")


def count_up(store: Store, case_id: str, times: int = 1) -> None:
    for _ in range(times):

        def once() -> None:
            with store.write() as tx:
                root = tx.lock_case(case_id)
                assert root is not None
                root.returns += 1
                tx.update(root, "returns")

        persistently(once)


def test_no_change_to_a_case_is_lost(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1"), case("c2"))
    together(*(lambda i=i: count_up(store, f"c{1 + i % 2}", 15) for i in range(4)))
    with store.read() as r:
        found = r.columns(rows.Instance, ("returns", "version"), order="id")
    assert found == [(30, 31), (30, 31)]


def test_two_stores_of_one_file_respect_each_other(sqlite_store_url: str) -> None:
    first, second = Store.open(sqlite_store_url), Store.open(sqlite_store_url)
    with first.write() as tx:
        tx.insert(case("c1"))
    together(lambda: count_up(first, "c1", 20), lambda: count_up(second, "c1", 20))
    with first.read() as r:
        assert r.columns(rows.Instance, ("returns",)) == [(40,)]
    first.close()
    second.close()


def test_who_waits_for_a_task_sees_what_was_done_meanwhile(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1"), task("t1", "c1"))
    held, seen = threading.Event(), []

    def first() -> None:
        with store.write() as tx:
            found = tx.lock_task("t1")
            assert found is not None
            held.set()
            found[0].state = "completed"
            tx.update(found[0], "state")

    def second() -> None:
        held.wait()
        with store.write() as tx:
            found = tx.lock_task("t1")
            assert found is not None
            seen.append((found[0].state, found[1].version))

    for _ in range(5):
        with store.write() as tx:
            tx.lock_case("c1")
            (one,) = tx.find(rows.Task)
            one.state = "open"
            tx.update(one, "state")
        held.clear()
        together(first, second)
    assert [state for state, _ in seen] == ["completed"] * 5
    assert [version for _, version in seen] == [3, 5, 7, 9, 11]


def test_a_change_by_another_process_ends_in_a_retry(
    sqlite_store: Store, sqlite_store_url: str
) -> None:
    with sqlite_store.write() as tx:
        tx.insert(case("c1"))

    def overtaken() -> None:
        with sqlite_store.write() as tx:
            root = tx.lock_case("c1")
            assert root is not None
            elsewhere = sqlite3.connect(sqlite_store_url.removeprefix("sqlite:///"))
            with elsewhere:
                elsewhere.execute("UPDATE instance SET version = version + 1, title = 'theirs'")
            elsewhere.close()
            tx.insert(task("t1", "c1"))

    with pytest.raises(Retry):
        overtaken()
    with sqlite_store.read() as r:
        assert r.columns(rows.Instance, ("title", "version")) == [("theirs", 2)]
        assert r.find(rows.Task) == []


def test_a_row_held_and_changed_elsewhere_ends_in_a_retry(
    sqlite_store: Store, sqlite_store_url: str
) -> None:
    with sqlite_store.write() as tx:
        tx.insert(rows.User(tenant=T, id="ann", name="甲"))

    def overtaken() -> None:
        with sqlite_store.write() as tx:
            user = tx.lock(rows.User, id="ann")
            assert user is not None
            elsewhere = sqlite3.connect(sqlite_store_url.removeprefix("sqlite:///"))
            with elsewhere:
                elsewhere.execute("UPDATE person SET failures = 3")
            elsewhere.close()
            user.failures += 1
            tx.update(user, "failures")

    with pytest.raises(Retry):
        overtaken()


@pytest.mark.postgres
def test_postgres_holds_the_row_against_everybody(postgres_store_url: str) -> None:
    store = Store.open(postgres_store_url)
    with store.write() as tx:
        tx.insert(case("c1"))
    with store.write() as tx:
        assert tx.lock_case("c1") is not None
        with psycopg.connect(postgres_store_url) as other:
            other.execute("SET lock_timeout = 50")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("UPDATE instance SET version = 9")
    store.close()


def test_two_who_lock_crosswise_both_get_through(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("a"), case("b"))

    def both(first: str, second: str) -> Callable[[], None]:
        def once() -> None:
            with store.write() as tx:
                for case_id in (first, second):
                    root = tx.lock_case(case_id)
                    assert root is not None
                    root.returns += 1
                    tx.update(root, "returns")

        def thrice() -> None:
            for _ in range(3):
                persistently(once)

        return thrice

    together(both("a", "b"), both("b", "a"))
    with store.read() as r:
        assert r.columns(rows.Instance, ("returns",)) == [(6,), (6,)]


def test_numbers_are_given_out_once(store: Store) -> None:
    given: list[int] = []

    def draw() -> None:
        for _ in range(10):

            def once() -> None:
                with store.write() as tx:
                    number = tx.next_number("规审", 2026)
                    tx.after_commit(lambda: given.append(number))

            persistently(once)

    together(draw, draw, draw)
    assert sorted(given) == list(range(1, 31))


def test_a_chain_grows_by_one_at_a_time(store: Store) -> None:
    def append() -> None:
        for _ in range(10):

            def once() -> None:
                with store.write() as tx:
                    chain = tx.lock_chain("office")
                    chain.seq += 1
                    tx.update(chain, "seq")

            persistently(once)

    together(append, append, append)
    with store.read() as r:
        assert r.columns(rows.Chain, ("seq",)) == [(30,)]


def test_the_lock_goes_to_who_waited_longest() -> None:
    lock, order, threads = FifoLock(), [], []
    assert lock.acquire(0)

    def wait(number: int) -> None:
        assert lock.acquire(10)
        order.append(number)
        lock.release()

    for number in range(5):
        thread = threading.Thread(target=wait, args=(number,))
        thread.start()
        threads.append(thread)
        while lock.waiting <= number:
            pass
    lock.release()
    for thread in threads:
        thread.join()
    assert order == list(range(5))
    assert lock.acquire(0)


def test_who_gave_up_waiting_is_passed_over() -> None:
    lock = FifoLock()
    assert lock.acquire(0)
    assert not lock.acquire(0.001)
    lock.release()
    assert lock.acquire(0)


def test_locks_of_free_keys_are_forgotten() -> None:
    locks = KeyedLocks()
    assert locks.acquire("a", 0)
    assert not locks.acquire("a", 0)
    assert locks.acquire("b", 0)
    assert len(locks) == 2
    locks.release("a")
    locks.release("b")
    assert len(locks) == 0
