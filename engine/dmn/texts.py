"""The FEEL texts of a model: compiled once each, faults and outside names noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from engine import feel
from engine.dmn import model
from engine.dmn.names import NameIndex
from engine.dmn.problems import Problems
from engine.errors import BudgetExceeded
from engine.feel.types import FeelType

Role: TypeAlias = Literal["input", "test", "output", "logic"]
"""What a text is for: a column's expression, a cell's tests, a cell's output, anything else."""

NEVER: Final = feel.compile("false")
"""Stands in for tests that do not parse."""

_SHOWN: Final = 80
_LIST_BUDGET: Final = feel.Budget(steps=10_000, size=2_000, seconds=0.5)


@dataclass(frozen=True, slots=True)
class Use:
    """One text of FEEL: whose, where, what for, and the names it takes from outside."""

    owner: str
    where: str
    line: int | None
    role: Role
    expression: feel.Expression


class Texts:
    """Compiles the texts of one model; ``owner`` is the id of the node being compiled."""

    def __init__(
        self,
        names: NameIndex,
        types: Mapping[str, FeelType],
        problems: Problems,
        *,
        lenient: bool = False,
    ) -> None:
        self.names = names
        self.types = types
        self.problems = problems
        self.lenient = lenient
        self.owner = ""
        self.uses: list[Use] = []

    def expression(
        self, text: str, where: str, line: int | None, role: Role
    ) -> feel.Expression | feel.FeelSyntaxError:
        """An expression, or what is wrong with it (already noted)."""
        return self._compiled(feel.compile, text, where, line, role)

    def tests(
        self, text: str, where: str, line: int | None
    ) -> feel.Expression | feel.FeelSyntaxError:
        """Unary tests, or what is wrong with them (already noted)."""
        return self._compiled(feel.compile_unary, text, where, line, "test")

    def values(self, text: model.Text) -> tuple[object, ...]:
        """The values written in a list of output values, in order."""
        if text.text in ("", "-"):
            return ()
        try:
            found = feel.compile(f"[{text.text}]").evaluate({}, budget=_LIST_BUDGET)
        except feel.FeelSyntaxError as exc:
            self._wrong(text.id or self.owner, text.line, exc, text.text)
            return ()
        except BudgetExceeded:
            return ()
        return tuple(found) if isinstance(found, list) else ()

    def _compiled(
        self,
        compile_: Callable[..., feel.Expression],
        text: str,
        where: str,
        line: int | None,
        role: Role,
    ) -> feel.Expression | feel.FeelSyntaxError:
        typed = "instance" in text or "function" in text
        try:
            expression = compile_(
                text, names=self.names.within(text), types=self.types if typed else {}
            )
        except feel.FeelSyntaxError as exc:
            self._wrong(where, line, exc, text)
            return exc
        self.uses.append(Use(self.owner, where, line, role, expression))
        return expression

    def _wrong(self, where: str, line: int | None, exc: feel.FeelSyntaxError, text: str) -> None:
        shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
        note = self.problems.warning if self.lenient else self.problems.error
        note(
            "dmn-feel",
            f"“{shown}”：{exc.message('zh')}",
            f"“{shown}”: {exc.message('en')}",
            where=where,
            line=line,
        )
