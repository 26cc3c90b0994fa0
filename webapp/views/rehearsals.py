"""Scenarios run as a test: of the deployed version and of drafts, before anything is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import catalog
from engine.errors import Conflict
from engine.queries import LastScenarioRun, ProcessEditor, Processes, ProcessFiles
from webapp.current import ask, lang, viewer
from webapp.scenarios import kept
from webapp.scenarios.rehearsing import Outcome, Rehearsal, Rehearsals
from webapp.scenarios.scenario import paths
from webapp.sheets import Column, sheet
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


def _last(key: str, state: str) -> tuple[Rehearsal | None, str]:
    """One's own run that is under way or was broken off, else the last anybody finished; and whose."""
    mine = _rehearsals().of(viewer().user_id, key, state)
    if mine is not None and (mine.under_way or mine.halt.is_set()):
        return mine, ""
    known = ask(LastScenarioRun, process_key=key, state=state)
    if known is None:
        return mine, ""
    run = kept.from_data(
        known.result, owner="", key=key, state=state, sha256=known.sha256, at=known.ran_at
    )
    return run, known.ran_by


def _page(key: str, state: str, files: Mapping[str, bytes], told: str) -> str:
    view = ask(ProcessEditor, process_key=key)
    newest = view.base_id
    mine, ran_by = _last(key, state)
    deployed = _last(key, newest)[0] if newest != state else mine
    return render_template(
        "admin/scenarios.html",
        view=view,
        state=state,
        newest=newest,
        draft=next((line for line in view.drafts if line.id == state), None),
        states=[(newest, ""), *((line.id, line.saved_by) for line in view.drafts)],
        listed=paths(files),
        names=_state_names(),
        acts=_act_names(),
        marks=_marks,
        run=mine,
        ran_by=ran_by,
        stale=mine is not None and mine.sha256 != catalog.package_hash(files),
        deployed=_states(deployed) if deployed is not mine else {},
        told=told,
    )


def _state_names() -> dict[str, str]:
    return {
        "waiting": _("等待"),
        "running": _("运行中"),
        "passed": _("通过"),
        "failed": _("未通过"),
        "stopped": _("未运行"),
    }


def _act_names() -> dict[str, str]:
    return {
        "start": _("发起"),
        "task": _("办理"),
        "message": _("登记消息"),
        "do": _("操作"),
        "look": _("查看事项页面"),
        "fire": _("时间推移"),
        "expect": _("最后结果"),
    }


@pages.get("/processes/<key>/scenarios/<state>.xlsx")
def scenarios_export(key: str, state: str) -> Response:
    """Every step of the last run, with what came of it."""
    run, _who = _last(key, state)
    columns = [
        Column(_("场景"), width=40),
        Column(_("文件"), width=28),
        Column(_("环节"), width=16),
        Column(_("对象"), width=28),
        Column(_("谁"), width=16),
        Column(_("场景中的时间"), "moment"),
        Column(_("结果"), width=12),
        Column(_("说明"), width=60),
    ]
    return sheet(_("场景测试"), columns, _rows(run) if run is not None else ())


def _rows(run: Rehearsal) -> Iterator[tuple[object, ...]]:
    acts, states = _act_names(), _state_names()
    for one in run.outcomes:
        title = one.scenario.title if one.scenario else one.name
        if not one.played:
            yield (title, one.path, "", "", "", None, states[one.state], "")
        for played in list(one.played):
            yield (
                title,
                one.path,
                acts[played.kind],
                run.name(played.what, lang()) or played.what,
                run.names.get(played.who, played.who),
                played.at or None,
                states["passed" if played.passed else "failed"],
                "\n".join(said.text(lang()) for said in played.told) or played.refusal,
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
