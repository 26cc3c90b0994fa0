"""The order of a model: nothing stands before what leads to it, but where the way goes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import bpmn, config
from engine.bpmn.graph import Graph
from engine.bpmn.read import read
from tests.support.models import model, user

SHIPPED = sorted((config.data_dir() / "processes").glob("*/main.bpmn"))


def test_steps_stand_in_the_order_of_their_flows_and_not_of_the_file() -> None:
    drawn = model(user("c", "三"), user("a", "一"), user("b", "二"), "s>a>b>c>e")
    ids = [name for name in bpmn.in_order(drawn) if name in "abc"]
    assert ids == ["a", "b", "c"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_every_node_stands_once_and_flows_lead_forward(path: Path) -> None:
    data = path.read_bytes()
    order = bpmn.in_order(data)
    graph = Graph(read(data))
    assert sorted(order) == sorted(node.get("id", "") for node in graph.nodes)
    at = {name: number for number, name in enumerate(order)}
    back = [
        flow
        for flow in graph.flows
        if at[flow.get("sourceRef", "")] >= at[flow.get("targetRef", "")]
    ]
    # Only what closes a loop leads back: without those flows no node can be reached from itself.
    assert len(back) <= len(graph.flows) // 5
