"""The built-in runner: event-driven, patient with failures, and nothing is lost when it dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.clock import SystemClock, from_millis, millis
from engine.commands import SYSTEM, Deploy, StartProcess
from engine.config import Settings
from engine.engine import Engine
from engine.errors import Unavailable
from engine.executor import Executor
from engine.model import rows
from engine.worker import BATCH, LEASE_MS, Worker
from tests.support.engines import SHELF, MakeTown, Town, people
from tests.support.models import model, service, timer, user

HANG = 30.0
"""Seconds: only a guard against hanging, never what is measured."""


class Watch:
    """Notes every command a worker executes, and wakes who waits for one."""

    def __init__(self, engine: Engine) -> None:
        self._changed = threading.Condition()
        self.done: list[tuple[str, float]] = []
        executor = engine.worker.executor
        original = executor.execute

        def execute(command: Any) -> Any:
            result = original(command)
            with self._changed:
                self.done.append((str(result), time.time()))
                self._changed.notify_all()
            return result

        executor.execute = execute  # type: ignore[method-assign]

    def wait(self, kind: str) -> float:
        """The moment at which a job of this kind was done."""

        def seen() -> bool:
            return any(name == kind for name, _ in self.done)

        with self._changed:
            assert self._changed.wait_for(seen, HANG), f"no {kind} job was done; done: {self.done}"
        return next(at for name, at in self.done if name == kind)


@pytest.fixture
def real(store_url: str, tmp_path: Path) -> Iterator[Engine]:
    """An engine on the machine's own clock."""
    settings = Settings(database_url=store_url, files_dir=tmp_path / "files")
    engine = Engine.open(
        store_url, settings=settings, clock=SystemClock(), shelves=SHELF, migrate=False,
        operations={"send": lambda variables, headers: {"sent": True}},
    )  # fmt: skip
    people(engine)
    yield engine
    engine.close()


def start(engine: Engine, body: bytes) -> str:
    engine.execute(Deploy(actor=SYSTEM, files={"main.bpmn": body}))
    return str(engine.execute(StartProcess(actor="zhang", process_key="p")).case_id)


def test_the_embedded_worker_fires_a_timer_within_two_seconds_of_its_time(real: Engine) -> None:
    watch = Watch(real)
    real.worker.start()
    watch.wait("seal")  # it is up and has nothing else to do
    case_id = start(real, model(timer("t", "PT0.4S"), user("a", groups="drafter"), "s>t>a>e"))
    with real.house.store.read() as reader:
        root = reader.get(rows.Instance, id=case_id)
    assert root is not None
    fired = watch.wait("timer")
    due = from_millis(root.started_at) + timedelta(seconds=0.4)
    assert -0.05 < fired - due.timestamp() < 2.0


def test_the_embedded_worker_is_woken_by_a_commit(real: Engine) -> None:
    watch = Watch(real)
    real.worker.start()
    watch.wait("seal")
    start(real, model(service("v", "send"), user("a", groups="drafter"), "s>v>a>e"))
    watch.wait("service")
    with real.house.store.read() as reader:
        assert [task.element_id for task in reader.find(rows.Task, state="open")] == ["a"]


def test_stopping_ends_the_thread_and_leaves_the_rest_for_later(real: Engine) -> None:
    real.worker.start()
    start(real, model(timer("t", "PT1H"), "s>t>e"))
    real.worker.stop(HANG)
    assert not [t for t in threading.enumerate() if t.name == "yifa-worker"]
    with real.house.store.read() as reader:
        assert len(reader.find(rows.Job, kind="timer")) == 1
    assert real.run_due() == 0


def test_what_becomes_due_by_doing_is_done_too(town: Town) -> None:
    town.deploy(model(timer("t", "PT1H"), timer("t2", "PT0S"), user("a", groups="drafter"),
                      "s>t>t2>a>e"))  # fmt: skip
    town.start("zhang")
    assert town.later(hours=1) == 2
    assert set(town.tasks()) == {"a"}


def test_a_batch_is_no_limit(sqlite_town: Town) -> None:
    town = sqlite_town
    town.deploy(model(timer("t", "PT1H"), "s>t>e"))
    for _ in range(BATCH + 5):
        town.start("zhang")
    assert town.later(hours=1) == BATCH + 5


def test_a_worker_that_died_loses_nothing_but_time(town: Town) -> None:
    town.deploy(model(timer("t", "PT1H"), user("a", groups="drafter"), "s>t>a>e"))
    town.start("zhang")
    town.clock.advance(timedelta(hours=1))
    store = town.engine.house.store
    claimed = store.jobs.claim(millis(town.clock.now()), lease_ms=LEASE_MS)
    assert len(claimed) == 1
    # … and here it died.
    assert town.run_due() == 0, "while the lease lasts nobody else takes the job"
    town.clock.advance(timedelta(milliseconds=LEASE_MS))
    assert town.run_due() == 1
    assert set(town.tasks()) == {"a"}


def test_a_job_that_kills_its_worker_ends_as_an_incident(town: Town) -> None:
    town.deploy(model(timer("t", "PT1H"), user("a", groups="drafter"), "s>t>a>e"))
    case = town.start("zhang")
    town.clock.advance(timedelta(hours=1))
    store = town.engine.house.store
    for _ in range(5):
        assert store.jobs.claim(millis(town.clock.now()), lease_ms=LEASE_MS)
        town.clock.advance(timedelta(milliseconds=LEASE_MS))
    town.run_due()
    assert town.one(rows.Incident).code == "job-timer"
    assert town.case(case).incidents == 1
    assert town.tasks() == {}


def test_lanes_keep_to_themselves(town: Town) -> None:
    town.deploy(model(timer("t", "PT1H"), user("a", groups="drafter"), "s>t>a>e"))
    town.start("zhang")
    town.clock.advance(timedelta(hours=1))
    other = Worker(Executor(town.engine.house), lanes=["document", "message"])
    assert other.run_due() == 0
    mine = Worker(Executor(town.engine.house), lanes=["timer"])
    assert mine.run_due() == 1


def test_a_database_out_of_reach_does_not_end_the_worker(
    real: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(real)
    claim, failed = real.house.store.jobs.claim, threading.Event()

    def refuse(*given: Any, **named: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise Unavailable(reason={"zh": "断了。", "en": "gone."})
        return claim(*given, **named)

    monkeypatch.setattr(real.house.store.jobs, "claim", refuse)
    real.worker.start()
    assert failed.wait(HANG)
    watch.wait("seal")


def test_the_end_of_a_slow_batch_is_not_done_by_two(make_town: MakeTown) -> None:
    called: list[str] = []
    towns: list[Town] = []

    def slow(_: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        called.append(headers["idempotency-key"])
        town = towns[0]
        town.clock.advance(timedelta(milliseconds=LEASE_MS * 0.4))
        if len(called) < 9:
            Worker(Executor(town.engine.house)).run_due()

    town = make_town(operations={"send": slow})
    towns.append(town)
    town.deploy(model(service("v", "send"), user("a", groups="drafter"), "s>v>a>e"))
    for _ in range(4):
        town.start("zhang")
    town.run_due()
    assert len(called) == len(set(called)) == 4
    assert len(town.rows(rows.Task, state="open")) == 4
    assert town.rows(rows.Job, kind="service") == []
