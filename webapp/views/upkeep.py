"""How the house fares: incidents and jobs with their reasons, health, and law still to be checked."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.commands import Command, HurryJob, ResolveIncident
from engine.errors import YifaError
from engine.queries import Health, Incidents, Jobs, ProcessTitles, Unchecked
from webapp.current import ask, do, lang
from webapp.views.admin import pages as pages

MOST_AT_ONCE = 500
"""How many incidents or jobs one press tries again: more than a page lists."""
MOST_LISTED = 200
"""Incidents a page lists, the newest first."""


@pages.get("/incidents")
def incidents() -> str:
    """What is stuck and why, and which jobs wait."""
    asked = {name: request.args.get(name, "")[:40] for name in ("code", "process", "kind", "state")}
    everything = ask(Incidents, limit=MOST_LISTED)
    narrowed = asked["code"] or asked["process"]
    return render_template(
        "admin/incidents.html",
        incidents=ask(
            Incidents, code=asked["code"], process_key=asked["process"], limit=MOST_LISTED
        )
        if narrowed
        else everything,
        codes={line.code: line.kind for line in everything if line.kind},
        jobs=ask(Jobs, kind=asked["kind"], state=asked["state"]),
        titles=ask(ProcessTitles),
        asked=asked,
        narrowed=narrowed,
        most=MOST_LISTED,
    )


@pages.post("/incidents/<incident_id>/retry")
def retry(incident_id: str) -> Response:
    """Try one again after the cause was mended."""
    do(ResolveIncident, incident_id=incident_id)
    flash(_("已重试。"), "success")
    return redirect(url_for("admin.incidents"))


@pages.post("/incidents/retry")
def retry_many() -> Response:
    """Try those chosen, or all that were listed, again: each by itself, so that one hinders none."""
    _each(ResolveIncident, "incident_id", _chosen("incident"))
    return redirect(url_for("admin.incidents"))


@pages.post("/jobs/retry")
def hurry() -> Response:
    """Have jobs that failed tried now."""
    _each(HurryJob, "job_id", _chosen("job"))
    return redirect(url_for("admin.incidents"))


def _chosen(name: str) -> list[str]:
    """Ids ticked, or those of the whole list where all are meant."""
    field = f"{name}-listed" if "all" in request.form else name
    return request.form.getlist(field)[:MOST_AT_ONCE]


def _each(command: type[Command], name: str, ids: Iterable[str]) -> None:
    done, failed = 0, []
    for each in ids:
        try:
            do(command, **{name: each[:40]})
        except YifaError as exc:
            failed.append(exc.message(lang()))
        else:
            done += 1
    if done:
        flash(_("已重试 %(n)s 项。", n=done), "success")
    if failed:
        flash(_("有 %(n)s 项没有重试成功：%(why)s", n=len(failed), why=failed[0]), "danger")
    if not done and not failed:
        flash(_("请先勾选要重试的项目。"), "warning")


@pages.get("/health")
def health() -> str:
    """Whether everything the house stands on is well, with what to do where it is not."""
    return render_template("admin/health.html", view=ask(Health))


@pages.get("/unchecked")
def unchecked() -> str:
    """What of the law in use nobody has compared with the law's words."""
    return render_template("admin/unchecked.html", lines=ask(Unchecked))
