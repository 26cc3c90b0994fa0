"""An instance's state as bytes: what is alive, without the specification.

The document is JSON, deflated above a size where that pays. ``v`` is the version of its format;
:func:`upgrade` brings an older one to the present, so a case outlives the program that saved it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.bpmn.spiff import conditions
from engine.bpmn.spiff.instance import Instance
from engine.bpmn.spiff.node import Node
from engine.bpmn.spiff.token import Phase, Role, Token
from engine.errors import Invalid, Problem

VERSION = 1
DEFLATED_ABOVE = 2048
"""Bytes; below, deflating costs more than the disk it saves."""

Document = dict[str, Any]
UPGRADES: Mapping[int, Callable[[Document], Document]] = {}
"""For each earlier version: what makes a document of the next one of it."""


def upgrade(document: Document) -> Document:
    """The same document in the present format."""
    while document["v"] != VERSION:
        step = UPGRADES.get(document["v"])
        if step is None:
            raise _unreadable(f"v{document['v']}")
        document = step(document)
    return document


def save(instance: Instance) -> bytes:
    """The state of an instance in which nothing moves, or that was halted."""
    document: Document = {
        "v": VERSION,
        "p": instance.process.name,
        "n": instance.counter,
        "t": [] if instance.ended else [_dump(each) for each in instance.tasks.values()],
    }
    ready = [each.key for each in instance.queue if each.alive and each.queued]
    if ready:
        document["q"] = ready
    if instance.called:
        document["c"] = 1
    if instance.escalation:
        document["e"] = instance.escalation
    raw = _ENCODER.encode(document).encode()
    return zlib.compress(raw, 6) if len(raw) > DEFLATED_ABOVE else raw


def load(state: bytes) -> Document:
    """The document of a state, in the present format; Invalid when it is none."""
    try:
        raw = state if state[:1] == b"{" else zlib.decompress(state)
        decoder = _MARKED if _ESCAPED in raw else _PLAIN
        return upgrade(decoder.decode(raw.decode()))
    except (ValueError, KeyError, TypeError, zlib.error) as exc:
        raise _unreadable(type(exc).__name__) from exc


def restore(instance: Instance, document: Document, nodes: Mapping[str, Node]) -> None:
    """Put the tokens of a document into an instance that has none."""
    try:
        instance.counter = document["n"]
        instance.called = bool(document.get("c"))
        instance.escalation = document.get("e", "")
        instance.ended = not document["t"]
        for saved in document["t"]:
            _load(instance, saved, nodes)
        for key in document.get("q", ()):
            instance.tasks[key].queued = True
            instance.queue.append(instance.tasks[key])
    except (KeyError, ValueError, TypeError) as exc:
        raise _unreadable(str(exc)) from exc


def _dump(token: Token) -> Document:
    saved: Document = {
        "k": token.key,
        "n": token.task_spec.name,
        "s": int(token.state),
        "f": int(token.phase),
    }
    parent = token.parent
    if parent is not None and parent is not token.workflow.root:
        saved["p"] = parent.key
    if token.role:
        saved["r"] = int(token.role)
    if token.waits:
        saved["w"] = token.waits
    if token.shown:
        saved["a"] = 1
    if token.incident:
        saved["i"] = token.incident
    if token.locals:
        saved["l"] = token.locals
    if token.memo:
        saved["m"] = token.memo
    return saved


def _load(instance: Instance, saved: Document, nodes: Mapping[str, Node]) -> None:
    key = saved["k"]
    parent: Token | None = None
    if instance.tasks:
        parent = instance.tasks[saved["p"]] if "p" in saved else instance.root
        node = nodes[saved["n"]]
    else:
        node = instance.process
    token = Token(instance, node, parent, key, _ROLES[saved.get("r", 0)])
    if parent is None:
        instance.task_tree = token
    token.be(saved["s"])
    token.phase = _PHASES[saved["f"]]
    token.waits = saved.get("w", "")
    token.shown = "a" in saved
    token.incident = saved.get("i", "")
    token.locals = saved.get("l", {})
    token.memo = saved.get("m", {})
    if token.waits == conditions.WAITS:
        instance.watched[key] = token
    if "in" in token.memo and parent is not None:
        instance.joins[(parent.key, node.name)] = token


_MARK = "\u0001d"


def _encode(value: object) -> object:
    if isinstance(value, Decimal):
        return {_MARK: str(value)}
    raise TypeError(type(value).__name__)


def _decode(value: dict[str, Any]) -> object:
    return Decimal(value[_MARK]) if len(value) == 1 and _MARK in value else value


# Made once: making them costs more than they do.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_encode)
_PLAIN = json.JSONDecoder()
_MARKED = json.JSONDecoder(object_hook=_decode)
_ESCAPED = b"\\u0001d"
_ROLES = {int(role): role for role in Role}
_PHASES = {int(phase): phase for phase in Phase}


def _unreadable(what: str) -> Invalid:
    return Invalid(
        [
            Problem(
                code="state-unreadable",
                zh=f"流程状态无法读取（{what}）。请恢复备份，或升级程序。",
                en=f"The instance's state cannot be read ({what}). Restore a backup, or upgrade.",
            )
        ]
    )
