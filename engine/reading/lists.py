"""Lists: the inbox, supervision, drafts, notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import queries as q
from engine.catalog import Package
from engine.clock import from_millis, legal_date
from engine.handlers.house import House
from engine.model.rows import Draft, Instance, StartDraft, Task
from engine.reading.common import Desk, desk, pairs
from engine.reading.deeds import step_name
from engine.reading.listed import narrowing
from engine.reading.moments import marks, month_span

IN_A_ROW = 3
"""Fields of the form's summary that a row shows."""


def inbox(house: House, query: q.Inbox) -> q.Page[Any]:
    """A tab of the viewer's inbox."""
    with desk(house, query) as at:
        if query.tab == "drafts":
            return _drafts(at)
        if query.tab == "read":
            return _notices(at, query)
        page = at.reader.inbox(
            at.viewer,
            query.tab,
            now=at.now_ms,
            cursor=query.cursor or None,
            limit=min(max(query.limit, 1), 200),
            **narrowing(at, _narrowing(query)),
        )
        if query.tab == "started":
            return page_of(page, case_lines(at, page.rows))
        return page_of(page, task_lines(at, page.rows))


def _narrowing(query: q.Inbox) -> q.Narrowing:
    return q.Narrowing(
        text=query.text,
        process=query.process_key,
        lamp=query.lamp,
        person=query.person,
        since=query.since,
        until=query.until,
        sort=query.sort,
    )


def page_of(page: Any, lines: tuple[Any, ...]) -> q.Page[Any]:
    """A page of lines with the cursors of the store's page."""
    return q.Page(rows=lines, next=page.next_cursor or "", prev=page.prev_cursor or "")


def task_lines(at: Desk, tasks: Any) -> tuple[q.TaskLine, ...]:
    """Task rows as lines."""
    at.know_names(
        name
        for task in tasks
        for name in (task.from_user, task.assignee, (task.sent_back or {}).get("by"))
    )
    return tuple(_task_line(at, task) for task in tasks)


def _task_line(at: Desk, task: Task) -> q.TaskLine:
    package = at.package(task.deployment_id)
    back = task.sent_back or {}
    return q.TaskLine(
        id=task.id,
        case_id=task.root_id,
        title=task.title or package.manifest.title,
        case_no=task.case_no,
        step=step_name(at, package, task),
        process=at.process_title(task.process_key),
        process_key=task.process_key,
        summary=summary_lines(at, package, task.summary)[:IN_A_ROW],
        lamp=at.lamp_of_row(task),
        urgency=task.urgency,
        opened_at=task.opened_at,
        closed_at=task.closed_at,
        here=working_days(at, task.opened_at, task.closed_at),
        from_name=at.name(task.from_user),
        returned_by=at.name(back.get("by")),
        returned_from=package.text(back.get("from", ""), at.lang),
        returned_why=back.get("why", ""),
        assignee=at.name(task.assignee),
        suspended=task.suspended,
        round=task.round,
        instance_id=task.instance_id,
        element_id=task.element_id,
    )


def working_days(at: Desk, since: int, until: int | None) -> int:
    """Working days after a moment's day, up to another's (today's, where there is none)."""
    first = legal_date(from_millis(since))
    last = legal_date(from_millis(until)) if until is not None else legal_date(at.now)
    return at.house.calendar().count(first, last).working_days if last > first else 0


def case_lines(at: Desk, rows: Any) -> tuple[q.CaseLine, ...]:
    """Instance rows as lines."""
    at.know_names(row.started_by for row in rows)
    return tuple(case_line(at, row) for row in rows)


def case_line(at: Desk, row: Instance) -> q.CaseLine:
    """A root instance row as a line."""
    package = at.package(row.deployment_id)
    return q.CaseLine(
        id=row.id,
        title=row.title,
        case_no=row.case_no,
        process=at.process_title(row.process_key),
        process_key=row.process_key,
        state=row.state,
        stage=stage_text(at, row),
        stage_since=row.stage_since,
        lamp=at.lamp_of_row(row),
        urgency=row.urgency,
        started_at=row.started_at,
        ended_at=row.ended_at,
        starter=at.name(row.started_by),
        unit=at.unit(row.unit_id),
        returns=row.returns,
        incidents=row.incidents,
        walled=bool(row.track),
        summary=summary_lines(at, package, row.summary)[:IN_A_ROW],
    )


