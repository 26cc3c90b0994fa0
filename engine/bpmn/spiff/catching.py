"""Errors, escalations and termination: who catches what is thrown inside an instance.

An error or escalation goes outwards from where it was thrown; the innermost scope that catches it
ends its way. In one scope an event sub-process comes before a boundary event, and a catcher of
just this code before one of any code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from engine.bpmn.spiff import variables
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.plan import Trigger
from engine.bpmn.spiff.token import Phase, Role, Token
from engine.bpmn.spiff.waiting import throw_message, throw_signal
from engine.model import facts

if TYPE_CHECKING:
    from engine.bpmn.spiff.events import BoundaryEvent, StartEvent

Catch = Callable[[], None]
E = TypeVar("E", "StartEvent", "BoundaryEvent")


def throw_error_event(token: Token, trigger: Trigger) -> bool:
    """An error end event: its token ends here, and the error goes outwards."""
    code = variables.word(token.workflow, token, trigger.name) or ""
    catch = _find(token, token.parent, "error", code, "")
    if catch is not None:
        _finish(token)
        catch()
    elif token.workflow.called:
        _finish(token)
        fail_instance(token, code)
    else:
        raise uncaught(code)
    return False


def throw_escalation_event(token: Token, trigger: Trigger) -> bool:
    """An escalation: the thrower goes on, unless who catches it interrupts."""
    code = variables.word(token.workflow, token, trigger.name) or ""
    catch = _find(token, token.parent, "escalation", code, "")
    if catch is None:
        token.workflow.escalation = code
        return True
    instance = token.workflow
    instance.left(token, completed=True)
    catch()
    return token.alive


def raise_error(token: Token, code: str, message: str) -> bool:
    """An error at an activity (its operation or child failed so); False when nobody catches it."""
    catch = _find(None, token, "error", code, message)
    if catch is not None:
        catch()
    return catch is not None


def raise_escalation(token: Token, code: str) -> bool:
    """An escalation at an activity; False when nobody catches it."""
    catch = _find(None, token, "escalation", code, "")
    if catch is not None:
        catch()
    return catch is not None


def throw_at_boundary(body: Token, trigger: Trigger) -> None:
    """An instance of a repeated activity throws: its boundary may catch it, else it goes outwards."""
    instance = body.workflow
    name = variables.word(instance, body, trigger.name) or ""
    if trigger.kind == "error":
        if not raise_error(body, name, ""):
            raise uncaught(name)
    elif trigger.kind == "escalation":
        if not raise_escalation(body, name):
            instance.escalation = name
    else:
        _announce(body, trigger, name)


def _announce(body: Token, trigger: Trigger, name: str) -> None:
    """A message or signal: for the activity's own boundary, or for whoever waits outside."""
    for event in body.inside:
        for listener in (event, *event.inside):
            node = listener.task_spec
            if listener.waits == trigger.kind and node.trigger_of(listener).name.text == name:
                body.workflow.close(listener, completed=True)
                node.happen(listener, {})
                return
    if trigger.kind == "message":
        throw_message(body, trigger)
    else:
        throw_signal(body, trigger)


def fail_instance(token: Token, code: str) -> None:
    """A called process ends by an error that only its caller can catch."""
    instance = token.workflow
    instance.root.cancel()
    instance.ended = True
    instance.tell(
        facts.InstanceEnded(
            key="",
            element_id=instance.process.bpmn_id,
            how="error",
            error_code=code,
            variables=dict(instance.variables),
        )
    )


def terminate(token: Token) -> None:
    """End the scope of the token at once, with all that is in it."""
    scope = token.parent
    assert scope is not None
    _finish(token)
    for child in scope.inside:
        # What hangs on the scope's boundary is not in it, and ends when it is left.
        if child.role is not Role.LISTENER or child.task_spec not in scope.task_spec.boundary:
            child.cancel()
    scope.memo["terminated"] = True
    scope.proceed(Phase.LEAVE)


def uncaught(code: str) -> Stuck:
    """Nobody catches an error."""
    return Stuck(
        "error-uncaught",
        f"错误“{code}”没有任何边界事件或事件子流程捕获。请修改模型，或取消该事项。",
        f'Nothing catches the error "{code}". Mend the model, or cancel the instance.',
    )


def _finish(token: Token) -> None:
    token.workflow.left(token, completed=True)
    token.discard()


def _find(
    thrower: Token | None, start: Token | None, kind: str, code: str, message: str
) -> Catch | None:
    came, holder = thrower, start
    while holder is not None:
        found = _catch_in(holder, came, kind, code, message)
        if found is not None:
            return found
        came, holder = holder, holder.parent
    return None


def _catch_in(
    holder: Token, came: Token | None, kind: str, code: str, message: str
) -> Catch | None:
    if holder.role is Role.UNDO:
        return None  # it was left long ago
    node = holder.task_spec
    values = {"errorCode": code, "errorMessage": message} if kind == "error" else {}
    if came is not None and holder.role is not Role.BODY and not _in_handler(came):
        start: StartEvent | None = _best(node.handlers, kind, code)
        if start is not None and start.sets_off is not None:
            handler, event = start.sets_off, start
            return lambda: handler.set_off(holder, event, None, values)
    if holder.role is not Role.INNER:
        boundary: BoundaryEvent | None = _best(node.boundary, kind, code)
        if boundary is not None:
            event_ = boundary
            return lambda: event_.go_off(holder, None, values)
    return None


def _in_handler(token: Token) -> bool:
    # What an event sub-process throws is not for its neighbours in the same scope.
    return token.task_spec.is_handler


def _best(events: tuple[E, ...], kind: str, code: str) -> E | None:
    any_code = None
    for event in events:
        for trigger in event.triggers:
            if trigger.kind == kind:
                if trigger.name.text == code:
                    return event
                if not trigger.name.text and any_code is None:
                    any_code = event
    return any_code
