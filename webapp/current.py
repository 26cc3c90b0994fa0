"""What a request stands on: the engine, who asks, in which language."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from flask import current_app, g

from engine.commands import Command
from engine.config import Settings
from engine.engine import Engine
from engine.errors import Lang
from engine.model.people import Viewer
from engine.queries import Query

T = TypeVar("T")


def engine() -> Engine:
    """The engine of this application."""
    return cast("Engine", current_app.extensions["engine"])


def settings() -> Settings:
    """The settings the engine was opened with."""
    return engine().house.settings


def viewer() -> Viewer:
    """Who asks. Pages that need nobody signed in must not call it."""
    found = g.get("viewer")
    assert found is not None, "a page for signed-in people was reached without one"
    return cast("Viewer", found)


def lang() -> Lang:
    """The language of this page."""
    return cast("Lang", g.get("lang", "zh"))


def ask(query: type[Query[T]], **values: Any) -> T:
    """Ask the engine as the person signed in, in the page's language."""
    return engine().query(query(viewer=viewer().user_id, lang=lang(), **values))


def do(command: type[Command], **values: Any) -> Any:
    """Carry out a command as the person signed in."""
    return engine().execute(command(actor=viewer().user_id, **values))
