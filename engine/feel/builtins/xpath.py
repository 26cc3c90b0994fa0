"""Rewriting an XPath 3.1 regular expression as one of RE2."""

from __future__ import annotations

import re
from typing import Final

from engine.feel.builtins.classes import SINGLE, PatternReader, malformed
from engine.feel.builtins.codepoints import CLASSES, CodeSet
from engine.feel.diagnostics import Null

_QUANTIFIER: Final = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_HIGHEST_REPEAT: Final = 1000
_LONGEST: Final = 200_000
_NATIVE: Final = {
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "s": r"[ \t\n\r]",
    "S": r"[^ \t\n\r]",
    "w": r"[^\p{P}\p{Z}\p{C}]",
    "W": r"[\p{P}\p{Z}\p{C}]",
}


class NeedsBacktracking(Exception):
    """The pattern refers back to what a group matched, which RE2 cannot do."""


def translate(pattern: str, flags: str) -> str:
    """RE2's form of an XPath pattern; Null when it is malformed or beyond RE2.

    Raises NeedsBacktracking where it refers back.
    """
    return _Translator(pattern, flags).run()


class _Translator(PatternReader):
    def __init__(self, pattern: str, flags: str) -> None:
        super().__init__(pattern, flags)
        self.dot = "(?s:.)" if "s" in flags else r"[^\n\r]"
        self.size = 0
        self.out: list[str] = []

    def run(self) -> str:
        while self.index < len(self.pattern):
            self._step(self.pattern[self.index])
        return "".join(self.out)

    def _step(self, here: str) -> None:
        match here:
            case "\\":
                self.out.append(self._escape())
            case "[":
                self.out.append(self._class())
            case "{":
                self._repeat()
            case ".":
                self._emit(self.dot)
            case "(":
                self._group()
            case "]" | "}":
                malformed()
            case "*" | "+" | "?" if not self.out:
                malformed()
            case _:
                self._emit(here)

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.index += 1

    def _group(self) -> None:
        if self.pattern.startswith("(?", self.index):
            if not self.pattern.startswith("(?:", self.index):
                malformed()
            self.out.append("(?:")
            self.index += 3
        else:
            self._emit("(")

    def _repeat(self) -> None:
        match = _QUANTIFIER.match(self.pattern, self.index)
        if match is None or not self.out:
            malformed()
        low, comma, high = match.groups()
        if max(int(low), int(high or 0)) > _HIGHEST_REPEAT:
            raise Null("正则表达式重复次数过多。", "the regular expression repeats too often.")
        self.out.append(f"{{{low}{comma or ''}{high or ''}}}")
        self.index = match.end()

    def _escape(self) -> str:
        letter = self.pattern[self.index + 1 : self.index + 2]
        if letter and letter in CLASSES:
            self.index += 2
            return _NATIVE.get(letter) or self._explicit(CLASSES[letter]())
        if letter in ("p", "P"):
            return self._explicit(self.category())
        if letter.isdigit() and letter.isascii():
            raise NeedsBacktracking
        if letter not in SINGLE or not letter:
            malformed()
        self.index += 2
        return f"\\{letter}"

    def _class(self) -> str:
        return self._explicit(self.character_class())

    def _explicit(self, found: CodeSet) -> str:
        """A set written out; case is settled already (a category is never caseless)."""
        inner = found.ranges() if found.intervals else r"^\x{0}-\x{10FFFF}"
        self.size += len(inner)
        if self.size > _LONGEST:
            raise Null("正则表达式过于复杂。", "the regular expression is too complex.")
        return f"(?-i:[{inner}])" if self.caseless else f"[{inner}]"
