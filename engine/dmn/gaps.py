"""Values for which no rule of a table holds, found by trying telling values on its cells.

Columns are taken as independent of each other, as in :mod:`engine.dmn.overlap`, hence *may*. Tables
with a cell that depends on more than its own column's value are left alone: of them nothing can be
said. Null is not tried among them: whether an input may be left open is the form's affair. Which columns
hold for nothing when their input is left open is told apart (`unanswered`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from engine import feel
from engine.dmn import model
from engine.dmn.overlap import OTHER, column_masks, column_values
from engine.dmn.run import within
from engine.errors import BudgetExceeded

_MOST_REPORTED: Final = 3
_MOST_RULES: Final = 400
_MOST_STEPS: Final = 20_000
_BUDGET: Final = feel.Budget(steps=200_000, size=10_000, seconds=1.0)
_ONE_ANSWER: Final = frozenset({"UNIQUE", "FIRST", "ANY", "PRIORITY"})

Gap = tuple[tuple[int, object], ...]
"""Columns (by index) and the value in each that together no rule covers; others may be anything."""


def gaps(table: model.DecisionTable) -> tuple[Gap, ...]:
    """Combinations of values for which the table may have no answer, at most three."""
    if not _wants_one(table) or not all(map(_plain, _cells(table))):
        return ()
    found: list[Gap] = []
    try:
        within(_BUDGET, lambda run: found.extend(_found(table)))
    except BudgetExceeded:
        return ()
    return tuple(found)


def unanswered(table: model.DecisionTable) -> tuple[int, ...]:
    """Columns (by index) none of whose cells holds for null: unanswered, the table has no answer."""
    if not _wants_one(table):
        return ()
    found: list[int] = []
    try:
        within(_BUDGET, lambda run: found.extend(_unanswered(table)))
    except BudgetExceeded:
        return ()
    return tuple(found)


def _unanswered(table: model.DecisionTable) -> Iterator[int]:
    for index in range(len(table.inputs)):
        cells = {rule.tests[index].text for rule in table.rules if index < len(rule.tests)}
        if cells & {"", "-"} or not all(map(_own, cells)):
            continue
        masks = column_masks(table, index, [None])
        if masks is not None and not any(masks):
            yield index


def _own(text: str) -> bool:
    """Whether a cell asks for nothing but its column's value."""
    try:
        return not feel.compile_unary(text).names - {"?"}
    except feel.FeelSyntaxError:
        return False


def _wants_one(table: model.DecisionTable) -> bool:
    """Whether a table is one that gives a single answer, and nothing where no rule holds."""
    defaults = any(each.default is not None and each.default.text for each in table.outputs)
    if table.hit_policy not in _ONE_ANSWER or defaults or not table.inputs or not table.rules:
        return False
    return len(table.rules) <= _MOST_RULES


def _cells(table: model.DecisionTable) -> Iterator[str]:
    return (test.text for rule in table.rules for test in rule.tests)


def _plain(text: str) -> bool:
    """Whether a cell looks at nothing but its own column's value."""
    if text in ("", "-"):
        return True
    try:  # what calls its value by name is compared with more than literals
        return "?" not in text and not feel.compile_unary(text).names
    except feel.FeelSyntaxError:
        return False


def _found(table: model.DecisionTable) -> list[Gap]:
    values = [column_values(table, index) for index in range(len(table.inputs))]
    masks = [column_masks(table, index, tried) for index, tried in enumerate(values)]
    if any(mask is None for mask in masks):
        return []
    columns = [
        _classes(tried, mask) for tried, mask in zip(values, masks, strict=True) if mask is not None
    ]
    return list(islice(_Search(columns).uncovered((1 << len(table.rules)) - 1), _MOST_REPORTED))


def _classes(values: list[object], masks: list[int]) -> list[tuple[object, int]]:
    """Values that tell rules apart, each with the rules (as bits) whose cell it satisfies."""
    classes: dict[int, object] = {}
    for bit, value in enumerate(values):
        rules = sum(1 << number for number, mask in enumerate(masks) if mask & (1 << bit))
        classes.setdefault(rules, value)
    return [(value, rules) for rules, value in classes.items()]


class _Search:
    """Walks the columns, keeping the rules that still hold; where none is left there is a gap."""

    def __init__(self, columns: list[list[tuple[object, int]]]) -> None:
        self.columns = columns
        self.steps = 0
        self.covered: set[tuple[int, int]] = set()

    def uncovered(self, rules: int, column: int = 0) -> Iterator[Gap]:
        """The gaps from a column on, given the rules that hold so far."""
        self.steps += 1
        if not rules:
            yield ()
            return
        if column == len(self.columns) or self.steps > _MOST_STEPS:
            return
        if (column, rules) in self.covered:
            return
        whole = True
        classes = self.columns[column]
        for value, holding in classes:
            for gap in self.uncovered(rules & holding, column + 1):
                whole = False
                # A column that tells nothing apart here is not worth a word.
                yield ((column, value), *gap) if len(classes) > 1 else gap
        if whole:
            self.covered.add((column, rules))


def shown(value: object) -> tuple[str, str]:
    """A value as a person reads it, in Chinese and English."""
    if value == OTHER:
        return "其他值", "any other value"
    text = feel.format_literal(value)
    return text, text
