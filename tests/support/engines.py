"""An engine with a small township in it, on each database in turn, under a clock the test moves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine import queries as q
from engine.clock import CHINA, VirtualClock
from engine.commands import SYSTEM, ClaimTask, CompleteTask, Deploy, StartProcess
from engine.config import Settings
from engine.engine import Engine
from engine.errors import YifaError
from engine.model import rows
from engine.model.results import CaseResult, Deployed
from engine.model.rows import Instance, Task

SHELF = Path(__file__).parent / "shelf"
NOW = datetime(2026, 9, 1, 9, tzinfo=CHINA)
"""A Tuesday morning."""

UNITS = {"finance": "财政所", "civil": "民政办"}
PEOPLE: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "zhang": ("张三", "finance", ("drafter",)),
    "zhou": ("周四", "finance", ("drafter",)),
    "zhao": ("赵五", "civil", ("drafter",)),
    "wang": ("王科", "finance", ("dept_head",)),
    "wei": ("魏科", "civil", ("dept_head",)),
    "li": ("李律", "civil", ("legal",)),
    "liu": ("刘律", "civil", ("legal",)),
    "qian": ("钱乡长", "civil", ("head",)),
    "ji": ("纪书记", "civil", ("discipline",)),
    "xin": ("辛访", "civil", ("petition",)),
    "gone": ("已离任", "finance", ("drafter", "legal")),
}
"""Sign-in name → name, unit, roles. ``gone`` is disabled; ``root`` administers and does no casework."""


class Town:
    """An engine with people, and the shortest words for what tests do with it."""

    def __init__(self, engine: Engine, clock: VirtualClock, url: str, files: Path) -> None:
        self.engine = engine
        self.clock = clock
        self.url = url
        self.files = files

    # --- doing ----------------------------------------------------------------------------------

    def deploy(self, model: bytes, **files: bytes | str) -> Deployed:
        """Deploy a model; keyword arguments are further files (``process_toml``, ``start_form``)."""
        package: dict[str, bytes] = {"main.bpmn": model}
        for name, content in files.items():
            stem, _, ending = name.rpartition("_")
            folder = {"form": "forms/", "doc": "documents/"}.get(ending, "")
            data = content.encode() if isinstance(content, str) else content
            package[f"{folder}{stem}.{'toml' if ending == 'doc' else ending}"] = data
        deployed: Deployed = self.engine.execute(Deploy(actor=SYSTEM, files=package))
        return deployed

    def start(self, actor: str = "zhang", key: str = "p", **more: Any) -> CaseResult:
        """Start a case."""
        started: CaseResult = self.engine.execute(
            StartProcess(actor=actor, process_key=key, **more)
        )
        return started

    def claim(self, actor: str, task: Task | str) -> CaseResult:
        """Claim a task."""
        done: CaseResult = self.engine.execute(ClaimTask(actor=actor, task_id=_id(task)))
        return done

    def complete(
        self,
        actor: str,
        task: Task | str,
        answers: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> CaseResult:
        """Complete a task."""
        done: CaseResult = self.engine.execute(
            CompleteTask(actor=actor, task_id=_id(task), answers=answers or {}, **more)
        )
        return done

    def run_due(self) -> int:
        """Do what is due."""
        return self.engine.run_due()

    def later(self, **time: float) -> int:
        """Move the clock on, then do what is due."""
        self.clock.advance(timedelta(**time))
        return self.engine.run_due()

    def reopen(self, **options: Any) -> None:
        """Close the engine and open it anew on the same database: a restart."""
        self.engine.close()
        self.engine = open_engine(self.url, self.files, self.clock, **options)

    # --- looking --------------------------------------------------------------------------------

    def rows(self, row: type[Any], **where: Any) -> list[Any]:
        """Rows as they stand in the database."""
        with self.engine.house.store.read() as reader:
            return list(reader.find(row, **where))

    def one(self, row: type[Any], **where: Any) -> Any:
        """The one row there is."""
        found = self.rows(row, **where)
        assert len(found) == 1, f"{len(found)} rows of {row.__name__} {where}"
        return found[0]

    def case(self, case: CaseResult | str) -> Instance:
        """A case's root as it stands in the database."""
        case_id = case if isinstance(case, str) else case.case_id
        found: Instance = self.one(rows.Instance, id=case_id)
        return found

    def tasks(self, case: CaseResult | None = None) -> dict[str, Task]:
        """The open tasks (of a case) by element id."""
        where = {"root_id": case.case_id} if case is not None else {}
        return {task.element_id: task for task in self.rows(rows.Task, state="open", **where)}

    def task(self, element_id: str, case: CaseResult | None = None) -> Task:
        """The open task at an element."""
        return self.tasks(case)[element_id]

    def page(self, viewer: str, task: Task | str) -> q.TaskView:
        """A task's page."""
        return self.engine.query(q.TaskPage(viewer=viewer, task_id=_id(task)))

    def case_page(self, viewer: str, case: CaseResult) -> q.CaseView:
        """A case's page."""
        return self.engine.query(q.CasePage(viewer=viewer, case_id=case.case_id))

    def inbox(self, viewer: str, tab: q.Tab = "todo") -> list[Any]:
        """The rows of an inbox's tab."""
        return list(self.engine.query(q.Inbox(viewer=viewer, tab=tab)).rows)

    def audit(self, case: CaseResult) -> list[str]:
        """What the case's evidence says was done, in order."""
        entries = self.rows(rows.AuditEntry, chain=case.case_id, order="seq")
        return [entry.action for entry in entries]

    def sql(self, statement: str) -> None:
        """Change the database behind the engine's back, by plain SQL."""
        if self.url.startswith("sqlite"):
            import sqlite3

            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
            try:
                connection.execute(statement)
                connection.commit()
            finally:
                connection.close()
        else:
            with psycopg.connect(self.url, autocommit=True) as server:
                server.execute(statement.encode())


