"""The pages, one blueprint a module."""

from __future__ import annotations

from flask import Flask

from webapp.views import admin, auth, cases, health, inbox, start, supervision, tasks

BLUEPRINTS = (
    auth.pages,
    inbox.pages,
    tasks.pages,
    cases.pages,
    start.pages,
    supervision.pages,
    admin.pages,
)


def install(app: Flask) -> None:
    """Hang all pages into the application."""
    for pages in BLUEPRINTS:
        app.register_blueprint(pages)
    app.add_url_rule("/health", "health", health.show)