def summary_lines(
    at: Desk, package: Package, summary: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    """The stored summary in the viewer's language: labels, choices and the units behind numbers."""
    return tuple(
        (package.text(label, at.lang), _value_text(at, package, value))
        for label, value in pairs(summary)
    )


def _value_text(at: Desk, package: Package, value: str) -> str:
    translated = package.text(value, at.lang)
    number, space, unit = value.rpartition(" ")
    if translated != value or not space:
        return translated
    return f"{number} {package.text(unit, at.lang)}"


def stage_text(at: Desk, row: Instance) -> str:
    """Where the case stands, in the viewer's language."""
    if at.lang == "zh":
        return row.stage
    return ", ".join(at.text_of_case(part, row) for part in row.stage.split("、") if part)


def _drafts(at: Desk) -> q.Page[q.DraftLine]:
    user = at.viewer.user_id
    drafts = at.reader.find(Draft, user_id=user, order="-saved_at", limit=100)
    tasks = {
        task.id: task
        for task in at.reader.find(Task, id=[draft.task_id for draft in drafts], state="open")
    }
    lines = [
        q.DraftLine(
            title=tasks[draft.task_id].title,
            process=at.process_title(tasks[draft.task_id].process_key),
            process_key=tasks[draft.task_id].process_key,
            saved_at=draft.saved_at,
            task_id=draft.task_id,
            step=at.package(tasks[draft.task_id].deployment_id).text(
                tasks[draft.task_id].name, at.lang
            ),
        )
        for draft in drafts
        if draft.task_id in tasks
    ]
    lines += [
        q.DraftLine(
            title=str(start.answers.get("title") or at.process_title(start.process_key)),
            process=at.process_title(start.process_key),
            process_key=start.process_key,
            saved_at=start.saved_at,
            draft_id=start.id,
        )
        for start in at.reader.find(StartDraft, user_id=user, order="-saved_at", limit=100)
    ]
    return q.Page(rows=tuple(sorted(lines, key=lambda line: -line.saved_at)))


def _notices(at: Desk, query: q.Inbox) -> q.Page[Any]:
    page = at.reader.inbox(
        at.viewer,
        "read",
        now=at.now_ms,
        cursor=query.cursor or None,
        limit=min(max(query.limit, 1), 200),
    )
    ids = sorted({row.notice.root_id for row in page.rows})
    titles = dict(at.reader.columns(Instance, ("id", "title"), id=ids)) if ids else {}
    lines = tuple(
        q.NoticeLine(
            id=row.notice.id,
            case_id=row.notice.root_id,
            title=titles.get(row.notice.root_id, ""),
            text=at.pick(row.notice.zh, row.notice.en),
            kind=row.notice.kind,
            at=row.notice.at,
            read=row.read,
        )
        for row in page.rows
    )
    return page_of(page, lines)


def cases(house: House, query: q.Cases) -> q.Page[q.CaseLine]:
    """Cases of the viewer's scope, filtered."""
    with desk(house, query) as at:
        page = at.reader.cases(
            at.viewer,
            process_key=query.process_key,
            lamp=query.lamp,
            state=query.state,
            unit=query.unit,
            text=query.text,
            stage=query.stage,
            now=at.now_ms,
            marks=marks(at),
            ended=month_span(query.ended),
            at=_place(query.at),
            cursor=query.cursor or None,
            limit=min(max(query.limit, 1), 200),
            sort=query.sort,
        )
        return page_of(page, case_lines(at, page.rows))


def _place(text: str) -> tuple[str, str] | None:
    process, colon, element = text[:200].partition(":")
    return (process, element) if colon else None


def case_counts(house: House, query: q.CaseCounts) -> dict[str, int]:
    """How many cases of the viewer's scope are in what state."""
    with desk(house, query) as at:
        return dict(at.reader.case_counts(at.viewer, at.now_ms, marks(at)))


def home(house: House, query: q.HomeFrame) -> q.Home:
    """What the frame of every page shows."""
    with desk(house, query) as at:
        viewer = at.viewer
        counts = dict(at.reader.inbox_counts(viewer, at.now_ms))
        roles = tuple(at.house.roles.title(role, at.lang) for role in sorted(viewer.role_ids))
        return q.Home(
            viewer=viewer,
            name=at.name(viewer.user_id),
            unit=at.unit(viewer.unit_id),
            roles=roles,
            counts=counts,
            supervises=viewer.scope != "own" or viewer.is_admin,
        )
