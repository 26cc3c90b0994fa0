"""Making the demonstration: a township in mid-work, by real commands under a clock in the past.

Each case is a scenario of a shipped package, shifted so that it began some days ago, and played up
to a step. All cases are played together in the order of time, and jobs are done when they come due;
so numbers, history, warnings and lamps are what they would have been.
"""

from __future__ import annotations

import logging
import multiprocessing
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from engine.clock import CHINA, VirtualClock
from engine.config import Settings
from engine.engine import Engine
from engine.errors import Misconfigured, YifaError
from webapp.demo import roster
from webapp.demo.numbers import Numbers, Register
from webapp.scenarios import shipped
from webapp.scenarios.playing import Player, run_due_until
from webapp.scenarios.scenario import Scenario, ScenarioFailed, read_scenario

DONE = "seeded"
"""A file beside the database that says the demonstration is complete."""
BEGUN = "demonstration"
"""A file beside the database that says it is a demonstration's, finished or not."""
OWN_FOLDER = Path("var/demo")
"""Where a demonstration lies unless the settings say otherwise."""
FOUNDED_BEFORE = timedelta(days=400)
PATIENCE = 30
"""How many days a step is tried again when the law says that it is too early."""


def prepare(settings: Settings, *, reset: bool = False) -> bool:
    """Make the demonstration unless it is there; a half-made one is made anew. False if it failed.

    A process of its own makes it: what that takes of memory is given back before anybody is served.
    """
    folder = _folder(settings)
    if (folder / DONE).is_file() and not reset:
        return True
    _refuse_foreign(folder)
    _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BEGUN).write_text("ok\n", encoding="utf-8")
    maker = multiprocessing.get_context("spawn").Process(target=_make, args=(settings,))
    maker.start()
    maker.join()
    if maker.exitcode != 0:
        return False
    (folder / DONE).write_text("ok\n", encoding="utf-8")
    return True


def _make(settings: Settings) -> None:
    # Hundreds of commands in a minute are progress, not news.
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    seed(settings, Console(highlight=False))


def _folder(settings: Settings) -> Path:
    path = settings.database_url.removeprefix("sqlite:///")
    return Path(path).parent


def _refuse_foreign(folder: Path) -> None:
    """Refuse to make room where something lies that no demonstration put there."""
    if folder == OWN_FOLDER or any((folder / mark).is_file() for mark in (DONE, BEGUN)):
        return
    if any((folder / name).exists() for name in ("yifa.db", "files")):
        raise Misconfigured(
            reason={
                "zh": f"{folder} 中已有数据，不是演示数据，不会覆盖。演示请改用另一个目录。",
                "en": f"{folder} holds data that no demonstration made; it is not touched. Use another "
                "folder for the demonstration.",
            },
        )


