"""What every reader of XPath patterns needs: a place in the pattern, and character classes."""

from __future__ import annotations

import re
from typing import Final, NoReturn

from engine.feel.builtins.codepoints import CLASSES, NONE, CodeSet, property_set, with_case_variants
from engine.feel.diagnostics import Null

SINGLE: Final = frozenset("nrt\\|.?*+(){}-[]^$")
"""What may follow a backslash to stand for one character."""

CONTROL: Final = {"n": "\n", "r": "\r", "t": "\t"}

_PROPERTY: Final = re.compile(r"\\([pP])\{([A-Za-z0-9-]+)\}")


def malformed() -> NoReturn:
    """Raise the Null of a pattern that is none."""
    raise Null("正则表达式写法有误。", "the regular expression is malformed.")


class PatternReader:
    """A pattern and a place in it."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = _without_space(pattern) if "x" in flags else pattern
        self.caseless = "i" in flags
        self.index = 0

    def peek(self, offset: int = 0) -> str:
        """The character at the place, '' at the end."""
        return self.pattern[self.index + offset : self.index + offset + 1]

    def category(self) -> CodeSet:
        r"""The set of a ``\p{…}`` here."""
        match = _PROPERTY.match(self.pattern, self.index)
        if match is None:
            malformed()
        self.index = match.end()
        found = property_set(match[2])
        return found.complement() if match[1] == "P" else found

    def character_class(self) -> CodeSet:
        """A bracketed class from here, with negation and subtraction worked out."""
        self.index += 1
        negated = self.pattern.startswith("^", self.index)
        self.index += negated
        found = NONE
        first = True
        while True:
            if self.index >= len(self.pattern):
                malformed()
            if self.pattern[self.index] == "]" and not first:
                self.index += 1
                return found.complement() if negated else found
            if self.pattern.startswith("-[", self.index) and not first:
                self.index += 1
                taken = self.character_class()
                if not self.pattern.startswith("]", self.index):
                    malformed()
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
            return self.characters(low, low)
        self.index += 1
        high = self._atom()
        if isinstance(high, CodeSet) or high < low:
            malformed()
        return self.characters(low, high)

    def characters(self, low: int, high: int) -> CodeSet:
        """Characters as the pattern means them: in either case, if it is caseless."""
        found = CodeSet(((low, high),))
        return with_case_variants(found) if self.caseless else found

    def _atom(self) -> CodeSet | int:
        """One character of a class, or the set an escape stands for."""
        here = self.pattern[self.index : self.index + 1]
        if here in ("", "[", "]"):
            malformed()
        if here != "\\":
            self.index += 1
            return ord(here)
        letter = self.pattern[self.index + 1 : self.index + 2]
        if letter in ("p", "P"):
            return self.category()
        if letter in CLASSES:
            self.index += 2
            return CLASSES[letter]()
        if not letter or letter not in SINGLE:
            malformed()
        self.index += 2
        return ord(CONTROL.get(letter, letter))


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
