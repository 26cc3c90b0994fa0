"""What happened to one running clock: pauses, restarts, extensions. Values; nothing is reckoned here.

Each change is checked against the rule: only the grounds the law names may stop a clock, and no
extension goes beyond what it allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.clock import aware, from_millis, millis
from engine.errors import Invalid, Problem
from engine.law.rules import DeadlineRule


@dataclass(frozen=True, kw_only=True)
class Pause:
    """The clock stood still from ``since`` to ``until`` (None: still does), by the ground ``reason``."""

    since: datetime
    until: datetime | None
    reason: str

    def __post_init__(self) -> None:
        aware(self.since)
        if self.until is not None and aware(self.until) < self.since:
            raise ValueError("a pause cannot end before it began")


@dataclass(frozen=True, kw_only=True)
class Extension:
    """So many units more (the rule's own unit), granted by whom, when and why (延期)."""

    amount: int
    approver: str
    at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        aware(self.at)


@dataclass(frozen=True, kw_only=True)
class Restart:
    """The clock began anew at ``at``, by the ground ``reason`` (补正后重新计算)."""

    at: datetime
    reason: str

    def __post_init__(self) -> None:
        aware(self.at)


@dataclass(frozen=True, kw_only=True)
class ClockState:
    """Everything that moved one clock since it started. Immutable: changes return a new one."""

    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    restarts: tuple[Restart, ...] = ()

    @property
    def open_pause(self) -> Pause | None:
        """The pause that has not ended."""
        return next((pause for pause in self.pauses if pause.until is None), None)

    @property
    def paused(self) -> bool:
        """Whether the clock stands still now."""
        return self.open_pause is not None

    @property
    def current_extensions(self) -> tuple[Extension, ...]:
        """The extensions that count: a restart gives the whole limit anew and voids earlier ones."""
        begun = max((restart.at for restart in self.restarts), default=None)
        return tuple(e for e in self.extensions if begun is None or e.at >= begun)

    @property
    def extended_by(self) -> int:
        """Units granted so far, in the rule's unit."""
        return sum(extension.amount for extension in self.current_extensions)

    def pause(self, rule: DeadlineRule, at: datetime, reason: str) -> ClockState:
        """Stop the clock. Raises Invalid when the law knows no such ground, or it stands already."""
        if self.paused:
            raise _refused("paused", "期限已处于暂停状态。", "The clock is already paused.")
        if not rule.may_pause(reason):
            raise _refused(*illegal_pause(rule, reason))
        return replace(self, pauses=(*self.pauses, Pause(since=at, until=None, reason=reason)))

    def resume(self, at: datetime) -> ClockState:
        """Let the clock run on. Raises Invalid when it was not stopped, or only after ``at``."""
        pause = self.open_pause
        if pause is None:
            raise _refused("running", "期限没有暂停，无需恢复。", "The clock is not paused.")
        if aware(at) < pause.since:
            raise _refused("order", "恢复时间早于暂停时间。", "It cannot resume before it paused.")
        ended = replace(pause, until=at)
        return replace(self, pauses=tuple(ended if p is pause else p for p in self.pauses))

    def extend(
        self, rule: DeadlineRule, amount: int, *, approver: str, at: datetime, reason: str = ""
    ) -> ClockState:
        """Grant ``amount`` more of the rule's unit; ``approver`` is the role that grants it.

        Raises Invalid when the law allows none, the sum exceeds its maximum, or another role must
        grant it.
        """
        problems = list(_extension_faults(rule, self.extended_by, amount, approver))
        if problems:
            raise Invalid(problems)
        granted = Extension(amount=amount, approver=approver, at=at, reason=reason)
        return replace(self, extensions=(*self.extensions, granted))

    def restart(self, rule: DeadlineRule, at: datetime, reason: str) -> ClockState:
        """Count from ``at`` anew; a pause that is open ends there. Raises Invalid like `pause`."""
        if not rule.may_restart(reason):
            allowed_zh = "、".join(r.zh for r in rule.restart_reasons) or "无"
            allowed_en = "; ".join(r.en for r in rule.restart_reasons) or "none"
            raise _refused(
                "restart-reason",
                f"“{reason}”不是{rule.zh}可以重新起算的法定事由。可用事由：{allowed_zh}。",
                f"“{reason}” is no lawful ground to restart “{rule.en}”. Grounds: {allowed_en}.",
            )
        state = self.resume(at) if self.paused else self
        return replace(state, restarts=(*state.restarts, Restart(at=at, reason=reason)))

    def as_dict(self) -> dict[str, Any]:
        """Plain values with epoch milliseconds, for storing."""
        return {
            "pauses": [
                {
                    "since": millis(p.since),
                    "until": None if p.until is None else millis(p.until),
                    "reason": p.reason,
                }
                for p in self.pauses
            ],
            "extensions": [
                {"amount": e.amount, "approver": e.approver, "at": millis(e.at), "reason": e.reason}
                for e in self.extensions
            ],
            "restarts": [{"at": millis(r.at), "reason": r.reason} for r in self.restarts],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ClockState:
        """Read what `as_dict` wrote."""
        return cls(
            pauses=tuple(
                Pause(
                    since=from_millis(p["since"]),
                    until=None if p["until"] is None else from_millis(p["until"]),
                    reason=p["reason"],
                )
                for p in plain.get("pauses", ())
            ),
            extensions=tuple(
                Extension(**{**e, "at": from_millis(e["at"])}) for e in plain.get("extensions", ())
            ),
            restarts=tuple(
                Restart(at=from_millis(r["at"]), reason=r["reason"])
                for r in plain.get("restarts", ())
            ),
        )


def check_state(rule: DeadlineRule, state: ClockState) -> list[Problem]:
    """What in ``state`` the rule does not allow; empty when all of it is lawful."""
    problems = [
        _problem(*illegal_pause(rule, pause.reason))
        for pause in state.pauses
        if not rule.may_pause(pause.reason)
    ]
    problems += [
        _problem(
            "restart-reason",
            f"“{restart.reason}”不是{rule.zh}重新起算的法定事由。",
            f"“{restart.reason}” is no lawful ground to restart “{rule.en}”.",
        )
        for restart in state.restarts
        if not rule.may_restart(restart.reason)
    ]
    granted = 0
    for extension in state.current_extensions:
        problems += _extension_faults(rule, granted, extension.amount, extension.approver)
        granted += extension.amount
    return problems


def illegal_pause(rule: DeadlineRule, reason: str) -> tuple[str, str, str]:
    """Code and texts of the problem that a ground does not stop this clock."""
    allowed_zh = "、".join(r.zh for r in rule.pause_reasons) or "无（法律没有规定可以停表）"
    allowed_en = "; ".join(r.en for r in rule.pause_reasons) or "none (the law names none)"
    return (
        "pause-reason",
        f"“{reason}”不是{rule.zh}可以暂停计时的法定事由。可用事由：{allowed_zh}。",
        f"“{reason}” is no lawful ground to pause “{rule.en}”. Grounds: {allowed_en}.",
    )


def _extension_faults(
    rule: DeadlineRule, granted: int, amount: int, approver: str
) -> list[Problem]:
    most = rule.extension_maximum
    if most is None:
        return [
            _problem("no-extension", f"{rule.zh}依法不能延期。", f"“{rule.en}” cannot be extended.")
        ]
    problems = []
    if amount < 1:
        problems.append(_problem("extension-amount", "延长期限至少为 1。", "Extend by at least 1."))
    if granted + amount > most:
        problems.append(
            _problem(
                "extension-maximum",
                f"{rule.zh}最多延长 {most} {rule.unit.zh}，已延长 {granted}，"
                f"还可延长 {max(0, most - granted)}。",
                f"“{rule.en}” may be extended by {most} {rule.unit.en(most)} at most; "
                f"{granted} granted, {max(0, most - granted)} left.",
            )
        )
    if rule.extension_approver and approver != rule.extension_approver:
        problems.append(
            _problem(
                "extension-approver",
                f"{rule.zh}的延期须由“{rule.extension_approver}”批准。",
                f"An extension of “{rule.en}” is for “{rule.extension_approver}” to grant.",
            )
        )
    return problems


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(code=f"deadline.{code}", zh=zh, en=en)


def _refused(code: str, zh: str, en: str) -> Invalid:
    return Invalid([_problem(code, zh, en)])
