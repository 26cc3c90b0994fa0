"""Text as people see it: what is invisible, or turns the direction of reading, is not written."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"
"""Invisible, but some scripts and pictures are wrong without them."""
_UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    """The text without marks that cannot be seen and only change what is.

    An opinion of nothing but zero-width blanks says nothing; no amount is read from right to left.
    """
    if text.isascii():
        return text
    shown = "".join(c for c in text if unicodedata.category(c) != "Cf" or c in _JOINERS)
    return shown if shown.strip(_JOINERS).strip() else ""


def written(text: str) -> str:
    """What somebody wrote outside a form, fit for every database and document, trimmed."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return visible(_UNWRITTEN.sub("", lines)).strip()
