"""Activities: that each says what is to be done, by whom, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn import dialect, names
from engine.bpmn.elements import called_process
from engine.bpmn.feature_is import thrown_by_instances
from engine.bpmn.graph import Graph
from engine.bpmn.names import Node
from engine.bpmn.normalise.camunda import names_java
from engine.bpmn.wording import problem
from engine.errors import Problem

_INTEGER: Final = re.compile(r"[+-]?\d{1,9}")
MOST_TOKENS: Final = 1000
"""Tokens that may begin, or come from, one activation."""
_OPERATED: Final = frozenset({"serviceTask"})


def called_elements(graph: Graph) -> Iterator[Problem]:
    """A call activity says which process it calls."""
    for node in _of(graph, "callActivity"):
        if not called_process(node):
            yield problem(
                "missing-called-element",
                node,
                "{it}没有指定要调用的流程。请填写被调用流程的 id。",
                "{it} does not say which process it calls. Give the id of the called process.",
            )


def operations(graph: Graph) -> Iterator[Problem]:
    """A service task says which registered operation it asks for."""
    for node in graph.nodes:
        if names.kind(node) not in _OPERATED or names_java(node):
            continue
        if not dialect.value(node, "taskDefinition", "type"):
            yield problem(
                "missing-operation",
                node,
                "{it}没有指定操作。请在 zeebe:taskDefinition 的 type 中填写已登记的操作名。",
                "{it} names no operation. Put the name of a registered one into the type of "
                "zeebe:taskDefinition.",
            )


def send_tasks(graph: Graph) -> Iterator[Problem]:
    """A send task names its message, or an operation that sends."""
    for node in _of(graph, "sendTask"):
        if not node.get("messageRef") and not dialect.value(node, "taskDefinition", "type"):
            yield problem(
                "missing-message",
                node,
                "{it}没有指定消息或操作。请选择消息，或填写已登记的操作名。",
                "{it} names neither a message nor an operation. Choose a message or a registered "
                "operation.",
            )


def decisions(graph: Graph) -> Iterator[Problem]:
    """A business rule task says which decision it asks, and where the answer goes."""
    for node in _of(graph, "businessRuleTask"):
        decision = dialect.value(node, "calledDecision", "decisionId")
        if not decision:
            if not dialect.value(node, "taskDefinition", "type"):
                yield problem(
                    "missing-decision",
                    node,
                    "{it}没有指定决策。请在 zeebe:calledDecision 中填写决策 id 与结果变量。",
                    "{it} names no decision. Give decision id and result variable in "
                    "zeebe:calledDecision.",
                )
        elif not dialect.value(node, "calledDecision", "resultVariable"):
            yield problem(
                "missing-result-variable",
                node,
                "{it}没有指定结果变量，决策结果会丢失。请填写 resultVariable。",
                "{it} names no result variable, so the decision's answer would be lost. "
                "Give a resultVariable.",
            )


def forms(graph: Graph) -> Iterator[Problem]:
    """A user task shows a form, unless there is nothing to answer."""
    for node in _of(graph, "userTask"):
        if not any(
            dialect.value(node, "formDefinition", each)
            for each in ("formId", "formKey", "externalReference")
        ):
            yield problem(
                "missing-form",
                node,
                "{it}没有表单，办理时只能直接点完成。如需填写内容，请指定表单。",
                "{it} has no form and can only be marked as done. Give it one if something is to "
                "be filled in.",
                severity="warning",
            )


def assignments(graph: Graph) -> Iterator[Problem]:
    """A user task is somebody's: by assignment, candidates or its lane."""
    laned = _laned(graph)
    for node in _of(graph, "userTask"):
        assigned = any(
            dialect.value(node, "assignmentDefinition", each)
            for each in ("assignee", "candidateUsers", "candidateGroups")
        )
        if not assigned and not _in_lane(node, laned):
            yield problem(
                "missing-assignment",
                node,
                "{it}没有办理人、候选人或候选角色，也不在泳道中，只有管理员能分派。"
                "请填写，或把它放进泳道。",
                "{it} has no assignee, no candidates and no lane, so only an administrator can "
                "hand it out. Assign it or put it into a lane.",
                severity="warning",
            )


