"""Making the Flask application: limits, sessions, protection, languages, pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask

from engine.engine import Engine
from webapp import errors, i18n, limits, protection, proxies, rendering, sessions, trial, views
from webapp.scenarios.rehearsing import Rehearsals
from webapp.static_files import PackedStatic

HERE = Path(__file__).parent
FORM_LIFETIME = timedelta(days=31)
"""How long a browser keeps the secret of its forms; who is signed in is another cookie's matter."""
FORM_OVERHEAD = 2_000_000
"""Bytes a request may have beside its largest file."""


def create_app(engine: Engine) -> Flask:
    """The application for one open engine; its settings say how strict cookies and limits are."""
    settings = engine.house.settings
    app = PackedStatic(
        "webapp", static_folder=str(HERE / "static"), template_folder=str(HERE / "templates")
    )
    app.extensions["engine"] = engine
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="yifa_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        # Sent with a change alone: an answer that overtakes another takes no message with it.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=FORM_LIFETIME,
        MAX_CONTENT_LENGTH=settings.upload_max_bytes + FORM_OVERHEAD,
        MAX_FORM_MEMORY_SIZE=FORM_OVERHEAD,
        MAX_FORM_PARTS=settings.form_max_fields,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for part in (i18n, limits, sessions, protection, rendering, errors, views):
        part.install(app)
    app.add_url_rule("/favicon.ico", "favicon", lambda: app.send_static_file("icon.svg"))
    trials = trial.Trials(engine)
    app.extensions["trials"] = trials
    app.extensions["rehearsals"] = Rehearsals(engine)
    app.jinja_env.globals["trial"] = None
    app.wsgi_app = trial.Hung(app.wsgi_app, engine, trials)  # type: ignore[method-assign]
    if settings.tls_proxy:
        app.wsgi_app = proxies.Trusting(  # type: ignore[method-assign]
            app.wsgi_app, settings.trusted_proxies
        )
    return app
