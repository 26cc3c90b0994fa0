"""Events: starts, ends, throws, catches, and what hangs on the boundary of an activity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.bpmn.spiff import catching
from engine.bpmn.spiff.activities import request
from engine.bpmn.spiff.gateways import decide
from engine.bpmn.spiff.node import Node, go_on
from engine.bpmn.spiff.plan import Flow, Job, Trigger
from engine.bpmn.spiff.token import Role, Token
from engine.bpmn.spiff.waiting import set_again, set_timer, subscribe, throw_message, throw_signal

if TYPE_CHECKING:
    from engine.bpmn.spiff.scopes import EventSubProcess

WAITED_FOR = frozenset({"timer", "message", "signal"})
"""Triggers that come from outside; the others are thrown inside the instance."""


class Event(Node):
    """Any event; ``trigger.kind`` is '' for none."""

    trigger = Trigger()

    def arm(self, token: Token) -> None:
        """Start to wait for the event."""
        if self.trigger.timer is not None:
            set_timer(token, self.trigger.timer)
        else:
            subscribe(token, self.trigger)


class StartEvent(Event):
    """Where a process or sub-process begins. Of an event sub-process: what sets it off."""

    interrupting = True
    sets_off: EventSubProcess | None = None

    def happen(self, listener: Token, values: Mapping[str, object]) -> None:
        """The trigger of an event sub-process has come."""
        assert self.sets_off is not None
        scope = listener.parent
        assert scope is not None
        if not self.interrupting:
            _listen_again(listener, scope)
        self.sets_off.set_off(scope, self, listener, values)


class EndEvent(Event):
    """Where a token ends, perhaps with a message, signal, error, escalation or termination."""

    job: Job | None = None

    def begin(self, token: Token) -> bool:
        """Throw what the event says."""
        if self.job is not None:
            return request(token, self.job)
        return throw(token, self.trigger)

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """An end has no way out."""
        return ()


class ThrowEvent(EndEvent):
    """An intermediate event that throws, or one of no type."""

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """Go on behind it."""
        return Node.choose(self, token)


def throw(token: Token, trigger: Trigger) -> bool:
    """Throw; True when the token may go on."""
    match trigger.kind:
        case "message":
            throw_message(token, trigger)
        case "signal":
            throw_signal(token, trigger)
        case "error":
            return catching.throw_error_event(token, trigger)
        case "escalation":
            return catching.throw_escalation_event(token, trigger)
        case "terminate":
            catching.terminate(token)
            return False
    return True


class CatchEvent(Event):
    """An intermediate event that waits."""

    def begin(self, token: Token) -> bool:
        """Wait."""
        self.arm(token)
        return False

    def happen(self, token: Token, values: Mapping[str, object]) -> None:
        """It has happened; behind an event-based gateway, that decides the way."""
        decide(token)
        go_on(token, values)


class BoundaryEvent(Event):
    """An event on an activity's boundary."""

    interrupting = True

    def attach(self, host: Token) -> None:
        """Wait for it while the activity goes on; errors and escalations need no waiting."""
        if self.trigger.kind in WAITED_FOR:
            host.workflow.listen(self, host)

    def happen(self, listener: Token, values: Mapping[str, object]) -> None:
        """What it waited for has come."""
        host = listener.parent
        assert host is not None
        if not self.interrupting:
            _listen_again(listener, host)
        self.go_off(host, listener, values)

    def go_off(self, host: Token, listener: Token | None, values: Mapping[str, object]) -> None:
        """Leave the activity by this event; an interrupting one ends the activity at once."""
        container = host.parent
        assert container is not None
        token = listener or host.workflow.create(self, container)
        token.role = Role.PLAIN
        token.move(container)
        if self.interrupting:
            host.cancel()
        self.announce(token)
        go_on(token, values)


def _listen_again(listener: Token, host: Token) -> None:
    instance = listener.workflow
    if "due" not in listener.memo:
        instance.listen(listener.task_spec, host)
        return
    following = instance.create(listener.task_spec, host, Role.LISTENER)
    if not set_again(following, listener):
        following.discard()
