"""The graph that runs means what was drawn, and every drawn node keeps its id."""

from __future__ import annotations

import pytest

from engine.bpmn import dialect, names
from engine.bpmn.elements import read_elements, read_processes
from engine.bpmn.normalise import shape, spell
from engine.bpmn.read import read
from tests.engine.bpmn.samples import (
    LOOP,
    VALID,
    choice,
    file,
    flow,
    link,
    model,
    path,
    shaped,
    spelled,
    sub,
    user,
    ways,
)


@pytest.mark.parametrize("name", VALID)
def test_every_drawn_node_is_still_there_by_its_id(name: str) -> None:
    drawn = {each.get("id") for each in spelled(file(name)).nodes}
    kept = {each.get("id") for each in shaped(file(name)).nodes}
    assert drawn <= {names.drawn_id(each or "") for each in kept}
    assert all(names.is_inserted(each or "") for each in kept - drawn)


@pytest.mark.parametrize("name", VALID)
def test_the_tree_that_was_read_is_not_touched(name: str) -> None:
    tree = read(file(name))
    spell(tree)
    before = len(list(tree.getroot().iter()))
    shape(tree)
    assert len(list(tree.getroot().iter())) == before


@pytest.mark.parametrize("name", VALID)
def test_flows_connect_nodes_and_lists_agree(name: str) -> None:
    graph = shaped(file(name))
    for each in graph.flows:
        assert graph.source(each) is not None
        assert graph.target(each) is not None
    for node in graph.nodes:
        for tag, flows in (("incoming", graph.into(node)), ("outgoing", graph.out(node))):
            listed = [each.text for each in node.findall(names.bpmn(tag))]
            assert listed == [each.get("id") for each in flows]


def test_only_what_runs_is_left() -> None:
    graph = shaped(file("bpmnio.bpmn"))
    kinds = {names.kind(each) for each in graph.root}
    assert kinds == {"process", "message", "signal", "error", "escalation"}
    assert [each.get("id") for each in graph.processes] == ["Process_office"]
    inside = {names.kind(each) for each in graph.root.iter()}
    assert not inside & {"dataObject", "dataInputAssociation", "property", "BPMNDiagram"}


def test_inserted_elements_have_the_line_of_their_cause() -> None:
    graph = shaped(file("implied.bpmn"))
    inserted = [each for each in graph.nodes if names.is_inserted(each.get("id", ""))]
    assert inserted
    assert all(names.line(each) for each in inserted)


def test_a_process_without_start_or_end_gets_both() -> None:
    graph = shaped(file("implied.bpmn"))
    start = "yifa-start-implied"
    assert names.kind(graph.by_id[start]) == "startEvent"
    assert {target for source, target in ways(graph) if source == start} == {"one", "two"}
    ends = {each.get("id") for each in graph.nodes if names.kind(each) == "endEvent"}
    assert ends == {"yifa-end-one", "yifa-end-three", "yifa-end-four"}


def test_who_asks_how_a_process_starts_is_told_of_the_implied_start() -> None:
    (start,) = read_processes(spelled(file("implied.bpmn")))["implied"].starts
    assert start.kind == "none"
    assert start.element_id in {each.get("id") for each in shaped(file("implied.bpmn")).nodes}


def test_an_empty_sub_process_passes() -> None:
    graph = shaped(model(path(sub(""))))
    assert ("yifa-start-sp", "yifa-end-sp") in ways(graph)


def test_links_become_flows_and_stay_visible() -> None:
    body = (
        path(user())
        + link("l", "A", throws=True)
        + link("l2", "A", throws=True)
        + flow("t", "l")
        + flow("t", "l2")
        + link("k", "A", throws=False)
        + flow("k", "e")
    )
    graph = shaped(model(body))
    assert {("l", "k"), ("l2", "k"), ("k", "e")} <= ways(graph)
    for each in ("l", "l2", "k"):
        assert names.kind(graph.by_id[each]) == "intermediateThrowEvent"
        assert not graph.definitions(graph.by_id[each])


