"""Signing in and out, one's password, one's language."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from engine.commands import ChangePassword, SetLanguage, SignIn, SignOut
from engine.errors import Forbidden, Invalid
from webapp import i18n, sessions
from webapp.current import do, engine, lang, settings
from webapp.demo import roster

pages = Blueprint("auth", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> AnyResponse | tuple[str, int]:
    """Name and password; the demonstration lists who can be tried."""
    if request.method == "GET":
        return _sign_in_page("", 200)
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        signed = engine().execute(
            SignIn(actor=name, password=password, agent=request.headers.get("User-Agent", ""))
        )
    except Forbidden as exc:
        return _sign_in_page(str(exc.localised(lang())["reason"]), 403)
    if signed is None:
        return _sign_in_page(_("登录名或密码不对。请检查大小写后重试。"), 401)
    response = redirect(safe_target(request.form.get("next", "")))
    sessions.remember(response, signed.token)
    return response


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


def resume_page() -> Response:
    """A form came after its session had ended: offer to sign in, and keep what was typed on the page."""
    kept = [
        (key, value)
        for key, value in request.form.items(multi=True)
        if key not in ("_csrf", "password")
    ]
    html = render_template("auth/resume.html", target=request.full_path.rstrip("?"), kept=kept)
    return make_response(html, 401)


def safe_target(target: str) -> str:
    """A path of this office to go on to; anything else leads to the inbox."""
    parts = urlsplit(target)
    if (
        parts.scheme
        or parts.netloc
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
    ):
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
