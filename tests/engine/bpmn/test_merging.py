"""Two drawings that began as one: nothing of either is lost, and choices are asked for, not made."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import bpmn, config
from engine.errors import ModelRejected
from tests.support.models import model, user

SUPPLIES = (Path(__file__).resolve().parents[2] / "support/supplies/main.bpmn").read_bytes()
SHIPPED = sorted((config.data_dir() / "processes").glob("*/main.bpmn"))


def edited(drawn: bytes, *pairs: tuple[str, str]) -> bytes:
    text = drawn.decode()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def told(old: bytes, new: bytes) -> dict[str, str]:
    return {c.element: c.how for c in bpmn.difference(old, new)}


REVIEW = ('name="法制审核"', 'name="法制审查"')
SIGN = ('formId="sign"', 'formId="review"')
EXTRA = (
    '<bpmn:endEvent id="S_end"',
    '<bpmn:userTask id="S9_more" name="再看一遍"><bpmn:extensionElements><zeebe:formDefinition'
    ' formId="sign"/></bpmn:extensionElements><bpmn:incoming>F5</bpmn:incoming>'
    "<bpmn:outgoing>F9</bpmn:outgoing></bpmn:userTask>"
    '<bpmn:sequenceFlow id="F9" sourceRef="S9_more" targetRef="S_end"/><bpmn:endEvent id="S_end"',
)
ADDED = (
    EXTRA,
    ('sourceRef="S3_sign" targetRef="S_end"', 'sourceRef="S3_sign" targetRef="S9_more"'),
    ("<bpmn:incoming>F5</bpmn:incoming></bpmn:endEvent>",
     "<bpmn:incoming>F9</bpmn:incoming></bpmn:endEvent>"),
    ("<bpmn:flowNodeRef>S_end</bpmn:flowNodeRef>",
     "<bpmn:flowNodeRef>S_end</bpmn:flowNodeRef><bpmn:flowNodeRef>S9_more</bpmn:flowNodeRef>"),
    ('<bpmndi:BPMNShape id="S_end_di"',
     '<bpmndi:BPMNShape id="S9_di" bpmnElement="S9_more"><dc:Bounds x="800" y="380" width="100"'
     ' height="80"/></bpmndi:BPMNShape><bpmndi:BPMNEdge id="F9_di" bpmnElement="F9"><di:waypoint'
     ' x="1" y="1"/><di:waypoint x="2" y="2"/></bpmndi:BPMNEdge><bpmndi:BPMNShape id="S_end_di"'),
)  # fmt: skip


def test_what_only_one_changed_is_taken_from_each() -> None:
    mine, theirs = edited(SUPPLIES, REVIEW), edited(SUPPLIES, SIGN, *ADDED)
    assert bpmn.collisions(SUPPLIES, mine, theirs) == ()
    for one, other in ((mine, theirs), (theirs, mine)):
        merged = bpmn.merge(SUPPLIES, one, other)
        assert told(mine, merged) == told(SUPPLIES, theirs)
        assert told(theirs, merged) == told(SUPPLIES, mine)
        assert [p for p in bpmn.lint(merged) if p.severity == "error"] == []


def test_where_both_changed_one_thing_somebody_chooses() -> None:
    mine = edited(SUPPLIES, REVIEW, SIGN)
    theirs = edited(SUPPLIES, (REVIEW[0], 'name="合法性审核"'), SIGN)
    assert bpmn.collisions(SUPPLIES, mine, theirs) == ("S2_review",)
    assert told(mine, bpmn.merge(SUPPLIES, mine, theirs)) == {}
    taken = bpmn.merge(SUPPLIES, mine, theirs, take_theirs={"S2_review"})
    assert told(theirs, taken) == {}


def test_the_same_change_twice_is_no_collision() -> None:
    mine = theirs = edited(SUPPLIES, REVIEW, *ADDED)
    assert bpmn.collisions(SUPPLIES, mine, theirs) == ()
    assert told(mine, bpmn.merge(SUPPLIES, mine, theirs)) == {}


def test_what_one_took_away_and_the_other_built_on_is_asked_for() -> None:
    line = [user("a", "甲", groups="drafter"), user("b", "乙", groups="drafter")]
    base = model(*line, "s>a>b>e")
    mine = model(line[0], "s>a>e")
    theirs = model(*line, user("c", "丙", groups="drafter"), "s>a>b>c>e")
    assert "b" in bpmn.collisions(base, mine, theirs)
    kept = bpmn.merge(base, mine, theirs)
    assert "b" not in told(mine, kept)
    other_way = bpmn.merge(base, theirs, mine).decode()
    assert 'id="b"' in other_way
    assert 'id="c"' in other_way
    chosen = set(bpmn.collisions(base, mine, theirs))
    restored = bpmn.merge(base, mine, theirs, take_theirs=chosen)
    assert {key for key, how in told(theirs, restored).items() if how == "removed"} == set()


def test_a_flow_whose_end_is_gone_goes_with_it() -> None:
    base = model(user("a", "甲", groups="drafter"), user("b", "乙", groups="drafter"), "s>a>b>e")
    theirs = model(user("a", "甲", groups="drafter"), "s>a>e")
    merged = bpmn.merge(base, base, theirs)
    assert told(theirs, merged) == {}
    assert [p for p in bpmn.lint(merged) if p.severity == "error"] == []


def test_places_follow_whoever_moved_the_element() -> None:
    moved = edited(SUPPLIES, ('x="430" y="215"', 'x="450" y="225"'))
    renamed = edited(SUPPLIES, REVIEW)
    merged = bpmn.merge(SUPPLIES, renamed, moved)
    assert bpmn.difference(SUPPLIES, merged)[0].moved
    again = edited(SUPPLIES, ('x="430" y="215"', 'x="400" y="205"'))
    assert b'x="400" y="205"' in bpmn.merge(SUPPLIES, again, moved)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_shipped_model_merged_with_itself_means_what_it_meant(path: Path) -> None:
    drawn = path.read_bytes()
    assert told(drawn, bpmn.merge(drawn, drawn, drawn)) == {}
    definition = bpmn.load(drawn)
    task = next(e for e in definition.elements.values() if e.kind == "userTask" and e.name)
    changed = edited(drawn, (f'name="{task.name}"', 'name="改过的名称"'))
    merged = bpmn.merge(drawn, drawn, changed)
    assert told(changed, merged) == {}
    assert bpmn.load(merged).texts() == bpmn.load(changed).texts()


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ModelRejected):
        bpmn.merge(SUPPLIES, b"<x", SUPPLIES)
