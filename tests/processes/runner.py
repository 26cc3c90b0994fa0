"""Plays the scenarios of process packages and holds that each goes as it says.

The playing and the judging are ``webapp.scenarios``; here it is done with an engine that is closed
and opened again after every step where ``restore`` asks for it, so that nothing can hang on what is
held in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from engine.clock import CHINA, VirtualClock
from engine.config import Settings
from engine.engine import Engine
from webapp.scenarios import shipped
from webapp.scenarios.judging import Judge
from webapp.scenarios.scenario import Scenario
from webapp.scenarios.shipped import packages, scenarios, township

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
    shipped.found(engine, "scenario-password")


class Player(Judge):
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
            for number, played in enumerate(self.verdicts()):
                told = "\n".join(said.en for said in played.told)
                assert played.passed, f"step {number} ({played.kind} {played.what}): {told}"
        finally:
            self.engine.close()

    def between(self) -> None:
        """Close the engine and open it again, where that is wanted."""
        if self.restore:
            self.engine.close()
            self.engine = self.open_engine(self.clock)

    def expect(self) -> None:
        """Raises AssertionError where what came of it is not what the scenario expects."""
        told = [said.en for said in self.unmet()]
        assert not told, "\n".join(told)


def settings(url: str, files: Path) -> Settings:
    """Settings of a test engine: the scenarios' region, files beside the database."""
    return Settings(database_url=url, region=REGION, files_dir=files)
