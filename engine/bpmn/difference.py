"""What changed between two drawings of a process, told of the elements that people know.

Compared are meanings, not bytes: the order of attributes, the ids of what nobody sees and the
width of a line make no difference. Where an element stands in the picture is told apart from what
it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from lxml import etree

from engine.bpmn import names, wording
from engine.bpmn.read import DEFAULT_LIMITS, Limits, read

How = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One property that changed; '' stands for absent. ``text`` names it in zh and en."""

    property: str
    zh: str
    en: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """What became of one element. ``zh`` and ``en`` are how it is called."""

    element: str
    how: How
    zh: str
    en: str
    kind: str
    details: tuple[Detail, ...] = ()
    moved: bool = False
    """Whether it also stands elsewhere in the picture."""


@dataclass(frozen=True)
class _Known:
    element: names.Node
    facts: Mapping[str, str]
    place: tuple[str, ...]


def difference(old: bytes, new: bytes, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Change, ...]:
    """The changes from one model to another, in the order of the drawings.

    Raises ModelRejected when one of them cannot be read at all.
    """
    before, after = _known(read(old, limits=limits)), _known(read(new, limits=limits))
    found = [_compared(before.get(key), after.get(key)) for key in dict.fromkeys((*after, *before))]
    return tuple(change for change in found if change is not None)


def _compared(before: _Known | None, after: _Known | None) -> Change | None:
    shown = after or before
    assert shown is not None, "an element is in one of the two drawings"
    if before is None or after is None:
        return _change(shown, "added" if before is None else "removed")
    details = tuple(_details(before.facts, after.facts))
    moved = before.place != after.place
    if details:
        return _change(after, "changed", details, moved=moved)
    return _change(after, "moved", moved=True) if moved else None


def _change(
    known: _Known, how: How, details: tuple[Detail, ...] = (), *, moved: bool = False
) -> Change:
    element = known.element
    return Change(
        element=element.get("id", ""),
        how=how,
        zh=wording.zh(element),
        en=wording.en(element),
        kind=names.kind(element),
        details=details,
        moved=moved,
    )


def _details(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Detail]:
    for name in dict.fromkeys((*after, *before)):
        old_key, old = _shown(before.get(name, ""))
        new_key, new = _shown(after.get(name, ""))
        if old_key != new_key:
            zh, en = _label(name)
            yield Detail(property=name, zh=zh, en=en, before=old, after=new)


_NAMED: Final = "\x1f"
"""Between an id, which is compared, and the name by which people know what it stands for."""


def _shown(fact: str) -> tuple[str, str]:
    key, _, name = fact.partition(_NAMED)
    return key, name or key


# ---------------------------------------------------------------------- reading a drawing

_UNSEEN: Final = frozenset({"incoming", "outgoing", "flowNodeRef", "laneSet"})
"""What only repeats what other elements say."""
_LATER: Final = frozenset({"collaboration", "definitions", "BPMNDiagram"})
_SILENT: Final = frozenset({"id", f"{{{names.XSI}}}type"})


def _known(tree: names.Tree) -> dict[str, _Known]:
    root = tree.getroot()
    places = _places(root)
    lanes = {
        (reference.text or "").strip(): lane
        for lane in root.iter(names.bpmn("lane"))
        for reference in lane.iterchildren(names.bpmn("flowNodeRef"))
    }
    named = {each.get("id", ""): _called(each) for each in root.iter() if each.get("id")}
    found: dict[str, _Known] = {}
    for element in root.iter(f"{{{names.BPMN}}}*"):
        identifier = element.get("id")
        if not identifier or not _stands_alone(element):
            continue
        facts = dict(_facts(element, "", named))
        lane = lanes.get(identifier)
        if lane is not None:
            facts["@lane"] = lane.get("id", "") + _NAMED + _called(lane)
        scope = element.getparent()
        if scope is not None and names.kind(scope) in names.SUB_PROCESSES:
            facts["@scope"] = scope.get("id", "") + _NAMED + _called(scope)
        if names.kind(element) in names.FLOW_NODES:
            facts["@kind"] = names.kind(element)
        found.setdefault(identifier, _Known(element, facts, places.get(identifier, ())))
    return found


def _called(element: names.Node) -> str:
    return " ".join((element.get("name") or "").split()) or element.get("id", "")


def _stands_alone(element: names.Node) -> bool:
    """Whether people know the element as one: it is drawn, or others refer to it by name."""
    return wording.is_known(element)


