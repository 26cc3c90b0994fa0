"""Faults that only the whole form shows: keys that collide, conditions that go in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.errors import Problem
from engine.forms import limits
from engine.forms.expressions import Formula, Template
from engine.forms.messages import form_problem
from engine.forms.schema import ANSWERED, Component, Kind


def faults(components: tuple[Component, ...]) -> Iterator[Problem]:
    """Every fault between components."""
    flat = [each for top in components for each in top.walk()]
    yield from _twice(flat)
    yield from _ids(flat)
    yield from _movable(components, movable=False)
    yield from _circles(components)


def _twice(flat: list[Component]) -> Iterator[Problem]:
    leaves: set[str] = set()
    parents: set[str] = set()
    for each in flat:
        if not each.path or each.kind not in ANSWERED:
            continue
        steps = each.path.split(".")
        above = {".".join(steps[:n]) for n in range(1, len(steps))}
        # A repeating group "a" holds "a[]…"; a field "a" beside it writes the same value.
        if each.path in leaves | parents or above & leaves:
            yield form_problem("key.twice", each.path, value=each.path)
        leaves.add(each.path)
        parents |= above


def _ids(flat: list[Component]) -> Iterator[Problem]:
    seen: set[str] = set()
    for each in flat:
        if each.id and each.id in seen:
            yield form_problem(
                "component.id", each.path or each.at, severity="warning", value=each.id[:100]
            )
        seen.add(each.id)


def _movable(components: Iterable[Component], movable: bool) -> Iterator[Problem]:
    """Read-only answers are taken from the task's variables by row number; rows must not move."""
    for each in components:
        if movable and each.kind in ANSWERED and (each.readonly or each.disabled):
            yield form_problem("readonly.row", each.path)
        moves = each.kind is Kind.DYNAMICLIST and each.resizable and each.readonly is not True
        yield from _movable(each.components, movable or moves)


@dataclass(frozen=True)
class _Hangs:
    """On which other fields a field's presence or value hangs."""

    path: str
    on: frozenset[str]


def _circles(components: tuple[Component, ...]) -> Iterator[Problem]:
    hangs = {each.path: each.on for each in _dependencies(components, frozenset())}
    by_name: dict[str, list[str]] = {}
    for path in hangs:
        steps = path.replace("[]", "").split(".")
        for name in {steps[0], steps[-1]}:
            by_name.setdefault(name, []).append(path)
    graph = {
        path: [
            other
            for name in on
            # A row may ask how many rows there are: that is no circle.
            if not path.startswith(f"{name}[].")
            for other in by_name.get(name, ())
        ]
        for path, on in hangs.items()
    }
    yield from _walk_graph(graph)


def _dependencies(components: Iterable[Component], above: frozenset[str]) -> Iterator[_Hangs]:
    for each in components:
        hidden = above | (each.hide.mentions() if each.hide else frozenset())
        if each.path and each.kind in ANSWERED:
            yield _Hangs(each.path, hidden.union(*(_f.mentions() for _f in _own(each))))
        yield from _dependencies(each.components, hidden)


def _own(each: Component) -> Iterator[Formula]:
    for formula in (each.formula, each.readonly, each.disabled):
        if isinstance(formula, Formula):
            yield formula


def _walk_graph(graph: Mapping[str, list[str]]) -> Iterator[Problem]:
    depth: dict[str, int] = {}
    for start in graph:
        trail: list[str] = []
        stack = [(start, iter(graph[start]))] if start not in depth else []
        trail.extend(path for path, _ in stack)
        while stack:
            path, others = stack[-1]
            other = next(others, None)
            if other is None:
                depth[path] = 1 + max((depth.get(each, 0) for each in graph[path]), default=0)
                stack.pop()
                trail.pop()
            elif other in trail:
                circle = [*trail[trail.index(other) :], other]
                yield form_problem("form.circle", other, value=" → ".join(circle))
                return
            elif other not in depth:
                stack.append((other, iter(graph[other])))
                trail.append(other)
    for path, length in depth.items():
        if length > limits.CONDITION_CHAIN:
            yield form_problem("form.chain", path, value=path, limit=limits.CONDITION_CHAIN)


def triggers(components: tuple[Component, ...]) -> frozenset[str]:
    """Paths of fields on whose answers the look of the form depends."""
    flat = [each for top in components for each in top.walk()]
    mentioned = frozenset().union(*(_shaping(each) for each in flat))
    computed = {each: each.formula.mentions() for each in flat if each.formula is not None}
    while True:
        # What a computed field is made of matters as much as the field itself.
        more = frozenset().union(*(on for each, on in computed.items() if _named(each, mentioned)))
        if more <= mentioned:
            break
        mentioned |= more
    return frozenset(
        each.path
        for each in flat
        if each.path and each.kind in ANSWERED and _named(each, mentioned)
    )


def _named(each: Component, mentioned: frozenset[str]) -> bool:
    steps = each.path.replace("[]", "").split(".")
    return bool(mentioned & {steps[0], steps[-1]})


def _shaping(each: Component) -> frozenset[str]:
    """Names on which the look of a component hangs (not whether its answer is right)."""
    unseen = (each.rules.valid_when, each.rules.valid_message)
    hidden = each.kind is Kind.EXPRESSION and not each.label.source
    names = [
        part.mentions()
        for part in _computed_parts(each)
        if isinstance(part, (Formula, Template))
        and not any(part is one for one in unseen)
        and not (hidden and part is each.formula)
    ]
    names.append(frozenset(each.options.key[:1]))
    return frozenset().union(*names)


def _computed_parts(each: Component) -> Iterator[object]:
    """Everything of a component that may be a formula."""
    yield from (each.hide, each.readonly, each.disabled, each.multiple, each.formula)
    yield from (each.options.formula, each.source, each.table_formula)
    yield from (each.label, each.description, each.help, each.text, each.prefix, each.suffix)
    if each.picker is not None:
        yield from (each.picker.role, each.picker.unit)
    rules = each.rules
    yield from (rules.required_when, rules.valid_when, rules.valid_message)
    yield from (rules.min, rules.max, rules.min_length, rules.max_length)
    yield from (rules.min_items, rules.max_items, rules.min_date, rules.max_date)


def computes(components: tuple[Component, ...]) -> bool:
    """Whether the form has any formula: without one, a single look at the answers is enough."""
    return any(
        each.options.key
        or any(isinstance(one, Formula) for one in _computed_parts(each))
        or any(isinstance(one, Template) and not one.fixed for one in _computed_parts(each))
        for top in components
        for each in top.walk()
    )
