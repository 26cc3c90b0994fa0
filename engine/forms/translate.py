"""The texts of a form: which there are, and the same form in another language.

Only what people read is translated: keys, values of choices and formulas stay, so that an English
page and a Chinese one give the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_ATTRIBUTES = ("label", "description", "text", "dateLabel", "timeLabel")
_PROPERTIES = ("label", "help", "validMessage")
_ADORNERS = ("prefixAdorner", "suffixAdorner")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def texts(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Every text of the form that people read and that holds Chinese, in order, once each."""
    found: dict[str, None] = {}

    def note(text: str) -> str:
        if text.strip() and _HAN.search(text):
            found[text] = None
        return text

    _rewritten(document, note)
    return tuple(found)


_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


def translated(document: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """A copy of the document with the texts that have a translation replaced."""
    return _rewritten(document, lambda text: texts.get(text, text))


def _rewritten(raw: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """A copy with ``change`` applied to every text; tolerant of any shape."""
    copy = dict(raw)
    # A text may also be written into a formula (= if … then "…"): its literals are not taken
    # apart here, the whole result is looked up when it has been computed.
    _apply(copy, _ATTRIBUTES, change)
    for name, keys in (("properties", _PROPERTIES), ("appearance", _ADORNERS)):
        inner = copy.get(name)
        if isinstance(inner, Mapping):
            copy[name] = dict(inner)
            _apply(copy[name], keys, change)
    for name in ("values", "columns"):
        entries = copy.get(name)
        if isinstance(entries, list):
            copy[name] = [_entry(each, change) for each in entries]
    for name in ("valuesExpression", "expression"):
        formula = copy.get(name)
        if isinstance(formula, str):
            _LITERAL.sub(lambda match: _noted(match, change), formula)
    children = copy.get("components")
    if isinstance(children, list):
        copy["components"] = [
            _rewritten(each, change) if isinstance(each, Mapping) else each for each in children
        ]
    return copy


def _entry(raw: Any, change: Callable[[str], str]) -> Any:
    if not isinstance(raw, Mapping):
        # A choice written as a bare value shows its value; only the label may change.
        return {"value": raw, "label": change(raw)} if isinstance(raw, str) else raw
    copy = dict(raw)
    if not copy.get("label") and isinstance(copy.get("value"), str):
        copy["label"] = copy["value"]
    _apply(copy, ("label",), change)
    return copy


def _apply(target: dict[str, Any], keys: tuple[str, ...], change: Callable[[str], str]) -> None:
    for key in keys:
        text = target.get(key)
        if isinstance(text, str) and text:
            if text.lstrip().startswith("="):
                _LITERAL.sub(lambda match: _noted(match, change), text)
            else:
                target[key] = change(text)


def _noted(match: re.Match[str], change: Callable[[str], str]) -> str:
    change(match[1])
    return match[0]
