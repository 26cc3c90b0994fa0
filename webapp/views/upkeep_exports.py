"""The administrators' tables as .xlsx."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import ModelRejected, NotFound, Problem
from engine.queries import (
    CalendarPage,
    CheckPackage,
    CompareProcess,
    Comparison,
    Duties,
    Health,
    Incidents,
    Jobs,
    PackageContents,
    PackageForms,
    PackagePart,
    ProcessDecisions,
    ProcessEditor,
    Processes,
    ProcessFiles,
    ProcessPage,
    Unchecked,
    Units,
    UserPage,
    Users,
)
from webapp.asked import whole
from webapp.current import ask, lang
from webapp.sheets import Column, Sheet, book, sheet
from webapp.views import admin
from webapp.views.deciding import policies
from webapp.views.exports import every_row
from webapp.views.naming import listed


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
            listed(u.roles),
            _("是") if u.is_admin else "",
            _("已停用") if not u.active else _("已锁定") if u.locked else "",
        )
        for u in every_row(
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
    """What is stuck, as narrowed."""
    asked = admin_asked("code", "process")
    columns = [
        Column(_("编号"), width=20),
        Column(_("标题"), width=40),
        Column(_("流程"), width=24),
        Column(_("种类"), width=20),
        Column(_("发生了什么"), width=60),
        Column(_("怎么办"), width=40),
        Column(_("时间"), "moment"),
    ]
    lines = ask(Incidents, code=asked["code"], process_key=asked["process"], limit=10_000)
    rows = ((i.case_no, i.title, i.process, i.kind, i.text, i.remedy, i.opened_at) for i in lines)
    return sheet(_("故障"), columns, rows)


@admin.pages.get("/jobs.xlsx")
def jobs_export() -> Response:
    """Jobs that wait, as narrowed."""
    states = {
        "failed": _("失败待重试"),
        "late": _("到期未执行"),
        "held": _("随事项中止"),
        "waiting": _("等待"),
    }
    columns = [
        Column(_("种类"), width=40),
        Column(_("执行时间"), "moment"),
        Column(_("状态")),
        Column(_("已试次数"), "whole"),
        Column(_("最近的错误"), width=60),
    ]
    asked = admin_asked("kind", "state")
    rows = (
        (j.title, j.due_at, states.get(j.state, j.state), j.attempts, j.error)
        for j in ask(Jobs, limit=1_000, **asked)
    )
    return sheet(_("等待中的任务"), columns, rows)


@admin.pages.get("/calendar.xlsx")
def calendar_export() -> Response:
    """A year's days."""
    given = request.args.get("year", "")
    view = ask(CalendarPage, year=whole(given) if len(given) == 4 else None)
    columns = [Column(_("日期"), "day"), Column(_("是否工作日")), Column(_("名称"), width=24)]
    rows = (
        (day.day, _("是") if day.works else _("否"), day.name)
        for month in view.months
        for day in month
    )
    return sheet(_("工作日历"), columns, rows)


def admin_asked(*names: str) -> dict[str, str]:
    """How the page that is taken along was narrowed."""
    return {name: request.args.get(name, "")[:40] for name in names}


@admin.pages.get("/users/<user_id>.xlsx")
def user_export(user_id: str) -> Response:
    """The roles somebody holds, held or will hold."""
    view = ask(UserPage, user_id=user_id)
    columns = [
        Column(_("角色"), width=28),
        Column(_("单位"), width=24),
        Column(_("起"), "day"),
        Column(_("止"), "day"),
        Column(_("状态")),
    ]
    rows = (
        (
            held.title,
            held.unit or _("全乡"),
            held.from_date,
            held.to_date,
            _("有效") if held.valid else _("未生效或已到期"),
        )
        for held in view.memberships
    )
    return sheet(view.user.name, columns, rows)


@admin.pages.get("/duties.xlsx")
def duties_export() -> Response:
    """Who may do what, as narrowed."""
    asked = admin_asked("user", "role")
    columns = [
        Column(_("流程"), width=28),
        Column(_("步骤"), width=28),
        Column(_("角色"), width=28),
        Column(_("由办理中的内容决定")),
        Column(_("目前能办的人"), width=50),
        Column(_("不得由办理此步的人办"), width=28),
        Column(_("由办理此步的人办"), width=28),
    ]
    rows = (
        (
            duty.process,
            duty.step,
            listed(duty.roles),
            _("是") if duty.decided else "",
            listed(name for _id, name in duty.people),
            listed(duty.apart),
            listed(duty.together),
        )
        for duty in ask(Duties, user_id=asked["user"], role=asked["role"]).duties
    )
    return sheet(_("谁能办什么"), columns, rows)


