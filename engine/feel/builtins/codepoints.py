"""Sets of characters, as XPath's character classes and properties need them."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from engine.feel.builtins.blocks import BLOCKS
from engine.feel.diagnostics import Null

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Disjoint ascending intervals of code points, both ends included."""

    intervals: tuple[Interval, ...]

    @staticmethod
    def of(intervals: Iterable[Interval]) -> CodeSet:
        """The set of any intervals."""
        merged: list[Interval] = []
        for low, high in sorted(intervals):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return CodeSet(tuple(merged))

    def union(self, other: CodeSet) -> CodeSet:
        """What is in either."""
        return CodeSet.of((*self.intervals, *other.intervals))

    def complement(self) -> CodeSet:
        """What is not in it."""
        gaps: list[Interval] = []
        start = 0
        for low, high in self.intervals:
            if low > start:
                gaps.append((start, low - 1))
            start = high + 1
        if start <= sys.maxunicode:
            gaps.append((start, sys.maxunicode))
        return CodeSet(tuple(gaps))

    def minus(self, other: CodeSet) -> CodeSet:
        """What is in this and not in the other."""
        return self.complement().union(other).complement()

    def ranges(self) -> str:
        """The inside of an RE2 class."""
        return "".join(
            f"\\x{{{low:X}}}" if low == high else f"\\x{{{low:X}}}-\\x{{{high:X}}}"
            for low, high in self.intervals
        )


NONE: Final = CodeSet(())


@cache
def _categories() -> dict[str, CodeSet]:
    found: dict[str, list[Interval]] = {}
    start, current = 0, unicodedata.category("\0")
    for code in range(1, sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category != current:
            found.setdefault(current, []).append((start, code - 1))
            start, current = code, category
    found.setdefault(current, []).append((start, sys.maxunicode))
    return {name: CodeSet(tuple(intervals)) for name, intervals in found.items()}


@cache
def property_set(name: str) -> CodeSet:
    r"""``\p{name}``: a general category, a group of them, or a block (``IsBasicLatin``)."""
    if name.startswith("Is"):
        if name[2:] not in BLOCKS:
            raise Null(f"没有名为 {name} 的 Unicode 区块。", f"there is no Unicode block {name}.")
        return CodeSet.of(BLOCKS[name[2:]])
    chosen = [each for key, each in _categories().items() if key == name or key[0] == name]
    if not chosen:
        raise Null(f"没有名为 {name} 的字符类别。", f"there is no category {name}.")
    return CodeSet.of(interval for each in chosen for interval in each.intervals)


@cache
def _case_groups() -> dict[int, tuple[int, ...]]:
    """Each character that has variants of case → all of them, itself included."""
    groups: dict[str, set[int]] = {}
    for code in range(sys.maxunicode + 1):
        each = chr(code)
        folded = each.casefold()
        if folded != each or each.upper() != each:
            group = groups.setdefault(folded, set())
            group.add(code)
            group.update(ord(form) for form in (each.lower(), each.upper()) if len(form) == 1)
    return {code: tuple(group) for group in groups.values() for code in group}


def with_case_variants(found: CodeSet) -> CodeSet:
    """The set and every other case of its characters."""
    more: list[Interval] = []
    for low, high in found.intervals:
        codes = _case_groups()
        inside = range(low, high + 1) if high - low < len(codes) else codes
        more.extend(
            (variant, variant)
            for code in inside
            if low <= code <= high
            for variant in codes.get(code, ())
        )
    return CodeSet.of((*found.intervals, *more))


_NAME_START: Final = CodeSet.of(
    (ord(low), ord(high))
    for low, high in (
        "::", "AZ", "__", "az", "\u00c0\u00d6", "\u00d8\u00f6", "\u00f8\u02ff", "\u0370\u037d",
        "\u037f\u1fff", "\u200c\u200d", "\u2070\u218f", "\u2c00\u2fef", "\u3001\ud7ff",
        "\uf900\ufdcf", "\ufdf0\ufffd", "\U00010000\U000effff",
    )
)  # fmt: skip
_NAME_PART: Final = _NAME_START.union(
    CodeSet.of(
        (ord(low), ord(high)) for low, high in ("-.", "09", "··", "\u0300\u036f", "\u203f\u2040")
    )
)
_SPACE: Final = CodeSet.of(((9, 10), (13, 13), (32, 32)))


def _outside_words() -> CodeSet:
    return property_set("P").union(property_set("Z")).union(property_set("C"))


CLASSES: Final[dict[str, Callable[[], CodeSet]]] = {
    "d": lambda: property_set("Nd"),
    "D": lambda: property_set("Nd").complement(),
    "s": lambda: _SPACE,
    "S": _SPACE.complement,
    "w": lambda: _outside_words().complement(),
    "W": _outside_words,
    "i": lambda: _NAME_START,
    "I": _NAME_START.complement,
    "c": lambda: _NAME_PART,
    "C": _NAME_PART.complement,
}
"""The one-letter classes of XML Schema."""
