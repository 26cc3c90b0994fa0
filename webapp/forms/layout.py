"""form-js lays fields out on 16 columns; Bootstrap on 12."""

from __future__ import annotations

from collections.abc import Sequence

_FROM, _TO = 16, 12


def spans(columns: Sequence[int | None]) -> tuple[int | None, ...]:
    """Bootstrap's spans for the fields of one row, None for those that share what is left.

    A row that filled 16 columns fills 12: what rounding leaves goes to the fields it hurt most.
    """
    exact = [None if c is None else max(1.0, c * _TO / _FROM) for c in columns]
    whole = [None if e is None else int(e) for e in exact]
    given = [(e - int(e), i) for i, e in enumerate(exact) if e is not None]
    room = round(sum(e for e in exact if e is not None)) - sum(w for w in whole if w is not None)
    for _, index in sorted(given, key=lambda pair: (-pair[0], pair[1]))[: max(0, room)]:
        current = whole[index]
        whole[index] = None if current is None else current + 1
    return tuple(whole)