def _facts(element: names.Node, path: str, called: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for attribute, value in element.attrib.items():
        name = str(attribute)
        if name in _SILENT or (not path and name in ("processRef",)):
            continue
        local = etree.QName(name).localname
        yield f"{path}{local}", _fact(local, str(value).strip(), called)
    seen: dict[str, int] = {}
    for child in element:
        local = etree.QName(child).localname
        if local in _UNSEEN or _stands_alone(child):
            continue
        step, inner = _step(child, local)
        seen[step] = seen.get(step, 0) + 1
        here = f"{path}{step}" + (f"#{seen[step]}" if seen[step] > 1 else "")
        yield from _inside(child, here, inner, called)


def _fact(name: str, text: str, called: Mapping[str, str]) -> str:
    return text + _NAMED + called[text] if name in _REFERENCES and text in called else text


def _step(child: names.Node, local: str) -> tuple[str, str]:
    """How a child is told from its siblings, and the attribute that is its value, if just one."""
    if local in ("property", "header"):
        return f"{local}:{child.get('name') or child.get('key') or ''}", "value"
    if local in ("input", "output"):
        return f"{local}:{child.get('target') or ''}", "source"
    return local, ""


def _inside(
    child: names.Node, here: str, inner: str, called: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    if inner:
        yield here, (child.get(inner) or "").strip()
        return
    text = (child.text or "").strip()
    if text:
        yield here, _fact(here, text, called)
    inner_facts = list(_facts(child, "" if _carries(child) else f"{here}.", called))
    yield from inner_facts
    if not text and not inner_facts:
        yield here, "✓"


def _carries(child: names.Node) -> bool:
    """Whether the element only holds others, so that its name says nothing."""
    return etree.QName(child).localname in ("extensionElements", "properties", "ioMapping",
                                            "taskHeaders")  # fmt: skip


def _places(root: names.Node) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for kind in ("BPMNShape", "BPMNEdge"):
        for shape in root.iter(f"{{{names.BPMNDI}}}{kind}"):
            points = tuple(
                str(round(float(value)))
                for each in shape
                if etree.QName(each).localname in ("Bounds", "waypoint")
                for name in ("x", "y", "width", "height")
                if (value := each.get(name)) and _is_number(value)
            )
            found[names.local_name(shape.get("bpmnElement"))] = points
    return found


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e9
    except ValueError:
        return False


# ---------------------------------------------------------------------- in words

_REFERENCES: Final = frozenset(
    {
        "sourceRef",
        "targetRef",
        "default",
        "attachedToRef",
        "messageRef",
        "signalRef",
        "errorRef",
        "escalationRef",
    }
)
_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "@kind": ("类型", "type"),
    "@lane": ("泳道", "lane"),
    "@scope": ("所在子流程", "enclosing sub-process"),
    "name": ("名称", "name"),
    "documentation": ("说明", "documentation"),
    "sourceRef": ("起点", "from"),
    "targetRef": ("终点", "to"),
    "default": ("默认连线", "default flow"),
    "conditionExpression": ("条件", "condition"),
    "attachedToRef": ("附着于", "attached to"),
    "cancelActivity": ("是否中断", "interrupting"),
    "isExecutable": ("可执行", "executable"),
    "text": ("文字", "text"),
    "formDefinition.formId": ("表单", "form"),
    "assignmentDefinition.assignee": ("办理人", "assignee"),
    "assignmentDefinition.candidateGroups": ("候选角色", "candidate groups"),
    "assignmentDefinition.candidateUsers": ("候选人", "candidate users"),
    "taskSchedule.dueDate": ("办理期限", "due date"),
    "priorityDefinition.priority": ("优先级", "priority"),
    "calledDecision.decisionId": ("决策", "decision"),
    "calledDecision.resultVariable": ("结果变量", "result variable"),
    "calledElement.processId": ("被调用流程", "called process"),
    "taskDefinition.type": ("服务操作", "operation"),
    "script.expression": ("脚本", "script"),
    "script.resultVariable": ("结果变量", "result variable"),
    "property:deadline": ("期限", "time limit"),
    "property:deadline.from": ("期限起算", "time limit starts from"),
    "property:extend": ("延长", "extension"),
    "property:extend.deadline": ("延长的期限", "extended limit"),
    "property:extend.reason": ("延长理由", "reason of the extension"),
    "property:unique": ("全单位唯一的字段", "unique fields"),
    "property:step": ("法律步骤", "legal step"),
    "property:stage": ("督查阶段", "stage"),
    "property:document": ("文书", "documents"),
    "property:law": ("法条", "articles"),
    "property:notHandlerOf": ("不得与其同一人", "not the handler of"),
    "property:returnTo": ("可退回到", "may be sent back to"),
    "property:irrevocable": ("办理后即对外生效", "has taken effect outside"),
    "property:sameHandlerAs": ("须与其同一人", "same handler as"),
    "property:role": ("角色", "role"),
    "property:sender": ("谁可登记", "who may record it"),
    "property:form": ("表单", "form"),
}  # fmt: skip
_ENDINGS: Final = (
    ("linkEventDefinition.name", ("链接名", "link name")),
    ("timeDuration", ("等待时长", "duration")),
    ("timeDate", ("时刻", "date")),
    ("timeCycle", ("周期", "cycle")),
    ("inputCollection", ("多实例：输入集合", "multi-instance: input collection")),
    ("inputElement", ("多实例：元素变量", "multi-instance: input element")),
    ("outputCollection", ("多实例：输出集合", "multi-instance: output collection")),
    ("outputElement", ("多实例：输出元素", "multi-instance: output element")),
    ("completionCondition", ("多实例：完成条件", "multi-instance: completion condition")),
    ("correlationKey", ("消息关联键", "correlation key")),
)


def _label(name: str) -> tuple[str, str]:
    """What a property is called, in both languages; by its own name where it has none of ours."""
    plain, _, number = name.partition("#")
    if plain in _LABELS:
        zh, en = _LABELS[plain]
    elif plain.startswith("property:constraint."):
        zh, en = _constraint(plain.removeprefix("property:constraint."))
    elif plain.startswith(("input:", "output:", "header:", "property:")):
        kind, _, of = plain.partition(":")
        words = {"input": ("输入", "input"), "output": ("输出", "output")}
        zh, en = (f"{word} {of}" for word in words.get(kind, ("属性", "property")))
    else:
        zh, en = next(
            (words for ending, words in _ENDINGS if plain.endswith(ending)), (plain, plain)
        )
    return (f"{zh} {number}", f"{en} {number}") if number else (zh, en)


def _constraint(rest: str) -> tuple[str, str]:
    number, _, message = rest.partition(".")
    if message:
        return f"提交约束 {number} 的提示", f"message of constraint {number}"
    return f"提交约束 {number}", f"constraint {number}"
