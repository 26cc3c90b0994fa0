"""The tables of the pages as .xlsx: asked as the page asks, so that nobody gets more than they see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import NotFound
from engine.queries import (
    Board,
    CaseLine,
    Cases,
    Inbox,
    Narrowing,
    Search,
    StepsTaken,
    StepTimes,
    TaskLine,
    Trend,
)
from webapp.current import ask
from webapp.sheets import Column, sheet
from webapp.views import inbox, search, supervision
from webapp.views.naming import lamp_name, listed, state_name, urgency_name

PAGES = (inbox.pages, supervision.pages, search.pages)
"""The pages of clerks and supervisors whose tables can be taken along; so can the administrators'."""

PAGE = 200
MOST_FOUND = 500
"""Matters of a search that are taken along, the most recent first."""


def every_row(query: Any, **given: Any) -> Iterator[Any]:
    """Every row of a list, page by page."""
    cursor = ""
    while True:
        page = ask(query, cursor=cursor, limit=PAGE, **given)
        yield from page.rows
        cursor = page.next
        if not cursor:
            return


# --- supervision --------------------------------------------------------------------------------


def _case_columns() -> list[Column]:
    return [
        Column(_("编号"), width=20),
        Column(_("标题"), width=40),
        Column(_("事项类别"), width=24),
        Column(_("状态")),
        Column(_("阶段"), width=24),
        Column(_("进入阶段时间"), "moment"),
        Column(_("期限灯")),
        Column(_("剩余期限")),
        Column(_("到期时间"), "moment"),
        Column(_("依据"), width=28),
        Column(_("缓急")),
        Column(_("发起人")),
        Column(_("发起单位")),
        Column(_("发起时间"), "moment"),
        Column(_("结束时间"), "moment"),
        Column(_("退回次数"), "whole"),
        Column(_("故障数"), "whole"),
    ]


def _case(row: CaseLine) -> list[Any]:
    return [
        row.case_no,
        row.title,
        row.process,
        state_name(row.state),
        row.stage,
        None if row.ended_at else row.stage_since,
        lamp_name(row.lamp),
        row.lamp.text,
        row.lamp.due_at,
        row.lamp.basis,
        urgency_name(row.urgency),
        row.starter,
        row.unit,
        row.started_at,
        row.ended_at,
        row.returns,
        row.incidents,
    ]


@supervision.pages.get("/cases.xlsx")
def cases_export() -> Response:
    """The table of cases, as narrowed."""
    rows = every_row(Cases, **supervision.case_filters())
    return sheet(_("全部事项"), _case_columns(), map(_case, rows))


@supervision.pages.get("/board.xlsx")
def board_export() -> Response:
    """The open cases of the board; with a column a stage where one kind is chosen."""
    filters = supervision.board_filters()
    if not filters["process_key"]:
        rows = every_row(Cases, **filters, state="open", sort="due")
        return sheet(_("督查看板"), _case_columns(), map(_case, rows))
    first = ask(Board, limit=PAGE, **filters)
    stages = first.sections[0].stages if first.sections else ()
    columns = [*_case_columns(), *(Column(stage, width=12) for stage in stages)]
    return sheet(_("督查看板"), columns, _staged(filters, len(stages)))


def _staged(filters: dict[str, str], stages: int) -> Iterator[list[Any]]:
    cursor = ""
    while True:
        view = ask(Board, cursor=cursor, limit=PAGE, **filters)
        if not view.sections:
            return
        for row in view.sections[0].rows.rows:
            # Stages of earlier versions stand behind those of the newest, page by page others.
            cells = [_stage(cell) for cell in row.cells][:stages]
            yield [*_case(row.case), *cells, *([""] * (stages - len(cells)))]
        cursor = view.sections[0].rows.next
        if not cursor:
            return


def _stage(cell: Any) -> str:
    if cell.state == "now":
        return "\n".join(filter(None, (listed(cell.who) or _("待认领"), cell.lamp.text)))
    return str({"done": _("已办"), "late": _("逾期办结")}.get(cell.state, ""))


@supervision.pages.get("/pivot.xlsx")
def pivot_export() -> Response:
    """Open and overdue cases by unit and kind."""
    pivot = ask(Board).pivot
    total = _("合计")
    columns = [Column(_("发起单位"), width=20)]
    for _key, title in (*pivot.processes, ("", total)):
        columns.append(Column(title, "whole", 16))
        columns.append(Column(_("%(kind)s（逾期）", kind=title), "whole", 16))
    rows = [
        [name, *(n for key, _t in (*pivot.processes, ("", "")) for n in pivot.cells.get((unit, key), (0, 0)))]
        for unit, name in (*pivot.units, ("", total))
    ]  # fmt: skip
    return sheet(_("单位与类别"), columns, rows)


@supervision.pages.get("/trend.xlsx")
def trend_export() -> Response:
    """What was completed in time, month by month."""
    columns = [
        Column(_("月份")),
        Column(_("办结（件）"), "whole"),
        Column(_("按期（件）"), "whole"),
        Column(_("逾期（件）"), "whole"),
        Column(_("按期率"), "share"),
    ]
    months = ask(Trend, **supervision.board_filters())
    rows = ((m.month, m.completed, m.in_time, m.completed - m.in_time, m.share) for m in months)
    return sheet(_("按期率"), columns, rows)


