"""Signing in and out, one's password, one's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import refresh
from werkzeug.wrappers import Response as AnyResponse

from engine.commands import ChangePassword, SetLanguage, SignIn, SignOut
from engine.errors import Forbidden, Invalid
from engine.model.results import SignedIn
from engine.queries import HomeFrame, WhoIs
from webapp import i18n, keeping, protection, sessions
from webapp.current import ask, do, engine, lang, settings
from webapp.demo import roster

pages = Blueprint("auth", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> AnyResponse | tuple[str, int]:
    """Name and password; the demonstration lists who can be tried."""
    if request.method == "GET":
        return _sign_in_page("", 200)
    signed, error, status = _signed()
    if signed is None:
        return _sign_in_page(error, status)
    response = redirect(safe_target(request.form.get("next", "")))
    sessions.remember(response, signed)
    return response


def _signed() -> tuple[SignedIn | None, str, int]:
    """Try the name and password that were sent; else why not, and with which status."""
    form = request.form
    command = SignIn(
        actor=form.get("name", ""),
        password=form.get("password", ""),
        agent=request.headers.get("User-Agent", ""),
        origin=request.remote_addr or "",
        known=sessions.knows(form.get("name", "")),
    )
    try:
        signed = engine().execute(command)
    except Forbidden as exc:
        return None, str(exc.localised(lang())["reason"]), 403
    if signed is None:
        return None, _("登录名或密码不对。请检查大小写后重试。"), 401
    return signed, "", 200


def _sign_in_page(error: str, status: int) -> tuple[str, int]:
    people = roster.people(lang()) if settings().demo else ()
    html = render_template(
        "auth/sign_in.html",
        error=error,
        people=people,
        password=roster.PASSWORD,
        name=request.form.get("name", ""),
        next=request.values.get("next", ""),
        expired=request.args.get("expired"),
    )
    return html, status


KEPT = "kept-"
"""Before the names of what was typed, so that it cannot be mistaken for the sign-in's own fields."""


def resume_page() -> AnyResponse:
    """A form came after its session had ended: offer to sign in, and keep what was typed on the page.

    Only what a page of this office sent is kept; see ``webapp.keeping``.
    """
    if not protection.from_here():
        return redirect(url_for("auth.sign_in", expired="1"))
    page = _resume(keeping.target(), keeping.typed(), files=keeping.files())
    return make_response(page, 401)


def _resume(
    target: str,
    kept: Sequence[tuple[str, str]],
    *,
    files: bool,
    error: str = "",
    signed: str = "",
) -> str:
    return render_template(
        "auth/resume.html",
        target=target,
        kept=kept,
        files=files,
        error=error,
        signed=signed,
        again=keeping.shows_again(target),
        name=request.form.get("name", "") if error else "",
    )


@pages.post("/sign-in/resume")
def resume() -> AnyResponse | tuple[str, int]:
    """Sign in on the page that keeps what was typed; one press then sends it where it was going."""
    kept = [
        (key.removeprefix(KEPT), value)
        for key, value in request.form.items(multi=True)
        if key.startswith(KEPT)
    ]
    target = safe_target(request.form.get("target", ""))
    files = bool(request.form.get("files"))
    signed, error, status = _signed()
    if signed is None:
        return _resume(target, kept, files=files, error=error), status
    g.viewer = engine().query(WhoIs(viewer="", token=signed.token))
    g.lang = g.viewer.lang
    refresh()
    response = make_response(_resume(target, kept, files=files, signed=ask(HomeFrame).name))
    sessions.remember(response, signed)
    return response


_PATH = re.compile(r"/(?![/\\])(?!\.+/)[^\x00-\x20\x7f\\]*")
"""A path within this site: browsers read a backslash as a slash and drop tabs and line ends."""


def safe_target(target: str) -> str:
    """A path of this office to go on to; anything else leads to the inbox."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not _PATH.fullmatch(target):
        return url_for("inbox.show")
    return target


@pages.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session here."""
    token = request.cookies.get(sessions.COOKIE, "")
    if g.viewer is not None and token:
        do(SignOut, token=token)
    response = redirect(url_for("auth.sign_in"))
    sessions.forget(response)
    return response


@pages.route("/password", methods=["GET", "POST"])
def password() -> AnyResponse | tuple[str, int]:
    """Change one's own password."""
    if request.method == "GET":
        return render_template("auth/password.html", problems=()), 200
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        return render_template("auth/password.html", problems=(), mismatch=True), 422
    try:
        do(
            ChangePassword,
            old=request.form.get("old", ""),
            new=new,
            keep_token=request.cookies.get(sessions.COOKIE),
        )
    except Invalid as exc:
        return render_template("auth/password.html", problems=exc.problems), 422
    flash(_("密码已修改，其他地方的登录已退出。"), "success")
    return redirect(url_for("inbox.show"))


@pages.post("/language/<wanted>")
def language(wanted: str) -> AnyResponse:
    """Choose the language of one's pages."""
    wanted = wanted if wanted in i18n.LANGS else "zh"
    if g.get("viewer") is not None:
        do(SetLanguage, lang=wanted)
    response = redirect(safe_target(request.form.get("next", "")))
    response.set_cookie(
        i18n.LANG_COOKIE,
        wanted,
        max_age=31_536_000,
        samesite="Lax",
        httponly=True,
        secure=settings().cookie_secure,
    )
    return response
