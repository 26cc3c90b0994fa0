"""The pages of a task and of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine import queries as q
from engine.errors import EvaluationFailed, NotFound
from engine.handlers import access, candidates, consulting
from engine.handlers.case import Case
from engine.handlers.house import House
from engine.handlers.seals import verify
from engine.handlers.services import CaseServices
from engine.model.ids import is_id
from engine.model.rows import (
    Candidate,
    Clock,
    Draft,
    Instance,
    Task,
    User,
)
from engine.reading import actions
from engine.reading.common import Desk, desk
from engine.reading.deeds import group_name, step_name
from engine.reading.dossier import Dossier
from engine.reading.lists import task_lines
from engine.reading.phrases import at_hand

if TYPE_CHECKING:
    from engine.forms import Form


def case_page(house: House, query: q.CasePage) -> q.CaseView:
    """A case. Raises NotFound when the viewer may not know of it."""
    with desk(house, query) as at:
        dossier = Dossier(at, at.root(query.case_id))
        open_tasks = [task for task in dossier.tasks() if task.state == "open"]
        return q.CaseView(
            case=dossier.head(),
            open_tasks=task_lines(at, open_tasks),
            clocks=dossier.clocks(),
            steps=dossier.steps(),
            start=dossier.start_step(),
            events=dossier.events(),
            files=dossier.files(),
            documents=dossier.documents(),
            comments=dossier.comments(),
            mentionable=_mentionable(dossier),
            messages=dossier.messages(),
            diagrams=dossier.diagrams(),
            incidents=dossier.incidents(),
            actions={**dossier.actions(), **actions.of_case(at, dossier.work())},
            oversight=actions.oversight(at, dossier.work()),
            withdrawable=actions.withdrawable(at, dossier),
        )


def _mentionable(dossier: Dossier) -> tuple[q.Person, ...]:
    """Who has a part in the case, may see it still, and could be named in a remark."""
    at, root = dossier.at, dossier.root
    ids = {each for each in root.people if ":" not in each} | {
        task.assignee for task in dossier.tasks() if task.state == "open" and task.assignee
    }
    wanted = sorted(ids - {at.viewer.user_id} - set(root.excluded))
    case = dossier.work()
    users = at.reader.find(User, id=wanted, active=True) if wanted else []
    found = []
    for user in users:
        if root.track:
            viewer = candidates.person(case, user.id)
            if viewer is None or access.shut_out(viewer, root):
                continue
        name = at.pick(user.name, user.name_en)
        found.append(q.Person(id=user.id, name=name, unit=at.unit(user.unit_id)))
    return tuple(sorted(found, key=lambda person: (person.unit, person.name)))


def task_page(house: House, query: q.TaskPage) -> q.TaskView:
    """A task. Raises NotFound when the viewer may not know of it."""
    with desk(house, query) as at:
        task, dossier = _task(at, query.task_id)
        return _task_view(at, dossier, task)


def task_answers(house: House, query: q.TaskAnswers) -> Mapping[str, Any]:
    """What stands in a task's form. Raises NotFound when the viewer may not know of the task."""
    with desk(house, query) as at:
        task, dossier = _task(at, query.task_id)
        case = dossier.work()
        case.know(task)
        form = dossier.package(task.instance_id).form(task.form_id, at.lang)
        visible = _visible(dossier, case, task) if form is not None else {}
        return _standing(at, task, form, _draft(at, task), visible)


def _task(at: Desk, task_id: str) -> tuple[Task, Dossier]:
    task = at.reader.get(Task, id=task_id) if is_id(task_id) else None
    root = at.reader.get(Instance, id=task.root_id) if task is not None else None
    if task is None or root is None or not may_open(at, root, task):
        raise NotFound(what={"zh": "任务", "en": "task"})
    return task, Dossier(at, root)


def _draft(at: Desk, task: Task) -> Draft | None:
    found: Draft | None = at.reader.get(Draft, task_id=task.id, user_id=at.viewer.user_id)
    return found


