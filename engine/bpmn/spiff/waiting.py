"""Waiting for timers, messages and signals, and throwing them."""

from __future__ import annotations

from engine import feel
from engine.bpmn.spiff import variables
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.plan import Text, Timer, Trigger
from engine.bpmn.spiff.timers import Alarm, alarm
from engine.bpmn.spiff.token import Token
from engine.clock import from_millis, millis
from engine.model import facts


def subscribe(token: Token, trigger: Trigger) -> None:
    """Wait for a message or signal."""
    assert trigger.kind in ("message", "signal")
    key = variables.word(token.workflow, token, trigger.correlation)
    if key is None and trigger.correlation is not None:
        raise Stuck(
            "correlation-missing",
            f"消息的关联键“{trigger.correlation.text}”没有值，不能等待。请更正变量，再重试。",
            f'The correlation key "{trigger.correlation.text}" has no value. '
            "Mend the variables, then retry.",
        )
    token.waits = trigger.kind
    token.workflow.tell(
        facts.SubscriptionOpened(
            key=token.key,
            element_id=token.task_spec.bpmn_id,
            kind="message" if trigger.kind == "message" else "signal",
            name=_name(token, trigger),
            correlation_key=key,
        )
    )


def set_timer(token: Token, timer: Timer) -> None:
    """Wait for a moment that is computed now."""
    token.waits = "timer"
    _set(token, alarm(timer.kind, _value(token, timer.text), token.workflow.now))


def set_again(token: Token, fired: Token) -> bool:
    """Wait for the next moment of a cycle; False when there is none."""
    before = Alarm(
        from_millis(fired.memo["due"]), fired.memo.get("every", ""), fired.memo.get("left", 0)
    )
    following = before.next(token.workflow.now)
    if following is None:
        return False
    token.waits = "timer"
    _set(token, following)
    return True


def _set(token: Token, at: Alarm) -> None:
    token.memo["due"] = millis(at.due)
    if at.every:
        token.memo["every"], token.memo["left"] = at.every, at.left
    token.workflow.tell(
        facts.TimerSet(
            key=token.key, element_id=token.task_spec.bpmn_id, due=at.due, repeat=at.left
        )
    )


def _value(token: Token, text: Text) -> object:
    if text.feel:
        return feel.to_python(variables.raw(token.workflow, token, text.text))
    return text.text


def throw_message(token: Token, trigger: Trigger) -> None:
    """Send a message; it carries what the input mappings say, nothing else."""
    key = None
    if trigger.correlation is not None:
        key = variables.word(token.workflow, token, trigger.correlation)
    token.workflow.tell(
        facts.MessageThrown(
            key=token.key,
            element_id=token.task_spec.bpmn_id,
            name=_name(token, trigger),
            correlation_key=key,
            variables=dict(token.locals),
        )
    )


def throw_signal(token: Token, trigger: Trigger) -> None:
    """Send a signal; it carries what the input mappings say, nothing else."""
    token.workflow.tell(
        facts.SignalThrown(
            key=token.key,
            element_id=token.task_spec.bpmn_id,
            name=_name(token, trigger),
            variables=dict(token.locals),
        )
    )


def _name(token: Token, trigger: Trigger) -> str:
    name = variables.word(token.workflow, token, trigger.name)
    if name is None:
        raise Stuck(
            "event-unnamed",
            "消息或信号没有名称。请在模型或变量中改正，再重试。",
            "The message or signal has no name. Mend the model or the variables, then retry.",
        )
    return name
