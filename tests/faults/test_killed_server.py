"""A server killed in the middle of its work loses nothing it has answered, and leaves nothing half."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

from engine.clock import SystemClock, VirtualClock
from engine.commands import SYSTEM, Deploy, SaveUser, StartProcess
from engine.config import Settings
from engine.engine import Engine
from engine.model.rows import Activity, AuditEntry, Instance, Job, Task
from tests.faults.served import HANDLER, PASSWORD, Clerk, Server
from tests.support.models import boundary, form, model, timer, user

CASES = 60
ROUNDS = 3

NUMBER = form({"type": "number", "key": "number", "label": "编号"}, form_id="number")
MODEL = model(
    *(user(name, assignee=HANDLER, form="number") for name in "abc"),
    boundary("soon", "a", after="PT10H", interrupting=False),
    timer("wait", "PT1S"),
    timer("late", "PT20H"),
    "s>a>b>c>wait>late>e",
    "soon>e2",
    process_id="steps",
    name="步骤",
)


def _settings(url: str, folder: Path) -> Settings:
    return Settings(database_url=url, files_dir=folder / "files")


def _prepare(url: str, folder: Path) -> None:
    with Engine.open(url, settings=_settings(url, folder)) as engine:
        user = SaveUser(actor=SYSTEM, user_id=HANDLER, name="李娜", create=True, password=PASSWORD)
        engine.execute(user)
        engine.execute(Deploy(actor=SYSTEM, files={"steps.bpmn": MODEL, "number.form": NUMBER}))
        for _ in range(CASES):
            engine.execute(StartProcess(actor=SYSTEM, process_key="steps"))


def _open_tasks(url: str, folder: Path) -> list[str]:
    with (
        Engine.open(url, settings=_settings(url, folder)) as engine,
        engine.house.store.read() as reader,
    ):
        # The newest first: those that go on from the round before, so that some come to the end.
        return [row[0] for row in reader.columns(Task, ("id",), state="open", order="-id")]


def test_killed_again_and_again(store_url: str, tmp_path: Path) -> None:
    """Every answered completion is there; every other one is whole or absent; timers go on."""
    _prepare(store_url, tmp_path)
    answered: set[str] = set()
    tried: dict[str, int] = {}
    for turn in range(ROUNDS):
        tasks = _open_tasks(store_url, tmp_path)
        server = Server(store_url, tmp_path)
        try:
            server.wait_until_open()
            clerks = [Clerk(server) for _ in range(3)]
            before = len(answered)
            threads = [
                threading.Thread(target=clerk.complete, args=(tasks[n::3], answered, tried))
                for n, clerk in enumerate(clerks)
            ]
            for thread in threads:
                thread.start()
            # Killed in mid-work: some of this turn's tasks are answered, others are not.
            end = time.monotonic() + 30
            while len(answered) < before + 4 + 3 * turn and time.monotonic() < end:
                threading.Event().wait(0.005)
        finally:
            server.kill()
        for thread in threads:
            thread.join(60)
        for clerk in clerks:
            clerk.link.close()
    assert answered, "nothing was answered: the test proves nothing"
    _check(store_url, tmp_path, answered, tried)


def _check(url: str, folder: Path, answered: set[str], tried: dict[str, int]) -> None:
    with Engine.open(url, settings=_settings(url, folder)) as engine:
        with engine.house.store.read() as reader:
            done = dict(reader.columns(Task, ("id", "answers"), state="completed"))
            entries = reader.find(AuditEntry, action="complete")
        told = [entry.object_id for entry in entries]
        assert answered <= set(done), "an answered completion is lost"
        assert set(done) <= set(tried), "something was completed that nobody asked for"
        assert sorted(told) == sorted(done), "a completion is half-written, or written twice"
        sent = {task_id: {"number": tried[task_id]} for task_id in done}
        assert done == sent, "what stands with a completion is not what was sent"
        assert list(engine.verify()) == []
        _every_case_is_whole(engine)
        _no_timer_is_lost(engine)


def _every_case_is_whole(engine: Engine) -> None:
    """Each case stands where its evidence says it stands, in all its tables."""
    with engine.house.store.read() as reader:
        cases, tasks = reader.find(Instance), reader.find(Task)
        places = reader.find(Activity, left_at=None)
        for case in cases:
            mine = [task for task in tasks if task.root_id == case.id]
            still = [task for task in mine if task.state == "open"]
            done = sorted(task.element_id for task in mine if task.state == "completed")
            assert done == ["a", "b", "c"][: len(done)]
            assert [task.element_id for task in still] == ["a", "b", "c"][len(done) :][:1]
            assert {task.id for task in still} == set(case.standing)
            here = [place.element_id for place in places if place.root_id == case.id]
            expected = [[task.element_id for task in still]] if still else [["wait"], ["late"]]
            assert here in expected, "an open place without its task, or a task without its place"
            seqs = [entry.seq for entry in reader.find(AuditEntry, chain=case.id, order="seq")]
            assert seqs == list(range(1, case.audit_seq + 1))


def _no_timer_is_lost(engine: Engine) -> None:
    """Each case waits with exactly the timers of its place, and each fires when its time comes."""
    with engine.house.store.read() as reader:
        tasks = reader.find(Task, state=["open", "completed"])
        first = {task.root_id for task in tasks if (task.element_id, task.state) == ("a", "open")}
        past = {
            task.root_id for task in tasks if (task.element_id, task.state) == ("c", "completed")
        }
        waiting = sorted(root_id for (root_id,) in reader.columns(Job, ("root_id",), kind="timer"))
    assert first, "no case waits with its timer of 10 hours: the test proves nothing"
    assert past, "no case waits with its timer of 20 hours: the test proves nothing"
    assert waiting == sorted(first | past), "a timer is lost, or there twice"
    clock = VirtualClock(SystemClock().now())
    engine.house.clock = clock
    # Those that the killed server left in their wait of a second go on to that of 20 hours.
    for hours in (1, 11, 22):
        clock.set(SystemClock().now() + timedelta(hours=hours))
        engine.run_due()
        with engine.house.store.read() as reader:
            still = {root for (root,) in reader.columns(Job, ("root_id",), kind="timer")}
            states = dict(reader.columns(Instance, ("id", "state"), parent_id=None))
        assert still == {1: first | past, 11: past, 22: set()}[hours], f"after {hours} hours"
    assert {case for case, state in states.items() if state == "completed"} == past