def _standing(
    at: Desk, task: Task, form: Form | None, draft: Draft | None, visible: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What stands in an open task's form: the draft, else what the form makes of the variables."""
    if form is None or task.state != "open":
        return {}
    return draft.answers if draft is not None else form.blank(visible, now=at.now)


def may_open(at: Desk, root: Instance, task: Task) -> bool:
    """Whether the viewer may open a task's page."""
    if task.state == "open" and access.may_take(at.reader, at.viewer, root, task):
        return True
    return access.may_see(at.reader, at.viewer, root)


def _task_view(at: Desk, dossier: Dossier, task: Task) -> q.TaskView:
    package = dossier.package(task.instance_id)
    element = package.definition.elements[task.element_id]
    case = dossier.work()
    case.know(task)
    draft = _draft(at, task)
    form = package.form(task.form_id, at.lang)
    visible = _visible(dossier, case, task)
    back = task.sent_back or {}
    clocks = [
        line
        for line, row in zip(dossier.clocks(), _clock_order(dossier), strict=True)
        if row.task_id == task.id or row.rule_id == task.rule_id
    ]
    candidates = at.reader.columns(Candidate, ("value",), task_id=task.id)
    return q.TaskView(
        id=task.id,
        case=dossier.head(),
        instance_id=task.instance_id,
        step=step_name(at, package, task),
        element_id=task.element_id,
        state=task.state,
        help=task.local["question"]
        if task.signs_for
        else package.text(element.documentation, at.lang),
        lamp=at.lamp_of_row(task),
        form=form,
        context={**visible, **CaseServices(case.context, package, at.lang).functions()},
        answers=_standing(at, task, form, draft, visible),
        drafted_at=draft.saved_at if draft is not None else None,
        shown=dossier.present(task, task.form_id, package, task.answers or {}, task.closed_by),
        assignee=task.assignee or "",
        assignee_name=at.name(task.assignee),
        candidates=tuple(group_name(at, value) for (value,) in candidates),
        closed_by=at.name(task.closed_by),
        closed_at=task.closed_at,
        opened_at=task.opened_at,
        from_name=at.name(task.from_user),
        returned_by=at.name(back.get("by")),
        returned_from=package.text(back.get("from", ""), at.lang),
        returned_why=back.get("why", ""),
        round=task.round,
        late=any(c.lamp.colour == "red" for c in clocks),
        late_reason=task.late_reason,
        laws=tuple(
            at.law_text(package.laws[name], package)
            for name in _split(element.properties.get("law", ""))
            if name in package.laws
        ),
        before=tuple(
            step
            for step in (dossier.start_step(), *dossier.steps())
            if step is not None and step.task_id != task.id
        ),
        files=dossier.files(),
        documents=dossier.documents(),
        leaves=tuple(
            package.text(package.documents[name].title, at.lang) for name in element.documents
        ),
        clocks=tuple(clocks),
        comments=dossier.comments(),
        awaited=actions.awaited(at, case, task),
        opinion_for=task.signs_for or "",
        actions=task_actions(at, case, task, element),
        phrases=at_hand(at, element.properties.get("step", ""))
        if task.state == "open" and _asks_opinion(form)
        else (),
        diagrams=tuple(d for d in dossier.diagrams() if d.instance_id == task.instance_id),
    )


def _asks_opinion(form: Any) -> bool:
    return form is not None and any(
        field.properties.get("opinion") == "true" for field in form.fields()
    )


def _clock_order(dossier: Dossier) -> list[Clock]:
    rows = dossier.at.reader.find(Clock, root_id=dossier.root.id)
    rows.sort(key=lambda c: (c.state not in ("running", "paused"), c.due_at or 1 << 60, c.id))
    return rows  # type: ignore[no-any-return]


def _visible(dossier: Dossier, case: Case, task: Task) -> dict[str, Any]:
    """The variables at the token, without what the viewer may not read."""
    instance = dossier.instances()[task.instance_id]
    if task.signs_for is not None:
        return {}
    if task.state != "open" or instance.state != "active":
        return dossier.veil(instance.variables)
    try:
        visible = case.run(instance).visible(task.key)
    except (EvaluationFailed, KeyError):
        visible = instance.variables
    veiled = dossier.veil(visible)
    if instance.id == dossier.root.id and dossier.root.started_by == dossier.at.viewer.user_id:
        # Who started the case entered the start form's fields, and only those.
        package = dossier.package(instance.id)
        form = package.form(package.manifest.start_form)
        own = form.typed() - dossier.overwritten() if form is not None else frozenset()
        veiled |= {key: value for key, value in visible.items() if key in own}
    return veiled


def task_actions(at: Desk, case: Case, task: Task, element: Any) -> dict[str, q.Action]:
    """What the viewer may do with a task, and why not."""
    viewer, root = at.viewer, case.root
    reason = ""
    if task.state != "open":
        reason = at.pick("任务已办结。", "the task is no longer open.")
    elif root.state == "suspended":
        reason = at.pick("事项已中止，恢复后才能办理。", "the case is suspended.")
    elif not access.may_take(at.reader, viewer, root, task):
        who = at.name(task.assignee)
        reason = at.pick(
            f"由{who}办理。" if who else "不在您的办理范围内。",
            f"with {who}." if who else "for none of your roles.",
        )
    else:
        separated = access.separation(case, task, element, viewer.user_id)
        awaited = consulting.no_completing(case, task)
        if separated is not None and not viewer.system:
            reason = separated[at.lang]
        elif awaited is not None:
            reason = str(awaited.localised(at.lang)["reason"])
    mine = task.assignee == viewer.user_id
    grouped = bool(at.reader.columns(Candidate, ("value",), task_id=task.id, limit=1))
    return {
        "complete": q.Action(name="complete", enabled=not reason, reason=reason),
        "draft": q.Action(name="draft", enabled=not reason, reason=reason),
        "claim": q.Action(
            name="claim",
            enabled=not reason and task.assignee is None,
            reason=reason or (at.pick("已认领。", "already claimed.") if task.assignee else ""),
        ),
        "unclaim": q.Action(
            name="unclaim",
            enabled=not reason and mine and grouped,
            reason=reason
            or at.pick("没有可退回的办理组。", "there is no group to give it back to."),
        ),
        "attach": q.Action(name="attach", enabled=not reason, reason=reason),
        **actions.of_task(at, case, task),
    }


def _split(text: str) -> Iterable[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def verify_case(house: House, query: q.VerifyCase) -> tuple[str, ...]:
    """Flaws of a case's evidence chain; none when it is whole."""
    with desk(house, query) as at:
        root = at.root(query.case_id)
    return tuple(
        flaw.zh if query.lang == "zh" else flaw.en for flaw in verify(house, case_id=root.id)
    )


def refresh(view: q.TaskView, answers: Mapping[str, Any]) -> q.TaskView:
    """The view with answers being typed instead of the stored ones."""
    return replace(view, answers=answers)