@admin.pages.get("/health.xlsx")
def health_export() -> Response:
    """How the house fares."""
    names = {
        "well": _("正常"),
        "attention": _("请留意"),
        "bad": _("需要处理"),
        "unknown": _("不清楚"),
    }
    columns = [
        Column(_("项目"), width=24),
        Column(_("状态")),
        Column(_("情况"), width=60),
        Column(_("怎么办"), width=60),
    ]
    rows = (
        (line.title, names[line.how], "\n".join((line.text, *line.details)), line.remedy)
        for line in ask(Health).lines
    )
    return sheet(_("运行状况"), columns, rows)


@admin.pages.get("/unchecked.xlsx")
def unchecked_export() -> Response:
    """What of the law in use nobody has compared with the law's words."""
    kinds = {"deadline": _("期限"), "parameter": _("本地数值"), "article": _("法条")}
    columns = [
        Column(_("种类")),
        Column(_("名称"), width=36),
        Column(_("编号"), width=32),
        Column(_("依据或内容"), width=60),
        Column(_("状态")),
        Column(_("用在哪些流程"), width=40),
    ]
    rows = (
        (kinds[u.kind], u.title, u.id, u.basis, u.status_text, listed(u.used_by))
        for u in ask(Unchecked)
    )
    return sheet(_("待核对的期限与法条"), columns, rows)


# --- processes ----------------------------------------------------------------------------------


@admin.pages.get("/processes/<key>.xlsx")
def process_export(key: str) -> Response:
    """A process: its versions, drafts and warnings."""
    view = ask(ProcessPage, key=key)
    drafts = ask(ProcessEditor, process_key=key).drafts
    versions = Sheet(
        _("全部版本"),
        [
            Column(_("版本"), "whole"),
            Column(_("说明"), width=40),
            Column(_("部署人")),
            Column(_("部署时间"), "moment"),
            Column(_("在办事项"), "whole"),
            Column(_("文件"), width=40),
            Column("SHA-256", width=66),
        ],
        (
            (
                v.version,
                v.note,
                v.deployed_by,
                v.deployed_at,
                v.running,
                "\n".join(v.files),
                v.sha256,
            )
            for v in view.versions
        ),
    )
    drawn = Sheet(
        _("流程草稿"),
        [Column(_("草稿人")), Column(_("保存时间"), "moment"), Column(_("起自版本"), "whole")],
        ((line.saved_by, line.saved_at, line.base_version) for line in drafts),
    )
    return book(view.title, (versions, drawn, _problems(view.warnings)))


@admin.pages.get("/processes/<key>/forms.xlsx")
def forms_export(key: str) -> Response:
    """The forms of a process or of a draft, with the steps that use them."""
    view = ask(ProcessEditor, process_key=key, draft_id=request.args.get("draft", "")[:40])
    state = view.draft.id if view.draft else view.base_id
    columns = [
        Column(_("表单"), width=28),
        Column(_("已修改")),
        Column(_("使用它的步骤"), width=40),
        Column(_("字段"), width=60),
    ]
    rows = (
        (
            line.id,
            _("是") if line.drawn else "",
            listed(use.name for use in line.uses),
            listed(line.fields),
        )
        for line in ask(PackageForms, process_key=key, state=state)
    )
    return sheet(_("全部表单"), columns, rows)


@admin.pages.get("/processes/<key>/files.xlsx")
def files_export(key: str) -> Response:
    """The files of a process or of a draft, with what names each."""
    view = ask(ProcessEditor, process_key=key, draft_id=request.args.get("draft", "")[:40])
    state = view.draft.id if view.draft else view.base_id
    hows = {"added": _("增加"), "changed": _("修改"), "removed": _("删去")}
    columns = [
        Column(_("文件"), width=40),
        Column(_("改动")),
        Column(_("用到它的"), width=60),
        Column("SHA-256", width=66),
    ]
    files = ask(ProcessFiles, process_key=key, state=state)
    rows = (
        (
            line.path,
            hows.get(line.how, ""),
            listed(use.name for use in line.uses),
            hashlib.sha256(files[line.path]).hexdigest() if line.path in files else "",
        )
        for line in ask(PackageContents, process_key=key, state=state)
    )
    return sheet(_("流程包的文件"), columns, rows)


