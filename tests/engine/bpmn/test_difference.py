"""What is told of two drawings: meanings, not bytes; and never more than changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import bpmn
from engine.errors import ModelRejected
from tests.support.models import model, user

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted(ROOT.glob("processes/*/main.bpmn"))
OLD = (ROOT / "tests/support/supplies/main.bpmn").read_bytes()


def changes(new: bytes, old: bytes = OLD) -> dict[str, bpmn.Change]:
    return {change.element: change for change in bpmn.difference(old, new)}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_drawing_does_not_differ_from_itself_written_otherwise(path: Path) -> None:
    drawn = path.read_bytes()
    otherwise = drawn.replace(b"\n", b"\r\n").replace(b"/>", b" />")
    assert bpmn.difference(drawn, otherwise) == ()


def test_a_renamed_element_is_one_change_and_nothing_else() -> None:
    (change,) = changes(
        OLD.replace('name="法制审核"'.encode(), 'name="法制审查"'.encode())
    ).values()
    assert (change.element, change.how, change.moved) == ("S2_review", "changed", False)
    (detail,) = change.details
    assert (detail.zh, detail.en) == ("名称", "name")
    assert (detail.before, detail.after) == ("法制审核", "法制审查")
    assert "用户任务“法制审查”" in change.zh
    assert "user task" in change.en


def test_our_properties_are_told_by_their_own_names() -> None:
    found = changes(OLD.replace(b'name="stage" value="', b'name="stage" value="x'))
    told = {detail.zh for change in found.values() for detail in change.details}
    assert told == {"督查阶段"}
    again = changes(
        OLD.replace(b'name="constraint.1" value="', b'name="constraint.1" value="true or ')
    )
    told = {detail.en for change in again.values() for detail in change.details}
    assert told == {"constraint 1"}


def test_a_moved_shape_is_moved_and_not_changed() -> None:
    start = OLD.index(b'bpmnElement="S2_review"')
    new = OLD[:start] + OLD[start:].replace(b'width="100"', b'width="120"', 1)
    (change,) = changes(new).values()
    assert (change.element, change.how, change.details) == ("S2_review", "moved", ())


def test_what_is_added_and_removed_is_told_with_its_flows() -> None:
    one = model(user("a", "起草", groups="drafter"), "s>a>e")
    two = model(user("a", "起草", groups="drafter"), user("b", "复核", groups="drafter"), "s>a>b>e")
    forth = {(c.element, c.how) for c in bpmn.difference(one, two)}
    back = {(c.element, c.how) for c in bpmn.difference(two, one)}
    assert ("b", "added") in forth
    assert ("b", "removed") in back
    assert not any(element in ("a", "s", "e") for element, _ in forth | back)


def test_a_drawing_that_cannot_be_read_is_refused_and_not_compared() -> None:
    with pytest.raises(ModelRejected):
        bpmn.difference(OLD, b"<nonsense/>")
    with pytest.raises(ModelRejected):
        bpmn.difference(OLD, b'<!DOCTYPE x [<!ENTITY a "b">]>' + OLD)
