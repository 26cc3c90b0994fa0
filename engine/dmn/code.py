"""Boxed expressions compiled: each is called with the names in scope and the run (DMN 1.5, 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine import feel
from engine.dmn.given import read_as
from engine.dmn.run import Code, Run, Scope, extended
from engine.feel.budget import Run as FeelRun
from engine.feel.loops import range_elements
from engine.feel.types import FeelType, coerce
from engine.feel.values import Context, FeelFunction, FeelRange, Param


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of code stands, for diagnostics, and the type it must yield."""

    where: str
    type: FeelType | None = None

    def fit(self, value: object, run: Run) -> object:
        """``value`` as the wanted type, or null with a diagnostic."""
        if self.type is None or value is None:
            return value
        try:
            return coerce(value, self.type)
        except feel.Null as exc:
            run.note("dmn-type", self.where, exc.zh, exc.en)
            return None


def nothing(scope: Scope, run: Run) -> object:
    """An expression that is not there."""
    return None


def literal(expression: feel.Expression, place: Place) -> Code:
    """A literal expression."""

    def code(scope: Scope, run: Run) -> object:
        return place.fit(run.evaluate(expression, scope, place.where), run)

    return code


def broken(place: Place, zh: str, en: str) -> Code:
    """An expression that is no FEEL, in a model read leniently: null, saying why."""

    def code(scope: Scope, run: Run) -> object:
        run.note("dmn-feel", place.where, zh, en)
        return None

    return code


def typed(inner: Code, place: Place) -> Code:
    """``inner``, its value made to fit ``place``."""
    if place.type is None:
        return inner

    def code(scope: Scope, run: Run) -> object:
        return place.fit(inner(scope, run), run)

    return code


def from_outside(inner: Code, place: Place) -> Code:
    """``inner``, its value made to fit ``place``, texts read as the dates that are wanted there."""

    def code(scope: Scope, run: Run) -> object:
        return place.fit(read_as(inner(scope, run), place.type), run)

    return code


def context(entries: Sequence[tuple[str | None, Code]], place: Place) -> Code:
    """A boxed context: each entry sees those before it; one without a name is the result."""

    def code(scope: Scope, run: Run) -> object:
        made = Context()
        inner = extended(scope, made)
        for name, entry in entries:
            value = entry(inner, run)
            if name is None:
                return place.fit(value, run)
            made[name] = value
        return place.fit(made, run)

    return code


def list_of(items: Sequence[Code], place: Place) -> Code:
    """A boxed list."""

    def code(scope: Scope, run: Run) -> object:
        run.meter.elements(len(items))
        return place.fit([item(scope, run) for item in items], run)

    return code


def relation(columns: Sequence[str], rows: Sequence[Sequence[Code]], place: Place) -> Code:
    """A relation: a list of contexts."""

    def code(scope: Scope, run: Run) -> object:
        run.meter.elements(len(rows) * len(columns))
        made: list[object] = [
            Context((name, cell(scope, run)) for name, cell in zip(columns, row, strict=False))
            for row in rows
        ]
        return place.fit(made, run)

    return code


def invocation(function: Code, bindings: Sequence[tuple[str, Code]], place: Place) -> Code:
    """A boxed invocation: arguments by name."""
    names = tuple(name for name, _ in bindings)

    def code(scope: Scope, run: Run) -> object:
        called = function(scope, run)
        args = [argument(scope, run) for _, argument in bindings]
        return place.fit(run.call(called, args, names, place.where), run)

    return code


class BoxedFunction(FeelFunction):
    """A function whose body is a boxed expression; it sees the scope it was made in."""

    __slots__ = ("_code", "_run", "_scope")

    def __init__(
        self,
        name: str,
        params: Sequence[Param],
        code: Code,
        scope: Callable[[], Scope],
        run: Run,
        result: FeelType | None = None,
    ) -> None:
        super().__init__(name, params, _never, result)
        self._code = code
        self._scope = scope
        self._run = run

    def apply(self, run: FeelRun, args: Sequence[object]) -> object:
        """Run the body on arguments that fit."""
        given = dict(zip((param.name for param in self.params), args, strict=True))
        return self._code(extended(self._scope(), given), self._run)


