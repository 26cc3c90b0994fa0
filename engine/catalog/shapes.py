"""What kinds of values the tables of a package hold: told before anything is made of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.catalog.problems import problem
from engine.errors import Problem
from engine.law.rules import Status

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}")
LONGEST_TITLE = 200


def _text(value: object) -> bool:
    return isinstance(value, str)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _table(value: object) -> bool:
    return isinstance(value, dict)


def _tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _key(value: object) -> bool:
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def _title(value: object) -> bool:
    """One line of text that reads as it is written: nothing in it turns the direction of reading."""
    return (
        isinstance(value, str)
        and 0 < len(value.strip()) <= LONGEST_TITLE
        and not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in value)
    )


def _status(value: object) -> bool:
    return isinstance(value, str) and value in {status.value for status in Status}


Fits = Callable[[object], bool]
_MANIFEST: Mapping[str, Fits] = {
    "key": _key,
    "title": _title,
    "summary": _text,
    "process_id": _text,
    "start_roles": _texts,
    "start_form": _text,
    "case_number": _text,
    "title_expression": _text,
    "startable": _flag,
    "needs": _texts,
    "roles_see": _texts,
    "wall": _tables,
    "exclude": _tables,
    "confidential": _tables,
}
_WALL: Mapping[str, Fits] = {"when": _text, "track": _key, "roles": _texts}
_EXCLUDE: Mapping[str, Fits] = {"who": _text}
_CONFIDENTIAL: Mapping[str, Fits] = {"fields": _texts, "roles": _texts}
_LAW: Mapping[str, Fits] = {
    "title": _title,
    "article": _text,
    "text": _text,
    "status": _status,
    "source": _text,
}


def of_manifest(data: Mapping[str, Any]) -> Iterator[Problem]:
    """What is missing in ``process.toml`` or of the wrong kind."""
    yield from _wrong("process.toml", "", data, _MANIFEST, needed=("key", "title"))
    for name, shape in (("wall", _WALL), ("exclude", _EXCLUDE), ("confidential", _CONFIDENTIAL)):
        entries = data.get(name, ())
        for number, entry in enumerate(entries if _tables(entries) else (), 1):
            yield from _wrong("process.toml", f"{name}[{number}].", entry, shape, needed=shape)


def of_laws(data: Mapping[str, Any]) -> Iterator[Problem]:
    """What is missing in ``law.toml``, unknown there, or of the wrong kind."""
    for name, entry in data.items():
        if not _table(entry):
            yield _misfit("law.toml", name)
            continue
        yield from _wrong("law.toml", f"{name}.", entry, _LAW, needed=("title", "article", "text"))
        for unknown in sorted(entry.keys() - _LAW.keys()):
            yield _misfit("law.toml", f"{name}.{unknown}")


def of_texts(data: Mapping[str, Any]) -> Iterator[Problem]:
    """What of ``en.toml`` is no text."""
    texts = data.get("texts", {})
    if not _table(texts):
        yield _misfit("en.toml", "texts")
        return
    for chinese, english in texts.items():
        if not isinstance(english, str):
            yield _misfit("en.toml", f"texts.{chinese[:40]}")


def _wrong(
    file: str, above: str, data: Mapping[str, Any], shape: Mapping[str, Fits], needed: Any
) -> Iterator[Problem]:
    for name, fits in shape.items():
        if (name in data and not fits(data[name])) or (name in needed and name not in data):
            yield _misfit(file, f"{above}{name}")


def _misfit(file: str, where: str) -> Problem:
    return problem(
        "shape",
        where,
        f"{file} 的“{where}”缺少、不认识或类型不对。请对照 docs/modeling.md。",
        f"“{where}” of {file} is missing, unknown, or of the wrong kind. See docs/modeling.md.",
        file=file,
    )
