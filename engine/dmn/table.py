"""Decision tables at work: which rules hold, and what the hit policy makes of them (DMN 1.5, 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine import feel
from engine.dmn.code import Place
from engine.dmn.model import Aggregation, HitPolicy
from engine.dmn.outcome import Fired
from engine.dmn.run import Code, Run, Scope
from engine.feel.values import Context

_EQUAL = feel.compile("a = b", names=frozenset({"a", "b"}))
_WITHIN = feel.compile("a in b", names=frozenset({"a", "b"}))
_AGGREGATES = {
    "SUM": feel.compile("sum(a)", names=frozenset({"a"})),
    "MIN": feel.compile("min(a)", names=frozenset({"a"})),
    "MAX": feel.compile("max(a)", names=frozenset({"a"})),
}
_SINGLE = frozenset({"UNIQUE", "ANY", "PRIORITY", "FIRST"})


@dataclass(frozen=True, slots=True)
class Test:
    """One cell of an input column; None matches everything."""

    expression: feel.Expression | None
    where: str


@dataclass(frozen=True, slots=True)
class InputColumn:
    """The expression of a column, and the values it is expected to have."""

    value: Code
    place: Place
    expected: Test | None = None


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of results; ``ranks`` are its values, the most important first."""

    name: str
    place: Place
    ranks: tuple[object, ...] = ()
    listed: bool = False
    """Whether the column itself lists its values, so that others are worth a word."""
    default: Code | None = None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule."""

    id: str
    tests: tuple[Test, ...]
    outputs: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that held, and its outputs column by column."""

    rule: RuleRow
    values: tuple[object, ...]


