"""One statutory time limit as data: `DeadlineRule`, and the vocabulary it is written in.

A rule says how long, in which unit, counted from or back from what, what may pause or restart the
clock, who may extend it, whom lateness reaches, and on which article all that rests.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Literal

Direction = Literal["after", "before"]
RollOver = Literal["none", "next_working_day", "previous_working_day"]
Trigger = Literal["start", "warn", "breach"]


class Unit(StrEnum):
    """What a limit is counted in. Never plain “days”: the statutes differ."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"
    MINUTES = "minutes"
    MONTHS = "months"
    DATE = "date"
    """A date of the year (``month_day``), such as 1 March."""

    @property
    def zh(self) -> str:
        """The unit as a Chinese sentence counts it."""
        return _UNIT_TEXTS[self][0]

    def en(self, number: int) -> str:
        """The unit in English, singular or plural."""
        return _UNIT_TEXTS[self][1] + ("" if abs(number) == 1 else "s")

    @property
    def counts_days(self) -> bool:
        """Whether the limit ends with a day, not at a moment (起算次日 applies)."""
        return self not in (Unit.HOURS, Unit.MINUTES)


_UNIT_TEXTS = {
    Unit.WORKING_DAYS: ("个工作日", "working day"),
    Unit.CALENDAR_DAYS: ("个自然日", "calendar day"),
    Unit.HOURS: ("小时", "hour"),
    Unit.MINUTES: ("分钟", "minute"),
    Unit.MONTHS: ("个月", "month"),
    Unit.DATE: ("个自然日", "calendar day"),
}


class Status(StrEnum):
    """How far the number in a rule may be trusted."""

    VERIFIED = "verified"
    """The article's words were read."""
    TO_BE_CHECKED = "to-be-checked"
    """From memory or a reprint; somebody must read the article first."""
    PRODUCT_DEFAULT = "product-default"
    """No law; a proposal of this product, to be set by the office."""

    @property
    def zh(self) -> str:
        """The status as people read it."""
        return {"verified": "已核对条文", "to-be-checked": "待核对"}.get(
            self.value, "产品默认，非法定"
        )

    @property
    def en(self) -> str:
        """The status in English."""
        return {"verified": "article read", "to-be-checked": "to be checked"}.get(
            self.value, "product default, not law"
        )


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A lawful ground to pause or restart a clock, with the article it rests on."""

    code: str
    zh: str
    en: str
    basis_zh: str = ""
    basis_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rung of an escalation ladder: who is told, and when.

    ``trigger`` is the moment the rung hangs on; ``delay`` in ``unit`` comes after it (red + 2 working
    days).
    """

    level: int
    role: str
    trigger: Trigger
    delay: int = 0
    unit: Unit = Unit.WORKING_DAYS


@dataclass(frozen=True, kw_only=True)
class DeadlineRule:
    """One entry of the catalogue, valid; `engine.law.shelf.parse_shelf` makes it from TOML.

    ``limit`` is the most time the law gives (None: only a minimum is set), ``minimum`` the least
    that must pass before the step may be completed, both in working days, calendar days, months, …
    as the units say. ``strict`` reads “N日前” as N *complete* days between. ``hard`` blocks
    completion before the minimum, or after a deadline that counts backwards.
    ``minimum_waived_when`` is FEEL, evaluated by whoever has the case's variables.
    """

    id: str
    zh: str
    en: str
    starts_zh: str
    starts_en: str
    law_zh: str = ""
    law_en: str = ""
    article: str = ""
    basis_zh: str = ""
    basis_en: str = ""
    status: Status = Status.TO_BE_CHECKED
    mark: str = ""
    limit: int | None = None
    unit: Unit = Unit.WORKING_DAYS
    month_day: str = ""
    direction: Direction = "after"
    strict: bool = True
    minimum: int | None = None
    minimum_unit: Unit = Unit.WORKING_DAYS
    minimum_waived_when: str = ""
    hard: bool = False
    roll: RollOver = "none"
    warn: int | None = None
    warn_unit: Unit = Unit.WORKING_DAYS
    warn_on: str = ""
    ladder: tuple[Step, ...] = ()
    pause_reasons: tuple[Reason, ...] = ()
    restart_reasons: tuple[Reason, ...] = ()
    extension_maximum: int | None = None
    extension_approver: str = ""
    extension_basis_zh: str = ""
    extension_basis_en: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    region: str = ""

    def in_force(self, on: date) -> bool:
        """Whether the rule is in force on a date, both ends included."""
        started = self.effective_from is None or self.effective_from <= on
        return started and (self.effective_to is None or on <= self.effective_to)

    def as_dict(self) -> dict[str, Any]:
        """The rule as plain values, for pinning a case to it; `from_dict` reads it back."""
        plain = asdict(self)
        for name in ("effective_from", "effective_to"):
            plain[name] = plain[name].isoformat() if plain[name] else None
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> DeadlineRule:
        """Read what `as_dict` wrote. Fields that later versions dropped are ignored."""
        known = {field.name for field in fields(cls)}
        values = {key: value for key, value in plain.items() if key in known}
        values["status"] = Status(values["status"])
        for name in ("unit", "minimum_unit", "warn_unit"):
            if name in values:
                values[name] = Unit(values[name])
        for name in ("effective_from", "effective_to"):
            values[name] = date.fromisoformat(values[name]) if values.get(name) else None
        values["ladder"] = tuple(
            Step(**{**step, "unit": Unit(step["unit"])}) for step in values.get("ladder", ())
        )
        for name in ("pause_reasons", "restart_reasons"):
            values[name] = tuple(Reason(**reason) for reason in values.get(name, ()))
        return cls(**values)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the rule's content, to pin what a case ran by."""
        return digest(self.as_dict())

    @property
    def citation_zh(self) -> str:
        """依据: law and article, or what stands in for them."""
        article = f"第{self.article}条" if self.article.isdigit() else self.article
        return f"《{self.law_zh}》{article}" if self.law_zh else self.status.zh

    @property
    def citation_en(self) -> str:
        """Law and article in English, or what stands in for them."""
        article = f", art. {self.article}" if self.article else ""
        return f"{self.law_en}{article}" if self.law_en else self.status.en

    def reason(self, code: str) -> Reason | None:
        """The pause or restart ground of that code, if the rule knows it."""
        return _find(code, (*self.pause_reasons, *self.restart_reasons))

    def may_pause(self, code: str) -> bool:
        """Whether the law lets that ground stop this clock."""
        return _find(code, self.pause_reasons) is not None

    def may_restart(self, code: str) -> bool:
        """Whether the law lets that ground set this clock back to its start."""
        return _find(code, self.restart_reasons) is not None


def digest(plain: Any) -> str:
    """SHA-256 of plain values in canonical JSON."""
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _find(code: str, reasons: Iterable[Reason]) -> Reason | None:
    return next((reason for reason in reasons if reason.code == code), None)
