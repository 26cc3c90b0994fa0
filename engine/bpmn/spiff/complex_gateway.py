"""The complex gateway: fires once its activation condition holds, then resets (BPMN 2.0.2, table 13.5).

Between the two it remembers by which flows tokens were consumed (``had``). It resets when no token
can come any more by the others, and consumes those that have come late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.spiff import variables
from engine.bpmn.spiff.gateways import Joining, need_not_wait
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.nowhere import nowhere
from engine.bpmn.spiff.plan import Flow
from engine.bpmn.spiff.token import Phase, Token
from engine.errors import YifaError

if TYPE_CHECKING:
    from engine.bpmn.spiff.reach import Reach


class ComplexGateway(Joining):
    """Waits for what its condition says, and sends tokens by the conditions of its flows."""

    settles = True
    activation: str | None = None

    def may_fire(self, token: Token, reach: Reach, present: int) -> bool:
        """Whether its condition holds; afterwards: whether nobody can come late any more."""
        if "had" in token.memo:
            return need_not_wait(self, {*token.memo["in"], *token.memo["had"]}, reach, present)
        if token.incident:
            return False
        try:
            return self._is_active(token)
        except Stuck as stuck:
            token.workflow.stick(token, stuck)
        except YifaError as error:
            token.workflow.stick(token, Stuck.by(error))
        return False

    def _is_active(self, token: Token) -> bool:
        if self.activation is None:
            return True
        arrived: dict[str, int] = token.memo["in"]
        counts: dict[str, object] = {flow: arrived.get(flow, 0) for flow in self.incoming}
        counts |= {"activationCount": sum(arrived.values()), "waitingForStart": True}
        return variables.holds(token.workflow, token, self.activation, counts)

    def fire(self, token: Token) -> None:
        """Consume one token of each flow that has one and that was not consumed before."""
        instance, container = token.workflow, token.parent
        assert container is not None
        del instance.joins[(container.key, self.name)]
        arrived: dict[str, int] = token.memo.pop("in")
        had: list[str] | None = token.memo.pop("had", None)
        taken = [flow for flow in arrived if had is None or flow not in had]
        rest = {flow: count - (flow in taken) for flow, count in arrived.items()}
        rest = {flow: count for flow, count in rest.items() if count}
        if had is None:
            self.open(instance, container).memo["had"] = taken
        if rest:
            self.gather(instance, container, rest)
        if taken:
            token.memo["start"] = had is None
            token.proceed(Phase.ENTER)
        else:
            token.discard()
            container.task_spec.emptied(container, token)

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """First: all flows whose condition holds. On the reset: those, and none without condition.

        In both the default is taken when no condition holds.
        """
        start = token.memo.get("start", True)
        told = {"waitingForStart": start}
        chosen = []
        none_holds = True
        for flow in self.flows:
            if flow is self.default:
                continue
            if flow.condition is None:
                if start:
                    chosen.append(flow)
            elif variables.holds(token.workflow, token.parent, flow.condition, told):
                none_holds = False
                chosen.append(flow)
        if self.default is not None and none_holds:
            chosen.append(self.default)
        if start and not chosen and self.flows:
            raise nowhere(token, self.flows)
        return tuple(chosen)
