"""How a name is written in Latin letters, so that people are found by pinyin and by its initials."""

from __future__ import annotations

import unicodedata
from itertools import islice, product

_READINGS = 16
"""A name of characters with several readings is kept under so many of them at most."""


def spellings(name: str) -> str:
    """Every word a name is found by: its pinyin without tones, and the initials, blank-separated.

    ``单立新`` gives ``danlixin dlx shanlixin slx …``: which reading a surname has no table knows for
    certain, so all of them find it. What is no Chinese character stands as it is.
    """
    # Its tables are large: only who saves a name needs them.
    from pypinyin import Style, pinyin

    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    read = pinyin(plain, style=Style.NORMAL, heteronym=True, errors="default")
    choices = [list(dict.fromkeys(syllable)) for syllable in read]
    words: dict[str, None] = {}
    for chosen in islice(product(*choices), _READINGS):
        words["".join(chosen)] = None
        words["".join(one[0] for one in chosen if one)] = None
    return " ".join(words)


def typed(text: str) -> str:
    """What somebody typed to find a person, as it is compared: no blanks, width and case folded."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
