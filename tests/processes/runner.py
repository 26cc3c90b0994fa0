"""Plays the scenarios of process packages and holds that each goes as it says.

The playing itself is ``webapp.demo.play``; here it is done with an engine that is closed and
opened again after every step where ``restore`` asks for it, so that nothing can hang on what is held
in memory, and what came of it is compared with what the scenario expects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine import queries as q
from engine.clock import CHINA, VirtualClock
from engine.commands import SYSTEM
from engine.config import Settings
from engine.engine import Engine
from engine.errors import Invalid, YifaError
from engine.model.rows import Document, Incident, Instance, Task
from webapp.demo import play
from webapp.demo.play import Scenario, packages, run_due_until, scenarios, township

__all__ = [
    "FOUNDED",
    "Player",
    "Scenario",
    "found",
    "packages",
    "scenarios",
    "settings",
    "township",
]

FOUNDED = datetime(2026, 1, 5, 9, tzinfo=CHINA)
"""When the test township was set up: before any scenario."""
REGION = "hunan"
"""The region whose law the scenarios are written for."""


def found(engine: Engine) -> None:
    """Set the township up in an empty engine: its people, and every shipped process."""
    play.found(engine, "scenario-password")


class Player(play.Player):
    """Plays one scenario. ``open_engine`` opens the same database each time it is called."""

    def __init__(
        self,
        scenario: Scenario,
        open_engine: Callable[[VirtualClock], Engine],
        *,
        restore: bool = False,
    ) -> None:
        clock = VirtualClock(scenario.at)
        super().__init__(scenario, open_engine(clock), clock)
        self.open_engine = open_engine
        self.restore = restore

    def play(self) -> None:
        """The whole scenario, then what it expects. Raises AssertionError where it went otherwise."""
        try:
            run_due_until(self.engine, self.clock, self.clock.now())
            self._tried(self.start, self.scenario.refused)
            self.engine.run_due()
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

    def _step(self, step: Mapping[str, Any]) -> None:
        run_due_until(self.engine, self.clock, self.moment_of(step))
        if not any(kind in step for kind in ("task", "message", "do", "look")):
            self.act(step)
            return
        self.clock.advance(timedelta(minutes=1))
        before = self._version()
        refused = str(step.get("refused", ""))
        self._tried(lambda: self.act(step), refused)
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

    def _look(self, step: Mapping[str, Any]) -> None:
        viewer = self.user(str(step["look"]))
        view = repr(self.engine.query(q.CasePage(viewer=viewer, case_id=self.case_id)))
        for text in step.get("shows", ()):
            assert text in view, f"the case's page does not show {viewer} “{text}”"
        for text in step.get("hides", ()):
            assert text not in view, f"the case's page shows {viewer} “{text}”"

    # --- what came of it --------------------------------------------------------------------------

    def _version(self) -> tuple[int, int]:
        """What a refused step must leave as it was; a claim or an upload before it may stand."""
        return (len(self.rows(Task, state="completed")), len(self.rows(Task, state="open")))

    def _expect(self) -> None:
        expect = self.scenario.expect
        root = self.root()
        incidents = [f"{row.element_id}: {row.zh}" for row in self.rows(Incident)]
        assert len(incidents) == expect.get("incidents", 0), f"incidents: {incidents}"
        if "path" in expect:
            assert self.path == expect["path"]
        if "state" in expect:
            assert root.state == expect["state"]
        opened = self.rows(Task, state="open")
        if "open" in expect:
            assert sorted(task.element_id for task in opened) == sorted(expect["open"])
        documents = self.rows(Document)
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


def settings(url: str, files: Path) -> Settings:
    """Settings of a test engine: the scenarios' region, files beside the database."""
    return Settings(database_url=url, region=REGION, files_dir=files)
