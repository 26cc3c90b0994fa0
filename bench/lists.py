"""The first page of an inbox, with a thousand open tasks and with a hundred thousand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.completion import analyse
from bench.house import ROLE, WHO, Line, opened
from bench.report import Figure, timed, typical
from engine import queries as q
from engine.engine import Engine
from engine.model import rows
from engine.model.ids import new_id

FEW, MANY = 1_000, 100_000
_BATCH = 2_000


def run(database: str, few_url: str, many_url: str, folder: Path) -> Iterator[Figure]:
    """Both tabs, first page of 50, in turns on a small and on a large database."""
    with opened(few_url, folder / "few") as few, opened(many_url, folder / "many") as many:
        for engine, size in ((few, FEW), (many, MANY)):
            seed(engine, deployed(engine), size)
            analyse(engine)
        for tab in ("todo", "claim"):
            small, large = first_pages(few, many, tab)
            yield Figure(
                name=f"{database}: inbox “{tab}”, {MANY:,} open tasks against {FEW:,}",
                value=large / small,
                unit="×",
                bound=2,
                detail=f"{large:,.0f} µs against {small:,.0f} µs",
            )


def deployed(engine: Engine) -> rows.Deployment:
    """A deployment for rows to belong to."""
    Line(engine, 5)
    with engine.house.store.read() as reader:
        found: rows.Deployment = reader.find(rows.Deployment)[0]
    return found


def first_pages(few: Engine, many: Engine, tab: str) -> tuple[float, float]:
    """Microseconds of the query that a page asks, on each of two engines."""
    query = q.Inbox(viewer=WHO, tab=tab)  # type: ignore[arg-type]
    taken: dict[Engine, list[float]] = {few: [], many: []}
    for turn in range(60):
        for engine, times in taken.items():
            seconds = timed(lambda engine=engine: engine.query(query))  # type: ignore[misc]
            if turn >= 10:
                times.append(seconds)
    return typical(taken[few]), typical(taken[many])


def seed(engine: Engine, deployment: rows.Deployment, size: int) -> None:
    """Open cases with one task each: half of them the person's own, half before their group."""
    store, now = engine.house.store, engine.house.clock.now()
    for first in range(0, size, _BATCH):
        with store.write() as tx:
            for number in range(first, min(first + _BATCH, size)):
                root_id, task_id = new_id(now), new_id(now)
                due = 1_800_000_000_000 + (number * 7919 % size) * 60_000
                mine = number % 2 == 0
                tx.insert(_case(store.tenant, root_id, deployment, number, due))
                tx.insert(_task(store.tenant, root_id, task_id, deployment, number, due, mine))
                if not mine:
                    tx.insert(
                        rows.Candidate(
                            tenant=store.tenant, task_id=task_id, value=f"g:{ROLE}", sort_at=due
                        )
                    )


def _case(
    tenant: str, root_id: str, deployment: rows.Deployment, number: int, due: int
) -> rows.Instance:
    return rows.Instance(
        tenant=tenant,
        id=root_id,
        root_id=root_id,
        deployment_id=deployment.id,
        process_key=deployment.process_key,
        process_id=deployment.process_key,
        title=f"事项 {number}",
        case_no=f"〔2026〕{number}号",
        started_by=WHO,
        started_at=1,
        due_at=due,
        tokens=b"x" * 600,
        variables={"opinion": "x" * 300},
    )


def _task(
    tenant: str,
    root_id: str,
    task_id: str,
    deployment: rows.Deployment,
    number: int,
    due: int,
    mine: bool,
) -> rows.Task:
    return rows.Task(
        tenant=tenant,
        id=task_id,
        instance_id=root_id,
        root_id=root_id,
        key="t1",
        element_id="t1",
        name="审核",
        process_key=deployment.process_key,
        deployment_id=deployment.id,
        title=f"事项 {number}",
        case_no=f"〔2026〕{number}号",
        opened_at=1,
        sort_at=due,
        due_at=due,
        assignee=WHO if mine else None,
    )
