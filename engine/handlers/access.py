"""Who may do what, per object. Denied unless a rule here says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.commands import SYSTEM
from engine.errors import Conflict, Forbidden, NotFound, YifaError
from engine.handlers.case import Case
from engine.model.ids import is_id
from engine.model.people import Viewer
from engine.model.rows import AuditEntry, Candidate, Instance, Task, User

if TYPE_CHECKING:
    from engine.bpmn.definition import Element
    from engine.handlers.house import Context

TASK = {"zh": "任务", "en": "task"}
CASE = {"zh": "事项", "en": "case"}


def take_case(context: Context, case_id: str, expected_version: int | None = None) -> Case:
    """Lock a case the actor may see. Raises NotFound (also when they may not know of it), Conflict."""
    root = context.tx.lock_case(case_id) if is_id(case_id) else None
    if root is None or not may_see(context.tx, context.viewer, root):
        raise NotFound(what=CASE)
    check_version(context, root, expected_version)
    return Case(context, root)


def take_task(
    context: Context, task_id: str, expected_version: int | None = None, *, handling: bool = True
) -> tuple[Case, Task]:
    """Lock the case of a task that the actor may handle (or see, when ``handling`` is false)."""
    found = context.tx.lock_task(task_id, context.actor) if is_id(task_id) else None
    if found is None:
        raise NotFound(what=TASK)
    task, root = found
    case = Case(context, root)
    case.know(task)
    viewer = context.viewer
    if task.state != "open" or not may_take(context.tx, viewer, root, task):
        if not (may_see(context.tx, viewer, root) or was_offered(case, task, viewer)):
            raise NotFound(what=TASK)
        if handling:
            refuse_closed(context, task)
            _refuse_others(context, case, task)
    check_version(context, root, expected_version)
    return case, task


def _refuse_others(context: Context, case: Case, task: Task) -> None:
    """Refuse an open task that is not the actor's: somebody was faster, or it never was."""
    reason = separation(case, task, element_of(case, task), context.actor)
    if reason is not None:
        raise Forbidden(reason=reason)
    if task.assignee is not None and was_offered(case, task, context.viewer):
        raise Conflict(reason=_not_yours(context, task), task_id=task.id, by=task.assignee)
    raise Forbidden(reason=_not_yours(context, task))


def was_offered(case: Case, task: Task, viewer: Viewer) -> bool:
    """Whether a task was or is before the viewer's group, whoever has it now.

    Who could have done it may learn who did. Candidates are not kept once a task is closed, so the
    model is asked again; a formula that has no value any more offered it to nobody.
    """
    root = case.root
    if viewer.user_id in root.excluded or (root.track and root.track not in viewer.tracks):
        return False
    values = offered_to(case, task)
    groups = (value[2:] for value in values if value.startswith("g:"))
    return f"u:{viewer.user_id}" in values or any(map(viewer.in_group, groups))


def offered_to(case: Case, task: Task) -> list[str]:
    """Values (as in ``Candidate``) of those a task was or is offered to by its model, asked anew."""
    element = element_of(case, task)
    users = _named(case, task, element.candidate_users)
    groups = _named(case, task, element.candidate_groups)
    if not (users or groups or element.assignee):
        groups = [element.lane] if element.lane else []
    return [f"u:{user}" for user in users] + [f"g:{group}" for group in groups]


def _named(case: Case, task: Task, text: str | None) -> list[str]:
    if not text:
        return []
    value: object = text.split(",")
    if text.startswith("="):
        try:
            value = case.run(case.instance(task.instance_id)).evaluate(text)
        except YifaError:
            return []
    names = value if isinstance(value, list) else str(value or "").split(",")
    return [str(name).strip() for name in names if str(name).strip()]


def check_version(context: Context, root: Instance, expected: int | None) -> None:
    """Refuse a command based on a stale view of the case, saying who changed it."""
    if expected is None or expected == root.version:
        return
    last = context.tx.get(AuditEntry, chain=root.id, seq=root.audit_seq)
    who = user_name(context, last.actor) if last is not None else ""
    en = "the system" if last is not None and last.actor == SYSTEM else who or "somebody"
    raise Conflict(
        reason={
            "zh": f"{who or '他人'}刚刚办理过这个事项。",
            "en": f"{en} has just changed this case.",
        },
        version=root.version,
    )


def refuse_closed(context: Context, task: Task) -> None:
    """Refuse work on a task that is no longer open, saying who completed it."""
    if task.state == "open":
        return
    who = user_name(context, task.closed_by) if task.closed_by else ""
    raise Conflict(
        reason={
            "zh": f"“{task.name}”已由{who}办结。" if who else f"“{task.name}”已不在办理中。",
            "en": f"“{task.name}” was completed by {who}."
            if who
            else f"“{task.name}” is no longer open.",
        },
        task_id=task.id,
        by=task.closed_by,
    )


def refuse_ended(root: Instance) -> None:
    """Refuse changes to what a case consists of once it has ended: its file is closed."""
    if root.state in ("completed", "cancelled", "failed"):
        raise Conflict(
            reason={
                "zh": "事项已经结束，案卷不再变动。",
                "en": "the case has ended; nothing is put into its file or taken out any more.",
            }
        )


def may_see(reader: Any, viewer: Viewer, root: Instance) -> bool:
    """Whether somebody may look at a case: exclusion first, then walls, then scope or part taken."""
    if viewer.system:
        return True
    if shut_out(viewer, root):
        return False
    taking_part = viewer.user_id in root.people or root.started_by == viewer.user_id
    # Roles that see every case of its kind stand among the case's people, too.
    taking_part = taking_part or any(f"g:{role}" in root.people for role in viewer.role_ids)
    if taking_part or viewer.scope == "all":
        return True
    if viewer.scope == "units" and root.unit_id in viewer.units:
        return True
    # Who may take one of its steps has to read the case to decide.
    return bool(root.standing) and _offered(reader, viewer, list(root.standing))


