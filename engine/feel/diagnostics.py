"""How FEEL says that something is wrong: with the text, or with a value.

A wrong *text* raises :class:`FeelSyntaxError`. A wrong *value* does not stop FEEL: the result is
null, and a :class:`Diagnostic` tells why.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import EvaluationFailed


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """Why a value became null; ``position`` counts characters of the text from 0."""

    position: int
    zh: str
    en: str


class Null(Exception):
    """Raised inside an operator or function whose result is null; never leaves an evaluation."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class FeelSyntaxError(EvaluationFailed):
    """A text that is not FEEL.

    ``position`` counts characters from 0, ``line`` and ``column`` from 1; ``expected`` names what
    would have been right there.
    """

    zh = "表达式写法有误。第{line}行第{column}列：此处应为{expected}，却是{found}。{hint}"
    en = "Not an expression. Line {line}, column {column}: expected {expected}, found {found}. {hint}"

    def __init__(
        self,
        *,
        text: str,
        position: int,
        expected: dict[str, str],
        found: dict[str, str],
        hint: dict[str, str] | None = None,
    ) -> None:
        before = text[:position]
        self.position = position
        self.line = before.count("\n") + 1
        self.column = position - (before.rfind("\n") + 1) + 1
        self.expected = expected["en"]
        super().__init__(
            where="FEEL",
            line=self.line,
            column=self.column,
            expected=expected,
            found=found,
            hint=hint or {"zh": "", "en": ""},
        )
