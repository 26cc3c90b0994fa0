"""Who may still come to a gateway: the quick answer is the plain one, on any graph."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.spiff import parser
from engine.bpmn.spiff.reach import Reach
from engine.errors import ModelRejected
from tests.engine.bpmn.spiff.driver import Case, compiled, flows


class Named:
    """As much of a node as reach is asked about."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sources: tuple[Named, ...] = ()
        self.boundary: tuple[Named, ...] = ()


def plainly(nodes: list[Named], gateway: Named, source: Named) -> set[str]:
    """Every node from which a path leads to ``source`` that does not visit the gateway."""
    hosts = {event.name: node for node in nodes for event in node.boundary}
    found: set[str] = set()
    waiting = [source]
    while waiting:
        node = waiting.pop()
        if node is gateway or node.name in found:
            continue
        found.add(node.name)
        waiting += node.sources
        if node.name in hosts:
            waiting.append(hosts[node.name])
    return found


@given(
    count=st.integers(1, 14),
    edges=st.sets(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=40),
    hung=st.dictionaries(st.integers(0, 13), st.integers(0, 13), max_size=3),
)
def test_reach_is_what_walking_finds(
    count: int, edges: set[tuple[int, int]], hung: dict[int, int]
) -> None:
    nodes: list[Any] = [Named(f"n{number}") for number in range(count)]
    for source, target in sorted(edges):
        if source < count and target < count:
            nodes[target].sources += (nodes[source],)
    for event, host in sorted(hung.items()):
        if host < count and event < count:
            nodes[host].boundary += (nodes[event],)
    reach = Reach(nodes)
    for gateway in nodes:
        for source, bits in zip(gateway.sources, reach.of(gateway), strict=True):
            found = {node.name for node in nodes if reach.bits([node]) & bits}
            assert found == plainly(nodes, gateway, source)


def pairs(count: int, *, looping: bool = False) -> str:
    """Inclusive splits and joins one after the other, perhaps all in one loop."""
    nodes, ways = ['<startEvent id="s"/><exclusiveGateway id="m"/>'], ["s>m"]
    before = "m"
    for n in range(count):
        nodes.append(
            f'<inclusiveGateway id="f{n}"/><task id="a{n}"/><task id="b{n}"/>'
            f'<inclusiveGateway id="j{n}"/>'
        )
        ways += [f"{before}>f{n}>a{n}>j{n}", f"f{n}>b{n}>j{n}"]
        before = f"j{n}"
    nodes.append('<exclusiveGateway id="x" default="x_e"/><endEvent id="e"/>')
    ways += [f"{before}>x>e"]
    if looping:
        ways.append("x>m: false")
    return "".join(nodes) + flows(*ways)


@pytest.mark.parametrize("looping", [False, True])
def test_thousands_of_inclusive_joins_cost_nothing_before_they_are_reached(looping: bool) -> None:
    specs = compiled(pairs(300, looping=looping))
    inner = specs._processes["p"].inner
    assert not inner.reach._known
    case = Case(specs)
    assert case.ended is not None
    assert case.path.count("j299") == 1
    assert len(inner.reach._known) == 300


def test_too_many_inclusive_joins_in_one_loop_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "MOST_WALKED", 1000)
    compiled(pairs(40))
    with pytest.raises(ModelRejected) as caught:
        compiled(pairs(40, looping=True))
    (problem,) = caught.value.problems
    assert problem.where == "p"
    assert "sub-process" in problem.en


def test_a_join_fires_while_thousands_of_others_wait() -> None:
    count = 1500
    nodes = '<startEvent id="s"/><parallelGateway id="f"/><userTask id="u"/><endEvent id="e"/>'
    ways = ["s>f>u"]
    for n in range(count):
        nodes += f'<inclusiveGateway id="j{n}"/>'
        ways += [f"f>j{n}>e", f"u>j{n}"]
    case = Case(compiled(nodes + flows(*ways)))
    assert len(case.run.open) == 1
    case.complete("u")
    assert case.ended is not None
    assert case.path.count("e") == count
