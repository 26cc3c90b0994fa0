"""The common attributes of Camunda 7 (and its relatives Activiti and Flowable) in our dialect.

``camunda:assignee="${starter}"`` becomes ``zeebe:assignmentDefinition assignee="=starter"``, and so
on. What names Java code is refused: nothing in a model is ever a program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn import names
from engine.bpmn.normalise import build, juel
from engine.bpmn.wording import problem
from engine.errors import Problem

_NAMESPACES: Final = (names.CAMUNDA, names.ACTIVITI, names.FLOWABLE)
_PREFIXES: Final = tuple(f"{{{namespace}}}" for namespace in _NAMESPACES)

# attribute → (extension element, its attribute)
_MOVED: Final = {
    "assignee": ("assignmentDefinition", "assignee"),
    "candidateUsers": ("assignmentDefinition", "candidateUsers"),
    "candidateGroups": ("assignmentDefinition", "candidateGroups"),
    "formRef": ("formDefinition", "formId"),
    "formKey": ("formDefinition", "formKey"),
    "dueDate": ("taskSchedule", "dueDate"),
    "followUpDate": ("taskSchedule", "followUpDate"),
    "priority": ("priorityDefinition", "priority"),
    "versionTag": ("versionTag", "value"),
    "decisionRef": ("calledDecision", "decisionId"),
}
_TOPICS: Final = {"serviceTask", "sendTask", "businessRuleTask"}
_JAVA: Final = ("class", "delegateExpression", "expression")
_JAVA_ELEMENTS: Final = frozenset({"executionListener", "taskListener", "connector"})
_FIELDS: Final = frozenset({"formData", "formProperty"})
_EMBEDDED_FORM: Final = re.compile(r"^(?:camunda-forms|embedded|app):(?:deployment:)?")


def rewrite_camunda(root: names.Node) -> list[Problem]:
    """Write Camunda 7's attributes as ``zeebe:`` elements; returns what cannot be taken over."""
    found: list[Problem] = []
    for element in list(root.iter(f"{{{names.BPMN}}}*")):
        attributes = _own(element)
        if attributes:
            found.extend(_attributes(element, attributes))
        found.extend(_elements(element))
        if names.kind(element) == "conditionExpression" or _is_timer(element):
            found.extend(_text(element))
    return found


def names_java(element: names.Node) -> bool:
    """Whether an element asks for Java code, which is told under that name and no other."""
    return any(name in _own(element) for name in _JAVA)


def _own(element: names.Node) -> dict[str, str]:
    found = {}
    for name, value in element.attrib.items():
        key = str(name)
        for prefix in _PREFIXES:
            if key.startswith(prefix):
                found[key[len(prefix) :]] = str(value).strip()
    return found


def _attributes(element: names.Node, attributes: dict[str, str]) -> Iterator[Problem]:
    kind = names.kind(element)
    for name in _JAVA:
        if name in attributes and kind not in {"scriptTask"}:
            yield _java(element, f"camunda:{name}")
    for name, (local, target) in _MOVED.items():
        if attributes.get(name):
            if name == "decisionRef" and kind != "businessRuleTask":
                continue
            yield from _moved(element, attributes[name], local, target)
    if kind == "startEvent" and attributes.get("initiator"):
        _initiator(element, attributes["initiator"])
    if kind in _TOPICS and attributes.get("topic"):
        build.extension(element, "taskDefinition", type=attributes["topic"])
    if kind == "businessRuleTask" and attributes.get("resultVariable"):
        build.extension(element, "calledDecision", resultVariable=attributes["resultVariable"])
    if kind == "multiInstanceLoopCharacteristics":
        yield from _loop(element, attributes)


def _initiator(start: names.Node, variable: str) -> None:
    build.mapping(start, "output", "=case.starter", variable)
    for prefix in _PREFIXES:
        names.drop(start, prefix + "initiator")


def _moved(element: names.Node, text: str, local: str, target: str) -> Iterator[Problem]:
    if target in {"formId", "formKey"}:
        text = _EMBEDDED_FORM.sub("", text).rpartition("/")[2].removesuffix(".form")
    if juel.is_juel(text):
        try:
            text = "=" + juel.to_feel(text)
        except juel.NotTranslatable as exc:
            yield _expression(element, text, exc.part)
            return
    build.extension(element, local, **{target: text})


def _loop(element: names.Node, attributes: dict[str, str]) -> Iterator[Problem]:
    collection = attributes.get("collection")
    if collection:
        text = collection if juel.is_juel(collection) else f"${{{collection}}}"
        yield from _moved(element, text, "loopCharacteristics", "inputCollection")
    if attributes.get("elementVariable"):
        build.extension(element, "loopCharacteristics", inputElement=attributes["elementVariable"])


