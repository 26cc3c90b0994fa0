"""Numbers that may stand only once in the whole office: registration numbers, document numbers.

A step names the fields that hold them by its property ``unique``. A number once taken stays taken,
also where its case was cancelled later: a register has gaps, never doubles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.errors import Problem
from engine.model.rows import Sequence

if TYPE_CHECKING:
    from engine.bpmn.definition import Element
    from engine.catalog import Package
    from engine.handlers.house import Context

_FOR_EVER = 0
"""The year under which a number is kept that belongs to no year's sequence."""


Ask = Callable[["Context", "Package", "Element", str | None, dict[str, Any]], list[Problem]]
"""``used`` or ``take``."""


def used(
    context: Context,
    package: Package,
    element: Element,
    form_id: str | None,
    answers: dict[str, Any],
) -> list[Problem]:
    """A problem for each number a step gives that was taken before. Takes none."""

    def known(name: str) -> bool:
        return context.tx.get(Sequence, name=name, year=_FOR_EVER) is not None

    return _problems(known, package, element, form_id, answers)


def take(
    context: Context,
    package: Package,
    element: Element,
    form_id: str | None,
    answers: dict[str, Any],
) -> list[Problem]:
    """Take the numbers a step gives; a problem for each that was taken before.

    Nothing is taken where the command fails, since it is all one transaction.
    """

    def doubled(name: str) -> bool:
        return context.tx.next_number(name, _FOR_EVER) > 1

    return _problems(doubled, package, element, form_id, answers)


def _problems(
    doubled: Callable[[str], bool],
    package: Package,
    element: Element,
    form_id: str | None,
    answers: dict[str, Any],
) -> list[Problem]:
    problems = []
    for field in _fields(element):
        value = answers.get(field)
        if not isinstance(value, str) or not value.strip():
            continue
        if doubled(_name(field, value.strip())):
            label = _label(package, form_id, field)
            problems.append(
                Problem(
                    code="number.taken",
                    where=field,
                    zh=f"“{label}”{value.strip()} 已经使用过。请换一个号。",
                    en=f"{package.text(label, 'en')} {value.strip()} has been used; give another.",
                )
            )
    return problems


def _fields(element: Element) -> list[str]:
    listed = element.properties.get("unique", "")
    return [name.strip() for name in listed.split(",") if name.strip()]


def _name(field: str, value: str) -> str:
    # Hashed, because a counter's name is short and a number's length is for whoever types it.
    return f"unique:{hashlib.sha256(f'{field}={value}'.encode()).hexdigest()[:40]}"


def _label(package: Package, form_id: str | None, field: str) -> str:
    form = package.form(form_id)
    component = form.find(field) if form is not None else None
    return component.label.source if component is not None else field
