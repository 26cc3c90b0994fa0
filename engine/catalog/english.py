"""The English of a package's texts: read, and written back so that the rest of its file stays."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from engine.catalog.problems import problem
from engine.errors import Invalid
from engine.law.tables import loads

ENGLISH = "en.toml"
"""Where a package keeps it: one table that maps each Chinese text to its English."""


def english(content: bytes) -> dict[str, str]:
    """Chinese → English; nothing where the file cannot be read, which the check tells."""
    try:
        return _read(content)
    except ValueError:
        return {}


def _read(content: bytes) -> dict[str, str]:
    """Raises ValueError (UnicodeDecodeError among them)."""
    texts = loads(content.decode()).get("texts", {})
    if not isinstance(texts, dict):
        raise ValueError("no table of texts")
    return {zh: en for zh, en in texts.items() if isinstance(en, str)}


def with_english(content: bytes, changes: Mapping[str, str]) -> bytes:
    """The file with these texts put in, or taken out where their English is empty.

    Lines that are not concerned stay as they are, remarks included. Raises Invalid where the file
    cannot be read.
    """
    try:
        wanted = _read(content)
    except ValueError as exc:
        raise Invalid(
            [
                problem(
                    "toml",
                    "",
                    f"{ENGLISH} 无法读取，英文没有保存。请先改正它。",
                    f"{ENGLISH} cannot be read, so the English was not kept. Mend it first.",
                    file=ENGLISH,
                )
            ]
        ) from exc
    wanted |= changes
    wanted = {zh: en for zh, en in wanted.items() if en}
    text = content.decode() or "[texts]\n"
    for zh, en in changes.items():
        text = _with_line(text, zh, en)
    if _told(text) == wanted:
        return text.encode("utf-8", "replace")
    lines = (f"{_quoted(zh)} = {_quoted(en)}\n" for zh, en in wanted.items())
    return ("[texts]\n" + "".join(lines)).encode("utf-8", "replace")


def _told(text: str) -> dict[str, str]:
    return english(text.encode("utf-8", "replace"))


def _with_line(text: str, zh: str, en: str) -> str:
    line = f"{_quoted(zh)} = {_quoted(en)}\n" if en else ""
    old = re.compile(rf"^[ \t]*{re.escape(_quoted(zh))}[ \t]*=.*(?:\n|\Z)", re.MULTILINE)
    if old.search(text):
        return old.sub(lambda _: line, text, count=1)
    return text if text.endswith("\n") and not line else text.rstrip("\n") + "\n" + line


def _quoted(text: str) -> str:
    """A basic string of TOML; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
