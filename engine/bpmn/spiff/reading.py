"""One element of the normalised tree → the values of :mod:`engine.bpmn.spiff.plan`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.bpmn import dialect, names
from engine.bpmn.definition import Element
from engine.bpmn.elements import called_process
from engine.bpmn.graph import Graph
from engine.bpmn.names import Node as Xml
from engine.bpmn.spiff.plan import (
    AdHocPlan,
    Assign,
    Assignment,
    Call,
    Decision,
    Job,
    Loop,
    Script,
    Text,
    Throws,
    Timer,
    Trigger,
    TriggerKind,
)

_REFERENCES: dict[str, tuple[TriggerKind, str, str]] = {
    "messageEventDefinition": ("message", "messageRef", "name"),
    "signalEventDefinition": ("signal", "signalRef", "name"),
    "errorEventDefinition": ("error", "errorRef", "errorCode"),
    "escalationEventDefinition": ("escalation", "escalationRef", "escalationCode"),
}
_TIMERS: tuple[tuple[str, str], ...] = (
    ("timeDate", "date"),
    ("timeDuration", "duration"),
    ("timeCycle", "cycle"),
)


def text(raw: str | None) -> Text | None:
    """A text of our dialect; None when absent or empty."""
    stripped = (raw or "").strip()
    if not stripped:
        return None
    feel = dialect.expression(stripped)
    return Text(stripped) if feel is None else Text(feel, feel=True)


def path(target: str | None) -> tuple[str, ...]:
    """A mapping's target: a variable, or a path into one."""
    return tuple(part.strip() for part in (target or "").split(".") if part.strip())


def mappings(element: Xml, local: str) -> tuple[Assign, ...]:
    """The ``zeebe:input`` or ``zeebe:output`` mappings in their order."""
    found = []
    for holder in dialect.extensions(element, "ioMapping"):
        for each in holder.iterchildren(names.zeebe(local)):
            source, target = text(each.get("source")), path(each.get("target"))
            if target:
                found.append(Assign(_feel(source), target))
    return tuple(found)


def _feel(source: Text | None) -> str:
    if source is None:
        return "null"
    return source.text if source.feel else _quoted(source.text)


def _quoted(literal: str) -> str:
    escaped = literal.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def loop(graph: Graph, element: Xml) -> Loop | None:
    """How an activity repeats; None when it runs once."""
    standard = element.find(names.bpmn("standardLoopCharacteristics"))
    if standard is not None:
        maximum = (standard.get("loopMaximum") or "").strip()
        return Loop(
            sequential=True,
            standard=True,
            condition=_condition(standard, "loopCondition"),
            test_before=names.is_true(standard.get("testBefore")),
            maximum=int(maximum) if maximum.isdecimal() else None,
        )
    multi = element.find(names.bpmn("multiInstanceLoopCharacteristics"))
    if multi is None:
        return None
    ours = dialect.extension(multi, "loopCharacteristics")
    attributes = _attributes(ours)
    output = dialect.condition(attributes.get("outputElement")) or None
    return Loop(
        sequential=names.is_true(multi.get("isSequential")),
        collection=dialect.condition(attributes.get("inputCollection")) or None,
        element=(attributes.get("inputElement") or "").strip() or None,
        output_collection=(attributes.get("outputCollection") or "").strip() or None,
        output_element=output,
        cardinality=_condition(multi, "loopCardinality"),
        completion=_condition(multi, "completionCondition"),
        throws=tuple(_throws(graph, multi)),
    )


def _throws(graph: Graph, multi: Xml) -> Iterator[Throws]:
    for each in multi.iterchildren(names.bpmn("complexBehaviorDefinition")):
        event = each.find(names.bpmn("event"))
        for found in triggers(graph, event) if event is not None else ():
            yield Throws(found, each.get("when", ""), _condition(each, "condition") or "")


def quantity(element: Xml, attribute: str) -> int:
    """How many tokens begin, or come from, one activation."""
    written = (element.get(attribute) or "1").strip()
    return max(1, int(written)) if written.isdecimal() and len(written) < 10 else 1


def _attributes(element: Xml | None) -> dict[str, str]:
    return {} if element is None else {str(k): str(v) for k, v in element.attrib.items()}


def _condition(element: Xml, local: str) -> str | None:
    found = element.find(names.bpmn(local))
    return (dialect.condition(found.text) or None) if found is not None else None


def assignment(element: Xml, about: Element | None) -> Assignment:
    """What the dialect says of a user task."""
    return Assignment(
        assignee=text(dialect.value(element, "assignmentDefinition", "assignee")),
        users=text(dialect.value(element, "assignmentDefinition", "candidateUsers")),
        groups=text(dialect.value(element, "assignmentDefinition", "candidateGroups")),
        form=text(_form(element, about)),
        priority=text(dialect.value(element, "priorityDefinition", "priority")),
        due=text(dialect.value(element, "taskSchedule", "dueDate")),
        follow_up=text(dialect.value(element, "taskSchedule", "followUpDate")),
        lane=about.lane if about is not None else "",
    )


def _form(element: Xml, about: Element | None) -> str | None:
    if about is not None and about.form_id:
        return about.form_id
    return dialect.value(element, "formDefinition", "formId")


