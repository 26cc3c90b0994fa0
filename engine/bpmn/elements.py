"""A tree → the values others ask about: elements and processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from engine.bpmn import dialect, names
from engine.bpmn.definition import Element, ProcessDefinition, StartEvent
from engine.bpmn.graph import Graph, process_of, scope_of

_NAMED_BY: dict[str, tuple[str, str]] = {
    "messageEventDefinition": ("messageRef", "name"),
    "signalEventDefinition": ("signalRef", "name"),
    "errorEventDefinition": ("errorRef", "errorCode"),
    "escalationEventDefinition": ("escalationRef", "escalationCode"),
}
_TIMER_PARTS = ("timeDate", "timeDuration", "timeCycle")


def read_elements(graph: Graph) -> dict[str, Element]:
    """Flow nodes, sub-processes and processes of the executable processes by id."""
    lanes = _Lanes(graph)
    found: dict[str, Element] = {}
    for element in (*graph.processes, *graph.nodes):
        identifier = element.get("id")
        if identifier and identifier not in found:
            found[identifier] = _element(graph, element, lanes)
    return found


def read_processes(graph: Graph) -> dict[str, ProcessDefinition]:
    """The executable processes by id."""
    lanes = _Lanes(graph)
    return {
        process.get("id", ""): ProcessDefinition(
            id=process.get("id", ""),
            name=process.get("name", "").strip() or process.get("id", ""),
            version_tag=dialect.value(process, "versionTag", "value") or "",
            starts=_starts(graph, process),
            lanes=lanes.of_process(process),
        )
        for process in graph.processes
    }


def read_messages(graph: Graph) -> frozenset[str]:
    """Names of the messages the model's processes throw or wait for."""
    found = set()
    for node in graph.nodes:
        for definition in (*graph.definitions(node), node):
            message = graph.referenced(definition, "messageRef")
            if message is not None and message.get("name"):
                found.add(message.get("name", ""))
    return frozenset(found)


def read_texts(root: etree._Element, elements: Mapping[str, Element]) -> dict[str, str]:
    """Element id → the name people read on diagrams and in lists.

    Two kinds of texts belong to an element beside its name and have a key of their own:
    ``<id>#constraint.<n>`` for what is said when a constraint does not hold, and ``<id>#stage``.
    """
    found: dict[str, str] = {}
    for each in root.iter(f"{{{names.BPMN}}}*"):
        identifier, name = each.get("id"), (each.get("name") or "").strip()
        if identifier and name and names.kind(each) in _SHOWN:
            found[identifier] = name
        elif identifier and names.kind(each) == "textAnnotation":
            text = each.find(names.bpmn("text"))
            if text is not None and (text.text or "").strip():
                found[identifier] = (text.text or "").strip()
    for identifier, element in elements.items():
        for number, constraint in enumerate(element.constraints, 1):
            if constraint.message:
                found[f"{identifier}#constraint.{number}"] = constraint.message
        stage = element.properties.get("stage")
        if stage:
            found[f"{identifier}#stage"] = stage
    return found


_SHOWN = names.FLOW_NODES | {
    "process",
    "participant",
    "lane",
    "sequenceFlow",
    "messageFlow",
    "dataObject",
    "dataObjectReference",
    "dataStoreReference",
    "group",
}


def event_kind(graph: Graph, event: etree._Element) -> str:
    """``timer``, ``message``, …; ``multiple`` or ``parallelMultiple``; '' for none."""
    definitions = graph.definitions(event)
    if not definitions:
        return ""
    if len(definitions) > 1:
        return "parallelMultiple" if names.is_true(event.get("parallelMultiple")) else "multiple"
    return names.kind(definitions[0]).removesuffix("EventDefinition")


def event_name(graph: Graph, event: etree._Element) -> str:
    """Name of the message or signal, code of the error or escalation, name of the link."""
    definitions = graph.definitions(event)
    return definition_name(graph, definitions[0]) if len(definitions) == 1 else ""


def definition_name(graph: Graph, definition: etree._Element) -> str:
    """What one event definition refers to, by the name under which it is thrown and caught."""
    if names.kind(definition) == "linkEventDefinition":
        return (definition.get("name") or "").strip()
    reference = _NAMED_BY.get(names.kind(definition))
    if reference is None:
        return ""
    target = graph.referenced(definition, reference[0])
    if target is None:
        return ""
    return (target.get(reference[1]) or target.get("name") or "").strip()


def timer_text(definition: etree._Element) -> str:
    """The ISO 8601 text or FEEL of a timer definition."""
    for part in _TIMER_PARTS:
        found = definition.find(names.bpmn(part))
        if found is not None:
            return (found.text or "").strip()
    return ""


