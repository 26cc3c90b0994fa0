"""Every example of every process package goes as it says, straight and restored at every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes.conftest import Opener
from tests.processes.runner import Player, Scenario, packages, scenarios

SCENARIOS = list(scenarios())
PROCESSES = Path(__file__).resolve().parents[2] / "processes"


each_scenario = pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=lambda scenario: f"{scenario.process}-{scenario.name}"
)


@each_scenario
def test_goes_as_told(scenario: Scenario, sqlite_opener: Opener) -> None:
    """Straight on, documents and all: one engine from start to end."""
    Player(scenario, sqlite_opener).play()


@each_scenario
@pytest.mark.postgres
@pytest.mark.usefixtures("undrawn")
def test_goes_as_told_on_postgres(scenario: Scenario, postgres_opener: Opener) -> None:
    """The same on the other database."""
    Player(scenario, postgres_opener).play()


@each_scenario
@pytest.mark.usefixtures("undrawn")
def test_goes_as_told_restored_after_every_step(scenario: Scenario, opener: Opener) -> None:
    """The engine is closed and opened again before every step: nothing lives in memory only."""
    Player(scenario, opener, restore=True).play()


def test_every_process_has_examples() -> None:
    """A process without examples is not known to work."""
    folders = {path.parents[1].name for path in PROCESSES.glob("*/scenarios/*.toml")}
    assert folders == set(packages())


def test_every_user_task_is_reached_by_some_example() -> None:
    """A step that no example takes may be broken without anybody noticing."""
    from engine import bpmn

    taken = {step["task"] for scenario in SCENARIOS for step in scenario.steps if "task" in step}
    for key, files in packages().items():
        elements = bpmn.load(files["main.bpmn"]).elements.values()
        tasks = {element.id for element in elements if element.kind == "userTask"}
        assert tasks <= taken, f"{key}: no example takes {sorted(tasks - taken)}"
