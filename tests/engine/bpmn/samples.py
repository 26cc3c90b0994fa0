"""Models for tests: the files beside this one, and small ones written on the spot."""

from __future__ import annotations

from itertools import pairwise
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
        for number, (source, target) in enumerate(pairwise(chain))
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


MSG = '<message id="m" name="hello"/>'
ERR = '<error id="er" errorCode="bad"/>'


def user(
    inner: str = "", extension: str = "", *, identifier: str = "t", attributes: str = ""
) -> str:
    """A user task that has a form and candidates."""
    return (
        f'<userTask id="{identifier}" {attributes}><extensionElements>'
        '<zeebe:formDefinition formId="f"/><zeebe:assignmentDefinition candidateGroups="g"/>'
        f"{extension}</extensionElements>{inner}</userTask>"
    )


def boundary(definition: str, attributes: str = "", host: str = "t") -> str:
    """A boundary event ``b`` with a way to an end ``be``."""
    return (
        f'<boundaryEvent id="b" attachedToRef="{host}" {attributes}>{definition}</boundaryEvent>'
        '<endEvent id="be"/>' + flow("b", "be")
    )


def catch(definition: str) -> str:
    """An intermediate catch event ``c``."""
    return f'<intermediateCatchEvent id="c">{definition}</intermediateCatchEvent>'


def timer(part: str, text: str) -> str:
    """A timer definition."""
    return f"<timerEventDefinition><{part}>{text}</{part}></timerEventDefinition>"


def choice(*flows: str, attributes: str = "", kind: str = "exclusiveGateway") -> str:
    """A gateway ``g`` between start and two ends."""
    return (
        f'<startEvent id="s"/><{kind} id="g" {attributes}/><endEvent id="x"/><endEvent id="y"/>'
        + flow("s", "g")
        + "".join(flows)
    )


def sub(body: str, attributes: str = "", tag: str = "subProcess") -> str:
    """A sub-process ``sp``."""
    return f'<{tag} id="sp" {attributes}>{body}</{tag}>'


def event_gateway(first: str, second: str = "") -> str:
    """An event-based gateway ``g`` with ways to nodes ``c1`` and ``c2``."""
    second = (
        second
        or f'<intermediateCatchEvent id="c2">{timer("timeDuration", "P1D")}</intermediateCatchEvent>'
    )
    return (
        '<startEvent id="s"/><eventBasedGateway id="g"/><endEvent id="e"/>'
        + first
        + second
        + flow("s", "g")
        + flow("g", "c1")
        + flow("g", "c2")
        + flow("c1", "e")
        + flow("c2", "e")
    )


INNER = '<startEvent id="is"/><endEvent id="ie"/>' + flow("is", "ie")
CONDITION = "<conditionalEventDefinition><condition>a</condition></conditionalEventDefinition>"
CATCH_MSG = '<intermediateCatchEvent id="c1"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
LOOP = "<multiInstanceLoopCharacteristics>{}</multiInstanceLoopCharacteristics>"
LOOP_OVER = LOOP.format(
    '<extensionElements><zeebe:loopCharacteristics inputCollection="=xs"{}/></extensionElements>{}'
)


def link(identifier: str, name: str, *, throws: bool) -> str:
    """A link event."""
    tag = "intermediateThrowEvent" if throws else "intermediateCatchEvent"
    return f'<{tag} id="{identifier}"><linkEventDefinition name="{name}"/></{tag}>'
