"""Two states of a form that began as one, brought together field by field and attribute by attribute."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from engine.forms import limits
from engine.forms.difference import NAMES, written
from engine.forms.reading import load
from engine.model.threeway import (
    GONE,
    ORDER,
    WITHIN,
    Clash,
    Contested,
    Part,
    Parts,
    Together,
    gone,
    merge,
)

_TOP: Final = "/"
"""The form itself, which holds every component."""
_INSIDE: Final = "components"
_UNASKED: Final = frozenset(
    {"id", "layout.row", "exporter.name", "exporter.version", "executionPlatform",
     "executionPlatformVersion", "schemaVersion"}
)  # fmt: skip
"""What editors write for themselves."""
_SPECIAL: Final[Mapping[str, tuple[str, str]]] = {
    GONE: ("", ""),
    WITHIN: ("所在的组", "group it stands in"),
    ORDER: ("字段的顺序", "order of the fields"),
}


def together(
    base: bytes, mine: bytes, theirs: bytes, *, take_theirs: Collection[str] = ()
) -> Together | None:
    """The form of both, with what has to be chosen; None where one of the three cannot be read.

    Fields are the same whose ids or keys are; what both changed to something else stays as I have it,
    unless its key is in ``take_theirs``.
    """
    documents = [_Document.of(each) for each in (base, mine, theirs)]
    if any(each is None for each in documents):
        return None
    known = [each for each in documents if each is not None]
    by_id = not _mixed(known, _keys(known, by_id=True)[1:])
    parts = [_parts(*each) for each in zip(known, _keys(known, by_id=by_id), strict=True)]
    merged, clashes = merge(*parts, take_theirs=take_theirs, quiet=_quiet)
    document = _document(merged)
    named = [node.path for node in _walk(document) if node.named]
    if len(set(named)) < len(named):
        return None
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n" * mine.endswith(b"\n")
    told = tuple(_told(clash, *parts) for clash in clashes)
    return Together(content=text.encode("utf-8", "replace"), contested=told)


def _quiet(part: str, attribute: str) -> bool:
    return attribute in _UNASKED and not (part == _TOP and attribute == "id")


# ---------------------------------------------------------------------- apart


@dataclass(frozen=True)
class _Node:
    raw: Mapping[str, Any]
    path: str
    named: bool
    above: int
    """Number of what holds it among the nodes; -1 for the form."""


@dataclass(frozen=True)
class _Document:
    raw: Mapping[str, Any]
    nodes: list[_Node]

    @classmethod
    def of(cls, data: bytes) -> _Document | None:
        document, problems = load(data)
        if document is None or any(each.severity == "error" for each in problems):
            return None
        raw = json.loads(data, parse_float=_number)
        try:
            nodes = list(_walk(raw))
        except ValueError:
            return None
        paths = [node.path for node in nodes]
        return cls(raw, nodes) if len(set(paths)) == len(paths) else None


def _number(text: str) -> float | str:
    """A number that is written back as it was; forms may have them as texts."""
    number = float(text)
    return number if Decimal(repr(number)) == Decimal(text) else text


def _walk(form: Mapping[str, Any]) -> Iterator[_Node]:
    """Components before what they hold. Raises ValueError for what is no component."""
    waiting = [(form, "", "", -1, 0)]
    number = 0
    while waiting:
        above, before, unnamed, index, depth = waiting.pop(0)
        counted: dict[str, int] = {}
        components = above.get(_INSIDE, [])
        if not isinstance(components, list) or depth > limits.FORM_DEPTH:
            raise ValueError("no components")
        for raw in components:
            if not isinstance(raw, Mapping):
                raise ValueError("no component")
            kind = str(raw.get("type", ""))
            own = raw.get("path" if kind in ("group", "dynamiclist") else "key")
            counted[kind] = counted.get(kind, 0) + 1
            path = f"{before}{own}" if own else f"{unnamed}{kind}#{counted[kind]}"
            yield _Node(raw, path, bool(own), index)
            below = f"{path}[]." if kind == "dynamiclist" else f"{path}." if own else before
            waiting.append((raw, below, f"{path}/", number, depth + 1))
            number += 1


def _keys(documents: list[_Document], *, by_id: bool) -> list[list[str]]:
    """How each component of base, mine and theirs is called, the same where it is the same one."""
    base = documents[0]
    ids = _ids(base) if by_id else {}
    found = [[node.path for node in base.nodes]]
    for side in documents[1:]:
        own = _ids(side)
        taken = {
            number: ids[_id(node)]
            for number, node in enumerate(side.nodes)
            if _id(node) in ids and _id(node) in own
        }
        used = set(taken.values())
        for number, node in enumerate(side.nodes):
            if number not in taken:
                key = node.path
                while key in used:
                    key += "+"
                taken[number] = key
                used.add(key)
        found.append([taken[number] for number in range(len(side.nodes))])
    return found


def _mixed(documents: list[_Document], keys: list[list[str]]) -> bool:
    """Whether mine and theirs call two different fields the same: then their names tell them apart."""
    mine, theirs = (
        {node.path: key for node, key in zip(side.nodes, called, strict=True) if node.named}
        for side, called in zip(documents[1:], keys, strict=True)
    )
    return any(theirs.get(path, key) != key for path, key in mine.items())


def _id(node: _Node) -> str:
    return str(node.raw.get("id") or "")


def _ids(document: _Document) -> dict[str, str]:
    """Paths by id, of ids that stand once."""
    found: dict[str, list[str]] = {}
    for node in document.nodes:
        if _id(node):
            found.setdefault(_id(node), []).append(node.path)
    return {each: paths[0] for each, paths in found.items() if len(paths) == 1}


def _parts(document: _Document, keys: list[str]) -> Parts:
    found = {_TOP: Part(says=_says(document.raw))}
    for node, key in zip(document.nodes, keys, strict=True):
        above = keys[node.above] if node.above >= 0 else _TOP
        found[key] = Part(within=above, says=_says(node.raw))
    return found


def _says(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes, those of objects one by one; a mark where there may be components."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        if name == _INSIDE:
            found[name] = True
        elif isinstance(value, Mapping) and value:
            found |= {
                f"{name}.{inside}": _Kept(name, inside, each) for inside, each in value.items()
            }
        else:
            found[name] = _Kept(name, None, value)
    return found


@dataclass(frozen=True)
class _Kept:
    """A value as JSON has it: true is not 1 there, and null is not nothing."""

    name: str
    inside: str | None
    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self._as_json == other._as_json

    def __hash__(self) -> int:
        return hash(self._as_json)

    @property
    def _as_json(self) -> str:
        return json.dumps([self.name, self.inside, self.value], sort_keys=True)


# ---------------------------------------------------------------------- written back


def _document(parts: Parts) -> dict[str, Any]:
    made = {key: _component(part) for key, part in parts.items()}
    for key, part in parts.items():
        if part.within in made:
            made[part.within].setdefault(_INSIDE, []).append(made[key])
    return made[_TOP]


def _component(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, kept in part.says.items():
        if name == _INSIDE:
            found[name] = []
        elif kept.inside is None:
            found.setdefault(kept.name, kept.value)
        else:
            holder = found.setdefault(kept.name, {})
            if isinstance(holder, dict):
                holder[kept.inside] = kept.value
            else:
                found[kept.name] = {kept.inside: kept.value}
    return found


# ---------------------------------------------------------------------- in words


def _told(clash: Clash, base: Parts, mine: Parts, theirs: Parts) -> Contested:
    sides = [side.get(clash.part) for side in (mine, theirs, base)]
    shown = next(part for part in sides if part is not None)
    label = _label(shown, clash.part)
    whole = clash.part == _TOP
    told = Contested(
        key=clash.key,
        zh="表单" if whole else f"字段“{label}”",
        en="The form" if whole else f"Field “{label}”",
    )
    zh, en = _SPECIAL.get(clash.attribute) or NAMES.get(clash.attribute, (clash.attribute,) * 2)
    if clash.attribute == GONE:
        return gone(told, clash, mine)
    values = (clash.before, clash.mine, clash.theirs)
    if clash.attribute in (WITHIN, ORDER):
        places: Parts = {**base, **theirs, **mine}
        said = [_places(value, places) for value in values]
    else:
        said = [written(value.value) if isinstance(value, _Kept) else "" for value in values]
    return replace(
        told, attribute_zh=zh, attribute_en=en, before=said[0], mine=said[1], theirs=said[2]
    )


def _label(part: Part, key: str) -> str:
    said = (part.says.get(name) for name in ("label", "text", "dateLabel"))
    texts = [each.value for each in said if isinstance(each, _Kept)]
    return str(next((text for text in texts if text), key))[:80]


def _places(value: object, known: Parts) -> str:
    keys = value if isinstance(value, tuple) else (value,)
    named = (_label(known[key], key) if key != _TOP else "/" for key in keys if key in known)
    return "、".join(named)[:300]