@dataclass(frozen=True)
class Table:
    """A compiled decision table; calling it evaluates it."""

    place: Place
    policy: HitPolicy
    aggregation: Aggregation
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rules: tuple[RuleRow, ...]

    def __call__(self, scope: Scope, run: Run) -> object:
        """The table's value in ``scope``; the rules that held are noted in ``run``."""
        run.meter.tick(1 + len(self.rules))
        values, fits = self._inputs(scope, run)
        rules = self._matching(values, scope, run) if fits else []
        run.held(
            Fired(
                decision=run.decision,
                table=self.place.where,
                rules=tuple(rule.id for rule in rules),
                inputs=tuple(values),
                cells=self._cells(values, scope, run) if run.explains else {},
            )
        )
        if not fits:
            return None
        if not rules:
            return self.place.fit(self._none(scope, run), run)
        return self.place.fit(self._result(rules, scope, run), run)

    # ------------------------------------------------------------------ matching

    def _inputs(self, scope: Scope, run: Run) -> tuple[list[object], bool]:
        """The columns' values as far as they were made, and whether all are allowed."""
        values: list[object] = []
        for column in self.inputs:
            value = column.value(scope, run)
            values.append(value)
            expected = column.expected
            if expected is not None and not self._holds(expected, value, scope, run):
                run.note(
                    "dmn-input-value",
                    column.place.where,
                    f"输入值 {feel.format_value(value)} 不在该列允许的取值之内，决策表结果为空值。",
                    f"The input {feel.format_value(value)} is none of the values the column "
                    "allows; the table yields null.",
                )
                return values, False
        return values, True

    def _cells(self, values: list[object], scope: Scope, run: Run) -> dict[str, tuple[bool, ...]]:
        """Of each rule, which of its tests hold."""
        with run.hushed():
            return {
                rule.id: tuple(
                    self._holds(test, value, scope, run)
                    for test, value in zip(rule.tests, values, strict=False)
                )
                for rule in self.rules
            }

    def _matching(self, values: list[object], scope: Scope, run: Run) -> list[RuleRow]:
        matching = []
        for rule in self.rules:
            if all(
                test.expression is None or self._holds(test, value, scope, run)
                for test, value in zip(rule.tests, values, strict=False)
            ):
                matching.append(rule)
                if self.policy == "FIRST":
                    break
        return matching

    @staticmethod
    def _holds(test: Test, value: object, scope: Scope, run: Run) -> bool:
        if test.expression is None:
            return True
        return run.evaluate(test.expression, scope, test.where, value) is True

    # ------------------------------------------------------------------ results

    def _none(self, scope: Scope, run: Run) -> object:
        """What comes out when no rule holds."""
        if any(column.default is not None for column in self.outputs):
            values = tuple(
                None
                if column.default is None
                else column.place.fit(column.default(scope, run), run)
                for column in self.outputs
            )
            return self._shape(values)
        if self.aggregation == "COUNT":
            return Decimal(0)
        if self.policy not in _SINGLE and not self.aggregation:
            return []
        run.note(
            "dmn-no-rule",
            self.place.where,
            "没有规则命中，也没有默认输出，结果为空值。",
            "No rule holds and there is no default output: null.",
        )
        return None

    def _result(self, rules: Sequence[RuleRow], scope: Scope, run: Run) -> object:
        if self.policy == "UNIQUE" and len(rules) > 1:
            self._ambiguous(rules, run)
            return None
        hits = [Hit(rule, self._values(rule, scope, run)) for rule in rules]
        match self.policy:
            case "UNIQUE" | "FIRST":
                return self._shape(hits[0].values)
            case "ANY":
                return self._any(hits, run)
            case "PRIORITY":
                return self._shape(self._ranked(hits)[0].values)
            case "OUTPUT ORDER":
                return [self._shape(hit.values) for hit in self._ranked(hits)]
            case "RULE ORDER":
                return [self._shape(hit.values) for hit in hits]
            case "COLLECT":
                return self._collect(hits, run)

    def _values(self, rule: RuleRow, scope: Scope, run: Run) -> tuple[object, ...]:
        values = []
        for column, output in zip(self.outputs, rule.outputs, strict=False):
            value = column.place.fit(output(scope, run), run)
            if column.listed and _rank(value, column.ranks) == len(column.ranks):
                run.note(
                    "dmn-output-value",
                    column.place.where,
                    f"第 {self._number(rule)} 条规则的输出 {feel.format_value(value)} "
                    "不在该列列出的取值之内。",
                    f"The output {feel.format_value(value)} of rule {self._number(rule)} is none "
                    "of the values the column lists.",
                )
            values.append(value)
        return tuple(values)

    def _shape(self, values: tuple[object, ...]) -> object:
        """One output is a value, several are a context."""
        if len(self.outputs) == 1:
            return values[0]
        return Context(
            (column.name, value) for column, value in zip(self.outputs, values, strict=True)
        )

    def _any(self, hits: Sequence[Hit], run: Run) -> object:
        first = self._shape(hits[0].values)
        for hit in hits[1:]:
            other = self._shape(hit.values)
            if _EQUAL.evaluate({"a": first, "b": other}) is not True:
                self._ambiguous([hit.rule for hit in hits], run)
                return None
        return first

    def _ranked(self, hits: Sequence[Hit]) -> list[Hit]:
        def rank(hit: Hit) -> tuple[int, ...]:
            return tuple(
                _rank(value, column.ranks)
                for value, column in zip(hit.values, self.outputs, strict=True)
            )

        return sorted(hits, key=rank)

    def _collect(self, hits: Sequence[Hit], run: Run) -> object:
        if not self.aggregation:
            return [self._shape(hit.values) for hit in hits]
        if self.aggregation == "COUNT":
            return Decimal(len(hits))
        aggregate = _AGGREGATES[self.aggregation]
        return self._shape(
            tuple(
                aggregate.evaluate({"a": list(column)})
                for column in zip(*(hit.values for hit in hits), strict=True)
            )
        )

    def _number(self, rule: RuleRow) -> int:
        """The place of a rule, from 1: what people see beside it."""
        return self.rules.index(rule) + 1

    def _ambiguous(self, rules: Sequence[RuleRow], run: Run) -> None:
        named = ", ".join(str(self._number(rule)) for rule in rules[:5])
        if self.policy == "UNIQUE":
            zh, en = "命中策略为唯一，却有多条规则同时命中", "Several rules hold in a unique table"
        else:
            zh, en = "同时命中的规则输出不一致", "The rules that hold disagree"
        run.note(
            "dmn-ambiguous",
            self.place.where,
            f"{zh}（第 {named} 条），结果为空值。请修改规则使其不重叠。",
            f"{en} (rules {named}): null. Change the rules so that they do not overlap.",
        )


def _rank(value: object, ranks: Sequence[object]) -> int:
    """The place of ``value`` among ``ranks``, behind them all when it is none of them."""
    for index, candidate in enumerate(ranks):
        if _WITHIN.evaluate({"a": value, "b": candidate}) is True:
            return index
    return len(ranks)
