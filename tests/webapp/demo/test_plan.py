"""The demonstration's plan: what is named exists, numbers are each case's own, a year is covered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from engine import queries as q
from engine.clock import VirtualClock
from engine.commands import SYSTEM
from engine.config import Settings
from engine.engine import Engine
from webapp.demo import seed
from webapp.demo.numbers import Numbers, Register
from webapp.scenarios.scenario import moment, read_scenario
from webapp.scenarios.shipped import processes_folder

END = datetime(2026, 11, 24, 2, tzinfo=UTC)
PLANNED = list(seed.plan())


def test_there_are_enough_cases_in_progress_and_a_year_of_finished_ones() -> None:
    going, past = [one for one in PLANNED if one.until], [one for one in PLANNED if not one.until]
    assert len(going) >= 30
    assert len(past) >= 50
    assert max(one.days_ago for one in PLANNED) < seed.FOUNDED_BEFORE.days
    titles = [one.title for one in PLANNED if one.title]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("number", range(len(PLANNED)))
def test_what_a_case_names_is_in_its_scenario(number: int) -> None:
    planned = PLANNED[number]
    path = processes_folder() / planned.process / "scenarios" / f"{planned.scenario}.toml"
    scenario = read_scenario(path)
    tasks = {step.get("task") for step in scenario.steps}
    assert {*planned.answers, *planned.slower, *filter(None, [planned.until])} <= tasks
    moved = seed.shifted(scenario, planned, END)
    assert abs((END - moved.at).days - planned.days_ago) <= 4


def test_the_demonstration_plays_to_its_end(tmp_path: Path) -> None:
    """Every kind of case it shows; of those that are repeated over a year, one each."""
    kinds = {
        (one.process, one.scenario, one.until, bool(one.slower), repr(one.answers)): one
        for one in PLANNED
    }
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'demo.db'}",
        files_dir=tmp_path / "files",
        secret_key="for tests only " * 4,
    )
    players = seed.seed(settings, Console(quiet=True), now=END, planned=list(kinds.values()))
    with Engine.open(settings=settings, clock=VirtualClock(END)) as engine:
        assert engine.query(q.Incidents(viewer=SYSTEM)) == ()
        short = {
            f"{one.process}/{one.scenario} to {one.until}": sorted(waits)
            for player, one in zip(players, kinds.values(), strict=True)
            if one.until and one.until not in (waits := _waits(engine, player.case_id))
        }
    assert short == {}


def _waits(engine: Engine, case_id: str) -> set[str]:
    view = engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id))
    return {task.element_id for task in view.open_tasks}


def test_what_comes_late_moves_all_that_follows() -> None:
    planned = next(one for one in PLANNED if one.slower)
    (step, weeks), *_ = planned.slower.items()
    path = processes_folder() / planned.process / "scenarios" / f"{planned.scenario}.toml"
    scenario = read_scenario(path)
    moved = seed.shifted(scenario, planned, END).steps
    by = seed.shifted(scenario, seed.Planned(**{**vars(planned), "slower": {}}), END).steps
    where = [one.get("task") for one in scenario.steps].index(step)
    for number, (late, plain) in enumerate(zip(moved, by, strict=True)):
        if "at" in plain:
            days = (moment(late["at"]) - moment(plain["at"])).days
            assert days == (weeks * 7 if number >= where else 0)


def test_each_case_gets_the_next_number_of_the_year() -> None:
    register = Register()
    first, second = Numbers(register), Numbers(register)
    answers = {"docNo": "清政发〔2026〕1号", "all": [{"regNo": "QLDR-2026-00001"}], "n": 1}
    in_2025, in_2026 = (
        datetime(2025, 12, 31, 15, tzinfo=UTC),
        datetime(2025, 12, 31, 17, tzinfo=UTC),
    )
    assert first.renewed(answers, in_2025) == {
        "docNo": "清政发〔2025〕1号",
        "all": [{"regNo": "QLDR-2025-00001"}],
        "n": 1,
    }
    assert second.renewed("清政发〔2026〕1号", in_2025) == "清政发〔2025〕2号"
    assert second.renewed("清政发〔2026〕1号", in_2026) == "清政发〔2025〕2号"
    assert second.renewed("清政发〔2026〕7号", in_2026) == "清政发〔2026〕1号"