def test_links_of_the_same_name_in_two_scopes_do_not_meet() -> None:
    inner = link("il", "A", throws=True) + link("ik", "A", throws=False)
    body = (
        path(
            sub(
                '<startEvent id="is"/><endEvent id="ie"/>'
                + inner
                + flow("is", "il")
                + flow("ik", "ie")
            ),
            user(),
        )
        + link("l", "A", throws=True)
        + flow("t", "l")
        + link("k", "A", throws=False)
        + flow("k", "e")
    )
    assert {("il", "ik"), ("l", "k")} <= ways(shaped(model(body)))


def test_a_default_flow_has_no_condition() -> None:
    body = choice(flow("g", "x", "a"), flow("g", "y", "b"), attributes='default="g-y"')
    graph = shaped(model(body))
    assert graph.by_id["g-y"].find(names.bpmn("conditionExpression")) is None
    assert graph.by_id["g-x"].find(names.bpmn("conditionExpression")) is not None


def test_conditions_are_tried_in_the_order_the_gateway_lists() -> None:
    body = choice(flow("g", "x", "a"), flow("g", "y", "b")).replace(
        '<exclusiveGateway id="g" />',
        '<exclusiveGateway id="g"><outgoing>g-y</outgoing><outgoing>g-x</outgoing></exclusiveGateway>',
    )
    graph = shaped(model(body))
    assert [each.get("id") for each in graph.out(graph.by_id["g"])] == ["g-y", "g-x"]


def test_two_flows_between_the_same_nodes_stay_two_ways() -> None:
    body = choice(
        flow("g", "x", identifier="one"),
        flow("g", "x", identifier="two"),
        flow("g", "y"),
        kind="parallelGateway",
    )
    graph = shaped(model(body))
    pairs = [(each.get("sourceRef"), each.get("targetRef")) for each in graph.flows]
    assert len(pairs) == len(set(pairs))
    assert len(graph.into(graph.by_id["x"])) == 2
    assert {each.get("id") for each in graph.out(graph.by_id["g"])} == {"one", "two", "g-y"}


def test_ids_that_look_inserted_are_renamed_and_told_apart() -> None:
    body = path('<task id="yifa-start-p"/>', '<task id="drawn-x"/>', '<task id="Start"/>')
    graph = shaped(model(body))
    ids = {each.get("id") for each in graph.nodes}
    assert ids == {"s", "e", "drawn-yifa-start-p", "drawn-drawn-x", "Start"}
    assert {names.drawn_id(each or "") for each in ids} == {
        "s",
        "e",
        "yifa-start-p",
        "drawn-x",
        "Start",
    }
    assert ("drawn-yifa-start-p", "drawn-drawn-x") in ways(graph)


def test_definitions_at_the_top_come_to_their_events() -> None:
    graph = shaped(file("bizagi.bpmn"))
    event = graph.by_id["Id_wait"]
    assert event.find(names.bpmn("eventDefinitionRef")) is None
    assert (
        event.find(f"{names.bpmn('timerEventDefinition')}/{names.bpmn('timeDuration')}") is not None
    )


def test_multi_instance_of_the_standard_in_our_terms() -> None:
    inner = LOOP.format(
        "<loopDataInputRef>dor</loopDataInputRef><loopDataOutputRef>out</loopDataOutputRef>"
        '<inputDataItem id="i1" name="item"/><outputDataItem id="o1" name="answer"/>'
    )
    body = '<dataObjectReference id="dor" name="people" dataObjectRef="do"/><dataObject id="do"/>'
    loop = (
        shaped(model(body + path(user(inner))))
        .by_id["t"]
        .find(names.bpmn("multiInstanceLoopCharacteristics"))
    )
    assert loop is not None
    ours = dialect.extension(loop, "loopCharacteristics")
    assert ours is not None
    assert dict(ours.items()) == {
        "inputCollection": "=people",
        "outputCollection": "out",
        "inputElement": "item",
        "outputElement": "=answer",
    }


def test_elements_are_those_drawn() -> None:
    assert not [
        each for each in read_elements(spelled(file("implied.bpmn"))) if each.startswith("yifa-")
    ]
