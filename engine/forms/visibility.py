"""Which fields are there, and with what values: conditions and computed fields, settled.

A condition may look at an answer that another condition hides, so one pass over the form is not
enough. Passes are repeated, each seeing the values the last one left, until nothing changes; a
form whose conditions go in a circle is refused when it is read, so that few passes suffice. What
is settled this way settles at once when it is looked at again: taken answers are taken again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.forms import limits
from engine.forms.components import as_option
from engine.forms.expressions import Formula, FormulaFailed, Scope
from engine.forms.places import dig, put, rows_of
from engine.forms.prefill import first_value
from engine.forms.schema import ANSWERED, CHOICES, INPUTS, Component, Kind, Option
from engine.forms.values import Bad, FileRef, empty, typed

_PASSES = limits.CONDITION_CHAIN + 4
_FAILURES = 20


@dataclass(kw_only=True)
class Seen:
    """One visible component with its value, before texts and limits are worked out."""

    component: Component
    path: str
    scope: Scope
    value: object = None
    raw: object = None
    bad: Bad | None = None
    options: tuple[Option, ...] = ()
    readonly: bool = False
    disabled: bool = False
    multiple: bool = False
    children: list[Seen] = field(default_factory=list)
    rows: list[SeenRow] = field(default_factory=list)
    overflow: int = 0


@dataclass
class SeenRow:
    """One row of a repeating group; a blank one is shown but is no answer."""

    seen: list[Seen]
    blank: bool


@dataclass
class Settled:
    """The outcome: what is seen, the answers that count, and formulas that failed by path."""

    seen: list[Seen]
    data: dict[str, Any]
    failures: dict[str, FormulaFailed]
    stable: bool


class Calculator:
    """Evaluates formulas at one moment; stops trying once too many have failed."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.failures: dict[str, FormulaFailed] = {}

    def value(self, formula: Formula, scope: Scope, path: str) -> object:
        """The formula's value, None when it fails (and the failure is kept)."""
        if len(self.failures) >= _FAILURES:
            return None
        try:
            return formula.value(scope, self.now)
        except FormulaFailed as exc:
            self.failures.setdefault(path, exc)
            return None

    def flag(self, given: bool | Formula, scope: Scope, path: str) -> bool:
        """A boolean that may be computed."""
        return given if isinstance(given, bool) else self.value(given, scope, path) is True


def settle(
    components: Sequence[Component],
    answers: object,
    context: Mapping[str, object],
    now: datetime,
    files: Mapping[str, FileRef] | None = None,
    *,
    computes: bool = True,
) -> Settled:
    """Evaluate conditions until nothing changes; at once where no formula ``computes``."""
    data: dict[str, Any] = {}
    for turn in range(_PASSES):
        one = _Pass(components, context, Calculator(now), files, data, conditions=turn > 0)
        seen, found = one.run(answers)
        if not computes or (turn > 0 and found == data):
            return Settled(seen, _counted(components, found), one.calculator.failures, True)
        data = found
    return Settled(seen, _counted(components, data), one.calculator.failures, False)


