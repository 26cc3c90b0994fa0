"""The supervisor's board: tiles, kinds by unit, cases by stage; months; what steps take."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from typing import Any

from engine import bpmn
from engine import queries as q
from engine.clock import from_millis, legal_date
from engine.errors import NotFound
from engine.handlers.house import House
from engine.model.rows import Instance, Task
from engine.queries.board import NO_UNIT, SOON
from engine.reading.common import Desk, desk
from engine.reading.lists import case_lines, page_of
from engine.reading.moments import WorkTime, last_months, marks, midnight
from engine.reading.stages import newest_package, stages

OVERVIEW = 8
"""Cases of each kind that the board of all kinds shows."""

_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_CELL = ("root_id", "stage", "state", "opened_at", "closed_at", "assignee", "due_at", "warn_at")
_WAITS = frozenset({"userTask", "receiveTask", "intermediateCatchEvent", "manualTask"})


def board(house: House, query: q.Board) -> q.BoardView:
    """The board of the viewer's scope."""
    with desk(house, query) as at:
        groups = at.reader.case_groups(at.viewer, marks(at))
        counts: Counter[str] = Counter()
        kinds: dict[str, Counter[str]] = defaultdict(Counter)
        for group in groups:
            if query.unit in ("", group.unit_id or NO_UNIT):
                kinds[group.process_key].update(group.counts)
                if query.process_key in ("", group.process_key):
                    counts.update(group.counts)
        order = sorted(kinds, key=lambda key: (-kinds[key]["red"], -kinds[key]["open"], key))
        shown = [key for key in order if query.process_key in ("", key)]
        return q.BoardView(
            counts=dict(counts),
            kinds=tuple(
                (key, at.process_title(key), kinds[key]["open"], kinds[key]["red"]) for key in order
            ),
            sections=tuple(_section(at, query, key, kinds[key]["open"]) for key in shown),
            pivot=_pivot(at, groups),
            stalled_after=at.house.settings.stalled_after,
            soon=SOON,
        )


def _pivot(at: Desk, groups: Iterable[Any]) -> q.Pivot:
    cells: dict[tuple[str, str], tuple[int, int]] = {}
    for group in groups:
        unit, kind = group.unit_id or NO_UNIT, group.process_key
        for key in ((unit, kind), (unit, ""), ("", kind), ("", "")):
            count, late = cells.get(key, (0, 0))
            cells[key] = (count + group.counts["open"], late + group.counts["red"])
    units = {unit for unit, _ in cells if unit}
    ordered = [unit for unit in at.units() if unit in units]
    ordered += sorted(units - set(ordered) - {NO_UNIT}) + [NO_UNIT] * (NO_UNIT in units)
    processes = sorted({kind for _, kind in cells if kind})
    return q.Pivot(
        units=tuple((unit, _unit_name(at, unit)) for unit in ordered),
        processes=tuple((key, at.process_title(key)) for key in processes),
        cells=cells,
    )


def _unit_name(at: Desk, unit: str) -> str:
    return at.pick("无单位", "no unit") if unit == NO_UNIT else at.unit(unit)


# --- cases by stage -----------------------------------------------------------------------------


def _section(at: Desk, query: q.Board, process_key: str, total: int) -> q.BoardSection:
    alone = bool(query.process_key)
    page = at.reader.cases(
        at.viewer,
        process_key=process_key,
        unit=query.unit,
        state="open",
        now=at.now_ms,
        cursor=(query.cursor or None) if alone else None,
        limit=min(max(query.limit, 1), 200) if alone else OVERVIEW,
    )
    tasks = _tasks(at, page.rows)
    headings = stages(at, process_key)
    for row in page.rows:
        for task in tasks.get(row.id, ()):
            if task["stage"] not in headings:  # of an earlier version of the model
                headings[task["stage"]] = at.text_of_case(task["stage"], row)
    lines = case_lines(at, page.rows)
    rows = tuple(
        q.BoardRow(case=line, cells=_cells(at, row, tasks.get(row.id, ()), tuple(headings)))
        for line, row in zip(lines, page.rows, strict=True)
    )
    return q.BoardSection(
        process_key=process_key,
        title=at.process_title(process_key),
        total=total,
        stages=tuple(headings.values()),
        rows=page_of(page, rows),
    )


