"""Scenarios run as a test: of the deployed version and of drafts, before anything is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import catalog
from engine.errors import Conflict
from engine.queries import ProcessEditor, Processes, ProcessFiles
from webapp.current import ask, lang, viewer
from webapp.scenarios.rehearsing import Outcome, Rehearsal, Rehearsals
from webapp.scenarios.scenario import paths
from webapp.views.admin import Answer, pages

__all__ = ["pages"]


@pages.route("/processes/<key>/scenarios/<state>", methods=["GET", "POST"])
def scenarios(key: str, state: str) -> Answer:
    """The scenarios of a version or draft; run them, watch them, read where they fail."""
    files = ask(ProcessFiles, process_key=key, state=state)
    told = ""
    if "stop" in request.form:
        _rehearsals().stop(viewer().user_id)
    elif "run" in request.form:
        try:
            _rehearsals().begin(viewer().user_id, key, state, around(key, files))
        except Conflict as exc:
            told = exc.message(lang())
    if request.method == "POST" and not told:
        return redirect(url_for("admin.scenarios", key=key, state=state))
    return _page(key, state, files, told), 409 if told else 200


def around(key: str, files: Mapping[str, bytes]) -> dict[str, Mapping[str, bytes]]:
    """A package with the newest version of every other process, by process key."""
    others = {
        line.key: ask(ProcessFiles, process_key=line.key, state=line.deployment_id)
        for line in ask(Processes)
        if line.key != key
    }
    return {**others, key: files}


def _rehearsals() -> Rehearsals:
    return cast("Rehearsals", current_app.extensions["rehearsals"])


def _page(key: str, state: str, files: Mapping[str, bytes], told: str) -> str:
    view = ask(ProcessEditor, process_key=key)
    newest = view.base_id
    mine, deployed = (
        _rehearsals().of(viewer().user_id, key, each) for each in (state, newest)
    )
    return render_template(
        "admin/scenarios.html",
        view=view,
        state=state,
        newest=newest,
        draft=next((line for line in view.drafts if line.id == state), None),
        states=[(newest, ""), *((line.id, line.saved_by) for line in view.drafts)],
        listed=paths(files),
        marks=_marks,
        run=mine,
        stale=mine is not None and mine.sha256 != catalog.package_hash(files),
        deployed=_states(deployed) if deployed is not mine else {},
        told=told,
    )


def _marks(outcome: Outcome) -> dict[str, dict[str, str]]:
    """The tasks of a scenario on the drawing: done, and where it went wrong."""
    return {
        one.what: {
            "state": "done" if one.passed else "overdue",
            "text": _("通过") if one.passed else _("未通过"),
        }
        for one in outcome.played
        if one.kind == "task"
    }


def _states(run: Rehearsal | None) -> dict[str, str]:
    """By scenario, what came of it."""
    return {one.path: one.state for one in run.outcomes} if run is not None else {}
