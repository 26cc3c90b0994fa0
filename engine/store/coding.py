"""JSON as the database keeps it: numbers exact, text as written.

Fractions are read as ``decimal.Decimal`` and written with the digits they have; a binary float
would turn 0.1 into something a court could ask about.
"""

from __future__ import annotations

import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Never

from engine.model.jsontext import encoder


class _ExactNeeded(Exception):
    """The value holds a Decimal, which the fast encoder cannot write."""


def _hand_over(value: object) -> Never:
    if isinstance(value, Decimal):
        raise _ExactNeeded
    raise TypeError(f"not a JSON value: {type(value).__name__}")


_fast = encoder(_hand_over)
_EMPTY: dict[type, str] = {dict: "{}", list: "[]"}
"""Most JSON cells are empty, and a codec for nothing costs as much as one for a little."""
_decoder = json.JSONDecoder(parse_float=Decimal)
_decode = _decoder.decode
_scan = _decoder.scan_once  # type: ignore[attr-defined]  # typeshed does not know it


def dump(value: object) -> str:
    """Write a JSON value; Decimals keep every digit. Raises TypeError or ValueError for others."""
    if not value and type(value) in _EMPTY:
        return _EMPTY[type(value)]
    try:
        return _fast(value)
    except _ExactNeeded:
        parts: list[str] = []
        _write(value, parts)
        return "".join(parts)


def load(text: str) -> Any:
    """Read what ``dump`` wrote: whole numbers as int, all others as Decimal."""
    if text == "{}":
        return {}
    if text == "[]":
        return []
    try:
        return _scan(text, 0)[0]
    except StopIteration:
        return _decode(text)  # no JSON at all: let the standard library say what is wrong


def _write(value: object, parts: list[str]) -> None:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"not a JSON number: {value}")
        parts.append(str(value))
    elif isinstance(value, dict):
        _write_object(value, parts)
    elif isinstance(value, list | tuple):
        separator = "["
        for item in value:
            parts.append(separator)
            _write(item, parts)
            separator = ","
        parts.append("]" if value else "[]")
    else:
        parts.append(_fast(value))


def _write_object(value: dict[Any, Any], parts: list[str]) -> None:
    separator = "{"
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"JSON keys are text, not {type(key).__name__}")
        parts.append(separator + encode_basestring(key) + ":")
        _write(item, parts)
        separator = ","
    parts.append("}" if value else "{}")
