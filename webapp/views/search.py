"""The one search: matters, people and kinds of matters by what is said of them."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine.queries import Findings, Search
from webapp.current import ask

pages = Blueprint("search", __name__)


@pages.get("/search")
def show() -> str:
    """What was found, or what can be looked for."""
    text = request.args.get("text", "").strip()[:100]
    found = ask(Search, text=text) if text else Findings()
    return render_template("search/show.html", text=text, found=found)
