"""Where an instance begins: at a start event, or at what instantiates it (BPMN 2.0.2, 10.5.2, 13.2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from engine.bpmn.spiff.activities import ReceiveTask
from engine.bpmn.spiff.events import StartEvent
from engine.bpmn.spiff.gateways import EventBasedGateway
from engine.bpmn.spiff.instance import Instance
from engine.bpmn.spiff.node import Node, go_on
from engine.bpmn.spiff.scopes import ProcessNode
from engine.bpmn.spiff.token import Phase, Token
from engine.errors import NotFound

Begin: TypeAlias = Callable[[Instance, Token], None]


def at(process: ProcessNode, start_event: str | None) -> Begin:
    """How the first tokens come about; NotFound when the process does not begin there."""
    if start_event is None:
        starts = process.inner.starts
        if not starts:
            raise NotFound(what={"zh": "无条件的开始事件", "en": "plain start event"})
        return partial(_spawn, starts)
    for node in process.inner.task_specs.values():
        if node.bpmn_id == start_event:
            if isinstance(node, StartEvent):
                return partial(_spawn, (node,))
            if isinstance(node, ReceiveTask) and node.instantiates:
                return partial(_happened, node)
            for gateway in node.sources:
                if isinstance(gateway, EventBasedGateway) and gateway.instantiates:
                    return partial(_decided, gateway, node)
    raise NotFound(what={"zh": f"开始事件“{start_event}”", "en": f'start event "{start_event}"'})


def _spawn(starts: tuple[Node, ...], instance: Instance, root: Token) -> None:
    for start in starts:
        instance.spawn(start, root)


def _happened(node: Node, instance: Instance, root: Token) -> None:
    """What instantiates has happened already: its token goes on."""
    token = instance.create(node, root)
    token.phase = Phase.ENTER
    node.announce(token)
    go_on(token, {})


def _decided(gateway: EventBasedGateway, node: Node, instance: Instance, root: Token) -> None:
    passed = instance.create(gateway, root)
    gateway.announce(passed)
    instance.left(passed, completed=True)
    passed.discard()
    _happened(node, instance, root)
    if gateway.parallel:
        others = tuple(flow.target for flow in gateway.flows if flow.target is not node)
        _spawn(others, instance, root)
