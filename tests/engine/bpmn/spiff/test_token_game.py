"""The engine and a plain token game agree on random charts at every step, straight and restored."""

from __future__ import annotations

import random
from itertools import count

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.bpmn.spiff import instance
from tests.engine.bpmn.charts import ROOTS, drawn, structured, tangles
from tests.engine.bpmn.spiff.driver import Case, accounted, compiled
from tests.engine.bpmn.token_game import MOST_STEPS, Chart, Game, TooLong

MOST_MOVES = 25
ENOUGH = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    derandomize=True,
)


@pytest.fixture(autouse=True, scope="module")
def short_of_breath() -> object:
    """Charts that run away are left out soon, by the game and by the engine alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instance, "STEP_BUDGET", MOST_STEPS * 3)
        yield


def open_in(case: Case) -> list[tuple[str, str]]:
    found = []
    for token in case.run._tokens():
        if token.incident:
            found.append((token.task_spec.bpmn_id, "stuck"))
        elif token.waits:
            found.append((token.task_spec.bpmn_id, "waits"))
    return sorted(found)


def play(chart: Chart, n: int, seed: int) -> None:
    """Both play the same moves and are compared after each."""
    chance = random.Random(seed)
    try:
        game = Game(chart, n)
        case = Case(compiled(drawn(chart), ROOTS), {"n": n}, restoring=bool(seed % 2))
        for _ in range(MOST_MOVES):
            assert open_in(case) == game.open()
            assert case.run.ended == game.ended
            assert case.run.variables["n"] == game.n
            waiting = [where for where, how in game.open() if how == "waits"]
            if not waiting:
                break
            move(case, game, chance, waiting)
    except TooLong:
        assume(False)
    accounted(case)


def move(case: Case, game: Game, chance: random.Random, waiting: list[str]) -> None:
    where = chance.choice(waiting)
    number = chance.randrange(waiting.count(where))
    tokens = [t for t in case.run._tokens() if t.task_spec.bpmn_id == where and t.waits]
    token = sorted(tokens, key=lambda each: int(each.key[1:]))[number]
    if token.waits == "timer":
        game.complete(where, number, None)
        case.do("fire", token.key)
    else:
        n = chance.randrange(6)
        game.complete(where, number, n)
        case.do("complete", token.key, {"n": n})


@ENOUGH
@given(seed=st.integers(0, 2**32), n=st.integers(0, 5))
def test_structured_charts(seed: int, n: int) -> None:
    play(structured(random.Random(seed), count(1)), n, seed)


@ENOUGH
@given(data=st.data(), n=st.integers(0, 5), seed=st.integers(0, 2**16))
def test_tangled_charts(data: st.DataObject, n: int, seed: int) -> None:
    play(data.draw(tangles(count(1))), n, seed)
