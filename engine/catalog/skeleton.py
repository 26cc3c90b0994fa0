"""The package that drawing a new process begins with: small, whole, and fit to be deployed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.errors import Invalid, Problem
from engine.law.roles import Role

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_WAY = "http://www.omg.org/spec/DD/20100524/DI"
_ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_SPACES = {"bpmn": _BPMN, "bpmndi": _DI, "dc": _DC, "di": _WAY, "zeebe": _ZEEBE}
MOST_KEY = 40
"""Characters of a key that is typed: it stands in addresses and in every case."""


@dataclass(frozen=True)
class _Maker:
    """Makes elements of a namespace from what is in them, texts or elements, and their attributes."""

    space: str

    def __call__(self, tag: str, /, *inside: etree._Element | str, **said: str) -> etree._Element:
        made = etree.Element(f"{{{self.space}}}{tag}", nsmap=_SPACES)
        for attribute, value in said.items():
            made.set(attribute, value)
        for each in inside:
            if isinstance(each, str):
                made.text = each
            else:
                made.append(each)
        return made


_bpmn, _di, _dc, _way, _zeebe = (_Maker(space) for space in (_BPMN, _DI, _DC, _WAY, _ZEEBE))


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What one says of a new process: texts in Chinese and English, who starts it, who handles it."""

    key: str
    title: str
    title_en: str
    summary: str = ""
    summary_en: str = ""
    starter: Role
    handler: Role
    step: str
    step_en: str


def skeleton(beginning: Beginning) -> dict[str, bytes]:
    """A package with a start, one step with a form, and an end. Raises Invalid for an odd key."""
    key = beginning.key
    plain = key.isascii() and key.replace("_", "").isalnum() and key == key.lower() and key != "new"
    if not plain or not key[:1].isalpha() or len(key) > MOST_KEY:
        raise Invalid(
            [
                Problem(
                    code="process-key",
                    where="key",
                    zh=f"流程编号以小写字母开头，只含小写字母、数字和下划线，最多 {MOST_KEY} 个字符。",
                    en="A key begins with a small letter and has small letters, digits and "
                    f"underscores only, {MOST_KEY} at most.",
                )
            ]
        )
    return {
        "process.toml": _manifest(beginning).encode(),
        "main.bpmn": etree.tostring(
            _model(beginning), xml_declaration=True, encoding="UTF-8", pretty_print=True
        ),
        "forms/start.form": _form("start", _START),
        "forms/handle.form": _form("handle", _HANDLE),
        "en.toml": _english(beginning).encode(),
    }


# ---------------------------------------------------------------------- texts and forms

_START: tuple[Mapping[str, Any], ...] = (
    {
        "type": "textfield",
        "key": "title",
        "label": "事项名称",
        "validate": {"required": True, "maxLength": 120},
    },
    {"type": "textarea", "key": "content", "label": "情况说明"},
)
_HANDLE: tuple[Mapping[str, Any], ...] = (
    {
        "type": "radio",
        "key": "conclusion",
        "label": "办理结果",
        "validate": {"required": True},
        "values": [{"label": "同意", "value": "同意"}, {"label": "不同意", "value": "不同意"}],
    },
    {"type": "textarea", "key": "opinion", "label": "办理意见", "properties": {"opinion": "true"}},
)
_TEXTS = {
    "事项名称": "Title of the matter",
    "情况说明": "What it is about",
    "办理结果": "Outcome",
    "同意": "Agreed",
    "不同意": "Not agreed",
    "办理意见": "Opinion",
    "发起": "Started",
    "办结": "Finished",
}


def _form(name: str, components: tuple[Mapping[str, Any], ...]) -> bytes:
    made = {"schemaVersion": 18, "id": name, "type": "default", "components": list(components)}
    return (json.dumps(made, ensure_ascii=False, indent=2) + "\n").encode()


