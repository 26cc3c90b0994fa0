"""Starting a case, and what is done to it as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.clock import legal_date
from engine.commands import (
    AddComment,
    CancelCase,
    ResumeCase,
    SaveStartDraft,
    StartProcess,
    SuspendCase,
)
from engine.errors import AnswersInvalid, Conflict, Forbidden, Invalid, NotFound, Problem
from engine.handlers import access, deployments, indexing, mentions, outcomes, outputs
from engine.handlers.case import Case
from engine.handlers.people import directory
from engine.handlers.results import result
from engine.handlers.services import CaseServices
from engine.law import numbering
from engine.model import evidence
from engine.model.ids import is_id
from engine.model.results import CaseResult
from engine.model.rows import Comment, Deployment, File, Instance, Job, StartDraft, Task, Unit

if TYPE_CHECKING:
    from engine.catalog import Package
    from engine.handlers.house import Context

MAX_TEXT = 20_000


def start(context: Context, command: StartProcess) -> CaseResult:
    """Start a case of a process's newest version. Raises NotFound, Forbidden, AnswersInvalid."""
    earlier = _earlier(context, command)
    if earlier is not None:
        return earlier
    deployment = deployments.newest(context.tx, command.process_key)
    if deployment is None:
        raise NotFound(what={"zh": "流程", "en": "process"})
    package = context.house.package(deployment.id)
    refuse_starter(context, package)
    answers = _start_answers(context, package, command)
    return begin(context, deployment, package, answers, command=command)


def begin(
    context: Context,
    deployment: Deployment,
    package: Package,
    answers: dict[str, Any],
    *,
    command: StartProcess,
    start_event: str | None = None,
) -> CaseResult:
    """Make the root row, number it, and let its tokens go."""
    root = Instance(
        tenant=context.tenant,
        id=context.new_id(),
        root_id="",
        deployment_id=deployment.id,
        process_key=deployment.process_key,
        process_id=package.manifest.process_id,
        started_by=context.actor,
        unit_id=_unit(context, command),
        urgency=_urgency(answers, command),
        started_at=context.now_ms,
        request_id=_request(context, command),
    )
    root.root_id = root.id
    root.case_no = _number(context, package)
    root.title = package.manifest.title
    case = Case(context, root)
    case.take_part(context.actor, "starter")
    for role in package.manifest.roles_see:
        case.take_part(f"g:{role}", "sees")
    variables = {**answers, "case": case_variable(root, context)}
    case.begin(root, variables, start_event)
    _retitle(case, package)
    _adopt_files(context, root, answers)
    indexing.started(case, answers)
    if command.draft_id and is_id(command.draft_id):
        context.tx.delete_where(StartDraft, id=command.draft_id, user_id=context.actor)
    algorithm = context.house.settings.hash_algorithm
    context.record(
        "start",
        root.id,
        {
            "process": root.process_key,
            "version": deployment.version,
            "sha256": deployment.sha256,
            "case_no": root.case_no,
            "answers": evidence.digest_of(answers, algorithm),
        },
        root,
    )
    case.settle()
    return result(case)


_URGENCIES = {"平": "normal", "加急": "urgent", "特急": "critical"}
"""缓急 as official documents write it (GB/T 9704-2012), where a start form asks for it."""


def _urgency(answers: Mapping[str, Any], command: StartProcess) -> str:
    """How urgent a case is: as its start form says, else as the command does."""
    wanted = _URGENCIES.get(str(answers.get("urgency")), command.urgency)
    return wanted if wanted in _URGENCIES.values() else "normal"


def case_variable(root: Instance, context: Context) -> dict[str, Any]:
    """The ``case`` variable every process has; ``township`` is the name documents are issued under."""
    names = context.tx.columns(Unit, ("name",), kind="township", limit=1)
    return {
        "number": root.case_no,
        "title": root.title,
        "starter": root.started_by,
        "unit": root.unit_id,
        "startedAt": legal_date(context.now).isoformat(),
        "id": root.id,
        "township": names[0][0] if names else None,
    }


def _retitle(case: Case, package: Package) -> None:
    root = case.root
    expression = package.manifest.title_expression.removeprefix("=")
    value = case.run(root).evaluate(expression) if expression else None
    if isinstance(value, str) and value.strip():
        root.title = value.strip()[:200]
    run = case.run(root)
    run.set_variables({"case": {**run.variables["case"], "title": root.title}})
    root.variables = dict(run.variables)
    for task in case.opened:
        task.title = root.title


def _earlier(context: Context, command: StartProcess) -> CaseResult | None:
    """The answer of an earlier command with the same request id (a double submit)."""
    request_id = _request(context, command)
    if request_id is None:
        return None
    found = context.tx.find(Instance, request_id=request_id, limit=1)
    if not found:
        return None
    root = found[0]
    mine = context.tx.columns(Task, ("id",), root_id=root.id, state="open", assignee=context.actor)
    return CaseResult(
        case_id=root.id,
        case_no=root.case_no,
        title=root.title,
        version=root.version,
        state=root.state,
        mine=tuple(task_id for (task_id,) in mine),
    )


