"""People as a list: taken along as .xlsx, brought back with every change shown before; duties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.commands import ImportPeople, PersonRow
from engine.errors import Conflict, Invalid, Problem
from engine.queries import Duties, PreviewPeople, Roles, Roster, UserPage
from webapp import workbooks
from webapp.current import ask, do
from webapp.sheets import Column, sheet
from webapp.views.admin import Answer
from webapp.views.admin import pages as pages

MOST_ROWS = 5_001
"""Rows of a list, its heading included."""
MOST_LIST = 900_000
"""Characters of a list carried from the preview to its confirmation."""

HEADINGS = {
    "user_id": ("登录名", "Sign-in name"),
    "name": ("姓名", "Name"),
    "name_en": ("英文姓名", "English name"),
    "unit": ("单位", "Unit"),
    "roles": ("角色", "Roles"),
    "active": ("在岗", "Active"),
}
_NO = frozenset({"否", "不", "停用", "离岗", "no", "n", "false", "0"})


@pages.get("/roster.xlsx")
def roster() -> Response:
    """Everybody as a list: the template that an import reads back."""
    columns = [
        Column(HEADINGS[name][0], width=width)
        for name, width in (
            ("user_id", 16), ("name", 12), ("name_en", 18), ("unit", 24), ("roles", 50), ("active", 8),
        )
    ]  # fmt: skip
    lines = (
        (p.user_id, p.name, p.name_en, p.unit, p.roles, "是" if p.active else "否")
        for p in ask(Roster)
    )
    return sheet("人员名单", columns, lines)


@pages.route("/roster", methods=["GET", "POST"])
def import_roster() -> Answer:
    """Upload a list, see what it would change, confirm."""
    if request.method == "GET":
        return _page(), 200
    try:
        if "confirmed" in request.form:
            return _confirmed()
        rows = _uploaded()
    except Invalid as exc:
        return _page(problems=exc.problems), 422
    except Conflict as exc:
        told = Problem(code=exc.code, zh=exc.message("zh"), en=exc.message("en"))
        return _page(problems=(told,)), 409
    view = ask(PreviewPeople, rows=rows)
    carried = json.dumps([_plain(row) for row in rows], ensure_ascii=False)
    return _page(view=view, carried=carried), 422 if view.problems else 200


def _confirmed() -> Answer:
    form = request.form
    done = do(
        ImportPeople,
        rows=_carried(form.get("rows", "")),
        expected=form.get("digest", "")[:200],
        disable_missing="disable_missing" in form,
        first_password=form.get("first_password", "")[:200],
    )
    flash(_("已导入，%(n)s 人有变动。", n=done), "success")
    return redirect(url_for("admin.users"))


def _page(**given: Any) -> str:
    return render_template("admin/roster.html", **{"view": None, "problems": (), **given})


def _plain(row: PersonRow) -> list[Any]:
    return [row.row, row.user_id, row.name, row.name_en, row.unit, row.roles, row.active]


def _carried(text: str) -> tuple[PersonRow, ...]:
    """The list that was shown, as the page brings it back; the digest holds it to what was shown."""
    try:
        found = json.loads(text[:MOST_LIST])
        return tuple(
            PersonRow(
                row=int(row), user_id=str(user_id)[:100], name=str(name)[:200],
                name_en=str(name_en)[:200], unit=str(unit)[:200],
                roles=None if roles is None else str(roles)[:2000], active=bool(active),
            )
            for row, user_id, name, name_en, unit, roles, active in found[:MOST_ROWS]
        )  # fmt: skip
    except (ValueError, TypeError, RecursionError) as exc:
        raise Invalid([_lost()]) from exc


def _lost() -> Problem:
    return Problem(
        code="roster", where="file", zh="请重新上传名单。", en="Upload the list once more."
    )


def _uploaded() -> tuple[PersonRow, ...]:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid([Problem(
            code="file", where="file", zh="请选择 .xlsx 名单。", en="Choose an .xlsx list."
        )])  # fmt: skip
    return tuple(_people(workbooks.rows(upload.stream.read(), MOST_ROWS)))


def _people(rows: Iterator[list[str]]) -> Iterator[PersonRow]:
    """Lines below the headings; columns are found by name, in any order."""
    columns = _columns(next(rows, []))
    for number, cells in enumerate(rows, 2):
        found = {name: cells[at] for name, at in columns.items() if at < len(cells)}
        if not any(found.values()):
            continue
        yield PersonRow(
            row=number,
            user_id=found.get("user_id", ""),
            name=found.get("name", ""),
            name_en=found.get("name_en", ""),
            unit=found.get("unit", ""),
            roles=found.get("roles", "") if "roles" in columns else None,
            active=found.get("active", "").casefold() not in _NO,
        )


def _columns(heading: list[str]) -> dict[str, int]:
    found = {
        name: at
        for at, text in enumerate(heading)
        for name, titles in HEADINGS.items()
        if text.casefold() in {title.casefold() for title in titles}
    }
    missing = [HEADINGS[name] for name in ("user_id", "name", "unit") if name not in found]
    if missing:
        raise Invalid([
            Problem(
                code="roster", where="file", line=1,
                zh=f"第 1 行缺少“{zh}”一栏。请从本页导出模板。",
                en=f"Row 1 has no column “{en}”. Take the template from this page.",
            )
            for zh, en in missing
        ])  # fmt: skip
    return found


@pages.get("/duties")
def duties() -> str:
    """Who may do what, by person, by role or by step."""
    user_id, role = request.args.get("user", "")[:60], request.args.get("role", "")[:60]
    return render_template(
        "admin/duties.html",
        view=ask(Duties, user_id=user_id, role=role),
        person=ask(UserPage, user_id=user_id) if user_id else None,
        role=role,
        roles=ask(Roles),
    )
