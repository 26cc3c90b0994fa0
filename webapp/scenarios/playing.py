"""Playing scenarios: each step done through an open engine, as the people of the shipped township.

The demonstration plays them to have cases that really happened; tests and the pages of administrators
play them to hold that each goes as it says. The clock moves from due job to due job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from engine import queries as q
from engine.clock import CHINA, VirtualClock, from_millis, millis
from engine.commands import (
    SYSTEM,
    Attach,
    CancelCase,
    ClaimTask,
    CompleteTask,
    CorrelateMessage,
    ExtendClock,
    PauseClock,
    ResumeCase,
    ResumeClock,
    StartProcess,
    SuspendCase,
)
from engine.engine import Engine
from engine.errors import Refused
from engine.model.rows import Clock, Instance, Job, Task
from webapp.scenarios import beside
from webapp.scenarios.scenario import LONGEST, Scenario, later, moment, require
from webapp.scenarios.shipped import person

# ---------------------------------------------------------------------- time


def next_job(engine: Engine, until: int) -> int | None:
    """When the next job up to ``until`` is due (epoch milliseconds), or None.

    The daily seal does not count: it may be done late, and it alone would make years of days.
    """
    with engine.house.store.read() as reader:
        moments = [
            due_at
            for due_at, kind in reader.columns(Job, ("due_at", "kind"), held=False)
            if due_at <= until and kind != "seal"
        ]
    return min(moments, default=None)


def run_due_until(
    engine: Engine,
    clock: VirtualClock,
    target: datetime,
    pace: Callable[[], None] = lambda: None,
) -> None:
    """Let time pass, doing each job when it comes due, not all at the end; ``pace`` before each."""
    for _ in range(10_000):
        due = next_job(engine, millis(target))
        if due is None:
            break
        pace()
        clock.set(max(clock.now(), from_millis(due)))
        at = from_millis(due).astimezone(CHINA)
        require(engine.run_due(), f"{at} 到期的后台任务未能执行", f"a job due at {at} was not run")
    clock.set(max(clock.now(), target.astimezone(UTC)))
    engine.run_due()


# ---------------------------------------------------------------------- playing


class Player:
    """Plays one scenario in an open engine, step by step."""

    def __init__(self, scenario: Scenario, engine: Engine, clock: VirtualClock) -> None:
        self.scenario = scenario
        self.engine = engine
        self.clock = clock
        self.case_id = ""
        self.path: list[str] = []
        """Elements of the tasks completed, in order."""

    def moment_of(self, step: Mapping[str, Any]) -> datetime:
        """When a step is to happen, seen from now."""
        now = self.clock.now()
        if "at" in step:
            target = moment(step["at"])
            told = now.astimezone(CHINA)
            require(
                target >= now, f"{target} 已过，现在是 {told}", f"{target} is past; it is {told}"
            )
        else:
            target = later(now, str(step["after"])) if "after" in step else now
        require(target - self.scenario.at <= LONGEST, f"{target} 太远", f"{target} is too far off")
        return target

    def start(self) -> None:
        """Start the case. Raises whatever the engine refuses it with."""
        starter = person(self.scenario.starter).id
        started = self.engine.execute(
            StartProcess(
                actor=starter,
                process_key=self.scenario.process,
                answers=self.answers(self.scenario.answers, starter),
            )
        )
        self.case_id = started.case_id

    def act(self, step: Mapping[str, Any]) -> None:
        """Do a step, now. Raises whatever the engine refuses it with."""
        kind = next((kind for kind in _ACTS if kind in step), "")
        if kind:
            _ACTS[kind](self, step)
        else:
            require(
                step.get("fire"),
                "环节应写明办哪项任务、登记哪个消息、做什么，或者 fire = true",
                "a step names a task, a message, something to do, or fires",
            )

    # --- steps ----------------------------------------------------------------------------------

    def _complete(self, step: Mapping[str, Any]) -> None:
        task = self._open_task(str(step["task"]), str(step["as"]))
        actor = self.user(str(step["as"]))
        if task.assignee is None:
            self.engine.execute(ClaimTask(actor=actor, task_id=task.id))
        given = self.answers(step.get("answers", {}), actor, task_id=task.id)
        self.engine.execute(
            CompleteTask(
                actor=actor,
                task_id=task.id,
                answers={**self._prefilled(task.id, actor), **given},
                late_reason=str(step.get("late_reason", "")),
            )
        )
        self.path.append(task.element_id)

    def _prefilled(self, task_id: str, actor: str) -> Mapping[str, Any]:
        """What stands in the task's form before anything is typed; nothing for who may not see it."""
        try:
            return self.engine.query(q.TaskAnswers(viewer=actor, task_id=task_id))
        except Refused:
            return {}

    def _open_task(self, element: str, who: str) -> Task:
        tasks = self.rows(Task, state="open")
        same = [task for task in tasks if task.element_id == element]
        listed = sorted(task.element_id for task in tasks)
        require(
            same,
            f"“{element}”没有待办；待办的有：{'、'.join(listed) or '无'}",
            f"“{element}” is not open; open: {', '.join(listed) or 'nothing'}",
        )
        mine = [task for task in same if task.assignee == self.user(who)]
        free = [task for task in same if task.assignee is None]
        chosen: Task = (mine or free or same)[0]
        return chosen

    def _task_beside(self, step: Mapping[str, Any]) -> Task:
        """The task that something beside its completion is done to: the open one, else the last."""
        if step["do"] != "withdraw":
            return self._open_task(str(step["task"]), str(step["as"]))
        found = self.rows(Task, element_id=str(step["task"]), closed_by=self.user(str(step["as"])))
        require(
            found,
            f"“{step['task']}”不是 {step['as']} 办的",
            f"“{step['task']}” was not done by {step['as']}",
        )
        last: Task = found[-1]
        return last

    def _message(self, step: Mapping[str, Any]) -> None:
        actor = self.user(str(step["as"]))
        self.engine.execute(
            CorrelateMessage(
                actor=actor,
                name=str(step["message"]),
                case_id=self.case_id,
                answers=self.answers(step.get("answers", {}), actor),
            )
        )

    def _do(self, step: Mapping[str, Any]) -> None:
        actor, action = self.user(str(step["as"])), str(step["do"])
        reason = str(step.get("reason", ""))
        if action in _CASE_COMMANDS:
            command = _CASE_COMMANDS[action]
            self.engine.execute(command(actor=actor, case_id=self.case_id, reason=reason))
            return
        if beside.knows(action):
            people = [self.user(who) for who in beside.named(step)]
            task = self._task_beside(step) if "task" in step else None
            task_id = task.id if task is not None else ""
            self.engine.execute(beside.command(step, actor, self.case_id, task_id, people))
            return
        require("rule" in step, f"不会做“{action}”", f"cannot do “{action}”")
        clocks = self.rows(Clock, rule_id=str(step["rule"]), state=("running", "paused"))
        require(
            clocks, f"期限“{step['rule']}”没有在计时", f"no clock of “{step['rule']}” is running"
        )
        on: dict[str, Any] = {"actor": actor, "case_id": self.case_id, "clock_id": clocks[0].id}
        if action == "pause":
            self.engine.execute(PauseClock(**on, reason=reason))
        elif action == "run-on":
            self.engine.execute(ResumeClock(**on, note=reason))
        else:
            require(action == "extend", f"不会做“{action}”", f"cannot do “{action}”")
            amount = int(step.get("amount", 0))
            self.engine.execute(ExtendClock(**on, reason=reason, amount=amount))

    def _look(self, step: Mapping[str, Any]) -> None:
        """What a page shows is for tests to judge."""

    # --- answers ----------------------------------------------------------------------------------

    def user(self, who: str) -> str:
        """The id of somebody named by id or role."""
        return who if who == SYSTEM else person(who).id

    def answers(
        self, answers: Mapping[str, Any], actor: str, *, task_id: str | None = None
    ) -> dict[str, Any]:
        """A scenario's answers as the engine takes them; files are uploaded first."""
        return {key: self._answer(value, actor, task_id, key) for key, value in answers.items()}

    def _answer(self, value: Any, actor: str, task_id: str | None, key: str) -> Any:
        if isinstance(value, list):
            return [self._answer(item, actor, task_id, key) for item in value]
        if isinstance(value, Mapping):
            if set(value) == {"file", "text"}:
                return self._upload(value, actor, task_id, key)
            if set(value) == {"person"}:
                return self.user(str(value["person"]))
            return {name: self._answer(item, actor, task_id, key) for name, item in value.items()}
        # TOML knows dates and moments, forms have them as text.
        return value.isoformat() if hasattr(value, "isoformat") else value

    def _upload(
        self, value: Mapping[str, Any], actor: str, task_id: str | None, key: str
    ) -> dict[str, Any]:
        case_id = self.case_id if self.case_id and task_id is None else None
        stored = self.engine.execute(
            Attach(
                actor=actor,
                name=str(value["file"]),
                content=str(value["text"]).encode(),
                task_id=task_id,
                case_id=case_id,
                field=key,
            )
        )
        return dict(stored.reference())

    # --- what there is ----------------------------------------------------------------------------

    def rows(self, kind: type[Any], **where: Any) -> list[Any]:
        """The case's rows of a kind, oldest first."""
        with self.engine.house.store.read() as reader:
            return list(reader.find(kind, root_id=self.case_id, order="id", **where))

    def root(self) -> Instance:
        """The case's root."""
        with self.engine.house.store.read() as reader:
            root = reader.get(Instance, id=self.case_id)
        require(root, "事项不存在", "the case is not there")
        assert root is not None
        return root


_CASE_COMMANDS: dict[str, Callable[..., Any]] = {
    "suspend": SuspendCase,
    "resume": ResumeCase,
    "cancel": CancelCase,
}
# By name, so that another kind of player may do each in its own way.
_ACTS: dict[str, Callable[[Player, Mapping[str, Any]], None]] = {
    "do": lambda player, step: player._do(step),
    "task": lambda player, step: player._complete(step),
    "message": lambda player, step: player._message(step),
    "look": lambda player, step: player._look(step),
}
