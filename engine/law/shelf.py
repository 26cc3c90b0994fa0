"""The deadline catalogue (``processes/deadlines.toml``) and its regional overrides, read and checked.

The format is described for administrators in ``docs/deadlines.md``. Reading never stops at the
first fault: an administrator gets all of them, each with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from engine.errors import Invalid, NotFound, Problem
from engine.law.rulecheck import FIELDS, build_rule, check_rule
from engine.law.rules import DeadlineRule, Reason, Status, Step, Trigger, Unit, digest
from engine.law.tables import Entry, Faults, read_toml, table, tables

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_RULE_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)+")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A local number or choice a process asks for (hearing threshold, least attendance, …)."""

    id: str
    value: Any
    zh: str
    en: str
    law_zh: str = ""
    article: str = ""
    status: Status = Status.TO_BE_CHECKED
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class Region:
    """A province's or county's own numbers, to be merged over the national catalogue."""

    id: str
    zh: str
    en: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The catalogue: rules by id, with the periods in which each is in force."""

    rules: tuple[DeadlineRule, ...]
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    region: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __iter__(self) -> Iterator[DeadlineRule]:
        return iter(self.rules)

    def __contains__(self, rule_id: object) -> bool:
        return any(rule.id == rule_id for rule in self.rules)

    @property
    def ids(self) -> tuple[str, ...]:
        """All rule ids, in the order of the file, each once."""
        return tuple(dict.fromkeys(rule.id for rule in self.rules))

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all rules and parameters."""
        plain = {key: [p.value, str(p.status)] for key, p in self.parameters.items()}
        return digest([[rule.as_dict() for rule in self.rules], plain])

    def get(self, rule_id: str, on: date | None = None) -> DeadlineRule:
        """The rule of that id in force on a date (without one: the latest). Raises NotFound."""
        found = [rule for rule in self.rules if rule.id == rule_id]
        if on is not None:
            found = [rule for rule in found if rule.in_force(on)]
        if not found:
            raise NotFound(what={"zh": f"期限“{rule_id}”", "en": f"deadline “{rule_id}”"})
        return max(found, key=lambda rule: rule.effective_from or date.min)


def parse_shelf(text: str, file: str = "deadlines.toml") -> Shelf:
    """Read the catalogue. Raises Invalid with every fault of the file."""
    data, faults = read_toml(text, file)
    shelf = _build(_raw(data, faults), faults)
    faults.raise_if_any()
    return shelf


def lint_shelf(text: str, file: str = "deadlines.toml") -> list[Problem]:
    """Every fault of a catalogue, for an editor; empty when it can be used."""
    try:
        parse_shelf(text, file)
    except Invalid as bad:
        return list(bad.problems)
    return []


def parse_region(text: str, file: str = "region.toml") -> Region:
    """Read a regional pack; what it overrides is checked by `merge`. Raises Invalid."""
    data, faults = read_toml(text, file)
    head = Entry(table(data, "region", faults), faults, "region")
    head.only(("id", "zh", "en"))
    region_id = head.text("id", required=True, most=40)
    parameters = _parameters(data, faults)
    raw = _raw(data, faults, also=("region", "override", "parameter"))
    raw["override"] = _located(tables(data, "override", faults), faults)
    region = Region(
        id=region_id,
        zh=head.text("zh", required=True),
        en=head.text("en", required=True),
        parameters=parameters,
        raw=raw,
        file=file,
    )
    faults.raise_if_any()
    return region


def merge(base: Shelf, region: Region) -> Shelf:
    """The catalogue as it holds in a region: overrides applied, its own entries added.

    An override names the entry by ``id`` and must state its own ``status`` and ``mark``, since the
    base's source does not vouch for another number; ``without`` lists fields it drops. Raises
    Invalid with every fault.
    """
    faults = Faults(region.file)
    own = region.raw
    entries = [dict(entry) for entry in base.raw.get("deadline", ())]
    for change in own.get("override", ()):
        _override(entries, change, region, faults)
    entries += [{**entry, "_region": region.id} for entry in own.get("deadline", ())]
    merged = {
        "reason": {**base.raw.get("reason", {}), **own.get("reason", {})},
        "ladder": {**base.raw.get("ladder", {}), **own.get("ladder", {})},
        "default_ladder": own.get("default_ladder") or base.raw.get("default_ladder", ""),
        "deadline": entries,
    }
    shelf = _build(merged, faults)
    faults.raise_if_any()
    return replace(shelf, region=region.id, parameters={**base.parameters, **region.parameters})