def _id(task: Task | str) -> str:
    return task if isinstance(task, str) else task.id


def open_engine(
    url: str, files: Path, clock: VirtualClock, *, settings: Mapping[str, Any] | None = None,
    **options: Any,
) -> Engine:  # fmt: skip
    """An engine on a migrated database, with the small shelf of these tests."""
    chosen = Settings(database_url=url, files_dir=files, **(settings or {}))
    return Engine.open(url, settings=chosen, clock=clock, shelves=SHELF, migrate=False, **options)


def people(engine: Engine) -> None:
    """Put the township's people into an empty database, without the cost of hashing passwords."""
    tenant = engine.house.store.tenant
    with engine.house.store.write() as tx:
        for position, (unit_id, name) in enumerate(UNITS.items()):
            tx.insert(rows.Unit(tenant=tenant, id=unit_id, name=name, position=position))
        tx.insert(rows.User(tenant=tenant, id="root", name="管理员", is_admin=True))
        for user_id, (name, unit, roles) in PEOPLE.items():
            active = user_id != "gone"
            tx.insert(rows.User(tenant=tenant, id=user_id, name=name, unit_id=unit, active=active))
            for role in roles:
                tx.insert(
                    rows.Membership(
                        tenant=tenant, id=f"{user_id}-{role}", user_id=user_id, role=role,
                        unit_id=unit,
                    )
                )  # fmt: skip


def refusal(act: Callable[..., object], *given: object) -> YifaError:
    """The error something is refused with."""
    with pytest.raises(YifaError) as caught:
        act(*given)
    return caught.value


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of it in threads at the same moment; results or errors in order."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[index] = act()
        except YifaError as exc:
            results[index] = exc

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


MakeTown = Callable[..., Town]


@pytest.fixture
def make_town(store_url: str, tmp_path: Path) -> Iterator[MakeTown]:
    """Makes the town with options of ``open_engine`` (operations, settings, …)."""
    made: list[Town] = []

    def make(**options: Any) -> Town:
        clock = VirtualClock(NOW)
        files = tmp_path / "files"
        town = Town(open_engine(store_url, files, clock, **options), clock, store_url, files)
        made.append(town)
        people(town.engine)
        town.run_due()  # yesterday's seal
        return town

    yield make
    for town in made:
        town.engine.close()


@pytest.fixture
def sqlite_town(sqlite_store_url: str, tmp_path: Path) -> Iterator[Town]:
    """The town on SQLite alone, for what does not hang on the database."""
    clock, files = VirtualClock(NOW), tmp_path / "files"
    town = Town(open_engine(sqlite_store_url, files, clock), clock, sqlite_store_url, files)
    people(town.engine)
    town.run_due()
    yield town
    town.engine.close()


@pytest.fixture
def town(make_town: MakeTown) -> Town:
    """The town with plain settings, on each kind of database in turn."""
    return make_town()
