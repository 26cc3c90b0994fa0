"""A finished rehearsal as plain values and back: for the office to keep, and for pages to show later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.errors import Problem
from webapp.scenarios.judging import Played, Said
from webapp.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from webapp.scenarios.rehearsing import Outcome, Rehearsal

MOST = 1_000_000
"""Characters of a result; of a longer one the steps of what passed are left out."""


def as_data(rehearsal: Rehearsal) -> dict[str, Any]:
    """What a page shows of it. Names are kept of what was played alone."""
    steps = [played for one in rehearsal.outcomes for played in one.played]
    told = {played.what for played in steps}
    data = {
        "seconds": rehearsal.seconds,
        "late": rehearsal.late,
        "problems": [asdict(each) for each in rehearsal.problems],
        "texts": {key: list(rehearsal.texts[key]) for key in told if key in rehearsal.texts},
        "names": dict(rehearsal.names),
        "outcomes": [_outcome(one, whole=True) for one in rehearsal.outcomes],
    }
    if len(json.dumps(data)) > MOST:
        data["outcomes"] = [
            _outcome(one, whole=one.state != "passed") for one in rehearsal.outcomes
        ]
    return data


def _outcome(one: Outcome, *, whole: bool) -> dict[str, Any]:
    scenario = one.scenario
    return {
        "path": one.path,
        "state": one.state,
        "title": scenario.title if scenario else None,
        "process": scenario.process if scenario else "",
        "steps": len(scenario.steps) if scenario else 0,
        "played": [asdict(each) for each in one.played] if whole else [],
    }


def from_data(
    data: Mapping[str, Any], *, owner: str, key: str, state: str, sha256: str, at: int
) -> Rehearsal:
    """The rehearsal that was kept, ended. Its scenarios hold what a page shows of them."""
    from webapp.scenarios.rehearsing import Outcome, Rehearsal

    outcomes = [
        Outcome(
            path=each["path"],
            scenario=_scenario(each),
            state=each["state"],
            played=[
                Played(**{**one, "told": tuple(Said(**said) for said in one["told"])})
                for one in each["played"]
            ],
        )
        for each in data["outcomes"]
    ]
    made = Rehearsal(
        owner=owner,
        key=key,
        state=state,
        sha256=sha256,
        outcomes=outcomes,
        began=0.0,
        ended=float(data["seconds"]),
        problems=tuple(Problem(**each) for each in data["problems"]),
        texts={key: (zh, en) for key, (zh, en) in data["texts"].items()},
        names=data["names"],
        late=data["late"],
        at=at,
    )
    made.done.set()
    return made


def _scenario(each: Mapping[str, Any]) -> Scenario | None:
    if each["title"] is None:
        return None
    return Scenario(
        process=each["process"],
        name=each["path"],
        title=each["title"],
        at=datetime.fromtimestamp(0, UTC),
        starter="",
        answers={},
        steps=tuple({} for _ in range(each["steps"])),
    )