# ---------------------------------------------------------------------- raw tables


def _raw(data: Mapping[str, Any], faults: Faults, also: tuple[str, ...] = ()) -> dict[str, Any]:
    head = Entry(data, faults, "")
    head.only(("format", "default_ladder", "reason", "ladder", "deadline", *also))
    if data.get("format", 1) != 1:
        head.fault("shelf.format", "不认识的格式版本。", "Unknown format version.", "format")
    return {
        "reason": table(data, "reason", faults),
        "ladder": table(data, "ladder", faults),
        "default_ladder": head.text("default_ladder", most=40),
        "deadline": _located(tables(data, "deadline", faults), faults),
    }


def _located(entries: list[dict[str, Any]], faults: Faults) -> list[dict[str, Any]]:
    """The tables with the line their id stands on, for messages."""
    seen: dict[str, int] = {}
    located = []
    for entry in entries:
        rule_id = str(entry.get("id", ""))
        nth = seen.get(rule_id, 0)
        seen[rule_id] = nth + 1
        place = {"_line": faults.line_of("id", rule_id, nth), "_file": faults.file}
        located.append({**entry, **place})
    return located


def _override(
    entries: list[dict[str, Any]], change: dict[str, Any], region: Region, faults: Faults
) -> None:
    rule_id = str(change.get("id", ""))
    place = Entry(change, faults, rule_id or "override", change.get("_line"), region.file)
    targets = [n for n, entry in enumerate(entries) if entry.get("id") == rule_id]
    if not targets:
        place.fault(
            "shelf.override",
            f"全国目录中没有“{rule_id}”，地方新增的期限请写作 [[deadline]]。",
            f"The base has no “{rule_id}”; write a new deadline as [[deadline]].",
        )
    for key in ("status", "mark"):
        if key not in change:
            place.fault(
                "shelf.override-source",
                f"覆盖“{rule_id}”必须写明自己的“{key}”。",
                f"Overriding “{rule_id}” must state its own “{key}”.",
                key,
            )
    for number in targets:
        dropped = change.get("without", [])
        kept = {key: value for key, value in entries[number].items() if key not in dropped}
        added = {key: value for key, value in change.items() if key != "without"}
        entries[number] = {**kept, **added, "_region": region.id}


# ---------------------------------------------------------------------- building


def _build(raw: Mapping[str, Any], faults: Faults) -> Shelf:
    reasons = _reasons(raw["reason"], faults)
    ladders = {name: _ladder(name, steps, faults) for name, steps in raw["ladder"].items()}
    default = raw.get("default_ladder", "")
    if default and default not in ladders:
        faults.add("shelf.ladder", f"没有升级链“{default}”。", f"No ladder “{default}”.", default)
    rules = []
    for number, table_ in enumerate(raw["deadline"], start=1):
        where = str(table_.get("id") or f"deadline[{number}]")
        entry = Entry(
            {key: value for key, value in table_.items() if not key.startswith("_")},
            faults,
            where,
            table_.get("_line"),
            table_.get("_file", ""),
        )
        rule = _rule(entry, reasons, ladders, default, str(table_.get("_region", "")))
        rules.append(rule)
    _overlaps(rules, raw["deadline"], faults)
    return Shelf(rules=tuple(rules), reasons=reasons, raw=raw)


def _rule(
    entry: Entry,
    reasons: Mapping[str, Reason],
    ladders: Mapping[str, tuple[Step, ...]],
    default: str,
    region: str,
) -> DeadlineRule:
    entry.only(FIELDS)
    if not _RULE_ID.fullmatch(entry.text("id", required=True, most=80)):
        entry.fault(
            "shelf.id",
            "id 应为“领域.名称”，小写字母、数字和连字符，如 normative.review。",
            "An id is “area.name” in lower case, such as normative.review.",
            "id",
        )
    before = len(entry.faults.problems)
    rule = build_rule(
        entry,
        ladder=_chosen_ladder(entry, ladders, default),
        pauses=_chosen_reasons(entry, "pause_reasons", reasons),
        restarts=_chosen_reasons(entry, "restart_reasons", reasons),
        region=region,
    )
    if len(entry.faults.problems) == before:  # judging a half-read rule would only add noise
        check_rule(rule, entry)
    return rule


