"""Messages and signals: delivered to who waits, or starting what begins with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from engine.commands import BroadcastSignal, CorrelateMessage, StartProcess
from engine.errors import AnswersInvalid, Conflict, EvaluationFailed, Forbidden, NotFound
from engine.handlers import access, cases, deployments, indexing, outcomes, outputs, secrecy
from engine.handlers.case import Case
from engine.handlers.people import directory
from engine.handlers.results import result
from engine.handlers.tasks import known_files
from engine.model import evidence
from engine.model.people import Viewer
from engine.model.results import CaseResult
from engine.model.rows import Deployment, Instance, Job, Subscription

if TYPE_CHECKING:
    from engine.bpmn.definition import Element
    from engine.handlers.house import Context

MESSAGE = {"zh": "等待这条消息的事项", "en": "case waiting for this message"}


def correlate(context: Context, command: CorrelateMessage) -> CaseResult:
    """Deliver a message once. Raises NotFound when nobody waits, Conflict when it is ambiguous."""
    if command.case_id is not None:
        return _record_in_case(context, command)
    if not (context.viewer.system or context.viewer.is_admin):
        raise Forbidden(
            reason={
                "zh": "请在事项页面登记收到的消息。",
                "en": "record a message in the page of the case it belongs to.",
            }
        )
    found = _known(
        context,
        context.tx.find(
            Subscription,
            kind="message",
            name=command.name,
            correlation=command.correlation_key,
            limit=2 if context.viewer.system else MOST_WAITING,
        ),
    )
    if len(found) > 1:
        raise Conflict(
            reason={
                "zh": "有多个事项在等待这条消息，请指定关联键。",
                "en": "several cases wait for it; give a correlation key.",
            }
        )
    if not found:
        return _start_by_message(context, command)
    root = context.tx.lock_case(found[0].root_id)
    # Asked again under the lock: a wall may have risen, or somebody else may have delivered it.
    if root is None or access.shut_out(context.viewer, root):
        raise NotFound(what=MESSAGE)
    case = Case(context, root)
    still = context.tx.get(Subscription, id=found[0].id)
    if still is None:
        raise NotFound(what=MESSAGE)
    instance = case.instance(still.instance_id)
    element = case.package(instance).definition.elements[still.element_id]
    # What another process sends is its model's affair; what a person sends, the form's.
    answers = (
        outputs.bounded(command.answers)
        if context.viewer.system
        else _answers(case, instance, element, command)
    )
    if case.root.state == "suspended":
        # Taken, and handed over when the case goes on.
        context.tx.insert(_delivery(context, still, answers, held=True))
        return result(case)
    return _deliver(case, still, answers)


MOST_WAITING = 1_000
"""How many that wait for a person's message are looked at."""


def _known(context: Context, waiting: list[Subscription]) -> list[Subscription]:
    """Those who wait in cases that the sender may know of: to any other nothing is said or sent."""
    viewer = context.viewer
    if viewer.system or not waiting:
        return waiting
    roots = {
        root.id: root for root in context.tx.find(Instance, id=sorted({w.root_id for w in waiting}))
    }
    return [
        one
        for one in waiting
        if one.root_id in roots and not access.shut_out(viewer, roots[one.root_id])
    ]


def _record_in_case(context: Context, command: CorrelateMessage) -> CaseResult:
    """A person records, in a case's page, that a message came."""
    case = access.take_case(context, command.case_id or "", command.expected_version)
    where: dict[str, Any] = {"root_id": case.root.id, "kind": "message"}
    if command.key:
        where["key"] = command.key
    if command.name:
        where["name"] = command.name
    waiting = context.tx.find(Subscription, **where, limit=1)
    if not waiting:
        raise NotFound(what=MESSAGE)
    subscription = waiting[0]
    instance = case.instance(subscription.instance_id)
    element = case.package(instance).definition.elements[subscription.element_id]
    if not may_send(case, instance, element, context.viewer):
        raise Forbidden(
            reason={"zh": "您不能登记这条消息。", "en": "you may not record this message."}
        )
    if case.root.state == "suspended":
        raise Conflict(
            reason={"zh": "事项已中止，恢复后才能办理。", "en": "the case is suspended."}
        )
    answers = _answers(case, instance, element, command)
    if not context.viewer.system:
        # What it brings may be somebody's work: a draft replaced is a draft made.
        case.note_handler(element.id, context.actor)
    return _deliver(case, subscription, answers)


def _answers(
    case: Case, instance: Instance, element: Element, command: CorrelateMessage
) -> dict[str, Any]:
    form = case.package(instance).form(element.properties.get("form"))
    if form is None:
        return outputs.bounded(command.answers)
    validated = secrecy.judged(
        case,
        form,
        dict(command.answers),
        {**case.run(instance).variables, **case.services(instance).functions()},
        people=directory(case.context),
        files=known_files(case, form.file_ids(command.answers)),
    )
    if validated.problems:
        raise AnswersInvalid(validated.problems)
    return dict(validated.values)


