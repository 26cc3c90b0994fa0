"""The supervisor's first page with a hundred thousand cases: board, months, what steps take."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.completion import analyse
from bench.house import WHO, Line, opened
from bench.report import Figure, timed, typical
from engine import queries as q
from engine.clock import millis
from engine.commands import SYSTEM, GrantRole
from engine.engine import Engine
from engine.model import rows
from engine.model.ids import new_id

CASES, OPEN = 100_000, 0.2
KINDS, UNITS, STEPS = 6, 12, 3
_BATCH = 2_000
_DAY = 86_400_000


def run(database: str, url: str, folder: Path) -> Iterator[Figure]:
    """Milliseconds of each question of the pages, for who sees all of the township."""
    with opened(url, folder / "board") as engine:
        engine.execute(GrantRole(actor=SYSTEM, user_id=WHO, role="head"))
        line = Line(engine, 5)
        with engine.house.store.read() as reader:
            deployment = reader.find(rows.Deployment)[0]
        seed(engine, deployment.id, line.key)
        analyse(engine)
        asked: dict[str, tuple[q.Query[Any], float | None]] = {
            "board, first page": (q.Board(viewer=WHO), 300),
            "board of one kind": (q.Board(viewer=WHO, process_key=line.key), 300),
            "on-time share of twelve months": (q.Trend(viewer=WHO), 300),
            "what steps of one kind take": (q.StepTimes(viewer=WHO, process_key=line.key), None),
            "cases standing still, first page": (q.Cases(viewer=WHO, state="stalled"), 300),
        }
        for name, (query, bound) in asked.items():
            seconds = [timed(lambda query=query: engine.query(query)) for _ in range(12)]  # type: ignore[misc]
            yield Figure(
                name=f"{database}: {name}, {CASES:,} cases",
                value=typical(seconds[2:]) / 1e3,
                unit="ms",
                bound=bound,
                detail=f"{OPEN:.0%} open, {KINDS} kinds, {UNITS} units",
            )


def seed(engine: Engine, deployment_id: str, key: str) -> None:
    """Cases of a year, one in five still open, each with the steps it took."""
    store, now = engine.house.store, engine.house.clock.now()
    draw = random.Random(7)
    kinds = [key, *(f"kind{number}" for number in range(1, KINDS))]
    for first in range(0, CASES, _BATCH):
        with store.write() as tx:
            for number in range(first, first + _BATCH):
                root = _case(store.tenant, new_id(now), deployment_id, number, millis(now), draw)
                root.process_key = draw.choice(kinds)
                tx.insert(root)
                for step in range(STEPS):
                    tx.insert(_task(root, new_id(now), step, draw))


def _case(
    tenant: str, root_id: str, deployment_id: str, number: int, now: int, draw: random.Random
) -> rows.Instance:
    still = draw.random() < OPEN
    due = now + draw.randrange(-30, 60) * _DAY
    return rows.Instance(
        tenant=tenant,
        id=root_id,
        root_id=root_id,
        deployment_id=deployment_id,
        process_key="",
        process_id="",
        title=f"事项 {number}",
        case_no=f"〔2026〕{number}号",
        started_by="somebody",
        started_at=now - 400 * _DAY,
        state="active" if still else "completed",
        ended_at=None if still else now - draw.randrange(360) * _DAY,
        due_at=due if still else None,
        warn_at=due - 5 * _DAY if still else None,
        unit_id=f"unit{draw.randrange(UNITS)}",
        track=draw.choice(["discipline", *[""] * 20]),
        idle_since=now - draw.randrange(20) * _DAY if still else None,
        limited=None if still else True,
        late=draw.random() < 0.1,
        tokens=b"x" * 600,
        variables={"opinion": "x" * 300},
    )


def _task(root: rows.Instance, task_id: str, step: int, draw: random.Random) -> rows.Task:
    still = root.ended_at is None and step == STEPS - 1
    opened_at = (root.ended_at or root.started_at + 370 * _DAY) - (STEPS - step) * 5 * _DAY
    return rows.Task(
        tenant=root.tenant,
        id=task_id,
        instance_id=root.id,
        root_id=root.id,
        key=f"t{step}",
        element_id=f"t{step}",
        name=f"步骤 {step}",
        stage=f"步骤 {step}",
        process_key=root.process_key,
        deployment_id=root.deployment_id,
        title=root.title,
        opened_at=opened_at,
        closed_at=None if still else opened_at + draw.randrange(5 * _DAY),
        closed_by=None if still else "somebody",
        state="open" if still else "completed",
        sort_at=root.due_at or 0,
        due_at=root.due_at,
        assignee="somebody",
    )
