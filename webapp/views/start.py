"""Starting a matter: choosing its kind, filling its form."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.commands import SaveStartDraft, StartProcess
from engine.errors import AnswersInvalid, Problem
from engine.queries import Startable, StartPage, StartView
from webapp.current import ask, do
from webapp.views import filling

pages = Blueprint("start", __name__, url_prefix="/start")

Answer = Response | tuple[str, int]
URGENCIES = ("normal", "urgent", "critical")


@pages.get("/")
def choose() -> str:
    """The kinds of matters, with what each is for and what one needs at hand."""
    return render_template("start/choose.html", cards=ask(Startable))


@pages.get("/<process_key>")
def show(process_key: str) -> Answer:
    """The start form of one kind."""
    view = ask(StartPage, process_key=process_key, draft_id=request.args.get("draft", ""))
    return _page(view, view.answers), 200


def _page(view: StartView, answers: Mapping[str, Any], problems: Sequence[Problem] = ()) -> str:
    address = url_for("start.act", process_key=view.card.key)
    form = filling.shown(
        view.form, answers, view.context, problems, refresh_url=address, action_url=address
    )
    return render_template(
        "start/show.html",
        start=view,
        form=form,
        problems=problems,
        urgency=request.form.get("urgency", "normal"),
        # A form that asks for it itself need not be helped.
        urgencies=() if view.form and view.form.find("urgency") else URGENCIES,
        # The same page sent twice starts one case.
        request_id=request.form.get("request_id") or secrets.token_urlsafe(16),
    )


@pages.post("/<process_key>")
def act(process_key: str) -> Answer:
    """Start, save as a draft, add or remove rows: whatever was pressed."""
    draft_id = request.form.get("draft", "")
    view = ask(StartPage, process_key=process_key, draft_id=draft_id)
    sent = filling.read(view.form, view.context, view.files, attach={})
    if sent.pressed == "draft":
        saved = do(
            SaveStartDraft,
            process_key=process_key,
            answers=sent.answers,
            draft_id=view.draft_id or None,
        )
        if filling.wants_word():
            return jsonify(saved=True, draft=saved, **filling.word(sent))
        if sent.problems:
            return _page(view, sent.answers, sent.problems), 422
        flash(_("草稿已保存，可以稍后继续。"), "success")
        return redirect(url_for("start.show", process_key=process_key, draft=saved))
    if sent.again:
        return _page(view, sent.answers, sent.problems), 200
    if sent.problems:
        return _page(view, sent.answers, sent.problems), 422
    return _start(view, sent.answers)


def _start(view: StartView, answers: dict[str, Any]) -> Answer:
    try:
        result = do(
            StartProcess,
            process_key=view.card.key,
            answers=answers,
            urgency=request.form.get("urgency", "normal"),
            draft_id=view.draft_id or None,
            request_id=request.form.get("request_id", "")[:64] or None,
        )
    except AnswersInvalid as exc:
        return _page(view, answers, exc.problems), 422
    flash(_("已发起：%(number)s %(title)s", number=result.case_no, title=result.title), "success")
    if result.mine:
        return redirect(url_for("tasks.show", task_id=result.mine[0]))
    return redirect(url_for("cases.show", case_id=result.case_id))
