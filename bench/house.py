"""An engine to measure: one township's database, a few people, a straight line of tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.spiff_step import model
from engine.commands import SYSTEM, CompleteTask, Deploy, GrantRole, SaveUser, StartProcess
from engine.config import Settings
from engine.engine import Engine

ROLE = "drafter"
WHO = "zhang"


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Engine]:
    """A migrated engine with one person in it."""
    settings = Settings(database_url=url, files_dir=folder / "files")
    with Engine.open(url, settings=settings) as engine:
        engine.execute(SaveUser(actor=SYSTEM, user_id=WHO, name="张三", create=True))
        engine.execute(GrantRole(actor=SYSTEM, user_id=WHO, role=ROLE))
        yield engine


def line(tasks: int) -> bytes:
    """A straight line of user tasks for a group, under the key ``line<n>``."""
    assigned = (
        '<extensionElements><zeebe:userTask xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"/>'
        '<zeebe:assignmentDefinition xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
        f' candidateGroups="{ROLE}"/></extensionElements>'
    )
    text = model(tasks).decode().replace('<process id="p"', f'<process id="line{tasks}"')
    for number in range(tasks):
        text = text.replace(
            f'<userTask id="t{number}"/>', f'<userTask id="t{number}">{assigned}</userTask>'
        )
    return text.encode()


class Line:
    """Cases of one straight line, completed step by step through the engine's door."""

    def __init__(self, engine: Engine, tasks: int) -> None:
        self.engine = engine
        self.key = f"line{tasks}"
        engine.execute(Deploy(actor=SYSTEM, files={"main.bpmn": line(tasks)}))
        self._open = ""

    def step(self, answers: Mapping[str, Any]) -> Callable[[], object]:
        """The next completion, ready to be timed; starts a case where none is open."""
        if not self._open:
            started = self.engine.execute(StartProcess(actor=WHO, process_key=self.key))
            self._open = started.opened[0]
        command = CompleteTask(actor=WHO, task_id=self._open, answers=answers)

        def act() -> None:
            done = self.engine.execute(command)
            self._open = done.opened[0] if done.opened else ""

        return act
