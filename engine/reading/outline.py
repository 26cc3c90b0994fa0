"""A kind of matter in outline: its stages, what the law limits, and how long it usually takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from engine import queries as q
from engine.clock import from_millis, legal_date
from engine.errors import NotFound
from engine.handlers.opening import heading
from engine.law.rules import DeadlineRule, Unit

if TYPE_CHECKING:
    from engine.bpmn import Element
    from engine.catalog import Package
    from engine.reading.common import Desk

FEWEST: Final = 5
"""Fewer ended cases than this say nothing about how long one takes."""
MOST: Final = 100
"""How many of the cases that were started last are looked at."""


def stages(at: Desk, package: Package) -> tuple[q.StageOutline, ...]:
    """The stages a case comes through, in the order of the drawing."""
    elements = package.definition.elements
    found: dict[str, list[str]] = {}
    certain: set[str] = set()
    for ahead in package.definition.ways.way(package.manifest.process_id):
        element = elements[ahead.element_id]
        name = package.text(heading(element, elements), at.lang)
        found.setdefault(name, []).append(package.text(element.name, at.lang))
        if ahead.certain:
            certain.add(name)
    return tuple(
        q.StageOutline(name=name, steps=tuple(dict.fromkeys(steps)), certain=name in certain)
        for name, steps in found.items()
    )


def limits(at: Desk, package: Package) -> tuple[q.LimitOutline, ...]:
    """The limits its steps are under; those that a decision chooses are not told."""
    found: dict[str, q.LimitOutline] = {}
    for element, rule in _rules(at, package):
        text = _words(at, rule)
        if text and rule.id not in found:
            found[rule.id] = q.LimitOutline(
                title=at.pick(rule.zh, rule.en),
                step=package.text(element.name, at.lang) if element.kind != "process" else "",
                text=text,
                basis=at.pick(rule.citation_zh, rule.citation_en),
                status=rule.status.value,
                status_text=at.pick(rule.status.zh, rule.status.en),
            )
    return tuple(found.values())


def _rules(at: Desk, package: Package) -> Iterator[tuple[Element, DeadlineRule]]:
    elements = package.definition.elements
    way = [each.element_id for each in package.definition.ways.way(package.manifest.process_id)]
    # What holds for the whole comes first, then the steps on their way, then what is left.
    first = [each.id for each in elements.values() if each.kind == "process"]
    for element_id in dict.fromkeys((*first, *way, *elements)):
        for rule_id in elements[element_id].deadlines:
            if rule_id.startswith("="):
                continue
            try:
                yield elements[element_id], package.rules.get(rule_id, legal_date(at.now))
            except NotFound:
                continue  # Not in force today: no limit for whoever starts now.


def _words(at: Desk, rule: DeadlineRule) -> str:
    """How much time the law gives, and how much must pass."""
    parts = []
    if rule.minimum is not None:
        least, unit = rule.minimum, rule.minimum_unit
        parts.append(at.pick(f"不少于 {least} {unit.zh}", f"at least {least} {unit.en(least)}"))
    if rule.unit is Unit.DATE:
        month, _, day = rule.month_day.partition("-")
        parts.append(at.pick(f"{int(month)}月{int(day)}日前", f"by {rule.month_day} (month-day)"))
    elif rule.limit is not None:
        most, unit = rule.limit, rule.unit
        if rule.direction == "before":
            parts.append(at.pick(f"提前 {most} {unit.zh}", f"{most} {unit.en(most)} before"))
        else:
            parts.append(at.pick(f"不超过 {most} {unit.zh}", f"at most {most} {unit.en(most)}"))
    starts = at.pick(rule.starts_zh, rule.starts_en)
    if parts and starts:
        told = at.pick(f"从{starts}算起", f"counted from: {starts}")
        back = at.pick(f"以{starts}倒推", f"counted back from: {starts}")
        parts.append(back if rule.direction == "before" else told)
    return at.pick("，", ", ").join(parts)


def usual(at: Desk, process_key: str) -> q.UsualTime | None:
    """How long the latest ended cases took, of those the viewer may see; None for too few."""
    page = at.reader.cases(
        at.viewer, process_key=process_key, state="completed", sort="-opened", limit=MOST
    )
    taken = sorted(
        (legal_date(from_millis(row.ended_at)) - legal_date(from_millis(row.started_at))).days
        for row in page.rows
        if row.ended_at is not None
    )
    if len(taken) < FEWEST:
        return None
    return q.UsualTime(
        count=len(taken),
        median=taken[(len(taken) - 1) // 2],
        shortest=taken[0],
        longest=taken[-1],
    )
