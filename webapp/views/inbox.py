"""The inbox: to do, to claim, to read, drafts, done, started by me."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.queries import Inbox, ProcessTitles
from engine.queries.questions import Tab
from webapp.current import ask
from webapp.rendering import home

pages = Blueprint("inbox", __name__)

TABS: tuple[Tab, ...] = ("todo", "claim", "read", "drafts", "done", "started")
SORTS = ("due", "opened", "-opened")
LAMPS = ("red", "yellow", "green", "paused")


@pages.get("/inbox")
@pages.get("/inbox/")
def entrance() -> Response:
    """The address without a tab, as people type it."""
    return redirect(url_for("inbox.show"))


@pages.get("/")
@pages.get("/inbox/<tab>")
def show(tab: str = "todo") -> str:
    """One tab, filtered and paged."""
    if tab not in TABS:
        abort(404)
    arguments = request.args
    filters = {
        "text": arguments.get("text", "")[:100],
        "process_key": arguments.get("process", "")[:100],
        "lamp": arguments.get("lamp", "") if arguments.get("lamp") in LAMPS else "",
        "sort": arguments.get("sort", "") if arguments.get("sort") in SORTS else "due",
    }
    page = ask(Inbox, tab=tab, cursor=arguments.get("cursor", ""), **filters)
    return render_template(
        "inbox/show.html",
        tab=tab,
        tabs=TABS,
        page=page,
        counts=home().counts,
        filters=filters,
        filtered=any(value for key, value in filters.items() if key != "sort"),
        processes=ask(ProcessTitles),
        lamps=LAMPS,
        sorts=SORTS,
    )