def _tasks(at: Desk, rows: Sequence[Instance]) -> dict[str, list[dict[str, Any]]]:
    """The steps of some cases by case, as far as cells tell of them."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if not rows:
        return found
    names = (*_CELL, "clock_paused", "rule_id", "signs_for", "deployment_id")
    for cells in at.reader.columns(Task, names, root_id=[row.id for row in rows]):
        task = dict(zip(names, cells, strict=True))
        if task["signs_for"] is None and task["state"] != "cancelled":
            found[task["root_id"]].append(task)
    at.know_names(t["assignee"] for tasks in found.values() for t in tasks if t["state"] == "open")
    return found


def _cells(
    at: Desk, row: Instance, tasks: Iterable[Mapping[str, Any]], headings: Sequence[str]
) -> tuple[q.StageCell, ...]:
    by_stage: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for task in tasks:
        by_stage[task["stage"]].append(task)
    return tuple(_cell(at, row, by_stage.get(heading, [])) for heading in headings)


def _cell(at: Desk, row: Instance, tasks: Sequence[Mapping[str, Any]]) -> q.StageCell:
    standing = [task for task in tasks if task["state"] == "open"]
    if standing:
        first = min(standing, key=lambda t: (t["clock_paused"], t["due_at"] or 1 << 60))
        return q.StageCell(
            state="now",
            lamp=at.lamp_of_row(_as_row(first, row)),
            who=tuple(dict.fromkeys(at.name(t["assignee"]) for t in standing if t["assignee"])),
        )
    if not tasks:
        return q.StageCell()
    late = any(t["due_at"] is not None and (t["closed_at"] or 0) > t["due_at"] for t in tasks)
    return q.StageCell(state="late" if late else "done", times=len(tasks))


def _as_row(task: Mapping[str, Any], case: Instance) -> Any:
    """What a lamp is read from: the step's own clock, else the case's most urgent one."""
    if task["due_at"] is None and not task["clock_paused"]:
        return case
    return Task(
        tenant=case.tenant,
        id="",
        instance_id="",
        root_id=case.id,
        key="",
        element_id="",
        name="",
        process_key=case.process_key,
        deployment_id=task["deployment_id"],
        opened_at=task["opened_at"],
        sort_at=0,
        due_at=task["due_at"],
        warn_at=task["warn_at"],
        clock_paused=task["clock_paused"],
        rule_id=task["rule_id"],
    )


# --- month by month -----------------------------------------------------------------------------


def trend(house: House, query: q.Trend) -> tuple[q.MonthFigure, ...]:
    """How many cases were completed in time, month by month."""
    with desk(house, query) as at:
        firsts = last_months(legal_date(at.now))
        figures = at.reader.ended_by_month(
            at.viewer,
            [midnight(day) for day in firsts],
            process_key=query.process_key,
            unit=query.unit,
        )
        return tuple(
            q.MonthFigure(month=f"{first:%Y-%m}", completed=completed, in_time=in_time)
            for first, (completed, in_time) in zip(firsts[:-1], figures, strict=True)
        )


# --- what steps take ----------------------------------------------------------------------------


def step_times(house: House, query: q.StepTimes) -> q.StepTimesView:
    """What the steps of a process take, and how many cases stand at each."""
    with desk(house, query) as at:
        found = newest_package(at, query.process_key)
        if found is None:
            raise NotFound(what={"zh": "流程", "en": "process"})
        deployment_id, package = found
        first, last = _period(at, query.since, query.until)
        standing = at.reader.standing_by_element(at.viewer, query.process_key)
        taken = defaultdict(list)
        for one in at.reader.taken(
            at.viewer, query.process_key, midnight(first), midnight(last + _DAY)
        ):
            taken[one.element_id].append(one)
        time = _work_time(at, [one for steps in taken.values() for one in steps], last)
        elements = package.definition.elements
        known = [name for name in bpmn.in_order(package.model) if name in elements]
        figures = [
            _figure(
                name,
                package.text(elements[name].name, at.lang),
                elements[name].kind,
                standing.get(name, 0),
                taken.get(name, []),
                time,
            )
            for name in known
            if elements[name].kind in _WAITS and elements[name].event != "link"
        ]
        # Steps of earlier versions, which the newest model no longer draws.
        figures += [
            _figure(name, package.text(taken[name][-1].name, at.lang), "", 0, taken[name], time)
            for name in sorted(set(taken) - set(known))
        ]
        return q.StepTimesView(
            process_key=query.process_key,
            title=at.process_title(query.process_key),
            deployment_id=deployment_id,
            texts=at.drawn(package),
            since=first.isoformat(),
            until=last.isoformat(),
            steps=tuple(figures),
        )


def _period(at: Desk, since: str, until: str) -> tuple[date, date]:
    """The first and last day; twelve months up to today where none or nonsense is named."""
    today = legal_date(at.now)
    last = min(_day(until) or today, today)
    first = _day(since) or last - _YEAR
    return min(first, last), last


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if found.year >= 2000 else None


def _work_time(at: Desk, steps: Iterable[Any], last: date) -> WorkTime:
    opened = min((one.opened_at for one in steps), default=None)
    first = legal_date(from_millis(opened)) if opened is not None else last
    return WorkTime(at.house.calendar(), min(first, last), last)


def _figure(
    element_id: str, name: str, kind: str, standing: int, steps: Sequence[Any], time: WorkTime
) -> q.StepFigure:
    worked = sorted(time.between(one.opened_at, one.closed_at) for one in steps)
    return q.StepFigure(
        element_id=element_id,
        name=name or element_id,
        kind=kind,
        standing=standing,
        count=len(worked),
        median=_of_all(worked, 0.5),
        ninetieth=_of_all(worked, 0.9),
        overdue=sum(1 for one in steps if one.due_at is not None and one.closed_at > one.due_at),
    )


def _of_all(ordered: Sequence[float], share: float) -> float | None:
    """The smallest of the values that this share of them do not exceed (nearest rank)."""
    return ordered[ceil(share * len(ordered)) - 1] if ordered else None


def steps_taken(house: House, query: q.StepsTaken) -> q.Page[q.StepLine]:
    """The completed steps behind a figure."""
    with desk(house, query) as at:
        first, last = _period(at, query.since, query.until)
        page = at.reader.steps_taken(
            at.viewer,
            query.process_key,
            query.element_id,
            midnight(first),
            midnight(last + _DAY),
            cursor=query.cursor or None,
            limit=min(max(query.limit, 1), 200),
        )
        time = _work_time(at, page.rows, last)
        at.know_names(task.closed_by for task in page.rows)
        return page_of(page, tuple(_step_line(at, task, time) for task in page.rows))


def _step_line(at: Desk, task: Task, time: WorkTime) -> q.StepLine:
    closed = task.closed_at or task.opened_at
    return q.StepLine(
        case_id=task.root_id,
        title=task.title,
        case_no=task.case_no,
        step=at.package(task.deployment_id).text(task.name, at.lang),
        who=at.name(task.closed_by),
        opened_at=task.opened_at,
        closed_at=closed,
        worked=time.between(task.opened_at, closed),
        late=task.due_at is not None and closed > task.due_at,
    )
