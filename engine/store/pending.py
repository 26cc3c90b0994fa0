"""What a transaction is going to write to one table, and how its own reads see that already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from engine.model.rows import Row
from engine.store.codec import codec
from engine.store.where import Term, holds

R = TypeVar("R", bound=Row)
Key = tuple[Any, ...]


class Pending(Generic[R]):
    """Changes to the rows of one table, net: a row inserted and deleted again is neither."""

    def __init__(self, row: type[R]) -> None:
        self.codec = codec(row)
        self.inserts: dict[Key, R] = {}
        self.missing: dict[Key, R] = {}
        self.puts: dict[Key, R] = {}
        self.updates: dict[Key, tuple[R, set[str]]] = {}
        self.deletes: dict[Key, R] = {}
        self.taken: set[Key] = set()
        self.deletes_where: list[tuple[Term, ...]] = []
        self.updates_where: list[tuple[tuple[Term, ...], dict[str, Any]]] = []

    def insert(self, row: R) -> None:
        """Insert a new row."""
        key = self.codec.key_of(row)
        assert key not in self.inserts, f"inserted twice: {key}"
        self.inserts[key] = row

    def insert_missing(self, row: R) -> None:
        """Insert a row unless there is one with its key."""
        key = self.codec.key_of(row)
        if key not in self.inserts:
            self.missing.setdefault(key, row)

    def put(self, row: R) -> None:
        """Insert a row or replace the one with its key."""
        key = self.codec.key_of(row)
        self.updates.pop(key, None)
        if key in self.inserts:
            self.inserts[key] = row
        else:
            self.puts[key] = row

    def update(self, row: R, names: Iterable[str]) -> None:
        """Write some attributes of a row, with the values they have at the end."""
        key = self.codec.key_of(row)
        if key in self.inserts:
            assert self.inserts[key] is row, f"two objects for one row: {key}"
            return
        if self.puts.get(key) is row:
            return
        known, fields = self.updates.setdefault(key, (row, set()))
        assert known is row, f"two objects for one row: {key}"
        fields.update(names)

    def delete(self, row: R) -> None:
        """Delete a row."""
        key = self.codec.key_of(row)
        self.updates.pop(key, None)
        self.missing.pop(key, None)
        self.puts.pop(key, None)
        if self.inserts.pop(key, None) is None:
            self.deletes[key] = row

    def take(self, row: R) -> None:
        """A row whose deletion is demanded elsewhere: hide it, and drop its changes."""
        key = self.codec.key_of(row)
        assert key not in self.inserts, "a job cannot be taken by who inserts it"
        self.updates.pop(key, None)
        self.taken.add(key)

    def delete_where(self, found: tuple[Term, ...]) -> None:
        """Delete all rows that fulfil conditions, those to be inserted included."""
        for changes in (self.inserts, self.missing, self.puts):
            for key in [key for key, row in changes.items() if holds(row, found)]:
                del changes[key]
        for key in [key for key, (row, _) in self.updates.items() if holds(row, found)]:
            row, _ = self.updates.pop(key)
            self.deletes[key] = row
        self.deletes_where.append(found)

    def update_where(self, found: tuple[Term, ...], changes: dict[str, Any]) -> None:
        """Set attributes of all rows that fulfil conditions, those to be inserted included."""
        for row in (*self.inserts.values(), *self.missing.values(), *self.puts.values()):
            _change(row, found, changes)
        for row, _ in self.updates.values():
            _change(row, found, changes)
        self.updates_where.append((found, changes))

    def overlay(self, stored: Iterable[R], found: Sequence[Term]) -> list[R]:
        """The rows that fulfil the conditions as if everything pending were written."""
        seen: dict[Key, R] = {}
        for row in stored:
            key = self.codec.key_of(row)
            if (
                key in self.deletes
                or key in self.taken
                or any(holds(row, gone) for gone in self.deletes_where)
            ):
                continue
            for condition, changes in self.updates_where:
                _change(row, condition, changes)
            seen[key] = row
        for key, (row, _) in self.updates.items():
            seen[key] = row
        for key, row in self.missing.items():
            seen.setdefault(key, row)
        seen.update(self.puts)
        seen.update(self.inserts)
        return [row for row in seen.values() if holds(row, found)]

    @property
    def any(self) -> bool:
        """Whether there is anything to write (what is taken is written elsewhere)."""
        return self._others or bool(self.updates)

    @property
    def loud(self) -> bool:
        """Whether anything is to be written that others who look at the case should notice."""
        return self._others or any(names != {"drafted"} for _, names in self.updates.values())

    @property
    def _others(self) -> bool:
        return bool(
            self.inserts
            or self.missing
            or self.puts
            or self.deletes
            or self.deletes_where
            or self.updates_where
        )

    @property
    def inserts_apart(self) -> bool:
        """Whether what is inserted needs no key of what is deleted.

        Updates are no matter: they touch no row that is inserted, and keys are never changed.
        """
        if not (self.deletes or self.deletes_where or self.taken):
            return True
        return not self.codec.kind.unique and not any(
            key in self.deletes
            or key in self.taken
            or any(holds(row, gone) for gone in self.deletes_where)
            for key, row in self.inserts.items()
        )

    @property
    def size(self) -> int:
        """How many rows a limited query might lose to pending changes."""
        return len(self.deletes) + len(self.updates) + len(self.taken)


def _change(row: Row, found: Sequence[Term], changes: dict[str, Any]) -> None:
    if holds(row, found):
        for name, value in changes.items():
            setattr(row, name, value)


def sort(found: list[R], order: Sequence[str]) -> list[R]:
    """Sort rows as the database would; unknown values come last either way."""
    for name in reversed(order):
        downwards = name.startswith("-")
        column = name.removeprefix("-")
        known = [row for row in found if getattr(row, column) is not None]
        unknown = [row for row in found if getattr(row, column) is None]
        known.sort(key=lambda row: getattr(row, column), reverse=downwards)
        found = known + unknown
    return found