@supervision.pages.get("/steps.xlsx")
def steps_export() -> Response:
    """What the steps of a process take."""
    filters = supervision.step_filters()
    if not filters["process_key"]:
        raise NotFound(what={"zh": "流程", "en": "process"})
    view = ask(StepTimes, **filters)
    columns = [
        Column(_("环节"), width=30),
        Column(_("现在停在这里（件）"), "whole", 14),
        Column(_("办结（次）"), "whole"),
        Column(_("中位数（工作日）"), "number", 16),
        Column(_("第 90 百分位（工作日）"), "number", 18),
        Column(_("其中逾期（次）"), "whole", 14),
    ]
    rows = (
        (s.name, s.standing, s.count, s.median, s.ninetieth, s.overdue) for s in view.steps
    )  # fmt: skip
    return sheet(_("环节用时"), columns, rows)


@supervision.pages.get("/steps/taken.xlsx")
def taken_export() -> Response:
    """The completed steps behind a figure."""
    filters = {**supervision.step_filters(), "element_id": request.args.get("element", "")[:200]}
    columns = [
        Column(_("编号"), width=20),
        Column(_("标题"), width=40),
        Column(_("环节"), width=24),
        Column(_("经办人")),
        Column(_("到达时间"), "moment"),
        Column(_("办结时间"), "moment"),
        Column(_("用时（工作日）"), "number", 16),
        Column(_("逾期")),
    ]
    rows = (
        (r.case_no, r.title, r.step, r.who, r.opened_at, r.closed_at, r.worked, _("是") if r.late else "")
        for r in every_row(StepsTaken, **filters)
    )  # fmt: skip
    return sheet(_("办结的环节"), columns, rows)


# --- the inbox ----------------------------------------------------------------------------------


def _drafts() -> Response:
    columns = [
        Column(_("标题"), width=40),
        Column(_("事项类别"), width=24),
        Column(_("环节"), width=24),
        Column(_("保存时间"), "moment"),
    ]
    rows = (
        (row.title, row.process, row.step or _("尚未发起"), row.saved_at)
        for row in every_row(Inbox, tab="drafts")
    )
    return sheet(_("草稿"), columns, rows)


def _notices() -> Response:
    columns = [
        Column(_("标题"), width=40),
        Column(_("内容"), width=60),
        Column(_("时间"), "moment"),
        Column(_("已阅")),
    ]
    rows = (
        (row.title, row.text, row.at, _("是") if row.read else _("否"))
        for row in every_row(Inbox, tab="read")
    )
    return sheet(_("待阅"), columns, rows)


_OTHER_TABS = {"drafts": _drafts, "read": _notices}


@inbox.pages.get("/inbox/<tab>.xlsx")
def export(tab: str) -> Response:
    """A list of the inbox, as narrowed."""
    if tab in _OTHER_TABS:
        return _OTHER_TABS[tab]()
    if tab not in ("todo", "claim", "returned", "done", "started"):
        abort(404)
    given = Narrowing.read(tab, request.args).values
    given["process_key"] = given.pop("process", "")
    rows = every_row(Inbox, tab=tab, **given)
    if tab == "started":
        return sheet(_("我发起"), _case_columns(), map(_case, rows))
    names = {"todo": _("待办"), "claim": _("待认领"), "returned": _("退回"), "done": _("已办")}
    columns = [
        Column(_("编号"), width=20),
        Column(_("标题"), width=40),
        Column(_("事项类别"), width=24),
        Column(_("环节"), width=24),
        Column(_("期限灯")),
        Column(_("剩余期限")),
        Column(_("到期时间"), "moment"),
        Column(_("依据"), width=28),
        Column(_("缓急")),
        Column(_("来自")),
        Column(_("到达时间"), "moment"),
        Column(_("办理时间"), "moment"),
        Column(_("停留（工作日）"), "whole", 14),
        Column(_("退回原因"), width=30),
    ]
    return sheet(names[tab], columns, map(_task, rows))


def _task(row: TaskLine) -> list[Any]:
    return [
        row.case_no,
        row.title,
        row.process,
        row.step,
        lamp_name(row.lamp),
        row.lamp.text,
        row.lamp.due_at,
        row.lamp.basis,
        urgency_name(row.urgency),
        row.from_name,
        row.opened_at,
        row.closed_at,
        row.here,
        row.returned_why,
    ]


# --- the search ---------------------------------------------------------------------------------


@search.pages.get("/search.xlsx")
def search_export() -> Response:
    """The matters that were found, each with where the words stand."""
    found = ask(Search, text=request.args.get("text", "").strip()[:100], limit=MOST_FOUND)
    columns = [*_case_columns(), Column(_("出处")), Column(_("内容"), width=60)]
    rows = (
        [*_case(one.case), one.where, "".join(text for text, _marked in one.excerpt)]
        for one in found.matters
    )
    return sheet(_("搜索"), columns, rows)
