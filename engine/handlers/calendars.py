"""Taking in official notices and local closures."""

from __future__ import annotations

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
    data = _closures(command) if command.kind == "local" else _parse(command).as_dict()
    row = CalendarYear(
        tenant=context.tenant,
        year=int(str(data.get("year", command.year))),
        kind="local" if command.kind == "local" else "official",
        data=data,
        source=command.source[:500],
        imported_by=context.actor,
        imported_at=context.now_ms,
    )
    context.put(row, "year", "kind")
    context.record(
        "import-calendar",
        str(row.year),
        {"kind": command.kind, "source": command.source[:500], "data": row.data},
    )
    _reckon_anew(context, local=command.kind == "local")
    context.tx.after_commit(context.house.forget_calendar)
    return row


def _reckon_anew(context: Context, *, local: bool) -> None:
    where: dict[str, Any] = {} if local else {"provisional": True}
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


def _closures(command: ImportCalendar) -> dict[str, Any]:
    """Lines of ``2026-12-01 reason``. Raises Invalid with every line that is none."""
    closures, problems = {}, []
    for number, line in enumerate(command.content.splitlines(), 1):
        if not line.strip():
            continue
        day, _, reason = line.strip().replace(",", " ").partition(" ")
        try:
            closures[date.fromisoformat(day).isoformat()] = reason.strip()[:100]
        except ValueError:
            problems.append(
                Problem(
                    code="date",
                    line=number,
                    zh=f"第 {number} 行开头应为日期，如 2026-12-01。",
                    en=f"Line {number} should begin with a date such as 2026-12-01.",
                )
            )
    if problems:
        raise Invalid(problems)
    return {"year": command.year, "closures": closures}


def _parse(command: ImportCalendar) -> OfficialYear:
    text = command.content.strip()
    if text.startswith(("{", "[")):
        return official.parse_json(text, source=command.source)
    if "放假" in text:
        return official.parse_text(text, year=command.year, source=command.source)
    return official.parse_csv(text, year=command.year, source=command.source)