def _quoted(text: str) -> str:
    """A text as TOML has it; JSON's quoting is a part of TOML's, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _manifest(beginning: Beginning) -> str:
    return "".join(
        f"{name} = {value}\n"
        for name, value in (
            ("key", _quoted(beginning.key)),
            ("title", _quoted(beginning.title)),
            ("summary", _quoted(beginning.summary)),
            ("start_roles", f"[{_quoted(beginning.starter.id)}]"),
            ("start_form", _quoted("start")),
            ("title_expression", _quoted("=title")),
        )
    )


def _english(beginning: Beginning) -> str:
    texts = {
        **_TEXTS,
        beginning.starter.title("zh"): beginning.starter.title("en"),
        beginning.handler.title("zh"): beginning.handler.title("en"),
        beginning.summary: beginning.summary_en,
        beginning.title: beginning.title_en,
        beginning.step: beginning.step_en,
    }
    lines = [f"{_quoted(zh)} = {_quoted(en)}" for zh, en in texts.items() if zh and en]
    return "\n".join(("[texts]", *lines, ""))


# ---------------------------------------------------------------------- the drawing

_HIGH = 160
"""How high a lane is drawn."""
_LEFT, _TOP, _WIDE = 120, 80, 640


def _model(beginning: Beginning) -> etree._Element:
    key = beginning.key
    same = beginning.starter.id == beginning.handler.id
    lanes = [("Lane_start", beginning.starter, ["S_start"])]
    if same:
        lanes[0][2].extend(["A1_handle", "S_end"])
    else:
        lanes.append(("Lane_handle", beginning.handler, ["A1_handle", "S_end"]))
    process = _bpmn(
        "process",
        _bpmn("laneSet", *(_lane(*lane) for lane in lanes), id="Lanes"),
        _bpmn("startEvent", _bpmn("outgoing", "F1"), id="S_start", name="发起"),
        _bpmn(
            "userTask",
            _bpmn(
                "extensionElements",
                _zeebe(
                    "userTask",
                ),
                _zeebe("formDefinition", formId="handle"),
            ),
            _bpmn("incoming", "F1"),
            _bpmn("outgoing", "F2"),
            id="A1_handle",
            name=beginning.step,
        ),
        _bpmn("endEvent", _bpmn("incoming", "F2"), id="S_end", name="办结"),
        _bpmn("sequenceFlow", id="F1", sourceRef="S_start", targetRef="A1_handle"),
        _bpmn("sequenceFlow", id="F2", sourceRef="A1_handle", targetRef="S_end"),
        id=key,
        name=beginning.title,
        isExecutable="true",
    )
    pool = _bpmn("participant", id="Pool", name=beginning.title, processRef=key)
    return _bpmn(
        "definitions",
        _bpmn("collaboration", pool, id="Collaboration"),
        process,
        _diagram([lane[0] for lane in lanes]),
        id=f"Definitions_{key}",
        targetNamespace=f"urn:yifa:{key}",
    )


def _lane(identifier: str, role: Role, nodes: list[str]) -> etree._Element:
    held = _zeebe("properties", _zeebe("property", name="role", value=role.id))
    return _bpmn(
        "lane",
        _bpmn("extensionElements", held),
        *(_bpmn("flowNodeRef", node) for node in nodes),
        id=identifier,
        name=role.title("zh"),
    )


def _diagram(lanes: list[str]) -> etree._Element:
    first = _TOP + _HIGH // 2
    last = _TOP + _HIGH * (len(lanes) - 1) + _HIGH // 2
    corner = ((first, 290), (last, 290)) if first != last else ((first, 290),)
    way = [(first, 228), *corner, (last, 340)]
    return _di(
        "BPMNDiagram",
        _di(
            "BPMNPlane",
            _shape("Pool", _LEFT, _TOP, _WIDE, _HIGH * len(lanes), isHorizontal="true"),
            *(
                _shape(lane, _LEFT + 30, _TOP + n * _HIGH, _WIDE - 30, _HIGH, isHorizontal="true")
                for n, lane in enumerate(lanes)
            ),
            _shape("S_start", 192, first - 18, 36, 36),
            _shape("A1_handle", 340, last - 40, 100, 80),
            _shape("S_end", 552, last - 18, 36, 36),
            _edge("F1", way),
            _edge("F2", [(last, 440), (last, 552)]),
            id="Plane",
            bpmnElement="Collaboration",
        ),
        id="Diagram",
    )


def _shape(element: str, x: int, y: int, width: int, height: int, **more: str) -> etree._Element:
    bounds = _dc("Bounds", x=str(x), y=str(y), width=str(width), height=str(height))
    return _di("BPMNShape", bounds, id=f"{element}_di", bpmnElement=element, **more)


def _edge(element: str, way: list[tuple[int, int]]) -> etree._Element:
    points = (_way("waypoint", x=str(x), y=str(y)) for y, x in way)
    return _di("BPMNEdge", *points, id=f"{element}_di", bpmnElement=element)
