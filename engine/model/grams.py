"""Texts as the search compares them: pairs of neighbouring characters, as Chinese has no blanks.

A pair is written as the two code points in hexadecimal, so that every database takes it for one
plain word, whatever it knows of the newest characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

MOST_PAIRS = 4_000
"""Pairs kept of one text: about as many characters."""


def kept(text: str) -> str:
    """Text as it is kept: letters and digits of one width, signs as they were written."""
    return "".join(map(_plain, text))


def folded(text: str) -> str:
    """Text as it is compared: width and case folded, character by character."""
    return "".join(map(_low, kept(text)))


@lru_cache(maxsize=20_000)
def _plain(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 and plain.isalnum() else character


def _low(character: str) -> str:
    low = character.lower()
    return low if len(low) == 1 else character


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


_ALL_OF = 5
"""Of a word with more pairs than that, every other pair is looked for: they are of all its characters."""


def wanted(words: Iterable[str]) -> list[str]:
    """Pairs that a text which contains all words has; none where every word is a single character."""
    found: dict[str, None] = {}
    for word in words:
        each = pairs(word)
        if len(each) > _ALL_OF:
            each = [*each[:-1:2], each[-1]]
        found.update(dict.fromkeys(each))
    return list(found)[:40]
