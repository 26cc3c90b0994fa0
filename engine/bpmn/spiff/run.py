"""Specifications of a model, and runs of its instances: the door of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lxml import etree
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.definition import Element, Services
from engine.bpmn.spiff import backward, beginning, catching, state, variables
from engine.bpmn.spiff.adhoc import AdHoc
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.instance import Instance
from engine.bpmn.spiff.node import Node
from engine.bpmn.spiff.parser import parse
from engine.bpmn.spiff.scopes import ProcessNode
from engine.bpmn.spiff.timers import in_china
from engine.bpmn.spiff.token import Phase, Token
from engine.bpmn.spiff.values import plain_map
from engine.errors import Conflict, NotFound
from engine.model import facts


def compile_specs(tree: etree._ElementTree, elements: Mapping[str, Element]) -> Specs:
    """The specifications of a normalised tree; raises ModelRejected for what cannot run."""
    return Specs(*parse(tree, elements))


class Specs:
    """The processes of one model, compiled. Never changes; may be shared by threads."""

    def __init__(self, processes: Mapping[str, ProcessNode], nodes: Mapping[str, Node]) -> None:
        self._processes = processes
        self._nodes = nodes

    def start(
        self,
        process_id: str,
        variables: Mapping[str, object],
        *,
        now: datetime,
        services: Services,
        start_event: str | None = None,
        called: bool = False,
    ) -> Run:
        """A new instance, run until everything in it waits.

        ``start_event`` is the id of the start event that was triggered, or of the receive task or
        awaited event that instantiates; without it the process starts at its plain one. ``called``
        says that a call activity started it and may catch its errors; an uncaught error then ends
        the instance instead of raising an incident. Raises NotFound when there is no such process
        or start.
        """
        process = self._processes.get(process_id)
        if process is None:
            raise NotFound(what={"zh": f"流程“{process_id}”", "en": f'process "{process_id}"'})
        instance = Instance(process, variables, now=in_china(now), services=services, called=called)
        root = instance.create(process, None)
        instance.task_tree = root
        root.phase = Phase.ENTER
        root.be(TaskState.STARTED)
        begin = beginning.at(process, start_event)
        process.listen(root)
        begin(instance, root)
        instance.drain()
        return Run(instance)

    def restore(
        self, state_: bytes, variables: Mapping[str, object], *, now: datetime, services: Services
    ) -> Run:
        """The instance whose :meth:`Run.save` gave the state; Invalid when it is none of ours."""
        document = state.load(state_)
        process = self._processes.get(document["p"])
        if process is None:
            raise NotFound(
                what={"zh": f"流程“{document['p']}”", "en": f'process "{document["p"]}"'}
            )
        instance = Instance(process, variables, now=in_china(now), services=services)
        state.restore(instance, document, self._nodes)
        return Run(instance)


class Run:
    """One instance in memory. Not thread-safe; does no I/O; raises nothing a model could cause."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    # ------------------------------------------------------------------ looking

    @property
    def variables(self) -> dict[str, Any]:
        """The root scope. Local scopes live in the state."""
        return self._instance.variables

    @property
    def now(self) -> datetime:
        """The moment at which what happens happens."""
        return self._instance.now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._instance.now = in_china(moment)

    @property
    def ended(self) -> bool:
        """Whether no token is left."""
        return self._instance.ended

    @property
    def open(self) -> Mapping[str, str]:
        """Key → element id of everything that waits for something from outside, or is stuck."""
        return {
            token.key: token.task_spec.drawn_as
            for token in self._tokens()
            if token.waits or token.incident
        }

    @property
    def incidents(self) -> Mapping[str, str]:
        """Key → code of every incident."""
        return {token.key: token.incident for token in self._tokens() if token.incident}

    def visible(self, key: str | None = None) -> dict[str, object]:
        """The variables seen from a token: the root's, overlaid by its local scopes."""
        return variables.visible(self._instance, self._token(key) if key else None)

    def evaluate(
        self, expression: str, *, key: str | None = None, extra: Mapping[str, object] | None = None
    ) -> object:
        """A FEEL expression's plain value in a token's scope, ``extra`` laid over it.

        Raises EvaluationFailed.
        """
        text = expression.strip().removeprefix("=")
        token = self._token(key) if key else None
        return variables.evaluate(self._instance, token, text, extra)

    def progress(self) -> facts.Progress:
        """What happened since the start, the restoring, or the last time this was asked."""
        told, self._instance.told = self._instance.told, []
        return facts.Progress(facts=tuple(told), variables=dict(self._instance.variables))

    def rest(self) -> None:
        """Let go of the house: saved, the run waits in memory for :meth:`resume`."""
        self._instance.rest()

    def resume(self, variables: Mapping[str, object], *, now: datetime, services: Services) -> None:
        """Go on after :meth:`rest` as if restored from the state that was saved before it."""
        self._instance.resume(variables, now=in_china(now), services=services)

    def save(self) -> bytes:
        """The state, without specification and without root variables."""
        return state.save(self._instance)

    # ------------------------------------------------------------------ what comes from outside

    def complete(self, key: str, variables: Mapping[str, object]) -> None:
        """A person has completed a task, with these answers."""
        self._answer(self._waiting(key, "task"), variables)

    def service_done(self, key: str, variables: Mapping[str, object]) -> None:
        """An operation is done, with these results."""
        self._answer(self._waiting(key, "service"), variables)

    def call_done(self, key: str, variables: Mapping[str, object], *, escalation: str = "") -> None:
        """A called instance is completed; ``escalation`` is the code of one that left it."""
        token = self._waiting(key, "call")
        if escalation:
            catching.raise_escalation(token, escalation)
        if token.alive:
            self._answer(token, variables)
        else:
            self._instance.drain()

    def deliver(self, key: str, variables: Mapping[str, object]) -> None:
        """A message or signal has come for an open subscription."""
        token = self._waiting(key, "message", "signal")
        self._happen(token, variables)

    def fire(self, key: str) -> None:
        """A timer's moment has come."""
        self._happen(self._waiting(key, "timer"), {})

    def service_failed(self, key: str, error_code: str | None, message: str) -> None:
        """An operation failed: an error that somebody catches, else an incident."""
        token = self._waiting(key, "service")
        if error_code and catching.raise_error(token, error_code, message):
            self._instance.drain()
            return
        self._fail(
            token,
            Stuck(
                "service-failed",
                f"操作失败：{message[:500]}。请排除原因后重试。",
                f"The operation failed: {message[:500]}. Mend the cause, then retry.",
            ),
            error_code,
        )

    def call_failed(self, key: str, error_code: str) -> None:
        """A called instance ended by an error: caught here, or an incident."""
        token = self._waiting(key, "call")
        if catching.raise_error(token, error_code, ""):
            self._instance.drain()
            return
        self._fail(token, catching.uncaught(error_code), error_code)

    @property
    def selectable(self) -> Mapping[str, tuple[str, ...]]:
        """Key of every active ad-hoc sub-process → ids of the activities that may be selected."""
        return {
            token.key: token.task_spec.enabled
            for token in self._tokens()
            if _selects(token) and isinstance(token.task_spec, AdHoc)
        }

    def select(self, key: str, *element_ids: str) -> None:
        """Begin activities of an ad-hoc sub-process, those already done included.

        Raises Conflict when the sub-process is over, NotFound when it has no such activity.
        """
        token = self._token(key)
        node = token.task_spec
        if not _selects(token) or not isinstance(node, AdHoc):
            raise _not_waiting(key)
        for each in element_ids:
            if each not in node.enabled:
                raise NotFound(what={"zh": f"可选的活动“{each}”", "en": f'activity "{each}"'})
        node.select(token, element_ids)
        self._instance.drain()

    def hindrance(self, keys: Sequence[str], element_id: str) -> backward.Hindrance | None:
        """Why these open tasks cannot go back to an earlier activity together; None if they can.

        Raises Conflict when one of them no longer waits for a person.
        """
        return backward.hindrance([self._waiting(key, "task") for key in keys], element_id)

    def send_back(self, keys: Sequence[str], element_id: str) -> None:
        """End open tasks and begin an earlier activity of their scope anew.

        What was completed stays told. Raises Conflict, naming why, where tokens would be lost or
        doubled, and where a task no longer waits.
        """
        tokens = [self._waiting(key, "task") for key in keys]
        why = backward.hindrance(tokens, element_id)
        if why is not None:
            raise Conflict(reason={"zh": why.zh, "en": why.en}, code=why.code)
        backward.replace(tokens, element_id)
        self._instance.drain()

    def retry(self, key: str) -> None:
        """Try again what an incident stopped."""
        token = self._token(key)
        if not token.incident:
            raise _not_waiting(key)
        token.task_spec.again(token)
        self._instance.drain()

    def cancel(self) -> None:
        """End the whole instance at once."""
        instance = self._instance
        if instance.ended:
            return
        instance.root.cancel()
        instance.ended = True
        instance.tell(
            facts.InstanceEnded(
                key="",
                element_id=instance.process.bpmn_id,
                how="terminated",
                variables=dict(instance.variables),
            )
        )

    def set_variables(self, variables_: Mapping[str, object], key: str | None = None) -> None:
        """Set variables, each in the scope that has it as seen from ``key``, else in the root.

        What waited for a condition that has become true by it goes on.
        """
        variables.merge(self._instance, self._token(key) if key else None, plain_map(variables_))
        self._instance.drain()

    # ------------------------------------------------------------------ within

    def _answer(self, token: Token, values: Mapping[str, object]) -> None:
        instance, taken = self._instance, plain_map(values)
        instance.close(token, completed=True)
        token.task_spec.take_result(token, taken)
        token.proceed(Phase.LEAVE)
        instance.drain()

    def _happen(self, token: Token, values: Mapping[str, object]) -> None:
        instance, taken = self._instance, plain_map(values)
        instance.close(token, completed=True)
        token.task_spec.happen(token, taken)
        instance.drain()

    def _fail(self, token: Token, why: Stuck, error_code: str | None) -> None:
        instance = self._instance
        instance.close(token, completed=False)
        if instance.called and error_code:
            catching.fail_instance(token, error_code)
        else:
            token.phase = Phase.ENTER
            instance.stick(token, why)

    def _tokens(self) -> list[Token]:
        return [] if self._instance.ended else list(self._instance.tasks.values())

    def _token(self, key: str) -> Token:
        token = self._instance.tasks.get(key)
        if token is None or token is self._instance.root:
            raise _not_waiting(key)
        return token

    def _waiting(self, key: str, *kinds: str) -> Token:
        token = self._token(key)
        if token.waits not in kinds:
            raise _not_waiting(key)
        return token


def _selects(token: Token) -> bool:
    return token.phase is Phase.ENTER and "begun" in token.memo and "over" not in token.memo


def _not_waiting(key: str) -> Conflict:
    return Conflict(
        reason={
            "zh": f"“{key}”已不再等待。",
            "en": f'"{key}" no longer waits for this.',
        }
    )
