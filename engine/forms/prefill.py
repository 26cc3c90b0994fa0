"""What stands in a form before anybody types, and which files an answer names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.forms import limits
from engine.forms.places import dig, put, rows_of
from engine.forms.schema import INPUTS, MANY, Component, Kind


def blank(components: Sequence[Component], context: Mapping[str, object]) -> dict[str, Any]:
    """Answers from the variables of the task, or defaults; computed fields are left out."""
    answers: dict[str, Any] = {}
    _fill(components, context, answers, ())
    return answers


def _fill(
    components: Sequence[Component],
    context: object,
    answers: dict[str, Any],
    above: tuple[str, ...],
) -> None:
    for each in components:
        steps = above + each.steps
        if each.kind is Kind.GROUP:
            _fill(each.components, context, answers, steps)
        elif each.kind is Kind.DYNAMICLIST and each.steps:
            put(answers, steps, _rows(each, dig(context, steps)))
        elif each.kind in INPUTS and each.steps:
            known = dig(context, steps)
            put(answers, steps, first_value(each) if known is None else known)


def _rows(component: Component, known: object) -> list[dict[str, Any]]:
    rows = rows_of(known)[: limits.ROWS_EVER]
    if not rows:
        return [blank(component.components, {}) for _ in range(component.repetitions)]
    return [blank(component.components, row if isinstance(row, Mapping) else {}) for row in rows]


def first_value(component: Component) -> object:
    """A field's default, or the value that means empty."""
    if component.default is not None:
        return component.default
    if component.kind in MANY or (component.kind is Kind.FILEPICKER and component.multiple is True):
        return []
    return False if component.kind is Kind.CHECKBOX else None


def file_ids(components: Sequence[Component], answers: object) -> frozenset[str]:
    """Ids in the file fields of ``answers``, which may be anything."""
    return frozenset(_ids(components, answers))


def _ids(components: Sequence[Component], answers: object) -> Iterator[str]:
    for each in components:
        value = dig(answers, each.steps)
        if each.kind is Kind.GROUP:
            yield from _ids(each.components, value)
        elif each.kind is Kind.DYNAMICLIST:
            for row in rows_of(value)[: limits.ROWS_EVER]:
                yield from _ids(each.components, row)
        elif each.kind is Kind.FILEPICKER:
            for ref in [value] if isinstance(value, Mapping) else rows_of(value)[: limits.FILES]:
                identifier = dig(ref, ("id",))
                if isinstance(identifier, str):
                    yield identifier
