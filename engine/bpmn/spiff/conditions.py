"""Conditional events: looked at whenever something they name has changed.

A conditional event happens when its condition *becomes* true: at the first look, or when it was
false at the look before. One that is armed again has to be seen false first (BPMN 2.0.2, 10.5.5).
Looks are taken between two steps, so that a value which is there for one step only is seen too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.spiff import variables
from engine.bpmn.spiff.incident import Stuck
from engine.errors import YifaError

if TYPE_CHECKING:
    from engine.bpmn.spiff.instance import Instance
    from engine.bpmn.spiff.plan import Trigger
    from engine.bpmn.spiff.token import Token

WAITS = "condition"


def watch(token: Token) -> None:
    """Wait for the token's condition; it is looked at as soon as the present step is over."""
    token.waits = WAITS
    token.workflow.watched[token.key] = token
    token.workflow.unseen = True


def look(instance: Instance, *, everything: bool = False) -> int:
    """Let happen what has become true; how many conditions were evaluated.

    With ``everything`` all conditions are looked at, because time may have passed or variables may
    have been changed outside; otherwise new ones, and those that name what was changed.
    """
    changed, instance.touched, instance.unseen = instance.touched, set(), False
    count = 0
    for key, token in list(instance.watched.items()):
        if not token.alive or token.waits != WAITS:
            del instance.watched[key]
            continue
        condition = _condition(token)
        if everything or "was" not in token.memo or _names(condition, changed):
            count += 1
            _see(instance, token, condition)
    return count


def _condition(token: Token) -> str:
    trigger: Trigger = token.task_spec.trigger_of(token)
    return trigger.condition


def _names(condition: str, changed: set[str]) -> bool:
    # A name with blanks may be written with others; its first word is always there.
    return any(name.split()[0] in condition if name.strip() else True for name in changed)


def _see(instance: Instance, token: Token, condition: str) -> None:
    try:
        true = variables.holds(instance, token, condition)
    except Stuck as stuck:
        why = stuck
    except YifaError as error:
        why = Stuck.by(error)
    else:
        before = token.memo.get("was", False)
        token.memo["was"] = true
        if true and not before:
            instance.close(token, completed=True)
            token.task_spec.happen(token, {})
        return
    token.waits = ""
    instance.stick(token, why)
