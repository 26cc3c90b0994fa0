"""New processes: a few questions, and a draft that can be drawn on at once."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from engine import catalog
from engine.commands import BeginProcess
from engine.errors import Conflict, Invalid, Problem
from engine.queries import Roles
from webapp.current import ask, do, engine
from webapp.views.admin import Answer, pages

__all__ = ["pages"]

REQUIRED = ("key", "title", "title_en", "starter", "handler", "step", "step_en")


@pages.route("/processes/new", methods=["GET", "POST"])
def new_process() -> Answer:
    """Name a process and who does its first step; it opens in the editor as a draft."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            files = catalog.skeleton(_beginning())
            begun = do(BeginProcess, files=files)
        except Invalid as exc:
            problems = exc.problems
        except Conflict as exc:
            problems = (Problem(code=exc.code, zh=exc.message("zh"), en=exc.message("en")),)
        else:
            key = request.form["key"].strip()
            return redirect(url_for("admin.edit", key=key, draft=begun.draft_id))
    html = render_template(
        "admin/process_new.html", roles=ask(Roles), problems=problems, typed=request.form
    )
    return html, 422 if problems else 200


def _beginning() -> catalog.Beginning:
    """What was typed. Raises Invalid for what is missing."""
    typed = {name: value.strip()[:200] for name, value in request.form.items()}
    find = engine().house.roles.get
    starter, handler = (find(typed.get(name, "")) for name in ("starter", "handler"))
    known = {**typed, "starter": starter, "handler": handler}
    missing = [name for name in REQUIRED if not known.get(name)]
    if missing or starter is None or handler is None:
        raise Invalid([_lacking(name) for name in missing])
    texts = ("key", "title", "title_en", "summary", "summary_en", "step", "step_en")
    said = {name: typed.get(name, "") for name in texts}
    return catalog.Beginning(**said, starter=starter, handler=handler)


_NAMES = {
    "key": ("流程编号", "the key"),
    "title": ("中文名称", "the Chinese name"),
    "title_en": ("英文名称", "the English name"),
    "starter": ("谁可以发起", "who may start it"),
    "handler": ("第一步由谁办", "who does the first step"),
    "step": ("第一步的中文名称", "the first step's Chinese name"),
    "step_en": ("第一步的英文名称", "the first step's English name"),
}


def _lacking(name: str) -> Problem:
    zh, en = _NAMES[name]
    return Problem(code="missing", where=name, zh=f"请填写{zh}。", en=f"Fill in {en}.")
