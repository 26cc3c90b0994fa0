"""BPMN models for tests from a few words: ``model(user("a", groups="drafter"), "s>a>e")``.

A text is a chain of sequence flows (``a>b>c``, ``a>b: amount > 5``); everything else is XML. What a
chain names and nothing declares is made up: ``s…`` a start event, ``e…`` an end event, ``x…`` an
exclusive and ``g…`` a parallel gateway.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">'
)
_MADE_UP = {"s": "startEvent", "e": "endEvent", "x": "exclusiveGateway", "g": "parallelGateway"}


def model(*parts: str, process_id: str = "p", name: str = "测试", extra: str = "") -> bytes:
    """A model with one process; ``extra`` stands beside it (messages, errors, …)."""
    return definitions(process(*parts, process_id=process_id, name=name), extra=extra)


def definitions(*processes: str, extra: str = "") -> bytes:
    """A model of several processes."""
    return f"{_HEAD}{extra}{''.join(processes)}</definitions>".encode()


def process(*parts: str, process_id: str = "p", name: str = "测试", **properties: str) -> str:
    """A process; keyword arguments are extension properties (``deadline="t.review"``)."""
    return (
        f'<process id="{process_id}" name="{name}" isExecutable="true">'
        f"{extensions(**properties)}{body(*parts)}</process>"
    )


def body(*parts: str) -> str:
    """What stands in a process or sub-process."""
    xml = "".join(part for part in parts if part.startswith("<"))
    chains = [part for part in parts if not part.startswith("<")]
    known = set(re.findall(r'\bid="([^"]+)"', xml))
    made = dict.fromkeys(
        station
        for chain in chains
        for station in chain.partition(":")[0].split(">")
        if station not in known
    )
    xml += "".join(f'<{_MADE_UP[station[0]]} id="{station}"/>' for station in made)
    return xml + "".join(flow for chain in chains for flow in _flows(chain))


def _flows(chain: str) -> Iterator[str]:
    stations, colon, condition = chain.partition(":")
    for source, target in pairwise(stations.split(">")):
        inner = ""
        if colon:
            inner = (
                '<conditionExpression xsi:type="tFormalExpression">='
                f"{escape(condition.strip())}</conditionExpression>"
            )
        yield (
            f'<sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}">'
            f"{inner}</sequenceFlow>"
        )


def extensions(inner: str = "", **properties: str) -> str:
    """Extension elements with properties; ``_`` in a name stands for ``.``, ``__`` for ``_``."""
    lines = "".join(
        f"<zeebe:property name={quoteattr(_name(name))} value={quoteattr(value)}/>"
        for name, value in properties.items()
    )
    if lines:
        inner += f"<zeebe:properties>{lines}</zeebe:properties>"
    return f"<extensionElements>{inner}</extensionElements>" if inner else ""


def _name(name: str) -> str:
    return name.replace("__", "\0").replace("_", ".").replace("\0", "_")


def user(
    element_id: str,
    name: str = "",
    *,
    groups: str = "",
    users: str = "",
    assignee: str = "",
    form: str = "",
    inner: str = "",
    attributes: str = "",
    **properties: str,
) -> str:
    """A user task; keyword arguments beyond its assignment are extension properties."""
    assignment = "".join(
        f" {attribute}={quoteattr(value)}"
        for attribute, value in (
            ("assignee", assignee),
            ("candidateGroups", groups),
            ("candidateUsers", users),
        )
        if value
    )
    zeebe = "<zeebe:userTask/>"
    if assignment:
        zeebe += f"<zeebe:assignmentDefinition{assignment}/>"
    if form:
        zeebe += f'<zeebe:formDefinition formId="{form}"/>'
    return (
        f'<userTask id="{element_id}" name="{name or element_id}"{attributes}>'
        f"{extensions(zeebe, **properties)}{inner}</userTask>"
    )


def service(element_id: str, operation: str, *, retries: int = 3) -> str:
    """A service task."""
    definition = f'<zeebe:taskDefinition type="{operation}" retries="{retries}"/>'
    return f'<serviceTask id="{element_id}">{extensions(definition)}</serviceTask>'


def call(element_id: str, process_id: str, inner: str = "") -> str:
    """A call activity; all variables go in and come back."""
    called = (
        f'<zeebe:calledElement processId="{process_id}" propagateAllChildVariables="true"'
        ' propagateAllParentVariables="true"/>'
    )
    return f'<callActivity id="{element_id}">{extensions(called)}{inner}</callActivity>'


def sub(element_id: str, *parts: str, name: str = "", **properties: str) -> str:
    """A sub-process."""
    return (
        f'<subProcess id="{element_id}" name="{name or element_id}">'
        f"{extensions(**properties)}{body(*parts)}</subProcess>"
    )


def timer(element_id: str, duration: str) -> str:
    """An intermediate timer."""
    return f'<intermediateCatchEvent id="{element_id}">{_timer(duration)}</intermediateCatchEvent>'


def boundary(
    element_id: str,
    host: str,
    *,
    after: str = "",
    error: str = "",
    message: str = "",
    interrupting: bool = True,
    **properties: str,
) -> str:
    """A boundary event: a timer (``after``), an error (its id) or a message (its id)."""
    if after:
        event = _timer(after)
    elif error:
        event = f'<errorEventDefinition errorRef="{error}"/>'
    else:
        event = f'<messageEventDefinition messageRef="{message}"/>'
    return (
        f'<boundaryEvent id="{element_id}" attachedToRef="{host}"'
        f' cancelActivity="{str(interrupting).lower()}">'
        f"{extensions(**properties)}{event}</boundaryEvent>"
    )


def _timer(duration: str) -> str:
    return f"<timerEventDefinition><timeDuration>{duration}</timeDuration></timerEventDefinition>"


def message(message_id: str, name: str, key: str = "") -> str:
    """A message; ``key`` is FEEL for what it is correlated by."""
    subscription = f"<zeebe:subscription correlationKey={quoteattr('=' + key)}/>" if key else ""
    return f'<message id="{message_id}" name="{name}">{extensions(subscription)}</message>'


def catch(element_id: str, message_id: str, **properties: str) -> str:
    """An intermediate event that waits for a message."""
    return (
        f'<intermediateCatchEvent id="{element_id}">{extensions(**properties)}'
        f'<messageEventDefinition messageRef="{message_id}"/></intermediateCatchEvent>'
    )


def throw(element_id: str, message_id: str, *, end: bool = False) -> str:
    """An event that sends a message; its correlation key is the message's, in the sender's scope."""
    tag = "endEvent" if end else "intermediateThrowEvent"
    return f'<{tag} id="{element_id}"><messageEventDefinition messageRef="{message_id}"/></{tag}>'


def form(*components: dict[str, Any], form_id: str = "f") -> bytes:
    """A form-js schema."""
    schema = {"type": "default", "id": form_id, "schemaVersion": 18, "components": [*components]}
    return json.dumps(schema, ensure_ascii=False).encode()


def field(key: str, kind: str = "textfield", **more: Any) -> dict[str, Any]:
    """A form field; its label is its key unless one is given."""
    return {"type": kind, "key": key, "label": key, **more}