def may_send(case: Case, instance: Instance, element: Element, viewer: Viewer) -> bool:
    """Whether somebody may record that this message came: the element's ``sender`` property."""
    if viewer.system:
        return True
    if viewer.user_id in case.root.excluded:
        return False
    sender = element.properties.get("sender", "").strip()
    if not sender:
        return viewer.is_admin
    if sender.startswith("="):
        try:
            value = case.run(instance).evaluate(sender[1:])
        except EvaluationFailed:
            return False
        users = value if isinstance(value, list) else [value]
        return viewer.user_id in users
    return any(viewer.in_group(role.strip()) for role in sender.split(","))


def _deliver(case: Case, subscription: Subscription, answers: dict[str, Any]) -> CaseResult:
    instance = case.instance(subscription.instance_id)
    if case.context.viewer.system:
        answers = _without_guards(case, instance, answers)
    else:
        element = case.package(instance).definition.elements[subscription.element_id]
        indexing.told(case, element.name, instance, answers)
    _note(case, subscription, answers)
    case.move(instance, lambda run: run.deliver(subscription.key, answers))
    case.settle()
    return result(case)


def _without_guards(case: Case, instance: Instance, answers: dict[str, Any]) -> dict[str, Any]:
    """What another process sends, without what decides who may see this case."""
    fixed = outcomes.guards(case, instance)
    return {key: value for key, value in answers.items() if key not in fixed}


def _start_by_message(context: Context, command: CorrelateMessage) -> CaseResult:
    for deployment, element_id in _starters(context, "message", command.name):
        package = context.house.package(deployment.id)
        start = StartProcess(actor=context.actor, process_key=deployment.process_key)
        return cases.begin(
            context,
            deployment,
            package,
            outputs.bounded(command.answers),
            command=start,
            start_event=element_id,
        )
    raise NotFound(what=MESSAGE)


def _starters(context: Context, kind: str, name: str) -> Iterator[tuple[Deployment, str]]:
    """Newest versions of processes that begin with this message or signal."""
    keys = sorted({key for (key,) in context.tx.columns(Deployment, ("process_key",), active=True)})
    for key in keys:
        deployment = deployments.newest(context.tx, key)
        if deployment is None:
            continue
        package = context.house.package(deployment.id)
        process = package.definition.processes[package.manifest.process_id]
        for start in process.starts:
            if start.kind == kind and start.name == name:
                yield deployment, start.element_id


def broadcast(context: Context, command: BroadcastSignal) -> int:
    """Deliver a signal to all who listen: one job each, so that no case waits for another."""
    if not (context.viewer.system or context.viewer.is_admin):
        raise Forbidden(
            reason={
                "zh": "只有管理员可以广播信号。",
                "en": "only administrators broadcast signals.",
            }
        )
    answers = outputs.bounded(command.answers)
    everybody = context.tx.find(Subscription, kind="signal", name=command.name)
    listening = _known(context, everybody)
    suspended = suspended_cases(context, (one.root_id for one in listening))
    for subscription in listening:
        held = subscription.root_id in suspended
        context.tx.insert(_delivery(context, subscription, answers, held=held))
    started = 0
    for deployment, element_id in _starters(context, "signal", command.name):
        package = context.house.package(deployment.id)
        start = StartProcess(actor=context.actor, process_key=deployment.process_key)
        cases.begin(context, deployment, package, answers, command=start, start_event=element_id)
        started += 1
    context.record("signal", command.name, {"name": command.name, "to": len(listening)})
    return len(listening) + started


def suspended_cases(context: Context, among: Iterable[str]) -> set[str]:
    """Which of these cases are suspended: their jobs wait."""
    found = context.tx.columns(Instance, ("id",), parent_id=None, state="suspended")
    return {root_id for (root_id,) in found} & set(among)


def _delivery(
    context: Context, subscription: Subscription, answers: dict[str, Any], *, held: bool
) -> Job:
    """The job that hands a message or signal to one who waits for it."""
    return Job(
        tenant=context.tenant,
        id=context.new_id(),
        kind="deliver",
        lane="message",
        due_at=context.now_ms,
        instance_id=subscription.instance_id,
        root_id=subscription.root_id,
        key=subscription.key,
        payload={"subscription": subscription.id, "variables": answers, **context.carried()},
        created_at=context.now_ms,
        held=held,
    )


def deliver_to(case: Case, subscription_id: str, variables: dict[str, Any]) -> None:
    """A job's delivery: if it still waits, it gets it; else the message is too late."""
    subscription = case.tx.get(Subscription, id=subscription_id)
    if subscription is None:
        return
    instance = case.instance(subscription.instance_id)
    answers = _without_guards(case, instance, variables)
    _note(case, subscription, answers)
    case.move(instance, lambda run: run.deliver(subscription.key, answers))


def _note(case: Case, subscription: Subscription, answers: dict[str, Any]) -> None:
    """What came, into the case's evidence: the digest of its words, not the words."""
    algorithm = case.context.house.settings.hash_algorithm
    case.context.record(
        subscription.kind,
        subscription.id,
        {
            "name": subscription.name,
            "element": subscription.element_id,
            "answers": evidence.digest_of(answers, algorithm),
        },
        case.root,
    )
