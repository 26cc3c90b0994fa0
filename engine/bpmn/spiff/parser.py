"""A normalised tree → specifications, through SpiffWorkflow's registry of tags and parsers.

SpiffWorkflow's own walk follows the flows recursively, which a long model overflows, sorts ways by
where they are drawn, and reads nothing of our dialect. Its registry and parsers are kept; a scope's
nodes are made in the order of the file, then connected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.bpmn import names
from engine.bpmn.definition import Element
from engine.bpmn.graph import Graph
from engine.bpmn.normalise.compensation import COMPENSATED_BY
from engine.bpmn.spiff import activities, adhoc, events, gateways, reading, scopes
from engine.bpmn.spiff.complex_gateway import ComplexGateway
from engine.bpmn.spiff.node import Node
from engine.bpmn.spiff.plan import Flow
from engine.bpmn.spiff.reach import MOST_WALKED
from engine.bpmn.spiff.refusing import Refusals
from engine.errors import ModelRejected

Xml = names.Node


class NodeParser(TaskParser):
    """One flow node."""

    def create_task(self) -> Node:
        """The node's specification, not connected yet."""
        parser: ModelParser = self.process_parser.parser
        drawn = names.drawn_id(self.bpmn_id)
        node: Node = self.spec_class(
            self.spec,
            self.bpmn_id,
            kind=names.kind(self.node),
            title=(self.node.get("name") or "").strip(),
            hidden=names.is_inserted(drawn),
        )
        node.bpmn_id = drawn
        node.inputs_mapped = reading.mappings(self.node, "input")
        node.outputs_mapped = reading.mappings(self.node, "output")
        _DETAILS.get(names.kind(self.node), _nothing_more)(parser, self.node, node)
        if isinstance(node, activities.Activity):
            node.loop = reading.loop(parser.graph, self.node)
            node.start_quantity = reading.quantity(self.node, "startQuantity")
            node.completion_quantity = reading.quantity(self.node, "completionQuantity")
            node.undoes = names.is_true(self.node.get("isForCompensation"))
        return node


class ScopeParser(ProcessParser):
    """One process or sub-process: its nodes, then the flows between them."""

    parser: ModelParser

    def create_spec(self) -> scopes.ScopeSpec:
        """An empty scope."""
        return scopes.ScopeSpec(name=self.bpmn_id, description=self.get_name())

    def _parse(self) -> None:
        self.spec = self.create_spec()
        self.add_tasks()

    def _index_process_nodes(self) -> None:
        # SpiffWorkflow would index all that is inside once for every scope around it.
        pass

    def add_tasks(self) -> None:
        """All nodes of the scope, connected."""
        graph = self.parser.graph
        for element in graph.children(self.node):
            reader, node_class = self.parser.registered(element.tag)
            if reader is None:
                self.parser.refusals.unknown(element)
                continue
            node = reader(self, node_class, element, self.nsmap, lane="").create_task()
            self.parser.nodes[node.name] = node
        arriving: dict[str, list[tuple[str, Node]]] = {}
        for element in graph.children(self.node):
            if element.get("id") in self.spec.task_specs:
                self._connect(element, arriving)
        for name, ways in arriving.items():
            target: Node = self.spec.task_specs[name]
            target.incoming = tuple(flow for flow, _ in ways)
            target.sources = tuple(source for _, source in ways)
        self._check_loops()
        self.spec.starts = self._starts()

    def _connect(self, element: Xml, arriving: dict[str, list[tuple[str, Node]]]) -> None:
        graph, specs = self.parser.graph, self.spec.task_specs
        source: Node = specs[element.get("id", "")]
        flows = []
        for each in reading.in_drawn_order(element, graph.out(element)):
            target: Node | None = specs.get(names.local_name(each.get("targetRef")))
            if target is None:
                self.parser.refusals.dangling(each)
                continue
            source.connect(target)
            flow = Flow(each.get("id", ""), target, reading.condition(each))
            arriving.setdefault(target.name, []).append((flow.id, source))
            flows.append(flow)
            if flow.id == names.local_name(element.get("default")):
                source.default = flow
        source.flows = tuple(flows)
        if isinstance(source, activities.Activity):
            attached = [each for each in graph.attached(element) if each.get("id") in specs]
            source.boundary = tuple(specs[each.get("id", "")] for each in attached)
            for each in attached:
                handler = each.get(COMPENSATED_BY, "")
                if handler in specs:
                    source.undone_by = specs[handler]
                    source.undoable = True

    def _check_loops(self) -> None:
        settling = [
            node
            for node in self.spec.task_specs.values()
            if isinstance(node, gateways.Joining) and node.settles and len(node.incoming) > 1
        ]
        if settling and self.spec.reach.walked(settling) > MOST_WALKED:
            self.parser.refusals.tangled(self.node)

    def _starts(self) -> tuple[Node, ...]:
        nodes: list[Node] = list(self.spec.task_specs.values())
        starts = [each for each in nodes if isinstance(each, events.StartEvent)]
        if starts:
            plain = [each for each in starts if not each.triggers]
            return tuple(plain[:1])
        return tuple(each for each in nodes if not each.incoming and not _set_off_otherwise(each))


