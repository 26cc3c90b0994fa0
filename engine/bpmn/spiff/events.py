"""Events: starts, ends, throws, catches, and what hangs on the boundary of an activity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.bpmn.spiff import catching, conditions, undoing
from engine.bpmn.spiff.activities import request
from engine.bpmn.spiff.gateways import decide
from engine.bpmn.spiff.node import Node, go_on
from engine.bpmn.spiff.plan import Flow, Job, Trigger
from engine.bpmn.spiff.token import Role, Token
from engine.bpmn.spiff.waiting import set_again, set_timer, subscribe, throw_message, throw_signal

if TYPE_CHECKING:
    from engine.bpmn.spiff.scopes import EventSubProcess

WAITED_FOR = frozenset({"timer", "message", "signal", "conditional"})
"""Triggers that come from outside or from data; the others are thrown inside the instance."""


class Event(Node):
    """Any event. Without triggers it is one of no type.

    One that waits for several has a listener inside for each of them: a *part*, which remembers in
    ``on`` which trigger is its own. With ``parallel`` all have to come, else the first is enough.
    """

    triggers: tuple[Trigger, ...] = ()
    parallel = False

    @property
    def trigger(self) -> Trigger:
        """The only trigger, or the first."""
        return self.triggers[0] if self.triggers else Trigger()

    @property
    def waited(self) -> tuple[int, ...]:
        """Which of the triggers are waited for."""
        return tuple(n for n, each in enumerate(self.triggers) if each.kind in WAITED_FOR)

    def trigger_of(self, token: Token) -> Trigger:
        """The trigger a token waits for."""
        own: int | None = token.memo.get("on")
        return self.triggers[self.waited[0] if own is None else own]

    def arm(self, token: Token) -> None:
        """Start to wait for the event."""
        waited = self.waited
        if len(waited) > 1 and "on" not in token.memo:
            for number in waited:
                part = token.workflow.create(self, token, Role.LISTENER)
                part.memo["on"] = number
                token.workflow.arm(part)
            return
        trigger = self.trigger_of(token)
        if trigger.timer is not None:
            set_timer(token, trigger.timer)
        elif trigger.kind == "conditional":
            conditions.watch(token)
        else:
            subscribe(token, trigger)

    def happen(self, token: Token, values: Mapping[str, object]) -> None:
        """What was waited for has come, or one of several."""
        if "on" not in token.memo:
            self.come(token, values)
            return
        whole = token.parent
        assert whole is not None
        if self.parallel:
            whole.memo.setdefault("with", {}).update(values)
            token.discard()
            if not whole.inside:
                self.come(whole, whole.memo.pop("with"))
        elif self.ends_waiting:
            token.discard()
            for other in whole.inside:
                other.cancel()
            self.come(whole, values)
        else:
            _listen_again(token, whole)
            token.discard()
            self.come_beside(whole, values)

    @property
    def ends_waiting(self) -> bool:
        """Whether nothing is waited for any more once the event has happened."""
        return True

    def come(self, token: Token, values: Mapping[str, object]) -> None:
        """The event has happened; ``token`` waited for it."""
        raise NotImplementedError(self.kind)

    def come_beside(self, token: Token, values: Mapping[str, object]) -> None:
        """It has happened, and ``token`` goes on waiting for it to happen again."""
        raise NotImplementedError(self.kind)


class StartEvent(Event):
    """Where a process or sub-process begins. Of an event sub-process: what sets it off."""

    interrupting = True
    sets_off: EventSubProcess | None = None

    @property
    def ends_waiting(self) -> bool:
        """An interrupting one happens once."""
        return self.interrupting

    def come(self, token: Token, values: Mapping[str, object]) -> None:
        """The trigger of an event sub-process has come."""
        assert self.sets_off is not None
        scope = token.parent
        assert scope is not None
        if not self.interrupting:
            _listen_again(token, scope)
        self.sets_off.set_off(scope, self, token, values)

    def come_beside(self, token: Token, values: Mapping[str, object]) -> None:
        """One of several triggers has come; all are waited for again."""
        assert self.sets_off is not None
        assert token.parent is not None
        self.sets_off.set_off(token.parent, self, None, values)


class EndEvent(Event):
    """Where a token ends, perhaps with a message, signal, error, escalation or termination."""

    job: Job | None = None

    def begin(self, token: Token) -> bool:
        """Throw what the event says."""
        if self.job is not None:
            return request(token, self.job)
        for number in range(token.memo.pop("thrown", 0), len(self.triggers)):
            trigger = self.triggers[number]
            if not throw(token, trigger):
                if trigger.kind == "compensate" and len(self.triggers) > 1:
                    token.memo["thrown"] = number + 1
                return False
        return True

    def emptied(self, container: Token, child: Token) -> None:
        """What it compensates is undone, or the next is to be."""
        undoing.undone(container)

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """An end has no way out."""
        return ()


class ThrowEvent(EndEvent):
    """An intermediate event that throws, or one of no type."""

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """Go on behind it."""
        return Node.choose(self, token)


_LAST = ("compensate", "escalation", "error", "terminate", "cancel")


def in_order(triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    """The order in which several are thrown: as drawn, what may end its thrower last."""
    return tuple(
        sorted(triggers, key=lambda each: _LAST.index(each.kind) if each.kind in _LAST else -1)
    )


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
        case "compensate":
            return undoing.throw(token, trigger)
        case "cancel":
            return undoing.cancel(token)
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

    def come(self, token: Token, values: Mapping[str, object]) -> None:
        """It has happened; behind an event-based gateway, that decides the way."""
        decide(token)
        go_on(token, values)


class BoundaryEvent(Event):
    """An event on an activity's boundary."""

    interrupting = True

    @property
    def ends_waiting(self) -> bool:
        """An interrupting one happens once."""
        return self.interrupting

    def attach(self, host: Token) -> None:
        """Wait for it while the activity goes on; errors and escalations need no waiting."""
        if self.waited:
            host.workflow.listen(self, host)

    def come(self, token: Token, values: Mapping[str, object]) -> None:
        """What it waited for has come."""
        host = token.parent
        assert host is not None
        if not self.interrupting:
            _listen_again(token, host)
        self.go_off(host, token, values)

    def come_beside(self, token: Token, values: Mapping[str, object]) -> None:
        """One of several triggers has come; all are waited for again."""
        assert token.parent is not None
        self.go_off(token.parent, None, values)

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
    following = instance.create(listener.task_spec, host, Role.LISTENER)
    if "on" in listener.memo:
        following.memo["on"] = listener.memo["on"]
    if "was" in listener.memo:
        following.memo["was"] = listener.memo["was"]
    if "due" not in listener.memo:
        instance.arm(following)
    elif not set_again(following, listener):
        following.discard()
