"""What cannot be run faithfully is refused by name when a model is compiled."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.spiff import reading
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.plan import Timer
from engine.bpmn.spiff.timers import alarm
from engine.errors import ModelRejected, Problem

Xml = names.Node

_SOME_DAY = datetime(2001, 1, 1, tzinfo=UTC)
_KNOWN_CATCHES = frozenset({"timer", "message", "signal", "conditional"})
_KNOWN = {
    "startEvent": _KNOWN_CATCHES | {"error", "escalation", "compensate"},
    "endEvent": frozenset(
        {"message", "signal", "error", "escalation", "terminate", "compensate", "cancel"}
    ),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "compensate"}),
    "intermediateCatchEvent": _KNOWN_CATCHES,
    "boundaryEvent": _KNOWN_CATCHES | {"error", "escalation", "compensate", "cancel"},
}


class Refusals:
    """Problems of one model, gathered."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.problems: list[Problem] = []

    def raise_any(self) -> None:
        """Raise ModelRejected when there is anything to refuse."""
        if self.problems:
            raise ModelRejected(self.problems)

    def check(self, process: Xml) -> None:
        """Gather what in a process cannot be run."""
        for element in process.iter(f"{{{names.BPMN}}}*"):
            kind = names.kind(element)
            if kind in names.EVENTS:
                self._event(element, kind)
            elif kind in names.ACTIVITIES:
                self._activity(element, kind)

    def unknown(self, element: Xml) -> None:
        """An element of a kind that does not run."""
        kind = names.kind(element)
        self._refuse(element, f"“{kind}”", f"a {kind}")

    def dangling(self, flow: Xml) -> None:
        """A flow that leads nowhere in its own scope."""
        self._refuse(
            flow, "不指向本范围内任何节点的流向", "a flow that leads to no node of its scope"
        )

    def tangled(self, scope: Xml) -> None:
        """Too many inclusive gateways in too large loops to tell who may still come."""
        self._refuse(
            scope,
            "循环中的包容网关过多，无法判断还有谁会到达；请把循环中的一部分改为子流程",
            "too many inclusive gateways in its loops to tell who may still come; "
            "make a sub-process of a part of the loop",
        )

    def foreign(self, message: str) -> Problem:
        """SpiffWorkflow's own complaint."""
        return Problem(
            code="not-executable",
            zh=f"模型无法解析：{message}",
            en=f"The model cannot be parsed: {message}",
        )

    def _event(self, element: Xml, kind: str) -> None:
        triggers = reading.triggers(self._graph, element)
        for trigger in triggers:
            if trigger.kind not in _KNOWN[kind]:
                self._refuse(element, f"“{trigger.kind}”事件", f"a {trigger.kind} event here")
            elif trigger.kind == "timer":
                self._timer(element, trigger.timer)
        if names.is_true(element.get("parallelMultiple")) and len(triggers) > 1:
            for trigger in triggers:
                if trigger.kind not in _KNOWN_CATCHES:
                    self._refuse(
                        element,
                        f"与其他触发条件并列的“{trigger.kind}”",
                        f"a {trigger.kind} that has to come together with others",
                    )
        if not triggers and kind in ("intermediateCatchEvent", "boundaryEvent"):
            self._refuse(element, "没有触发条件的捕获事件", "a catching event without a definition")

    def _timer(self, element: Xml, timer: Timer | None) -> None:
        if timer is None:
            self._refuse(element, "没有时间的定时器", "a timer without a time")
        elif not timer.text.feel:
            try:
                alarm(timer.kind, timer.text.text, _SOME_DAY)
            except Stuck:
                written = timer.text.text[:60]
                self._refuse(element, f"定时器的值“{written}”", f'a timer of the value "{written}"')

    def _activity(self, element: Xml, kind: str) -> None:
        loop = reading.loop(self._graph, element)
        if loop is not None and not loop.standard and not (loop.collection or loop.cardinality):
            self._refuse(
                element, "没有集合或次数的多实例", "several instances without collection or number"
            )
        if not self._has_work(element, kind):
            self._refuse(element, "没有可执行内容的任务", "a task that says nothing of what to do")

    def _has_work(self, element: Xml, kind: str) -> bool:
        job = reading.job(element) is not None
        match kind:
            case "serviceTask":
                return job
            case "sendTask":
                return job or reading.message(self._graph, element) is not None
            case "receiveTask":
                return reading.message(self._graph, element) is not None
            case "businessRuleTask":
                return job or reading.decision(element) is not None
            case "scriptTask":
                return job or reading.script(element) is not None
            case "callActivity":
                return reading.call(element) is not None
        return True

    def _refuse(self, element: Xml, zh: str, en: str) -> None:
        where = names.drawn_id(element.get("id", ""))
        name = (element.get("name") or "").strip() or where
        self.problems.append(
            Problem(
                code="not-executable",
                zh=f"引擎不能执行“{name}”：{zh}。请改用支持的写法。",
                en=f'The engine cannot run "{name}": {en}. Draw it in a way that is supported.',
                where=where,
                line=names.line(element),
            )
        )
