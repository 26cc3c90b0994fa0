"""Ad-hoc sub-processes: activities in no drawn order (BPMN 2.0.2, 10.3.5 and 13.3.5).

What is enabled is begun without anybody selecting it: all activities without incoming flow, or
those that ``zeebe:adHoc`` names; side by side, or one after the other. Who works on them selects
by what is completed; :meth:`AdHoc.select` begins an enabled activity once more. After every
completed activity the completion condition is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.spiff import variables
from engine.bpmn.spiff.activities import Activity
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.scopes import SubProcess, stop_listening
from engine.bpmn.spiff.token import Phase, Role, Token
from engine.errors import YifaError

if TYPE_CHECKING:
    from engine.bpmn.spiff.node import Node

_UNFINISHED = Stuck(
    "ad-hoc-unfinished",
    "即席子流程中的活动都已结束，而完成条件仍不成立。请更正变量后重试，或另选一项活动。",
    "All activities of the ad-hoc sub-process are done, and its completion condition does not hold. "
    "Mend the variables and retry, or select another activity.",
)


class AdHoc(SubProcess):
    """An ad-hoc sub-process."""

    sequential = False
    completion: str | None = None
    cancels_rest = True
    """Whether what still runs is cancelled when the completion condition holds."""
    chosen: str | None = None
    """FEEL: the ids of the activities to begin with; None for all that are enabled."""

    def begin(self, token: Token) -> bool:
        """Begin what is enabled, or the first of it."""
        first = self._first(token)
        self.listen(token)
        token.memo["begun"] = True
        self._select(token, first)
        if token.holds_tokens:
            return False
        return self._may_end(token)

    def _may_end(self, token: Token) -> bool:
        if self.completion is None or variables.holds(token.workflow, token, self.completion):
            return True
        raise _UNFINISHED

    def _first(self, token: Token) -> list[Node]:
        if self.chosen is None:
            return list(self.inner.starts)
        value = variables.evaluate(token.workflow, token, self.chosen)
        if not isinstance(value, list):
            raise Stuck(
                "collection-not-list",
                f"即席子流程的活动清单“{self.chosen}”不是列表。请更正变量或模型，再重试。",
                f'The activities "{self.chosen}" of the ad-hoc sub-process are no list. '
                "Mend the variables or the model, then retry.",
            )
        return [self._enabled(str(each)) for each in value]

    def _enabled(self, element_id: str) -> Node:
        for node in self.inner.starts:
            if node.bpmn_id == element_id:
                return node
        raise Stuck(
            "ad-hoc-unknown",
            f"即席子流程中没有可以开始的活动“{element_id[:60]}”。请更正变量或模型，再重试。",
            f'The ad-hoc sub-process has no activity "{element_id[:60]}" that could begin. '
            "Mend the variables or the model, then retry.",
        )

    def _select(self, token: Token, nodes: list[Node]) -> None:
        waiting = [*token.memo.pop("rest", ()), *(node.name for node in nodes)]
        if self.sequential:
            ready, waiting = waiting[:1], waiting[1:]
            if token.holds_tokens:
                ready, waiting = [], [*ready, *waiting]
        else:
            ready, waiting = waiting, []
        if waiting:
            token.memo["rest"] = waiting
        for name in ready:
            token.workflow.spawn(self.inner.task_specs[name], token)

    @property
    def enabled(self) -> tuple[str, ...]:
        """Ids of the activities that may be selected."""
        return tuple(node.bpmn_id for node in self.inner.starts)

    def select(self, token: Token, element_ids: tuple[str, ...]) -> None:
        """Begin these activities (once more); one after the other where the order is sequential."""
        nodes = [self._enabled(each) for each in element_ids]
        self._clear(token)
        self._select(token, nodes)

    def again(self, token: Token) -> None:
        """Look at the completion condition again, or begin."""
        if "begun" not in token.memo:
            super().again(token)
            return
        self._clear(token)
        self._see(token, completed=True)

    def _clear(self, token: Token) -> None:
        token.incident = ""
        token.be(TaskState.STARTED)

    def emptied(self, container: Token, child: Token) -> None:
        """Something inside is done: look whether that is enough."""
        if container.role in (Role.BODY, Role.UNDO):
            super().emptied(container, child)
        elif container.phase is Phase.ENTER:
            activity = isinstance(child.task_spec, Activity) and not child.task_spec.is_handler
            self._see(container, completed=activity and child.role is not Role.UNDO)

    def _see(self, token: Token, *, completed: bool) -> None:
        try:
            if completed and "over" not in token.memo and self._holds(token):
                token.memo["over"] = True
            self._go_on(token)
        except Stuck as stuck:
            token.workflow.stick(token, stuck)
        except YifaError as error:
            token.workflow.stick(token, Stuck.by(error))

    def _holds(self, token: Token) -> bool:
        return self.completion is not None and variables.holds(
            token.workflow, token, self.completion
        )

    def _go_on(self, token: Token) -> None:
        if "over" in token.memo:
            self._end_rest(token)
        if token.holds_tokens:
            if self.handlers:
                stop_listening(token)
        elif "over" in token.memo or (self.completion is None and "rest" not in token.memo):
            token.proceed(Phase.LEAVE)
        elif "rest" in token.memo:
            self._select(token, [])
        else:
            raise _UNFINISHED

    def _end_rest(self, token: Token) -> None:
        """No further activity begins; of those that run, all are cancelled or none."""
        token.memo.pop("rest", None)
        for child in token.inside:
            if child.role is Role.LISTENER or child.task_spec.is_handler:
                continue
            begun = child.phase is not Phase.NEW
            if (self.cancels_rest and not self.sequential) or not begun:
                child.cancel()