def _elements(element: names.Node) -> Iterator[Problem]:
    for holder in element.findall(names.bpmn("extensionElements")):
        for child in list(holder):
            local = _local(child)
            if local in _JAVA_ELEMENTS:
                yield _java(element, f"camunda:{local}")
            elif local in _FIELDS:
                yield _embedded_form(element)
            elif local in _REWRITTEN:
                yield from _REWRITTEN[local](element, child)
                # It stands there in our words now, and must not be taken for a second one.
                holder.remove(child)


def _local(element: names.Node) -> str:
    tag = str(element.tag)
    return next((tag[len(prefix) :] for prefix in _PREFIXES if tag.startswith(prefix)), "")


def _io(element: names.Node, block: names.Node) -> Iterator[Problem]:
    for parameter in block:
        local = {"inputParameter": "input", "outputParameter": "output"}.get(_local(parameter))
        target = (parameter.get("name") or "").strip()
        if local is None or not target:
            continue
        if len(parameter):
            yield _expression(element, target, _local(parameter[0]))
            continue
        text = (parameter.text or "").strip()
        yield from _mapping(element, local, text, target, literal=True)
    if any(_local(parameter) == "outputParameter" for parameter in block):
        yield _only_outputs(element)


def _embedded_form(element: names.Node) -> Problem:
    return problem(
        "embedded-form",
        element,
        "{it}的表单字段写在模型里，不会显示。请另建表单文件，用 formDefinition 指定。",
        "{it} has its form's fields inside the model, where they are not shown. "
        "Make a form file and name it with formDefinition.",
        severity="warning",
    )


def _only_outputs(element: names.Node) -> Problem:
    return problem(
        "only-mapped-outputs",
        element,
        "{it}有输出参数：在本系统中只有映射的变量会传出，Camunda 7 则全部传出。"
        "请把其后要用到的变量都列入输出映射。",
        "{it} has output parameters: here only the mapped variables leave it, in Camunda 7 all do. "
        "Map every variable that is needed later.",
        severity="warning",
    )


def _parameter(element: names.Node, parameter: names.Node) -> Iterator[Problem]:
    local, propagated = {
        "in": ("input", "propagateAllParentVariables"),
        "out": ("output", "propagateAllChildVariables"),
    }[_local(parameter)]
    if (parameter.get("variables") or "").strip() == "all":
        build.extension(element, "calledElement").set(propagated, "true")
        return
    target = (parameter.get("target") or "").strip()
    text = parameter.get("sourceExpression") or parameter.get("source") or ""
    if target and text:
        # Where Camunda 7 is told what to pass, it passes nothing else.
        build.extension(element, "calledElement", **{propagated: "false"})
        yield from _mapping(element, local, text.strip(), target, literal=False)


def _mapping(
    element: names.Node, local: str, text: str, target: str, *, literal: bool
) -> Iterator[Problem]:
    if juel.is_juel(text):
        try:
            source = "=" + juel.to_feel(text)
        except juel.NotTranslatable as exc:
            yield _expression(element, text, exc.part)
            return
    else:
        source = text if literal else f"={text}"
    build.mapping(element, local, source, target)


def _properties(element: names.Node, block: names.Node) -> Iterator[Problem]:
    for each in block:
        if _local(each) == "property" and each.get("name"):
            build.property_of(element, each.get("name", ""), each.get("value", ""))
    yield from ()


_REWRITTEN: Final = {
    "inputOutput": _io,
    "properties": _properties,
    "in": _parameter,
    "out": _parameter,
}


def _is_timer(element: names.Node) -> bool:
    return names.kind(element) in {"timeDate", "timeDuration", "timeCycle", "loopCardinality"} or (
        names.kind(element) in {"completionCondition", "condition"}
    )


def _text(element: names.Node) -> Iterator[Problem]:
    if not juel.is_juel(element.text):
        return
    owner = next((each for each in element.iterancestors() if each.get("id")), element)
    try:
        element.text = "=" + juel.to_feel(element.text or "")
        names.drop(element, "language")
    except juel.NotTranslatable as exc:
        yield _expression(owner, element.text or "", exc.part)


def _java(element: names.Node, what: str) -> Problem:
    return problem(
        "java-code",
        element,
        f"{{it}}使用了 {what}，即 Java 代码，本系统不执行模型中的程序。"
        "请改用 zeebe:taskDefinition 指定已登记的操作，或用 FEEL 脚本。",
        f"{{it}} uses {what}, which is Java code; nothing in a model is run as a program here. "
        "Name a registered operation with zeebe:taskDefinition, or use a FEEL script.",
        feature=what,
    )


def _expression(element: names.Node, text: str, part: str) -> Problem:
    shown, culprit = text.strip()[:120], part.strip()[:60]
    return problem(
        "juel-expression",
        element,
        f"{{it}}的表达式 {shown} 无法改写为 FEEL（“{culprit}”无对应写法）。请改写为 FEEL 表达式。",
        f"The expression {shown} of {{it}} cannot be written in FEEL (“{culprit}” has no equal). "
        "Write it as a FEEL expression.",
        expression=shown,
    )
