"""Jobs as commands: timers, clocks, deliveries, services, documents, seals.

Whoever runs a job, the job row decides: it is deleted in the transaction that applies its effect,
and only whoever holds its lease can delete it. Work that takes long is done before, in ``prepare``,
outside any transaction; its answer is dropped when nobody waits for it any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine import documents
from engine.clock import CHINA, from_millis, legal_date, millis
from engine.commands import (
    BroadcastSignal,
    CorrelateMessage,
    GiveUpJob,
    HurryJob,
    ResolveIncident,
    RunJob,
)
from engine.errors import Forbidden, NotFound
from engine.handlers import access, jobwords, messages, outputs, overseeing, seals, undated
from engine.handlers.case import Case
from engine.law.deadlines import day_start
from engine.model import evidence
from engine.model.rows import Activity, Clock, Document, Incident, Instance, Job
from engine.store import Lost

if TYPE_CHECKING:
    from engine.handlers.house import Context, House


IDEMPOTENCY_KEY = "idempotency-key"
"""The header that stays the same over all tries of one service task."""


class BpmnError(Exception):
    """An operation's answer that is an error in the process's own terms, for a boundary to catch."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


@dataclass(frozen=True)
class ServiceAnswer:
    """What an operation answered: variables, or an error code."""

    variables: Mapping[str, Any]
    error_code: str = ""
    message: str = ""


# --- before the transaction ----------------------------------------------------------------------


def prepare(house: House, job: Job) -> Any:
    """Do a job's long work outside any transaction. Raises whatever the work raises."""
    if job.kind == "service":
        return _call_operation(house, job)
    if job.kind == "document":
        return _render(house, job)
    return None


def _call_operation(house: House, job: Job) -> ServiceAnswer:
    operation = house.operations.get(job.payload["operation"])
    if operation is None:
        raise NotFound(
            what={
                "zh": f"服务操作“{job.payload['operation']}”",
                "en": f"operation “{job.payload['operation']}”",
            }
        )
    # Whatever leaves the house may leave it twice: the key tells the receiver that it did.
    headers = {**job.payload["headers"], IDEMPOTENCY_KEY: f"{job.instance_id}:{job.key}"}
    try:
        answer = operation(job.payload["variables"], headers)
    except BpmnError as exc:
        return ServiceAnswer({}, exc.code, str(exc))
    return ServiceAnswer(dict(answer or {}))


def _render(house: House, job: Job) -> documents.Rendered | None:
    with house.store.read() as reader:
        row = reader.get(Document, id=job.payload["document"])
        if row is None:
            return None
        instance = reader.get(Instance, id=row.instance_id)
    if instance is None:
        return None
    package = house.package(instance.deployment_id)
    template = package.documents[row.template]
    rendered = documents.render(template, row.data, now=house.clock.now().astimezone(CHINA))
    for content in (rendered.docx, rendered.pdf):
        house.files.put(content, len(content))
    return rendered


# --- in the transaction ---------------------------------------------------------------------------


A_MOMENT = 1_000
"""Milliseconds: what waits longer than this before it is done cannot race round for ever."""


def run(context: Context, command: RunJob) -> str:
    """Do a claimed job. Raises store.Lost when it is no longer there under this lease."""
    _system_only(context)
    job = context.tx.get(Job, id=command.job_id)
    if job is None:
        raise Lost
    at_once = job.due_at - job.created_at < A_MOMENT
    context.hops = int(job.payload.get("hops", 0)) + 1 if at_once else 0
    if job.kind in _OFFICE_WORK:
        context.tx.take(job, lease=command.lease)
        _OFFICE_WORK[job.kind](context, job)
        return job.kind
    work = _CASE_WORK[job.kind]
    root = context.tx.lock_case(job.root_id or "")
    if root is not None and root.state == "suspended":
        _hold(context, job, command.lease)
        return "held"
    # Lock order everywhere: case, then job.
    context.tx.take(job, lease=command.lease)
    if root is None or (root.state != "active" and job.kind != "document"):
        return job.kind
    case = Case(context, root)
    work(case, job, command.prepared)
    case.settle()
    return job.kind


def _hold(context: Context, job: Job, lease: str) -> None:
    """The case was suspended after the job was claimed: it waits with the others."""
    if job.lease != lease:
        raise Lost
    job.held, job.lease, job.lease_until = True, None, None
    context.tx.update(job, "held", "lease", "lease_until")


def _timer(case: Case, job: Job, _prepared: Any) -> None:
    instance = case.instance(job.instance_id or "")
    if job.key not in case.run(instance).open:
        return
    case.context.record("timer", job.key, {"due": job.due_at}, case.root)
    case.move(instance, lambda run: run.fire(job.key))


def _clock(case: Case, job: Job, _prepared: Any) -> None:
    clock = case.tx.get(Clock, id=job.key)
    if clock is None or clock.state != "running":
        return
    known = case.clocks.get(clock.id)
    if known is not None:
        case.clocks.speak(known)


