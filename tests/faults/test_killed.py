"""A server killed without warning: what it answered is there, the rest is whole or absent."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from engine.clock import VirtualClock, from_millis
from engine.model import rows
from tests.support.engines import NOW, Town, open_engine, people
from tests.support.models import boundary, model, timer, user

PROGRAM = Path(__file__).with_name("killed_server.py")
ROUNDS = 4
ANSWERS = 25
"""How many answers are waited for before the program is killed."""
MODEL = model(
    user("a", groups="drafter"),
    boundary("b", "a", after="PT10H", interrupting=False),
    user("c", groups="drafter"),
    timer("late", "PT20H"),
    "s>a>c>late>e",
    "b>e2",
)


def test_every_answered_completion_is_there_and_every_other_whole_or_absent(
    store_url: str, tmp_path: Path
) -> None:
    town = opened(store_url, tmp_path)
    town.deploy(MODEL)
    town.engine.close()
    promised: list[list[str]] = []
    for _ in range(ROUNDS):
        promised += killed_after(store_url, tmp_path, ANSWERS)
    assert len(promised) >= ROUNDS * ANSWERS
    town = opened(store_url, tmp_path, fresh=False)
    try:
        check_promises(town, promised)
        check_wholeness(town)
        check_timers(town)
        assert list(town.engine.verify()) == []
    finally:
        town.engine.close()


def opened(url: str, folder: Path, *, fresh: bool = True) -> Town:
    clock, files = VirtualClock(NOW), folder / "files"
    town = Town(open_engine(url, files, clock), clock, url, files)
    if fresh:
        people(town.engine)
    return town


def killed_after(url: str, folder: Path, answers: int) -> list[list[str]]:
    """Run the program until it gave so many answers, kill it, and return all it said."""
    command = [sys.executable, str(PROGRAM), url, str(folder / "files")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as program:
        guard = threading.Timer(30, program.kill)
        guard.start()
        assert program.stdout is not None
        said: list[list[str]] = []
        for line in program.stdout:
            if line.endswith("\n") and line != "ready\n":
                said.append(line.split())
            if len(said) == answers:
                program.kill()
        guard.cancel()
    # What was on its way through the pipe when the program died had been answered, too.
    return said


def check_promises(town: Town, promised: list[list[str]]) -> None:
    cases = {case.id for case in town.rows(rows.Instance)}
    tasks = {task.id: task for task in town.rows(rows.Task)}
    for words in promised:
        if words[0] == "started":
            assert words[1] in cases, f"an answered start is lost: {words}"
        else:
            task = tasks[words[1]]
            assert task.state == "completed", f"an answered completion is lost: {words}"
            assert task.answers == {"number": int(words[2])}


def check_wholeness(town: Town) -> None:
    """Every case stands where its evidence says it stands, in all its tables."""
    tasks = town.rows(rows.Task)
    for case in town.rows(rows.Instance):
        mine = [task for task in tasks if task.root_id == case.id]
        done = sorted(task.element_id for task in mine if task.state == "completed")
        still = [task.element_id for task in mine if task.state == "open"]
        assert (done, still) in (([], ["a"]), (["a"], ["c"]), (["a", "c"], []))
        entries = town.rows(rows.AuditEntry, chain=case.id)
        assert len(entries) == 1 + len(done) == case.audit_seq
        assert set(case.standing) == {task.id for task in mine if task.state == "open"}
        here = town.rows(rows.Activity, root_id=case.id, left_at=None)
        assert [one.element_id for one in here] == (still or ["late"])


def check_timers(town: Town) -> None:
    """No timer is lost, none is there twice, and each fires when its time comes."""
    cases = town.rows(rows.Instance)
    waiting = {(job.instance_id, job.key) for job in town.rows(rows.Job, kind="timer")}
    assert len(waiting) == len(town.rows(rows.Job, kind="timer"))
    still = [case for case in cases if not town.rows(rows.Task, root_id=case.id, element_id="c")]
    late = [
        case
        for case in cases
        if town.rows(rows.Task, root_id=case.id, element_id="c", state="completed")
    ]
    assert len(waiting) == len(still) + len(late)
    town.clock.set(from_millis(max(case.started_at for case in cases)))
    town.later(hours=30)
    assert town.rows(rows.Job, kind="timer") == []
    states = {case.id: case.state for case in town.rows(rows.Instance)}
    assert all(states[case.id] == "completed" for case in late)
