"""The pages, one blueprint a module."""

from __future__ import annotations

from flask import Flask

from webapp.views import (
    actions,
    administration,
    auth,
    cases,
    exports,
    guide,
    health,
    phrases,
    search,
    start,
    tasks,
)

BLUEPRINTS = (
    auth.pages,
    tasks.pages,
    phrases.pages,
    actions.pages,
    cases.pages,
    start.pages,
    search.pages,
    guide.pages,
    *exports.PAGES,  # the inbox and supervision, with their tables as sheets
    administration.pages,
)


def install(app: Flask) -> None:
    """Hang all pages into the application."""
    for pages in BLUEPRINTS:
        app.register_blueprint(pages)
    app.add_url_rule("/health", "health", health.show)