def _set_off_otherwise(node: Node) -> bool:
    if isinstance(node, activities.ReceiveTask | gateways.EventBasedGateway):
        return node.instantiates
    return isinstance(node, events.BoundaryEvent | scopes.EventSubProcess) or (
        isinstance(node, activities.Activity) and node.undoes
    )


class ModelParser(BpmnParser):
    """A model; ``nodes`` holds everything found, by id in the normalised tree."""

    PROCESS_PARSER_CLASS = ScopeParser

    def __init__(self, graph: Graph, elements: Mapping[str, Element]) -> None:
        super().__init__()
        self.graph = graph
        self.elements = elements
        self.refusals = Refusals(graph)
        self.nodes: dict[str, Node] = {}

    def registered(self, tag: object) -> tuple[type[NodeParser] | None, type[Node] | None]:
        """Parser and specification registered for a tag; (None, None) for an unknown one."""
        found: tuple[type[NodeParser] | None, type[Node] | None] = self._get_parser_class(tag)
        return found

    def about(self, element: Xml) -> Element | None:
        """What the rest of the house knows of an element."""
        identifier = element.get("id", "")
        return self.elements.get(identifier) or self.elements.get(names.drawn_id(identifier))

    def processes(self) -> dict[str, scopes.ProcessNode]:
        """The executable processes, compiled; raises ModelRejected with all that cannot run."""
        found: dict[str, scopes.ProcessNode] = {}
        for element in self.graph.processes:
            self.refusals.check(element)
        self.refusals.raise_any()
        try:
            for element in self.graph.processes:
                self.create_parser(element)
                found[element.get("id", "")] = self._process(element)
        except ValidationException as exc:
            raise ModelRejected([self.refusals.foreign(str(exc))]) from exc
        self.refusals.raise_any()
        return found

    def scope(self, element: Xml, node: scopes.Scope) -> None:
        """Compile what is inside a process or sub-process."""
        node.inner = self.get_spec(element.get("id"))
        handlers = []
        for child in node.inner.task_specs.values():
            if isinstance(child, scopes.EventSubProcess):
                starts = child.inner.task_specs.values()
                for start in starts:
                    if isinstance(start, events.StartEvent):
                        start.sets_off = child
                        handlers.append(start)
                        if start.trigger.kind == "compensate":
                            node.undo_start = start
        node.handlers = tuple(handlers)
        node.undoable = node.undo_start is not None or any(
            child.undoable for child in node.inner.task_specs.values()
        )

    def _process(self, element: Xml) -> scopes.ProcessNode:
        holder = scopes.ScopeSpec(name=element.get("id"))
        node = scopes.ProcessNode(
            holder,
            element.get("id", ""),
            kind="process",
            title=element.get("name", ""),
            hidden=True,
        )
        self.scope(element, node)
        return node


# ---------------------------------------------------------------------- details by tag

Detail = Callable[[ModelParser, Xml, Any], None]


def _nothing_more(parser: ModelParser, element: Xml, node: Any) -> None:
    pass


def _person(parser: ModelParser, element: Xml, node: activities.PersonTask) -> None:
    node.assignment = reading.assignment(element, parser.about(element))


def _service(parser: ModelParser, element: Xml, node: activities.ServiceTask) -> None:
    node.job = reading.job(element)


def _send(parser: ModelParser, element: Xml, node: activities.SendTask) -> None:
    node.job = reading.job(element)
    node.trigger = reading.message(parser.graph, element)


def _receive(parser: ModelParser, element: Xml, node: activities.ReceiveTask) -> None:
    node.trigger = reading.message(parser.graph, element)
    node.instantiates = names.is_true(element.get("instantiate"))


def _awaiting(parser: ModelParser, element: Xml, node: gateways.EventBasedGateway) -> None:
    node.instantiates = names.is_true(element.get("instantiate"))
    node.parallel = (element.get("eventGatewayType") or "").strip() == "Parallel"


def _rule(parser: ModelParser, element: Xml, node: activities.BusinessRuleTask) -> None:
    node.decision = reading.decision(element)
    node.job = reading.job(element)


