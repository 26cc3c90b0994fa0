"""Small models in several spellings: every sound one loads and begins, every broken one is refused.

Each file says in its comment what is in it, or what is wrong with it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import bpmn
from engine.errors import ModelRejected
from tests.engine.bpmn.spiff.driver import NOW, House

CORPUS = Path(__file__).with_name("corpus")
VALID = sorted((CORPUS / "valid").glob("*.bpmn"))
INVALID = sorted((CORPUS / "invalid").glob("*.bpmn"))
VARIABLES = {"x": True, "xs": [1], "wait": "P1D", "done": True, "again": False}


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_broken_model_is_refused_with_element_and_remedy(path: Path) -> None:
    with pytest.raises(ModelRejected) as caught:
        bpmn.load(path.read_bytes(), name=path.name)
    for problem in caught.value.problems:
        assert problem.where
        assert problem.line
        assert problem.file == path.name
        assert re.search(r"[\u4e00-\u9fff]", problem.zh)
        assert problem.en


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_sound_model_loads_begins_and_comes_back(path: Path) -> None:
    definition = bpmn.load(path.read_bytes(), name=path.name)
    for process in definition.processes.values():
        for start in process.starts:
            run = definition.start(
                process.id, VARIABLES, now=NOW, services=Decides(), start_event=start.element_id
            )
            again = definition.restore(run.save(), run.variables, now=NOW, services=Decides())
            assert again.open == run.open
            assert again.save() == run.save()
            codes = set(run.incidents.values())
            assert codes <= {"error-uncaught"}, "the ends of all kinds include an uncaught error"


class Decides(House):
    """Every decision says yes."""

    def decide(self, decision_id: str, variables: object) -> object:
        return True
