"""Protection of every page: cross-site requests, content-security policy, headers."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, request, session

from engine.errors import Forbidden
from webapp.current import settings

FIELD = "_csrf"
HEADER = "X-CSRF-Token"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # bpmn-js positions its overlays by style attributes.
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


def install(app: Flask) -> None:
    """Check every change, harden every answer."""
    app.before_request(_check)
    app.after_request(_harden)
    app.jinja_env.globals["csrf_token"] = token


def token() -> str:
    """The secret that this browser's forms must bring back."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
        session.permanent = True
    return str(session["csrf"])


def _check() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin")
    if origin not in (None, "null") and urlsplit(origin).netloc != request.host:
        raise _foreign()
    if not _brings_token():
        raise _foreign()


def _brings_token() -> bool:
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    known = str(session.get("csrf", ""))
    return bool(given) and hmac.compare_digest(given.encode(), known.encode())


def from_here() -> bool:
    """Whether a page of this office sent the request, signed in or not.

    The browser says so by its Origin; where it sends none, this browser's secret does.
    """
    origin = request.headers.get("Origin")
    if origin not in (None, "null"):
        return urlsplit(origin).netloc == request.host
    return _brings_token()


def _foreign() -> Forbidden:
    return Forbidden(
        reason={
            "zh": "页面已过期，或请求不是从本系统发出的。请返回上一页，刷新后重新提交。",
            "en": "the page is outdated, or the request did not come from here. Go back, reload the "
            "page and submit again.",
        }
    )


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    if settings().cookie_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        # Files too: what a complaint says must not stay on a shared computer.
        headers["Cache-Control"] = "no-store"
        for name in ("ETag", "Last-Modified", "Expires"):
            headers.pop(name, None)
    return response


def framing(response: Response) -> Response:
    """The same page, which may show our own addresses in a frame."""
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


_SHOWN = {
    # A picture or plain text needs nothing of this site, and gets nothing.
    "sandbox": "default-src 'none'; img-src 'self'; sandbox; frame-ancestors 'self'",
    # A browser's own reader of PDF does not start in a sandbox; it runs in a process of its own and
    # hands no script of the file to the page.
    "reader": "default-src 'none'; object-src 'self'; frame-ancestors 'self'",
}


def as_shown(response: Response, *, pdf: bool) -> Response:
    """A file to be looked at in a frame of our own pages, trusted with nothing."""
    response.headers["Content-Security-Policy"] = _SHOWN["reader" if pdf else "sandbox"]
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def as_data(response: Response) -> Response:
    """The same answer, powerless where a browser would open it as a page: XML may hold scripts."""
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
