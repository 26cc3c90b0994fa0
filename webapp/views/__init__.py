"""The pages, one blueprint a module."""

from __future__ import annotations

from flask import Flask

from webapp.views import (
    actions,
    administration,
    auth,
    case_exports,
    exports,
    guide,
    health,
    phrases,
    start,
    tasks,
)

BLUEPRINTS = (
    auth.pages,
    tasks.pages,
    phrases.pages,
    actions.pages,
    *case_exports.PAGES,  # a case, with its lists as sheets
    start.pages,
    guide.pages,
    *exports.PAGES,  # the inbox, supervision and the search, with their tables as sheets
    administration.pages,
)


def install(app: Flask) -> None:
    """Hang all pages into the application."""
    for pages in BLUEPRINTS:
        app.register_blueprint(pages)
    app.add_url_rule("/health", "health", health.show)
