"""What completing a task would lead to: its step is run on a copy in memory and thrown away.

The reader's transaction can write nothing, and the rows it read belong to this question alone.
Called processes are started and ended as they would be, within bounds; what the system does later
(operations, timers, messages) is told and not run.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine import queries as q
from engine.clock import legal_date
from engine.commands import CompleteTask
from engine.errors import AnswersInvalid, Forbidden, NotFound
from engine.handlers import access, deployments, opening, outcomes, tasks
from engine.handlers.services import CaseServices
from engine.handlers.viewers import make_viewer
from engine.model import facts as f
from engine.model.ids import is_id
from engine.model.rows import Instance, Task
from engine.reading.cases import may_open, task_actions
from engine.reading.common import Desk, desk
from engine.reading.deeds import group_name
from engine.reading.dossier import Dossier

if TYPE_CHECKING:
    from engine.bpmn import Run
    from engine.handlers.case import Case
    from engine.handlers.house import House

MOST_CALLS = 16
MOST_FACTS = 2_000
"""How far is looked ahead; beyond that the outlook says what it found so far."""
MOST_PEOPLE = 60
"""How many of a role's holders are looked at to tell whether anybody could do a step."""


def after_task(house: House, query: q.AfterTask) -> q.Outlook:
    """What would follow. Raises NotFound, Forbidden."""
    with desk(house, query) as at:
        task = at.reader.get(Task, id=query.task_id) if is_id(query.task_id) else None
        root = at.reader.get(Instance, id=task.root_id) if task is not None else None
        if task is None or root is None or not may_open(at, root, task):
            raise NotFound(what=access.TASK)
        dossier = Dossier(at, root)
        case = dossier.work()
        case.know(task)
        element = access.element_of(case, task)
        action = task_actions(at, case, task, element)["complete"]
        if not action.enabled:
            raise Forbidden(reason={"zh": action.reason, "en": action.reason})
        return _outlook(at, dossier, case, task, query)


def _outlook(at: Desk, dossier: Dossier, case: Case, task: Task, query: q.AfterTask) -> q.Outlook:
    command = CompleteTask(
        actor=at.viewer.user_id,
        task_id=task.id,
        answers=dict(query.answers),
        late_reason=query.late_reason,
    )
    try:
        if task.owner is not None or task.signs_for is not None:
            tasks._form_answers(case, task, command)
            parent = case.task(task.signs_for) if task.signs_for is not None else task
            owner = (parent.owner or parent.assignee) if parent is not None else None
            return q.Outlook(handed_to=at.name(owner))
        case.clocks.load()
        answers = tasks._checked_answers(case, task, access.element_of(case, task), command)
    except AnswersInvalid as exc:
        return q.Outlook(faults=len(exc.problems))
    _handled(case, task, at.viewer.user_id)
    case.cause = task
    walk = _Walk(case)
    walk.complete(task, answers)
    return _told(at, dossier, walk, task)


def _handled(case: Case, task: Task, user_id: str) -> None:
    """Whoever completes a task is its handler for every step after it."""
    step = case.root.steps.get(task.element_id, {"n": 1, "by": []})
    by = [user for user in step["by"] if user != user_id]
    case.root.steps = {**case.root.steps, task.element_id: {**step, "by": [*by, user_id]}}


@dataclass
class _Walk:
    """Tokens moved in memory, and what they met."""

    case: Case
    opened: dict[tuple[str, str], tuple[Instance, f.TaskOpened]] = field(default_factory=dict)
    closed: set[tuple[str, str]] = field(default_factory=set)
    system: list[tuple[Instance, str]] = field(default_factory=list)
    awaited: list[tuple[Instance, str, str]] = field(default_factory=list)
    stuck: f.IncidentRaised | None = None
    ends: bool = False
    calls: int = 0
    _queue: deque[tuple[Instance, f.Fact]] = field(default_factory=deque)
    _children: dict[str, Run] = field(default_factory=dict)

    def complete(self, task: Task, answers: dict[str, object]) -> None:
        """Complete the task and follow the tokens as far as they go at once."""
        instance = self.case.instance(task.instance_id)
        self._run(instance).complete(task.key, answers)
        self._collect(instance)
        for _ in range(MOST_FACTS):
            if not self._queue:
                return
            self._meet(*self._queue.popleft())

    def _run(self, instance: Instance) -> Run:
        return self._children.get(instance.id) or self.case.run(instance)

    def _collect(self, instance: Instance) -> None:
        progress = self._run(instance).progress()
        instance.variables = dict(progress.variables)
        self._queue.extend((instance, fact) for fact in progress.facts)

    def _meet(self, instance: Instance, fact: f.Fact) -> None:
        place = (instance.id, fact.key)
        match fact:
            case f.TaskOpened():
                self.opened[place] = (instance, fact)
            case f.TaskClosed():
                self.closed.add(place)
                self.opened.pop(place, None)
            case f.ServiceRequested():
                self.system.append((instance, fact.element_id))
            case f.SubscriptionOpened(kind="message"):
                self.awaited.append((instance, fact.element_id, fact.name))
            case f.IncidentRaised():
                self.stuck = fact
            case f.CallOpened():
                self._call(instance, fact)
            case f.InstanceEnded():
                self._ended(instance, fact)
            case _:
                pass

    def _call(self, instance: Instance, fact: f.CallOpened) -> None:
        case = self.case
        own = case.package(instance)
        deployment_id = instance.deployment_id
        if fact.process_id not in own.definition.processes:
            found = deployments.newest(case.tx, fact.process_id)
            deployment_id = found.id if found is not None else ""
        if not deployment_id or self.calls >= MOST_CALLS:
            return
        self.calls += 1
        package = case.context.house.package(deployment_id)
        known = fact.process_id in package.definition.processes
        process_id = fact.process_id if known else package.manifest.process_id
        child = Instance(
            tenant=instance.tenant,
            id=case.context.new_id(),
            root_id=case.root.id,
            parent_id=instance.id,
            parent_key=fact.key,
            deployment_id=deployment_id,
            process_key=package.manifest.key,
            process_id=process_id,
            title=package.manifest.title,
            started_by=case.context.actor,
            unit_id=case.root.unit_id,
            started_at=case.context.now_ms,
        )
        case.instances[child.id] = child
        self._children[child.id] = package.definition.start(
            process_id,
            {**fact.variables, "case": case.root.variables.get("case", {})},
            now=case.context.now,
            services=CaseServices(case.context, package),
            called=True,
        )
        self._collect(child)

    def _ended(self, instance: Instance, fact: f.InstanceEnded) -> None:
        if instance.parent_id is None or instance.parent_key is None:
            self.ends = True
            return
        parent, key = self.case.instance(instance.parent_id), instance.parent_key
        run = self._run(parent)
        if key not in run.open:
            return
        if fact.how == "error":
            run.call_failed(key, fact.error_code)
        else:
            foreign = instance.process_key != parent.process_key
            kept = {"case"} | (outcomes.guards(self.case, parent) if foreign else frozenset())
            results = {k: v for k, v in fact.variables.items() if k not in kept}
            run.call_done(key, results, escalation=fact.error_code)
        self._collect(parent)


