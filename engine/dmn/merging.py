"""Two states of a file of decisions that began as one, brought together rule by rule, cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from engine.dmn.parts import CELL, LOGIC, PLACE, TOP, Model, Strange, Xml, apart, whole
from engine.errors import ModelRejected
from engine.model.threeway import (
    GONE,
    ORDER,
    Clash,
    Contested,
    Part,
    Parts,
    Together,
    gone,
    merge,
)

_ASKED_ORDERS: Final = frozenset({f"{ORDER}rule", f"{ORDER}output"})
"""The order of anything else means nothing."""
_UNASKED: Final = ("@id", "@exporter", "@exporterVersion", "@{http://camunda.org/schema/modeler/")
"""What editors write for themselves."""
_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "@name": ("名称", "Name"),
    "@label": ("标题", "Label"),
    "@typeRef": ("类型", "Type"),
    "@hitPolicy": ("命中策略", "Hit policy"),
    "@aggregation": ("汇总", "Aggregation"),
    "@namespace": ("命名空间", "Namespace"),
    LOGIC: ("表达式", "Expression"),
    "<description": ("说明", "Annotation"),
    "<question": ("问题", "Question"),
    "<allowedAnswers": ("可选答案", "Allowed answers"),
    "<variable": ("变量", "Variable"),
    "<inputExpression": ("表达式", "Expression"),
    "<inputValues": ("可选值", "Values"),
    "<outputValues": ("可选值", "Values"),
    "<defaultOutputEntry": ("默认值", "Default"),
    f"{ORDER}rule": ("规则的顺序", "order of the rules"),
    f"{ORDER}output": ("结果列的顺序", "order of the outputs"),
}


def together(
    base: bytes, mine: bytes, theirs: bytes, *, take_theirs: Collection[str] = ()
) -> Together | None:
    """The decisions of both, with what has to be chosen; None where one of the three cannot be read.

    Decisions, columns and rules are the same whose ids are; what both changed to something else stays
    as I have it, unless its key is in ``take_theirs``.
    """
    try:
        models = [apart(each) for each in (base, mine, theirs)]
    except (ModelRejected, Strange):
        return None
    if len({str(each.root.tag) for each in models}) > 1:  # two versions of the specification
        return None
    parts = [each.parts for each in models]
    merged, clashes = merge(*parts, take_theirs=take_theirs, quiet=_quiet)
    content = whole(merged, parts[0], models[1].root)
    return Together(content=content, contested=tuple(_told(each, models) for each in clashes))


def _quiet(part: str, attribute: str) -> bool:
    if part.startswith(PLACE) or attribute.startswith(_UNASKED):
        return True
    return attribute.startswith(ORDER) and attribute not in _ASKED_ORDERS


# ---------------------------------------------------------------------- in words


def _told(clash: Clash, models: list[Model]) -> Contested:
    base, mine, theirs = (each.parts for each in models)
    known: Parts = {**base, **theirs, **mine}
    numbers = {**models[0].numbers, **models[2].numbers, **models[1].numbers}
    zh, en = _name(clash.part, known, numbers)
    told = Contested(key=clash.key, zh=zh, en=en)
    if clash.attribute == GONE:
        return gone(told, clash, mine)
    zh, en = _attribute(clash.attribute, known)
    before, here, there = (
        _shown(value, numbers) for value in (clash.before, clash.mine, clash.theirs)
    )
    return replace(told, attribute_zh=zh, attribute_en=en, before=before, mine=here, theirs=there)


def _attribute(name: str, known: Parts) -> tuple[str, str]:
    if name.startswith(CELL):
        return (_title(name[len(CELL) :], known),) * 2
    plain, _, _number = name.partition("#")
    return _NAMES.get(plain, (plain.lstrip("@<"),) * 2)


def _name(key: str, known: Parts, numbers: Mapping[str, int]) -> tuple[str, str]:
    if key == TOP:
        return "决策文件", "The file of decisions"
    part = known[key]
    decision = _decision(key, known)
    if part.kind == "rule":
        number = numbers.get(key, 0)
        return f"{decision}：第 {number} 条规则", f"{decision}: rule {number}"
    if part.kind in ("input", "output", "annotation"):
        return f"{decision}：{_title(key, known)} 列", f"{decision}: column {_title(key, known)}"
    return decision, decision


def _decision(key: str, known: Parts) -> str:
    """The name of what stands in the graph that a part belongs to."""
    while known[key].within not in (TOP, "") and known[key].within in known:
        key = known[key].within
    return str(known[key].says.get("@name") or known[key].says.get("@id") or key)


def _title(key: str, known: Parts) -> str:
    part = known.get(key, Part())
    written = part.says.get("<inputExpression#1")
    formula = written.shown if isinstance(written, Xml) else ""
    return str(part.says.get("@label") or formula or part.says.get("@name") or key)


def _shown(value: object, numbers: Mapping[str, int]) -> str:
    if isinstance(value, tuple):
        return "、".join(str(numbers.get(key, key)) for key in value)[:300]
    if isinstance(value, Xml):
        return (value.shown or " ".join(map(str, value.element.attrib.values())))[:300]
    return "" if value is None else str(value)[:300]
