"""Common phrases of opinions: what one has at hand, and what one keeps."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.commands import RemovePhrase, SavePhrase
from engine.errors import Invalid, Problem
from engine.queries import Phrases
from webapp.current import ask, do

pages = Blueprint("phrases", __name__, url_prefix="/phrases")

Answer = Response | tuple[str, int]


@pages.get("/")
def show() -> Answer:
    """All phrases one has at hand."""
    return _page(), 200


def _page(problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "phrases/show.html", shelf=ask(Phrases), problems=problems, typed=request.form
    )


@pages.post("/")
def save() -> Answer:
    """Keep a phrase, or change one."""
    form = request.form
    try:
        do(
            SavePhrase,
            text=form.get("text", ""),
            kind=form.get("kind", ""),
            unit=form.get("whose") == "unit",
            phrase_id=form.get("phrase_id", ""),
        )
    except Invalid as exc:
        return _page(exc.problems), 422
    flash(_("常用意见已保存。"), "success")
    return redirect(url_for("phrases.show"))


@pages.post("/<phrase_id>/remove")
def remove(phrase_id: str) -> Response:
    """Remove a phrase one keeps."""
    do(RemovePhrase, phrase_id=phrase_id)
    flash(_("常用意见已删除。"), "success")
    return redirect(url_for("phrases.show"))
