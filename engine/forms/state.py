"""What a form looks like with given answers: everything a page or a check needs, worked out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.forms import limits
from engine.forms.expressions import Formula, FormulaFailed, Scope, Template
from engine.forms.places import put
from engine.forms.schema import ANSWERED, Column, Component, Kind, Option
from engine.forms.values import Bad, FileRef
from engine.forms.visibility import Calculator, Seen, Settled, settle

if TYPE_CHECKING:
    from engine.forms.form import Form

_TABLE_ROWS = 500


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A field's limits with formulas worked out; None or "" where there is none."""

    required: bool = False
    min: Decimal | None = None
    max: Decimal | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_date: str = ""
    max_date: str = ""
    min_items: int | None = None
    max_items: int | None = None


@dataclass(frozen=True, kw_only=True)
class TableView:
    """A read-only table: columns and the plain values of its rows."""

    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a repeating group; ``blank`` ones are shown and dropped."""

    nodes: tuple[Node, ...]
    blank: bool


@dataclass(frozen=True, kw_only=True)
class Node:
    """One visible component.

    ``path`` is where its value lies (``bases[0].title``). ``value`` is what counts: None when
    ``bad`` says that ``raw``, which was answered, is no value of this kind.
    """

    component: Component
    path: str
    label: str
    description: str = ""
    help: str = ""
    text: str = ""
    prefix: str = ""
    suffix: str = ""
    value: object = None
    raw: object = None
    bad: Bad | None = None
    options: tuple[Option, ...] = ()
    limits: Limits = Limits()
    readonly: bool = False
    disabled: bool = False
    multiple: bool = False
    roles: tuple[str, ...] = ()
    unit: str = ""
    table: TableView = TableView()
    children: tuple[Node, ...] = ()
    rows: tuple[Row, ...] = ()
    overflow: int = 0
    broken_rule: str | None = None
    """The message of a cross-field rule that does not hold, None when it holds."""

    @property
    def kind(self) -> Kind:
        """The component's kind."""
        return self.component.kind

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()
        for row in self.rows:
            for node in row.nodes:
                yield from node.walk()


@dataclass(frozen=True, kw_only=True)
class FormState:
    """A form with answers in it."""

    form: Form
    nodes: tuple[Node, ...]
    values: dict[str, Any]
    failures: Mapping[str, FormulaFailed] = field(default_factory=dict)
    stable: bool = True

    def walk(self) -> Iterator[Node]:
        """Every visible node, in the order of the page."""
        for node in self.nodes:
            yield from node.walk()

    def find(self, path: str) -> Node | None:
        """The visible node at ``path`` (``bases[0].title``), None when hidden or unknown."""
        return next((node for node in self.walk() if node.path == path), None)


def evaluate(
    form: Form,
    answers: object,
    context: Mapping[str, object],
    now: datetime,
    files: Mapping[str, FileRef] | None = None,
) -> FormState:
    """Settle the conditions, then work out the texts and limits of what is visible."""
    settled = settle(form.components, answers, context, now, files, computes=form.computes)
    describe = _Describer(form, now, settled)
    nodes = tuple(describe.node(seen) for seen in settled.seen)
    values: dict[str, Any] = {}
    _collect(settled.seen, values, ())
    return FormState(
        form=form,
        nodes=nodes,
        values=values,
        failures=describe.calculator.failures,
        stable=settled.stable,
    )


def _collect(seen: list[Seen], values: dict[str, Any], above: tuple[str, ...]) -> None:
    """The answers that count: what is visible, enabled and not blank."""
    for one in seen:
        steps = above + one.component.steps
        if one.component.kind is Kind.GROUP:
            _collect(one.children, values, steps)
        elif one.component.kind is Kind.DYNAMICLIST and not one.disabled:
            rows: list[dict[str, Any]] = []
            for row in one.rows:
                if not row.blank:
                    rows.append({})
                    _collect(row.seen, rows[-1], ())
            put(values, steps, rows)
        elif one.component.kind in ANSWERED and not one.disabled:
            put(values, steps, one.value)


_NONE = Limits()