@admin.pages.get("/processes/<key>/decisions.xlsx")
def decisions_export(key: str) -> Response:
    """The decisions of a process or of a draft, with the steps that ask them."""
    view = ask(ProcessEditor, process_key=key, draft_id=request.args.get("draft", "")[:40])
    state = view.draft.id if view.draft else view.base_id
    columns = [
        Column(_("决策"), width=32),
        Column(_("编号"), width=24),
        Column(_("使用它的步骤"), width=40),
        Column(_("输入"), width=60),
        Column(_("规则"), "number"),
        Column(_("命中策略")),
        Column(_("错误"), "number"),
        Column(_("提醒"), "number"),
        Column(_("案例"), "number"),
    ]
    named = policies()
    rows = (
        (
            line.name,
            line.id,
            listed(name for _element, name in line.used_by),
            listed(line.inputs),
            line.rules,
            named.get(line.hit_policy, line.hit_policy),
            file.errors,
            file.warnings,
            file.cases,
        )
        for file in ask(ProcessDecisions, process_key=key, state=state)
        for line in file.decisions
    )
    return sheet(_("全部决策"), columns, rows)


@admin.pages.get("/processes/<key>/difference.xlsx")
def difference_export(key: str) -> Response:
    """What changed between two states; and what another one changed, where two drew at once."""
    asked = admin_asked("old", "new", "other")
    mine = ask(CompareProcess, process_key=key, old=asked["old"], new=asked["new"])
    sheets = [_changes(mine)]
    if asked["other"]:
        theirs = ask(CompareProcess, process_key=key, old=asked["old"], new=asked["other"])
        sheets.append(_changes(theirs))
    return book(mine.title, sheets)


@admin.pages.get("/processes/<key>/deploy/<state>.xlsx")
def deploy_export(key: str, state: str) -> Response:
    """Every problem of what is to be deployed, and every change against the running version."""
    problems = ask(CheckPackage, files=ask(ProcessFiles, process_key=key, state=state))
    sheets = [_problems(problems)]
    view = ask(ProcessEditor, process_key=key)
    with suppress(ModelRejected):  # cannot be read at all, which the problems tell
        sheets.append(_changes(ask(CompareProcess, process_key=key, old=view.base_id, new=state)))
    return book(view.title, sheets)


def _problems(problems: Iterable[Problem]) -> Sheet:
    columns = [
        Column(_("程度")),
        Column(_("文件"), width=24),
        Column(_("行"), "whole"),
        Column(_("位置"), width=24),
        Column(_("问题与改法"), width=70),
        Column(_("代码"), width=24),
    ]
    rows = (
        (
            _("错误") if p.severity == "error" else _("提醒"),
            p.file,
            p.line or None,
            p.where,
            p.text(lang()),
            p.code,
        )
        for p in sorted(problems, key=lambda problem: problem.severity)
    )
    return Sheet(_("检查结果"), columns, rows)


def _changes(comparison: Comparison) -> Sheet:
    how = {"added": _("增加"), "removed": _("删去"), "changed": _("修改"), "moved": _("移动")}
    columns = [
        Column(_("改动")),
        Column(_("元素"), width=32),
        Column(_("项目"), width=28),
        Column(_("改前"), width=40),
        Column(_("改后"), width=40),
    ]
    elements: Iterable[Sequence[Any]] = (
        (how[change.how], change.name, *detail)
        for change in comparison.changes
        for detail in (change.details or (("", "", ""),))
    )
    files = ((how[kind], path, "", "", "") for path, kind in comparison.files)
    fields = (
        (how[line.how], f"{path} · {line.name}", *detail)
        for path, lines in (*comparison.forms, *comparison.decisions)
        for line in lines
        for detail in (line.details or (("", "", ""),))
    )
    return Sheet(comparison.new_title, columns, (*elements, *files, *fields))


@admin.pages.get("/processes/<key>/states/<state>/tables/<path:part>.xlsx")
def part_export(key: str, state: str, part: str) -> Response:
    """The decision tables of a file, a sheet for each."""
    view = ask(PackagePart, process_key=key, state=state, part=part)
    if not view.tables:
        raise NotFound(what={"zh": "决策表", "en": "decision table"})
    return book(part.rsplit("/", 1)[-1], (_decision(table) for table in view.tables))


def _decision(table: Any) -> Sheet:
    heads = (*table.inputs, *(f"→ {name}" for name in table.outputs))
    columns = [Column("#", "whole"), *(Column(head, width=24) for head in heads)]
    columns.append(Column(_("说明"), width=40))
    rows = (
        (number, *cells, note)
        for number, (cells, note) in enumerate(
            zip(table.rules, table.notes or ("",) * len(table.rules), strict=True), start=1
        )
    )
    return Sheet(table.name, columns, rows)
