"""Errors as pages: what happened, what to do, and nothing typed is lost."""

from __future__ import annotations

import uuid

import structlog
from flask import Flask, g, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from engine import errors
from webapp import keeping
from webapp.current import lang, settings

log = structlog.get_logger("yifa.web")

STATUS: dict[type[errors.YifaError], int] = {
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.Invalid: 422,
    errors.EvaluationFailed: 422,
    errors.Unavailable: 503,
}


def install(app: Flask) -> None:
    """Answer every error with a page that says what to do."""
    app.register_error_handler(errors.YifaError, own)
    app.register_error_handler(RequestEntityTooLarge, too_large)
    app.register_error_handler(HTTPException, foreign)
    app.register_error_handler(Exception, unknown)


def status_of(exc: errors.YifaError) -> int:
    """The HTTP status that tells a program what a page tells a person."""
    for kind in type(exc).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def page(title: str, text: str, status: int, **more: object) -> tuple[str, int]:
    """An error page."""
    html = render_template("errors/error.html", title=title, text=text, status=status, **more)
    return html, status


def own(exc: errors.YifaError) -> tuple[str, int]:
    """One of our own errors: its message is for people."""
    problems = exc.problems if isinstance(exc, errors.Invalid) else ()
    more = {"problems": problems, "kept": _kept(exc)}
    return page(_title(exc), exc.message(lang()), status_of(exc), **more)


def _kept(exc: errors.YifaError) -> keeping.Kept | None:
    """What was typed, where it can be of use; sending it as it is, where that may go well."""
    if isinstance(exc, errors.NotFound):
        return None
    pointless = isinstance(exc, errors.EvaluationFailed | errors.Invalid)
    # Where it is not certain whether it was kept, one looks first.
    return keeping.kept(send=not pointless and exc.code != "Unsure")


def _title(exc: errors.YifaError) -> str:
    titles = {
        404: _("找不到"),
        403: _("不能这样做"),
        409: _("事项已有变化"),
        422: _("内容需要修改"),
        503: _("暂时不可用"),
    }
    return str(titles.get(status_of(exc), _("出错了")))


def too_large(_exc: RequestEntityTooLarge) -> tuple[str, int]:
    """An upload or form beyond the limits."""
    text = _(
        "提交的内容过大或字段过多。单个文件最大 %(mb)s MB。请返回上一页，缩小文件或分次上传。",
        mb=settings().upload_max_mb,
    )
    return page(_("内容过大"), text, 413)


def foreign(exc: HTTPException) -> tuple[str, int] | HTTPException:
    """Errors of the framework: unknown address, wrong method."""
    if exc.code is None or exc.code < 400:
        return exc
    if exc.code == 404:
        return page(_("找不到这个页面"), _("地址可能有误。请从左侧菜单重新进入。"), 404)
    if exc.code == 405:
        return page(_("不能这样打开"), _("请从页面上的按钮进入。"), 405)
    return page(_("请求无法处理"), _("请返回上一页重试。"), exc.code)


def unknown(exc: Exception) -> tuple[str, int]:
    """Our own fault: a number to quote, and everything else in the log."""
    number = uuid.uuid4().hex[:8]
    log.error(
        "unexpected",
        number=number,
        path="".join(letter if letter.isprintable() else "?" for letter in request.path),
        method=request.method,
        user=getattr(g.get("viewer"), "user_id", ""),
        exc_info=exc,
    )
    text = _("系统出现意外错误，没有写入任何内容。请告诉管理员错误编号 %(number)s。", number=number)
    return page(_("系统错误"), text, 500, kept=keeping.kept(send=True))
