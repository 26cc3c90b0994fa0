"""Inboxes in a house of a hundred thousand cases: of who has five hundred tasks, and who did many."""

from __future__ import annotations

from collections.abc import Iterator

from bench.filling import BUSY, CLERK, HEAD
from bench.report import Figure
from bench.visits import Visit, visited
from engine.engine import Engine

FEW, MANY = 2_000, 100_000
BOUND = 150

_TABS = ("/", "/inbox/claim", "/inbox/returned", "/inbox/read", "/inbox/drafts", "/inbox/done",
         "/inbox/started")  # fmt: skip
_NARROWED = (
    "/?sort=urgency,-opened",
    "/?sort=from",
    "/?text=水渠",
    "/?text=没有的",
    "/?lamp=red",
    "/?process=complaint",
    "/?person=王",
    "/?since=2026-10-01",
    "/inbox/claim?sort=urgency",
    "/inbox/claim?text=水渠",
    "/inbox/claim?text=没有的",
    "/inbox/done?text=水渠",
    "/inbox/done?text=没有的",
    "/inbox/done?sort=due",
    "/inbox/started?text=没有的",
    "/inbox/started?sort=state",
    "/inbox/todo/live",
)


def run(database: str, few: Engine, many: Engine) -> Iterator[Figure]:
    """Milliseconds the server takes for each tab, and for its lists as they can be narrowed."""
    visits = [
        *(Visit(who, page) for who in (CLERK, BUSY, HEAD) for page in (*_TABS, *_NARROWED)),
        *(Visit(who, page, further=True) for who in (CLERK, BUSY) for page in _TABS),
    ]
    yield from visited(database, few, many, visits, BOUND)