class _Describer:
    """Works out texts and limits of settled components."""

    def __init__(self, form: Form, now: datetime, settled: Settled) -> None:
        self.now = now
        self.english = form.english
        self.calculator = Calculator(now)
        self.calculator.failures.update(settled.failures)

    def node(self, seen: Seen) -> Node:
        each, scope = seen.component, seen.scope
        answered = each.kind in ANSWERED and each.kind is not Kind.EXPRESSION
        words = each.kind is Kind.TEXT
        return Node(
            component=each,
            path=seen.path,
            label=self._text(each.label, scope) or (each.name if each.steps else ""),
            description=self._text(each.description, scope),
            help=self._text(each.help, scope),
            text=each.text.render(scope, self.now, escape_markdown) if words else "",
            prefix=self._text(each.prefix, scope),
            suffix=self._text(each.suffix, scope),
            value=seen.value,
            raw=seen.raw,
            bad=seen.bad,
            options=self._options(seen.options),
            limits=self._limits(seen) if answered else _NONE,
            readonly=seen.readonly,
            disabled=seen.disabled,
            multiple=seen.multiple,
            roles=self._roles(seen),
            unit=self._text(each.picker.unit, scope).strip() if each.picker else "",
            table=self._table(seen) if each.kind is Kind.TABLE else TableView(),
            children=tuple(self.node(child) for child in seen.children),
            rows=tuple(
                Row(nodes=tuple(self.node(one) for one in row.seen), blank=row.blank)
                for row in seen.rows
            ),
            overflow=seen.overflow,
            broken_rule=self._broken_rule(seen),
        )

    def _options(self, options: tuple[Option, ...]) -> tuple[Option, ...]:
        if not self.english:
            return options
        return tuple(Option(one.value, self._said(one.label)) for one in options)

    def _roles(self, seen: Seen) -> tuple[str, ...]:
        picker = seen.component.picker
        if picker is None:
            return ()
        roles = self._text(picker.role, seen.scope).replace("、", ",").split(",")
        return tuple(role.strip() for role in roles if role.strip())

    def _text(self, template: Template, scope: Scope) -> str:
        text = template.render(scope, self.now)
        return text if template.fixed else self._said(text)

    def _said(self, text: str) -> str:
        return self.english.get(text, text)

    def _broken_rule(self, seen: Seen) -> str | None:
        rules = seen.component.rules
        answered = seen.value is not None or seen.component.kind is Kind.GROUP
        if rules.valid_when is None or not answered or seen.readonly or seen.disabled:
            return None
        # Only true lets pass: a misspelt name makes null, and must not open the gate.
        if self.calculator.value(rules.valid_when, seen.scope, seen.path) is True:
            return None
        return self._text(rules.valid_message, seen.scope)

    def _limits(self, seen: Seen) -> Limits:
        rules, scope, path = seen.component.rules, seen.scope, seen.path
        required = rules.required
        if rules.required_when is not None and not required:
            required = self.calculator.value(rules.required_when, scope, path) is True
        fixed = seen.readonly or seen.disabled

        def number(given: Decimal | Formula | None) -> Decimal | None:
            if isinstance(given, Formula):
                given = _as_decimal(self.calculator.value(given, scope, path))
            return given

        def count(given: Decimal | Formula | None) -> int | None:
            bound = number(given)
            return None if bound is None else int(max(Decimal(0), min(bound, Decimal(10**9))))

        def moment(given: str | Formula) -> str:
            if isinstance(given, Formula):
                value = self.calculator.value(given, scope, path)
                given = value if isinstance(value, str) else ""
            return given.split("@")[0]

        return Limits(
            required=required and not fixed,
            min=number(rules.min),
            max=number(rules.max),
            min_length=count(rules.min_length),
            max_length=count(rules.max_length),
            min_date=moment(rules.min_date),
            max_date=moment(rules.max_date),
            min_items=count(rules.min_items),
            max_items=_most(seen.component, count(rules.max_items)),
        )

    def _table(self, seen: Seen) -> TableView:
        each = seen.component
        columns = each.table
        if each.table_formula is not None:
            columns = _columns(self.calculator.value(each.table_formula, seen.scope, seen.path))
        found = None
        if each.source is not None:
            found = self.calculator.value(each.source, seen.scope, seen.path)
        rows = [row for row in (found if isinstance(found, list) else []) if isinstance(row, dict)]
        return TableView(
            columns=tuple(replace(c, label=self._said(c.label)) for c in columns),
            rows=tuple(tuple(row.get(c.key) for c in columns) for row in rows[:_TABLE_ROWS]),
        )


def _most(component: Component, given: int | None) -> int | None:
    if component.kind is not Kind.DYNAMICLIST:
        return given
    return limits.ROWS if given is None else min(given, limits.ROWS_EVER)


def _as_decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return Decimal(value)


def _columns(found: object) -> tuple[Column, ...]:
    raws = found[:100] if isinstance(found, list) else []
    return tuple(
        Column(key=raw["key"], label=str(raw.get("label") or raw["key"]))
        for raw in raws
        if isinstance(raw, dict) and isinstance(raw.get("key"), str)
    )


_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")


def escape_markdown(text: str) -> str:
    """Answers inside a markdown text stay text: no link or heading can be typed into one."""
    return _MARKS.sub(r"\\\1", text)
