"""Element templates: our properties as desktop modelers offer them, made from the catalogue."""

from __future__ import annotations

from typing import Any

from engine import queries as q
from engine.handlers.house import House
from engine.reading.common import Desk, desk
from engine.reading.modeling import deadlines

SCHEMA = "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json"
"""By this name desktop modelers know the format; nothing is ever fetched from it."""

_Made = dict[str, Any]


def element_templates(house: House, query: q.ElementTemplates) -> list[_Made]:
    """One template a kind of element, in the viewer's language."""
    with desk(house, query) as at:
        at.require_admin()
        return [_user_task(at), _sub_process(at), _rule(at), _message(at)]


def _user_task(at: Desk) -> _Made:
    return _template(
        at,
        "user-task",
        at.pick("依法办理的步骤", "Step by law"),
        at.pick("由人办理的一步：表单、期限、法律步骤、文书、职责分离、提交约束。",
                "A step somebody does: form, time limit, legal step, documents, separation of "
                "duties, constraint."),
        ["bpmn:UserTask", "bpmn:Task"],
        "bpmn:UserTask",
        [
            _field(at, "表单编号", "Form id", {"type": "zeebe:formDefinition", "property": "formId"}),
            *_limits(at),
            _property(at, "step", "法律步骤", "Legal step"),
            _property(at, "stage", "督查阶段", "Stage for supervision"),
            _property(at, "document", "须留下的文书（编号，逗号分隔）", "Documents it leaves (ids)"),
            _property(at, "law", "办理时显示的法条（编号，逗号分隔）", "Articles shown (ids)"),
            _property(at, "notHandlerOf", "不得与这些任务同一人（任务 id）", "Not the handler of"),
            _property(at, "sameHandlerAs", "须与这些任务同一人（任务 id）", "Same handler as"),
            _property(at, "returnTo", "可退回到的环节（id，逗号分隔；none 为不得退回）",
                      "May be sent back to (ids, or none)"),
            _property(at, "irrevocable", "办理后即对外生效，不得退回到它之前", "Has taken effect outside: "
                      "nothing is sent back behind it", type="Dropdown", choices=[
                          {"name": at.pick("否", "No"), "value": ""},
                          {"name": at.pick("是", "Yes"), "value": "true"}]),
            _property(at, "unique", "全单位只能用一次的字段（逗号分隔）",
                      "Fields whose values are taken once in the office"),
            _property(at, "extend", "延长期限多少（FEEL）", "Extends a limit by (FEEL)"),
            _property(at, "extend.deadline", "延长哪个期限（编号）", "Limit that is extended (id)"),
            _property(at, "extend.reason", "延长的理由（FEEL）", "Reason of the extension (FEEL)"),
            _property(at, "constraint.1", "提交时须成立（FEEL）", "Must hold on completion (FEEL)",
                      type="Text"),
            _property(at, "constraint.1.message", "不成立时的提示", "What to say when it does not"),
        ],
    )  # fmt: skip


def _sub_process(at: Desk) -> _Made:
    return _template(
        at,
        "sub-process",
        at.pick("有期限的子流程", "Sub-process with a time limit"),
        at.pick("进行期间计时的一段。", "A part whose clock runs while it is active."),
        ["bpmn:SubProcess"],
        "bpmn:SubProcess",
        [*_limits(at), _property(at, "stage", "督查阶段", "Stage for supervision")],
    )


def _rule(at: Desk) -> _Made:
    called = "zeebe:calledDecision"
    return _template(
        at,
        "decision",
        at.pick("按决策表判断", "Decide by a table"),
        at.pick("调用流程包中的决策。", "Calls a decision of the package."),
        ["bpmn:BusinessRuleTask", "bpmn:Task"],
        "bpmn:BusinessRuleTask",
        [
            _field(at, "决策编号", "Decision id", {"type": called, "property": "decisionId"}),
            _field(
                at, "结果变量", "Result variable", {"type": called, "property": "resultVariable"}
            ),
        ],
    )


def _message(at: Desk) -> _Made:
    return _template(
        at,
        "message",
        at.pick("由人登记的来文", "Message that a person records"),
        at.pick("谁可以登记收到，登记时填什么。", "Who may record that it came, and its form."),
        ["bpmn:IntermediateCatchEvent", "bpmn:BoundaryEvent"],
        None,
        [
            _property(at, "sender", "谁可登记（角色，逗号分隔）", "Who may record it (roles)"),
            _property(at, "form", "登记表单编号", "Form id"),
        ],
    )


def _template(
    at: Desk,
    name: str,
    title: str,
    description: str,
    applies: list[str],
    element: str | None,
    properties: list[_Made],
) -> _Made:
    made: _Made = {
        "$schema": SCHEMA,
        "name": title,
        "id": f"yifa.{name}",
        "version": 1,
        "description": description,
        "appliesTo": applies,
        "properties": properties,
    }
    if element is not None:
        made["elementType"] = {"value": element}
    if name == "message":
        made["elementType"] = {
            "value": "bpmn:IntermediateCatchEvent",
            "eventDefinition": "bpmn:MessageEventDefinition",
        }
        made["appliesTo"] = ["bpmn:IntermediateCatchEvent", "bpmn:IntermediateThrowEvent"]
    return made


def _limits(at: Desk) -> list[_Made]:
    choices = [{"name": at.pick("（无期限）", "(none)"), "value": ""}]
    choices += [
        {"name": f"{rule.title}（{rule.note}）{rule.law}", "value": rule.id}
        for rule in deadlines(at)
    ]
    return [
        _property(at, "deadline", "期限", "Time limit", type="Dropdown", choices=choices),
        _property(at, "deadline.from", "起算（FEEL，默认进入时）", "Starts from (FEEL)"),
    ]


def _property(at: Desk, name: str, zh: str, en: str, **more: Any) -> _Made:
    return _field(at, zh, en, {"type": "zeebe:property", "name": name}, **more)


def _field(at: Desk, zh: str, en: str, binding: _Made, **more: Any) -> _Made:
    made = {"label": at.pick(zh, en), "type": "String", "binding": binding, **more}
    if binding["type"] == "zeebe:property":
        made["optional"] = True
    return made