def _request(context: Context, command: StartProcess) -> str | None:
    """What tells one submit from another: whoever sends a name for it cannot take others'."""
    return f"{context.actor}:{command.request_id}"[:300] if command.request_id else None


def _unit(context: Context, command: StartProcess) -> str | None:
    """The unit a case is started for: one the starter belongs to. Raises Forbidden."""
    viewer = context.viewer
    unit_id = command.unit_id
    if not unit_id or unit_id == viewer.unit_id or viewer.system:
        return unit_id or viewer.unit_id
    if unit_id not in {role.unit_id for role in viewer.roles}:
        raise Forbidden(
            reason={
                "zh": "您不在这个机构任职，不能以它的名义发起。",
                "en": "you hold no role in this unit and cannot start a case for it.",
            }
        )
    return unit_id


def refuse_starter(context: Context, package: Package) -> None:
    """Refuse whoever holds none of the roles that may start this process."""
    manifest, viewer = package.manifest, context.viewer
    if not manifest.startable:
        raise Forbidden(
            reason={
                "zh": f"“{manifest.title}”由其他流程调用，不能单独发起。",
                "en": "this process is called by others and is not started by itself.",
            }
        )
    if viewer.system or not manifest.start_roles:
        return
    if not any(viewer.in_group(role) for role in manifest.start_roles):
        names = "、".join(context.house.roles.title(role, "zh") for role in manifest.start_roles)
        english = ", ".join(context.house.roles.title(role, "en") for role in manifest.start_roles)
        raise Forbidden(
            reason={
                "zh": f"只有{names}可以发起。",
                "en": f"only these roles may start it: {english}.",
            }
        )


def _start_answers(context: Context, package: Package, command: StartProcess) -> dict[str, Any]:
    form = package.form(package.manifest.start_form)
    if form is None:
        return outputs.bounded(command.answers)
    validated = form.validate(
        dict(command.answers),
        dict(CaseServices(context, package).functions()),
        people=directory(context),
        files=_fresh_files(context),
        now=context.now,
    )
    problems = list(validated.problems)
    if validated.values.get("isClassified") is True:
        problems.append(_classified())
    if problems:
        raise AnswersInvalid(problems)
    return dict(validated.values)


def _classified() -> Problem:
    return Problem(
        code="classified",
        where="isClassified",
        zh="涉密事项不得进入本系统，请按保密规定线下办理。",
        en="Classified matters must not enter this system; handle them offline as the rules on "
        "secrecy demand.",
    )


def _fresh_files(context: Context) -> dict[str, Any]:
    """Files the actor uploaded for a case not yet started."""
    return {
        file.id: {
            "id": file.id,
            "name": file.name,
            "size": file.size,
            "sha256": file.sha256,
            "type": file.media_type,
        }
        for file in context.tx.find(File, root_id=None, uploaded_by=context.actor, removed_at=None)
    }


def _adopt_files(context: Context, root: Instance, answers: dict[str, Any]) -> None:
    ids = list(outputs.file_ids(answers))
    if not ids:
        return
    files = context.tx.find(File, id=ids, root_id=None, uploaded_by=context.actor)
    for file in files:
        file.root_id = file.instance_id = root.id
        context.tx.update(file, "root_id", "instance_id")
    outputs.seal_files(context, context.house.package(root.deployment_id), files, answers)


def _number(context: Context, package: Package) -> str:
    pattern = package.manifest.case_number
    if not pattern:
        return ""
    year = legal_date(context.now).year
    return numbering.case_number(
        pattern, year=year, seq=context.tx.next_number(f"case:{package.manifest.key}", year)
    )


MOST_DRAFTS = 100
"""Drafts of matters not yet started that one person may keep."""


def save_start_draft(context: Context, command: SaveStartDraft) -> str:
    """Keep a start form's answers; returns the draft's id. Raises NotFound, Forbidden."""
    deployment = deployments.newest(context.tx, command.process_key)
    if deployment is None:
        raise NotFound(what={"zh": "流程", "en": "process"})
    refuse_starter(context, context.house.package(deployment.id))
    draft_id = command.draft_id if command.draft_id and is_id(command.draft_id) else None
    if draft_id is not None:
        old = context.tx.get(StartDraft, id=draft_id)
        if old is None or old.user_id != context.actor:
            raise NotFound(what={"zh": "草稿", "en": "draft"})
    elif len(context.tx.columns(StartDraft, ("id",), user_id=context.actor)) >= MOST_DRAFTS:
        raise Conflict(
            reason={
                "zh": f"您已有 {MOST_DRAFTS} 份未发起的草稿。请先发起其中办好的，再保存新的草稿。",
                "en": f"you keep {MOST_DRAFTS} drafts of matters not started. Start those that are "
                "ready before you keep another.",
            }
        )
    row = StartDraft(
        tenant=context.tenant,
        id=draft_id or context.new_id(),
        process_key=command.process_key,
        user_id=context.actor,
        answers=outputs.bounded(command.answers),
        saved_at=context.now_ms,
    )
    context.put(row, "id")
    return row.id


