"""Activities that repeat: several instances over a collection or a number, and loops.

The frame (``Role.BODY``) remembers how far it is; each instance has its element and its
``loopCounter`` (from 1) as local variables.
"""

from __future__ import annotations

import re
from typing import Any

from engine.bpmn.spiff import catching, variables
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.plan import Loop, Throws
from engine.bpmn.spiff.token import Phase, Role, Token

MOST_INSTANCES = 10_000
_VARIABLE = re.compile(r"[^\W\d]\w*")


def begin(token: Token, loop: Loop) -> bool:
    """Open the frame; True when there is nothing to repeat."""
    if loop.standard:
        if loop.test_before and not _again(token, loop, 0):
            return _nothing(token)
        token.role = Role.BODY
        _next(token, loop, 1, None)
        return False
    items = _items(token, loop)
    if loop.output_collection:
        token.memo["out"] = [None] * len(items)
    if not items:
        return _nothing(token)
    token.role = Role.BODY
    token.memo["n"] = len(items)
    if loop.sequential:
        token.memo["rest"] = items[1:]
        _next(token, loop, 1, items[0])
    else:
        for number, item in enumerate(items, 1):
            _next(token, loop, number, item)
    return False


def _nothing(token: Token) -> bool:
    token.workflow.entered(token)
    return True


def _items(token: Token, loop: Loop) -> list[Any]:
    instance = token.workflow
    if loop.collection is not None:
        items = variables.evaluate(instance, token, loop.collection)
        if not isinstance(items, list):
            raise Stuck(
                "collection-not-list",
                f"多实例的集合“{loop.collection}”不是列表。请更正变量或模型，再重试。",
                f'The collection "{loop.collection}" is no list. '
                "Mend the variables or the model, then retry.",
            )
    else:
        number = variables.evaluate(instance, token, loop.cardinality or "0")
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise Stuck(
                "cardinality-invalid",
                f"多实例的次数“{loop.cardinality}”不是非负整数。请更正变量或模型，再重试。",
                f'The number of instances "{loop.cardinality}" is no whole number from 0. '
                "Mend the variables or the model, then retry.",
            )
        items = [None] * min(number, MOST_INSTANCES + 1)
    if len(items) > MOST_INSTANCES:
        raise Stuck(
            "too-many-instances",
            f"多实例的数量超过上限 {MOST_INSTANCES}。请缩小集合，再重试。",
            f"More than {MOST_INSTANCES} instances. Make the collection smaller, then retry.",
        )
    return items


def _next(body: Token, loop: Loop, number: int, item: object) -> None:
    inner = body.workflow.create(body.task_spec, body, Role.INNER)
    inner.memo["loop"] = number
    inner.locals["loopCounter"] = number
    if loop.element:
        inner.locals[loop.element] = item
    if loop.output_element:
        # Its own, so that instances side by side do not write over each other.
        name = _VARIABLE.match(loop.output_element)
        if name is not None and name[0] not in inner.locals and _is_path(loop.output_element):
            inner.locals[name[0]] = None
    inner.task_spec._update(inner)


def _is_path(expression: str) -> bool:
    return all(_VARIABLE.fullmatch(part.strip()) for part in expression.split("."))


def collect(inner: Token, loop: Loop) -> None:
    """An instance ends: keep its output, and see whether it was the last that is wanted."""
    body = inner.parent
    assert body is not None
    instance = inner.workflow
    number: int = inner.memo["loop"]
    if loop.output_element and "out" in body.memo:
        value = variables.evaluate(instance, inner, loop.output_element)
        body.memo["out"][number - 1] = value
    if loop.standard:
        if not _again(inner, loop, number):
            body.memo["stop"] = True
        return
    if loop.completion is None and not loop.throws:
        return
    counts = _counts(body)
    if loop.completion is not None and variables.holds(instance, inner, loop.completion, counts):
        body.memo["stop"] = True
    for each in loop.throws:
        if body.alive and _wanted(inner, each, counts):
            instance.left(inner, completed=True)
            catching.throw_at_boundary(body, each.trigger)


def _counts(body: Token) -> dict[str, object]:
    active = sum(child.role is Role.INNER for child in body.inside) - 1
    return {
        "numberOfInstances": body.memo["n"],
        "numberOfActiveInstances": active,
        "numberOfCompletedInstances": body.memo.get("done", 0) + 1,
        "numberOfTerminatedInstances": 0,
    }


def _wanted(inner: Token, throws: Throws, counts: dict[str, object]) -> bool:
    if throws.when:
        return throws.when == "each" or counts["numberOfCompletedInstances"] == 1
    return variables.holds(inner.workflow, inner, throws.condition, counts)


def _again(token: Token, loop: Loop, done: int) -> bool:
    if loop.maximum is not None and done >= loop.maximum:
        return False
    if loop.condition is None:
        return True
    return variables.holds(token.workflow, token, loop.condition, {"loopCounter": max(done, 1)})


def instance_done(body: Token, inner: Token, loop: Loop) -> None:
    """An instance has left: start the next one, or end the frame."""
    number = inner.memo["loop"]
    body.memo["done"] = body.memo.get("done", 0) + 1
    if not body.memo.get("stop"):
        if loop.standard:
            _next(body, loop, number + 1, None)
            return
        rest = body.memo.get("rest")
        if rest:
            _next(body, loop, number + 1, rest.pop(0))
            return
    if body.memo.get("stop") or not body.holds_tokens:
        for child in body.inside:
            if child.role is Role.INNER:
                child.cancel()
        body.proceed(Phase.LEAVE)


def end(token: Token, loop: Loop) -> None:
    """The frame ends: its output collection goes to the scope around it."""
    if loop.output_collection and "out" in token.memo:
        variables.assign(token.workflow, token.parent, (loop.output_collection,), token.memo["out"])
