"""Rewriting an XPath 3.1 regular expression as one of RE2."""

from __future__ import annotations

import re
from typing import Final, NoReturn

from engine.feel.builtins.codepoints import CLASSES, NONE, CodeSet, property_set, with_case_variants
from engine.feel.diagnostics import Null

_QUANTIFIER: Final = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_SINGLE: Final = frozenset("nrt\\|.?*+(){}-[]^$")
_PROPERTY: Final = re.compile(r"\\([pP])\{([A-Za-z0-9-]+)\}")
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


def translate(pattern: str, flags: str) -> str:
    """RE2's form of an XPath pattern; Null when it is malformed or beyond RE2."""
    return _Translator(pattern, flags).run()


def _malformed() -> NoReturn:
    raise Null("正则表达式写法有误。", "the regular expression is malformed.")


class _Translator:
    def __init__(self, pattern: str, flags: str) -> None:
        if "x" in flags:
            pattern = _without_space(pattern)
        self.pattern = pattern
        self.caseless = "i" in flags
        self.dot = "(?s:.)" if "s" in flags else r"[^\n\r]"
        self.index = 0
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
                _malformed()
            case "*" | "+" | "?" if not self.out:
                _malformed()
            case _:
                self._emit(here)

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.index += 1

    def _group(self) -> None:
        if self.pattern.startswith("(?", self.index):
            if not self.pattern.startswith("(?:", self.index):
                _malformed()
            self.out.append("(?:")
            self.index += 3
        else:
            self._emit("(")

    def _repeat(self) -> None:
        match = _QUANTIFIER.match(self.pattern, self.index)
        if match is None or not self.out:
            _malformed()
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
            return self._explicit(self._property_set())
        if letter.isdigit() and letter.isascii():
            raise Null("不支持正则表达式的反向引用。", "back-references are not supported.")
        if letter not in _SINGLE or not letter:
            _malformed()
        self.index += 2
        return f"\\{letter}"

    def _property_set(self) -> CodeSet:
        match = _PROPERTY.match(self.pattern, self.index)
        if match is None:
            _malformed()
        self.index = match.end()
        found = property_set(match[2])
        return found.complement() if match[1] == "P" else found

    def _class(self) -> str:
        return self._explicit(self._class_set())

    def _explicit(self, found: CodeSet) -> str:
        """A set written out; case is settled already (a category is never caseless)."""
        inner = found.ranges() if found.intervals else r"^\x{0}-\x{10FFFF}"
        self.size += len(inner)
        if self.size > _LONGEST:
            raise Null("正则表达式过于复杂。", "the regular expression is too complex.")
        return f"(?-i:[{inner}])" if self.caseless else f"[{inner}]"

    def _class_set(self) -> CodeSet:
        """A bracketed class from here, with negation and subtraction worked out."""
        self.index += 1
        negated = self.pattern.startswith("^", self.index)
        self.index += negated
        found = NONE
        first = True
        while True:
            if self.index >= len(self.pattern):
                _malformed()
            if self.pattern[self.index] == "]" and not first:
                self.index += 1
                return found.complement() if negated else found
            if self.pattern.startswith("-[", self.index) and not first:
                self.index += 1
                taken = self._class_set()
                if not self.pattern.startswith("]", self.index):
                    _malformed()
                self.index += 1
                return (found.complement() if negated else found).minus(taken)
            found = found.union(self._item())
            first = False

    def _item(self) -> CodeSet:
        low = self._atom()
        if isinstance(low, CodeSet):
            return low
        if self.pattern[self.index : self.index + 1] != "-" or self.pattern[
            self.index + 1 : self.index + 2
        ] in ("]", "["):
            return self._characters(low, low)
        self.index += 1
        high = self._atom()
        if isinstance(high, CodeSet) or high < low:
            _malformed()
        return self._characters(low, high)

    def _characters(self, low: int, high: int) -> CodeSet:
        found = CodeSet(((low, high),))
        return with_case_variants(found) if self.caseless else found

    def _atom(self) -> CodeSet | int:
        """One character of a class, or the set an escape stands for."""
        here = self.pattern[self.index : self.index + 1]
        if here in ("", "[", "]"):
            _malformed()
        if here != "\\":
            self.index += 1
            return ord(here)
        letter = self.pattern[self.index + 1 : self.index + 2]
        if letter in ("p", "P"):
            return self._property_set()
        if letter in CLASSES:
            self.index += 2
            return CLASSES[letter]()
        if not letter or letter not in _SINGLE:
            _malformed()
        self.index += 2
        return ord({"n": "\n", "r": "\r", "t": "\t"}.get(letter, letter))


def _without_space(pattern: str) -> str:
    """Flag ``x``: white space outside classes does not count."""
    out: list[str] = []
    depth = 0
    escaped = False
    for each in pattern:
        if escaped:
            escaped = False
        elif each == "\\":
            escaped = True
        elif each == "[":
            depth += 1
        elif each == "]":
            depth -= 1
        if depth > 0 or each not in " \t\n\r":
            out.append(each)
    return "".join(out)
