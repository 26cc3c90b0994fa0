"""Plays the scenarios of process packages through an engine, as staff would.

A scenario is a TOML file beside its process (``docs/architecture.md`` tells the format). A player
opens tasks by their element, as a person of the test township, under a clock that moves from due
job to due job; with ``restore`` it closes and reopens the engine after every step, so that nothing
can hang on what is held in memory.

Steps (``[[step]]``), each with an optional ``after`` (ISO 8601 duration) or ``at`` (moment):

- ``task`` + ``as`` (+ ``answers``, ``late_reason``): claim if need be, and complete;
- ``message`` + ``as`` (+ ``answers``): record that a message came;
- ``fire = true``: let time pass and do what is due;
- ``do`` + ``as`` (+ ``reason``): ``suspend``, ``resume``, ``cancel``; with ``rule`` (a deadline id):
  ``pause``, ``run-on``, ``extend`` (+ ``amount``) of a clock;
- ``look`` = somebody (+ ``shows``, ``hides``: texts): what the case's page tells them.

``refused = "code or text"`` says that the step must be refused so, and nothing may have changed;
beside ``[start]`` it says so of the start. Answers may hold ``{ file = "a.docx", text = "…" }`` (is
uploaded first) and ``{ person = "role" }`` (a user's id).
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

from engine import bpmn, catalog
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
from engine.config import Settings
from engine.engine import Engine
from engine.errors import Invalid, YifaError
from engine.law.reckoning import add_months
from engine.model.rows import Clock, Document, Incident, Instance, Job, Task
from webapp.demo.township import TownPerson, Township, read_township, settle

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = ROOT / "processes"
FORMS = ROOT / "forms"
FOUNDED = datetime(2026, 1, 5, 9, tzinfo=CHINA)
"""When the test township was set up: before any scenario."""
REGION = "hunan"
"""The region whose law the scenarios are written for."""


# ---------------------------------------------------------------------- what is shipped


@cache
def packages() -> Mapping[str, Mapping[str, bytes]]:
    """The files of every shipped package by process key, called ones before their callers."""
    folders = {
        folder.name: catalog.read_folder(folder, FORMS / folder.name)
        for folder in sorted(PROCESSES.iterdir())
        if (folder / "process.toml").is_file()
    }
    calls = {key: _called(files) for key, files in folders.items()}
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


def _called(files: Mapping[str, bytes]) -> set[str]:
    model = next(content for path, content in files.items() if path.endswith(".bpmn"))
    elements = bpmn.load(model).elements.values()
    return {element.called_process for element in elements if element.called_process}


@cache
def township() -> Township:
    """The shipped township."""
    return read_township((PROCESSES / "township.toml").read_text(encoding="utf-8"))


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
    raise LookupError(f"nobody in the test township is or holds “{who}”")


def found(engine: Engine) -> None:
    """Set the township up in an empty engine: its people, and every shipped process."""
    settle(engine, township(), "scenario-password")
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
        """How tests name it."""
        return f"{self.process}-{self.name}"


_KEYS = {
    "task", "message", "fire", "do", "look", "as", "after", "at", "answers", "late_reason",
    "refused", "reason", "rule", "amount", "shows", "hides",
}  # fmt: skip
_EXPECTED = {"path", "state", "documents", "open", "lamps", "variables", "incidents"}


def scenarios(folder: Path = PROCESSES) -> Iterator[Scenario]:
    """Every scenario of the processes in a folder."""
    for path in sorted(folder.glob("*/scenarios/*.toml")):
        yield read_scenario(path)


def read_scenario(path: Path) -> Scenario:
    """One file. Raises AssertionError naming what is wrong in it."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    steps = tuple(data.get("step", ()))
    for number, step in enumerate(steps, 1):
        unknown = set(step) - _KEYS
        assert not unknown, f"{path.name}: step {number} has unknown entries {sorted(unknown)}"
    unknown = set(data.get("expect", {})) - _EXPECTED
    assert not unknown, f"{path.name}: [expect] has unknown entries {sorted(unknown)}"
    return Scenario(
        process=path.parents[1].name,
        name=path.stem,
        title=data["title"],
        at=_moment(data["at"]),
        starter=data["starter"],
        answers=data.get("start", {}),
        steps=steps,
        expect=data.get("expect", {}),
        refused=data.get("refused", ""),
    )


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


