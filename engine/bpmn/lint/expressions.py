"""Every FEEL expression of a model parses, and scripts are in a language that is evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine import feel
from engine.bpmn import dialect, names
from engine.bpmn.definition import LAW_FUNCTIONS
from engine.bpmn.elements import timer_text
from engine.bpmn.graph import Graph
from engine.bpmn.names import Node
from engine.bpmn.normalise.conditions import CONDITIONS
from engine.bpmn.normalise.juel import is_juel
from engine.bpmn.normalise.scripts import script_format
from engine.bpmn.wording import owner, problem
from engine.errors import EvaluationFailed, Problem

# extension element → attributes that hold FEEL when they begin with "="
_TEXTS: Final = {
    "assignmentDefinition": ("assignee", "candidateGroups", "candidateUsers"),
    "taskSchedule": ("dueDate", "followUpDate"),
    "priorityDefinition": ("priority",),
    "calledElement": ("processId",),
    "calledDecision": ("decisionId",),
    "taskDefinition": ("type", "retries"),
    "formDefinition": ("formId", "externalReference"),
    "subscription": ("correlationKey",),
    "loopCharacteristics": ("inputCollection", "outputElement"),
    "adHoc": ("activeElementsCollection",),
    "script": ("expression",),
}
# … and those that hold FEEL even where a modeler forgot the "="
_ALWAYS_FEEL: Final = frozenset(
    {
        ("loopCharacteristics", "inputCollection"),
        ("loopCharacteristics", "outputElement"),
        ("script", "expression"),
    }
)
_FEEL_LANGUAGES: Final = ("feel",)


def feel_parses(graph: Graph) -> Iterator[Problem]:
    """Every expression is FEEL."""
    for holder, text in _expressions(graph):
        failure = _failure(text)
        if failure is not None:
            shown = " ".join(text.split())[:80]
            yield problem(
                "feel-syntax",
                holder,
                f"{{it}}的表达式“{shown}”：{failure.message('zh')}",
                f"The expression “{shown}” of {{it}}: {failure.message('en')}",
                expression=text[:500],
            )


_DATA: Final = frozenset({"from", "transformation"})


def _failure(text: str) -> EvaluationFailed | None:
    try:
        feel.compile(text, names=LAW_FUNCTIONS)
    except EvaluationFailed as exc:
        return exc
    return None


def _expressions(graph: Graph) -> Iterator[tuple[Node, str]]:
    roots = [child for child in graph.root if names.kind(child) in {"message", "signal"}]
    for holder in (*graph.processes, *roots):
        for element in holder.iter():
            kind = names.kind(element)
            if kind in CONDITIONS:
                text = (element.text or "").strip()
                # What could not be rewritten from Camunda 7's language is told already.
                if text and not is_juel(text):
                    yield owner(element), text
            elif kind in _DATA:
                text = dialect.condition(element.text)
                if text:
                    yield owner(element), text
            elif kind == "timerEventDefinition":
                expression = dialect.expression(timer_text(element))
                if expression is not None:
                    yield owner(element), expression
            elif kind == "callActivity":
                expression = dialect.expression(element.get("calledElement"))
                if expression is not None:
                    yield element, expression
            elif not kind:
                yield from _extension(element)


def _extension(element: Node) -> Iterator[tuple[Node, str]]:
    tag = str(element.tag)
    if not tag.startswith(_ZEEBE):
        return
    local = tag[len(_ZEEBE) :]
    if local in {"input", "output"}:
        expression = dialect.expression(element.get("source"))
        if expression is not None:
            yield owner(element), expression
        return
    if local == "property":
        yield from _property(element)
        return
    for attribute in _TEXTS.get(local, ()):
        text = element.get(attribute)
        expression = dialect.expression(text)
        if expression is None and (local, attribute) in _ALWAYS_FEEL and text:
            expression = text.strip()
        if expression is not None:
            yield owner(element), expression


_ZEEBE: Final = f"{{{names.ZEEBE}}}"


def _property(element: Node) -> Iterator[tuple[Node, str]]:
    name, value = (element.get("name") or "").strip(), (element.get("value") or "").strip()
    if not value:
        return
    constraint = name.startswith("constraint.") and not name.endswith(".message")
    formula = name in _MAY_BE_FEEL and value.startswith("=")
    if constraint or formula or name == "deadline.from":
        yield owner(element), dialect.condition(value)


_MAY_BE_FEEL: Final = frozenset(
    {"sender", "deadline", "extend", "extend.deadline", "extend.reason"}
)


def expression_languages(graph: Graph) -> Iterator[Problem]:
    """Where an expression names its language, it is FEEL."""
    for process in graph.processes:
        for element in process.iter(f"{{{names.BPMN}}}*"):
            language = (element.get("language") or "").strip()
            if language and "feel" not in language.lower():
                yield problem(
                    "expression-language",
                    owner(element),
                    f"{{it}}的表达式使用 {language[:60]}，本系统只用 FEEL。请改写为 FEEL 并删去 language。",
                    f"An expression of {{it}} is in {language[:60]}; only FEEL is evaluated. "
                    "Write it in FEEL and remove the language.",
                    language=language[:200],
                )


def script_formats(graph: Graph, known: frozenset[str]) -> Iterator[Problem]:
    """A script is FEEL, or of a format for which the host registered a handler."""
    accepted = {each.lower() for each in known}
    for node in graph.nodes:
        if names.kind(node) != "scriptTask":
            continue
        if dialect.extension(node, "script") is not None:
            yield from _feel_script(node)
            continue
        if dialect.value(node, "taskDefinition", "type"):
            continue
        if node.find(names.bpmn("script")) is None:
            yield problem(
                "missing-script",
                node,
                "{it}没有脚本。请填写 FEEL 表达式与结果变量（zeebe:script）。",
                "{it} has no script. Give a FEEL expression and a result variable (zeebe:script).",
            )
        elif script_format(node) not in accepted:
            language = node.get("scriptFormat") or "—"
            yield problem(
                "script-format",
                node,
                f"{{it}}的脚本格式“{language[:40]}”不会被执行：模型中不运行程序。请改写为 FEEL 表达式。",
                f"Scripts of the format “{language[:40]}”, as in {{it}}, are not run: nothing in a "
                "model is a program. Write it as a FEEL expression.",
                format=language[:200],
            )


def _feel_script(node: Node) -> Iterator[Problem]:
    if not dialect.value(node, "script", "expression"):
        yield problem(
            "missing-script",
            node,
            "{it}没有 FEEL 表达式。请填写。",
            "{it} has no FEEL expression. Give one.",
        )
    if not dialect.value(node, "script", "resultVariable"):
        yield problem(
            "missing-result-variable",
            node,
            "{it}没有指定结果变量，计算结果会丢失。请填写 resultVariable。",
            "{it} names no result variable, so its result would be lost. Give a resultVariable.",
        )


RULES = (feel_parses, expression_languages)