def quantities(graph: Graph) -> Iterator[Problem]:
    """Start and completion quantities are whole numbers from 1 (BPMN 2.0.2, table 10.3)."""
    for node in graph.nodes:
        for attribute in ("startQuantity", "completionQuantity"):
            text = (node.get(attribute) or "1").strip()
            if not _INTEGER.fullmatch(text) or not 1 <= int(text) <= MOST_TOKENS:
                yield problem(
                    "wrong-quantity",
                    node,
                    f"{{it}}的 {attribute} 是“{text[:20]}”，应为 1 至 {MOST_TOKENS} 的整数。",
                    f"The {attribute} of {{it}} is “{text[:20]}”; it must be a whole number from 1 "
                    f"to {MOST_TOKENS}.",
                )


def loops(graph: Graph) -> Iterator[Problem]:
    """A repeated activity says how often, in one way."""
    for node in graph.nodes:
        multi = node.find(names.bpmn("multiInstanceLoopCharacteristics"))
        standard = node.find(names.bpmn("standardLoopCharacteristics"))
        if multi is not None and standard is not None:
            yield problem(
                "two-loops",
                node,
                "{it}同时设了循环和多实例。请只保留一种。",
                "{it} is both a loop and multi-instance. Keep one.",
            )
        if multi is not None:
            yield from _multi_instance(node, multi)
        if standard is not None:
            yield from _standard_loop(node, standard)


def _multi_instance(node: Node, multi: Node) -> Iterator[Problem]:
    cardinality = multi.find(names.bpmn("loopCardinality"))
    counted = cardinality is not None and bool((cardinality.text or "").strip())
    listed = bool(dialect.value(multi, "loopCharacteristics", "inputCollection")) or (
        multi.find(names.bpmn("loopDataInputRef")) is not None
    )
    if not counted and not listed:
        yield problem(
            "multi-instance-without-collection",
            node,
            "{it}是多实例，却没有指定集合或次数。请填写 inputCollection 或次数。",
            "{it} is multi-instance without a collection or number. Give an inputCollection or a "
            "number of instances.",
        )
    if counted and listed:
        yield problem(
            "multi-instance-ambiguous",
            node,
            "{it}同时指定了集合和次数。请只保留一种。",
            "{it} gives both a collection and a number of instances. Keep one.",
        )
    text = (cardinality.text or "").strip() if cardinality is not None else ""
    if re.fullmatch(r"-\d+", text):
        yield problem(
            "wrong-quantity",
            node,
            f"{{it}}的实例次数是 {text[:20]}，不能为负数。",
            f"The number of instances of {{it}} is {text[:20]}; it cannot be negative.",
        )
    output = dialect.value(multi, "loopCharacteristics", "outputElement")
    collected = dialect.value(multi, "loopCharacteristics", "outputCollection")
    if output and not collected:
        yield problem(
            "multi-instance-output",
            node,
            "{it}指定了输出元素，却没有输出集合，结果会丢失。请填写 outputCollection。",
            "{it} has an output element but no output collection, so the results would be lost. "
            "Give an outputCollection.",
        )


def behaviours(graph: Graph) -> Iterator[Problem]:
    """Where the instances are to throw an event, there is one (table 10.29)."""
    for loop in _loops(graph):
        kept = (loop.get("behavior") or "All").strip()
        holder = loop.getparent()
        assert holder is not None
        if kept not in {"All", "None", "One", "Complex"}:
            yield problem(
                "wrong-behavior",
                holder,
                f"{{it}}的 behavior“{kept[:20]}”不合规范，应为 None、One、All 或 Complex。",
                f"The behavior “{kept[:20]}” of {{it}} is none of None, One, All and Complex.",
            )
        elif kept != "All" and not thrown_by_instances(graph, loop):
            yield problem(
                "behavior-without-event",
                holder,
                f"{{it}}的 behavior 是 {kept}，却没有指定实例完成时抛出的事件。请指定，或删去 behavior。",
                f"{{it}} has the behavior {kept} and no event that its instances throw. Give one, or "
                "remove behavior.",
            )


def _loops(graph: Graph) -> Iterator[Node]:
    for node in graph.nodes:
        yield from node.iterchildren(names.bpmn("multiInstanceLoopCharacteristics"))


