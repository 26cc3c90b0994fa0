"""Supervision with a hundred thousand cases: every page of it, by every filter, as those see it who may."""

from __future__ import annotations

from collections.abc import Iterator

from bench.filling import CLERK, DISCIPLINE, HEAD, UNIT_HEAD
from bench.report import Figure
from bench.visits import Visit, visited
from engine.engine import Engine
from webapp.views.supervision import LAMPS, STATES

FEW, MANY = 2_000, 100_000
BOUND = 300

_KIND, _ELEMENT, _UNIT = "complaint", "C2_classify", "economy"
_PAGES = (
    "/supervision/board",
    f"/supervision/board?process={_KIND}",
    f"/supervision/board?unit={_UNIT}",
    f"/supervision/board?process={_KIND}&unit={_UNIT}",
    "/supervision/trend",
    f"/supervision/trend?process={_KIND}",
    f"/supervision/trend?unit={_UNIT}",
    f"/supervision/steps?process={_KIND}",
    f"/supervision/steps?process={_KIND}&by=time",
    f"/supervision/steps?process={_KIND}&since=2026-10-01&until=2026-11-01",
    f"/supervision/steps/taken?process={_KIND}&element={_ELEMENT}",
)
_LISTS = (
    "/supervision/",
    *(f"/supervision/?state={state}" for state in STATES),
    *(f"/supervision/?lamp={lamp}" for lamp in LAMPS),
    "/supervision/?sort=-opened",
    "/supervision/?sort=opened",
    f"/supervision/?unit={_UNIT}",
    f"/supervision/?unit={_UNIT}&state=open",
    f"/supervision/?unit={_UNIT}&process={_KIND}&state=open",
    "/supervision/?unit=-",
    f"/supervision/?process={_KIND}",
    f"/supervision/?process={_KIND}&sort=-opened",
    f"/supervision/?process={_KIND}&lamp=red",
    "/supervision/?state=in_time&ended=2026-05",
    "/supervision/?state=late&ended=2025-01",
    f"/supervision/?state=open&at={_KIND}:{_ELEMENT}",
    "/supervision/?stage=调查",
    "/supervision/?stage=没有",
    "/supervision/?text=水渠",
    "/supervision/?text=水渠&sort=-opened",
    "/supervision/?text=老鸦村祠堂",
    "/supervision/?text=77777",
    "/supervision/?text=没有的",
    "/supervision/?text=没有的&state=open",
)


def run(database: str, few: Engine, many: Engine) -> Iterator[Figure]:
    """Milliseconds the server takes for each page, with the page in a small house beside it."""
    visits = [
        *(Visit(who, page) for who in (HEAD, UNIT_HEAD, DISCIPLINE) for page in _PAGES),
        *(Visit(who, page) for who in (HEAD, UNIT_HEAD, CLERK) for page in _LISTS),
    ]
    yield from visited(database, few, many, visits, BOUND)
