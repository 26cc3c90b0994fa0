"""How a problem of a model is told: which element, at which line, and what to do."""

from __future__ import annotations

from typing import Final

from engine.bpmn import names
from engine.errors import Problem, Severity

_KINDS: Final = {
    "task": ("任务", "task"),
    "userTask": ("用户任务", "user task"),
    "manualTask": ("人工任务", "manual task"),
    "scriptTask": ("脚本任务", "script task"),
    "serviceTask": ("服务任务", "service task"),
    "businessRuleTask": ("业务规则任务", "business rule task"),
    "sendTask": ("发送任务", "send task"),
    "receiveTask": ("接收任务", "receive task"),
    "callActivity": ("调用活动", "call activity"),
    "subProcess": ("子流程", "sub-process"),
    "transaction": ("事务子流程", "transaction"),
    "adHocSubProcess": ("即席子流程", "ad-hoc sub-process"),
    "exclusiveGateway": ("排他网关", "exclusive gateway"),
    "inclusiveGateway": ("包容网关", "inclusive gateway"),
    "parallelGateway": ("并行网关", "parallel gateway"),
    "eventBasedGateway": ("事件网关", "event-based gateway"),
    "complexGateway": ("复杂网关", "complex gateway"),
    "startEvent": ("开始事件", "start event"),
    "endEvent": ("结束事件", "end event"),
    "intermediateCatchEvent": ("中间捕获事件", "intermediate catch event"),
    "intermediateThrowEvent": ("中间抛出事件", "intermediate throw event"),
    "boundaryEvent": ("边界事件", "boundary event"),
    "sequenceFlow": ("连线", "sequence flow"),
    "choreographyTask": ("编排任务", "choreography task"),
    "subChoreography": ("子编排", "sub-choreography"),
    "callChoreography": ("调用编排", "call choreography"),
    "messageFlow": ("消息流", "message flow"),
    "process": ("流程", "process"),
    "lane": ("泳道", "lane"),
    "participant": ("泳池", "pool"),
    "message": ("消息", "message"),
    "signal": ("信号", "signal"),
    "error": ("错误", "error"),
    "escalation": ("升级", "escalation"),
    "textAnnotation": ("注释", "annotation"),
    "association": ("关联线", "association"),
    "dataObjectReference": ("数据对象", "data object"),
    "dataStoreReference": ("数据存储", "data store"),
    "group": ("分组框", "group"),
}


def is_known(element: names.Node) -> bool:
    """Whether people know elements of this kind as things of their own."""
    return names.kind(element) in _KINDS


def owner(element: names.Node) -> names.Node:
    """The nearest element around, itself included, that a person can find by its id."""
    for each in (element, *element.iterancestors()):
        if names.kind(each) in _KINDS and each.get("id"):
            return each
    return element


def zh(element: names.Node) -> str:
    """How the element is called in a Chinese sentence: 用户任务“审核”（id: A4）."""
    return _called(element, 0, "“{}”", "（{}）")


def en(element: names.Node) -> str:
    """How the element is called in an English sentence: user task “审核” (A4)."""
    return _called(element, 1, " “{}”", " ({})")


def _called(element: names.Node, language: int, quoted: str, bracketed: str) -> str:
    kind = names.kind(element)
    word = _KINDS.get(kind, (kind or str(element.tag),) * 2)[language]
    name = " ".join((element.get("name") or "").split())[:60]
    identifier = element.get("id", "")
    text = word + (quoted.format(name) if name else "")
    shown = identifier and not names.is_inserted(identifier)
    return text + (bracketed.format(identifier[:80]) if shown else "")


def problem(
    code: str,
    element: names.Node,
    zh_text: str,
    en_text: str,
    *,
    severity: Severity = "error",
    **data: object,
) -> Problem:
    """A problem of an element. ``{it}`` in the texts stands for how the element is called."""
    return Problem(
        code=code,
        zh=zh_text.replace("{it}", zh(element)),
        en=_capital(en_text.replace("{it}", en(element))),
        where=element.get("id", ""),
        line=names.line(element),
        severity=severity,
        data=dict(data),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
