"""What changed between two states of a form, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from engine.forms import limits
from engine.forms.reading import load

How = Literal["added", "removed", "changed", "moved"]

NAMES: Mapping[str, tuple[str, str]] = {
    "type": ("组件", "component"),
    "label": ("标签", "label"),
    "description": ("说明", "description"),
    "text": ("文字", "text"),
    "defaultValue": ("默认值", "default value"),
    "values": ("选项", "choices"),
    "valuesKey": ("选项取自变量", "choices from the variable"),
    "valuesExpression": ("选项公式", "choices by formula"),
    "expression": ("公式", "formula"),
    "columns": ("各列", "columns"),
    "dataSource": ("数据来源", "data source"),
    "conditional.hide": ("隐藏条件", "hidden if"),
    "readonly": ("只读", "read only"),
    "disabled": ("停用", "disabled"),
    "multiple": ("可以传多份", "several files"),
    "accept": ("允许的文件", "files accepted"),
    "subtype": ("类型", "type"),
    "decimalDigits": ("小数位数", "decimal digits"),
    "validate.required": ("必填", "required"),
    "validate.min": ("最小值", "minimum"),
    "validate.max": ("最大值", "maximum"),
    "validate.minLength": ("最少字数", "minimum length"),
    "validate.maxLength": ("最多字数", "maximum length"),
    "validate.pattern": ("格式", "pattern"),
    "layout.columns": ("宽度", "width"),
    "appearance.prefixAdorner": ("前缀", "prefix"),
    "appearance.suffixAdorner": ("后缀", "suffix"),
    "properties.help": ("办事提示", "guidance"),
    "properties.picker": ("选人", "picks people"),
    "properties.role": ("可选的角色", "role of who may be picked"),
    "properties.unit": ("可选的部门", "unit of who may be picked"),
    "properties.requiredWhen": ("此时必填", "required while"),
    "properties.validWhen": ("须成立", "must hold"),
    "properties.validMessage": ("不成立时的话", "what to say when it does not hold"),
    "properties.minDate": ("最早", "earliest"),
    "properties.maxDate": ("最晚", "latest"),
    "properties.minItems": ("最少几项", "fewest items"),
    "properties.maxItems": ("最多几项", "most items"),
    "properties.maxSize": ("文件最大", "largest size"),
    "properties.confidential": ("保密", "confidential"),
    "properties.summary": ("事项摘要", "tells cases apart"),
    "properties.opinion": ("本步意见", "opinion of the step"),
}
"""Attributes as people call them, in Chinese and English; another one is called as it is written."""
_UNTOLD = frozenset({"id", "components", "key", "path", "dateLabel", "layout.row"})
_LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """What became of one component. ``details`` are attribute, before and after; '' is absent."""

    path: str
    how: How
    kind: str
    label: str
    details: tuple[tuple[str, str, str], ...] = ()
    moved: bool = False
    """Whether it also stands elsewhere in the form."""


def difference(old: bytes, new: bytes) -> tuple[FieldChange, ...]:
    """The changes from one state to the other; none where one of the two cannot be read."""
    before, after = _fields(old), _fields(new)
    if before is None or after is None:
        return ()
    return tuple(_changes(before, after))


@dataclass(frozen=True)
class _Field:
    path: str
    raw: Mapping[str, Any]
    within: str

    @property
    def label(self) -> str:
        said = self.raw.get("label") or self.raw.get("text") or self.raw.get("dateLabel")
        return str(said or self.path)[:_LONGEST]

    def told(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in self.raw.items():
            inner = value if isinstance(value, Mapping) else None
            for inside, each in inner.items() if inner is not None else ((None, value),):
                full = f"{name}.{inside}" if inside is not None else name
                if full not in _UNTOLD and each not in (None, "", False):
                    found[full] = written(each)
        return found


def _fields(data: bytes) -> dict[str, _Field] | None:
    document, problems = load(data)
    if document is None or any(each.severity == "error" for each in problems):
        return None
    return {field.path: field for field in _walk(document.get("components"), "", "")}


def _walk(components: object, prefix: str, within: str, depth: int = 0) -> Iterator[_Field]:
    """Components by their path; those without one by their kind and number among such."""
    counted: dict[str, int] = {}
    for raw in components if isinstance(components, list) else ():
        if not isinstance(raw, Mapping) or depth > limits.FORM_DEPTH:
            continue
        kind = str(raw.get("type", ""))
        own = raw.get("path" if kind in ("group", "dynamiclist") else "key")
        name = str(own) if own else ""
        if not name:
            counted[kind] = counted.get(kind, 0) + 1
            name = f"{raw.get('label') or kind}#{counted[kind]}"
        path = prefix + name
        yield _Field(path, raw, within)
        below = path + "[]." if kind == "dynamiclist" else f"{path}." if own else prefix
        yield from _walk(raw.get("components"), below, path, depth + 1)


def _changes(before: Mapping[str, _Field], after: Mapping[str, _Field]) -> Iterator[FieldChange]:
    shifted = _shifted(
        [path for path in before if path in after], [p for p in after if p in before]
    )
    for path, field in after.items():
        old = before.get(path)
        details = () if old is None else tuple(_details(old, field))
        moved = old is not None and (path in shifted or old.within != field.within)
        how: How = "added" if old is None else "changed" if details else "moved"
        if old is None or details or moved:
            yield _change(field, how, details, moved and bool(details))
    for path, field in before.items():
        if path not in after:
            yield _change(field, "removed", (), False)


def _change(
    field: _Field, how: How, details: tuple[tuple[str, str, str], ...], moved: bool
) -> FieldChange:
    kind = str(field.raw.get("type", ""))
    return FieldChange(
        path=field.path, how=how, kind=kind, label=field.label, details=details, moved=moved
    )


def _shifted(before: list[str], after: list[str]) -> frozenset[str]:
    """What has to be put elsewhere so that one order becomes the other."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    kept = {path for block in blocks for path in before[block.a : block.a + block.size]}
    return frozenset(before) - kept


def _details(old: _Field, new: _Field) -> Iterator[tuple[str, str, str]]:
    before, after = old.told(), new.told()
    for name in dict.fromkeys((*before, *after)):
        if before.get(name, "") != after.get(name, ""):
            yield name, before.get(name, ""), after.get(name, "")


def written(value: object) -> str:
    """A value of a form's attribute as people read it, cut where it is long."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, list):
        text = "、".join(_choice(each) for each in value)
    else:
        text = "✓" if value is True else str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _choice(each: object) -> str:
    if isinstance(each, Mapping):
        return str(each.get("label") or each.get("value") or each.get("key") or "")
    return json.dumps(each, default=str) if isinstance(each, (list, dict)) else str(each)
