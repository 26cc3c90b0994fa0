"""Supervision: the board, every case of one's scope in one table, months, and what steps take."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.queries import (
    Board,
    CaseCounts,
    Cases,
    DeploymentModel,
    ProcessTitles,
    StepsTaken,
    StepTimes,
    StepTimesView,
    Trend,
    Units,
)
from webapp import charts
from webapp.current import ask
from webapp.protection import as_data

pages = Blueprint("supervision", __name__, url_prefix="/supervision")

LAMPS = ("red", "yellow", "green", "paused")
STATES = (
    "open",
    "ended",
    "active",
    "suspended",
    "completed",
    "cancelled",
    "failed",
    "today",
    "soon",
    "stalled",
    "trouble",
    "returned",
    "overseen",
    "limited",
    "in_time",
    "late",
)
SORTS = ("due", "-opened", "opened")


def case_filters() -> dict[str, str]:
    """What an address narrows cases by; what does not fit is passed over."""
    given = request.args
    return {
        "text": given.get("text", "")[:100],
        "process_key": given.get("process", "")[:100],
        "lamp": given.get("lamp", "") if given.get("lamp") in LAMPS else "",
        "state": given.get("state", "") if given.get("state") in STATES else "",
        "unit": given.get("unit", "")[:60],
        "stage": given.get("stage", "")[:100],
        "ended": given.get("ended", "")[:7],
        "at": given.get("at", "")[:200],
        "sort": given.get("sort", "") if given.get("sort") in SORTS else "due",
    }


@pages.get("/")
def cases() -> str:
    """The table, filtered and paged. Whoever supervises nothing finds the cases they take part in."""
    filters = case_filters()
    page = ask(Cases, cursor=request.args.get("cursor", ""), **filters)
    return render_template(
        "supervision/cases.html",
        page=page,
        counts=ask(CaseCounts),
        filters=filters,
        filtered=any(value for key, value in filters.items() if key != "sort"),
        processes=ask(ProcessTitles),
        units=ask(Units),
        lamps=LAMPS,
        states=STATES,
        sorts=SORTS,
    )


def board_filters() -> dict[str, str]:
    """The kind and the unit an address asks for."""
    given = request.args
    return {
        "process_key": given.get("process", "")[:100],
        "unit": given.get("unit", "")[:60],
    }


@pages.get("/board")
def board() -> str:
    """The board: numbers, kinds by unit, cases by stage."""
    filters = board_filters()
    return render_template(
        "supervision/board.html",
        view=ask(Board, cursor=request.args.get("cursor", ""), **filters),
        filters=filters,
        processes=ask(ProcessTitles),
        units=ask(Units),
    )


@pages.get("/trend")
def trend() -> str:
    """The share completed in time, month by month."""
    filters = board_filters()
    months = ask(Trend, **filters)
    return render_template(
        "supervision/trend.html",
        months=months,
        chart=charts.months(months),
        filters=filters,
        processes=ask(ProcessTitles),
        units=ask(Units),
    )


def step_filters() -> dict[str, str]:
    """The process and the period an address asks for; the first process where it names none."""
    given = request.args
    key = given.get("process", "")[:100]
    if not key:
        keys = [key for key, _ in ask(ProcessTitles)]
        key = keys[0] if keys else ""
    return {
        "process_key": key,
        "since": given.get("since", "")[:10],
        "until": given.get("until", "")[:10],
    }


@pages.get("/steps")
def steps() -> str:
    """What the steps of a process take, and where its cases stand, on its diagram."""
    filters = step_filters()
    view = ask(StepTimes, **filters) if filters["process_key"] else None
    by = "time" if request.args.get("by") == "time" else "now"
    return render_template(
        "supervision/steps.html",
        view=view,
        by=by,
        marks=_marks(view, by) if view is not None else {},
        chart=charts.steps(view.steps) if view is not None else None,
        processes=ask(ProcessTitles),
    )


def _marks(view: StepTimesView, by: str) -> dict[str, Any]:
    """Heat on the diagram: the darker, the more stand there or the longer it takes."""
    values = {
        step.element_id: float(step.standing) if by == "now" else step.median or 0.0
        for step in view.steps
    }
    most = max(values.values(), default=0.0)
    found: dict[str, Any] = {}
    for step in view.steps:
        value = values[step.element_id]
        if not value:
            continue
        number = str(step.standing) if by == "now" else f"{value:.1f}"
        found[step.element_id] = {
            "state": f"heat-{charts.heat(value, most)}",
            "label": number,
            "text": f"{step.name} · {number}",
            "href": step_link(view, step.element_id, by),
        }
    return found


def step_link(view: StepTimesView, element_id: str, by: str) -> str:
    """The list behind a figure of a step."""
    if by == "now":
        at = f"{view.process_key}:{element_id}"
        return url_for("supervision.cases", state="open", at=at)
    return url_for(
        "supervision.steps_taken",
        process=view.process_key,
        element=element_id,
        since=view.since,
        until=view.until,
    )


@pages.get("/models/<deployment_id>.bpmn")
def model(deployment_id: str) -> Response:
    """The model heat is drawn on."""
    response = make_response(ask(DeploymentModel, deployment_id=deployment_id))
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return as_data(response)


@pages.get("/steps/taken")
def steps_taken() -> str:
    """The completed steps behind a figure."""
    filters = {**step_filters(), "element_id": request.args.get("element", "")[:200]}
    page = ask(StepsTaken, cursor=request.args.get("cursor", ""), **filters)
    return render_template("supervision/taken.html", page=page, filters=filters)