def shut_out(viewer: Viewer, root: Instance) -> bool:
    """Whether a case must not even be known of: it excludes the viewer, or lies behind a wall.

    Whoever registered or handled a walled case knows of it already.
    """
    if viewer.system:
        return False
    if viewer.user_id in root.excluded:
        return True
    walled = bool(root.track) and root.track not in viewer.tracks
    return walled and _KNOWING.isdisjoint(root.people.get(viewer.user_id, ()))


_KNOWING = frozenset({"starter", "handler"})
"""Parts in a case that tell of it for good; who was given it to read is shut out by a later wall."""


def _offered(reader: Any, viewer: Viewer, task_ids: list[str]) -> bool:
    """Whether one of these open tasks is before the viewer's groups."""
    values = viewer.candidate_values()
    return bool(reader.columns(Candidate, ("value",), task_id=task_ids, value=values, limit=1))


def may_take(reader: Any, viewer: Viewer, root: Instance, task: Task) -> bool:
    """Whether somebody is the handler of a task or may become it."""
    if viewer.system:
        return True
    if viewer.user_id in root.excluded:
        return False
    if task.assignee is not None:
        return task.assignee == viewer.user_id
    if root.track and root.track not in viewer.tracks:
        return False
    return not set(viewer.candidate_values()).isdisjoint(reader.candidates_of(task.id))


def separation(case: Case, task: Task, element: Element, user_id: str) -> dict[str, str] | None:
    """Why separation of duties forbids somebody to handle a task, or None.

    Handlers are counted over the whole case, called processes included; so are those who did a
    step for its owner or gave an opinion on it. Giving an opinion on a task is open to others than
    the handler of an earlier one.
    """
    kind, other = _clash(case, task, element, user_id, strictly=task.signs_for is None)
    if not kind:
        return None
    (zh, en), (mine, own) = _names(case, task, other), _names(case, task, task.element_id)
    if kind == "handled":
        return {
            "zh": f"您办理过“{zh}”，依法不得再办理“{mine}”。请交由他人办理。",
            "en": f"you handled “{en}”, so by law you may not handle “{own}”; "
            "leave it to somebody else.",
        }
    return {
        "zh": f"“{mine}”应由“{zh}”的经办人办理。",
        "en": f"“{own}” is for whoever handled “{en}”.",
    }


def clash(
    case: Case, task: Task, element: Element, user_id: str, *, strictly: bool
) -> dict[str, str] | None:
    """The same told of somebody else; ``strictly`` asks for the handler of an earlier step, too."""
    kind, other = _clash(case, task, element, user_id, strictly=strictly)
    if not kind:
        return None
    (zh, en), (mine, own) = _names(case, task, other), _names(case, task, task.element_id)
    if kind == "handled":
        return {
            "zh": f"办理过“{zh}”，依法不得再参与“{mine}”",
            "en": f"handled “{en}” and by law takes no part in “{own}”",
        }
    return {
        "zh": f"“{mine}”应由“{zh}”的经办人办理",
        "en": f"“{own}” is for whoever handled “{en}”",
    }


def _clash(
    case: Case, task: Task, element: Element, user_id: str, *, strictly: bool
) -> tuple[str, str]:
    """``handled`` or ``not-handler``, and of which other element; two empty texts where neither."""
    steps = case.root.steps
    for other in element.not_handler_of:
        step = steps.get(other, {})
        if user_id in step.get("by", ()) or user_id in step.get("with", ()):
            return "handled", other
    for other in element.same_handler_as if strictly else ():
        handlers = steps.get(other, {}).get("by", [])
        if handlers and user_id not in handlers:
            return "not-handler", other
    return "", ""


def element_of(case: Case, task: Task) -> Element:
    """The drawn element of a task."""
    instance = case.instance(task.instance_id)
    return case.package(instance).definition.elements[task.element_id]


def _names(case: Case, task: Task, element_id: str) -> tuple[str, str]:
    """What an element is called in Chinese and in English: of the task's process, else the case's."""
    package = case.package(case.instance(task.instance_id))
    if element_id not in package.definition.elements:
        package = case.package(case.root)
    found = package.definition.elements.get(element_id)
    name = found.name if found is not None and found.name else element_id
    return name, package.text(name, "en")


def _not_yours(context: Context, task: Task) -> dict[str, str]:
    name = context.house.package(task.deployment_id).text(task.name, "en")
    if task.assignee is not None:
        who, english = (user_name(context, task.assignee, lang) for lang in ("zh", "en"))
        return {
            "zh": f"“{task.name}”由{who}办理。",
            "en": f"“{name}” is being handled by {english}.",
        }
    return {
        "zh": f"“{task.name}”不在您的办理范围内。",
        "en": f"“{name}” is not for any of your roles.",
    }


def not_yours(context: Context, task: Task) -> Forbidden:
    """The refusal of a task that is not the actor's."""
    return Forbidden(reason=_not_yours(context, task))


def user_name(context: Context, user_id: str | None, lang: str = "zh") -> str:
    """A person's name for messages; the id where there is none."""
    if not user_id:
        return ""
    if user_id == SYSTEM:
        return "系统" if lang == "zh" else "the system"
    user = context.tx.get(User, id=user_id)
    if user is None:
        return user_id
    return user.name if lang == "zh" else user.name_en or user.name


def require_admin(context: Context) -> None:
    """Refuse whoever is no administrator."""
    if not (context.viewer.is_admin or context.viewer.system):
        raise Forbidden(reason={"zh": "这是管理员的操作。", "en": "this is for administrators."})
