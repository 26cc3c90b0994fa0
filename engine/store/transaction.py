"""The write transaction of a command: rows are read, changed in memory, and written at the end.

Nothing is written before the block ends, so that SQLite's one writer is held for the short write
alone. Within the block the transaction sees its own changes. What it relies on it locks: the case
(``lock_case``, ``lock_task``), or any other row (``lock``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

from engine.model import rows
from engine.model.rows import Chain, Draft, Instance, Membership, Row, Task, User
from engine.store import tasklock
from engine.store.codec import codec
from engine.store.database import Database, Link, Patience
from engine.store.flush import flush
from engine.store.pending import Key, Pending, sort
from engine.store.problems import Lost, moved
from engine.store.reads import Reads
from engine.store.schema import table
from engine.store.where import Term, terms

R = TypeVar("R", bound=Row)


_OF_A_CASE = (rows.Instance, rows.Task, rows.Clock, rows.Activity, rows.Subscription)
"""Rows that may be changed only by who holds their case."""


class Transaction(Reads):
    """Reads and writes of one command. Made by ``Store.write``."""

    def __init__(self, database: Database, link: Link, tenant: str) -> None:
        super().__init__(database, link, tenant)
        self.pending: dict[type[Row], Pending[Any]] = {}
        self.held_cases: dict[str, Instance] = {}
        self.as_read: dict[str, tuple[Any, ...]] = {}
        self.watched: dict[tuple[type[Row], Key], tuple[Any, ...]] = {}
        self.takes: list[tuple[Row, dict[str, Any]]] = []
        self.hooks: list[Callable[[], None]] = []
        self.begun = False
        """Whether anything was sent that would have to be undone."""
        self._held_chains: set[tuple[type[Row], Key]] = set()
        self._known: dict[tuple[type[Row], Key], Row] = {}
        self._locks: list[tuple[str, ...]] = []
        self._offered: dict[str, list[str]] = {}
        self._askers: dict[str, tasklock.Asker] = {}
        self._viewers: dict[str, tuple[User | None, list[Membership]]] = {}
        self._numbers: dict[tuple[str, int], rows.Sequence] = {}

    # --- locking --------------------------------------------------------------------------------

    def lock_case(self, root_id: str) -> Instance | None:
        """Hold a case until the end, and return its root as it is now; None if there is none.

        The commit raises the version of the cases it holds, unless it wrote drafts alone. What was
        read of the case before is forgotten: read again what you need. Several cases: lock them
        sorted by id, or Retry may be raised to prevent a deadlock.
        """
        if root_id in self.held_cases:
            return self.held_cases[root_id]
        self._forget_case(root_id)
        found = self._lock(Instance, {"id": root_id})
        if found is None or found.root_id != found.id:
            return None
        self.held_cases[root_id] = found
        return found

    def lock_task(self, task_id: str, user_id: str = "") -> tuple[Task, Instance] | None:
        """Hold the case of a task; the task and the case's root as they are now.

        What ``candidates_of`` the task and ``viewer_rows`` of the user answer comes with it.
        """
        sql = self._statements.keep(
            "task with case", lambda: tasklock.statement(self._database.locks_rows)
        )
        stamp = self._link.stamp()
        lines = self._ask(sql, {"id": task_id, "user": user_id})
        if not lines:
            return None
        found = tasklock.read(lines[0])
        if found.asker is not None:
            self._askers[user_id] = found.asker
        case = found.case
        if case.id in self.held_cases:
            known = self.get(Task, id=task_id)
            return (known, self.held_cases[case.id]) if known else None
        if self._database.locks_rows:
            # The second look at the case is as old as the task; the first is locked and new.
            fresh = found.before == case.version
        else:
            # Free now, it may have been held and given back while we read.
            fresh = self._hold(self._lock_name(Instance, (case.id,)))
            fresh = fresh and self._link.stamp() == stamp
        if not fresh:
            held = self.lock_case(case.id)
            again = self.get(Task, id=task_id) if held else None
            return (again, held) if held and again else None
        self._forget_case(case.id)
        self.held_cases[case.id] = self._remember(Instance, case)
        self.as_read[case.id] = found.cells
        self._offered[task_id] = found.candidates
        return self._remember(Task, found.task), case

    def candidates_of(self, task_id: str) -> list[str]:
        """The values of a task's candidate rows, as they stood when its case was locked."""
        known = self._offered.get(task_id)
        return super().candidates_of(task_id) if known is None else known

    def viewer_rows(self, user_id: str) -> tuple[User | None, list[Membership]]:
        """A user with all memberships; once a command for each user."""
        known = self._viewers.get(user_id)
        if known is None or User in self.pending or Membership in self.pending:
            asker = self.asker(user_id)
            known = super().viewer_rows(user_id) if asker is None else asker.rows()
            self._viewers[user_id] = known
        return known

    def asker(self, user_id: str) -> tasklock.Asker | None:
        """What the database said of a person when a task was locked for them, to compare with."""
        if User in self.pending or Membership in self.pending:
            return None
        return self._askers.get(user_id)

    def lock_chain(self, chain_id: str) -> Chain:
        """Hold the head of a chain (made if there is none) until the end."""
        key = (self.tenant, chain_id)
        known = self._known.get((Chain, key))
        if isinstance(known, Chain) and (Chain, key) in self._held_chains:
            return known
        found = self._lock(Chain, {"id": chain_id})
        if found is None:
            found = Chain(tenant=self.tenant, id=chain_id)
            self.insert(found)
        self._held_chains.add((Chain, key))
        return found

    def lock(self, row: type[R], **key: Any) -> R | None:
        """Hold any other row (a user, the head of a chain) against changes by others."""
        return self._lock(row, key)

    def version_of(self, root: Instance) -> int:
        """The version a case has once what is pending now is written."""
        return root.version + (root.id in self.held_cases and self.moves_cases)

    @property
    def moves_cases(self) -> bool:
        """Whether what is pending changes the cases held; drafts are nobody else's affair."""
        return bool(self.takes) or any(
            changes.loud for row, changes in self.pending.items() if row is not Draft
        )

    def _lock(self, row: type[R], key: dict[str, Any]) -> R | None:
        of = codec(row)
        if not self._database.locks_rows:
            self._hold(self._lock_name(row, tuple(key.values())))
        found = terms(key)
        assert found is not None
        lines = self._fetch(row, of.fields, found, (), None, lock=self._database.locks_rows)
        if not lines:
            return None
        made = of.make(lines[0])
        self._known.pop((row, of.key_of(made)), None)
        if isinstance(made, Instance):
            self.as_read[made.id] = lines[0]
        elif not self._database.locks_rows:
            self.watched[row, of.key_of(made)] = tuple(lines[0])
        return self._remember(row, made)

    def _lock_name(self, row: type[Row], key: tuple[Any, ...]) -> tuple[str, ...]:
        return (table(row).name, self.tenant, *map(str, key))

    def _hold(self, name: tuple[str, ...]) -> bool:
        """Take an in-process lock; whether it was free. Raises Retry when it is not to be had."""
        if name in self._locks:
            return True
        free = self._database.acquire(name, Patience.NONE)
        if not free:
            # Asking out of order one does not wait long: two waiting for each other never end.
            ordered = not self._locks or name > max(self._locks)
            if not self._database.acquire(name, Patience.FULL if ordered else Patience.SHORT):
                raise moved()
        self._locks.append(name)
        return free

    def release(self) -> None:
        """Give all in-process locks back."""
        for name in self._locks:
            self._database.release(name)
        self._locks.clear()

    # --- reading --------------------------------------------------------------------------------

    def get(self, row: type[R], **key: Any) -> R | None:
        """The row with this primary key; the same object every time, until a lock is taken."""
        kind = codec(row).kind
        known = self._known.get((row, (self.tenant, *(key.get(name) for name in kind.key[1:]))))
        if known is not None:
            found = terms(key) or ()
            alive = self.pending[row].overlay([known], found) if row in self.pending else [known]
            return cast("R", alive[0]) if alive else None
        return super().get(row, **key)

    def _select(
        self, row: type[R], found: Sequence[Term], order: tuple[str, ...], limit: int | None
    ) -> list[R]:
        changes = self.pending.get(row)
        more = limit if limit is None or changes is None else limit + changes.size
        if changes is not None and changes.deletes_where:
            more = None
        stored = [self._remember(row, r) for r in super()._select(row, found, order, more)]
        if changes is None:
            return stored
        return sort(changes.overlay(stored, found), order)[:limit]

    def columns(
        self,
        row: type[Row],
        names: Sequence[str],
        *,
        order: str | Sequence[str] = (),
        limit: int | None = None,
        **where: Any,
    ) -> list[tuple[Any, ...]]:
        """Some columns of rows; own changes included."""
        if row in self.pending:
            found = self.find(row, order=order, limit=limit, **where)
            return [tuple(getattr(one, name) for name in names) for one in found]
        return super().columns(row, names, order=order, limit=limit, **where)

    def _remember(self, row: type[R], made: R) -> R:
        return cast("R", self._known.setdefault((row, codec(row).key_of(made)), made))

    def _forget_case(self, root_id: str) -> None:
        """What was read of a case before it was held may be outdated."""
        for key, row in list(self._known.items()):
            if getattr(row, "root_id", root_id if hasattr(row, "task_id") else None) == root_id:
                del self._known[key]

    # --- writing --------------------------------------------------------------------------------

    def insert(self, *new: Row) -> None:
        """Insert rows."""
        for row in new:
            self._check(row)
            self._of(row).insert(row)
            self._known[type(row), codec(type(row)).key_of(row)] = row

    def insert_missing(self, *new: Row) -> None:
        """Insert rows where there is none with their key; an existing one stays as it is."""
        for row in new:
            self._check(row)
            self._of(row).insert_missing(row)

    def update(self, row: Row, *names: str) -> None:
        """Write attributes of a row (all, where none is named) as they are when the block ends."""
        self._check(row)
        kind = codec(type(row)).kind
        self._assert_held(row)
        self._of(row).update(row, names or [name for name in kind.fields if name not in kind.key])

    def update_where(self, row: type[Row], changes: dict[str, Any], **where: Any) -> None:
        """Set attributes of all rows that fulfil the conditions, without reading them."""
        found = terms(where)
        assert "search" not in codec(row).columns_of(changes), "update searchable rows one by one"
        if found is not None:
            self.pending.setdefault(row, Pending(row)).update_where(found, changes)

    def delete(self, *gone: Row) -> None:
        """Delete rows by their keys."""
        for row in gone:
            self._check(row)
            self._of(row).delete(row)

    def delete_where(self, row: type[Row], **where: Any) -> None:
        """Delete all rows that fulfil the conditions."""
        found = terms(where)
        if found is not None:
            self.pending.setdefault(row, Pending(row)).delete_where(found)

    def take(self, row: Row, **guard: Any) -> None:
        """Delete a row that must still be there, with the values in ``guard``, when writing.

        The guard of a job: ``tx.take(job, lease=lease)``. Raises Lost at the end of the block if
        it is not.
        """
        self._check(row)
        self.takes.append((row, guard))
        self._of(row).take(row)

    def put(self, row: Row) -> None:
        """Insert a row, or replace the one with its key."""
        self._check(row)
        self._assert_held(row)
        self._of(row).put(row)
        self._known[type(row), codec(type(row)).key_of(row)] = row

    def lost(self, row: type[Row], row_id: str) -> Lost:
        """The error to raise when a row to be taken is not even there."""
        del row, row_id
        return Lost()

    def next_number(self, name: str, year: int) -> int:
        """The next number under ``name`` in ``year``: no gaps, no doubles."""
        sequence = self._numbers.get((name, year))
        if sequence is None:
            sequence = self._lock(rows.Sequence, {"name": name, "year": year})
            if sequence is None:
                sequence = rows.Sequence(tenant=self.tenant, name=name, year=year)
                self.insert(sequence)
            self._numbers[name, year] = sequence
        sequence.value += 1
        self.update(sequence, "value")
        return sequence.value

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Call ``hook`` once everything is kept; never called when it is not."""
        self.hooks.append(hook)

    # --- for the store --------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether there is nothing to write."""
        return not self.takes and not any(changes.any for changes in self.pending.values())

    def commit(self) -> None:
        """Write everything and make it last."""
        self.begun = True
        self._link.begin_write()
        flush(self, self._link, self._statements)
        self._link.commit()

    def rollback(self) -> None:
        """Undo what was written."""
        self._link.rollback()

    def _of(self, row: R) -> Pending[R]:
        return self.pending.setdefault(type(row), Pending(type(row)))

    def _check(self, row: Row) -> None:
        assert row.tenant == self.tenant, "a row of another tenant"

    def _assert_held(self, row: Row) -> None:
        if isinstance(row, _OF_A_CASE) and row.root_id not in self.held_cases:
            made_here = self.pending[Instance].inserts if Instance in self.pending else {}
            assert (self.tenant, row.root_id) in made_here, (
                f"{type(row).__name__} changed without lock_case({row.root_id!r})"
            )

    def at_rest(self) -> Iterable[bool]:
        """For every held case: whether its version still is the one that was read."""
        if not self._database.locks_rows:
            for case in self.held_cases.values():
                found = terms({"id": case.id}) or ()
                lines = self._fetch(Instance, ("version",), found, (), None)
                yield bool(lines) and lines[0][0] == case.version

    def unchanged(self) -> Iterable[bool]:
        """For every row held by ``lock`` that is about to be changed: whether it is as read."""
        for (row, key), cells in self.watched.items():
            changes = self.pending.get(row)
            if changes is None or not (key in changes.updates or key in changes.deletes):
                continue
            of = codec(row)
            found = terms(dict(zip(of.kind.key[1:], key[1:], strict=True))) or ()
            now = self._fetch(row, of.fields, found, (), None)
            yield bool(now) and tuple(now[0]) == cells
