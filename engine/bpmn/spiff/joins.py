"""What becomes of gathered tokens once nothing moves any more: let go, or told that they wait in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.spiff.gateways import Joining
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.token import Role, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.instance import Instance

_NEVER = Stuck(
    "join-never-fires",
    "网关等待的分支永远不会到达，流程无法继续。请修改模型，或取消该事项。",
    "The gateway waits for a branch that can never come. Mend the model, or cancel the instance.",
)


def settle(instance: Instance) -> bool:
    """Let every gateway fire that need wait no longer, all by the same look; whether one did.

    Only when nothing moves can be told who may still come to an inclusive gateway.
    """
    there: dict[str, int] = {}
    ready = []
    for token in instance.joins.values():
        node = token.task_spec
        if isinstance(node, Joining) and node.settles and token.parent is not None:
            container = token.parent
            reach = container.task_spec.inner.reach
            present = there.get(container.key)
            if present is None:
                present = there[container.key] = reach.bits(
                    child.task_spec for child in container.inside if _counts(child)
                )
            if node.may_fire(token, reach, present):
                ready.append((node, token))
    for node, token in ready:
        node.fire(token)
    return bool(ready)


def _counts(child: Token) -> bool:
    # A complex gateway that waits to reset is no token, and neither is a listener.
    return child.role not in _BESIDE and child.memo.get("in") != {}


def see_dead_ends(instance: Instance) -> None:
    """When a scope holds nothing but gathered tokens, what they wait for never comes."""
    gathered: dict[str, list[Token]] = {}
    for token in instance.joins.values():
        if token.parent is not None:
            gathered.setdefault(token.parent.key, []).append(token)
    for tokens in gathered.values():
        container = tokens[0].parent
        assert container is not None
        if any(map(_may_go_on, container.inside)):
            continue
        for token in tokens:
            if not token.incident:
                instance.stick(token, _NEVER)


def _may_go_on(child: Token) -> bool:
    return not (child.role in _BESIDE or "in" in child.memo or child.task_spec.is_handler)


_BESIDE = (Role.LISTENER, Role.UNDO)
