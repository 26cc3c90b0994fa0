"""Supervision: every case of one's scope in one table, with lamp and stage."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine.queries import CaseCounts, Cases, ProcessTitles, Units
from webapp.current import ask

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
    "trouble",
    "returned",
    "overseen",
)
SORTS = ("due", "-opened", "opened")


@pages.get("/")
def cases() -> str:
    """The table, filtered and paged. Whoever supervises nothing finds the cases they take part in."""
    given = request.args
    filters = {
        "text": given.get("text", "")[:100],
        "process_key": given.get("process", "")[:100],
        "lamp": given.get("lamp", "") if given.get("lamp") in LAMPS else "",
        "state": given.get("state", "") if given.get("state") in STATES else "",
        "unit": given.get("unit", "")[:60],
        "stage": given.get("stage", "")[:100],
        "sort": given.get("sort", "") if given.get("sort") in SORTS else "due",
    }
    page = ask(Cases, cursor=given.get("cursor", ""), **filters)
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
