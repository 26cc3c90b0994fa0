"""The page of a task: its form, what was decided before, the law of the step, and what to press."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.commands import ClaimTask, CompleteTask, DiscardDraft, SaveDraft, UnclaimTask
from engine.errors import AnswersInvalid, Conflict, EvaluationFailed, Forbidden, Problem
from engine.model.results import CaseResult
from engine.queries import AfterTask, Outlook, TaskPage, TaskView
from webapp.asked import whole
from webapp.current import ask, do, lang
from webapp.views import filling, inbox

pages = Blueprint("tasks", __name__, url_prefix="/tasks")

Answer = Response | tuple[str, int]


@pages.get("/<task_id>")
def show(task_id: str) -> Answer:
    """The task with its form, or with what was handed in."""
    view = ask(TaskPage, task_id=task_id)
    return _page(view, view.answers, late_reason=str(view.answers.get(LATE, ""))), 200


LATE = "_late_reason"
"""Where a draft keeps the reason for being late; no field's key begins with an underscore."""


def _page(
    view: TaskView,
    answers: Mapping[str, Any],
    problems: Sequence[Problem] = (),
    *,
    late_reason: str = "",
    note: str = "",
) -> str:
    form_view = None
    typed: Any = ()
    address = url_for("tasks.act", task_id=view.id, **listed())
    if view.state == "open" and view.actions["complete"].enabled:
        form_view = filling.shown(
            view.form,
            answers,
            view.context,
            problems,
            refresh_url=address,
            action_url=address,
            beside={"late_reason": "late_reason"},
        )
    elif request.method == "POST":
        typed = filling.kept(view.form, view.context, view.files)
    return render_template(
        "tasks/show.html",
        task=view,
        form=form_view,
        problems=problems,
        late_reason=late_reason,
        note=note,
        typed=typed,
        ahead=_ahead(view, answers, problems, late_reason) if form_view or not view.form else None,
        address=address,
        origin=inbox.origin(),
    )


def listed() -> dict[str, Any]:
    """What addresses of a task carry on: the list it was opened from."""
    here = inbox.origin()
    return {"list": here.origin} if here is not None else {}


@pages.post("/<task_id>")
def act(task_id: str) -> Answer:
    """Hand in, save as a draft, add or remove rows: whatever was pressed."""
    view = ask(TaskPage, task_id=task_id)
    late_reason = request.form.get("late_reason", "")
    if not view.actions["complete"].enabled:
        return _refused(view)
    sent = filling.read(view.form, view.context, view.files, attach={"task_id": task_id})
    # One's own uploads, stored just now, are no change by somebody else.
    seen = whole(request.form.get("version", ""))
    current = view.case.version if seen is None else seen
    view = replace(view, case=replace(view.case, version=current + len(sent.uploaded)))
    try:
        return _pressed(view, sent, late_reason)
    except AnswersInvalid as exc:
        return _page(view, sent.answers, exc.problems, late_reason=late_reason), 422
    except (Conflict, Forbidden) as exc:
        # What was typed stays on the page, beside what has changed meanwhile.
        fresh = ask(TaskPage, task_id=view.id)
        return _page(fresh, sent.answers, late_reason=late_reason, note=exc.message(lang())), 409


def _pressed(view: TaskView, sent: filling.Filling, late_reason: str) -> Answer:
    claiming = "_claim" in request.form or "_unclaim" in request.form
    if sent.pressed == "draft" or (claiming and sent.answers != dict(view.answers)):
        do(SaveDraft, task_id=view.id, answers={**sent.answers, LATE: late_reason[:2000]})
    if claiming:
        return claim(view.id) if "_claim" in request.form else unclaim(view.id)
    if sent.pressed == "draft" and filling.wants_word():
        return jsonify(saved=True, **filling.word(sent))
    if sent.pressed == "draft" and not sent.problems:
        flash(_("草稿已保存，可以稍后继续。"), "success")
        return redirect(url_for("tasks.show", task_id=view.id, **listed()))
    if sent.again or sent.problems:
        status = 422 if sent.problems else 200
        return _page(view, sent.answers, sent.problems, late_reason=late_reason), status
    result = do(
        CompleteTask,
        task_id=view.id,
        answers=sent.answers,
        late_reason=late_reason,
        expected_version=view.case.version if "version" in request.form else None,
    )
    return _onward(view, result)


def _refused(view: TaskView) -> Answer:
    reason = view.actions["complete"].reason
    who = _("“%(step)s”已由%(who)s办理。", step=view.step, who=view.closed_by)
    return _page(view, {}, note=who if view.closed_by else reason), 409


def _onward(view: TaskView, result: CaseResult) -> Response:
    """After finishing: one's own next task of the same case, the next of the list, or the inbox."""
    matter = {"number": result.case_no, "title": result.title}
    text = _("已办理“%(step)s”：%(number)s %(title)s", step=view.step, **matter)
    if result.state == "completed":
        text += " " + _("整个事项已经办结。")
    if result.mine:
        flash(text + " " + _("请接着办理下一环节。"), "success")
        return redirect(url_for("tasks.show", task_id=result.mine[0], **listed()))
    address, following = inbox.following(view.id)
    flash(text + (" " + _("这是列表中的下一件。") if following else ""), "success")
    return redirect(address)


def _ahead(
    view: TaskView, answers: Mapping[str, Any], problems: Sequence[Problem], late_reason: str
) -> Outlook | None:
    """What handing this in would lead to; None where it cannot be handed in by the viewer."""
    if view.state != "open" or not view.actions["complete"].enabled:
        return None
    if problems:
        return Outlook(faults=len(problems))
    given = {key: value for key, value in answers.items() if key != LATE}
    try:
        return ask(AfterTask, task_id=view.id, answers=given, late_reason=late_reason)
    except (Conflict, Forbidden, EvaluationFailed):
        return None


@pages.post("/<task_id>/ahead")
def ahead(task_id: str) -> str:
    """What handing in what is typed would lead to: a part of the page, fetched as one types."""
    view = ask(TaskPage, task_id=task_id)
    found = None
    if view.actions["complete"].enabled:
        typed = filling.typed(view.form, view.files)
        found = _ahead(view, typed, (), request.form.get("late_reason", ""))
    return render_template("tasks/ahead.html", ahead=found)


@pages.post("/<task_id>/draft/discard")
def discard(task_id: str) -> Response:
    """Throw one's draft away and begin with an empty form."""
    do(DiscardDraft, task_id=task_id)
    flash(_("草稿已放弃。"), "success")
    return redirect(url_for("tasks.show", task_id=task_id, **listed()))


@pages.post("/<task_id>/claim")
def claim(task_id: str) -> Response:
    """Take the task."""
    do(ClaimTask, task_id=task_id)
    flash(_("已认领，请办理。"), "success")
    return redirect(url_for("tasks.show", task_id=task_id, **listed()))


@pages.post("/<task_id>/unclaim")
def unclaim(task_id: str) -> Response:
    """Give the task back to its group."""
    do(UnclaimTask, task_id=task_id)
    flash(_("已退回办理组，其他人可以认领。"), "success")
    return redirect(url_for("inbox.show", tab="claim"))
