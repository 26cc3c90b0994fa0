"""Where a command takes a case back to: what the step that opens again, and its clocks, must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.model import facts as f
from engine.model.rows import Clock, Instance, Task

if TYPE_CHECKING:
    from engine.handlers.clocks import CaseClocks


@dataclass(frozen=True, kw_only=True)
class Back:
    """A return (退回) or withdrawal (撤回) under way.

    ``old`` is the completed task whose step opens again, for ``user_id`` where there is one who
    still may. ``leaving`` is the key of the token that is sent back, ``scope`` of its scope.
    ``said`` is who returned it, from where and why.
    """

    kind: Literal["return", "withdraw"]
    old: Task
    user_id: str | None
    leaving: str = ""
    scope: str = ""
    said: dict[str, Any] | None = None

    def opens(self, instance: Instance, fact: f.TaskOpened) -> bool:
        """Whether this is the step that opens again."""
        return (instance.id, fact.element_id) == (self.old.instance_id, self.old.element_id)


CARRIED = "carried"
"""Among a clock's moves: its step was sent back and it goes on; the key of the step's scope."""


def goes_on(clocks: CaseClocks, clock: Clock) -> bool:
    """Whether a clock runs on though its step is left: statutory time does not stop for a return."""
    back = clocks.case.going_back
    if back is None or back.kind != "return":
        return False
    if (clock.instance_id, clock.key) != (back.old.instance_id, back.leaving):
        return False
    clock.moves = {**clock.moves, CARRIED: back.scope}
    clock.key, clock.task_id = f"~{clock.key}", None
    clocks.case.tx.update(clock, "moves", "key", "task_id")
    clocks.touched()
    return True


def taken_up(
    clocks: CaseClocks, instance: Instance, key: str, element_id: str, rule_id: str, task_id: str
) -> bool:
    """Whether a clock that ran on during a return, or was stopped by what is withdrawn, goes on here.

    Neither a return nor a withdrawal gives anybody a new limit.
    """
    for clock in clocks.load():
        if CARRIED in clock.moves and (clock.instance_id, clock.element_id, clock.rule_id) == (
            instance.id, element_id, rule_id,
        ):  # fmt: skip
            clock.moves = {name: value for name, value in clock.moves.items() if name != CARRIED}
            clock.key, clock.task_id = key, task_id or None
            clocks.case.tx.update(clock, "moves", "key", "task_id")
            clocks.touched()
            return True
    return _reopened(clocks, instance, key, element_id, rule_id, task_id)


def _reopened(
    clocks: CaseClocks, instance: Instance, key: str, element_id: str, rule_id: str, task_id: str
) -> bool:
    back = clocks.case.going_back
    if back is None or back.kind != "withdraw" or back.old.element_id != element_id:
        return False
    found = clocks.case.tx.find(
        Clock, root_id=clocks.case.root.id, instance_id=instance.id, key=back.old.key,
        rule_id=rule_id,
    )  # fmt: skip
    stopped = [clock for clock in found if clock.state in ("met", "missed")]
    if not stopped:
        return False
    clock = stopped[-1]
    clock.state, clock.stopped_at, clock.key, clock.task_id = "running", None, key, task_id or None
    clocks.case.tx.update(clock, "state", "stopped_at", "key", "task_id")
    clocks.run_on(clock)
    return True


def dropped(clocks: CaseClocks, instance: Instance, element_id: str) -> list[Clock]:
    """Clocks that ran on for a step which, begun anew, is under other rules now."""
    return [
        clock
        for clock in clocks.load()
        if CARRIED in clock.moves
        and (clock.instance_id, clock.element_id) == (instance.id, element_id)
    ]
