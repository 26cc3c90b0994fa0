"""What follows from facts beyond their own row: children, ends, walls, and how the case looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.clock import legal_date
from engine.errors import EvaluationFailed
from engine.handlers import deployments, followed
from engine.handlers.viewers import make_viewer
from engine.model import facts as f
from engine.model.rows import (
    Candidate,
    Deployment,
    Draft,
    Incident,
    Instance,
    Job,
    Notice,
    Task,
)

if TYPE_CHECKING:
    from engine.handlers.case import Case

_HOUSE_NAMES = frozenset({"case"})
"""Variables the house gives every process; a child's are not handed back to its caller."""


def open_child(case: Case, instance: Instance, fact: f.CallOpened) -> None:
    """Start the called process as a child, in the newest version there is at this moment."""
    if fact.key not in case.run(instance).open:
        return  # Another branch failed meanwhile, and took this call with it.
    deployment = _called(case, instance, fact.process_id)
    endless = _depth(case, instance) >= DEEPEST_CALL or case.calls >= MOST_CALLS
    if deployment is None or endless:
        case.run(instance).call_failed(fact.key, ENDLESS_CALLS if endless else "")
        case.collect(instance)
        return
    case.calls += 1
    package = case.context.house.package(deployment.id)
    process_id = (
        fact.process_id
        if fact.process_id in package.definition.processes
        else package.manifest.process_id
    )
    child = Instance(
        tenant=instance.tenant,
        id=case.context.new_id(),
        root_id=case.root.id,
        parent_id=instance.id,
        parent_key=fact.key,
        deployment_id=deployment.id,
        process_key=deployment.process_key,
        process_id=process_id,
        title=package.manifest.title,
        started_by=case.context.actor,
        unit_id=case.root.unit_id,
        started_at=case.context.now_ms,
    )
    variables = {**fact.variables, "case": case.root.variables.get("case", {})}
    case.begin(child, variables)


DEEPEST_CALL = 16
"""How deep calls may lie within one another: a process that calls itself ends here."""
MOST_CALLS = 200
"""How many processes one command may have called: calls that double at every step end here."""
ENDLESS_CALLS = "endless-calls"
"""The error code under which an administrator finds what stopped."""


def _depth(case: Case, instance: Instance) -> int:
    depth = 0
    while instance.parent_id is not None:
        instance = case.instance(instance.parent_id)
        depth += 1
    return depth


def _called(case: Case, instance: Instance, process_id: str) -> Deployment | None:
    """The deployment that holds a called process: the caller's own package first, else by key."""
    own = case.package(instance)
    if process_id in own.definition.processes:
        return case.tx.get(Deployment, id=instance.deployment_id)
    return deployments.newest(case.tx, process_id)


MOST_HOPS = 16
"""How many messages may call forth one another at once; between them stands a person, or time."""


def goes_round(case: Case, instance: Instance, name: str) -> bool:
    """Whether messages call forth one another without end: an incident stands for the next one."""
    if case.context.hops < MOST_HOPS:
        return False
    case.raise_incident(
        instance,
        "endless-messages",
        zh=f"消息或信号“{name}”没有发出：流程之间互相触发，没有尽头。请修改模型。",
        en=f"The message or signal “{name}” was not sent: processes set off one another without "
        "end. Mend the model.",
    )
    return True


def cancel_children(case: Case, instance: Instance, key: str) -> None:
    """End the child instances of an interrupted call, and theirs."""
    stored = case.tx.find(
        Instance, root_id=case.root.id, parent_id=instance.id, parent_key=key, state="active"
    )
    for row in stored:
        case.instances.setdefault(row.id, row)
    for child in list(case.instances.values()):
        # One that began within this very command is in no table yet.
        if (child.parent_id, child.parent_key, child.state) == (instance.id, key, "active"):
            child.state = "cancelling"
            case.move(child, lambda run: run.cancel())


def instance_ended(case: Case, instance: Instance, fact: f.InstanceEnded) -> None:
    """Note the end; hand a child's outcome to its caller."""
    cancelled = instance.state == "cancelling" or case.root.state == "cancelling"
    void = cancelled or fact.how == "error"
    case.clocks.instance_ended(instance, "cancelled" if void else "completed")
    instance.ended_at = case.context.now_ms
    instance.state = "cancelled" if cancelled else _ENDS[fact.how]
    # What it waited for was closed by facts of its own; documents and messages it left live on.
    if instance.parent_id is None or instance.parent_key is None:
        return
    parent = case.instance(instance.parent_id)
    if parent.state != "active" or cancelled:
        return
    key = instance.parent_key
    if key not in case.run(parent).open:
        return  # The call was interrupted: nobody waits for this child any more.
    if fact.how == "error":
        case.move(parent, lambda run: run.call_failed(key, fact.error_code))
    else:
        foreign = instance.process_key != parent.process_key
        kept = _HOUSE_NAMES | (guards(case, parent) if foreign else frozenset())
        results = {k: v for k, v in fact.variables.items() if k not in kept}
        escalation = fact.error_code
        case.move(parent, lambda run: run.call_done(key, results, escalation=escalation))


_ENDS = {"completed": "completed", "terminated": "completed", "error": "failed"}


def guards(case: Case, instance: Instance) -> frozenset[str]:
    """Variables that walls and exclusions of a case hang on: other processes set none of them."""
    return case.package(case.root).guards | case.package(instance).guards


