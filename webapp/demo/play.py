"""Scenarios: examples of how a matter goes, read from a package and played through an engine.

A scenario is a TOML file beside its process (``docs/architecture.md`` tells the format). The
demonstration plays them to have cases that really happened; the tests play them to hold that each
goes as it says. A player acts as the people of the shipped township, under a clock that moves from
due job to due job.

Steps (``[[step]]``), each with an optional ``after`` (ISO 8601 duration) or ``at`` (moment):

- ``task`` + ``as`` (+ ``answers``, ``late_reason``): claim if need be, and complete;
- ``message`` + ``as`` (+ ``answers``): record that a message came;
- ``fire = true``: let time pass and do what is due;
- ``do`` + ``as`` (+ ``reason``): ``suspend``, ``resume``, ``cancel``; with ``rule`` (a deadline id):
  ``pause``, ``run-on``, ``extend`` (+ ``amount``) of a clock; ``urge``, ``oversee`` (+ ``due``),
  ``report``, ``lift``, ``cc`` (+ ``to``); with ``task``: ``return`` (+ ``to``, an element),
  ``withdraw``, ``reassign`` and ``delegate`` (+ ``to``), ``ask`` for opinions (+ ``to``, ``when``);
- ``look`` = somebody (+ ``shows``, ``hides``: texts): what the case's page tells them.

``refused = "code or text"`` says that the step must be refused so, and nothing may have changed;
beside ``[start]`` it says so of the start. Answers may hold ``{ file = "a.docx", text = "…" }`` (is
uploaded first) and ``{ person = "role" }`` (a user's id); they are laid over what stands in the
task's form already, as on its page. ``process`` names the process to start where it is not the
scenario's own: one that only others call is shown by its caller.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from engine import catalog, config
from engine import queries as q
from engine.clock import CHINA, VirtualClock, from_millis, millis
from engine.commands import (
    SYSTEM,
    Attach,
    CancelCase,
    ClaimTask,
    CompleteTask,
    CorrelateMessage,
    Deploy,
    ExtendClock,
    PauseClock,
    ResumeCase,
    ResumeClock,
    StartProcess,
    SuspendCase,
)
from engine.engine import Engine
from engine.errors import Refused
from engine.law.reckoning import add_months
from engine.model.rows import Clock, Instance, Job, Task
from webapp.demo import beside
from webapp.demo.township import TownPerson, Township, read_township, settle


class ScenarioFailed(AssertionError):
    """The scenario says something that is not so: a task that is not open, an unknown entry."""


def require(holds: object, text: str) -> None:
    """Raise ScenarioFailed with ``text`` unless ``holds``."""
    if not holds:
        raise ScenarioFailed(text)


# ---------------------------------------------------------------------- what is shipped


def processes_folder() -> Path:
    """Where the shipped processes lie."""
    return config.data_dir() / "processes"


@cache
def packages() -> Mapping[str, Mapping[str, bytes]]:
    """The files of every shipped package by process key, called ones before their callers."""
    forms = config.data_dir() / "forms"
    folders = {
        folder.name: catalog.read_folder(folder, forms / folder.name)
        for folder in sorted(processes_folder().iterdir())
        if (folder / "process.toml").is_file()
    }
    calls = {key: catalog.called_processes(files) for key, files in folders.items()}
    ordered: dict[str, Mapping[str, bytes]] = {}

    def put(key: str, above: tuple[str, ...] = ()) -> None:
        if key in above or key not in folders:
            return
        for called in sorted(calls[key]):
            put(called, (*above, key))
        ordered.setdefault(key, folders[key])

    for key in folders:
        put(key)
    return ordered


@cache
def township() -> Township:
    """The shipped township."""
    return read_township((processes_folder() / "township.toml").read_text(encoding="utf-8"))


def person(who: str) -> TownPerson:
    """Somebody by sign-in name, or the first who holds a role (``role`` or ``role@unit``)."""
    people = township().people
    for one in people:
        if one.id == who:
            return one
    role, _, unit = who.partition("@")
    for one in people:
        for held in one.roles:
            name, _, elsewhere = held.partition("@")
            if name == role and unit in ("", elsewhere or one.unit):
                return one
    raise ScenarioFailed(f"nobody in the township is or holds “{who}”")


def found(engine: Engine, password: str) -> None:
    """Set the township up in an empty engine: its people, and every shipped process."""
    settle(engine, township(), password)
    for files in packages().values():
        engine.execute(Deploy(actor=SYSTEM, files=files))


# ---------------------------------------------------------------------- scenarios


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One example of how a matter goes."""

    process: str
    name: str
    title: str
    at: datetime
    starter: str
    answers: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...] = ()
    expect: Mapping[str, Any] = field(default_factory=dict)
    refused: str = ""
    """What the start must be refused with; '' where it must succeed."""

    @property
    def id(self) -> str:
        """How it is named: process and file."""
        return f"{self.process}-{self.name}"


