"""Who is signed in: a cookie with a random secret, whose hash the engine knows."""

from __future__ import annotations

from flask import Flask, current_app, g, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from engine.model.results import SignedIn
from engine.queries import WhoIs
from webapp.current import engine, settings

COOKIE = "yifa_session"
KNOWN = "yifa_known"
KNOWN_SECONDS = 90 * 86_400
OPEN_ENDPOINTS = frozenset(
    {"static", "favicon", "auth.sign_in", "auth.resume", "auth.language", "health"}
    | {"help.index", "help.show", "help.tour"}
)
"""What may be reached without signing in."""
OPEN_BYTES = 2_500_000
"""Bytes a request may have there: nobody uploads anything before signing in."""


def install(app: Flask) -> None:
    """Find out who asks before each request; send strangers to the sign-in page."""
    app.before_request(identify)


def identify() -> AnyResponse | None:
    """Who asks, by the cookie's secret; strangers are sent to sign in."""
    if request.endpoint == "static":
        return None
    if request.endpoint in OPEN_ENDPOINTS:
        request.max_content_length = OPEN_BYTES
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


def remember(response: AnyResponse, signed: SignedIn) -> None:
    """Put the session's secret into the browser, and a mark that it is known to this person."""
    mark = _marks().dumps(signed.user_id)
    lives = {COOKIE: (signed.token, settings().session_minutes * 60), KNOWN: (mark, KNOWN_SECONDS)}
    for name, (value, seconds) in lives.items():
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            httponly=True,
            secure=settings().cookie_secure,
            samesite="Lax",
            path="/",
        )


def knows(name: str) -> bool:
    """Whether this browser signed in with this name before: others' wrong guesses do not lock it."""
    try:
        known = _marks().loads(request.cookies.get(KNOWN, ""), max_age=KNOWN_SECONDS)
    except BadSignature:
        return False
    return bool(known == name.strip().lower())


def _marks() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="known-browser")


def forget(response: AnyResponse) -> None:
    """Take it out again."""
    response.delete_cookie(
        COOKIE, path="/", httponly=True, samesite="Lax", secure=settings().cookie_secure
    )
