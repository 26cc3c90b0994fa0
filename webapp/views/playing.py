"""The bar of a trial run: whom one plays, what time it is, and the end."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.asked import whole
from webapp.trial import Trial, Trials, shift, to_next

pages = Blueprint("playing", __name__, url_prefix="/playing")


def _trial() -> tuple[Trial, Trials]:
    return cast("tuple[Trial, Trials]", current_app.extensions["trial"])


def _back() -> Response:
    return redirect(url_for("inbox.show"))


@pages.post("/person")
def person() -> Response:
    """Play somebody else."""
    trial, _ = _trial()
    wanted = request.form.get("person", "")
    if any(one["id"] == wanted for one in trial.people()):
        trial.person = wanted
    return _back()


@pages.post("/clock")
def clock() -> Response:
    """Let time pass: some days, or until something happens by itself."""
    trial, _ = _trial()
    if "next" in request.form:
        to_next(trial)
    else:
        shift(trial, whole(request.form.get("days", "")) or 1)
    return _back()


@pages.post("/end")
def end() -> Response:
    """Throw the trial away and go back to the office."""
    trial, trials = _trial()
    trials.end(trial.token)
    return redirect(f"/admin/processes/{trial.process_key}")