def _element(graph: Graph, element: etree._Element, lanes: _Lanes) -> Element:
    process, scope = process_of(element), scope_of(element)
    kind = names.kind(element)
    values = dialect.properties(element)
    is_event = kind in names.EVENTS
    return Element(
        id=element.get("id", ""),
        kind=kind,
        name=(element.get("name") or "").strip(),
        process_id=process.get("id", "") if process is not None else "",
        parent=scope.get("id", "") if scope is not None else "",
        lane=lanes.role_of(element),
        documentation=_documentation(element),
        form_id=_form(element, values),
        assignee=dialect.value(element, "assignmentDefinition", "assignee"),
        candidate_users=dialect.value(element, "assignmentDefinition", "candidateUsers"),
        candidate_groups=dialect.value(element, "assignmentDefinition", "candidateGroups"),
        called_process=called_process(element) if kind == "callActivity" else None,
        called_decision=dialect.value(element, "calledDecision", "decisionId"),
        operation=dialect.value(element, "taskDefinition", "type"),
        event=event_kind(graph, element) if is_event else _task_event(kind),
        event_name=event_name(graph, element) if is_event else _task_message(graph, element),
        attached_to=names.local_name(element.get("attachedToRef")),
        multi_instance=element.find(names.bpmn("multiInstanceLoopCharacteristics")) is not None,
        deadlines=_deadlines(values.get("deadline")),
        deadline_from=dialect.condition(values.get("deadline.from")) or None,
        step=values.get("step", ""),
        documents=dialect.listed(values.get("document")),
        not_handler_of=dialect.listed(values.get("notHandlerOf")),
        same_handler_as=dialect.listed(values.get("sameHandlerAs")),
        constraints=dialect.constraints(values),
        properties=values,
    )


def _deadlines(text: str | None) -> tuple[str, ...]:
    """Ids in the catalogue; a formula that names them (a leading ``=``) is kept whole."""
    formula = dialect.expression(text)
    return (f"={formula}",) if formula else dialect.listed(text)


def _task_event(kind: str) -> str:
    return "message" if kind in {"receiveTask", "sendTask"} else ""


def _task_message(graph: Graph, element: etree._Element) -> str:
    if not _task_event(names.kind(element)):
        return ""
    message = graph.referenced(element, "messageRef")
    return (message.get("name") or "").strip() if message is not None else ""


def _form(element: etree._Element, values: Mapping[str, str]) -> str | None:
    for attribute in ("formId", "formKey", "externalReference"):
        found = dialect.value(element, "formDefinition", attribute)
        if found:
            return found
    return values.get("form") or None


def called_process(element: etree._Element) -> str | None:
    """The process a call activity calls: of our dialect, else of the standard's attribute."""
    called = dialect.value(element, "calledElement", "processId")
    if called:
        return called
    plain = (element.get("calledElement") or "").strip()
    return (plain if plain.startswith("=") else names.local_name(plain)) or None


def _documentation(element: etree._Element) -> str:
    found = element.find(names.bpmn("documentation"))
    return (found.text or "").strip() if found is not None else ""


def _starts(graph: Graph, process: etree._Element) -> tuple[StartEvent, ...]:
    drawn = tuple(
        start
        for node in graph.children(process)
        if names.kind(node) == "startEvent"
        for start in _start(graph, node)
    )
    drawn += tuple(
        start for node, _ in graph.starters(process) for start in _instantiates(graph, node)
    )
    # Where none is drawn, one is implied (BPMN 2.0.2, 10.5.2).
    return drawn or (StartEvent(element_id=names.implied_start(process), kind="none"),)


def _instantiates(graph: Graph, node: etree._Element) -> Iterator[StartEvent]:
    if names.kind(node) == "receiveTask":
        name = _task_message(graph, node)
        yield StartEvent(element_id=node.get("id", ""), kind="message", name=name)
    else:
        yield from _start(graph, node)


def _start(graph: Graph, node: etree._Element) -> Iterator[StartEvent]:
    """The ways to start at one event: one for each of its triggers."""
    identifier = node.get("id", "")
    definitions = graph.definitions(node)
    for each in definitions:
        kind = names.kind(each).removesuffix("EventDefinition")
        name = timer_text(each) if kind == "timer" else definition_name(graph, each)
        yield StartEvent(element_id=identifier, kind=kind, name=name)
    if not definitions:
        yield StartEvent(element_id=identifier, kind="none")


class _Lanes:
    """Which lane's role a node has; a sub-process hands its lane down to what is inside."""

    def __init__(self, graph: Graph) -> None:
        self._role: dict[str, str] = {}
        self._by_process: dict[str, list[str]] = {}
        for process in graph.processes:
            roles = self._by_process.setdefault(process.get("id", ""), [])
            # Document order: an inner lane comes after the one around it, and so wins.
            for lane in process.iter(names.bpmn("lane")):
                role = self.name_of(lane)
                if role and role not in roles:
                    roles.append(role)
                for reference in lane.iterchildren(names.bpmn("flowNodeRef")):
                    self._role[names.local_name(reference.text)] = role

    @staticmethod
    def name_of(lane: etree._Element) -> str:
        return dialect.properties(lane).get("role") or (lane.get("name") or "").strip()

    def of_process(self, process: etree._Element) -> tuple[str, ...]:
        return tuple(self._by_process.get(process.get("id", ""), ()))

    def role_of(self, element: etree._Element) -> str:
        current: etree._Element | None = element
        while current is not None and names.kind(current) != "process":
            role = self._role.get(current.get("id", ""))
            if role is None:
                host = current.get("attachedToRef")
                role = self._role.get(names.local_name(host)) if host else None
            if role is not None:
                return role
            current = current.getparent()
        return ""
