"""The calendar: a year at a glance, and official notices and local closures with a look before."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.commands import ImportCalendar
from engine.errors import Invalid, Problem
from engine.queries import CalendarChange, CalendarPage, PreviewCalendar
from webapp.asked import whole
from webapp.current import ask, do
from webapp.views.admin import Answer
from webapp.views.admin import pages as pages

MOST_TEXT = 50_000
"""Characters of a pasted notice; the real ones have about 600."""

_NO_YEAR = Problem(
    code="year",
    where="year",
    zh="请填写四位数的年份，例如 2027。",
    en="Give the year in four digits, such as 2027.",
)
_NO_SOURCE = Problem(
    code="source",
    where="source",
    zh="请填写文号或来源，日后要查得到依据。",
    en="Say where this comes from: the document's number, or who decided it.",
)


@pages.route("/calendar", methods=["GET", "POST"])
def calendar() -> Answer:
    """A year's working days; what is pasted is shown as it would be before it is kept."""
    given = request.values.get("year", "")
    year = whole(given) if len(given) == 4 else None
    if request.method == "GET":
        return _page(year), 200
    try:
        if year is None:
            raise Invalid([_NO_YEAR])
        form = request.form
        kind = "local" if form.get("kind") == "local" else "official"
        content, source = form.get("content", "")[:MOST_TEXT], form.get("source", "").strip()
        change = ask(PreviewCalendar, year=year, content=content, kind=kind)
        if not source:
            raise Invalid([_NO_SOURCE])
        if "confirmed" not in form:
            return _page(change.year, change=change), 200
        do(ImportCalendar, year=year, content=content, source=source, kind=kind)
    except Invalid as exc:
        return _page(year, problems=exc.problems), 422
    text = _("日历已更新。")
    if change.moved_count:
        text = _("日历已更新，%(n)s 个进行中的期限正在后台重算。", n=change.moved_count)
    flash(text, "success")
    return redirect(url_for("admin.calendar", year=change.year))


def _page(
    year: int | None,
    *,
    problems: tuple[Problem, ...] = (),
    change: CalendarChange | None = None,
) -> str:
    return render_template(
        "admin/calendar.html",
        view=ask(CalendarPage, year=year),
        problems=problems,
        change=change,
        typed=request.form,
    )
