"""What of BPMN 2.0.2 the engine runs: one table, from which lint refuses and the docs are checked.

Order matters nowhere: an element may match several features, and is refused if one of them is.
"""

from __future__ import annotations

from typing import Final

from engine.bpmn import feature_is, names
from engine.bpmn.feature_is import IGNORED, REFUSED, REWRITTEN, RUN, Feature, Status
from engine.bpmn.feature_is import feature as row
from engine.bpmn.normalise import data
from engine.bpmn.support_activities import ACTIVITIES
from engine.bpmn.support_events import EVENTS

__all__ = ["FEATURES", "Feature", "Status"]

_NODE_KINDS: Final = " ".join(sorted(names.ACTIVITIES | names.EVENTS))

_GATEWAYS: Final[tuple[Feature, ...]] = (
    row("exclusiveGateway", "exclusiveGateway", RUN, "10.6.2", "排他网关", "Exclusive gateways"),
    row(
        "inclusiveGateway",
        "inclusiveGateway",
        RUN,
        "10.6.3",
        "包容网关（含非结构化汇合）",
        "Inclusive gateways, unstructured joins too",
    ),
    row("parallelGateway", "parallelGateway", RUN, "10.6.4", "并行网关", "Parallel gateways"),
    row(
        "eventBasedGateway",
        "eventBasedGateway",
        RUN,
        "10.6.6",
        "事件网关（排他）",
        "Event-based gateways (exclusive)",
    ),
    row(
        "instantiatingGateway",
        "eventBasedGateway",
        RUN,
        "10.6.6",
        "由事件网关启动流程（instantiate）",
        "Starting a process by an event-based gateway (instantiate)",
        feature_is.attribute("instantiate"),
    ),
    row(
        "parallelEventGateway",
        "eventBasedGateway",
        RUN,
        "10.6.6",
        "并行事件网关（启动流程，其余事件须都发生）",
        "Parallel event-based gateways (start a process; the other events have to come too)",
        lambda _, gateway: gateway.get("eventGatewayType") == "Parallel",
    ),
    row(
        "complexGateway",
        "complexGateway",
        RUN,
        "10.6.5",
        "复杂网关（激活条件与复位）",
        "Complex gateways (activation condition, reset)",
    ),
)

_REST: Final[tuple[Feature, ...]] = (
    row(
        "conditionalFlow",
        "conditionExpression",
        RUN,
        "8.3.13",
        "条件连线（FEEL）",
        "Conditional flows (FEEL)",
    ),
    row(
        "implicitSplit",
        _NODE_KINDS,
        RUN,
        "13.2",
        "活动或事件有多条出路（隐式分叉）",
        "Several flows out of an activity or event (implicit split)",
        feature_is.ways_out,
    ),
    row(
        "implicitMerge",
        _NODE_KINDS,
        RUN,
        "13.2",
        "活动或事件有多条入路（每个令牌各执行一次）",
        "Several flows into an activity or event (one activation per token)",
        feature_is.ways_in,
    ),
    row(
        "implicitStart",
        "process subProcess",
        REWRITTEN,
        "10.5.2",
        "不画开始或结束事件",
        "Processes and sub-processes without start or end event",
        lambda graph, scope: not any(names.kind(n) == "startEvent" for n in graph.children(scope)),
    ),
    row("lane", "lane", RUN, "10.8", "泳道（指定角色）", "Lanes, which name roles"),
    # ------------------------------------------------------------------ choreography
    row(
        "choreography",
        "choreographyTask subChoreography callChoreography",
        REFUSED,
        "11",
        "编排",
        "Choreographies",
        None,
        "请画成流程。",
        "Draw a process.",
    ),
    # ------------------------------------------------------------------ looked at, not run
    row(
        "dataAssociation",
        "dataInputAssociation dataOutputAssociation",
        REWRITTEN,
        "10.4.2",
        "移动数据的数据关联（有赋值、转换，或连到有名称的输入输出）",
        "Data associations that move data (assignment, transformation, named input or output)",
        feature_is.moves_data,
    ),
    row(
        "dataStoreWrite",
        "dataOutputAssociation",
        REFUSED,
        "10.4.1",
        "写入数据存储",
        "Writing into data stores",
        data.writes_store,
        "请改用服务任务写入。",
        "Use a service task that writes.",
    ),
    row(
        "data",
        "dataObject dataObjectReference dataStoreReference dataInputAssociation "
        "dataOutputAssociation ioSpecification property",
        IGNORED,
        "10.4",
        "其余的数据对象、数据存储与关联（只作图示）",
        "Other data objects, stores and associations (pictures)",
    ),
    row(
        "artifact",
        "textAnnotation association group",
        IGNORED,
        "8.3.1",
        "注释、关联与分组",
        "Annotations, associations and groups",
    ),
)

FEATURES: Final = (*ACTIVITIES, *_GATEWAYS, *EVENTS, *_REST)

_SAID: Final = {
    Status.RUN: "✓ 执行 runs",
    Status.REWRITTEN: "✓ 改写后执行 rewritten, then runs",
    Status.IGNORED: "○ 保留不执行 kept, not run",
    Status.REFUSED: "✗ 部署时拒绝 refused",
}


def as_markdown() -> str:
    """The table as ``docs/bpmn-support.md`` shows it, refused features with their remedy."""
    rows = ["| 要素 element | 状态 status | BPMN 2.0.2 |", "|---|---|---|"]
    for each in FEATURES:
        remedy = f"<br>{each.remedy_zh} {each.remedy_en}" if each.remedy_zh else ""
        rows.append(f"| {each.zh}<br>{each.en} | {_SAID[each.status]}{remedy} | {each.section} |")
    return "\n".join(rows)
