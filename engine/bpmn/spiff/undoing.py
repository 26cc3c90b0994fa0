"""Compensation: what a completed activity leaves to be undone, and undoing it (BPMN 2.0.2, 10.7, 13.5.5).

Every scope keeps a log, in its token's memo, of the completed activities inside that can be undone.
An entry holds the activity's name (``n``), when it was completed (``o``), of a sub-process the
variables it ended with (``l``) and its own log (``u``), of a repeated one an entry for each
instance (``i``). Of a scope that was rolled back while it was active only its own log counts
(``unfinished``). Who throws compensation takes entries out again, last first and one at a time,
and holds the handler that runs as a token inside itself, until nothing is left to be undone.

Whatever completes while compensation goes on is not undone by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.token import Phase, Role, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.plan import Trigger

Entry = dict[str, Any]


def record(token: Token) -> None:
    """An activity that can be undone is completed: write it into the log of what holds it."""
    node, container = token.task_spec, token.parent
    if container is None or token.role is Role.UNDO:
        return
    if token.role is Role.INNER:
        if node.undone_by is None and node.is_scope:
            container.memo.setdefault("undo", []).append(_scope_entry(token))
        return
    entry: Entry = {"n": node.name, "o": token.workflow.counter}
    if token.role is Role.BODY:
        instances = token.memo.get("undo")
        if instances:
            entry["i"] = instances
    elif node.loop is not None:
        return  # it was repeated no times
    elif node.is_scope:
        entry.update(_scope_entry(token))
    if node.undone_by is not None or node.undo_start is not None or "u" in entry or "i" in entry:
        container.memo.setdefault("undo", []).append(entry)


def _scope_entry(token: Token) -> Entry:
    entry: Entry = {}
    if token.locals:
        entry["l"] = dict(token.locals)
    if token.memo.get("undo"):
        entry["u"] = token.memo["undo"]
    return entry


def throw(token: Token, trigger: Trigger) -> bool:
    """Throw compensation; True when the thrower may go on."""
    holder = token
    if not trigger.wait:
        container = token.parent
        assert container is not None
        holder = token.workflow.create(token.task_spec, container, Role.UNDO)
        holder.be(TaskState.STARTED)
    holder.memo["undoing"] = [trigger.activity, token.workflow.counter]
    if _next(holder):
        return not trigger.wait
    del holder.memo["undoing"]
    if holder is not token:
        holder.discard()
    return True


def cancel(token: Token) -> bool:
    """Cancel the transaction around: all in it ends, what was completed is undone, then it is left.

    What was completed in sub-processes that are still active counts, for all of it is rolled back.
    """
    transaction = token.parent
    while transaction is not None and not transaction.task_spec.is_transaction:
        transaction = transaction.parent
    if transaction is None:
        raise Stuck(
            "no-transaction",
            "取消结束事件不在事务子流程之内。请修改模型，或取消该事项。",
            "The cancel end event stands in no transaction. Mend the model, or cancel the instance.",
        )
    _gather(transaction)
    token.move(transaction)
    for child in transaction.inside:
        if child is not token:
            child.cancel()
    token.memo["cancels"] = True
    token.memo["undoing"] = ["", token.workflow.counter]
    if not _next(token):
        _leave_cancelled(token)
    return False


def _gather(scope: Token) -> None:
    """Write into a scope's log what the scopes still active in it have completed."""
    log: list[Entry] = scope.memo.setdefault("undo", [])
    for child in scope.inside:
        if not child.task_spec.is_scope or child.role is Role.LISTENER:
            continue
        _gather(child)
        if not child.memo["undo"]:
            continue
        name, now = child.task_spec.name, child.workflow.counter
        if child.role is Role.INNER:
            log.append({**_scope_entry(child), "unfinished": True})
        elif child.role is Role.BODY:
            log.append({"n": name, "o": now, "i": child.memo["undo"]})
        else:
            log.append({**_scope_entry(child), "n": name, "o": now, "unfinished": True})


def _leave_cancelled(token: Token) -> None:
    transaction = token.parent
    assert transaction is not None
    instance, container = token.workflow, transaction.parent
    assert container is not None
    instance.left(token, completed=True)
    for event in transaction.task_spec.boundary:
        if any(trigger.kind == "cancel" for trigger in event.triggers):
            event.go_off(transaction, None, {})
            return
    transaction.cancel()
    container.task_spec.emptied(container, transaction)


def undo_all(holder: Token) -> bool:
    """Undo all that is in the log of the scope around ``holder``; True when there is nothing."""
    holder.memo["undoing"] = ["", holder.workflow.counter]
    if _next(holder):
        return False
    del holder.memo["undoing"]
    return True


def undone(holder: Token) -> None:
    """A handler inside ``holder`` is done: the next one, or go on."""
    if "undoing" in holder.memo and _next(holder):
        return
    holder.memo.pop("undoing", None)
    if "cancels" in holder.memo:
        _leave_cancelled(holder)
        return
    if holder.role is not Role.UNDO:
        # One of several things it throws: the rest is thrown now.
        holder.proceed(Phase.ENTER if "thrown" in holder.memo else Phase.LEAVE)
        return
    container = holder.parent
    holder.discard()
    if container is not None:
        container.task_spec.emptied(container, holder)


def _next(holder: Token) -> bool:
    activity, last = holder.memo["undoing"]
    while True:
        for scope in _scopes(holder):
            found = _take(scope.memo.get("undo", ()), activity, last)
            if found is not None:
                break
        else:
            return False
        if _begin(holder, scope, found):
            return True


def _scopes(holder: Token) -> Iterator[Token]:
    """Whose log is meant: the scope itself when it undoes all inside, else the one around.

    What an event sub-process throws is meant for its own scope and for the one it belongs to.
    """
    if holder.role is Role.UNDO and holder.task_spec.is_scope:
        yield holder
        return
    scope = holder.parent
    while scope is not None:
        yield scope
        scope = scope.parent if scope.task_spec.is_handler else None


def _take(log: list[Entry], activity: str, last: int) -> Entry | None:
    """The last entry of an activity (of any, if '') that is not younger, taken out of the log."""
    for number in range(len(log) - 1, -1, -1):
        entry = log[number]
        if entry["o"] > last or (activity and entry["n"] != activity):
            continue
        if not entry.get("i"):
            return log.pop(number)
        instance = entry["i"].pop()
        if not entry["i"]:
            del log[number]
        return {**instance, "n": entry["n"]}
    return None


def _begin(holder: Token, scope: Token, entry: Entry) -> bool:
    """Begin to undo one entry; False when there is nothing to do for it."""
    instance = holder.workflow
    node = scope.task_spec.inner.task_specs[entry["n"]]
    finished = "unfinished" not in entry
    if node.undone_by is not None and finished:
        instance.spawn(node.undone_by, holder)
        return True
    again = instance.create(node, holder, Role.UNDO)
    again.phase = Phase.ENTER
    again.be(TaskState.STARTED)
    again.locals = dict(entry.get("l", {}))
    again.memo["undo"] = entry.get("u", [])
    if node.undo_start is not None and finished:
        node.undo_start.sets_off.set_off(again, node.undo_start, None, {})
        return True
    if undo_all(again):
        again.discard()
        return False
    return True
