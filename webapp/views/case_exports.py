"""A case as a workbook, and two versions of a text as a table: what its pages tell, to take along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.queries import CasePage, CaseView, CompareVersions, EventLine, StepDone
from webapp.current import ask
from webapp.sheets import Column, Sheet, book, sheet
from webapp.views import cases
from webapp.views.naming import lamp_name, state_name, urgency_name

PAGES = (cases.pages,)


@cases.pages.get("/<case_id>/case.xlsx")
def export(case_id: str) -> Response:
    """Everything the case's page lists, one sheet for each list."""
    view = ask(CasePage, case_id=case_id)
    made = (
        _head(view),
        _open(view),
        _clocks(view),
        _timeline(view.events),
        _steps([view.start, *view.steps] if view.start else view.steps),
        _documents(view),
        _files(view),
        _comments(view),
    )
    return book(view.case.case_no or _("事项"), made)


def _head(view: CaseView) -> Sheet:
    case = view.case
    rows = (
        (_("编号"), case.case_no),
        (_("标题"), case.title),
        (_("事项类别"), case.process),
        (_("流程版本"), str(case.process_version)),
        (_("状态"), state_name(case.state)),
        (_("阶段"), case.stage),
        (_("期限灯"), lamp_name(case.lamp)),
        (_("剩余期限"), case.lamp.text),
        (_("依据"), case.lamp.basis),
        (_("缓急"), urgency_name(case.urgency)),
        (_("发起人"), case.starter),
        (_("发起单位"), case.unit),
        (_("退回次数"), str(case.returns)),
    )
    return Sheet(_("事项"), [Column(_("项目"), width=16), Column(_("内容"), width=60)], rows)


def _open(view: CaseView) -> Sheet:
    columns = [
        Column(_("环节"), width=30),
        Column(_("办理人")),
        Column(_("到达时间"), "moment"),
        Column(_("期限灯")),
        Column(_("剩余期限")),
        Column(_("到期时间"), "moment"),
        Column(_("依据"), width=28),
    ]
    rows = (
        (
            task.step,
            task.assignee or _("待认领"),
            task.opened_at,
            lamp_name(task.lamp),
            task.lamp.text,
            task.lamp.due_at,
            task.lamp.basis,
        )
        for task in view.open_tasks
    )
    return Sheet(_("正在办理"), columns, rows)


def _clocks(view: CaseView) -> Sheet:
    columns = [
        Column(_("法定期限"), width=30),
        Column(_("环节"), width=24),
        Column(_("期限灯")),
        Column(_("剩余期限")),
        Column(_("起算"), "moment"),
        Column(_("期满"), "moment"),
        Column(_("顺延后"), "moment"),
        Column(_("最早可办结"), "moment"),
        Column(_("停止计时"), "moment"),
        Column(_("依据"), width=28),
        Column(_("核对情况")),
        Column(_("暂停事由"), width=24),
        Column(_("逾期原因"), width=30),
    ]
    rows = (
        (
            clock.title,
            clock.step,
            lamp_name(clock.lamp),
            clock.lamp.text,
            clock.started_at,
            clock.due_at,
            clock.rolled_at,
            clock.earliest_at,
            clock.stopped_at,
            clock.basis,
            clock.status_text,
            clock.paused_why,
            clock.late_reason,
        )
        for clock in view.clocks
    )
    return Sheet(_("法定期限"), columns, rows)


def _timeline(events: Iterable[EventLine]) -> Sheet:
    columns = [
        Column(_("时间"), "moment"),
        Column(_("完成时间"), "moment"),
        Column(_("内容"), width=40),
        Column(_("人员")),
        Column(_("结果")),
        Column(_("说明"), width=50),
    ]
    rows = (
        (event.entered_at, event.left_at, event.name, event.who, _outcome(event), event.note)
        for event in events
    )
    return Sheet(_("时间线"), columns, rows)


def _outcome(event: EventLine) -> str:
    if event.left_at is None:
        return str(_("进行中"))
    if event.outcome == "cancelled":
        return str(_("已取消"))
    return str(_("逾期")) if event.late else ""


def _steps(steps: Iterable[StepDone]) -> Sheet:
    columns = [
        Column(_("环节"), width=24),
        Column(_("第几次"), "whole"),
        Column(_("经办人")),
        Column(_("到达时间"), "moment"),
        Column(_("办结时间"), "moment"),
        Column(_("项目"), width=30),
        Column(_("内容"), width=60),
        Column(_("逾期原因"), width=30),
    ]
    rows = (
        (s.step, s.round, s.who, s.opened_at, s.at, label, text, s.late_reason)
        for s in steps
        for label, text in (*_said(s.shown), *((("", ""),) if not s.shown else ()))
    )
    return Sheet(_("办理情况"), columns, rows)


def _said(shown: Iterable[Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Answers as label and text, one a row; those of a group or a table with its label before."""
    for one in shown:
        label = f"{above}{one.label}"
        if one.children:
            yield from _said(one.children, f"{label} › ")
        elif one.table:
            for number, cells in enumerate(one.table.rows, start=1):
                for column, cell in zip(one.table.columns, cells, strict=True):
                    yield f"{label} {number} › {column}", cell
        else:
            yield label, "\n".join(ref.name or ref.id for ref in one.files) or one.text


def _documents(view: CaseView) -> Sheet:
    columns = [
        Column(_("文书"), width=40),
        Column(_("文号"), width=24),
        Column(_("稿次"), "whole"),
        Column(_("环节"), width=24),
        Column(_("形成时间"), "moment"),
    ]
    rows = ((d.title, d.number, d.revision, d.step, d.made_at) for d in view.documents)
    return Sheet(_("文书"), columns, rows)


def _files(view: CaseView) -> Sheet:
    columns = [
        Column(_("附件"), width=40),
        Column(_("大小（字节）"), "whole", 14),
        Column(_("环节"), width=24),
        Column(_("上传人")),
        Column(_("上传时间"), "moment"),
        Column("SHA-256", width=66),
    ]
    rows = (
        (f.name, f.size, f.step, f.uploaded_by, f.uploaded_at, f.sha256) for f in view.files
    )  # fmt: skip
    return Sheet(_("附件"), columns, rows)


def _comments(view: CaseView) -> Sheet:
    columns = [Column(_("时间"), "moment"), Column(_("人员")), Column(_("留言"), width=80)]
    return Sheet(_("留言"), columns, ((c.at, c.who, c.text) for c in view.comments))


@cases.pages.get("/compare/<kind>/<new_id>.xlsx")
def compare_export(kind: str, new_id: str) -> Response:
    """Two versions of a text, line beside line."""
    if kind not in ("file", "document"):
        abort(404)
    found = ask(CompareVersions, kind=kind, new=new_id, old=request.args.get("old", ""))
    how = {"changed": _("修改"), "removed": _("删去"), "added": _("增加")}
    columns = [
        Column(_("改动")),
        Column(f"{_('旧')} {found.old.name}", width=60),
        Column(f"{_('新')} {found.new.name}", width=60),
    ]
    rows = ((how.get(row.kind, ""), _line(row.old), _line(row.new)) for row in found.rows)
    return sheet(_("版本对照"), columns, rows)


def _line(parts: Iterable[tuple[str, bool]]) -> str:
    return "".join(text for text, _differs in parts)
