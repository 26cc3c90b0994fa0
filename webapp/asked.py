"""What an address or a small field asks for, read without trust."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[0-9]{1,9}")


def whole(text: str) -> int | None:
    """A whole number of at most nine digits, or None: ``²`` is a digit to Python, and no number."""
    return int(text) if _WHOLE.fullmatch(text) else None