def _told(at: Desk, dossier: Dossier, walk: _Walk, task: Task) -> q.Outlook:
    """What the walk met, in words."""
    steps = tuple(_step(at, walk.case, *each) for each in walk.opened.values())
    awaited = [_named(at, walk.case, *each) for each in walk.awaited]
    if not steps and not walk.ends:
        awaited += [
            dossier.package(other.instance_id).text(other.name, at.lang)
            for other in dossier.tasks()
            if other.state == "open"
            and other.id != task.id
            and (other.instance_id, other.key) not in walk.closed
        ]
    return q.Outlook(
        steps=_once(steps),
        system=tuple(dict.fromkeys(_named(at, walk.case, *each) for each in walk.system)),
        awaited=tuple(dict.fromkeys(name for name in awaited if name)),
        ends=walk.ends,
        stuck=at.pick(walk.stuck.zh, walk.stuck.en) if walk.stuck is not None else "",
    )


def _once(steps: tuple[q.NextStep, ...]) -> tuple[q.NextStep, ...]:
    """One line a step: several people at one (over a list) are told together."""
    merged: dict[str, q.NextStep] = {}
    for step in steps:
        known = merged.get(step.element_id)
        merged[step.element_id] = (
            step
            if known is None
            else q.NextStep(
                step=step.step,
                element_id=step.element_id,
                who=tuple(dict.fromkeys((*known.who, *step.who))),
                again=known.again or step.again,
                nobody=known.nobody or step.nobody,
            )
        )
    return tuple(merged.values())


def _named(at: Desk, case: Case, instance: Instance, element_id: str, otherwise: str = "") -> str:
    package = case.package(instance)
    element = package.definition.elements.get(element_id)
    return package.text(element.name or otherwise, at.lang) if element is not None else otherwise


def _step(at: Desk, case: Case, instance: Instance, fact: f.TaskOpened) -> q.NextStep:
    package = case.package(instance)
    element = package.definition.elements[fact.element_id]
    before = case.root.steps.get(fact.element_id, {"n": 0, "by": []})
    person = opening.assignee_of(case, fact, element, before["by"])
    values = opening.offered(fact, element)
    who = (at.name(person),) if person else tuple(group(at, value) for value in values)
    return q.NextStep(
        step=package.text(fact.name, at.lang),
        element_id=fact.element_id,
        who=who,
        again=before["n"] > 0 and fact.loop is None,
        nobody=person is None and not any(_anybody(at, case, each, element) for each in values),
    )


def group(at: Desk, value: str) -> str:
    """A role as people know it: with the unit or the person, where all who hold it are one."""
    name = group_name(at, value)
    kind, _, rest = value.partition(":")
    role, _, unit = rest.partition("@")
    if kind != "g":
        return name
    today = legal_date(at.now).isoformat()
    held = at.reader.holders([role], today, unit_id=unit or None, limit=MOST_PEOPLE)
    units = {user.unit_id for user in held}
    words = [at.unit(held[0].unit_id)] if len(units) == 1 and held[0].unit_id and not unit else []
    if len(held) == 1:
        words.append(at.pick(held[0].name, held[0].name_en))
    text = " ".join(words)
    return at.pick(f"{text}（{name}）", f"{text} ({name})") if text else name


def _anybody(at: Desk, case: Case, value: str, element: object) -> bool:
    """Whether somebody active could do a step: holds the role, is not shut out, not separated."""
    kind, _, rest = value.partition(":")
    today = legal_date(at.now)
    if kind == "u":
        user, _held = at.reader.viewer_rows(rest)
        users = [user] if user is not None and user.active else []
    else:
        role, _, unit = rest.partition("@")
        users = at.reader.holders(
            [role], today.isoformat(), unit_id=unit or None, limit=MOST_PEOPLE
        )
    barred = _barred(case, element)
    for user in users:
        if user.id in case.root.excluded or user.id in barred:
            continue
        if not case.root.track:
            return True
        memberships = at.reader.memberships(today.isoformat(), user_ids=[user.id])
        if case.root.track in make_viewer(user, memberships, today, at.house.roles).tracks:
            return True
    return False


def _barred(case: Case, element: object) -> set[str]:
    """Those who handled a step that this one must not be handled with."""
    others = getattr(element, "not_handler_of", ())
    return {user for other in others for user in case.root.steps.get(other, {}).get("by", [])}