_KEYS = {
    "task", "message", "fire", "do", "look", "as", "after", "at", "answers", "late_reason",
    "refused", "reason", "rule", "amount", "shows", "hides", "to", "when", "due",
}  # fmt: skip
_EXPECTED = {"path", "state", "documents", "open", "lamps", "variables", "incidents"}


def scenarios(folder: Path | None = None) -> Iterator[Scenario]:
    """Every scenario of the processes in a folder (the shipped one by default)."""
    for path in sorted((folder or processes_folder()).glob("*/scenarios/*.toml")):
        yield read_scenario(path)


def read_scenario(path: Path) -> Scenario:
    """One file. Raises ScenarioFailed naming what is wrong in it."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    steps = tuple(data.get("step", ()))
    for number, step in enumerate(steps, 1):
        unknown = set(step) - _KEYS
        require(not unknown, f"{path.name}: step {number} has unknown entries {sorted(unknown)}")
    unknown = set(data.get("expect", {})) - _EXPECTED
    require(not unknown, f"{path.name}: [expect] has unknown entries {sorted(unknown)}")
    return Scenario(
        process=data.get("process", path.parents[1].name),
        name=path.stem,
        title=data["title"],
        at=moment(data["at"]),
        starter=data["starter"],
        answers=data.get("start", {}),
        steps=steps,
        expect=data.get("expect", {}),
        refused=data.get("refused", ""),
    )


def moment(value: object) -> datetime:
    """A moment as scenarios write it; without a zone it is China's."""
    read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=CHINA)


_DURATION = re.compile(
    r"P(?!$)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?!$)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def later(start: datetime, duration: str) -> datetime:
    """A moment moved on by an ISO 8601 duration, months and years by the calendar."""
    match = _DURATION.fullmatch(duration)
    require(match, f"no ISO 8601 duration: {duration}")
    assert match is not None
    parts = {name: int(value or 0) for name, value in match.groupdict().items()}
    local = start.astimezone(CHINA)
    day = add_months(local.date(), parts.pop("years") * 12 + parts.pop("months"))
    return local.replace(year=day.year, month=day.month, day=day.day) + timedelta(**parts)


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


def run_due_until(engine: Engine, clock: VirtualClock, target: datetime) -> None:
    """Let time pass, doing each job when it comes due, not all at the end."""
    for _ in range(10_000):
        due = next_job(engine, millis(target))
        if due is None:
            break
        clock.set(max(clock.now(), from_millis(due)))
        require(engine.run_due(), f"a job due at {from_millis(due)} could not be run")
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
            require(target >= now, f"{target} is past; it is {now.astimezone(CHINA)}")
            return target
        return later(now, str(step["after"])) if "after" in step else now

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
            require(step.get("fire"), "a step names a task, a message, something to do, or fires")

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
            return self.engine.query(q.TaskPage(viewer=actor, task_id=task_id)).answers
        except Refused:
            return {}

    def _open_task(self, element: str, who: str) -> Task:
        tasks = self.rows(Task, state="open")
        same = [task for task in tasks if task.element_id == element]
        listed = ", ".join(sorted(task.element_id for task in tasks)) or "nothing"
        require(same, f"“{element}” is not open; open: {listed}")
        mine = [task for task in same if task.assignee == self.user(who)]
        free = [task for task in same if task.assignee is None]
        chosen: Task = (mine or free or same)[0]
        return chosen

    def _task_beside(self, step: Mapping[str, Any]) -> Task:
        """The task that something beside its completion is done to: the open one, else the last."""
        if step["do"] != "withdraw":
            return self._open_task(str(step["task"]), str(step["as"]))
        found = self.rows(Task, element_id=str(step["task"]), closed_by=self.user(str(step["as"])))
        require(found, f"“{step['task']}” was not done by {step['as']}")
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
        clocks = self.rows(Clock, rule_id=str(step["rule"]), state=("running", "paused"))
        require(clocks, f"no clock of “{step['rule']}” is running")
        on: dict[str, Any] = {"actor": actor, "case_id": self.case_id, "clock_id": clocks[0].id}
        if action == "pause":
            self.engine.execute(PauseClock(**on, reason=reason))
        elif action == "run-on":
            self.engine.execute(ResumeClock(**on, note=reason))
        else:
            require(action == "extend", f"cannot do “{action}”")
            self.engine.execute(ExtendClock(**on, reason=reason, amount=int(step["amount"])))

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
        require(root, "the case is not there")
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
