"""One evaluation under way: what it shares however deep it goes, and what each call has of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from engine.dmn.outcome import Diagnostic, Fired
from engine.feel import Expression
from engine.feel.budget import Meter
from engine.feel.budget import Run as FeelRun
from engine.feel.diagnostics import Diagnostic as FeelDiagnostic

Scope: TypeAlias = Mapping[str, object]
"""Names visible at a place → FEEL values."""

Code: TypeAlias = Callable[[Scope, "Run"], object]
"""A compiled boxed expression."""

_MOST = 200


class Run:
    """Clock, meter and findings of one evaluation; never shared between threads."""

    def __init__(self, now: datetime | None, meter: Meter) -> None:
        self.now = now
        self.meter = meter
        self.diagnostics: list[Diagnostic] = []
        self.fired: list[Fired] = []
        self.decision = ""

    def feel(
        self, expression: Expression, scope: Scope, where: str, value: object = None
    ) -> object:
        """The value of FEEL in ``scope``; ``value`` is what unary tests test."""
        warn: list[FeelDiagnostic] = []
        found = expression.evaluate(
            scope, input=value, now=self.now, budget=self.meter, warn=warn
        )
        for diagnostic in warn:
            self.note("feel", where, diagnostic.zh, diagnostic.en)
        return found

    def inner(self, where: str) -> FeelRun:
        """What a FEEL function wants to be called with."""
        return FeelRun(self.meter, self.now, None)

    def note(self, code: str, where: str, zh: str, en: str) -> None:
        """Tell why something became null."""
        if len(self.diagnostics) < _MOST:
            self.diagnostics.append(
                Diagnostic(code=code, where=where, decision=self.decision, zh=zh, en=en)
            )
