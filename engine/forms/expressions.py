"""FEEL inside a form: formulas, and texts with formulas in them.

A formula is always FEEL where form-js or the guide says so (conditions, rules); the leading ``=``
that modelers write is taken off. A text is FEEL as a whole when it starts with ``=``, and may
otherwise hold ``{{formulas}}`` and the blocks ``{{#if …}}…{{/if}}`` and ``{{#loop …}}…{{/loop}}``
that form-js knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine import feel
from engine.clock import CHINA
from engine.errors import EvaluationFailed, YifaError

Scope = Mapping[str, object]
"""What a formula sees: variables of the task, answers on top, ``this``, ``parent`` and ``i``."""

HOUSE_FUNCTIONS = (
    "limit date",
    "earliest date",
    "add working days",
    "working days between",
)
"""The law's functions with blanks in their names: known to every form, brought in by the context."""

_LOOPS = 1_000
_SPECIAL = ("this", "parent", "i")


class FormulaFailed(Exception):
    """A formula has no value; ``zh`` and ``en`` say why."""

    def __init__(self, error: YifaError) -> None:
        self.zh, self.en = error.message("zh"), error.message("en")
        super().__init__(self.en)


class FormulaWrong(FormulaFailed):
    """A formula's text is not FEEL."""


class TemplateWrong(Exception):
    """A text's ``{{…}}`` are not balanced, or of an unknown kind."""


class Formula:
    """One compiled FEEL expression."""

    __slots__ = ("_expression", "_functions", "source")

    def __init__(self, source: str, names: Iterable[str] = ()) -> None:
        """Compile ``source`` (with or without its leading ``=``), or raise FormulaWrong."""
        self.source = source
        text = source.strip().removeprefix("=")
        functions = (*HOUSE_FUNCTIONS, *names)
        try:
            self._expression = feel.compile(text, names=(*functions, *_SPECIAL))
        except EvaluationFailed as exc:
            raise FormulaWrong(exc) from exc
        self._functions = self._expression.names.intersection(functions)

    def value(self, scope: Scope, now: datetime) -> object:
        """The plain (JSON and Decimal) value in ``scope`` at ``now``, or FormulaFailed."""
        for name in self._functions:
            # Without this a limit of law would be null, and null is no limit.
            if name not in scope:
                raise FormulaFailed(_missing(self.source, name))
        moment = now.astimezone(CHINA)  # today() is the day in China
        try:
            return feel.to_plain(self._expression.evaluate(scope, now=moment, budget=_BUDGET))
        except EvaluationFailed as exc:
            raise FormulaFailed(exc) from exc

    def holds(self, scope: Scope, now: datetime) -> bool:
        """Whether the value is true: null, or anything else, is not."""
        return self.value(scope, now) is True

    def mentions(self) -> frozenset[str]:
        """Names of fields and variables it can depend on."""
        own = _STRINGS.sub(" ", self.source)
        return frozenset(self._expression.names - _OWN).union(_BELOW.findall(own))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __repr__(self) -> str:
        return f"Formula({self.source!r})"


def _missing(source: str, name: str) -> EvaluationFailed:
    return EvaluationFailed(
        where=source[:80],
        reason={
            "zh": f"此处没有名为“{name}”的函数。",
            "en": f"there is no function “{name}” here.",
        },
    )


_BUDGET = feel.Budget(steps=200_000, depth=50, size=100_000, seconds=1.0)
_OWN = frozenset(_SPECIAL)
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
# this.title hangs on the field title of the same row, parent.title on one outside it.
_BELOW = re.compile(r"(?:\bthis|\bparent)\s*\.\s*([^\W\d]\w*)")


@dataclass(frozen=True)
class _Block:
    """``{{#if …}}`` or ``{{#loop …}}`` with what stands inside."""

    kind: str
    formula: Formula
    parts: tuple[str | Formula | _Block, ...]


_Part = str | Formula | _Block