def function(params: Sequence[Param], body: Code) -> Code:
    """A boxed function definition."""

    def code(scope: Scope, run: Run) -> object:
        return BoxedFunction("", params, body, lambda: scope, run)

    return code


def refused(kind: str, place: Place) -> Code:
    """The body of a function written in another language: it never runs and yields null."""

    def code(scope: Scope, run: Run) -> object:
        run.note(
            "dmn-external",
            place.where,
            f"函数用 {kind} 编写，不予执行，结果为空值。请改用 FEEL。",
            f"The function is written in {kind}, which is never run: null. Write it in FEEL.",
        )
        return None

    return code


def conditional(condition: Code, then: Code, otherwise: Code, place: Place) -> Code:
    """A boxed conditional; a condition that is neither true nor false yields null."""

    def code(scope: Scope, run: Run) -> object:
        chosen = condition(scope, run)
        if chosen is True:
            return place.fit(then(scope, run), run)
        if chosen is False or chosen is None:
            return place.fit(otherwise(scope, run), run)
        run.note(
            "dmn-condition",
            place.where,
            "条件的结果不是真或假。",
            "The condition is neither true nor false.",
        )
        return None

    return code


def selection(collection: Code, match: Code, place: Place) -> Code:
    """A boxed filter: by position when the match is a number, else by a condition on each item."""

    def code(scope: Scope, run: Run) -> object:
        value = collection(scope, run)
        items = value if isinstance(value, list) else [] if value is None else [value]
        position = run.quietly(match, scope)
        if isinstance(position, Decimal):
            return place.fit(_at(items, position), run)
        kept: list[object] = []
        for item in items:
            run.meter.tick()
            names = {"item": item, **item} if isinstance(item, Context) else {"item": item}
            chosen = match(extended(scope, names), run)
            if chosen is True:
                kept.append(item)
            elif chosen is not None and chosen is not False:
                run.note(
                    "dmn-condition",
                    place.where,
                    "筛选条件的结果不是真或假，也不是序号。",
                    "The match of a filter is neither true nor false nor a position.",
                )
                return None
        return place.fit(kept, run)

    return code


def _at(items: list[object], position: Decimal) -> object:
    if position != position.to_integral_value() or not 0 < abs(position) <= len(items):
        return None
    index = int(position)
    return items[index - 1 if index > 0 else index]


def loop(name: str, collection: Code, body: Code, place: Place, *, partial: bool) -> Code:
    """A boxed ``for``; if ``partial``, the body sees what was made so far under that name."""

    def code(scope: Scope, run: Run) -> object:
        items = domain(collection(scope, run), run, place.where)
        if items is None:
            return None
        made: list[object] = []
        for item in items:
            run.meter.tick()
            inner: dict[str, object] = {name: item}
            if partial:
                run.meter.elements(len(made))
                inner["partial"] = list(made)
            made.append(body(extended(scope, inner), run))
        return place.fit(made, run)

    return code


def quantified(name: str, collection: Code, body: Code, place: Place, *, every: bool) -> Code:
    """A boxed ``some`` or ``every``, in three-valued logic."""
    decisive = not every

    def code(scope: Scope, run: Run) -> object:
        items = domain(collection(scope, run), run, place.where)
        if items is None:
            return None
        unknown = False
        for item in items:
            run.meter.tick()
            held = body(extended(scope, {name: item}), run)
            if held is decisive:
                return place.fit(decisive, run)
            unknown = unknown or not isinstance(held, bool)
        if not unknown:
            return place.fit(every, run)
        run.note(
            "dmn-condition",
            place.where,
            "有一项的条件不是真或假。",
            "The condition of an item is neither true nor false.",
        )
        return None

    return code


def domain(value: object, run: Run, where: str) -> Sequence[object] | None:
    """What an iteration goes over: a list, a range of integers or dates, or a single value."""
    if value is None:
        return None
    if isinstance(value, FeelRange):
        try:
            return range_elements(run.inner(), value)
        except feel.Null as exc:
            run.note("dmn-iteration", where, exc.zh, exc.en)
            return None
    return value if isinstance(value, list) else [value]


def _never(*args: object) -> object:
    raise AssertionError("a boxed function is run by apply")
