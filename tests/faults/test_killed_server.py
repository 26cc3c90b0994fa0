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
from engine.model.rows import AuditEntry, Instance, Job, Task
from tests.faults.served import HANDLER, PASSWORD, Clerk, Server

CASES = 60
ROUNDS = 3

MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="https://example.org/d">
  <bpmn:process id="steps" name="步骤" isExecutable="true">
    <bpmn:startEvent id="s"/>
    <bpmn:sequenceFlow id="f0" sourceRef="s" targetRef="a"/>
    {tasks}
    <bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition id="t">
      <bpmn:timeDuration>PT1S</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="f3" sourceRef="c" targetRef="wait"/>
    <bpmn:sequenceFlow id="f4" sourceRef="wait" targetRef="e"/>
    <bpmn:endEvent id="e"/>
  </bpmn:process>
</bpmn:definitions>"""
TASK = """<bpmn:userTask id="{id}" name="{id}"><bpmn:extensionElements>
      <zeebe:assignmentDefinition assignee="{who}"/></bpmn:extensionElements></bpmn:userTask>
    """
FLOW = '<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>\n    '


def _model() -> bytes:
    tasks = "".join(TASK.format(id=name, who=HANDLER) for name in "abc")
    flows = FLOW.format(n=1, a="a", b="b") + FLOW.format(n=2, a="b", b="c")
    return MODEL.format(tasks=tasks + flows).encode()


def _settings(url: str, folder: Path) -> Settings:
    return Settings(database_url=url, files_dir=folder / "files")


def _prepare(url: str, folder: Path) -> None:
    with Engine.open(url, settings=_settings(url, folder)) as engine:
        user = SaveUser(actor=SYSTEM, user_id=HANDLER, name="李娜", create=True, password=PASSWORD)
        engine.execute(user)
        engine.execute(Deploy(actor=SYSTEM, files={"steps.bpmn": _model()}))
        for _ in range(CASES):
            engine.execute(StartProcess(actor=SYSTEM, process_key="steps"))


def _open_tasks(url: str, folder: Path) -> list[str]:
    with (
        Engine.open(url, settings=_settings(url, folder)) as engine,
        engine.house.store.read() as reader,
    ):
        return [row[0] for row in reader.columns(Task, ("id",), state="open", order="id")]


def test_killed_again_and_again(store_url: str, tmp_path: Path) -> None:
    """Every answered completion is there; every other one is whole or absent; timers go on."""
    _prepare(store_url, tmp_path)
    answered: set[str] = set()
    tried: set[str] = set()
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


def _check(url: str, folder: Path, answered: set[str], tried: set[str]) -> None:
    with Engine.open(url, settings=_settings(url, folder)) as engine:
        with engine.house.store.read() as reader:
            completed = {row[0] for row in reader.columns(Task, ("id",), state="completed")}
            entries = reader.find(AuditEntry, action="complete")
        told = [entry.object_id for entry in entries]
        assert answered <= completed, "an answered completion is lost"
        assert completed <= tried, "something was completed that nobody asked for"
        assert sorted(told) == sorted(completed), "a completion is half-written, or written twice"
        assert list(engine.verify()) == []
        _every_case_is_whole(engine)
        _no_timer_is_lost(engine)


def _every_case_is_whole(engine: Engine) -> None:
    """Each case stands where its evidence says it stands, in all its tables."""
    with engine.house.store.read() as reader:
        cases, tasks = reader.find(Instance), reader.find(Task)
        for case in cases:
            mine = [task for task in tasks if task.root_id == case.id]
            open_now = {task.id for task in mine if task.state == "open"}
            done = sorted(task.element_id for task in mine if task.state == "completed")
            assert done == ["a", "b", "c"][: len(done)]
            assert len(open_now) == (1 if len(done) < 3 else 0)
            if case.state != "completed":
                assert open_now <= set(case.standing)
            seqs = [entry.seq for entry in reader.find(AuditEntry, chain=case.id, order="seq")]
            assert seqs == list(range(1, case.audit_seq + 1))


def _no_timer_is_lost(engine: Engine) -> None:
    """Each case that came to its timer either waits with one job, or is over."""
    engine.house.clock = VirtualClock(SystemClock().now() + timedelta(minutes=1))
    engine.run_due()
    with engine.house.store.read() as reader:
        ended = {
            row[0] for row in reader.columns(Task, ("root_id",), state="completed", element_id="c")
        }
        waiting = [row[0] for row in reader.columns(Job, ("root_id",), kind="timer")]
    assert waiting == [], "a timer did not fire"
    for root_id in ended:
        with engine.house.store.read() as reader:
            root = reader.get(Instance, id=root_id)
        assert root is not None
        assert root.state == "completed"