class _Pass:
    """One look at the whole form, with the values of the pass before."""

    def __init__(
        self,
        components: Sequence[Component],
        context: Mapping[str, object],
        calculator: Calculator,
        files: Mapping[str, FileRef] | None,
        before: Mapping[str, Any],
        *,
        conditions: bool,
    ) -> None:
        self.components = components
        self.context = context
        self.calculator = calculator
        self.files = files
        self.before = before
        self.conditions = conditions

    def run(self, answers: object) -> tuple[list[Seen], dict[str, Any]]:
        """What is seen, and the values found."""
        counted = _counted(self.components, self.before)
        scope = {**self.context, **_own_names(self.components), **counted}
        data: dict[str, Any] = {}
        level = _Level(answers, self.context, scope, "", data, (), self.before)
        return [*self._level(self.components, level)], data

    def _level(self, components: Sequence[Component], level: _Level) -> list[Seen]:
        seen = []
        for each in components:
            path = level.path(each)
            if not self._hidden(each, path, level):
                seen.append(self._component(each, path, level))
        return seen

    def _hidden(self, each: Component, path: str, level: _Level) -> bool:
        if not self.conditions or each.hide is None:
            return False
        return self.calculator.value(each.hide, level.scope, path) is True

    def _component(self, each: Component, path: str, level: _Level) -> Seen:
        one = Seen(component=each, path=path, scope=level.scope)
        if each.kind in ANSWERED:
            one.readonly = level.fixed or self._flag(each.readonly, one)
            one.disabled = self._flag(each.disabled, one)
        if each.kind is Kind.GROUP:
            one.children = self._level(each.components, level.group(each))
        elif each.kind is Kind.DYNAMICLIST:
            self._rows(one, level)
        elif each.kind is Kind.EXPRESSION:
            self._computed(one, level)
        elif each.kind in ANSWERED:
            self._input(one, level)
        return one

    def _flag(self, given: bool | Formula, one: Seen) -> bool:
        if isinstance(given, Formula) and not self.conditions:
            return False
        return self.calculator.flag(given, one.scope, one.path)

    def _input(self, one: Seen, level: _Level) -> None:
        each = one.component
        one.multiple = self._flag(each.multiple, one)
        one.options, known = self._options(one)
        if one.readonly or one.disabled:
            # Nobody may change it here, so what the page sends is not looked at.
            kept = dig(level.context, level.steps(each))
            one.raw = first_value(each) if kept is None else kept
            result = typed(each, one.raw, multiple=one.multiple)
            one.value = one.raw if isinstance(result, Bad) else result
        else:
            one.raw = dig(level.answers, level.steps(each))
            result = typed(
                each,
                one.raw,
                options=one.options if known else None,
                multiple=one.multiple,
                files=self.files,
            )
            one.bad = result if isinstance(result, Bad) else None
            one.value = None if isinstance(result, Bad) else result
        put(level.data, level.steps(each), one.value)

    def _options(self, one: Seen) -> tuple[tuple[Option, ...], bool]:
        """The choices, and whether they are known yet."""
        each = one.component
        if each.kind not in CHOICES or each.picker is not None:
            return (), False
        if each.options.fixed:
            return each.options.fixed, True
        if each.options.formula is not None:
            if not self.conditions:
                return (), False
            found = self.calculator.value(each.options.formula, one.scope, one.path)
        else:
            found = dig(one.scope, each.options.key)
        return _as_options(found), True

    def _computed(self, one: Seen, level: _Level) -> None:
        formula = one.component.formula
        if self.conditions and formula is not None:
            one.value = self.calculator.value(formula, one.scope, one.path)
        put(level.data, level.steps(one.component), one.value)

    def _rows(self, one: Seen, level: _Level) -> None:
        each, steps = one.component, level.steps(one.component)
        fixed = one.readonly or one.disabled
        kept = rows_of(dig(level.context, steps))
        one.raw = dig(level.answers, steps)
        raws = kept if fixed else rows_of(one.raw)
        if not fixed and not isinstance(one.raw, (list, tuple, type(None))):
            one.bad = Bad("list.type", one.raw)
        one.overflow = max(0, len(raws) - limits.ROWS_EVER)
        before = rows_of(dig(level.before, steps))
        count, data = 0, []
        for index, raw in enumerate(raws[: limits.ROWS_EVER]):
            row: dict[str, Any] = {}
            inner = level.row(
                f"{one.path}[{index}]",
                answers=raw,
                context=kept[index] if index < len(kept) else None,
                before=before[index] if index < len(before) else None,
                scope=_row_scope(each, level.scope, before, index, count),
                data=row,
                fixed=fixed,
            )
            seen = self._level(each.components, inner)
            is_blank = each.resizable and not fixed and _blank(each.components, row)
            count += not is_blank
            one.rows.append(SeenRow(seen, is_blank))
            data.append(row)
        one.value = data
        put(level.data, steps, data)


