"""What a write transaction promises, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from engine.model import rows
from engine.store import Lost, Store, Transaction, gt, ne
from tests.engine.store.samples import case, job, task

T = "default"


@contextmanager
def broken(store: Store) -> Iterator[Transaction]:
    """A write transaction that fails at its end."""
    try:
        with store.write() as tx:
            yield tx
            raise ZeroDivisionError
    except ZeroDivisionError:
        return
    pytest.fail("the error was swallowed")


def take(store: Store, one: rows.Job, lease: str, *new: rows.Row) -> None:
    """Take a job in a transaction of its own, and write other rows with it."""
    with store.write() as tx:
        tx.insert(*new)
        tx.take(one, lease=lease)


def test_a_case_comes_back_as_it_was_kept(store: Store) -> None:
    kept = case("c1", variables={"amount": Decimal("0.10"), "n": 3, "名": ["甲", None, True]})
    kept.tokens = b"\x00\xff state"
    with store.write() as tx:
        tx.insert(kept)
    with store.read() as r:
        found = r.get(rows.Instance, id="c1")
    assert found == kept
    assert str(found.variables["amount"]) == "0.10"


def test_an_exception_undoes_everything(store: Store) -> None:
    with broken(store) as tx:
        tx.insert(case("c1"))
    with store.read() as r:
        assert r.find(rows.Instance) == []


def test_every_commit_on_a_held_case_raises_its_version_once(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1"), task("t1", "c1"))
    with store.write() as tx:
        found = tx.lock_task("t1")
        assert found is not None
        one, root = found
        one.state = "completed"
        tx.update(one, "state")
        assert tx.version_of(root) == 2
    with store.read() as r:
        assert r.columns(rows.Instance, ("version",)) == [(2,)]
        assert r.columns(rows.Task, ("state",)) == [("completed",)]


def test_a_draft_leaves_the_version_alone(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1"), task("t1", "c1"))
    with store.write() as tx:
        found = tx.lock_task("t1")
        assert found is not None
        one, root = found
        tx.put(rows.Draft(tenant=T, task_id="t1", user_id="u", answers={"a": 1}, saved_at=1))
        one.drafted = True
        tx.update(one, "drafted")
        assert tx.version_of(root) == 1
    with store.write() as tx:
        tx.put(rows.Draft(tenant=T, task_id="t1", user_id="u", answers={"a": 2}, saved_at=2))
    with store.read() as r:
        assert r.columns(rows.Instance, ("version",)) == [(1,)]
        assert r.columns(rows.Draft, ("answers", "saved_at")) == [({"a": 2}, 2)]
        assert r.columns(rows.Task, ("drafted",)) == [(True,)]


def test_nothing_written_means_no_new_version(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1"))
    with store.write() as tx:
        assert tx.lock_case("c1") is not None
        assert tx.lock_case("nobody") is None
    with store.read() as r:
        assert r.columns(rows.Instance, ("version",)) == [(1,)]


def test_a_transaction_sees_its_own_changes(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1"), *(task(f"t{i}", "c1", sort_at=i) for i in range(4)))
    with store.write() as tx:
        tx.lock_case("c1")
        tasks = tx.find(rows.Task, root_id="c1", order="sort_at")
        tasks[0].state = "cancelled"
        tx.update(tasks[0], "state")
        tx.delete(tasks[1])
        tx.insert(task("t9", "c1", sort_at=9))
        seen = tx.find(rows.Task, state="open", root_id="c1", order="-sort_at", limit=2)
        assert [one.id for one in seen] == ["t9", "t3"]
        assert tx.get(rows.Task, id="t1") is None
        assert tx.get(rows.Task, id="t9") is not None
        assert tx.get(rows.Task, id="t0") is tasks[0]
        assert tx.columns(rows.Task, ("id",), sort_at=gt(2), order="id") == [("t3",), ("t9",)]
        tx.delete_where(rows.Task, root_id="c1", state="open")
        assert [one.id for one in tx.find(rows.Task, root_id="c1")] == ["t0"]
    with store.read() as r:
        assert r.columns(rows.Task, ("id", "state")) == [("t0", "cancelled")]


def test_rows_deleted_by_condition_may_be_inserted_again(store: Store) -> None:
    def queue(value: str) -> rows.Candidate:
        return rows.Candidate(tenant=T, task_id="t1", value=value, sort_at=1)

    with store.write() as tx:
        tx.insert(queue("g:a"), queue("g:b"))
    with store.write() as tx:
        tx.delete_where(rows.Candidate, task_id="t1")
        tx.insert(queue("g:b"), queue("g:c"))
        tx.update_where(rows.Candidate, {"claimed": True}, task_id="t1")
        assert {one.value for one in tx.find(rows.Candidate, task_id="t1")} == {"g:b", "g:c"}
    with store.read() as r:
        found = r.columns(rows.Candidate, ("value", "claimed"), order="value")
        assert found == [("g:b", True), ("g:c", True)]


def test_conditions(store: Store) -> None:
    with store.write() as tx:
        tx.insert(task("a", "c", assignee=None), task("b", "c", assignee="u"), task("d", "c"))
    with store.read() as r:
        assert r.columns(rows.Task, ("id",), assignee=None) == [("a",)]
        assert r.columns(rows.Task, ("id",), assignee=ne("u"), order="id") == [("d",)]
        assert r.columns(rows.Task, ("id",), id=["a", "b", "zz"], order="id") == [("a",), ("b",)]
        assert r.find(rows.Task, id=[]) == []


def test_what_is_unknown_sorts_last_in_memory_and_in_the_database(store: Store) -> None:
    with store.write() as tx:
        tx.insert(*(task(f"t{n}", "c", due_at=due) for n, due in enumerate((None, 5, 3))))
        for order, ids in (("due_at", ["t2", "t1", "t0"]), ("-due_at", ["t1", "t2", "t0"])):
            assert [one.id for one in tx.find(rows.Task, order=order)] == ids
    with store.read() as r:
        for order, ids in (("due_at", ["t2", "t1", "t0"]), ("-due_at", ["t1", "t2", "t0"])):
            assert [one.id for one in r.find(rows.Task, order=order)] == ids


def test_what_is_deleted_is_out_of_the_way_of_what_is_inserted(store: Store) -> None:
    def queue(task_id: str, value: str) -> rows.Candidate:
        return rows.Candidate(tenant=T, task_id=task_id, value=value, sort_at=1)

    with store.write() as tx:
        tx.insert(queue("t1", "g:a"), queue("t1", "g:b"))
    with store.write() as tx:  # the same key again, and another task's
        tx.delete_where(rows.Candidate, task_id="t1")
        tx.insert(queue("t1", "g:a"), queue("t2", "g:b"))
    with store.write() as tx:  # another task's alone
        tx.delete_where(rows.Candidate, task_id="t2")
        tx.insert(queue("t3", "g:c"))
    with store.read() as r:
        found = r.columns(rows.Candidate, ("task_id", "value"), order="task_id")
    assert found == [("t1", "g:a"), ("t3", "g:c")]


def test_many_rows_are_few_statements(store: Store) -> None:
    with store.read():
        before = store.statements.total
    with store.write() as tx:
        tx.insert(*(task(f"t{n:03}", "c") for n in range(70)))
    assert store.statements.total == before + 3
    with store.read() as r:
        assert len(r.find(rows.Task)) == 70


def test_only_what_changed_of_a_case_is_written(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1", variables={"a": 1}))
    texts: list[str] = []
    store.statements.listeners.append(texts.append)
    with store.write() as tx:
        root = tx.lock_case("c1")
        assert root is not None
        root.variables["a"] = 2
        tx.update(root)
    assert sum(text.startswith("UPDATE") for text in texts) == 1
    assert "track" not in texts[-1].partition("WHERE")[0]
    with store.read() as r:
        assert r.columns(rows.Instance, ("variables", "version")) == [({"a": 2}, 2)]


def test_a_child_is_no_case(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1"), case("c2", root_id="c1", parent_id="c1"))
    with store.write() as tx:
        assert tx.lock_case("c2") is None


def test_a_job_can_be_taken_once_and_only_under_its_lease(store: Store) -> None:
    with store.write() as tx:
        tx.insert(job("j1", lease="mine"))
    with store.read() as r:
        (one,) = r.find(rows.Job)
    with pytest.raises(Lost):
        take(store, one, "other", case("c1"))
    with store.write() as tx:
        tx.take(one, lease="mine")
        assert tx.find(rows.Job) == []
        tx.insert(case("c2"))
    with pytest.raises(Lost):
        take(store, one, "mine")
    with store.read() as r:
        assert r.columns(rows.Instance, ("id",)) == [("c2",)]


def test_numbers_follow_each_other_without_gaps(store: Store) -> None:
    with store.write() as tx:
        assert [tx.next_number("文号", 2026) for _ in range(3)] == [1, 2, 3]
    with broken(store) as tx:
        assert tx.next_number("文号", 2026) == 4
    with store.write() as tx:
        assert tx.next_number("文号", 2026) == 4
        assert tx.next_number("文号", 2027) == 1


def test_hooks_run_after_the_commit_alone(store: Store) -> None:
    said: list[str] = []
    with broken(store) as tx:
        tx.after_commit(lambda: said.append("never"))
    rung = store.hints.rung
    with store.write() as tx:
        tx.insert(job("j1"))
        tx.after_commit(lambda: said.append("kept"))
        assert said == []
    assert said == ["kept"]
    assert store.hints.rung == rung + 1


def test_changing_a_case_without_holding_it_is_a_mistake(store: Store) -> None:
    with store.write() as tx:
        tx.insert(case("c1"), task("t1", "c1"))
    with store.write() as tx:
        one = tx.get(rows.Task, id="t1")
        assert one is not None
        with pytest.raises(AssertionError, match="lock_case"):
            tx.update(one, "state")


def test_transactions_are_never_nested(store: Store) -> None:
    with store.write(), pytest.raises(AssertionError), store.write():
        pass


def test_tenants_do_not_see_each_other(store: Store, store_url: str) -> None:
    other = Store.open(store_url, tenant="elsewhere")
    with store.write() as tx:
        tx.insert(case("c1"))
    with other.write() as tx:
        assert tx.find(rows.Instance) == []
        assert tx.lock_case("c1") is None
        theirs = case("c1")
        theirs.tenant = "elsewhere"
        tx.insert(theirs)
        with pytest.raises(AssertionError):
            tx.insert(case("c2"))
    other.close()


def test_a_chain_is_made_when_first_held(store: Store) -> None:
    for expected in (1, 2):
        with store.write() as tx:
            chain = tx.lock_chain("office")
            assert tx.lock_chain("office") is chain
            chain.seq += 1
            tx.update(chain, "seq")
            assert chain.seq == expected
