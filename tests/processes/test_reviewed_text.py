"""The collective decides, the head signs and the office registers the very text that was reviewed.

The examples show that a changed text goes back to review. Here the text is changed behind the
process's back, in the database itself, and the step must still be refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.errors import AnswersInvalid
from tests.processes.conftest import Opener
from tests.processes.runner import Player, scenarios
from webapp.scenarios.playing import run_due_until

PLAIN = next(
    each for each in scenarios() if (each.process, each.name) == ("normative_document", "plain")
)
Change = Callable[[dict[str, Any]], dict[str, Any]]


def other_text(variables: dict[str, Any]) -> dict[str, Any]:
    """Another file under the same name."""
    return {**variables, "draftFile": {**variables["draftFile"], "sha256": "0" * 64}}


def no_opinion(variables: dict[str, Any]) -> dict[str, Any]:
    """The legality opinion is gone."""
    return {**variables, "reviewedHash": None, "conclusion": None}


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("step", "change", "told"),
    [
        ("A5_decide", other_text, "不一致"),
        ("A5_decide", no_opinion, "不得提交集体审议"),
        ("A6_sign", other_text, "不得签发"),
        ("A7_register", other_text, "不得登记编号"),
    ],
)
def test_only_the_reviewed_text_goes_on(
    step: str, change: Change, told: str, sqlite_opener: Opener
) -> None:
    """Each step after the review refuses another text, whoever put it there and however."""
    player = Player(PLAIN, sqlite_opener)
    try:
        tampered = _play_until(player, step)
        _change(player, change)
        with pytest.raises(AnswersInvalid) as refused:
            player.act(tampered)
        assert told in "".join(problem.zh for problem in refused.value.problems)
    finally:
        player.engine.close()


def _play_until(player: Player, element: str) -> dict[str, Any]:
    """Play what comes before a step; returns the step that would have passed."""
    player.start()
    for step in player.scenario.steps:
        run_due_until(player.engine, player.clock, player.moment_of(step))
        if step.get("task") == element and not step.get("refused"):
            return dict(step)
        if not step.get("refused"):
            player.act(step)
    raise AssertionError(f"the example never comes to {element}")


def _change(player: Player, change: Change) -> None:
    with player.engine.house.store.write() as tx:
        root = tx.lock_case(player.case_id)
        assert root is not None
        root.variables = change(dict(root.variables))
        tx.update(root, "variables")