_DURATION = re.compile(
    r"P(?!$)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?!$)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def later(moment: datetime, duration: str) -> datetime:
    """A moment moved on by an ISO 8601 duration, months and years by the calendar."""
    match = _DURATION.fullmatch(duration)
    assert match, f"no ISO 8601 duration: {duration}"
    parts = {name: int(value or 0) for name, value in match.groupdict().items()}
    local = moment.astimezone(CHINA)
    day = add_months(local.date(), parts.pop("years") * 12 + parts.pop("months"))
    return local.replace(year=day.year, month=day.month, day=day.day) + timedelta(**parts)


# ---------------------------------------------------------------------- playing


class Player:
    """Plays one scenario. ``open_engine`` opens the same database each time it is called."""

    def __init__(
        self,
        scenario: Scenario,
        open_engine: Callable[[VirtualClock], Engine],
        *,
        restore: bool = False,
    ) -> None:
        self.scenario = scenario
        self.open_engine = open_engine
        self.restore = restore
        self.clock = VirtualClock(scenario.at)
        self.engine = open_engine(self.clock)
        self.case_id = ""
        self.path: list[str] = []
        """Elements of the tasks completed, in order."""

    def play(self) -> None:
        """The whole scenario, then what it expects. Raises AssertionError where it went otherwise."""
        try:
            self._run_due_until(self.clock.now())
            self._start()
            for number, step in enumerate(self.scenario.steps, 1):
                self._reopen()
                try:
                    self._step(step)
                except AssertionError as exc:
                    raise AssertionError(f"step {number} ({_told(step)}): {exc}") from None
            self._reopen()
            if self.case_id:
                self._expect()
        finally:
            self.engine.close()

    def _reopen(self) -> None:
        if self.restore:
            self.engine.close()
            self.engine = self.open_engine(self.clock)

    # --- time -----------------------------------------------------------------------------------

    def _move(self, step: Mapping[str, Any]) -> None:
        now = self.clock.now()
        if "at" in step:
            target = _moment(step["at"])
            assert target >= now, f"{target} is past; it is {now.astimezone(CHINA)}"
            self._run_due_until(target)
        elif "after" in step:
            self._run_due_until(later(now, str(step["after"])))

    def _run_due_until(self, target: datetime) -> None:
        """Let time pass, doing each job when it comes due, not all at the end."""
        for _ in range(10_000):
            due = self._next_job(millis(target))
            if due is None:
                break
            self.clock.set(max(self.clock.now(), from_millis(due)))
            assert self.engine.run_due(), f"a job due at {from_millis(due)} could not be run"
        self.clock.set(target.astimezone(UTC))
        self.engine.run_due()

    def _next_job(self, until: int) -> int | None:
        # The daily seal may be done late: it alone would make years of days.
        with self.engine.house.store.read() as reader:
            moments = [
                due_at
                for due_at, kind in reader.columns(Job, ("due_at", "kind"), held=False)
                if due_at <= until and kind != "seal"
            ]
        return min(moments, default=None)

    # --- steps ----------------------------------------------------------------------------------

    def _start(self) -> None:
        scenario = self.scenario
        starter = person(scenario.starter).id

        def act() -> None:
            answers = self._answers(scenario.answers, starter)
            started = self.engine.execute(
                StartProcess(actor=starter, process_key=scenario.process, answers=answers)
            )
            self.case_id = started.case_id

        self._tried(act, scenario.refused)
        self.engine.run_due()

    def _step(self, step: Mapping[str, Any]) -> None:
        self._move(step)
        act = next((kind for kind in ("task", "message", "do", "look") if kind in step), "")
        if not act:
            assert step.get("fire"), "a step names a task, a message, something to do, or fires"
            return
        self.clock.advance(timedelta(minutes=1))
        before = self._version()
        refused = str(step.get("refused", ""))
        self._tried(lambda: _ACTS[act](self, step), refused)
        if refused:
            assert self._version() == before, "a refused step has changed the case"
        self.engine.run_due()

    @staticmethod
    def _tried(act: Callable[[], None], refused: str) -> None:
        try:
            act()
        except YifaError as exc:
            told = _refusal(exc)
            if refused:
                assert refused in told, f"refused, but not with “{refused}”:\n{told}"
                return
            raise AssertionError(f"refused:\n{told}") from exc
        assert not refused, f"not refused (should have been: {refused})"

    def _complete(self, step: Mapping[str, Any]) -> None:
        task = self._open_task(str(step["task"]), str(step["as"]))
        actor = self._person(str(step["as"]))
        if task.assignee is None:
            self.engine.execute(ClaimTask(actor=actor, task_id=task.id))
        answers = self._answers(step.get("answers", {}), actor, task_id=task.id)
        self.engine.execute(
            CompleteTask(
                actor=actor, task_id=task.id, answers=answers,
                late_reason=str(step.get("late_reason", "")),
            )
        )  # fmt: skip
        self.path.append(task.element_id)

    def _open_task(self, element: str, who: str) -> Task:
        tasks = self._rows(Task, state="open")
        found = [task for task in tasks if task.element_id == element]
        listed = ", ".join(sorted(task.element_id for task in tasks)) or "nothing"
        assert found, f"“{element}” is not open; open: {listed}"
        mine = [task for task in found if task.assignee == self._person(who)]
        free = [task for task in found if task.assignee is None]
        task: Task = (mine or free or found)[0]
        return task

    def _message(self, step: Mapping[str, Any]) -> None:
        actor = self._person(str(step["as"]))
        self.engine.execute(
            CorrelateMessage(
                actor=actor, name=str(step["message"]), case_id=self.case_id,
                answers=self._answers(step.get("answers", {}), actor),
            )
        )  # fmt: skip

    def _do(self, step: Mapping[str, Any]) -> None:
        actor, action = self._person(str(step["as"])), str(step["do"])
        reason = str(step.get("reason", ""))
        if action in _CASE_COMMANDS:
            command = _CASE_COMMANDS[action]
            self.engine.execute(command(actor=actor, case_id=self.case_id, reason=reason))
            return
        clocks = self._rows(Clock, rule_id=str(step["rule"]), state=("running", "paused"))
        assert clocks, f"no clock of “{step['rule']}” is running"
        on = {"actor": actor, "case_id": self.case_id, "clock_id": clocks[0].id}
        if action == "pause":
            self.engine.execute(PauseClock(**on, reason=reason))
        elif action == "run-on":
            self.engine.execute(ResumeClock(**on, note=reason))
        else:
            assert action == "extend", f"cannot do “{action}”"
            self.engine.execute(ExtendClock(**on, reason=reason, amount=int(step["amount"])))

    def _look(self, step: Mapping[str, Any]) -> None:
        viewer = self._person(str(step["look"]))
        view = repr(self.engine.query(q.CasePage(viewer=viewer, case_id=self.case_id)))
        for text in step.get("shows", ()):
            assert text in view, f"the case's page does not show {viewer} “{text}”"
        for text in step.get("hides", ()):
            assert text not in view, f"the case's page shows {viewer} “{text}”"

    # --- answers ----------------------------------------------------------------------------------

    def _person(self, who: str) -> str:
        return who if who == SYSTEM else person(who).id

    def _answers(
        self, answers: Mapping[str, Any], actor: str, *, task_id: str | None = None
    ) -> dict[str, Any]:
        return {key: self._answer(value, actor, task_id, key) for key, value in answers.items()}

    def _answer(self, value: Any, actor: str, task_id: str | None, key: str) -> Any:
        if isinstance(value, list):
            return [self._answer(item, actor, task_id, key) for item in value]
        if isinstance(value, Mapping):
            if set(value) == {"file", "text"}:
                return self._upload(value, actor, task_id, key)
            if set(value) == {"person"}:
                return self._person(str(value["person"]))
            return {name: self._answer(item, actor, task_id, key) for name, item in value.items()}
        # TOML knows dates and moments, forms have them as text.
        return value.isoformat() if hasattr(value, "isoformat") else value

    def _upload(
        self, value: Mapping[str, Any], actor: str, task_id: str | None, key: str
    ) -> dict[str, Any]:
        case_id = self.case_id if self.case_id and task_id is None else None
        stored = self.engine.execute(
            Attach(
                actor=actor, name=str(value["file"]), content=str(value["text"]).encode(),
                task_id=task_id, case_id=case_id, field=key,
            )
        )  # fmt: skip
        return {"id": stored.id, "name": stored.name, "size": stored.size, "sha256": stored.sha256}

    # --- what came of it --------------------------------------------------------------------------

    def _rows(self, kind: type[Any], **where: Any) -> list[Any]:
        with self.engine.house.store.read() as reader:
            return reader.find(kind, root_id=self.case_id, order="id", **where)

    def _root(self) -> Instance:
        with self.engine.house.store.read() as reader:
            root = reader.get(Instance, id=self.case_id)
        assert root is not None
        return root

    def _version(self) -> tuple[int, int]:
        """What a refused step must leave as it was; a claim or an upload before it may stand."""
        return (len(self._rows(Task, state="completed")), len(self._rows(Task, state="open")))

    def _expect(self) -> None:
        expect = self.scenario.expect
        root = self._root()
        incidents = [f"{row.element_id}: {row.zh}" for row in self._rows(Incident)]
        assert len(incidents) == expect.get("incidents", 0), f"incidents: {incidents}"
        if "path" in expect:
            assert self.path == expect["path"]
        if "state" in expect:
            assert root.state == expect["state"]
        opened = self._rows(Task, state="open")
        if "open" in expect:
            assert sorted(task.element_id for task in opened) == sorted(expect["open"])
        documents = self._rows(Document)
        if "documents" in expect:
            assert sorted({row.template for row in documents}) == sorted(set(expect["documents"]))
        unmade = [row.template for row in documents if row.state != "ready"]
        assert not unmade, f"documents not made: {unmade}"
        self._expect_variables(root, expect.get("variables", {}))
        self._expect_lamps(opened, expect.get("lamps", {}))
        flaws = list(self.engine.verify(self.case_id))
        assert not flaws, f"the evidence is broken: {flaws}"

    @staticmethod
    def _expect_variables(root: Instance, wanted: Mapping[str, Any]) -> None:
        for name, value in wanted.items():
            assert name in root.variables, f"there is no variable “{name}”"
            assert root.variables[name] == value, f"{name} is {root.variables[name]!r}"

    def _expect_lamps(self, opened: list[Task], wanted: Mapping[str, str]) -> None:
        for element, colour in wanted.items():
            task = next((task for task in opened if task.element_id == element), None)
            assert task is not None, f"“{element}” is not open, so it has no lamp"
            view = self.engine.query(q.TaskPage(viewer=SYSTEM, task_id=task.id))
            assert view.lamp.colour == colour, f"the lamp of {element} is {view.lamp}"


def _told(step: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{key} {step[key]}" for key in ("task", "message", "do", "look") if key in step
    )


def _refusal(error: YifaError) -> str:
    lines = [f"{error.code}: {error.message('zh')}"]
    if isinstance(error, Invalid):
        lines += [f"[{p.code}] {p.where}: {p.zh}" for p in error.problems]
    return "\n".join(lines)


_CASE_COMMANDS: dict[str, Callable[..., Any]] = {
    "suspend": SuspendCase,
    "resume": ResumeCase,
    "cancel": CancelCase,
}
_ACTS: dict[str, Callable[[Player, Mapping[str, Any]], None]] = {
    "task": Player._complete,
    "message": Player._message,
    "do": Player._do,
    "look": Player._look,
}


def settings(url: str, files: Path) -> Settings:
    """Settings of a test engine: the scenarios' region, files beside the database."""
    return Settings(database_url=url, region=REGION, files_dir=files)
