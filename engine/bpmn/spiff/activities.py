"""Activities: what takes work or time, may repeat, and may have boundary events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.bpmn.spiff import loops, undoing, variables
from engine.bpmn.spiff.gateways import decide
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.node import Node, go_on
from engine.bpmn.spiff.plan import (
    Assignment,
    Call,
    Decision,
    Flow,
    Job,
    Loop,
    Script,
    Text,
    Trigger,
)
from engine.bpmn.spiff.timers import moment
from engine.bpmn.spiff.token import Role, Token
from engine.bpmn.spiff.values import plain
from engine.bpmn.spiff.waiting import subscribe, throw_message
from engine.errors import YifaError
from engine.model import facts

if TYPE_CHECKING:
    from engine.bpmn.spiff.events import BoundaryEvent
    from engine.bpmn.spiff.instance import Instance

DEFAULT_PRIORITY = 50
DEFAULT_RETRIES = 3


class Activity(Node):
    """Any activity. With ``loop`` it is a frame (``Role.BODY``) round its instances."""

    loop: Loop | None = None
    boundary: tuple[BoundaryEvent, ...] = ()
    undoes = False
    """Whether it only compensates another."""
    start_quantity = 1
    """How many tokens have to come before it begins."""
    completion_quantity = 1
    """How many tokens leave it by each of its ways."""

    def arrive(self, instance: Instance, container: Token, flow: Flow) -> None:
        """A token comes; more may be wanted before the activity begins."""
        if self.start_quantity == 1:
            instance.spawn(self, container)
            return
        where = (container.key, self.name)
        token = instance.joins.get(where)
        if token is None or not token.alive:
            token = instance.joins[where] = instance.create(self, container)
            token.memo["in"] = {}
        arrived: dict[str, int] = token.memo["in"]
        arrived[flow.id] = arrived.get(flow.id, 0) + 1
        if sum(arrived.values()) == self.start_quantity:
            del instance.joins[where], token.memo["in"]
            token.incident = ""
            self._update(token)

    def again(self, token: Token) -> None:
        """What waits for more tokens cannot begin before they come."""
        if "in" in token.memo:
            token.incident = ""
        else:
            super().again(token)

    def announce(self, token: Token) -> None:
        """A frame is not shown; its instances are."""
        if self.loop is None or token.role is Role.INNER:
            super().announce(token)

    def enter(self, token: Token) -> bool:
        """Open the frame, or do the work; meanwhile boundary events may happen."""
        if self.loop is not None and token.role is Role.PLAIN:
            done = loops.begin(token, self.loop)
        else:
            done = super().enter(token)
        if not done and token.role is not Role.INNER and token.alive:
            self._attach(token)
        return done

    def _attach(self, token: Token) -> None:
        # After an incident the work begins again, but what hangs on it has waited all the while.
        attached = {child.task_spec.name for child in token.inside if child.role is Role.LISTENER}
        for event in self.boundary:
            if event.name not in attached:
                event.attach(token)

    def map_outputs(self, token: Token) -> None:
        """A frame gives its output collection; instances apply the output mappings."""
        if self.loop is not None and token.role is not Role.INNER:
            loops.end(token, self.loop)
        else:
            super().map_outputs(token)

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """Instances have no way out but into their frame."""
        if self.loop is not None and token.role is Role.INNER:
            loops.collect(token, self.loop)
            return ()
        return super().choose(token)

    def go_on(self, token: Token) -> None:
        """Leave; from now on it may be compensated."""
        if self.undoable:
            undoing.record(token)
        super().go_on(token)
        if self.completion_quantity > 1:
            for _ in range(1, self.completion_quantity):
                super().go_on(token)

    def emptied(self, container: Token, child: Token) -> None:
        """An instance is done: start the next, or end the frame."""
        if self.loop is not None and container.role is Role.BODY:
            loops.instance_done(container, child, self.loop)


class PassingTask(Activity):
    """A task of no type: nothing is to be done."""


class PersonTask(Activity):
    """A user or manual task: parks until a person completes it."""

    assignment = Assignment()

    def begin(self, token: Token) -> bool:
        """Open the task with its assignment evaluated."""
        told = self.assignment
        instance = token.workflow
        assignee = variables.word(instance, token, told.assignee)
        users = variables.words(instance, token, told.users)
        groups = variables.words(instance, token, told.groups)
        if not (assignee or users or groups) and told.lane:
            groups = (told.lane,)
        token.waits = "task"
        instance.tell(
            facts.TaskOpened(
                key=token.key,
                element_id=self.bpmn_id,
                name=self.title,
                assignee=assignee,
                candidate_users=users,
                candidate_groups=groups,
                form_id=variables.word(instance, token, told.form),
                priority=variables.whole(instance, token, told.priority, DEFAULT_PRIORITY),
                due=_moment(token, told.due),
                follow_up=_moment(token, told.follow_up),
                loop=token.loop,
                local=dict(token.locals),
            )
        )
        return False


def _moment(token: Token, text: Text | None) -> datetime | None:
    if text is None:
        return None
    value = (
        feel.to_python(variables.raw(token.workflow, token, text.text)) if text.feel else text.text
    )
    if value is None:
        return None
    try:
        return moment(value)  # type: ignore[arg-type]
    except (ValueError, TypeError, AttributeError):
        raise Stuck(
            "value-unusable",
            f"“{text.text}”的结果应当是日期或时刻。请在模型或变量中改正，再重试。",
            f'"{text.text}" should have given a date or moment. Mend it, then retry.',
        ) from None


class ServiceTask(Activity):
    """Parks until the operation it asks for is done."""

    job: Job | None = None

    def begin(self, token: Token) -> bool:
        """Ask for the operation."""
        assert self.job is not None
        return request(token, self.job)


def request(token: Token, job: Job) -> bool:
    """Ask for an operation; always False: the answer comes later."""
    instance = token.workflow
    operation = variables.word(instance, token, job.operation)
    if operation is None:
        raise Stuck(
            "operation-missing",
            "服务任务的操作名为空。请在模型或变量中改正，再重试。",
            "The service task names no operation. Mend the model or the variables, then retry.",
        )
    token.waits = "service"
    instance.tell(
        facts.ServiceRequested(
            key=token.key,
            element_id=token.task_spec.bpmn_id,
            operation=operation,
            headers=dict(job.headers),
            variables=variables.visible(instance, token),
            retries=variables.whole(instance, token, job.retries, DEFAULT_RETRIES),
        )
    )
    return False


class SendTask(ServiceTask):
    """Asks for an operation, or throws a message."""

    trigger: Trigger | None = None

    def begin(self, token: Token) -> bool:
        """Throw and go on; or ask and wait."""
        if self.job is not None:
            return request(token, self.job)
        assert self.trigger is not None
        throw_message(token, self.trigger)
        return True


class ReceiveTask(Activity):
    """Parks until its message comes."""

    trigger: Trigger | None = None
    instantiates = False
    """Whether its message starts the process."""

    def begin(self, token: Token) -> bool:
        """Wait for the message."""
        self.arm(token)
        return False

    def arm(self, token: Token) -> None:
        """Wait for the message."""
        assert self.trigger is not None
        subscribe(token, self.trigger)

    def happen(self, token: Token, values: Mapping[str, object]) -> None:
        """The message has come."""
        decide(token)
        go_on(token, values)


class BusinessRuleTask(ServiceTask):
    """Asks the deployment's decisions, or an operation."""

    decision: Decision | None = None

    def begin(self, token: Token) -> bool:
        """Decide; the value goes to the result variable."""
        if self.decision is None:
            return super().begin(token)
        instance = token.workflow
        decision = variables.word(instance, token, self.decision.decision)
        seen = variables.visible(instance, token)
        value = instance.services.decide(decision or "", seen)
        self.take_result(token, {self.decision.result or self.bpmn_id: plain(value)})
        return True