def _standard_loop(node: Node, loop: Node) -> Iterator[Problem]:
    maximum = (loop.get("loopMaximum") or "").strip()
    condition = loop.find(names.bpmn("loopCondition"))
    if maximum and (not _INTEGER.fullmatch(maximum) or int(maximum) < 1):
        yield problem(
            "wrong-quantity",
            node,
            f"{{it}}的 loopMaximum 是“{maximum[:20]}”，应为不小于 1 的整数。",
            f"The loopMaximum of {{it}} is “{maximum[:20]}”; it must be a whole number from 1.",
        )
    if not maximum and (condition is None or not (condition.text or "").strip()):
        yield problem(
            "loop-without-end",
            node,
            "{it}循环却没有条件或最大次数，永不结束。请填写其一。",
            "{it} loops without condition or maximum, and so for ever. Give one of them.",
        )


def mappings(graph: Graph) -> Iterator[Problem]:
    """A mapping has a source and a target."""
    for node in graph.nodes:
        for holder in dialect.extensions(node, "ioMapping"):
            for each in holder:
                if not (each.get("target") or "").strip():
                    yield problem(
                        "mapping-without-target",
                        node,
                        "{it}有一条变量映射没有目标变量。请填写，或删去该映射。",
                        "A mapping of {it} has no target variable. Fill it in or delete the mapping.",
                    )


def separation_of_duties(graph: Graph) -> Iterator[Problem]:
    """``notHandlerOf`` and ``sameHandlerAs`` name what people do: tasks, messages they record."""
    for node in _of(graph, "userTask"):
        values = dialect.properties(node)
        for property_name in ("notHandlerOf", "sameHandlerAs"):
            for reference in dialect.listed(values.get(property_name)):
                target = graph.by_id.get(reference)
                if target is None or names.kind(target) not in _BY_PEOPLE:
                    yield problem(
                        "wrong-reference",
                        node,
                        f"{{it}}的 {property_name} 指向“{reference}”，模型中没有这个用户任务或消息事件。",
                        f"{property_name} of {{it}} names “{reference}”, which is no user task or "
                        "message event of the model. Give the id of one.",
                        reference=reference,
                    )


def ways_back(graph: Graph) -> Iterator[Problem]:
    """``returnTo`` names steps of people, or ``none``; ``irrevocable`` is true or false."""
    for node in _of(graph, "userTask"):
        values = dialect.properties(node)
        for reference in dialect.listed(values.get("returnTo")):
            target = graph.by_id.get(reference)
            steps = ("userTask", "manualTask")
            if reference != "none" and (target is None or names.kind(target) not in steps):
                yield problem(
                    "wrong-reference",
                    node,
                    f"{{it}}的 returnTo 指向“{reference}”，模型中没有这个用户任务。"
                    "请填写任务的 id，或填 none 表示不得退回。",
                    f"returnTo of {{it}} names “{reference}”, which is no user task of the model. "
                    "Give the id of one, or none for no return at all.",
                    reference=reference,
                )
        if values.get("irrevocable", "false") not in ("true", "false"):
            yield problem(
                "wrong-value",
                node,
                "{it}的 irrevocable 应为 true 或 false。",
                "irrevocable of {it} must be true or false.",
            )


_BY_PEOPLE = frozenset(
    {"userTask", "manualTask", "receiveTask", "intermediateCatchEvent", "boundaryEvent"}
)


def constraint_messages(graph: Graph) -> Iterator[Problem]:
    """Whoever is stopped by a constraint is told why."""
    for node in _of(graph, "userTask"):
        for constraint in dialect.constraints(dialect.properties(node)):
            if not constraint.message:
                yield problem(
                    "constraint-without-message",
                    node,
                    f"{{it}}的约束“{constraint.expression[:60]}”没有说明文字。"
                    "请用 constraint.N.message 写明不满足时如何处理。",
                    f"The constraint “{constraint.expression[:60]}” of {{it}} has no message. "
                    "Say in constraint.N.message what to do when it does not hold.",
                    severity="warning",
                )


def _of(graph: Graph, kind: str) -> Iterator[Node]:
    return (node for node in graph.nodes if names.kind(node) == kind)


def _laned(graph: Graph) -> set[str]:
    return {
        (reference.text or "").strip()
        for process in graph.processes
        for reference in process.iter(names.bpmn("flowNodeRef"))
    }


def _in_lane(node: Node, laned: set[str]) -> bool:
    current: Node | None = node
    while current is not None and names.kind(current) != "process":
        if current.get("id") in laned:
            return True
        current = current.getparent()
    return False


RULES = (
    called_elements,
    operations,
    send_tasks,
    decisions,
    forms,
    assignments,
    quantities,
    loops,
    behaviours,
    mappings,
    separation_of_duties,
    ways_back,
    constraint_messages,
)
