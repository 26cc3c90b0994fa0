"""The small page of each rare action: whom or what to choose, why, and what it will cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine.commands import (
    AcknowledgeNotice,
    AddSigners,
    Command,
    DelegateTask,
    LiftOversight,
    OverseeCase,
    ReassignTask,
    ReportOversight,
    ReturnTask,
    SendCopy,
    UrgeCase,
    WithdrawTask,
)
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from engine.model.results import CaseResult
from engine.queries import ActionPage, ActionView
from webapp.asked import whole
from webapp.current import ask, do, lang
from webapp.errors import status_of

pages = Blueprint("actions", __name__)

Answer = Response | tuple[str, int]
Form = MultiDict[str, str]
Read = Callable[[Form], Mapping[str, Any]]


def _words(*names: str) -> Read:
    return lambda form: {name: form.get(name, "") for name in names}


def _people(*names: str) -> Read:
    return lambda form: {"people": tuple(form.getlist("people")), **_words(*names)(form)}


_TASK: Mapping[str, tuple[type[Command], Read]] = {
    "return": (ReturnTask, _words("reason", "to_element")),
    "withdraw": (WithdrawTask, _words("reason")),
    "reassign": (ReassignTask, _words("to", "reason")),
    "delegate": (DelegateTask, _words("to", "reason")),
    "add-signer": (AddSigners, _people("question", "when", "rule")),
}
_CASE: Mapping[str, tuple[type[Command], Read]] = {
    "cc": (SendCopy, _people("note")),
    "urge": (UrgeCase, _words("note")),
    "oversee": (OverseeCase, _words("demand", "due")),
    "report": (ReportOversight, _words("text")),
    "lift": (LiftOversight, _words("reason")),
}


@pages.route("/tasks/<task_id>/actions/<action>", methods=["GET", "POST"])
def on_task(task_id: str, action: str) -> Answer:
    """Send back, take back, hand on, ask for opinions."""
    return _act(_TASK, action, {"task_id": task_id})


@pages.route("/cases/<case_id>/actions/<action>", methods=["GET", "POST"])
def on_case(case_id: str, action: str) -> Answer:
    """Send copies, urge, follow."""
    return _act(_CASE, action, {"case_id": case_id})


def _act(
    known: Mapping[str, tuple[type[Command], Read]], action: str, on: Mapping[str, str]
) -> Answer:
    if action not in known:
        raise NotFound(what={"zh": "操作", "en": "action"})
    view = ask(ActionPage, action=action, **on)
    if request.method == "GET":
        return _page(view), 200
    command, read = known[action]
    seen = whole(request.form.get("version", ""))
    given = {key: value for key, value in read(request.form).items() if value or key != "when"}
    try:
        result = do(command, **on, **given, expected_version=seen)
    except Invalid as exc:
        return _page(view, exc.problems), 422
    except (Conflict, Forbidden) as exc:
        # What was typed stays on the page, with the case's new version to be sent again.
        fresh = ask(ActionPage, action=action, **on)
        if fresh.action.enabled and not fresh.people:
            fresh = replace(fresh, people=view.people)
        return _page(fresh, note=exc.message(lang())), status_of(exc)
    return _onward(view, result)


def _page(view: ActionView, problems: Sequence[Problem] = (), *, note: str = "") -> str:
    return render_template(
        "actions/show.html", view=view, problems=problems, typed=request.form, note=note
    )


def _onward(view: ActionView, result: CaseResult) -> Response:
    """Where one goes on: the step that came back, the task, the case, or the inbox."""
    flash(_done(view.action.name), "success")
    if result.mine:
        return redirect(url_for("tasks.show", task_id=result.mine[0]))
    if not view.task_id:
        return redirect(url_for("cases.show", case_id=view.case.id))
    if view.action.name in ("add-signer", "withdraw"):
        return redirect(url_for("tasks.show", task_id=view.task_id))
    return redirect(url_for("inbox.show"))


def _done(action: str) -> str:
    told = {
        "return": _("已退回，对方会看到您的理由。"),
        "withdraw": _("已撤回。"),
        "reassign": _("已转办。"),
        "delegate": _("已委派，办好后会交回您。"),
        "add-signer": _("已发出征求意见。"),
        "cc": _("已抄送。"),
        "urge": _("已催办。"),
        "oversee": _("已列入督办。"),
        "report": _("已反馈。"),
        "lift": _("已解除督办。"),
    }
    return str(told[action])


@pages.post("/notices/<notice_id>/read")
def read(notice_id: str) -> Response:
    """Say that one has read a notice."""
    do(AcknowledgeNotice, notice_id=notice_id)
    flash(_("已阅。"), "success")
    return redirect(url_for("inbox.show", tab="read"))
