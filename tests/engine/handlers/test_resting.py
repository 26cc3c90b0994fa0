"""Runs kept between commands: used where nothing happened meanwhile, never where something did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn import Run
from engine.commands import CompleteTask
from engine.handlers.resting import Rest, Resting
from engine.model.rows import Instance, Task
from tests.support.office import DRAFTER, ITEMS, LEGAL, Office, found, open_engine


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A small township."""
    found(tmp_path / "office")
    with open_engine(tmp_path / "office") as engine:
        yield Office(engine)


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The states that were read anew."""
    from engine.bpmn.loading import Definition

    seen: list[bytes] = []
    whole = Definition.restore

    def restore(self: Definition, state: bytes, *rest: Any, **more: Any) -> Run:
        seen.append(state)
        return whole(self, state, *rest, **more)

    monkeypatch.setattr(Definition, "restore", restore)
    return seen


def _open(office: Office, case_id: str) -> set[str]:
    with office.engine.house.store.read() as reader:
        return {task.element_id for task in reader.find(Task, root_id=case_id, state="open")}


def _complete(
    office: Office, case_id: str, element: str, who: str, restored: list[bytes], **answers: Any
) -> None:
    """Complete a step; what its page read before does not count."""
    task = office.task(case_id, element)
    restored.clear()
    office.engine.execute(CompleteTask(actor=who, task_id=task, answers=answers))


def test_the_next_step_reads_no_tokens(office: Office, restored: list[bytes]) -> None:
    case_id = office.start()
    _complete(office, case_id, "S1_items", DRAFTER, restored, **ITEMS)
    assert restored == []
    assert _open(office, case_id) == {"S2_review"}


def test_what_another_program_did_meanwhile_holds(office: Office, restored: list[bytes]) -> None:
    case_id = office.start()
    folder = Path(office.engine.house.settings.files_dir).parent
    with open_engine(folder) as other:
        there = Office(other)
        _complete(there, case_id, "S1_items", DRAFTER, restored, **ITEMS)
        assert len(restored) == 1
    review = {"conclusion": "通过", "opinion": "合法"}
    _complete(office, case_id, "S2_review", LEGAL, restored, **review)
    assert len(restored) == 1
    assert "S2_review" not in _open(office, case_id)


def test_a_step_that_is_refused_leaves_the_case_as_it_was(office: Office) -> None:
    case_id = office.start()
    task = office.task(case_id, "S1_items")
    with pytest.raises(Exception, match=r"."):
        office.engine.execute(CompleteTask(actor=DRAFTER, task_id=task, answers={}))
    office.complete(case_id, "S1_items", DRAFTER, **ITEMS)
    assert _open(office, case_id) == {"S2_review"}


def test_what_rests_holds_on_to_no_house(office: Office) -> None:
    case_id = office.start()
    kept = office.engine.house.resting._kept[case_id].run
    with pytest.raises(AssertionError, match="at rest"):
        kept._instance.services.decide("d", {})
    assert kept.variables == {}


def test_only_so_many_are_kept_and_only_under_their_own_version(office: Office) -> None:
    case_id = office.start()
    rest = office.engine.house.resting._kept[case_id]
    few = Resting(most=2)
    few.keep((name, rest) for name in ("a", "b", "c"))
    row = Instance(
        tenant="t",
        id="a",
        root_id="a",
        deployment_id=rest.deployment_id,
        process_key="p",
        process_id="p",
        started_by="u",
        started_at=0,
        tokens=rest.tokens,
    )
    assert few.take(row) is None, "the oldest is given up"
    row.id = "b"
    assert few.take(row) is rest.run
    assert few.take(row) is None, "who takes one has it alone"
    few.keep([("b", Rest(rest.run, rest.tokens, "another"))])
    assert few.take(row) is None
