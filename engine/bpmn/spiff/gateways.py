"""Gateways: where tokens part and meet."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, ClassVar

from engine.bpmn.spiff import variables
from engine.bpmn.spiff.node import Node
from engine.bpmn.spiff.nowhere import nowhere
from engine.bpmn.spiff.plan import Flow
from engine.bpmn.spiff.token import Phase, Role, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.instance import Instance
    from engine.bpmn.spiff.reach import Reach


class ExclusiveGateway(Node):
    """One way of several: the first whose condition holds, else the default."""

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """The single flow to take; Stuck when there is none."""
        instance = token.workflow
        for flow in self.flows:
            if flow is self.default:
                continue
            if flow.condition is None or variables.holds(instance, token.parent, flow.condition):
                return (flow,)
        if self.default is not None:
            return (self.default,)
        if not self.flows:
            return ()
        raise nowhere(token, self.flows)


class Joining(Node):
    """A gateway that waits for tokens on several incoming flows.

    They gather in one waiting token that remembers by which flows they came, and how many by
    each: what is left over when it fires waits for the next time.
    """

    settles: ClassVar[bool] = False
    """Whether it can only be told when nothing moves any more that it need not wait longer."""

    def may_fire(self, token: Token, reach: Reach, present: int) -> bool:
        """Whether nothing is left to wait for, when there are tokens at the nodes ``present``."""
        return False

    def arrive(self, instance: Instance, container: Token, flow: Flow) -> None:
        """Gather the token."""
        if len(self.incoming) < 2:
            instance.spawn(self, container)
            return
        self.gather(instance, container, {flow.id: 1})

    def fire(self, token: Token) -> None:
        """Consume one token of each flow that has one, and go on with a single one."""
        instance, container = token.workflow, token.parent
        assert container is not None
        instance.joins.pop((container.key, self.name), None)
        arrived: dict[str, int] = token.memo.pop("in")
        token.proceed(Phase.ENTER)
        rest = {flow: count - 1 for flow, count in arrived.items() if count > 1}
        if rest:
            self.gather(instance, container, rest)

    def open(self, instance: Instance, container: Token) -> Token:
        """A token at which others gather; nobody sees it before the first has come."""
        token = instance.create(self, container)
        token.phase = Phase.ENTER
        token.memo["in"] = {}
        instance.joins[(container.key, self.name)] = token
        return token

    def gather(self, instance: Instance, container: Token, arrived: dict[str, int]) -> None:
        """Put tokens, counted by flow, to those that wait already."""
        token = instance.joins.get((container.key, self.name))
        if token is None or not token.alive:
            token = self.open(instance, container)
        gathered = token.memo["in"]
        if not gathered and not token.shown:
            self.announce(token)
        for flow, count in arrived.items():
            gathered[flow] = gathered.get(flow, 0) + count
        self.gathered(token)

    def gathered(self, token: Token) -> None:
        """Another token has come."""

    def again(self, token: Token) -> None:
        """While it gathers there is nothing to try; that it never fires is found out again."""
        if "in" in token.memo:
            token.incident = ""
        else:
            super().again(token)


class ParallelGateway(Joining):
    """Waits for a token on every incoming flow, then sends one along every outgoing flow."""

    def gathered(self, token: Token) -> None:
        """Fire once every incoming flow has its token."""
        if len(token.memo["in"]) == len(self.incoming):
            self.fire(token)

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """All outgoing flows; conditions mean nothing here."""
        return self.flows


class InclusiveGateway(Joining):
    """Waits for every token that can still come, then takes every way whose condition holds."""

    settles = True

    def may_fire(self, token: Token, reach: Reach, present: int) -> bool:
        """The specification's rule (BPMN 2.0.2, table 13.3) on the tokens of the same scope.

        A token elsewhere holds the gateway up when it can reach an incoming flow that is still
        empty, unless it can also reach one that has its token.
        """
        return need_not_wait(self, token.memo["in"], reach, present)


def need_not_wait(gateway: Joining, filled: Container[str], reach: Reach, present: int) -> bool:
    """Whether no token can come by an empty flow only, when ``filled`` flows have theirs."""
    to_empty = to_filled = 0
    for flow, before in zip(gateway.incoming, reach.of(gateway), strict=True):
        if flow in filled:
            to_filled |= before
        else:
            to_empty |= before
    return not present & to_empty & ~to_filled


class EventBasedGateway(Node):
    """The first of the following events to happen decides the way.

    One that instantiates starts the process by that event; when it is parallel, the others are
    waited for in the same instance (BPMN 2.0.2, 10.6.6).
    """

    instantiates = False
    parallel = False

    def begin(self, token: Token) -> bool:
        """Wait for all of them at once."""
        for flow in self.flows:
            token.workflow.listen(flow.target, token)
        return False


def decide(event: Token) -> None:
    """An event that hung on an event-based gateway has happened: it goes on in its stead."""
    gateway = event.parent
    if event.role is not Role.LISTENER or gateway is None or gateway.parent is None:
        return
    event.role = Role.PLAIN
    event.move(gateway.parent)
    for other in gateway.inside:
        other.cancel()
    gateway.workflow.left(gateway, completed=True)
    gateway.discard()
    event.task_spec.announce(event)
