"""What expressions of a running process may ask of the house: decisions, and the law's calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine import feel
from engine.clock import CHINA
from engine.errors import EvaluationFailed, Invalid, Lang, NotFound
from engine.law import deadlines
from engine.law.rules import DeadlineRule
from engine.model.rows import Unit

if TYPE_CHECKING:
    from engine.catalog import Package
    from engine.handlers.house import Context


HANDLING_UNITS = frozenset({"office", "centre", "brigade"})
"""Kinds of units that handle matters: offices, service centres, the enforcement brigade."""


class CaseServices:
    """The services of one instance: its pinned decisions and rules, and today's calendar."""

    def __init__(self, context: Context, package: Package, lang: Lang = "zh") -> None:
        self._context = context
        self._package = package
        self._lang = lang
        self._functions = _LawFunctions(self)

    def decide(self, decision_id: str, variables: Mapping[str, object]) -> object:
        """The value of a pinned decision. Raises EvaluationFailed when there is none of that id."""
        decisions = self._package.decisions.get(decision_id)
        if decisions is None:
            raise EvaluationFailed(
                where=decision_id,
                reason={"zh": "流程包里没有这个决策。", "en": "the package has no such decision."},
            )
        return decisions.evaluate(decision_id, variables, now=self._context.now).value

    def functions(self) -> Mapping[str, object]:
        """The FEEL functions of the law, by name; each is made when it is first asked for."""
        return self._functions

    def script(self, language: str) -> Callable[[str, Mapping[str, object]], object] | None:
        """The handler the host registered for a script format."""
        return self._context.house.script_handlers.get(language)

    def rule(self, rule_id: str) -> DeadlineRule:
        """The pinned rule in force today. Raises NotFound."""
        return self._package.rules.get(rule_id, self._context.now.astimezone(CHINA).date())

    def _limit_date(self, rule_id: object, anchor: object) -> object:
        due = self._compute(rule_id, anchor)
        return due.due_date if due is not None else None

    def _earliest_date(self, rule_id: object, anchor: object) -> object:
        due = self._compute(rule_id, anchor)
        if due is None or due.earliest is None:
            return None
        return due.earliest.astimezone(CHINA).date()

    def _compute(self, rule_id: object, anchor: object) -> deadlines.Due | None:
        start = moment(anchor)
        if start is None:
            return None
        try:
            return deadlines.compute(self.rule(str(rule_id)), start, self._context.house.calendar())
        except (NotFound, Invalid):
            return None

    def _add_working_days(self, start: object, number: object) -> object:
        first = moment(start)
        if first is None or (not isinstance(number, (int, float)) and not hasattr(number, "real")):
            return None
        day = first.astimezone(CHINA).date()
        return self._context.house.calendar().add(day, int(number)).date  # type: ignore[call-overload]

    def _working_days_between(self, start: object, end: object) -> object:
        first, last = moment(start), moment(end)
        if first is None or last is None:
            return None
        counted = self._context.house.calendar().count(
            first.astimezone(CHINA).date(), last.astimezone(CHINA).date()
        )
        return counted.working_days

    def _units(self) -> object:
        """The office's open units as choices: the name is what a document says, so it is the value."""
        found = self._context.tx.find(Unit, closed_at=None, order=("position", "id"))
        return [
            {
                "value": unit.name,
                "label": unit.name if self._lang == "zh" or not unit.name_en else unit.name_en,
            }
            for unit in found
            if unit.kind in HANDLING_UNITS
        ]

    def _parameter(self, name: object) -> object:
        found = self._package.rules.parameters.get(str(name))
        return found.value if found is not None else None


_LAW: Mapping[str, tuple[tuple[str, ...], Callable[..., object]]] = {
    "limit date": (("id", "anchor"), CaseServices._limit_date),
    "earliest date": (("id", "anchor"), CaseServices._earliest_date),
    "add working days": (("from", "n"), CaseServices._add_working_days),
    "working days between": (("from", "to"), CaseServices._working_days_between),
    "parameter": (("id",), CaseServices._parameter),
    "units": ((), CaseServices._units),
}
"""Name, parameters and body of each function of the law."""


class _LawFunctions(Mapping[str, object]):
    """The functions of one ``CaseServices``: most steps need none of them."""

    def __init__(self, services: CaseServices) -> None:
        self._services = services
        self._made: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        made = self._made.get(name)
        if made is None:
            params, body = _LAW[name]
            made = feel.FeelFunction(name, params, partial(body, self._services))
            self._made[name] = made
        return made

    def __contains__(self, name: object) -> bool:
        return name in _LAW

    def __iter__(self) -> Iterator[str]:
        return iter(_LAW)

    def __len__(self) -> int:
        return len(_LAW)


FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Days that a limit of law may hang on; what lies beyond is a slip of the pen, and no day at all."""


def moment(value: object) -> datetime | None:
    """A moment from a FEEL or JSON value: a date is its first instant in China.

    None if it is none, or none that any law could mean.
    """
    found = _moment(value)
    return found if found is not None and FIRST_YEAR <= found.year <= LAST_YEAR else None


def _moment(value: object) -> datetime | None:
    plain = feel.to_plain(value)
    if isinstance(plain, datetime):
        return plain if plain.tzinfo is not None else plain.replace(tzinfo=CHINA)
    if isinstance(plain, date):
        return datetime.combine(plain, time(), CHINA)
    if not isinstance(plain, str):
        return None
    # FEEL writes a moment of a named zone as 2026-09-01T09:00:00@Asia/Shanghai, as now() is one.
    text, _, zone = plain.partition("@")
    try:
        parsed = datetime.fromisoformat(text)
        home = ZoneInfo(zone) if zone else CHINA
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=home)
