"""A case at work: its instances and runs, loaded as needed, and facts turned into rows.

A command takes the case (one lock on its root), moves tokens in one of its instances, and calls
``settle``. Facts are worked off until nothing more follows: a call opens a child instance whose
facts come next; a child's end goes back to its caller. ``settle`` then writes each touched row.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.clock import millis
from engine.handlers import clocks, consulted, opening, outcomes
from engine.handlers.kept import CLOSED_FIELDS, ROOT_FIELDS, root_fields
from engine.handlers.resting import Rest
from engine.handlers.services import CaseServices
from engine.model import facts as f
from engine.model.rows import (
    Activity,
    Candidate,
    Draft,
    Exclusion,
    Incident,
    Instance,
    Job,
    Participant,
    Subscription,
    Task,
)

if TYPE_CHECKING:
    from engine.bpmn import Run
    from engine.catalog import Package
    from engine.handlers.back import Back
    from engine.handlers.house import Context

PROCESS_KEY = "process"
"""The key of clocks that belong to a process as a whole."""


class Case:
    """One case inside one command."""

    def __init__(self, context: Context, root: Instance, *, reading: bool = False) -> None:
        self.context = context
        self._reading = reading
        """Whether nothing of it is ever written: who only looks takes no run from who will act."""
        self.tx = context.tx
        self.root = root
        self._before = root_fields(root)
        """The root as it came: a field that is another object now is written."""
        self.instances: dict[str, Instance] = {root.id: root}
        self.opened: list[Task] = []
        self.closed: list[Task] = []
        self.cause: Task | None = None
        """The task whose completion set all this off, if one did."""
        self.going_back: Back | None = None
        """The return or withdrawal that set it off, if one did."""
        self.clocks = clocks.CaseClocks(self)
        self.calls = 0
        """How many processes this command has called."""
        self._runs: dict[str, Run] = {}
        self._packages: dict[str, Package] = {}
        self._queue: deque[tuple[Instance, f.Fact]] = deque()
        self._tasks: dict[str, Task] = {}
        self._activities: dict[tuple[str, str], Activity] = {}
        self._new: set[str] = set()
        self._moved = False

    # --- loading ---------------------------------------------------------------------------

    def instance(self, instance_id: str) -> Instance:
        """An instance of this case."""
        found = self.instances.get(instance_id)
        if found is None:
            found = self.tx.get(Instance, id=instance_id)
            if found is None or found.root_id != self.root.id:
                raise LookupError(instance_id)
            self.instances[instance_id] = found
        return found

    def package(self, instance: Instance) -> Package:
        """The pinned package of an instance."""
        found = self._packages.get(instance.deployment_id)
        if found is None:
            found = self.context.house.package(instance.deployment_id)
            self._packages[instance.deployment_id] = found
        return found

    def run(self, instance: Instance) -> Run:
        """The instance's tokens, restored once."""
        found = self._runs.get(instance.id)
        if found is None:
            found = self._runs[instance.id] = self._resumed(instance)
        return found

    def _resumed(self, instance: Instance) -> Run:
        now, services = self.context.now, self.services(instance)
        found = None if self._reading else self.context.house.resting.take(instance)
        if found is not None:
            found.resume(instance.variables, now=now, services=services)
            return found
        definition = self.package(instance).definition
        return definition.restore(instance.tokens, instance.variables, now=now, services=services)

    def services(self, instance: Instance) -> CaseServices:
        """What expressions of this instance may ask of the house."""
        return CaseServices(self.context, self.package(instance))

    def task(self, task_id: str) -> Task | None:
        """A task of the case, the one object for its row."""
        found = self._tasks.get(task_id)
        if found is None:
            found = self.tx.get(Task, id=task_id)
            if found is not None:
                self._tasks[task_id] = found
        return found

    def know(self, task: Task) -> None:
        """Remember a task row read elsewhere, so that it is changed only once."""
        self._tasks[task.id] = task

    @property
    def version(self) -> int:
        """The case's version once this command is written."""
        return self.tx.version_of(self.root)

    # --- beginning ---------------------------------------------------------------------------

    def begin(
        self, instance: Instance, variables: Mapping[str, Any], start_event: str | None = None
    ) -> None:
        """Start the tokens of a fresh instance row."""
        self.instances[instance.id] = instance
        self._new.add(instance.id)
        # The insert waits for the commit and takes along what becomes of the instance until then.
        self.tx.insert(instance)
        package = self.package(instance)
        run = package.definition.start(
            instance.process_id,
            dict(variables),
            now=self.context.now,
            services=self.services(instance),
            start_event=start_event,
            called=instance.parent_id is not None,
        )
        self._runs[instance.id] = run
        self.clocks.entered(instance, PROCESS_KEY, instance.process_id)
        self.collect(instance)

    # --- moving ------------------------------------------------------------------------------

    def move(self, instance: Instance, step: Callable[[Run], None]) -> None:
        """Move tokens of an instance and take in what came of it."""
        step(self.run(instance))
        self.collect(instance)

    def collect(self, instance: Instance) -> None:
        """Queue the facts of an instance's run."""
        progress = self.run(instance).progress()
        instance.variables = dict(progress.variables)
        self._queue.extend((instance, fact) for fact in progress.facts)

    def settle(self) -> None:
        """Work off all facts, then write every row that changed."""
        self.work_off()
        self.clocks.settle()
        outcomes.after_step(self)
        if self._moved:
            self.root.idle_since = self.context.now_ms if self.root.standing else None
        self._write()

    def work_off(self) -> None:
        """Turn the facts so far into rows, and those that follow from them."""
        while self._queue:
            instance, fact = self._queue.popleft()
            self._moved = True
            _WORK[type(fact)](self, instance, fact)

    def _write(self) -> None:
        for instance in self.instances.values():
            run = self._runs.get(instance.id)
            if run is not None:
                instance.tokens = run.save()
            if instance.id not in self._new and run is not None and instance is not self.root:
                self.tx.update(instance, "tokens", "variables", "state", "ended_at", "incidents")
        if self.root.id not in self._new:
            now = root_fields(self.root)
            changed = [
                n for n, a, b in zip(ROOT_FIELDS, self._before, now, strict=True) if a is not b
            ]
            if changed:
                self.tx.update(self.root, *changed)
        self._new.clear()
        self.tx.after_commit(self._keep_runs)

    def _keep_runs(self) -> None:
        """What is committed now, the next command need not restore."""
        self.context.house.resting.keep(
            (instance.id, Rest(self._runs[instance.id], instance.tokens, instance.deployment_id))
            for instance in self.instances.values()
            if instance.id in self._runs and instance.ended_at is None
        )

    # --- facts into rows -----------------------------------------------------------------------

    def _entered(self, instance: Instance, fact: f.ActivityEntered) -> None:
        row = Activity(
            tenant=instance.tenant,
            id=self.context.new_id(),
            instance_id=instance.id,
            root_id=instance.root_id,
            key=fact.key,
            element_id=fact.element_id,
            kind=fact.kind,
            name=fact.name,
            scope=fact.scope,
            loop=fact.loop,
            entered_at=millis(fact.at),
        )
        self._activities[(instance.id, fact.key)] = row
        self.tx.insert(row)
        self.clocks.entered(instance, fact.key, fact.element_id)

    def _left(self, instance: Instance, fact: f.ActivityLeft) -> None:
        row = self._activities.get((instance.id, fact.key))
        if row is not None:
            # Entered within this very command: the insert still waits and takes these along.
            row.left_at, row.outcome = millis(fact.at), fact.outcome
        else:
            self.tx.update_where(
                Activity,
                {"left_at": millis(fact.at), "outcome": fact.outcome},
                root_id=instance.root_id,
                instance_id=instance.id,
                key=fact.key,
            )
        self.clocks.left(instance, fact.key, fact.outcome)
        if self.root.incidents:
            self._unstick(instance, fact.key)

    def _unstick(self, instance: Instance, key: str) -> None:
        """What was stuck there moved on or was interrupted: nobody needs to help any more."""
        stuck = self.tx.find(Incident, root_id=self.root.id, key=key, resolved_at=None)
        for incident in stuck:
            if incident.instance_id == instance.id:
                incident.resolved_at = self.context.now_ms
                incident.resolved_by = self.context.actor
                self.tx.update(incident, "resolved_at", "resolved_by")
                self.root.incidents -= 1

    def _task_opened(self, instance: Instance, fact: f.TaskOpened) -> None:
        task = opening.open_task(self, instance, fact)
        self._tasks[task.id] = task
        self.opened.append(task)

    def _task_closed(self, instance: Instance, fact: f.TaskClosed) -> None:
        task = self._find_task(instance, fact.key)
        if task is None:
            return
        if fact.outcome == "cancelled" and task.state == "open":
            self.close_task(task, "cancelled")

    def close_task(self, task: Task, state: str) -> None:
        """Close a task's row and everything that hangs on it."""
        task.state = state
        task.closed_at = self.context.now_ms
        task.version += 1
        self.root.standing = {k: v for k, v in self.root.standing.items() if k != task.id}
        if task in self.opened:
            # Opened and closed within one command: nobody ever saw it.
            self.opened.remove(task)
        if task.drafted:
            task.drafted = False
            self.tx.delete_where(Draft, task_id=task.id)
        self.tx.update(task, *CLOSED_FIELDS)
        if self.tx.candidates_of(task.id):
            self.tx.delete_where(Candidate, task_id=task.id)
        self.closed.append(task)
        if task.signs_for is None:
            # Opinions that were asked for on it are no longer wanted.
            for opinion in consulted.waiting(self, task):
                self.close_task(opinion, "cancelled")

    def _find_task(self, instance: Instance, key: str) -> Task | None:
        for task in self._tasks.values():
            if task.instance_id == instance.id and task.key == key:
                return task
        found = self.tx.find(Task, root_id=self.root.id, instance_id=instance.id, key=key, limit=1)
        if found:
            self._tasks[found[0].id] = found[0]
            return found[0]
        return None

    def _timer_set(self, instance: Instance, fact: f.TimerSet) -> None:
        self._job(instance, fact.key, "timer", millis(fact.due), "timer", {})

    def _timer_cleared(self, instance: Instance, fact: f.TimerCleared) -> None:
        self.tx.delete_where(Job, instance_id=instance.id, key=fact.key, kind="timer")

    def _subscribed(self, instance: Instance, fact: f.SubscriptionOpened) -> None:
        self.tx.insert(
            Subscription(
                tenant=instance.tenant,
                id=self.context.new_id(),
                instance_id=instance.id,
                root_id=instance.root_id,
                key=fact.key,
                element_id=fact.element_id,
                kind=fact.kind,
                name=fact.name,
                correlation=fact.correlation_key,
                opened_at=self.context.now_ms,
            )
        )

    def _unsubscribed(self, instance: Instance, fact: f.SubscriptionClosed) -> None:
        self.tx.delete_where(Subscription, instance_id=instance.id, key=fact.key)

    def _service(self, instance: Instance, fact: f.ServiceRequested) -> None:
        self._job(
            instance,
            fact.key,
            "service",
            self.context.now_ms,
            "service",
            {
                "operation": fact.operation,
                "headers": dict(fact.headers),
                "variables": dict(fact.variables),
            },
            max_attempts=max(1, fact.retries),
        )

    def _service_closed(self, instance: Instance, fact: f.ServiceClosed) -> None:
        self.tx.delete_where(Job, instance_id=instance.id, key=fact.key, kind="service")

    def _call_opened(self, instance: Instance, fact: f.CallOpened) -> None:
        outcomes.open_child(self, instance, fact)

    def _call_closed(self, instance: Instance, fact: f.CallClosed) -> None:
        if fact.outcome == "cancelled":
            outcomes.cancel_children(self, instance, fact.key)

    def _message(self, instance: Instance, fact: f.MessageThrown) -> None:
        if outcomes.goes_round(self, instance, fact.name):
            return
        self._job(
            instance,
            "",
            "message",
            self.context.now_ms,
            "message",
            {
                "name": fact.name,
                "correlation": fact.correlation_key,
                "variables": dict(fact.variables),
            },
        )

    def _signal(self, instance: Instance, fact: f.SignalThrown) -> None:
        if outcomes.goes_round(self, instance, fact.name):
            return
        self._job(
            instance,
            "",
            "signal",
            self.context.now_ms,
            "message",
            {"name": fact.name, "variables": dict(fact.variables)},
        )

    def _incident(self, instance: Instance, fact: f.IncidentRaised) -> None:
        self.raise_incident(
            instance, fact.code, key=fact.key, element_id=fact.element_id, zh=fact.zh, en=fact.en
        )

    def raise_incident(
        self,
        instance: Instance,
        code: str,
        *,
        zh: str,
        en: str,
        key: str = "",
        element_id: str = "",
    ) -> None:
        """Note that something is stuck, for an administrator to find."""
        self.tx.insert(
            Incident(
                tenant=instance.tenant,
                id=self.context.new_id(),
                instance_id=instance.id,
                root_id=instance.root_id,
                key=key,
                element_id=element_id,
                code=code,
                zh=zh,
                en=en,
                opened_at=self.context.now_ms,
            )
        )
        self.root.incidents += 1

    def _ended(self, instance: Instance, fact: f.InstanceEnded) -> None:
        outcomes.instance_ended(self, instance, fact)

    def _job(
        self,
        instance: Instance,
        key: str,
        kind: str,
        due_at: int,
        lane: str,
        payload: dict[str, Any],
        *,
        max_attempts: int = 5,
    ) -> None:
        self.tx.insert(
            Job(
                tenant=instance.tenant,
                id=self.context.new_id(),
                kind=kind,
                lane=lane,
                due_at=due_at,
                instance_id=instance.id,
                root_id=instance.root_id,
                key=key,
                payload={**payload, **self.context.carried()},
                max_attempts=max_attempts,
                created_at=self.context.now_ms,
                held=self.root.state == "suspended",
            )
        )

    # --- people ----------------------------------------------------------------------------------

    def take_part(self, user_id: str, how: str) -> None:
        """Note that somebody had a hand in the case."""
        hows = self.root.people.get(user_id, [])
        if how in hows:
            return
        self.root.people = {**self.root.people, user_id: [*hows, how]}
        self.tx.insert(
            Participant(
                tenant=self.root.tenant,
                root_id=self.root.id,
                user_id=user_id,
                how=how,
                at=self.context.now_ms,
            )
        )

    def note_handler(self, element_id: str, user_id: str) -> None:
        """Note that somebody handled a step: separation of duties asks for it ever after."""
        self.take_part(user_id, "handler")
        step = self.root.steps.get(element_id, {"n": 1, "by": []})
        by = [user for user in step["by"] if user != user_id]
        self.root.steps = {**self.root.steps, element_id: {**step, "by": [*by, user_id]}}

    def note_helper(self, element_id: str, user_id: str) -> None:
        """Note that somebody did a step for its owner, or gave an opinion on it."""
        self.take_part(user_id, "handler")
        step = self.root.steps.get(element_id, {"n": 1, "by": []})
        helpers = [user for user in step.get("with", ()) if user != user_id]
        self.root.steps = {**self.root.steps, element_id: {**step, "with": [*helpers, user_id]}}

    def exclude(self, user_id: str) -> None:
        """Shut somebody out of the case for good."""
        if user_id in self.root.excluded:
            return
        self.root.excluded = [*self.root.excluded, user_id]
        self.tx.insert(Exclusion(tenant=self.root.tenant, root_id=self.root.id, user_id=user_id))


_WORK: Mapping[type[f.Fact], Callable[[Case, Instance, Any], None]] = {
    f.ActivityEntered: Case._entered,
    f.ActivityLeft: Case._left,
    f.TaskOpened: Case._task_opened,
    f.TaskClosed: Case._task_closed,
    f.TimerSet: Case._timer_set,
    f.TimerCleared: Case._timer_cleared,
    f.SubscriptionOpened: Case._subscribed,
    f.SubscriptionClosed: Case._unsubscribed,
    f.ServiceRequested: Case._service,
    f.ServiceClosed: Case._service_closed,
    f.CallOpened: Case._call_opened,
    f.CallClosed: Case._call_closed,
    f.MessageThrown: Case._message,
    f.SignalThrown: Case._signal,
    f.IncidentRaised: Case._incident,
    f.InstanceEnded: Case._ended,
}
