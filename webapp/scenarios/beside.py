"""What scenarios do beside the steps: send back, take back, hand on, ask, copy, urge, follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.commands import (
    AddSigners,
    Command,
    DelegateTask,
    LiftOversight,
    OverseeCase,
    ReassignTask,
    ReportOversight,
    ReturnTask,
    SendCopy,
    UrgeCase,
    WithdrawTask,
)
from webapp.scenarios.scenario import require

Step = Mapping[str, Any]
Make = Callable[[Step, Mapping[str, str], Sequence[str]], Command]
"""From the step, the actor with the task or case it is done to, and the people it names."""


def _reason(step: Step) -> str:
    return str(step.get("reason", ""))


def _on(given: Mapping[str, str], key: str) -> dict[str, Any]:
    return {"actor": given["actor"], key: given[key]}


_MADE: Mapping[str, Make] = {
    "return": lambda step, on, _people: ReturnTask(
        **_on(on, "task_id"), to_element=str(step.get("to", "")), reason=_reason(step)
    ),
    "withdraw": lambda step, on, _people: WithdrawTask(**_on(on, "task_id"), reason=_reason(step)),
    "reassign": lambda step, on, people: ReassignTask(
        **_on(on, "task_id"), to=people[0], reason=_reason(step)
    ),
    "delegate": lambda step, on, people: DelegateTask(
        **_on(on, "task_id"), to=people[0], reason=_reason(step)
    ),
    "ask": lambda step, on, people: AddSigners(
        **_on(on, "task_id"),
        people=tuple(people),
        question=_reason(step),
        when=str(step.get("when", "before")),
    ),
    "cc": lambda step, on, people: SendCopy(
        **_on(on, "case_id"), people=tuple(people), note=_reason(step)
    ),
    "urge": lambda step, on, _people: UrgeCase(**_on(on, "case_id"), note=_reason(step)),
    "oversee": lambda step, on, _people: OverseeCase(
        **_on(on, "case_id"), demand=_reason(step), due=str(step["due"])
    ),
    "report": lambda step, on, _people: ReportOversight(**_on(on, "case_id"), text=_reason(step)),
    "lift": lambda step, on, _people: LiftOversight(**_on(on, "case_id"), reason=_reason(step)),
}


def knows(action: str) -> bool:
    """Whether it is one of these."""
    return action in _MADE


def named(step: Step) -> list[str]:
    """The people a step names under ``to``; a return names an element there."""
    if step["do"] == "return":
        return []
    found = step.get("to", [])
    return [str(each) for each in (found if isinstance(found, list) else [found])]


def command(step: Step, actor: str, case_id: str, task_id: str, people: Sequence[str]) -> Command:
    """The command of a step. Raises ScenarioFailed where it does not say enough."""
    action = str(step["do"])
    alone = action in ("reassign", "delegate", "ask", "cc")
    require(people or not alone, f"“{action}”没有写给谁（to）", f"“{action}” does not say to whom")
    require(
        action != "oversee" or "due" in step, "督办没有写期限（due）", "overseeing names no day"
    )
    given = {"actor": actor, "case_id": case_id, "task_id": task_id}
    return _MADE[action](step, given, people)