def _deliver(case: Case, job: Job, _prepared: Any) -> None:
    messages.deliver_to(case, job.payload["subscription"], job.payload["variables"])


def _reckon(case: Case, _job: Job, _prepared: Any) -> None:
    """The calendar changed: reckon the case's open clocks anew."""
    case.context.house.forget_calendar()
    case.clocks.reckon_anew()


def _service(case: Case, job: Job, prepared: Any) -> None:
    instance = case.instance(job.instance_id or "")
    if job.key not in case.run(instance).open:
        # Interrupted meanwhile: the late answer is noted and dropped.
        case.context.record("service-late", job.key, {}, case.root)
        return
    answer: ServiceAnswer = prepared
    case.context.record(
        "service",
        job.key,
        {"operation": job.payload["operation"], "error": answer.error_code},
        case.root,
    )
    if answer.error_code:
        case.move(
            instance, lambda run: run.service_failed(job.key, answer.error_code, answer.message)
        )
    else:
        case.move(instance, lambda run: run.service_done(job.key, dict(answer.variables)))


def _document(case: Case, job: Job, prepared: Any) -> None:
    row = case.tx.get(Document, id=job.payload["document"])
    if row is None or prepared is None:
        return
    rendered: documents.Rendered = prepared
    row.docx_sha256, row.pdf_sha256 = rendered.docx_sha256, rendered.pdf_sha256
    row.number = rendered.number
    row.state, row.made_at = "ready", case.context.now_ms
    case.tx.update(row, "docx_sha256", "pdf_sha256", "number", "state", "made_at")
    case.context.record(
        "document-made",
        row.id,
        {"template": row.template, "docx": row.docx_sha256, "pdf": row.pdf_sha256},
        case.root,
    )


_CASE_WORK: Mapping[str, Callable[[Case, Job, Any], None]] = {
    "timer": _timer,
    "clock": _clock,
    "deliver": _deliver,
    "reckon": _reckon,
    "service": _service,
    "document": _document,
    "oversight": lambda case, job, _prepared: overseeing.remind(case, job),
}


def _message(context: Context, job: Job) -> None:
    messages.correlate(
        context,
        CorrelateMessage(
            actor=context.actor,
            name=job.payload["name"],
            correlation_key=job.payload.get("correlation"),
            answers=job.payload["variables"],
        ),
    )


def _signal(context: Context, job: Job) -> None:
    messages.broadcast(
        context,
        BroadcastSignal(
            actor=context.actor, name=job.payload["name"], answers=job.payload["variables"]
        ),
    )


def _seal(context: Context, job: Job) -> None:
    """Seal the day that is over, and stand again for the next."""
    today = legal_date(context.now)
    seals.seal(context, (today - timedelta(days=1)).isoformat())
    if not context.tx.columns(Job, ("id",), kind="seal", limit=1):
        # Two programs that opened at the same moment made one each; one goes on.
        context.tx.insert(
            seal_job(context.tenant, context.new_id(), today + timedelta(days=1), context.now_ms)
        )


def seal_job(tenant: str, job_id: str, day: date, now_ms: int) -> Job:
    """The job that seals the day before ``day``, five minutes after its end."""
    return Job(
        tenant=tenant,
        id=job_id,
        kind="seal",
        lane="office",
        due_at=millis(day_start(day)) + 300_000,
        created_at=now_ms,
        max_attempts=1000,
    )


_OFFICE_WORK: Mapping[str, Callable[[Context, Job], None]] = {
    "message": _message,
    "signal": _signal,
    "seal": _seal,
}


# --- when it fails ---------------------------------------------------------------------------------


def backoff(attempts: int) -> int:
    """Milliseconds until the next try: 5 s, 20 s, 80 s, … at most an hour."""
    return int(min(5_000 * 4 ** max(0, attempts - 1), 3_600_000))


def _system_only(context: Context) -> None:
    """Jobs are done by the house alone: no person's command does what a timer or service may."""
    if not context.viewer.system:
        raise Forbidden(
            reason={"zh": "后台任务只由系统执行。", "en": "jobs are done by the system alone."}
        )


def give_up(context: Context, command: GiveUpJob) -> None:
    """Turn a job that failed too often into an incident."""
    _system_only(context)
    job = context.tx.get(Job, id=command.job_id)
    if job is None:
        return
    root = context.tx.lock_case(job.root_id) if job.root_id else None
    context.tx.take(job, lease=command.lease)
    (kind_zh, kind_en), (why_zh, why_en) = jobwords.kind(job.kind), jobwords.told(command.error)
    context.tx.insert(
        Incident(
            tenant=context.tenant,
            id=context.new_id(),
            instance_id=job.instance_id,
            root_id=job.root_id,
            key=job.key,
            element_id=_element_of(context, job),
            code=f"job-{job.kind}",
            job={
                "kind": job.kind,
                "lane": job.lane,
                "key": job.key,
                "payload": job.payload,
                "max_attempts": job.max_attempts,
            },
            zh=f"后台任务“{kind_zh}”试了 {job.attempts} 次都没有成功：{why_zh}",
            en=f"A background job ({kind_en}) failed {job.attempts} times: {why_en}",
            opened_at=context.now_ms,
        )
    )
    if root is not None:
        # No token is touched: what cannot even be restored must become an incident, too.
        root.incidents += 1
        context.record("incident", job.id, {"kind": job.kind}, root)
        context.tx.update(root, "incidents", "audit_seq", "audit_head")


