"""A token: SpiffWorkflow's task, made small.

SpiffWorkflow keeps every task an instance ever had, each with a copy of all data, and the tasks it
foresees. Here a task lives only while it holds a token, foresees nothing and holds no data but the
local variables of its own scope. Its parent is what contains it (a sub-process, the body of a
multi-instance activity, the activity a boundary event hangs on), not what came before it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from engine.bpmn.spiff.instance import Instance
    from engine.bpmn.spiff.node import Node
    from engine.bpmn.spiff.plan import Flow


class Role(IntEnum):
    """What a task stands for. The numbers are stored."""

    PLAIN = 0
    BODY = 1
    """The frame round the instances of a multi-instance or looping activity."""
    INNER = 2
    """One of those instances."""
    LISTENER = 3
    """An event that may happen, but holds no token until it does."""
    UNDO = 4
    """A completed scope open again for its compensation, or a thrower that did not wait for it."""


class Phase(IntEnum):
    """How far a token has come at its node. The numbers are stored."""

    NEW = 0
    ENTER = 1
    """Reported as entered; to be started (again, after an incident)."""
    LEAVE = 2
    """Done; output mappings are still to be applied."""
    FLOW = 3
    """Output mappings are applied; the way out is still to be chosen."""


class Token(Task):
    """One token's stay at one node, or a listener's wait."""

    workflow: Instance
    task_spec: Node
    id: str
    parent: Token | None

    def __init__(
        self,
        instance: Instance,
        node: Node,
        parent: Token | None,
        key: str,
        role: Role = Role.PLAIN,
    ) -> None:
        super().__init__(instance, node, parent, state=TaskState.FUTURE, id=key)
        self._children: dict[str, None] = {}
        self.role = role
        self.phase = Phase.NEW
        self.queued = False
        self.shown = False
        """Whether it was reported as entered."""
        self.waits = ""
        """What it waits for: ``task``, ``timer``, ``message``, ``signal``, ``call``, …; or ''."""
        self.incident = ""
        """The code of the incident it is stuck in, or ''."""
        self.locals: dict[str, Any] = {}
        self.memo: dict[str, Any] = {}
        """What its node must remember until it leaves; JSON."""
        self.chosen: tuple[Flow, ...] = ()

    @property
    def key(self) -> str:
        """Its name for the world outside, for ever."""
        return self.id

    @property
    def alive(self) -> bool:
        """Whether it is still in its instance."""
        return self.workflow.tasks.get(self.id) is self

    @property
    def inside(self) -> list[Token]:
        """The tokens it contains, oldest first."""
        tasks = self.workflow.tasks
        return [tasks[key] for key in self._children]

    @property
    def holds_tokens(self) -> bool:
        """Whether anything but listeners is inside."""
        tasks = self.workflow.tasks
        return any(tasks[key].role is not Role.LISTENER for key in self._children)

    @property
    def loop(self) -> int | None:
        """Which instance of a multi-instance activity it is, from 1."""
        return self.memo.get("loop") if self.role is Role.INNER else None

    def be(self, state: int) -> None:
        """Take on one of SpiffWorkflow's states."""
        self._state = state

    def move(self, parent: Token) -> None:
        """Put it into another container."""
        before = self.parent
        if before is not None:
            before._children.pop(self.id, None)
        self.parent = parent
        parent._child_added_notify(self)

    def proceed(self, phase: Phase) -> None:
        """Let it be run again, from ``phase``."""
        self.phase = phase
        self.incident = ""
        self._ready()

    def cancel(self) -> None:
        """Take it out of its instance with all it contains, and report what that ends."""
        for child in self.inside:
            child.cancel()
        self.be(TaskState.CANCELLED)
        self.task_spec._on_cancel(self)
        self.discard()

    def discard(self) -> None:
        """Take it out of its instance."""
        tasks, parent = self.workflow.tasks, self.parent
        if "in" in self.memo:
            self.workflow.joins.pop((str(self._parent), self.task_spec.name), None)
        tasks.pop(self.id, None)
        for child in self.inside:
            child.discard()
        if parent is not None:
            parent._children.pop(self.id, None)

    # SpiffWorkflow's own, without wall clock, log records and prediction.

    def _child_added_notify(self, child: Token) -> None:
        self._children[child.id] = None

    def _set_state(self, value: int) -> None:
        self._state = value

    def _inherit_data(self) -> None:
        pass
