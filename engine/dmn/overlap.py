"""Rules of a unique table that may hold together, found by trying values on both.

For each column a handful of telling values is made from the literals in its cells: the literals,
the ends of ranges, something between and beyond them. Two rules overlap when in every column some
value satisfies both. Columns are taken as independent of each other, hence *may*. Cells that
depend on more than their own column's value are satisfied by nothing here, so they never warn.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from engine import feel
from engine.dmn import model
from engine.dmn.run import within
from engine.errors import BudgetExceeded
from engine.feel.temporal import Date
from engine.feel.values import FeelRange

_MOST_REPORTED: Final = 20
_MOST_RULES: Final = 400
_MOST_TRIALS: Final = 4_000
_BUDGET: Final = feel.Budget(steps=200_000, size=10_000, seconds=1.0)
OTHER: Final = "其他值"
"""Stands for every text that no cell names."""


def overlaps(table: model.DecisionTable) -> Iterator[tuple[int, int]]:
    """Pairs of numbers (from 1) of rules that may hold together, at most twenty."""
    if not table.inputs or len(table.rules) > _MOST_RULES:
        return
    masks: list[list[int] | None] = []
    try:
        within(_BUDGET, lambda run: masks.extend(_columns(table)))
    except BudgetExceeded:
        return
    if any(mask is None for mask in masks):
        return
    found = 0
    rows = list(zip(*filter(None, masks), strict=True))
    for number, mine in enumerate(rows, 1):
        for other, theirs in enumerate(rows[number:], number + 1):
            if all(left & right for left, right in zip(mine, theirs, strict=True)):
                yield number, other
                found += 1
                if found == _MOST_REPORTED:
                    return


def _columns(table: model.DecisionTable) -> Iterator[list[int] | None]:
    return (
        column_masks(table, index, column_values(table, index))
        for index in range(len(table.inputs))
    )


def column_values(table: model.DecisionTable, index: int) -> list[object]:
    """The values to try in a column: those it lists, else what tells its cells apart."""
    expected = table.inputs[index].values
    listed = expected.text if expected is not None else ""
    if listed:
        return list(literals([listed])) or [None]
    cells = (rule.tests[index : index + 1] for rule in table.rules)
    distinct = {test.text for found in cells for test in found} - {"", "-"}
    return _telling(literals(distinct)) or [None]


def column_masks(table: model.DecisionTable, index: int, values: list[object]) -> list[int] | None:
    """For each rule the values that satisfy its cell, as bits; None when there is too much."""
    if any(index >= len(rule.tests) for rule in table.rules):
        return None
    texts = [rule.tests[index].text for rule in table.rules]
    distinct = {text for text in texts if text not in ("", "-")}
    if len(distinct) * len(values) > _MOST_TRIALS:
        return None
    everything = (1 << len(values)) - 1
    masks = {text: _mask(text, values) for text in distinct}
    return [masks.get(text, everything) for text in texts]


def _mask(text: str, values: list[object]) -> int:
    try:
        test = feel.compile_unary(text)
    except feel.FeelSyntaxError:
        return 0
    mask = 0
    for bit, value in enumerate(values):
        if test.evaluate({}, input=value) is True:
            mask |= 1 << bit
    return mask


def literals(texts: Iterable[str]) -> Iterator[object]:
    """The values written in unary tests, those inside ``not(…)`` too."""
    for text in sorted(texts):
        inner = text.strip()
        if inner.startswith("not(") and inner.endswith(")"):
            inner = inner[4:-1]
        try:
            found = feel.compile(f"[{inner}]").evaluate({})
        except feel.FeelSyntaxError:
            continue
        if isinstance(found, list):
            yield from found


def _telling(literals: Iterable[object]) -> list[object]:
    """Values that tell apart whatever can be told apart by comparing with the literals."""
    numbers: set[Decimal] = set()
    days: set[int] = set()
    others: list[object] = []
    for literal in literals:
        ends = (literal.start, literal.end) if isinstance(literal, FeelRange) else (literal,)
        for end in ends:
            if isinstance(end, Decimal):
                numbers.add(end)
            elif isinstance(end, Date):
                days.add(end.epoch_day())
            elif end is not None and end not in others:
                others.append(end)
    if any(isinstance(value, str) for value in others):
        others.append(OTHER)
    if any(isinstance(value, bool) for value in others):
        others = [*(value for value in others if not isinstance(value, bool)), True, False]
    dates = {day + step for day in days for step in (-1, 0, 1)}
    return [*others, *_around(numbers), *(Date.from_epoch_day(day) for day in sorted(dates))]


def _around(numbers: set[Decimal]) -> list[Decimal]:
    """The numbers, one between each two neighbours, one below and one above."""
    if not numbers:
        return []
    points = sorted(numbers)
    between = [(low + high) / 2 for low, high in itertools.pairwise(points)]
    return [points[0] - 1, *points, *between, points[-1] + 1]
