"""Who is signed in: a cookie with a random secret, whose hash the engine knows."""

from __future__ import annotations

from flask import Flask, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from engine.queries import WhoIs
from webapp.current import engine, settings

COOKIE = "yifa_session"
OPEN_ENDPOINTS = frozenset({"static", "auth.sign_in", "auth.resume", "auth.language", "health"})
"""What may be reached without signing in."""


def install(app: Flask) -> None:
    """Find out who asks before each request; send strangers to the sign-in page."""
    app.before_request(_identify)


def _identify() -> AnyResponse | None:
    if request.endpoint == "static":
        return None
    token = request.cookies.get(COOKIE, "")
    g.viewer = engine().query(WhoIs(viewer="", token=token)) if token else None
    if g.viewer is not None:
        g.lang = g.viewer.lang
    if request.endpoint in OPEN_ENDPOINTS or request.endpoint is None:
        return None
    if g.viewer is None:
        return _to_sign_in(expired=bool(token))
    if g.viewer.must_change_password and request.endpoint not in ("auth.password", "auth.sign_out"):
        return redirect(url_for("auth.password"))
    return None


def _to_sign_in(*, expired: bool) -> AnyResponse:
    if request.method in ("GET", "HEAD"):
        target = request.full_path if request.query_string else request.path
        return redirect(url_for("auth.sign_in", next=target, expired="1" if expired else None))
    if request.endpoint in ("auth.sign_out", "auth.password"):
        return redirect(url_for("auth.sign_in"))
    # A form sent after the session ended: its page shows how to sign in and keeps what was typed.
    from webapp.views.auth import resume_page

    return resume_page()


def remember(response: AnyResponse, token: str) -> None:
    """Put the session's secret into the browser."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings().session_minutes * 60,
        httponly=True,
        secure=settings().cookie_secure,
        samesite="Lax",
        path="/",
    )


def forget(response: AnyResponse) -> None:
    """Take it out again."""
    response.delete_cookie(
        COOKIE, path="/", httponly=True, samesite="Lax", secure=settings().cookie_secure
    )