@dataclass
class _Level:
    """One nesting of the answers: the page itself, a group in it, or a row."""

    answers: object
    context: object
    scope: Scope
    prefix: str
    data: dict[str, Any]
    above: tuple[str, ...]
    before: object
    fixed: bool = False

    def steps(self, component: Component) -> tuple[str, ...]:
        return self.above + component.steps

    def path(self, component: Component) -> str:
        steps = self.steps(component) if component.steps else ()
        return ".".join(([self.prefix] if self.prefix and steps else []) + list(steps))

    def group(self, component: Component) -> _Level:
        return _Level(
            self.answers,
            self.context,
            self.scope,
            self.prefix,
            self.data,
            self.above + component.steps,
            self.before,
            self.fixed,
        )

    def row(
        self,
        prefix: str,
        *,
        answers: object,
        context: object,
        before: object,
        scope: Scope,
        data: dict[str, Any],
        fixed: bool,
    ) -> _Level:
        return _Level(answers, context, scope, prefix, data, (), before, self.fixed or fixed)


def _own_names(components: Sequence[Component]) -> dict[str, object]:
    """The form's own names, empty: they hide variables of the same name, answered or not."""
    names: dict[str, object] = {}
    for each in components:
        if each.steps:
            names[each.steps[0]] = None
        elif each.kind is Kind.GROUP:
            names.update(_own_names(each.components))
    return names


def _row_scope(
    component: Component, outer: Scope, before: list[object], index: int, count: int
) -> Scope:
    row = before[index] if index < len(before) else None
    data = _counted(component.components, row) if isinstance(row, dict) else {}
    above = outer.get("i")
    number: object = count + 1
    if above is not None:
        number = [*(above if isinstance(above, list) else [above]), count + 1]
    return {
        **outer,
        **_own_names(component.components),
        **data,
        "this": data,
        "parent": outer,
        "i": number,
    }


def _blank(components: Sequence[Component], row: object) -> bool:
    """Whether nobody wrote anything into a row."""
    for each in components:
        value = dig(row, each.steps)
        if each.kind is Kind.GROUP:
            if not _blank(each.components, value):
                return False
        elif each.kind is Kind.DYNAMICLIST:
            if not all(_blank(each.components, inner) for inner in rows_of(value)):
                return False
        elif each.kind in INPUTS and not empty(each.kind, value):
            return False
    return True


def _counted(components: Sequence[Component], data: object) -> dict[str, Any]:
    """The same data without blank rows, which are no answers."""
    if not isinstance(data, dict):
        return {}
    if not any(each.kind in (Kind.DYNAMICLIST, Kind.GROUP) for each in components):
        return data
    return _without_blank(components, data)


def _without_blank(components: Sequence[Component], data: dict[str, Any]) -> dict[str, Any]:
    result = dict(data)
    for each in components:
        if each.kind is Kind.GROUP and each.steps:
            below = dig(result, each.steps)
            if isinstance(below, dict):
                _put_copy(result, each.steps, _without_blank(each.components, below))
        elif each.kind is Kind.GROUP:
            result = _without_blank(each.components, result)
        elif each.kind is Kind.DYNAMICLIST:
            rows = dig(result, each.steps)
            if isinstance(rows, list):
                _put_copy(result, each.steps, _rows_without_blank(each, rows))
    return result


def _rows_without_blank(component: Component, rows: list[Any]) -> list[Any]:
    droppable = component.resizable and component.readonly is not True
    return [
        _without_blank(component.components, row) if isinstance(row, dict) else row
        for row in rows
        if not (droppable and _blank(component.components, row))
    ]


def _put_copy(data: dict[str, Any], steps: tuple[str, ...], value: object) -> None:
    """Like put, but leaves the dictionaries it passes through as they were elsewhere."""
    for step in steps[:-1]:
        data[step] = dict(data[step])
        data = data[step]
    data[steps[-1]] = value


def _as_options(found: object) -> tuple[Option, ...]:
    options = (as_option(each) for each in rows_of(found)[: limits.FORM_OPTIONS])
    return tuple(each for each in options if each is not None)