def _element_of(context: Context, job: Job) -> str:
    if not (job.root_id and job.instance_id and job.key):
        return ""
    where = {"root_id": job.root_id, "instance_id": job.instance_id, "key": job.key}
    found = context.tx.columns(Activity, ("element_id",), **where, limit=1)
    return str(found[0][0]) if found else ""


_INCIDENT = {"zh": "待处理的故障", "en": "open incident"}


def resolve(context: Context, command: ResolveIncident) -> None:
    """Try again where something got stuck. Raises NotFound when it was dealt with already."""
    access.require_admin(context)
    incident = context.tx.get(Incident, id=command.incident_id)
    if incident is None or incident.resolved_at is not None:
        raise NotFound(what=_INCIDENT)
    root = context.tx.lock_case(incident.root_id) if incident.root_id else None
    if root is not None:
        _refuse_stranger(context, root, command)
    # Read again under the lock: two administrators may be at it.
    incident = context.tx.lock(Incident, id=incident.id)
    if incident is None or incident.resolved_at is not None:
        raise NotFound(what=_INCIDENT)
    incident.resolved_at, incident.resolved_by = context.now_ms, context.actor
    context.tx.update(incident, "resolved_at", "resolved_by")
    case = Case(context, root) if root is not None else None
    answers = outputs.bounded(command.answers)
    if incident.job is not None:
        context.tx.insert(
            Job(
                tenant=context.tenant,
                id=context.new_id(),
                kind=incident.job["kind"],
                lane=incident.job["lane"],
                due_at=context.now_ms,
                instance_id=incident.instance_id,
                root_id=incident.root_id,
                key=incident.job["key"],
                payload=incident.job["payload"],
                max_attempts=incident.job["max_attempts"],
                created_at=context.now_ms,
                held=root is not None and root.state == "suspended",
            )
        )
    elif case is not None and incident.instance_id is not None:
        instance = case.instance(incident.instance_id)
        if answers:
            case.run(instance).set_variables(answers)
        if incident.code == undated.CODE:
            case.clocks.date_anew(instance, incident.key, incident.element_id)
        else:
            case.move(instance, lambda run: run.retry(incident.key))
    if case is not None:
        case.root.incidents = max(0, case.root.incidents - 1)
        context.record(
            "resolve-incident", incident.id, _mended(context, incident, answers), case.root
        )
        case.settle()
    else:
        context.record("resolve-incident", incident.id, {"code": incident.code})


def _refuse_stranger(context: Context, root: Instance, command: ResolveIncident) -> None:
    """Who is shut out of a case by name does not mend it; nobody rewrites what they may not read."""
    viewer = context.viewer
    if not viewer.system and viewer.user_id in root.excluded:
        raise NotFound(what=_INCIDENT)
    if command.answers and access.shut_out(viewer, root):
        raise Forbidden(
            reason={
                "zh": "不公开的事项只能重试，不能改动其中的内容。",
                "en": "a walled case can be tried again, but what it says is not for you to change.",
            }
        )


def _mended(context: Context, incident: Incident, answers: dict[str, Any]) -> dict[str, Any]:
    """What the evidence says: which variables were set, and the digest of their values."""
    said: dict[str, Any] = {"code": incident.code}
    if answers:
        algorithm = context.house.settings.hash_algorithm
        said["set"] = sorted(answers)
        said["answers"] = evidence.digest_of(answers, algorithm)
    return said


_WAITING = {"zh": "等待重试的任务", "en": "job to be tried again"}


def hurry(context: Context, command: HurryJob) -> None:
    """Try a job that failed now, not when its pause is over. Raises NotFound when it is gone.

    Only what failed is hurried: a timer that is not due yet stands for a day the law gives.
    """
    access.require_admin(context)
    job = context.tx.lock(Job, id=command.job_id)
    if job is None or not job.error or job.held:
        raise NotFound(what=_WAITING)
    root = context.tx.get(Instance, id=job.root_id) if job.root_id else None
    if root is not None and access.shut_out(context.viewer, root):
        raise NotFound(what=_WAITING)
    if job.lease is None and job.due_at > context.now_ms:
        job.due_at = context.now_ms
        context.tx.update(job, "due_at")
    context.record("hurry-job", job.id, {"kind": job.kind})


def due_text(job: Job) -> str:
    """When a job is due, for logs."""
    return from_millis(job.due_at).isoformat()