def comment(context: Context, command: AddComment) -> CaseResult:
    """Put a remark on a case the actor may see. Raises Invalid when it names who may not see it."""
    text = command.text.strip()
    if not text or len(text) > MAX_TEXT:
        raise Invalid([_text_problem("text")])
    case = access.take_case(context, command.case_id, command.expected_version)
    task = case.task(command.task_id) if command.task_id else None
    if command.task_id and (task is None or task.root_id != case.root.id):
        raise NotFound(what=access.TASK)
    people = mentions.mentioned(case, command.mentions, text)
    text = mentions.with_names(case, command.mentions, text)
    row = Comment(
        tenant=context.tenant,
        id=context.new_id(),
        instance_id=case.root.id,
        root_id=case.root.id,
        task_id=command.task_id,
        user_id=context.actor,
        at=context.now_ms,
        text=text,
    )
    context.tx.insert(row)
    indexing.remarked(case, text)
    mentions.notify(case, people, text)
    content = {"text": evidence.digest(text.encode()), **({"people": people} if people else {})}
    context.record("comment", row.id, content, case.root)
    case.settle()
    return result(case)


def cancel(context: Context, command: CancelCase) -> CaseResult:
    """End a case early. For its starter while nobody else has acted, and for who heads the office."""
    case = _governed(context, command.case_id, command.expected_version, command.reason)
    outcomes.cancel_everything(case)
    outcomes.sweep(case)
    _note(case, "cancel", command.reason)
    case.settle()
    return result(case)


def suspend(context: Context, command: SuspendCase) -> CaseResult:
    """Stop work on a case; its timers wait (713号令第37条 for decisions)."""
    case = _governed(context, command.case_id, command.expected_version, command.reason)
    if case.root.state != "active":
        raise _state_conflict()
    _set_suspended(case, suspended=True)
    _note(case, "suspend", command.reason)
    case.settle()
    return result(case)


def resume(context: Context, command: ResumeCase) -> CaseResult:
    """Go on with a suspended case; timers that came due meanwhile fire now."""
    case = _governed(context, command.case_id, command.expected_version, command.reason or "恢复")
    if case.root.state != "suspended":
        raise _state_conflict()
    _set_suspended(case, suspended=False)
    _note(case, "resume", command.reason)
    case.settle()
    return result(case)


def _set_suspended(case: Case, *, suspended: bool) -> None:
    case.root.state = "suspended" if suspended else "active"
    case.tx.update_where(Task, {"suspended": suspended}, root_id=case.root.id, state="open")
    changes: dict[str, Any] = {"held": suspended}
    if suspended:
        # A job claimed this moment is taken from its worker, not lost with it.
        changes |= {"lease": None, "lease_until": None}
    case.tx.update_where(Job, changes, root_id=case.root.id)


def _governed(context: Context, case_id: str, expected_version: int | None, reason: str) -> Case:
    """A case whose course the actor may change: its starter, an administrator, or a head."""
    case = access.take_case(context, case_id, expected_version)
    if not reason.strip() or len(reason) > MAX_TEXT:
        raise Invalid([_text_problem("reason")])
    if case.root.state in ("completed", "cancelled", "failed"):
        raise _state_conflict()
    if not may_govern(context, case.root):
        raise Forbidden(
            reason={
                "zh": "只有发起人、乡长或管理员可以中止、恢复或撤销事项。",
                "en": "only the starter, the head or an administrator may do this to a case.",
            }
        )
    return case


def may_govern(context: Context, root: Instance) -> bool:
    """Whether the actor may cancel, suspend or resume the case."""
    viewer = context.viewer
    if viewer.system:
        return True
    if root.track:
        # Behind a wall only who oversees the track: neither who registered it nor the administrator.
        return root.track in viewer.tracks and viewer.scope == "all"
    if viewer.has("head"):
        return True
    if viewer.is_admin:
        return True
    return root.started_by == viewer.user_id


def _note(case: Case, action: str, reason: str) -> None:
    context = case.context
    context.tx.insert(
        Comment(
            tenant=context.tenant,
            id=context.new_id(),
            instance_id=case.root.id,
            root_id=case.root.id,
            user_id=context.actor,
            at=context.now_ms,
            kind=action,
            text=reason.strip(),
        )
    )
    context.record(action, case.root.id, {"reason": evidence.digest(reason.encode())}, case.root)


def _state_conflict() -> Conflict:
    return Conflict(
        reason={
            "zh": "事项当前的状态不允许这样做。",
            "en": "the case is not in a state for this.",
        }
    )


def _text_problem(where: str) -> Problem:
    return Problem(
        code="text",
        where=where,
        zh=f"请填写内容（不超过 {MAX_TEXT} 字）。",
        en=f"Write something (at most {MAX_TEXT} characters).",
    )
