"""A form or document template called otherwise, in every place of a drawing that names it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Final, Literal

Named = Literal["form", "document"]

_TAG: Final = re.compile(r"<[\w.:-]+(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_ATTRIBUTE: Final = re.compile(r"([\w.:-]+)(\s*=\s*)(\"[^\"]*\"|'[^']*')")


def renamed(model: bytes, kind: Named, old: str, new: str) -> bytes:
    """The drawing with ``old`` called ``new``; everything else stays as it is written.

    Raises UnicodeDecodeError for what is no UTF-8.
    """
    text = model.decode()
    return _TAG.sub(lambda tag: _tag(tag[0], kind, old, new), text).encode()


def _tag(tag: str, kind: Named, old: str, new: str) -> str:
    local = re.split(r"[\s/>]", tag[1:], maxsplit=1)[0].rpartition(":")[2]
    known = {name.rpartition(":")[2]: _value(value) for name, _, value in _ATTRIBUTE.findall(tag)}
    if kind == "form" and local == "formDefinition":
        return _with(tag, "formId", lambda value: new if value == old else value)
    if local != "property" or known.get("name") != kind:
        return tag
    return _with(tag, "value", lambda value: _listed(value, kind, old, new))


def _listed(value: str, kind: Named, old: str, new: str) -> str:
    if kind == "form":
        return new if value.strip() == old else value
    return re.sub(
        r"[^,]+", lambda each: each[0].replace(old, new) if each[0].strip() == old else each[0],
        value,
    )  # fmt: skip


def _with(tag: str, name: str, change: Callable[[str], str]) -> str:
    def attribute(found: re.Match[str]) -> str:
        before = _value(found[3])
        after = change(before)
        if found[1].rpartition(":")[2] != name or after == before:
            return found[0]
        quote = found[3][0]
        return f"{found[1]}{found[2]}{quote}{escape(after)}{quote}"

    return _ATTRIBUTE.sub(attribute, tag)


def _value(quoted: str) -> str:
    return unescape(quoted[1:-1])
