"""Events: what may stand where, timers, links, boundary events, ways to start."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from engine.bpmn import dialect, names
from engine.bpmn.elements import timer_text
from engine.bpmn.graph import Graph, scope_of
from engine.bpmn.lint.times import is_time
from engine.bpmn.names import Node
from engine.bpmn.wording import problem
from engine.errors import Problem

# What each event may be (BPMN 2.0.2, table 10.93); ∅ (no definition) is the empty text.
_CATCHES: Final = frozenset({"message", "timer", "signal", "conditional"})
_HANDLER_STARTS: Final = _CATCHES | {"error", "escalation", "compensate"}
_ALLOWED: Final = {
    "intermediateCatchEvent": _CATCHES | {"link"},
    "intermediateThrowEvent": frozenset(
        {"", "message", "signal", "escalation", "link", "compensate"}
    ),
    "endEvent": frozenset(
        {"", "message", "signal", "error", "escalation", "terminate", "cancel", "compensate"}
    ),
    "boundaryEvent": _CATCHES | {"error", "escalation", "cancel", "compensate"},
}
_ALWAYS_INTERRUPTS: Final = frozenset({"error", "cancel"})


def definitions_in_their_place(graph: Graph) -> Iterator[Problem]:
    """Each event has a trigger that may stand there (BPMN 2.0.2, table 10.93)."""
    for node in graph.nodes:
        kind = names.kind(node)
        if kind not in names.EVENTS:
            continue
        allowed = _ALLOWED.get(kind, _start_triggers(node))
        definitions = graph.definitions(node)
        if not definitions and "" not in allowed and node.find(_REFERENCE) is None:
            yield problem(
                "event-without-trigger",
                node,
                "{it}没有指定触发方式（消息、定时等）。请选择一种。",
                "{it} does not say what triggers it (message, timer, …). Choose one.",
            )
        for definition in definitions:
            trigger = names.kind(definition).removesuffix("EventDefinition")
            if trigger not in allowed:
                yield problem(
                    "trigger-out-of-place",
                    node,
                    f"{{it}}不能以“{_TRIGGERS[trigger][0]}”触发。请改用其他事件。",
                    f"{{it}} cannot have a {_TRIGGERS[trigger][1]} trigger. Use another event.",
                    trigger=trigger,
                )


_REFERENCE: Final = names.bpmn("eventDefinitionRef")
_TRIGGERS: Final = {
    "message": ("消息", "message"),
    "timer": ("定时", "timer"),
    "signal": ("信号", "signal"),
    "conditional": ("条件", "conditional"),
    "error": ("错误", "error"),
    "escalation": ("升级", "escalation"),
    "link": ("链接", "link"),
    "terminate": ("终止", "terminate"),
    "cancel": ("取消", "cancel"),
    "compensate": ("补偿", "compensation"),
}


def _start_triggers(start: Node) -> frozenset[str]:
    scope = scope_of(start)
    if scope is None or names.kind(scope) == "process":
        return _CATCHES | {""}
    return _HANDLER_STARTS if names.is_true(scope.get("triggeredByEvent")) else frozenset({""})


def sub_process_starts(graph: Graph) -> Iterator[Problem]:
    """A sub-process has at most one start event, an event sub-process exactly one (10.3.5)."""
    for scope in graph.scopes:
        if names.kind(scope) == "process":
            continue
        starts = [node for node in graph.children(scope) if names.kind(node) == "startEvent"]
        if names.is_true(scope.get("triggeredByEvent")):
            if len(starts) != 1:
                yield problem(
                    "event-sub-process-start",
                    scope,
                    f"{{it}}是事件子流程，须恰有一个开始事件，现有 {len(starts)} 个。",
                    f"{{it}} is an event sub-process and needs exactly one start event; it has "
                    f"{len(starts)}.",
                )
        elif len(starts) > 1:
            yield problem(
                "several-starts",
                scope,
                f"{{it}}有 {len(starts)} 个开始事件，子流程只能有一个。请合并。",
                f"{{it}} has {len(starts)} start events; a sub-process has one. Join them.",
            )


def several_none_starts(graph: Graph) -> Iterator[Problem]:
    """A process has at most one start event without trigger, else it has two beginnings."""
    for process in graph.processes:
        plain = [
            node
            for node in graph.children(process)
            if names.kind(node) == "startEvent" and not graph.definitions(node)
        ]
        for node in plain[1:]:
            yield problem(
                "several-starts",
                node,
                "{it}是流程的又一个无触发开始事件，无法确定从哪里开始。请合并，或改为消息等开始事件。",
                "{it} is a further start event without trigger, so it is not clear where the "
                "process begins. Join them or give it a message or other trigger.",
            )


def started_twice(graph: Graph) -> Iterator[Problem]:
    """A message starts a process in one place."""
    for process in graph.processes:
        seen: set[str] = set()
        starts = [node for node in graph.children(process) if names.kind(node) == "startEvent"]
        for node in (*starts, *(node for node, _ in graph.starters(process))):
            for definition in (*graph.definitions(node), node):
                message = definition.get("messageRef")
                if message and message in seen:
                    yield problem(
                        "several-starts",
                        node,
                        "{it}与另一个开始由同一条消息触发，不知从哪里开始。请合并，或用不同的消息。",
                        "{it} is started by the same message as another start, so it is not clear "
                        "where the process begins. Join them or use different messages.",
                    )
                elif message:
                    seen.add(message)


def boundary_attachment(graph: Graph) -> Iterator[Problem]:
    """A boundary event sits on an activity of its own scope."""
    for node in graph.nodes:
        if names.kind(node) != "boundaryEvent":
            continue
        reference = node.get("attachedToRef")
        host = graph.by_id.get(reference or "")
        if host is None or names.kind(host) not in names.ACTIVITIES:
            yield problem(
                "boundary-not-attached",
                node,
                f"{{it}}所附的活动（{reference or '未填'}）不存在。请把它拖到活动的边框上。",
                f"The activity ({reference or 'not given'}) that {{it}} sits on does not exist. "
                "Drag it onto the border of an activity.",
            )
        elif names.is_true(host.get("triggeredByEvent")):
            yield problem(
                "boundary-not-attached",
                node,
                "{it}附在事件子流程上，事件子流程不能有边界事件。请画在其所属的子流程上，或其内的活动上。",
                "{it} sits on an event sub-process, which has no boundary events. Put it on the "
                "sub-process around, or on an activity inside.",
            )
        elif scope_of(host) is not scope_of(node):
            yield problem(
                "boundary-not-attached",
                node,
                "{it}与所附的活动不在同一层。请把它画在活动所在的层。",
                "{it} and the activity it sits on are in different scopes. Draw both in one.",
            )


def boundary_kinds(graph: Graph) -> Iterator[Problem]:
    """Error and cancel interrupt always; cancel sits on a transaction (10.5.4, table 10.93)."""
    for node in graph.nodes:
        if names.kind(node) != "boundaryEvent":
            continue
        triggers = {names.kind(d).removesuffix("EventDefinition") for d in graph.definitions(node)}
        interrupts = (node.get("cancelActivity") or "true").strip() in {"true", "1"}
        if triggers & _ALWAYS_INTERRUPTS and not interrupts:
            yield problem(
                "must-interrupt",
                node,
                "{it}捕获错误或取消，必定中断活动，不能设为不中断。请改为中断。",
                "{it} catches an error or cancel and always interrupts. Make it interrupting.",
            )
        host = graph.by_id.get(node.get("attachedToRef", ""))
        if "cancel" in triggers and host is not None and names.kind(host) != "transaction":
            yield problem(
                "cancel-outside-transaction",
                node,
                "{it}捕获取消，只能附在事务子流程上。",
                "{it} catches cancel and may sit only on a transaction.",
            )


def handler_kinds(graph: Graph) -> Iterator[Problem]:
    """An event sub-process that an error starts always interrupts (10.5.2, table 10.86)."""
    for node in graph.nodes:
        if names.kind(node) != "startEvent":
            continue
        waits = (node.get("isInterrupting") or "true").strip() not in {"true", "1"}
        if waits and node.find(names.bpmn("errorEventDefinition")) is not None:
            yield problem(
                "must-interrupt",
                node,
                "{it}由错误触发，必定中断所在范围，不能设为不中断。请改为中断。",
                "{it} is triggered by an error and always interrupts. Make it interrupting.",
            )


def cancel_ends(graph: Graph) -> Iterator[Problem]:
    """A cancel end event stands in a transaction (10.5.3)."""
    for node in graph.nodes:
        if names.kind(node) != "endEvent" or node.find(_CANCEL) is None:
            continue
        scope = _transaction_of(node)
        if scope is None or names.kind(scope) == "process":
            yield problem(
                "cancel-outside-transaction",
                node,
                "{it}只能用在事务子流程内。请改用终止或错误结束事件。",
                "{it} may stand only in a transaction. Use a terminate or error end event.",
            )


def cancelled_transactions(graph: Graph) -> Iterator[Problem]:
    """A transaction that may be cancelled is left by a cancel boundary event (10.3.5)."""
    for node in graph.nodes:
        if names.kind(node) != "transaction":
            continue
        caught = any(each.find(_CANCEL) is not None for each in graph.attached(node))
        thrown = any(
            end.find(_CANCEL) is not None and _transaction_of(end) is node
            for end in node.iter(names.bpmn("endEvent"))
        )
        if thrown and not caught:
            yield problem(
                "cancel-not-caught",
                node,
                "{it}内有取消结束事件，却没有取消边界事件，取消后无处可去。请在其边框上添加取消边界事件。",
                "{it} has a cancel end event and no cancel boundary event, so a cancel leads "
                "nowhere. Put a cancel boundary event on its border.",
            )
        elif caught and not thrown:
            yield problem(
                "cancel-never-thrown",
                node,
                "{it}有取消边界事件，其中却没有取消结束事件，永远不会触发。",
                "{it} has a cancel boundary event and no cancel end event inside, so it never "
                "happens.",
                severity="warning",
            )


def _transaction_of(end: Node) -> Node | None:
    scope = scope_of(end)
    while scope is not None and names.kind(scope) not in {"transaction", "process"}:
        scope = scope_of(scope)
    return scope


_CANCEL: Final = names.bpmn("cancelEventDefinition")


def timers(graph: Graph) -> Iterator[Problem]:
    """A timer says when, in ISO 8601 or FEEL."""
    for node in graph.nodes:
        for definition in graph.definitions(node):
            if names.kind(definition) != "timerEventDefinition":
                continue
            parts = [
                part
                for part in ("timeDate", "timeDuration", "timeCycle")
                if definition.find(names.bpmn(part)) is not None
            ]
            text = timer_text(definition)
            if not parts or not text:
                yield problem(
                    "timer-without-time",
                    node,
                    "{it}没有填写时间。请填写日期、时长或周期（ISO 8601，或以 = 开头的 FEEL）。",
                    "{it} does not say when. Give a date, duration or cycle (ISO 8601, or FEEL "
                    "that begins with =).",
                )
            elif len(parts) > 1:
                yield problem(
                    "timer-ambiguous",
                    node,
                    "{it}同时填写了几种时间。请只保留日期、时长、周期之一。",
                    "{it} gives several times. Keep one of date, duration and cycle.",
                )
            elif dialect.expression(text) is None and not is_time(parts[0], text):
                yield problem(
                    "timer-malformed",
                    node,
                    f"{{it}}的时间“{text[:60]}”不合 ISO 8601。例如：日期 2026-09-01T09:00:00+08:00，"
                    "时长 P3D，周期 R3/P1D；表达式以 = 开头。",
                    f"The time “{text[:60]}” of {{it}} is not ISO 8601. Examples: date "
                    "2026-09-01T09:00:00+08:00, duration P3D, cycle R3/P1D; expressions begin "
                    "with =.",
                    text=text[:200],
                )


def links(graph: Graph) -> Iterator[Problem]:
    """Every throwing link has one catching link of its name in its scope, and the reverse."""
    for scope in graph.scopes:
        throws: dict[str, list[Node]] = defaultdict(list)
        catches: dict[str, list[Node]] = defaultdict(list)
        for node in graph.children(scope):
            definition = node.find(names.bpmn("linkEventDefinition"))
            if definition is not None and names.kind(node) in _ALLOWED:
                thrown = names.kind(node) == "intermediateThrowEvent"
                side = throws if thrown else catches
                side[(definition.get("name") or "").strip()].append(node)
        for name, nodes in throws.items():
            if not catches.get(name):
                yield from _twinless(nodes, name, "捕获", "catching")
        for name, nodes in catches.items():
            if not throws.get(name):
                yield from _twinless(nodes, name, "抛出", "throwing")
            yield from _twice(nodes[1:], name)
            for node in nodes:
                yield from _entered(graph, node)
        for node in (each for nodes in throws.values() for each in nodes):
            yield from _left(graph, node)


def _twinless(nodes: list[Node], name: str, zh: str, en: str) -> Iterator[Problem]:
    for node in nodes:
        yield problem(
            "link-without-twin",
            node,
            f"{{it}}的链接“{name}”在同一层没有对应的{zh}链接。请补画，或改用连线。",
            f"The link “{name}” of {{it}} has no {en} link in the same scope. Draw it, or use a "
            "sequence flow.",
        )


def _twice(nodes: list[Node], name: str) -> Iterator[Problem]:
    for node in nodes:
        yield problem(
            "link-caught-twice",
            node,
            f"{{it}}是链接“{name}”的又一个捕获事件，去向不明。请只保留一个。",
            f"{{it}} is a further catching event of the link “{name}”, so where the link leads is "
            "not clear. Keep one.",
        )


def _entered(graph: Graph, node: Node) -> Iterator[Problem]:
    if graph.into(node):
        yield problem(
            "link-with-flow",
            node,
            "{it}是捕获链接，不能有连线指向它。请删去这条连线。",
            "{it} catches a link, so no flow leads to it. Delete the flow.",
        )


def _left(graph: Graph, node: Node) -> Iterator[Problem]:
    if graph.out(node):
        yield problem(
            "link-with-flow",
            node,
            "{it}是抛出链接，其后不能有连线。请删去这条连线。",
            "{it} throws a link, so no flow leaves it. Delete the flow.",
        )


def thrown_codes(graph: Graph) -> Iterator[Problem]:
    """An error or escalation that is thrown has a code, so that it can be told from others."""
    for node in graph.nodes:
        if names.kind(node) not in {"endEvent", "intermediateThrowEvent"}:
            continue
        for definition in graph.definitions(node):
            kind = names.kind(definition).removesuffix("EventDefinition")
            if kind not in {"error", "escalation"}:
                continue
            reference = definition.get(f"{kind}Ref")
            target = graph.by_id.get(reference or "")
            coded = target is None or target.get(f"{kind}Code") or target.get("name")
            if not reference or not coded:
                word = _TRIGGERS[kind][0]
                yield problem(
                    "thrown-without-code",
                    node,
                    f"{{it}}抛出的{word}没有代码。请选择{word}并填写代码。",
                    f"{{it}} throws an {kind} without code. Choose an {kind} and give it a code.",
                )


def conditional_events(graph: Graph) -> Iterator[Problem]:
    """A conditional event has a condition."""
    for node in graph.nodes:
        for definition in graph.definitions(node):
            if names.kind(definition) != "conditionalEventDefinition":
                continue
            condition = definition.find(names.bpmn("condition"))
            if condition is None or not (condition.text or "").strip():
                yield problem(
                    "event-without-condition",
                    node,
                    "{it}没有填写条件。请填写 FEEL 条件。",
                    "{it} has no condition. Give it a FEEL condition.",
                )


RULES = (
    definitions_in_their_place,
    sub_process_starts,
    several_none_starts,
    started_twice,
    boundary_attachment,
    boundary_kinds,
    handler_kinds,
    cancel_ends,
    cancelled_transactions,
    timers,
    links,
    thrown_codes,
    conditional_events,
)
