"""Help where one stands, and the tour of the demonstration: texts that lie in ``webapp/help``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from engine.errors import Lang
from webapp.current import lang, settings
from webapp.demo import roster
from webapp.forms import markdown

pages = Blueprint("help", __name__)

FOLDER = Path(__file__).parents[1] / "help"
_SECTIONS = 1
"""Level of a text's headings of the second level: they stand right below the page's own."""


@dataclass(frozen=True)
class Topic:
    """One help text: its title and the rest of it."""

    id: str
    title: str
    text: Markup


@lru_cache(maxsize=1)
def topics() -> Mapping[str, tuple[str, ...]]:
    """The ids of all help texts in order, each with the pages it is for."""
    data = tomllib.loads((FOLDER / "topics.toml").read_text(encoding="utf-8"))
    return {entry["id"]: tuple(entry["pages"]) for entry in data["topic"]}


def topic_of(endpoint: str | None) -> str:
    """The help for a page: of the page itself, else of its blueprint; '' where there is none."""
    blueprint = (endpoint or "").partition(".")[0]
    for wanted in (endpoint, blueprint):
        for topic, meant in topics().items():
            if wanted in meant:
                return topic
    return ""


@lru_cache(maxsize=64)
def read(topic: str, language: Lang) -> Topic:
    """A help text in a language. Raises KeyError where there is no such topic."""
    if topic not in topics():
        raise KeyError(topic)
    whole = (FOLDER / language / f"{topic}.md").read_text(encoding="utf-8")
    title, _, text = whole.partition("\n")
    return Topic(topic, title.removeprefix("# ").strip(), markdown.render(text, _SECTIONS))


@pages.app_context_processor
def _frame() -> dict[str, str]:
    """Every page knows the address of its help."""
    topic = topic_of(request.endpoint)
    url = url_for("help.show", topic=topic) if topic else url_for("help.index")
    return {"help_address": url}


@pages.get("/help/")
def index() -> str:
    """All help."""
    return render_template("help/index.html", topics=[read(each, lang()) for each in topics()])


@pages.get("/help/<topic>")
def show(topic: str) -> str:
    """One help text."""
    if topic not in topics():
        abort(404)
    return render_template("help/show.html", topic=read(topic, lang()))


@lru_cache(maxsize=1)
def _tour() -> tuple[dict[str, Any], ...]:
    data = tomllib.loads((FOLDER / "tour.toml").read_text(encoding="utf-8"))
    return tuple(data["step"])


@pages.get("/tour")
def tour() -> str:
    """Five minutes through the demonstration; a real office has no such page."""
    if not settings().demo:
        abort(404)
    people = {person.id: person for person in roster.people(lang())}
    steps = [
        {"who": people[step["who"]], "url": url_for(step["page"]), "text": step[lang()]}
        for step in _tour()
    ]
    return render_template("help/tour.html", steps=steps, password=roster.PASSWORD)
