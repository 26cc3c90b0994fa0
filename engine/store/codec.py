"""Rows to database values and back, prepared once a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Generic, TypeVar

from engine.model.rows import Row
from engine.store import coding
from engine.store.schema import KINDS, Kind, searchable

R = TypeVar("R", bound=Row)


class Codec(Generic[R]):
    """How one dataclass travels."""

    def __init__(self, kind: Kind) -> None:
        self.row: Callable[..., R] = kind.row  # type: ignore[assignment]  # KINDS maps by class
        self._new: Callable[..., R] = kind.row.__new__
        self.kind = kind
        self.fields = kind.fields
        self.position = {name: number for number, name in enumerate(kind.fields)}
        self.key_of: Callable[[R], tuple[Any, ...]] = attrgetter(*kind.key)
        self._all = attrgetter(*kind.fields)
        self._decoders = tuple(
            (position, decoder)
            for position, name in enumerate(kind.fields)
            if (decoder := _decoder(kind, name)) is not None
        )
        self._json = tuple(i for i, name in enumerate(kind.fields) if name in kind.json)
        self.insert_columns = tuple(column.name for column in kind.table.columns)
        self._columns: dict[frozenset[str], tuple[str, ...]] = {}
        self._search_at = self.insert_columns.index("search") if kind.search else None

    def make(self, values: Sequence[Any]) -> R:
        """A row from the values of its columns, in the order of ``fields``."""
        cells = list(values)
        for position, decode in self._decoders:
            cell = cells[position]
            if cell is not None:
                cells[position] = decode(cell)
        # As the dataclass's own __init__ would, at a third of its cost: every field has a value.
        made = self._new(self.row)
        for name, cell in zip(self.fields, cells, strict=True):
            setattr(made, name, cell)
        return made

    def cells(self, row: R) -> list[Any]:
        """All values of a row as the database takes them, in the order of ``insert_columns``."""
        cells = list(self._all(row))
        for position in self._json:
            cell = cells[position]
            if cell is not None:
                cells[position] = coding.dump(cell)
        if self._search_at is not None:
            cells.insert(self._search_at, self.search(row))
        return cells

    def search(self, row: R) -> str:
        """The text that searches look through."""
        return searchable(*(getattr(row, name) for name in self.kind.search))

    def columns_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The columns an update of these attributes sets, in table order."""
        key = frozenset(names)
        found = self._columns.get(key)
        if found is None:
            found = self._columns[key] = self._columns_of(key)
        return found

    def _columns_of(self, names: frozenset[str]) -> tuple[str, ...]:
        wanted = set(names)
        unknown = wanted - set(self.fields)
        if unknown or wanted & set(self.kind.key):
            raise ValueError(f"{self.kind.table.name}: no changeable column {sorted(wanted)}")
        if wanted & set(self.kind.search):
            wanted.add("search")
        return tuple(name for name in self.insert_columns if name in wanted)

    def cell(self, row: R, name: str) -> Any:
        """One value of a row as the database takes it."""
        if name == "search":
            return self.search(row)
        return self.encode(name, getattr(row, name))

    def encode(self, name: str, value: Any) -> Any:
        """One value as the database takes it."""
        if value is not None and name in self.kind.json:
            return coding.dump(value)
        return value

    def decode(self, name: str, value: Any) -> Any:
        """One value as the product takes it."""
        decoder = _decoder(self.kind, name)
        return value if value is None or decoder is None else decoder(value)


def _decoder(kind: Kind, name: str) -> Callable[[Any], Any] | None:
    if name in kind.json:
        return coding.load
    return bool if name in kind.flags else None


_CODECS: dict[type[Row], Codec[Any]] = {row: Codec(kind) for row, kind in KINDS.items()}


def codec(row: type[R]) -> Codec[R]:
    """The codec of a dataclass."""
    return _CODECS[row]


class Light(Generic[R]):
    """Rows for lists: some columns are left in the database, their attributes at the default."""

    def __init__(self, row: type[R], left_out: tuple[str, ...]) -> None:
        kind = KINDS[row]
        self.fields = tuple(name for name in kind.fields if name not in left_out)
        self._row = row
        self._decoders = tuple(
            (position, decoder)
            for position, name in enumerate(self.fields)
            if (decoder := _decoder(kind, name)) is not None
        )

    def all(self, lines: Iterable[Sequence[Any]]) -> list[R]:
        """Rows from the values of ``fields``."""
        return [self._make(line) for line in lines]

    def _make(self, line: Sequence[Any]) -> R:
        cells = list(line)
        for position, decode in self._decoders:
            cell = cells[position]
            if cell is not None:
                cells[position] = decode(cell)
        return self._row(**dict(zip(self.fields, cells, strict=True)))


@cache
def light(row: type[R], *left_out: str) -> Light[R]:
    """How rows of lists are made without their big columns."""
    return Light(row, left_out)
