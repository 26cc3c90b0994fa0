"""What all nodes of a model have in common: how a token enters, leaves, and gets stuck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec

from engine.bpmn.spiff import variables
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.nowhere import nowhere
from engine.bpmn.spiff.plan import Assign, Flow
from engine.bpmn.spiff.token import Phase, Role, Token
from engine.errors import YifaError

if TYPE_CHECKING:
    from engine.bpmn.spiff.instance import Instance


def go_on(token: Token, values: Mapping[str, object]) -> None:
    """Let a token leave the event that has happened, which brought these values."""
    if values:
        token.task_spec.take_result(token, dict(values))
    token.proceed(Phase.LEAVE)


class Node(BpmnTaskSpec):
    """A node's specification: shared by all instances and threads, never changed once compiled.

    A subclass says in :meth:`begin` what the node does; it returns whether it is done at once.
    """

    is_scope: ClassVar[bool] = False
    inner: Any
    """Of a scope: the nodes inside."""
    is_transaction: ClassVar[bool] = False
    is_handler: ClassVar[bool] = False
    """Whether it is an event sub-process."""
    undone_by: Node | None = None
    """The activity that compensates this one, hung on it by a boundary event."""
    undo_start: Any = None
    """Of a scope: the start of the event sub-process inside that compensates it."""
    undoable = False
    """Whether it, or something inside, can be compensated once it is completed."""
    loop: Any = None
    boundary: tuple[Any, ...] = ()
    """Events that hang on it."""
    handlers: tuple[Any, ...] = ()
    """Start events of the event sub-processes inside."""

    def __init__(self, scope: Any, node_id: str, *, kind: str, title: str, hidden: bool) -> None:
        super().__init__(scope, node_id)
        self.bpmn_id = node_id
        self.bpmn_name = title
        self.kind = kind
        self.title = title
        self.hidden = hidden
        """Whether normalising put it there: nobody drew it, nobody sees it."""
        self.flows: tuple[Flow, ...] = ()
        self.default: Flow | None = None
        self.incoming: tuple[str, ...] = ()
        """Ids of the sequence flows that lead here."""
        self.sources: tuple[Node, ...] = ()
        """Where those flows come from."""
        self.inputs_mapped: tuple[Assign, ...] = ()
        self.outputs_mapped: tuple[Assign, ...] = ()

    @property
    def drawn_as(self) -> str:
        """The id under which people find it: its own, or that of what it was inserted behind."""
        if self.hidden:
            for source in self.sources:
                return source.bpmn_id
        return str(self.bpmn_id)

    # ------------------------------------------------------------------ for subclasses

    def arrive(self, instance: Instance, container: Token, flow: Flow) -> None:
        """A token comes along a flow."""
        instance.spawn(self, container)

    def announce(self, token: Token) -> None:
        """Report that the token is here."""
        token.workflow.entered(token)

    def begin(self, token: Token) -> bool:
        """Do what the node does; False when the token now waits for something."""
        return True

    def enter(self, token: Token) -> bool:
        """From arriving to doing."""
        self.map_inputs(token)
        return self.begin(token)

    def map_inputs(self, token: Token) -> None:
        """Evaluate input mappings into the token's own scope."""
        instance = token.workflow
        for target, value in variables.mapped(instance, token, self.inputs_mapped):
            variables.put(token.locals, target, value)

    def map_outputs(self, token: Token) -> None:
        """Evaluate output mappings into the scopes around the token."""
        if not self.outputs_mapped:
            return
        instance = token.workflow
        around = token if token.role is Role.INNER else token.parent
        for target, value in variables.mapped(instance, token, self.outputs_mapped):
            variables.assign(instance, around, target, value)

    def take_result(self, token: Token, values: dict[str, object]) -> None:
        """Take what completed the node: kept local where output mappings choose from it."""
        if self.outputs_mapped:
            token.locals.update(values)
        else:
            variables.merge(token.workflow, token, values)

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """The flows a token leaves by: all without condition, and those whose condition holds.

        The default is taken when no condition holds. Stuck when all that leaves is conditional and
        nothing holds: a token is never lost in silence.
        """
        if len(self.flows) == 1 and self.flows[0].condition is None:
            return self.flows
        instance = token.workflow
        chosen: list[Flow] = []
        conditional = False
        for flow in self.flows:
            if flow is self.default:
                continue
            if flow.condition is None:
                chosen.append(flow)
            elif variables.holds(instance, token.parent, flow.condition):
                conditional = True
                chosen.append(flow)
        if self.default is not None and not conditional:
            chosen.append(self.default)
        if not chosen and self.flows:
            raise nowhere(token, self.flows)
        return tuple(chosen)

    def arm(self, token: Token) -> None:
        """Start to wait for the node's event."""
        raise NotImplementedError(self.kind)

    def happen(self, token: Token, values: Mapping[str, object]) -> None:
        """What the token waited for outside has come."""
        raise NotImplementedError(self.kind)

    def emptied(self, container: Token, child: Token) -> None:
        """A token inside ``container`` has left; nodes that contain tokens see whether it is done."""

    def again(self, token: Token) -> None:
        """Try again what an incident stopped."""
        if token.role is Role.LISTENER:
            token.incident = ""
            token.workflow.arm(token)
        else:
            token.proceed(token.phase)

    # ------------------------------------------------------------------ SpiffWorkflow's hooks

    def test(self) -> None:
        """Checked when the model was compiled."""

    def _predict(self, *_: object, **__: object) -> None:
        pass

    def _update_hook(self, my_task: Token) -> bool:
        return True

    def _on_ready_hook(self, my_task: Token) -> None:
        my_task.queued = True
        my_task.workflow.queue.append(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        if my_task.phase is Phase.NEW:
            my_task.phase = Phase.ENTER
            self.announce(my_task)
        while True:
            instance = my_task.workflow
            told, children = len(instance.told), set(my_task._children)
            try:
                done = self._step(my_task)
            except Stuck as stuck:
                why = stuck
            except YifaError as error:
                why = Stuck.by(error)
            else:
                if done is None:
                    continue
                if self.loop is not None and not my_task.alive:
                    return None  # what it threw has ended it
                return done or None
            del instance.told[told:]
            self._undo(my_task, children)
            instance.stick(my_task, why)
            return None

    def _step(self, token: Token) -> bool | None:
        """One phase; True when ready to leave, False when waiting, None to go on."""
        if token.phase is Phase.ENTER:
            if not self.enter(token):
                return False
            token.phase = Phase.LEAVE
            return None
        if token.phase is Phase.LEAVE:
            self.map_outputs(token)
            token.phase = Phase.FLOW
            return None
        token.chosen = self.choose(token)
        return True

    def _undo(self, token: Token, children: set[str]) -> None:
        # A phase that failed is run again from its beginning, as if it had never been tried.
        token.waits = ""
        for child in token.inside:
            if child.key not in children:
                child.discard()

    def _on_complete_hook(self, my_task: Token) -> None:
        instance = my_task.workflow
        for child in my_task.inside:
            child.cancel()
        instance.left(my_task, completed=True)
        self.go_on(my_task)

    def go_on(self, token: Token) -> None:
        """Leave by the chosen flows."""
        container = token.parent
        if container is not None:
            token.workflow.take(token.chosen, container)

    def _on_cancel(self, my_task: Token) -> None:
        instance = my_task.workflow
        instance.close(my_task, completed=False)
        instance.left(my_task, completed=False)