def after_step(case: Case) -> None:
    """Everything about the case as a whole that a step may have changed."""
    root = case.root
    if root.ended_at is not None:
        followed.end(case)
    if root.state != "completed":
        _apply_exclusions(case)
        _apply_walls(case)
    stages = list(dict.fromkeys(root.standing.values()))
    stage = "、".join(stages)[:200]
    if stage != root.stage:
        root.stage, root.stage_since = stage, case.context.now_ms
    root.summary = summary(case)
    for task in case.opened:
        task.summary, task.track = root.summary, root.track


def _apply_exclusions(case: Case) -> None:
    manifest = case.package(case.root).manifest
    before = set(case.root.excluded)
    for expression in manifest.excludes:
        for user_id in _users(_ask(case, expression)):
            case.exclude(user_id)
    if not case.root.excluded:
        return
    for task in case.opened:
        if task.assignee in case.root.excluded:
            _offer_again(case, task)
    for user_id in set(case.root.excluded) - before:
        _take_from(case, user_id)


def _take_from(case: Case, user_id: str) -> None:
    """Whoever is shut out keeps no open task and no draft of this case; others may claim the task."""
    for row in case.tx.find(Task, root_id=case.root.id, state="open"):
        task = case.task(row.id) or row
        case.tx.delete_where(Draft, task_id=task.id, user_id=user_id)
        if user_id in (task.assignee, task.owner):
            _offer_again(case, task)


def _offer_again(case: Case, task: Task) -> None:
    """Put a task before its group; one that was assigned to a person alone, before its lane's."""
    if task.signs_for is not None:
        case.close_task(task, "cancelled")
        return
    task.assignee = task.owner = None
    case.tx.update(task, "assignee", "owner")
    if case.tx.columns(Candidate, ("value",), task_id=task.id, limit=1):
        case.tx.update_where(Candidate, {"claimed": False}, task_id=task.id)
        return
    elements = case.package(case.instance(task.instance_id)).definition.elements
    lane = elements[task.element_id].lane
    if lane:
        value = f"g:{lane}"
        case.tx.insert(
            Candidate(tenant=task.tenant, task_id=task.id, value=value, sort_at=task.sort_at)
        )


def _apply_walls(case: Case) -> None:
    manifest = case.package(case.root).manifest
    track = next((wall.track for wall in manifest.walls if _stands(case, wall.when)), "")
    if not manifest.walls or track == case.root.track:
        return
    case.root.track = track
    for task in case.tx.find(Task, root_id=case.root.id, state="open"):
        known = case.task(task.id) or task
        known.track = track
        case.tx.update(known, "track")
        if track:
            _drop_drafts(case, known)
    case.tx.update_where(Notice, {"track": track}, root_id=case.root.id)


def _drop_drafts(case: Case, task: Task) -> None:
    """What somebody typed before the wall rose does not stay with who may not pass it."""
    today = legal_date(case.context.now)
    for draft in case.tx.find(Draft, task_id=task.id):
        user, memberships = case.tx.viewer_rows(draft.user_id)
        tracks = (
            make_viewer(user, memberships, today, case.context.house.roles).tracks if user else ()
        )
        if draft.user_id != task.assignee and task.track not in tracks:
            case.tx.delete(draft)


def _stands(case: Case, when: str) -> bool:
    """Whether a wall stands; one whose condition cannot be evaluated does, so that nothing leaks."""
    try:
        return case.run(case.root).evaluate(when.removeprefix("=")) is True
    except EvaluationFailed:
        return True


def _ask(case: Case, expression: str) -> object:
    """Whom a package's FEEL shuts out, over the case's variables.

    Raises EvaluationFailed where it cannot be evaluated: the step is refused, for whoever should be
    shut out would else be let in.
    """
    text = expression.removeprefix("=")
    return case.run(case.root).evaluate(text) if text.strip() else None


def _users(value: object) -> list[str]:
    if isinstance(value, str) and value:
        return [value]
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value if item]
    return []


def summary(case: Case) -> dict[str, Any]:
    """Up to three labelled answers that lists show under the title; nothing confidential."""
    shown: dict[str, Any] = {}
    for key, label, form in case.package(case.root).summary_fields:
        value = case.root.variables.get(key)
        if value in (None, "", []) or label in shown:
            continue
        shown[label] = form.show(key, value)
        if len(shown) == 3:
            break
    return shown


def cancel_everything(case: Case) -> None:
    """End all instances of the case, children first."""
    case.root.state = "cancelling"
    active = case.tx.find(Instance, root_id=case.root.id, state="active")
    for row in sorted(active, key=lambda found: found.id, reverse=True):
        if row.id != case.root.id:
            child = case.instances.setdefault(row.id, row)
            case.move(child, lambda run: run.cancel())
    case.move(case.root, lambda run: run.cancel())
    case.work_off()
    case.root.state = "cancelled"
    case.root.ended_at = case.context.now_ms


def sweep(case: Case) -> None:
    """Remove what must not outlive a case that has ended: drafts, candidates, jobs, incidents."""
    for task in case.tx.find(Task, root_id=case.root.id, state="open"):
        known = case.task(task.id) or task
        case.close_task(known, "cancelled")
    case.tx.delete_where(Job, root_id=case.root.id, kind=("timer", "service", "clock"))
    case.tx.update_where(
        Incident,
        {"resolved_at": case.context.now_ms, "resolved_by": case.context.actor},
        root_id=case.root.id,
        resolved_at=None,
    )
    case.root.incidents = 0
