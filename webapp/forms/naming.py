"""How a field's path is written as an HTML name, and back.

``bases[0].title`` is ``bases-0-title``: keys hold no hyphen, so nothing is ambiguous. What a page
sends beside answers has an underscore in front, which no key has: ``agree-_on``.
"""

from __future__ import annotations

ID_PREFIX = "f-"

SHOWN = "_on"
"""Sent along by fields that send nothing when empty: that the person saw them."""
KEEP = "_keep"
"""Ids of uploaded files that are to stay."""
ROW = "_row"
"""Sent along by every row of a repeating group, so that an empty one is not lost."""


def name_of(path: str) -> str:
    """The HTML name of the field at ``path``."""
    return path.replace("[", "-").replace("]", "").replace(".", "-")


def id_of(path: str) -> str:
    """The HTML id of the field at ``path``."""
    return ID_PREFIX + name_of(path)
