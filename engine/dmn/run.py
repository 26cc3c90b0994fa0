"""One evaluation under way: what it shares however deep it goes, and what it has found out."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, TypeAlias

from engine import feel
from engine.dmn.outcome import Diagnostic, Fired, Made
from engine.feel.budget import Meter
from engine.feel.budget import Run as FeelRun
from engine.feel.calls import invoke

Scope: TypeAlias = Mapping[str, object]
"""Names visible at a place → FEEL values."""

Code: TypeAlias = Callable[[Scope, "Run"], object]
"""A compiled boxed expression."""

_MOST_DIAGNOSTICS: Final = 200
_MOST_FIRED: Final = 1_000


def extended(scope: Scope, names: dict[str, object]) -> Scope:
    """``scope`` with ``names`` in front, however large it is at the same cost."""
    maps = scope.maps if isinstance(scope, ChainMap) else (scope,)
    return ChainMap(names, *maps)


class Run:
    """Meter and findings of one evaluation; never shared between threads."""

    def __init__(self, inner: FeelRun, *, explains: bool = False) -> None:
        self.explains = explains
        """Whether tables say of each cell if it held."""
        self.made: list[Made] = []
        self.meter: Meter = inner.meter
        self.diagnostics: list[Diagnostic] = []
        self.fired: list[Fired] = []
        self.decision = ""
        self._inner = inner

    def evaluate(
        self, expression: feel.Expression, scope: Scope, where: str, value: object = feel.NOTHING
    ) -> object:
        """The value of FEEL in ``scope``; ``value`` is what unary tests test."""
        warn: list[feel.Diagnostic] = []
        found = expression.evaluate(scope, input=value, warn=warn)
        self._told(warn, where)
        return found

    def call(
        self, function: object, args: Sequence[object], names: Sequence[str] | None, where: str
    ) -> object:
        """Call a function value; null with a diagnostic when it cannot be called so."""
        warn: list[feel.Diagnostic] = []
        try:
            return invoke(function, self.inner(warn), args, names if args else None)
        except feel.Null as exc:
            self.note("dmn-call", where, exc.zh, exc.en)
            return None
        finally:
            self._told(warn, where)

    def held(self, fired: Fired) -> None:
        """Remember which rules of a table held; the first thousand evaluations are kept."""
        if len(self.fired) < _MOST_FIRED:
            self.fired.append(fired)

    def decided(self, made: Made) -> None:
        """Remember the value of a decision; the first thousand are kept."""
        if len(self.made) < _MOST_FIRED:
            self.made.append(made)

    def inner(self, warn: list[feel.Diagnostic] | None = None) -> FeelRun:
        """What functions of FEEL are run with."""
        return FeelRun(self.meter, self._inner.now, warn)

    def quietly(self, code: Code, scope: Scope) -> object:
        """The value of ``code``, whatever goes wrong in it untold."""
        with self.hushed():
            return code(scope, self)

    @contextmanager
    def hushed(self) -> Iterator[None]:
        """What goes wrong within is not told."""
        kept, self.diagnostics = self.diagnostics, []
        try:
            yield
        finally:
            self.diagnostics = kept

    def note(self, code: str, where: str, zh: str, en: str) -> None:
        """Tell why something became null."""
        if len(self.diagnostics) < _MOST_DIAGNOSTICS:
            self.diagnostics.append(
                Diagnostic(code=code, where=where, decision=self.decision, zh=zh, en=en)
            )

    def _told(self, warn: Sequence[feel.Diagnostic], where: str) -> None:
        for diagnostic in warn:
            self.note("feel", where, diagnostic.zh, diagnostic.en)


class _Whole(feel.FeelFunction):
    """An evaluation dressed as a FEEL function, so that all of FEEL in it shares one budget."""

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[FeelRun], object]) -> None:
        super().__init__("DMN", (), work)
        self._work = work

    def apply(self, run: FeelRun, args: Sequence[object]) -> object:
        """Do the work."""
        return self._work(run)


_ENTER: Final = feel.compile("DMN()", names=("DMN",))


def within(
    budget: feel.Budget, work: Callable[[FeelRun], object], *, now: datetime | None = None
) -> object:
    """Do ``work``, every evaluation of FEEL in it paid from one ``budget``.

    Raises :class:`engine.errors.BudgetExceeded` when it is spent.
    """
    return _ENTER.evaluate({"DMN": _Whole(work)}, now=now, budget=budget)
