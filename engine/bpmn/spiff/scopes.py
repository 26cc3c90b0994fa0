"""What contains nodes: processes, sub-processes, event sub-processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.spiff import undoing
from engine.bpmn.spiff.activities import Activity
from engine.bpmn.spiff.events import StartEvent
from engine.bpmn.spiff.node import Node, go_on
from engine.bpmn.spiff.reach import Reach
from engine.bpmn.spiff.token import Phase, Role, Token
from engine.model import facts

if TYPE_CHECKING:
    from engine.bpmn.spiff.backward import Ways
    from engine.bpmn.spiff.instance import Instance


class ScopeSpec(BpmnProcessSpec):
    """The nodes directly in one process or sub-process, by id.

    SpiffWorkflow puts nodes of its own beside the drawn ones (``Start``, ``End``, ``….EndJoin``),
    so that a drawn node of that id breaks. They are taken out: a scope ends when its last token
    does.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.task_specs: dict[str, Node] = {}
        self.starts: tuple[Node, ...] = ()
        """Where tokens begin when the scope is entered."""
        self._reach: Reach | None = None
        self.ways: Ways | None = None
        """From where to where its nodes lead; computed when somebody first goes back."""

    @property
    def reach(self) -> Reach:
        """Who comes before whom among the nodes; computed when first asked for."""
        if self._reach is None:
            self._reach = Reach(self.task_specs.values())
        return self._reach


class Scope(Activity):
    """A node with nodes inside."""

    is_scope: ClassVar[bool] = True
    inner: ScopeSpec
    handlers: tuple[StartEvent, ...] = ()

    def begin(self, token: Token) -> bool:
        """Start what is inside."""
        self.listen(token)
        for start in self.inner.starts:
            token.workflow.spawn(start, token)
        return not token.holds_tokens

    def listen(self, token: Token) -> None:
        """Wait for what sets off the event sub-processes inside."""
        for start in self.handlers:
            if start.waited:
                token.workflow.listen(start, token)

    def emptied(self, container: Token, child: Token) -> None:
        """The scope is done when no token is left in it."""
        if container.role is Role.UNDO:
            undoing.undone(container)
        elif container.role is Role.BODY:
            super().emptied(container, child)
        elif container.phase is Phase.ENTER:
            if not container.holds_tokens:
                container.proceed(Phase.LEAVE)
            elif self.handlers:
                stop_listening(container)


def stop_listening(container: Token) -> None:
    """A scope in which only event sub-processes still run begins no further ones (13.5.4)."""
    inside = container.inside
    if all(child.role is Role.LISTENER or child.task_spec.is_handler for child in inside):
        for child in inside:
            if child.role is Role.LISTENER:
                child.cancel()


class SubProcess(Scope):
    """An embedded sub-process."""


class Transaction(SubProcess):
    """A sub-process that may be cancelled: what was done in it is undone, then it is left."""

    is_transaction: ClassVar[bool] = True


class EventSubProcess(Scope):
    """Runs when its start event happens while the scope around it is active."""

    is_handler: ClassVar[bool] = True

    def set_off(
        self,
        scope: Token,
        start: StartEvent,
        listener: Token | None,
        values: Mapping[str, object],
    ) -> None:
        """Begin, with a token at the start event that has happened."""
        instance: Instance = scope.workflow
        token = instance.create(self, scope)
        token.phase = Phase.ENTER
        if start.interrupting:
            for child in scope.inside:
                if child is not token and child is not listener:
                    child.cancel()
        self.announce(token)
        self.listen(token)
        token.be(TaskState.STARTED)
        event = listener or instance.create(start, token)
        event.role = Role.PLAIN
        event.move(token)
        start.announce(event)
        go_on(event, values)


class ProcessNode(Scope):
    """The process itself."""

    def announce(self, token: Token) -> None:
        """The instance is no node."""

    def go_on(self, token: Token) -> None:
        """The instance ends."""
        instance = token.workflow
        instance.ended = True
        instance.tell(
            facts.InstanceEnded(
                key="",
                element_id=self.bpmn_id,
                how="terminated" if token.memo.get("terminated") else "completed",
                error_code=instance.escalation,
                variables=dict(instance.variables),
            )
        )