class Template:
    """A text for people that may hold formulas."""

    __slots__ = ("_parts", "fixed", "source")

    def __init__(self, source: str, names: Iterable[str] = ()) -> None:
        """Read ``source``, or raise FormulaWrong or TemplateWrong."""
        self.source = source
        known = tuple(names)
        if source.lstrip().startswith("="):
            self._parts: tuple[_Part, ...] = (Formula(source, known),)
        elif "{{" in source:
            self._parts = _read(source, known)
        else:
            self._parts = (source,) if source else ()
        self.fixed = all(isinstance(part, str) for part in self._parts)
        """Whether the text is the same whatever the answers."""

    def render(
        self, scope: Scope, now: datetime, escape: Callable[[str], str] | None = None
    ) -> str:
        """The text in ``scope``; formulas' values pass through ``escape``; none that fails shows."""
        if self.fixed:
            return self.source
        return "".join(_render(self._parts, scope, now, escape or _as_is))

    def mentions(self) -> frozenset[str]:
        """Names the text's formulas mention."""
        return frozenset(_mentioned(self._parts))

    def __repr__(self) -> str:
        return f"Template({self.source!r})"


def _as_is(text: str) -> str:
    return text


_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def _read(source: str, names: tuple[str, ...]) -> tuple[_Part, ...]:
    stack: list[tuple[str, Formula | None, list[_Part]]] = [("", None, [])]
    at = 0
    for match in _TAG.finditer(source):
        if match.start() > at:
            stack[-1][2].append(source[at : match.start()])
        at = match.end()
        _read_tag(match[1].strip(), names, stack)
    if "{{" in source[at:] or len(stack) > 1:
        raise TemplateWrong(source[-40:])
    if at < len(source):
        stack[0][2].append(source[at:])
    return tuple(stack[0][2])


def _read_tag(
    tag: str, names: tuple[str, ...], stack: list[tuple[str, Formula | None, list[_Part]]]
) -> None:
    if tag.startswith("#"):
        kind, _, formula = tag[1:].partition(" ")
        if kind not in ("if", "loop") or len(stack) > 8:
            raise TemplateWrong(tag)
        stack.append((kind, Formula(formula, names), []))
    elif tag.startswith("/"):
        kind, opened, parts = stack.pop() if len(stack) > 1 else ("", None, [])
        if kind != tag[1:].strip() or opened is None:
            raise TemplateWrong(tag)
        stack[-1][2].append(_Block(kind, opened, tuple(parts)))
    else:
        stack[-1][2].append(Formula(tag, names))


def _render(
    parts: tuple[_Part, ...], scope: Scope, now: datetime, escape: Callable[[str], str]
) -> Iterable[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Formula):
            yield escape(shown(_or_none(part, scope, now)))
        else:
            for inner in _turns(part, scope, now):
                yield from _render(part.parts, inner, now, escape)


def _turns(block: _Block, scope: Scope, now: datetime) -> Iterable[Scope]:
    value = _or_none(block.formula, scope, now)
    if block.kind == "if":
        return (scope,) if value is True else ()
    if not isinstance(value, list):
        return ()
    return (
        {**scope, **(each if isinstance(each, Mapping) else {}), "this": each, "parent": scope}
        for each in value[:_LOOPS]
    )


def _or_none(formula: Formula, scope: Scope, now: datetime) -> object:
    try:
        return formula.value(scope, now)
    except FormulaFailed:
        return None


def _mentioned(parts: tuple[_Part, ...]) -> Iterable[str]:
    for part in parts:
        if isinstance(part, Formula):
            yield from part.mentions()
        elif isinstance(part, _Block):
            yield from part.formula.mentions()
            yield from _mentioned(part.parts)


def shown(value: object) -> str:
    """A plain value as text inside a sentence: null is nothing, true is 是."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Decimal():
            return f"{value:f}"
        case list() | tuple():
            return "、".join(shown(each) for each in value)
        case Mapping():
            return "；".join(f"{key}：{shown(each)}" for key, each in value.items())
    return str(value)