def _clear(folder: Path) -> None:
    """Remove an earlier demonstration, and nothing else: only what one consists of."""
    for name in (DONE, "yifa.db", "yifa.db-wal", "yifa.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "files", ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One case of the demonstration: which scenario, begun how many calendar days ago, how far.

    ``until`` names the step it has not come to; ``answers`` replaces answers of steps by their ids;
    ``slower`` says by step how many weeks later than in the scenario it, and all after it, is done.
    """

    process: str
    scenario: str
    days_ago: int
    until: str = ""
    title: str = ""
    urgency: str = ""
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    slower: Mapping[str, int] = field(default_factory=dict)


def plan() -> Iterator[Planned]:
    """The cases of ``webapp/demo/cases.toml``."""
    text = Path(__file__).with_name("cases.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    for entry in data["case"]:
        yield Planned(**entry)
    for entry in data["past"]:
        yield from _repeated(**entry)


def _repeated(
    *,
    oldest: int,
    every: int,
    titles: Sequence[str],
    slow: Mapping[str, int] | None = None,
    **same: Any,
) -> Iterator[Planned]:
    """One case a title, ``every`` so many calendar days; each fourth was ``slow``."""
    for number, title in enumerate(titles):
        slower = slow if slow and number % 4 == 2 else {}
        yield Planned(days_ago=oldest - number * every, title=title, slower=slower, **same)


def seed(
    settings: Settings,
    console: Console,
    *,
    now: datetime | None = None,
    planned: Sequence[Planned] | None = None,
) -> list[Player]:
    """Found the township and play the planned cases (all there are) up to ``now``.

    Returns who played them. Raises what a step raises that does not go as it was planned.
    """
    end = (now or datetime.now(UTC)).astimezone(UTC)
    clock = VirtualClock(end - FOUNDED_BEFORE)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with (
        Engine.open(settings=settings, clock=clock) as engine,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        bar = progress.add_task("建立虚构的乡镇 · founding the township", total=None)
        shipped.found(engine, roster.PASSWORD)
        register = Register()
        casts = [
            Cast(one, engine, clock, end, register)
            for one in (plan() if planned is None else planned)
        ]
        progress.update(
            bar,
            description="重演事项 · replaying cases",
            total=sum(len(c.steps) + 1 for c in casts),
        )
        while True:
            following = min(
                (cast for cast in casts if cast.due is not None),
                key=lambda cast: cast.due or end,
                default=None,
            )
            if following is None:
                break
            assert following.due is not None
            run_due_until(engine, clock, following.due)
            following.go_on()
            engine.run_due()
            progress.advance(bar)
        run_due_until(engine, clock, end)
    return [cast.player for cast in casts]


class Cast:
    """One planned case being played: its next moment, or None when it has come far enough."""

    def __init__(
        self,
        planned: Planned,
        engine: Engine,
        clock: VirtualClock,
        end: datetime,
        register: Register,
    ) -> None:
        scenario = shifted(_find(planned), planned, end)
        self.end = end
        self.planned = planned
        self.player = Player(scenario, engine, clock)
        self.steps = tuple(_wanted(scenario.steps, planned.until))
        self.due: datetime | None = scenario.at
        self.refusals: list[str] = []
        self._numbers = Numbers(register)
        self._position = -1
        self._tries = 0

    def go_on(self) -> None:
        """Do the next step; what the law finds too early is tried again the next day."""
        now = self.player.clock.now()
        try:
            if self._position < 0:
                self.player.start()
            else:
                self.player.act(self._numbers.renewed(self.steps[self._position], now))
        except YifaError as exc:
            self.refusals.append(exc.message("en"))
            self._tries += 1
            tomorrow = now + timedelta(days=1)
            self.due = tomorrow if self._tries < PATIENCE and tomorrow < self.end else None
            return
        self._position, self._tries = self._position + 1, 0
        self.due = self._next()

    def _next(self) -> datetime | None:
        if self._position >= len(self.steps):
            return None
        step = self.steps[self._position]
        now = self.player.clock.now()
        try:
            due = max(self.player.moment_of(step), now + timedelta(minutes=7))
        except ScenarioFailed:
            due = now + timedelta(minutes=7)
        return due if due < self.end else None


def _wanted(steps: Sequence[Mapping[str, Any]], until: str) -> Iterator[Mapping[str, Any]]:
    """The steps to show. What must be refused is for tests, but the time it took has passed."""
    waiting: dict[str, Any] = {}
    for step in steps:
        if "refused" in step or "look" in step:
            waiting = {key: step[key] for key in ("at", "after") if key in step} or waiting
            continue
        if until and step.get("task") == until:
            return
        yield {**waiting, **step}
        waiting = {}


def _find(planned: Planned) -> Scenario:
    folder = shipped.processes_folder() / planned.process / "scenarios"
    return read_scenario(folder / f"{planned.scenario}.toml")


_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(T.*)?")


def shifted(scenario: Scenario, planned: Planned, end: datetime) -> Scenario:
    """The scenario as if it had begun so many days before ``end``, all its dates moved alike.

    Whole weeks are moved, so that working days stay working days as far as holidays allow.
    """
    wanted = end - timedelta(days=planned.days_ago)
    weeks = round((wanted - scenario.at) / timedelta(weeks=1))
    by = timedelta(weeks=weeks)
    answers = _moved(scenario.answers, by)
    if planned.title:
        answers["title"] = planned.title
    if planned.urgency:
        answers["urgency"] = planned.urgency
    return replace(
        scenario,
        at=scenario.at + by,
        answers=answers,
        steps=tuple(_steps(scenario, planned, by)),
    )


_LATE = "走访核实、补充材料用时较长。"


def _steps(scenario: Scenario, planned: Planned, by: timedelta) -> Iterator[dict[str, Any]]:
    slower = dict(planned.slower)
    for step in scenario.steps:
        task = str(step.get("task"))
        weeks = slower.pop(task, 0)
        by += timedelta(weeks=weeks)
        moved = _replaced(_moved(step, by), planned.answers.get(task, {}))
        if weeks and "at" not in moved:
            moved["after"] = f"P{7 * weeks}D"
        if planned.slower and "task" in moved:
            moved.setdefault("late_reason", _LATE)
        yield moved


def _replaced(step: dict[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    return {**step, "answers": {**step.get("answers", {}), **answers}} if answers else step


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, Mapping):
        return {key: _moved(item, by) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_moved(item, by) for item in value]
    if hasattr(value, "isoformat"):
        return value + by
    if isinstance(value, str) and (match := _DATE.fullmatch(value)):
        return _moved_text(match, by)
    return value


def _moved_text(match: re.Match[str], by: timedelta) -> str:
    try:
        day = datetime.fromisoformat(match.group(1)).replace(tzinfo=CHINA) + by
    except ValueError:
        return match.group(0)
    return day.date().isoformat() + (match.group(2) or "")
