"""The tables of the pages as .xlsx: asked as the page asks, so that nobody gets more than they see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import NotFound
from engine.queries import (
    Board,
    CalendarPage,
    CaseLine,
    Cases,
    Inbox,
    Incidents,
    Jobs,
    Lamp,
    Narrowing,
    Processes,
    StepsTaken,
    StepTimes,
    TaskLine,
    Trend,
    Units,
    Users,
)
from webapp.asked import whole
from webapp.current import ask, lang
from webapp.sheets import Column, sheet
from webapp.views import admin, inbox, supervision

PAGES = (inbox.pages, supervision.pages)
"""The pages of clerks and supervisors whose tables can be taken along; so can the administrators'."""

PAGE = 200


def _all(query: Any, **given: Any) -> Iterator[Any]:
    """Every row of a list, page by page."""
    cursor = ""
    while True:
        page = ask(query, cursor=cursor, limit=PAGE, **given)
        yield from page.rows
        cursor = page.next
        if not cursor:
            return


# --- names --------------------------------------------------------------------------------------


def lamp_name(lamp: Lamp) -> str:
    """What a lamp is called."""
    found = {
        "red": _("逾期"),
        "yellow": _("临近期限"),
        "green": _("期限未近"),
        "paused": _("计时暂停"),
        "done_on_time": _("按期"),
        "done_late": _("逾期办结"),
    }.get(lamp.colour, "")
    return str(found)


def _state_name(state: str) -> str:
    found = {
        "active": _("办理中"),
        "completed": _("已办结"),
        "cancelled": _("已撤销"),
        "suspended": _("已中止"),
        "failed": _("异常结束"),
    }.get(state, state)
    return str(found)


def _listed(names: Iterable[str]) -> str:
    return ("、" if lang() == "zh" else ", ").join(names)


def _urgency(value: str) -> str:
    return str({"urgent": _("加急"), "critical": _("特急")}.get(value, ""))


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
        _state_name(row.state),
        row.stage,
        None if row.ended_at else row.stage_since,
        lamp_name(row.lamp),
        row.lamp.text,
        row.lamp.due_at,
        row.lamp.basis,
        _urgency(row.urgency),
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
    rows = _all(Cases, **supervision.case_filters())
    return sheet(_("全部事项"), _case_columns(), map(_case, rows))


@supervision.pages.get("/board.xlsx")
def board_export() -> Response:
    """The open cases of the board; with a column a stage where one kind is chosen."""
    filters = supervision.board_filters()
    if not filters["process_key"]:
        rows = _all(Cases, **filters, state="open", sort="due")
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
        return "\n".join(filter(None, (_listed(cell.who) or _("待认领"), cell.lamp.text)))
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
        for r in _all(StepsTaken, **filters)
    )  # fmt: skip
    return sheet(_("办结的环节"), columns, rows)


# --- the inbox ----------------------------------------------------------------------------------


@inbox.pages.get("/inbox/<tab>.xlsx")
def export(tab: str) -> Response:
    """A list of the inbox, as narrowed."""
    if tab not in ("todo", "claim", "returned", "done", "started"):
        abort(404)
    given = Narrowing.read(tab, request.args).values
    given["process_key"] = given.pop("process", "")
    rows = _all(Inbox, tab=tab, **given)
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
        _urgency(row.urgency),
        row.from_name,
        row.opened_at,
        row.closed_at,
        row.here,
        row.returned_why,
    ]


# --- administration -----------------------------------------------------------------------------


@admin.pages.get("/users.xlsx")
def users_export() -> Response:
    """Users by name, as searched."""
    columns = [
        Column(_("姓名")),
        Column(_("登录名")),
        Column(_("单位"), width=24),
        Column(_("角色"), width=40),
        Column(_("管理员")),
        Column(_("状态")),
    ]
    rows = (
        (
            u.name,
            u.id,
            u.unit,
            _listed(u.roles),
            _("是") if u.is_admin else "",
            _("已停用") if not u.active else _("已锁定") if u.locked else "",
        )
        for u in _all(
            Users,
            text=request.args.get("text", "")[:100],
            unit_id=request.args.get("unit", "")[:60],
        )
    )
    return sheet(_("人员与角色"), columns, rows)


@admin.pages.get("/units.xlsx")
def units_export() -> Response:
    """The tree of units."""
    lines = ask(Units)
    names = {unit.id: unit.name for unit in lines}
    columns = [
        Column(_("单位"), width=28),
        Column(_("编号")),
        Column(_("上级单位"), width=28),
        Column(_("人数"), "whole"),
        Column(_("已撤销")),
    ]
    rows = (
        (u.name, u.id, names.get(u.parent_id, ""), u.people, _("是") if u.closed else "")
        for u in lines
    )
    return sheet(_("单位管理"), columns, rows)


@admin.pages.get("/processes.xlsx")
def processes_export() -> Response:
    """All processes."""
    columns = [
        Column(_("流程"), width=36),
        Column(_("编号"), width=24),
        Column(_("现行版本"), "whole"),
        Column(_("办理中"), "whole"),
        Column(_("部署时间"), "moment"),
        Column(_("部署人")),
    ]
    rows = (
        (p.title, p.key, p.version, p.running, p.deployed_at, p.deployed_by) for p in ask(Processes)
    )
    return sheet(_("流程"), columns, rows)


@admin.pages.get("/incidents.xlsx")
def incidents_export() -> Response:
    """What is stuck."""
    columns = [
        Column(_("编号"), width=20),
        Column(_("标题"), width=40),
        Column(_("问题"), width=60),
        Column(_("发生时间"), "moment"),
    ]
    rows = ((i.case_no, i.title, i.text, i.opened_at) for i in ask(Incidents))
    return sheet(_("故障"), columns, rows)


@admin.pages.get("/jobs.xlsx")
def jobs_export() -> Response:
    """Jobs that wait."""
    columns = [
        Column(_("类型")),
        Column(_("到期时间"), "moment"),
        Column(_("已试次数"), "whole"),
        Column(_("最近的错误"), width=60),
    ]
    rows = ((j.kind, j.due_at, j.attempts, j.error) for j in ask(Jobs, limit=1_000))
    return sheet(_("等待中的任务"), columns, rows)


@admin.pages.get("/calendar.xlsx")
def calendar_export() -> Response:
    """A year's days."""
    given = request.args.get("year", "")
    view = ask(CalendarPage, year=whole(given) if len(given) == 4 else None)
    columns = [Column(_("日期")), Column(_("是否工作日")), Column(_("名称"), width=24)]
    rows = (
        (day.day, _("是") if day.works else _("否"), day.name)
        for month in view.months
        for day in month
    )
    return sheet(_("工作日历"), columns, rows)
