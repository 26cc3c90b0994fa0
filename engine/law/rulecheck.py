"""From a table of the shelf to a `DeadlineRule`: what each field may hold, and what fits together."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import cast

from engine.law.rules import (
    DeadlineRule,
    Direction,
    Reason,
    RollOver,
    Status,
    Step,
    Unit,
)
from engine.law.tables import Entry

FIELDS = (
    "id zh en starts_zh starts_en law_zh law_en article basis_zh basis_en status mark limit unit "
    "month_day direction strict minimum minimum_unit minimum_waived_when hard roll warn warn_unit "
    "warn_on ladder pause_reasons restart_reasons extension effective_from effective_to"
).split()

_LARGEST = {
    Unit.WORKING_DAYS: 1000,
    Unit.CALENDAR_DAYS: 4000,
    Unit.HOURS: 10_000,
    Unit.MINUTES: 100_000,
    Unit.MONTHS: 1200,
    Unit.DATE: 4000,
}
_DAY_UNITS = (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS, Unit.DATE)
_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")


def build_rule(
    entry: Entry,
    *,
    ladder: tuple[Step, ...],
    pauses: tuple[Reason, ...],
    restarts: tuple[Reason, ...],
    region: str,
) -> DeadlineRule:
    """The rule a table describes; wrong fields are noted in the entry and left at their default."""
    units = [unit.value for unit in Unit]
    month_day = _month_day(entry, "month_day")
    unit = Unit(entry.choice("unit", units, Unit.DATE.value if month_day else "working_days"))
    extension = entry.table.get("extension", {})
    if not isinstance(extension, dict):
        entry.fault("shelf.value", "“extension”应为 {…}。", "“extension” must be {…}.", "extension")
        extension = {}
    more = Entry(extension, entry.faults, f"{entry.where}.extension", entry.line, entry.file)
    more.only(("maximum", "approver", "basis_zh", "basis_en"))
    return DeadlineRule(
        id=entry.text("id", most=80),
        zh=entry.text("zh", required=True),
        en=entry.text("en", required=True),
        starts_zh=entry.text("starts_zh", required=True),
        starts_en=entry.text("starts_en", required=True),
        law_zh=entry.text("law_zh"),
        law_en=entry.text("law_en"),
        article=entry.text("article", most=60),
        basis_zh=entry.text("basis_zh"),
        basis_en=entry.text("basis_en"),
        status=Status(entry.choice("status", [s.value for s in Status], "to-be-checked")),
        mark=entry.text("mark", required=True, most=40),
        limit=entry.whole("limit", 1, _LARGEST[unit]),
        unit=unit,
        month_day=month_day,
        direction=cast(Direction, entry.choice("direction", ("after", "before"), "after")),
        strict=entry.flag("strict", True),
        minimum=entry.whole("minimum", 1, 4000),
        minimum_unit=Unit(entry.choice("minimum_unit", units, unit.value)),
        minimum_waived_when=entry.text("minimum_waived_when"),
        hard=entry.flag("hard", False),
        roll=cast(
            RollOver,
            entry.choice("roll", ("none", "next_working_day", "previous_working_day"), "none"),
        ),
        warn=entry.whole("warn", 1, 100_000),
        warn_unit=Unit(
            entry.choice(
                "warn_unit",
                ("working_days", "calendar_days", "hours", "minutes"),
                "working_days" if unit.counts_days else unit.value,
            )
        ),
        warn_on=_month_day(entry, "warn_on"),
        ladder=ladder,
        pause_reasons=pauses,
        restart_reasons=restarts,
        extension_maximum=more.whole("maximum", 1, 4000),
        extension_approver=more.text("approver", most=60, required=bool(extension)),
        extension_basis_zh=more.text("basis_zh"),
        extension_basis_en=more.text("basis_en"),
        effective_from=entry.day("effective_from"),
        effective_to=entry.day("effective_to"),
        region=region,
    )


def check_rule(rule: DeadlineRule, entry: Entry) -> None:
    """Note what does not fit together in a rule whose fields are each in order."""
    for check in _CHECKS:
        check(rule, entry)


def _amounts(rule: DeadlineRule, entry: Entry) -> None:
    if rule.unit is Unit.DATE:
        _require(
            entry,
            bool(rule.month_day) and rule.limit is None and rule.minimum is None,
            "unit",
            "按固定日期的期限只写 month_day（如 03-01），不写 limit、minimum。",
            "A limit by date has month_day (such as 03-01) and neither limit nor minimum.",
        )
        return
    _require(
        entry,
        not rule.month_day,
        "month_day",
        "写了 month_day 就不能再写其他单位。",
        "month_day goes with unit date only.",
    )
    _require(
        entry,
        rule.limit is not None or rule.minimum is not None,
        "limit",
        "limit（最长）和 minimum（最短）至少写一个。",
        "Give a limit, a minimum, or both.",
    )


def _minimum(rule: DeadlineRule, entry: Entry) -> None:
    if rule.minimum is None:
        _require(
            entry,
            not rule.minimum_waived_when,
            "minimum_waived_when",
            "没有最短期限，无从免除。",
            "There is no minimum to waive.",
        )
        return
    _require(
        entry,
        rule.direction == "after" and rule.minimum_unit in _DAY_UNITS[:3],
        "minimum",
        "最短期限只用于向后计算的工作日、自然日、月。",
        "A minimum goes with direction after, in working days, calendar days or months.",
    )
    _require(
        entry,
        rule.limit is None or (rule.minimum_unit == rule.unit and rule.minimum < rule.limit),
        "minimum",
        "最短期限应与最长期限同单位且更短，否则永远无法按期完成。",
        "The minimum must have the limit's unit and be shorter, or nobody can ever be on time.",
    )


def _backwards(rule: DeadlineRule, entry: Entry) -> None:
    wrong_roll = "next_working_day" if rule.direction == "before" else "previous_working_day"
    _require(
        entry,
        rule.roll != wrong_roll and (rule.roll == "none" or rule.unit.counts_days),
        "roll",
        "顺延方向与计算方向不符，或该单位不顺延。",
        "The roll-over does not fit the direction or the unit.",
    )
    fixed = rule.direction == "before" or rule.unit is Unit.DATE
    _require(
        entry,
        rule.direction == "after" or rule.unit in _DAY_UNITS,
        "unit",
        "向前倒推只能用日、月。",
        "Counting back goes by days or months.",
    )
    movable = bool(rule.pause_reasons or rule.restart_reasons or rule.extension_maximum)
    _require(
        entry,
        not (fixed and movable),
        "pause_reasons",
        "倒推的或固定日期的期限不能暂停、重算或延期。",
        "A limit that counts back, or is a date, can be neither paused, restarted nor extended.",
    )
    _require(
        entry,
        not rule.hard or rule.minimum is not None or rule.direction == "before",
        "hard",
        "hard 只用于最短期限或倒推的期限。",
        "hard goes with a minimum or with direction before.",
    )


def _warning(rule: DeadlineRule, entry: Entry) -> None:
    _require(
        entry,
        not (rule.warn and rule.warn_on) and (not rule.warn_on or rule.unit is Unit.DATE),
        "warn_on",
        "warn_on 只用于固定日期的期限，且不与 warn 并用。",
        "warn_on goes with a limit by date, and not together with warn.",
    )
    timed = rule.warn_unit in (Unit.HOURS, Unit.MINUTES)
    _require(
        entry,
        rule.warn is None or timed != rule.unit.counts_days,
        "warn_unit",
        "按日的期限用日提醒，按时的期限用小时或分钟提醒。",
        "Warn in days for day limits, in hours or minutes for the others.",
    )
    same = rule.warn_unit == rule.unit and rule.limit is not None and rule.warn is not None
    _require(
        entry,
        not same or cast(int, rule.warn) < cast(int, rule.limit) or rule.direction == "before",
        "warn",
        "提醒不能早于起算。",
        "The warning would come before the start.",
    )


def _sources(rule: DeadlineRule, entry: Entry) -> None:
    cited = bool(rule.law_zh and rule.law_en)
    _require(
        entry,
        rule.status is not Status.VERIFIED or (cited and bool(rule.article)),
        "article",
        "已核对的期限须写明法律名称（中英文）和条号。",
        "A verified limit names law (both languages) and article.",
    )
    _require(
        entry,
        rule.status is not Status.TO_BE_CHECKED or cited,
        "law_zh",
        "待核对的期限须写明应核对的文件（中英文）。",
        "A limit to be checked names the document to check (both languages).",
    )
    _require(
        entry,
        rule.mark != "D" or rule.status is Status.PRODUCT_DEFAULT,
        "status",
        "来源为 D（产品默认）的期限，status 应为 product-default。",
        "A limit marked D has status product-default.",
    )
    _require(
        entry,
        not rule.mark.startswith("M") or rule.status is Status.TO_BE_CHECKED,
        "status",
        "来源为 M（记忆）的期限，status 应为 to-be-checked。",
        "A limit marked M has status to-be-checked.",
    )
    _require(
        entry,
        bool(rule.basis_zh) == bool(rule.basis_en),
        "basis_en",
        "依据说明须同时有中英文。",
        "Give the basis in both languages.",
    )


def _period(rule: DeadlineRule, entry: Entry) -> None:
    start, end = rule.effective_from, rule.effective_to
    _require(
        entry,
        start is None or end is None or start <= end,
        "effective_to",
        "失效日早于施行日。",
        "It ends before it takes effect.",
    )


_CHECKS: tuple[Callable[[DeadlineRule, Entry], None], ...] = (
    _amounts,
    _minimum,
    _backwards,
    _warning,
    _sources,
    _period,
)


def _require(entry: Entry, holds: bool, key: str, zh: str, en: str) -> None:
    if not holds:
        entry.fault("shelf.rule", zh, en, key)


def _month_day(entry: Entry, key: str) -> str:
    value = entry.text(key, most=5)
    if not value:
        return ""
    parts = _MONTH_DAY.fullmatch(value)
    try:
        if parts is None:
            raise ValueError
        date(2001, int(parts.group(1)), int(parts.group(2)))  # a common year: no 29 February
    except ValueError:
        entry.fault("shelf.value", f"“{key}”应如 03-01。", f"“{key}” must look like 03-01.", key)
        return ""
    return value
