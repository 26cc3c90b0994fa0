"""Two texts side by side: the text of a file, and what differs by line, word and character."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from lxml import etree

MOST_BYTES = 20_000_000
"""Bytes of text that are read out of one file, unpacked."""
MOST_LINES = 2_000
LONGEST_LINE = 4_000
"""What is compared of a text; the rest is told as cut."""
FINE = 1_000_000
"""Pairs of words up to which two lines are compared exactly."""
ENOUGH = 30_000_000
"""Pairs of words compared altogether; beyond that lines are told as changed as a whole."""
MOST_PAIRS = 400
"""Pairs of lines that are tried when a passage became longer or shorter."""
READABLE = (".docx", ".txt", ".csv", ".md")
"""Endings of files whose text can be read."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WORD = re.compile(r"[A-Za-z]+|\d+|\s+|.", re.DOTALL)

Kind = Literal["same", "changed", "removed", "added"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of both texts. Parts are texts, each with whether it differs from the other side."""

    kind: Kind
    old: tuple[tuple[str, bool], ...] = ()
    new: tuple[tuple[str, bool], ...] = ()


def readable(name: str) -> bool:
    """Whether the text of a file with this name can be read."""
    return name.lower().endswith(READABLE)


def lines_of(path: Path, name: str) -> tuple[list[str], bool]:
    """The lines of a file that say something, and whether more of it was cut off.

    A file that is not what its name says has no lines.
    """
    found: list[str] = []
    try:
        for line in _docx(path) if name.lower().endswith(".docx") else _plain(path):
            text = line.strip()
            if not text:
                continue
            if len(found) == MOST_LINES:
                return found, True
            found.append(text[:LONGEST_LINE])
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, OSError, RuntimeError, ValueError):
        return found, True
    return found, False


def _plain(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        data = file.read(MOST_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    yield from text.splitlines()


def _docx(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as package, package.open("word/document.xml") as part:
        data = part.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(path)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for paragraph in etree.fromstring(data, parser).iter(f"{_W}p"):
        yield "".join(_said(paragraph))


def _said(paragraph: etree._Element) -> Iterator[str]:
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br"):
        yield (node.text or "") if node.tag == f"{_W}t" else " "


def compare(old: Sequence[str], new: Sequence[str]) -> list[Row]:
    """Both texts line by line, with what was taken out and put in."""
    rows: list[Row] = []
    left = ENOUGH
    for what, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if what == "equal":
            rows += [_same(text) for text in old[a:b]]
            continue
        for one, other in _paired(old[a:b], new[c:d]):
            if one is not None and other is not None:
                row, cost = _changed(one, other, left)
                rows.append(row)
                left -= cost
            elif one is not None:
                rows.append(Row(kind="removed", old=((one, True),)))
            elif other is not None:
                rows.append(Row(kind="added", new=((other, True),)))
    return rows


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Lines that took each other's place: the likest ones together, in their order."""
    if len(old) == len(new) or not old or not new or len(old) * len(new) > MOST_PAIRS:
        yield from zip_longest(old, new)
        return
    # How like all lines from i and j on can be together; a sure no counts as nothing.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    like = [[_likeness(one, other) for other in new] for one in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            together = best[i + 1][j + 1] + like[i][j]
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(old) and j < len(new):
        if like[i][j] and best[i][j] == best[i + 1][j + 1] + like[i][j]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield old[i], None
            i += 1
        else:
            yield None, new[j]
            j += 1
    yield from zip_longest(old[i:], ())
    yield from ((None, text) for text in new[j:])


def _likeness(one: str, other: str) -> float:
    """By the characters both have; what shares less than half is nothing alike."""
    found = SequenceMatcher(None, one, other).quick_ratio()
    return found if found > 0.5 else 0.0


def _same(text: str) -> Row:
    return Row(kind="same", old=((text, False),), new=((text, False),))


def _changed(one: str, other: str, left: int) -> tuple[Row, int]:
    """Two lines in each other's place, by words and characters; and what it cost."""
    a, b = _WORD.findall(one), _WORD.findall(other)
    cost = len(a) * len(b)
    if cost > left:
        return Row(kind="changed", old=((one, True),), new=((other, True),)), 0
    matcher = SequenceMatcher(None, a, b, autojunk=cost > FINE)
    old: list[tuple[str, bool]] = []
    new: list[tuple[str, bool]] = []
    for what, i, j, k, m in matcher.get_opcodes():
        differs = what != "equal"
        if j > i:
            old.append(("".join(a[i:j]), differs))
        if m > k:
            new.append(("".join(b[k:m]), differs))
    return Row(kind="changed", old=tuple(old), new=tuple(new)), cost
