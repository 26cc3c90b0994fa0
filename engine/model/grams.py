"""Texts as the search compares them: pairs of neighbouring characters, as Chinese has no blanks.

A pair is written as the two code points in hexadecimal, so that every database takes it for one
plain word, whatever it knows of the newest characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import pairwise

MOST_PAIRS = 4_000
"""Pairs kept of one text: about as many characters."""


def folded(text: str) -> str:
    """Text as it is compared: width and case folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def runs(text: str) -> list[str]:
    """The runs of letters and digits in a text, folded: what stands between signs and blanks."""
    plain = folded(text)
    return "".join(c if c.isalnum() else " " for c in plain).split()


def pairs(text: str) -> list[str]:
    """Every pair of neighbours within the runs of a text, each once, in order of appearance."""
    found: dict[str, None] = {}
    for run in runs(text):
        for first, second in pairwise(run):
            found[f"{ord(first):x}x{ord(second):x}"] = None
            if len(found) >= MOST_PAIRS:
                return list(found)
    return list(found)


def wanted(words: Iterable[str]) -> list[str]:
    """The pairs a text must have to contain all words; none where every word is a single character."""
    found: dict[str, None] = {}
    for word in words:
        found.update(dict.fromkeys(pairs(word)))
    return list(found)[:40]
