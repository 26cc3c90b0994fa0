"""Models for tests: the files beside this one, and small ones written on the spot."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from engine.bpmn import normalise
from engine.bpmn.graph import Graph
from engine.bpmn.read import read

MODELS = Path(__file__).with_name("models")
VALID = sorted(path.name for path in MODELS.glob("*.bpmn"))

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:t">'
)


def file(name: str) -> bytes:
    """One of the model files."""
    return (MODELS / name).read_bytes()


def model(body: str, *, roots: str = "", process: str = 'isExecutable="true"') -> bytes:
    """A file with one process ``p`` around ``body`` and ``roots`` beside it."""
    text = f'{HEAD}\n<process id="p" {process}>\n{body}\n</process>\n{roots}\n</definitions>'
    return text.encode()


def path(*nodes: str, flows: str = "") -> str:
    """Nodes between a start and an end, one after the other; each is an element with an id."""
    ids = [etree.fromstring(f"{HEAD}{node}</definitions>")[0].get("id") for node in nodes]
    chain = ["s", *ids, "e"]
    drawn = "\n".join(
        f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(zip(chain, chain[1:], strict=False))
    )
    return "\n".join(['<startEvent id="s"/>', *nodes, '<endEvent id="e"/>', drawn, flows])


def flow(
    source: str, target: str, condition: str | None = None, *, identifier: str | None = None
) -> str:
    """A sequence flow, by default with an id made of its ends."""
    inner = "" if condition is None else f"<conditionExpression>{condition}</conditionExpression>"
    name = identifier or f"{source}-{target}"
    return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def spelled(data: bytes) -> Graph:
    """The graph that lint sees."""
    tree = read(data)
    normalise.spell(tree)
    return Graph(tree)


def shaped(data: bytes) -> Graph:
    """The graph that runs."""
    tree = read(data)
    normalise.spell(tree)
    return Graph(normalise.shape(tree))


def ways(graph: Graph) -> set[tuple[str, str]]:
    """All flows as pairs of ids."""
    return {(each.get("sourceRef", ""), each.get("targetRef", "")) for each in graph.flows}
