"""Taking in official notices and local closures."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.commands import ImportCalendar
from engine.errors import Invalid, Problem
from engine.handlers import access
from engine.handlers.messages import suspended_cases
from engine.law import official
from engine.law.calendar import OfficialYear
from engine.model.rows import CalendarYear, Clock, Job

if TYPE_CHECKING:
    from engine.handlers.house import Context


def import_calendar(context: Context, command: ImportCalendar) -> CalendarYear:
    """Take in a year's official notice (text, CSV or JSON). Raises Invalid with every fault.

    Open clocks that rest on the provisional calendar are reckoned anew, each case by a job of its
    own; a local closure moves any open clock.
    """
    access.require_admin(context)
    row = year_of(
        command.year, command.kind, command.content, command.source,
        tenant=context.tenant, by=context.actor, at=context.now_ms,
    )  # fmt: skip
    official_before = not context.house.calendar().is_provisional(row.year)
    context.put(row, "year", "kind")
    context.record(
        "import-calendar",
        str(row.year),
        {"kind": command.kind, "source": command.source[:500], "data": row.data},
    )
    # What rested on a notice that is now corrected moves as well as what was provisional.
    _reckon_anew(context, all_clocks=row.kind == "local" or official_before)
    context.tx.after_commit(context.house.forget_calendar)
    return row


def year_of(
    year: int, kind: str, content: str, source: str, *, tenant: str, by: str, at: int
) -> CalendarYear:
    """The row that an import would keep. Raises Invalid with every fault of its content."""
    local = kind == "local"
    data = _closures(year, content) if local else _parse(year, content, source).as_dict()
    return CalendarYear(
        tenant=tenant,
        year=int(str(data.get("year", year))),
        kind="local" if local else "official",
        data=data,
        source=source[:500],
        imported_by=by,
        imported_at=at,
    )


def _reckon_anew(context: Context, *, all_clocks: bool) -> None:
    where: dict[str, Any] = {} if all_clocks else {"provisional": True}
    found = context.tx.columns(Clock, ("root_id",), state=("running", "paused"), **where)
    cases = sorted({root_id for (root_id,) in found})
    suspended = suspended_cases(context, cases)
    for root_id in cases:
        context.tx.insert(
            Job(
                tenant=context.tenant,
                id=context.new_id(),
                kind="reckon",
                lane="clock",
                due_at=context.now_ms,
                root_id=root_id,
                created_at=context.now_ms,
                held=root_id in suspended,
            )
        )


def _closures(year: int, content: str) -> dict[str, Any]:
    """Lines of ``2026-12-01 reason``, all of the year. Raises Invalid with every line that is none."""
    closures, problems = {}, []
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        day, _, reason = line.strip().replace(",", " ").replace("，", " ").partition(" ")
        try:
            closed = date.fromisoformat(day)
        except ValueError:
            problems.append(
                Problem(
                    code="date",
                    line=number,
                    zh=f"第 {number} 行开头应为日期，如 {year}-12-01。",
                    en=f"Line {number} should begin with a date such as {year}-12-01.",
                )
            )
            continue
        if closed.year != year:
            problems.append(
                Problem(
                    code="year",
                    line=number,
                    zh=f"第 {number} 行的日期不在 {year} 年。",
                    en=f"The date of line {number} is not in {year}.",
                )
            )
        if not reason.strip():
            problems.append(
                Problem(
                    code="reason",
                    line=number,
                    zh=f"第 {number} 行没有写停办公的事由。",
                    en=f"Line {number} does not say why the office is closed.",
                )
            )
        closures[closed.isoformat()] = reason.strip()[:100]
    if problems:
        raise Invalid(problems)
    return {"year": year, "closures": closures}


_CSV = re.compile(r"\ufeff?\s*(?:[^\d\n]*\n)?\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}\s*,")
"""The first line, or the one after the headings, begins with a date and a comma."""


def _parse(year: int, content: str, source: str) -> OfficialYear:
    text = content.strip()
    if text.startswith(("{", "[")):
        return official.parse_json(text, source=source)
    if _CSV.match(text):
        return official.parse_csv(text, year=year, source=source)
    return official.parse_text(text, year=year, source=source)
