"""One running instance: SpiffWorkflow's workflow, holding only what is alive."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.definition import Services
from engine.bpmn.spiff import conditions, joins
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.token import Phase, Role, Token
from engine.errors import YifaError
from engine.model import facts

if TYPE_CHECKING:
    from engine.bpmn.spiff.node import Node
    from engine.bpmn.spiff.plan import Flow
    from engine.bpmn.spiff.scopes import ProcessNode

STEP_BUDGET = 10_000
"""Activations of elements in one call, after which an instance may be running away."""
LOOKS_A_STEP = 10
"""How many looks at conditions count as one activation."""


class NoPython:
    """Stands where SpiffWorkflow expects its Python engine, so that no model text is ever code."""

    def evaluate(self, *_: object, **__: object) -> NoReturn:
        """Refuse."""
        raise AssertionError("expressions are FEEL, evaluated in engine.bpmn.spiff.variables")

    execute = evaluate


_NO_PYTHON = NoPython()


class _Nobody:
    """The house of an instance at rest: whoever asks it has not resumed."""

    def decide(self, *_: object) -> NoReturn:
        """Refuse."""
        raise AssertionError("the instance is at rest")

    functions = script = decide


_NOBODY = _Nobody()


class Instance(BpmnWorkflow):
    """The tokens of one instance, its variables, and the facts since they were last taken."""

    tasks: dict[str, Token]

    def __init__(
        self,
        process: ProcessNode,
        variables: Mapping[str, object],
        *,
        now: datetime,
        services: Services,
        called: bool = False,
    ) -> None:
        super().__init__(process.inner, script_engine=_NO_PYTHON, deserializing=True)
        self.process = process
        self.variables: dict[str, Any] = dict(variables)
        self.now = now
        self.services = services
        self.functions = services.functions()
        self.function_names = frozenset(self.functions)
        self.called = called
        """Whether another process called this one and may catch its errors."""
        self.budget = STEP_BUDGET
        self.counter = 0
        self.ended = False
        self.escalation = ""
        """Code of the last escalation that left the process."""
        self.told: list[facts.Fact] = []
        self.queue: deque[Token] = deque()
        self.watched: dict[str, Token] = {}
        """What waits for a condition, by key; some may be gone already."""
        self.touched: set[str] = set()
        """Variables changed since conditions were last looked at, while any is watched."""
        self.unseen = False
        """Whether there are conditions that were never looked at."""
        self.joins: dict[tuple[str, str], Token] = {}
        """The token that gathers at a joining gateway, by container and gateway."""

    def resume(self, variables: Mapping[str, object], *, now: datetime, services: Services) -> None:
        """Go on with these variables in this house, at this moment."""
        self.variables = dict(variables)
        self.now = now
        self.services = services
        self.functions = services.functions()
        self.function_names = frozenset(self.functions)

    def rest(self) -> None:
        """Forget the house, and what only matters while tokens move: nothing that is saved."""
        self.variables = {}
        self.services = _NOBODY
        self.functions = {}
        self.told = []
        self.queue = deque(token for token in self.queue if token.alive and token.queued)
        self.touched = set()
        self.unseen = False

    # ------------------------------------------------------------------ tokens

    @property
    def root(self) -> Token:
        """The token of the process itself."""
        root: Token = self.task_tree
        return root

    def create(self, node: Node, parent: Token | None, role: Role = Role.PLAIN) -> Token:
        """A new token that is not run yet."""
        key = f"t{self.counter}"
        self.counter += 1
        return Token(self, node, parent, key, role)

    def spawn(self, node: Node, parent: Token, role: Role = Role.PLAIN) -> Token:
        """A new token, to be run."""
        token = self.create(node, parent, role)
        node._update(token)
        return token

    def take(self, flows: tuple[Flow, ...], container: Token) -> None:
        """Send a token along each of the flows."""
        for flow in flows:
            flow.target.arrive(self, container, flow)

    def listen(self, node: Node, host: Token) -> Token:
        """Wait for an event without holding a token there.

        When that cannot be (its expression fails), the listener alone is stuck, not its host.
        """
        listener = self.create(node, host, Role.LISTENER)
        self.arm(listener)
        return listener

    def arm(self, listener: Token) -> None:
        """Start a listener's wait, or leave it stuck."""
        told = len(self.told)
        try:
            listener.task_spec.arm(listener)
        except Stuck as stuck:
            why = stuck
        except YifaError as error:
            why = Stuck.by(error)
        else:
            return
        del self.told[told:]
        listener.waits = ""
        self.stick(listener, why)

    def _task_completed_notify(self, task: Token) -> None:
        container = task.parent
        task.discard()
        if container is not None and container.alive:
            container.task_spec.emptied(container, task)

    # ------------------------------------------------------------------ running

    def drain(self) -> None:
        """Run until everything waits, or the budget is spent."""
        steps = conditions.look(self, everything=True) if self.watched else 0
        while True:
            while self.queue:
                token = self.queue.popleft()
                if not token.alive or not token.queued:
                    continue
                steps += 1
                token.queued = False
                if steps > self.budget:
                    self._halt(token)
                    return
                token.run()
                if self.watched and (self.touched or self.unseen):
                    steps += conditions.look(self) // LOOKS_A_STEP
            if not self.joins:
                return
            if not joins.settle(self):
                joins.see_dead_ends(self)
                return

    def _halt(self, token: Token) -> None:
        # What else is ready waits, and goes on when this one is tried again.
        if token.phase is Phase.NEW:
            token.phase = Phase.ENTER
            token.task_spec.announce(token)
        self.stick(
            token,
            Stuck(
                "runaway",
                f"流程在一次操作中连续执行了 {self.budget} 个节点仍未停下，可能存在死循环。"
                "请检查模型；确认无误后可重试继续。",
                f"The process ran {self.budget} elements in one go without coming to rest; "
                "it may loop without end. Check the model; retry to go on.",
            ),
        )

    # ------------------------------------------------------------------ facts

    def tell(self, fact: facts.Fact) -> None:
        """Report a fact."""
        self.told.append(fact)

    def entered(self, token: Token) -> None:
        """Report that a token reached a node that people see."""
        node = token.task_spec
        token.shown = not node.hidden
        if token.shown:
            self.tell(
                facts.ActivityEntered(
                    key=token.key,
                    element_id=node.bpmn_id,
                    kind=node.kind,
                    name=node.title,
                    at=self.now,
                    scope=self.scope_of(token),
                    loop=token.loop,
                )
            )

    def left(self, token: Token, *, completed: bool) -> None:
        """Report that it left it."""
        node = token.task_spec
        if token.shown:
            token.shown = False
            self.tell(
                facts.ActivityLeft(
                    key=token.key,
                    element_id=node.bpmn_id,
                    at=self.now,
                    outcome="completed" if completed else "cancelled",
                )
            )

    def scope_of(self, token: Token) -> str:
        """The key of the enclosing sub-process, or ''."""
        container = token.parent
        while container is not None and container is not self.root:
            if container.task_spec.is_scope and container.shown:
                return container.key
            container = container.parent
        return ""

    def stick(self, token: Token, why: Stuck) -> None:
        """Leave the token where it is, and report why."""
        token.incident = why.code
        token.be(TaskState.WAITING)
        self.tell(
            facts.IncidentRaised(
                key=token.key,
                element_id=token.task_spec.drawn_as,
                code=why.code,
                zh=why.zh,
                en=why.en,
            )
        )

    def close(self, token: Token, *, completed: bool) -> None:
        """Report that what a token waited for from outside is over."""
        waits, token.waits = token.waits, ""
        told = _CLOSED.get(waits)
        if told is not None:
            about: dict[str, Any] = {"key": token.key, "element_id": token.task_spec.bpmn_id}
            if told in _WITH_OUTCOME:
                about["outcome"] = "completed" if completed else "cancelled"
            self.tell(told(**about))


_CLOSED: dict[str, type[facts.Fact]] = {
    "task": facts.TaskClosed,
    "timer": facts.TimerCleared,
    "message": facts.SubscriptionClosed,
    "signal": facts.SubscriptionClosed,
    "call": facts.CallClosed,
    "service": facts.ServiceClosed,
}
_WITH_OUTCOME = (facts.TaskClosed, facts.CallClosed, facts.ServiceClosed)