class ScriptTask(ServiceTask):
    """Evaluates FEEL, or hands its text to what the host registered for its format."""

    script: Script | None = None

    def begin(self, token: Token) -> bool:
        """Compute; the value goes to the result variable."""
        if self.script is None:
            return super().begin(token)
        if self.script.language == "feel":
            value = variables.computed(token.workflow, token, self.script.text)
        else:
            value = _foreign(token, self.script)
        if self.script.result:
            self.take_result(token, {self.script.result: value})
        elif isinstance(value, dict):
            self.take_result(token, value)
        return True


def _foreign(token: Token, script: Script) -> Any:
    instance = token.workflow
    handler = instance.services.script(script.language)
    if handler is None:
        raise Stuck(
            "script-format",
            f"没有登记“{script.language}”脚本的处理程序。请在启动引擎时登记，再重试。",
            f'No handler is registered for "{script.language}" scripts. '
            "Register it where the engine is opened, then retry.",
        )
    try:
        value = handler(script.text, variables.visible(instance, token))
    except YifaError:
        raise
    except Exception as exc:  # the host's code may raise anything
        raise Stuck(
            "script-failed",
            f"“{script.language}”脚本出错：{type(exc).__name__}。请查看程序日志，改正后重试。",
            f'The "{script.language}" script failed: {type(exc).__name__}. '
            "Look into the program's log, mend it, then retry.",
        ) from exc
    return plain(value)


class CallActivity(Activity):
    """Parks while another process runs as an instance of its own."""

    call: Call | None = None

    def begin(self, token: Token) -> bool:
        """Ask for the child instance."""
        assert self.call is not None
        instance = token.workflow
        process = variables.word(instance, token, self.call.process)
        if process is None:
            raise Stuck(
                "call-missing",
                "调用活动没有给出被调用流程的标识。请在模型或变量中改正，再重试。",
                "The call activity names no process. Mend the model or the variables, then retry.",
            )
        given: Mapping[str, object] = (
            variables.visible(instance, token) if self.call.all_in else dict(token.locals)
        )
        token.waits = "call"
        instance.tell(
            facts.CallOpened(
                key=token.key, element_id=self.bpmn_id, process_id=process, variables=given
            )
        )
        return False

    def take_result(self, token: Token, values: dict[str, object]) -> None:
        """Take the child's variables, unless the model wants only what it maps."""
        assert self.call is not None
        if self.call.all_out or self.outputs_mapped:
            super().take_result(token, values)