def _chosen_reasons(entry: Entry, key: str, known: Mapping[str, Reason]) -> tuple[Reason, ...]:
    chosen = []
    for code in entry.words(key):
        if code in known:
            chosen.append(known[code])
        else:
            entry.fault("shelf.reason", f"没有事由“{code}”。", f"No reason “{code}”.", key)
    return tuple(chosen)


def _chosen_ladder(
    entry: Entry, ladders: Mapping[str, tuple[Step, ...]], default: str
) -> tuple[Step, ...]:
    value = entry.table.get("ladder", default)
    if isinstance(value, list):
        return _ladder(f"{entry.where}.ladder", value, entry.faults, entry.line)
    if value in ladders:
        return ladders[value]
    if value:
        entry.fault("shelf.ladder", f"没有升级链“{value}”。", f"No ladder “{value}”.", "ladder")
    return ()


def _reasons(raw: Mapping[str, Any], faults: Faults) -> dict[str, Reason]:
    reasons = {}
    for code, value in raw.items():
        if not isinstance(value, dict) or not _CODE.fullmatch(code):
            faults.add("shelf.reason", f"事由“{code}”写法有误。", f"Reason “{code}”?", code)
            continue
        entry = Entry(value, faults, f"reason.{code}")
        entry.only(("zh", "en", "basis_zh", "basis_en"))
        reasons[code] = Reason(
            code=code,
            zh=entry.text("zh", required=True),
            en=entry.text("en", required=True),
            basis_zh=entry.text("basis_zh", required=True),
            basis_en=entry.text("basis_en", required=True),
        )
    return reasons


def _ladder(name: str, value: Any, faults: Faults, line: int | None = None) -> tuple[Step, ...]:
    if not isinstance(value, list) or not all(isinstance(step, dict) for step in value):
        faults.add("shelf.ladder", f"升级链“{name}”应为列表。", f"Ladder “{name}”: a list.", name)
        return ()
    steps = []
    for number, raw in enumerate(value):
        entry = Entry(raw, faults, f"{name}[{number}]", line)
        entry.only(("level", "role", "on", "after", "unit"))
        steps.append(
            Step(
                level=entry.whole("level", 1, 9) or 1,
                role=entry.text("role", required=True, most=60),
                trigger=cast(Trigger, entry.choice("on", ("start", "warn", "breach"), "breach")),
                delay=entry.whole("after", 0, 1000) or 0,
                unit=Unit(
                    entry.choice(
                        "unit",
                        ("working_days", "calendar_days", "hours", "minutes"),
                        "working_days",
                    )
                ),
            )
        )
    return tuple(steps)


def _overlaps(rules: list[DeadlineRule], raw: list[dict[str, Any]], faults: Faults) -> None:
    for number, rule in enumerate(rules):
        for other in rules[:number]:
            if rule.id and rule.id == other.id and _meet(rule, other):
                place = Entry({}, faults, rule.id, raw[number].get("_line"))
                place.fault(
                    "shelf.duplicate",
                    f"“{rule.id}”有两条同时有效，请用 effective_from / effective_to 分开。",
                    f"Two entries “{rule.id}” are in force at once; part them by effective dates.",
                )


def _meet(one: DeadlineRule, other: DeadlineRule) -> bool:
    start = max(one.effective_from or date.min, other.effective_from or date.min)
    end = min(one.effective_to or date.max, other.effective_to or date.max)
    return start <= end


def _parameters(data: Mapping[str, Any], faults: Faults) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for raw in tables(data, "parameter", faults):
        where = str(raw.get("id") or "parameter")
        entry = Entry(raw, faults, where, faults.line_of("id", where))
        entry.only(("id", "value", "zh", "en", "law_zh", "article", "status", "mark"))
        if not isinstance(raw.get("value"), str | int | bool | list):
            entry.fault("shelf.value", "缺少 value。", "“value” is missing.", "value")
        if where in found:
            entry.fault("shelf.duplicate", f"“{where}”重复。", f"“{where}” twice.")
        found[where] = Parameter(
            id=entry.text("id", required=True, most=80),
            value=raw.get("value"),
            zh=entry.text("zh", required=True),
            en=entry.text("en", required=True),
            law_zh=entry.text("law_zh"),
            article=entry.text("article"),
            status=Status(entry.choice("status", [s.value for s in Status], "to-be-checked")),
            mark=entry.text("mark", required=True, most=40),
        )
    return found