def job(element: Xml) -> Job | None:
    """The operation of ``zeebe:taskDefinition``; None when there is none."""
    operation = text(dialect.value(element, "taskDefinition", "type"))
    if operation is None:
        return None
    headers = {
        (each.get("key") or "").strip(): each.get("value") or ""
        for holder in dialect.extensions(element, "taskHeaders")
        for each in holder.iterchildren(names.zeebe("header"))
    }
    retries = text(dialect.value(element, "taskDefinition", "retries"))
    return Job(operation, retries, headers)


def script(element: Xml) -> Script | None:
    """The script of a script task, ours before the standard's."""
    ours = dialect.extension(element, "script")
    result = ours.get("resultVariable") if ours is not None else element.get("resultVariable")
    result = (result or "").strip()
    if ours is not None and dialect.condition(ours.get("expression")):
        return Script(dialect.condition(ours.get("expression")), "feel", result)
    language = (element.get("scriptFormat") or "").strip()
    body = element.find(names.bpmn("script"))
    written = (body.text or "").strip() if body is not None else ""
    if not written:
        return None
    if language.lower() == "feel":
        return Script(dialect.condition(written), "feel", result)
    return Script(written, language, result)


def decision(element: Xml) -> Decision | None:
    """The decision a business rule task calls."""
    called = text(dialect.value(element, "calledDecision", "decisionId"))
    if called is None:
        return None
    return Decision(called, dialect.value(element, "calledDecision", "resultVariable") or "")


def call(element: Xml) -> Call | None:
    """The process a call activity calls."""
    process = text(called_process(element))
    if process is None:
        return None
    ours = dialect.extension(element, "calledElement")
    attributes = _attributes(ours)
    return Call(
        process,
        all_in=(attributes.get("propagateAllParentVariables") or "true").strip() != "false",
        all_out=(attributes.get("propagateAllChildVariables") or "true").strip() != "false",
    )


def activation(element: Xml) -> str | None:
    """When a complex gateway fires."""
    return _condition(element, "activationCondition")


def ad_hoc(element: Xml) -> AdHocPlan:
    """How an ad-hoc sub-process goes about its activities."""
    return AdHocPlan(
        sequential=(element.get("ordering") or "").strip() == "Sequential",
        completion=_condition(element, "completionCondition"),
        cancels_rest=(element.get("cancelRemainingInstances") or "true").strip() in ("true", "1"),
        chosen=dialect.condition(dialect.value(element, "adHoc", "activeElementsCollection"))
        or None,
    )


def triggers(graph: Graph, event: Xml) -> tuple[Trigger, ...]:
    """What an event waits for or throws; empty for none."""
    return tuple(trigger(graph, each) for each in graph.definitions(event))


def trigger(graph: Graph, definition: Xml) -> Trigger:
    """One event definition."""
    kind = names.kind(definition)
    if kind in _REFERENCES:
        return _referring(graph, definition, *_REFERENCES[kind])
    if kind == "timerEventDefinition":
        return Trigger("timer", timer=_timer(definition))
    if kind == "linkEventDefinition":
        return Trigger("link", Text((definition.get("name") or "").strip()))
    if kind == "conditionalEventDefinition":
        return Trigger("conditional", condition=_condition(definition, "condition") or "")
    if kind == "compensateEventDefinition":
        return Trigger(
            "compensate",
            activity=names.local_name(definition.get("activityRef")),
            wait=(definition.get("waitForCompletion") or "true").strip() in ("true", "1"),
        )
    return Trigger(_plain(kind))


def message(graph: Graph, element: Xml) -> Trigger | None:
    """The message of a send or receive task."""
    if graph.referenced(element, "messageRef") is None:
        return None
    return _referring(graph, element, "message", "messageRef", "name")


def _plain(kind: str) -> TriggerKind:
    return "terminate" if kind == "terminateEventDefinition" else "cancel"


def _referring(
    graph: Graph, definition: Xml, kind: TriggerKind, attribute: str, naming: str
) -> Trigger:
    target = graph.referenced(definition, attribute)
    if target is None:
        return Trigger(kind)
    named = text(target.get(naming)) or text(target.get("name")) or Text("")
    return Trigger(
        kind, named, correlation=text(dialect.value(target, "subscription", "correlationKey"))
    )


def _timer(definition: Xml) -> Timer | None:
    for local, kind in _TIMERS:
        found = definition.find(names.bpmn(local))
        written = text(found.text) if found is not None else None
        if written is not None:
            return Timer(kind, written)  # type: ignore[arg-type]
    return None


def in_drawn_order(element: Xml, flows: Iterable[Xml]) -> list[Xml]:
    """Outgoing flows in the order in which the node lists them, then those it does not list."""
    listed = {
        names.local_name(each.text): number
        for number, each in enumerate(element.iterchildren(names.bpmn("outgoing")))
    }
    return sorted(flows, key=lambda flow: listed.get(flow.get("id", ""), len(listed)))


def condition(flow: Xml) -> str | None:
    """A flow's condition in FEEL; None for one without."""
    found = flow.find(names.bpmn("conditionExpression"))
    return dialect.condition(found.text) or None if found is not None else None
