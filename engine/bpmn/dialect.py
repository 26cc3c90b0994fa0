"""What our dialect says of an element: the ``zeebe:`` extension elements, read one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from engine.bpmn import names
from engine.bpmn.definition import Constraint

PROPERTIES: Final = frozenset(
    {
        "constraint.N",
        "constraint.N.message",
        "deadline",
        "deadline.from",
        "document",
        "extend",
        "extend.deadline",
        "extend.reason",
        "form",
        "irrevocable",
        "law",
        "notHandlerOf",
        "returnTo",
        "role",
        "sameHandlerAs",
        "sender",
        "stage",
        "step",
        "unique",
    }
)
"""Every ``zeebe:property`` that means something to us; editors and their templates offer each."""

_SEPARATORS = re.compile(r"[,，、;；\s]+")
_CONSTRAINT = re.compile(r"constraint\.([A-Za-z0-9_]+)")


def extension(element: etree._Element, local: str) -> etree._Element | None:
    """The first ``zeebe:`` extension element of that name, directly in ``extensionElements``."""
    return next(extensions(element, local), None)


def extensions(element: etree._Element, local: str) -> Iterator[etree._Element]:
    """All ``zeebe:`` extension elements of that name, directly in ``extensionElements``."""
    tag = names.zeebe(local)
    for holder in element.iterchildren(names.bpmn("extensionElements")):
        yield from holder.iterchildren(tag)


def value(element: etree._Element, local: str, attribute: str) -> str | None:
    """An attribute of an extension element, trimmed; None when absent or empty."""
    found = extension(element, local)
    if found is None:
        return None
    return (found.get(attribute) or "").strip() or None


def properties(element: etree._Element) -> dict[str, str]:
    """The ``zeebe:property`` values by name; the last of equal names wins."""
    found: dict[str, str] = {}
    for holder in extensions(element, "properties"):
        for each in holder.iterchildren(names.zeebe("property")):
            name = (each.get("name") or "").strip()
            if name:
                found[name] = (each.get("value") or "").strip()
    return found


def listed(text: str | None) -> tuple[str, ...]:
    """The words of a list written with commas, Chinese ones included."""
    return tuple(word for word in _SEPARATORS.split(text or "") if word)


def constraints(values: Mapping[str, str]) -> tuple[Constraint, ...]:
    """``constraint.N`` with its ``constraint.N.message``, in the order of N."""
    found = []
    for name, expression in values.items():
        match = _CONSTRAINT.fullmatch(name)
        if match and expression:
            message = values.get(f"{name}.message", "")
            found.append(
                (_natural(match.group(1)), Constraint(expression=expression, message=message))
            )
    found.sort(key=lambda pair: pair[0])
    return tuple(each for _, each in found)


def _natural(label: str) -> tuple[int, str]:
    return (int(label), "") if label.isdecimal() and len(label) < 10 else (10**10, label)


def expression(text: str | None) -> str | None:
    """The FEEL of a text that begins with ``=``, without it; None for literals."""
    stripped = (text or "").strip()
    return stripped[1:].strip() if stripped.startswith("=") else None


def condition(text: str | None) -> str:
    """A condition's FEEL: always FEEL, with or without a leading ``=``."""
    stripped = (text or "").strip()
    return stripped[1:].strip() if stripped.startswith("=") else stripped