def _script(parser: ModelParser, element: Xml, node: activities.ScriptTask) -> None:
    node.script = reading.script(element)
    node.job = reading.job(element)


def _call(parser: ModelParser, element: Xml, node: activities.CallActivity) -> None:
    node.call = reading.call(element)


def _event(parser: ModelParser, element: Xml, node: events.Event) -> None:
    node.triggers = reading.triggers(parser.graph, element)
    node.parallel = names.is_true(element.get("parallelMultiple")) and len(node.triggers) > 1


def _throw(parser: ModelParser, element: Xml, node: events.EndEvent) -> None:
    _event(parser, element, node)
    node.triggers = events.in_order(node.triggers)
    node.job = reading.job(element)


def _start(parser: ModelParser, element: Xml, node: events.StartEvent) -> None:
    _event(parser, element, node)
    node.interrupting = (element.get("isInterrupting") or "true").strip() in ("true", "1")


def _boundary(parser: ModelParser, element: Xml, node: events.BoundaryEvent) -> None:
    _event(parser, element, node)
    interrupts = (element.get("cancelActivity") or "true").strip() in ("true", "1")
    node.interrupting = interrupts or any(
        each.kind in ("error", "cancel") for each in node.triggers
    )


def _ad_hoc(parser: ModelParser, element: Xml, node: adhoc.AdHoc) -> None:
    _sub_process(parser, element, node)
    told = reading.ad_hoc(element)
    node.sequential, node.completion = told.sequential, told.completion
    node.cancels_rest, node.chosen = told.cancels_rest, told.chosen


def _complex(parser: ModelParser, element: Xml, node: ComplexGateway) -> None:
    node.activation = reading.activation(element)


def _sub_process(parser: ModelParser, element: Xml, node: scopes.Scope) -> None:
    parser.create_parser(element)
    parser.scope(element, node)


_DETAILS: dict[str, Detail] = {
    "userTask": _person,
    "manualTask": _person,
    "serviceTask": _service,
    "sendTask": _send,
    "receiveTask": _receive,
    "businessRuleTask": _rule,
    "scriptTask": _script,
    "callActivity": _call,
    "startEvent": _start,
    "endEvent": _throw,
    "intermediateThrowEvent": _throw,
    "intermediateCatchEvent": _event,
    "boundaryEvent": _boundary,
    "complexGateway": _complex,
    "eventBasedGateway": _awaiting,
    "subProcess": _sub_process,
    "transaction": _sub_process,
    "adHocSubProcess": _ad_hoc,
}


class SubProcessParser(NodeParser):
    """A sub-process, or one that an event sets off."""

    def create_task(self) -> Node:
        """The sub-process with all that is inside."""
        if names.is_true(self.node.get("triggeredByEvent")):
            self.spec_class = scopes.EventSubProcess
        return super().create_task()


_CLASSES: dict[str, type[Node]] = {
    "task": activities.PassingTask,
    "userTask": activities.PersonTask,
    "manualTask": activities.PersonTask,
    "serviceTask": activities.ServiceTask,
    "sendTask": activities.SendTask,
    "receiveTask": activities.ReceiveTask,
    "businessRuleTask": activities.BusinessRuleTask,
    "scriptTask": activities.ScriptTask,
    "callActivity": activities.CallActivity,
    "startEvent": events.StartEvent,
    "endEvent": events.EndEvent,
    "intermediateThrowEvent": events.ThrowEvent,
    "intermediateCatchEvent": events.CatchEvent,
    "boundaryEvent": events.BoundaryEvent,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "parallelGateway": gateways.ParallelGateway,
    "inclusiveGateway": gateways.InclusiveGateway,
    "eventBasedGateway": gateways.EventBasedGateway,
    "complexGateway": ComplexGateway,
}
ModelParser.PARSER_CLASSES = {
    **{names.bpmn(tag): (NodeParser, node_class) for tag, node_class in _CLASSES.items()},
    names.bpmn("subProcess"): (SubProcessParser, scopes.SubProcess),
    names.bpmn("transaction"): (SubProcessParser, scopes.Transaction),
    names.bpmn("adHocSubProcess"): (SubProcessParser, adhoc.AdHoc),
}


def parse(
    tree: etree._ElementTree, elements: Mapping[str, Element]
) -> tuple[dict[str, scopes.ProcessNode], dict[str, Node]]:
    """The processes of a normalised tree, and all their nodes by id in that tree."""
    parser = ModelParser(Graph(tree), elements)
    processes = parser.processes()
    return processes, parser.nodes
