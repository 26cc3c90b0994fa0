"""What has to be given for a decision to be made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from engine import feel
from engine.dmn import model
from engine.dmn.compiled import CompiledInput, CompiledModel
from engine.dmn.graph import Located
from engine.dmn.names import bound_names, expressions


@dataclass(frozen=True, kw_only=True)
class RequiredInput:
    """A value a decision needs.

    ``type`` is the name of its type, '' for any. ``declared`` is False for a name that the
    decision's FEEL merely uses, as in tables drawn without input data.
    """

    name: str
    type: str = ""
    declared: bool = True


class Needs:
    """The inputs of the nodes of one model, by name; remembers what it has worked out."""

    def __init__(self, compiled: CompiledModel) -> None:
        self._uses: dict[str, dict[str, None]] = {}
        for use in compiled.uses:
            names = self._uses.setdefault(use.owner, {})
            names.update(dict.fromkeys(sorted(use.expression.names)))
        self._known: dict[tuple[tuple[str, ...], str], dict[str, RequiredInput]] = {}

    def of(self, located: Located) -> dict[str, RequiredInput]:
        """What ``located`` and all it requires need, prerequisites' needs first."""
        pending = [(located, False)]
        under_way = set()
        while pending:
            each, ready = pending.pop()
            if ready:
                self._known[each.key] = self._merge(each)
            elif each.key not in self._known and each.key not in under_way:
                under_way.add(each.key)
                pending.append((each, True))
                if len(under_way) < _MOST_NODES:
                    pending.extend((needed, False) for needed in reversed(required_by(each)))
        return self._known[located.key]

    def _merge(self, located: Located) -> dict[str, RequiredInput]:
        if isinstance(located.node, CompiledInput):
            variable = located.node.node.variable
            name = ".".join(filter(None, (*located.path, variable.name)))
            return {name: RequiredInput(name=name, type=variable.type_ref)}
        found: dict[str, RequiredInput] = {}
        required = required_by(located)
        for needed in required:
            found.update(self._known.get(needed.key, {}))
        if not located.path:
            for name in self._undeclared(located, required):
                found.setdefault(name, RequiredInput(name=name, declared=False))
        return found

    def _undeclared(self, located: Located, required: list[Located]) -> list[str]:
        node = located.node.node
        known = known_names(node, required)
        return [name for name in self._uses.get(node.id, ()) if name not in known]


def known_names(node: model.Node, required: Iterable[Located]) -> frozenset[str]:
    """The names that have a meaning somewhere in a node's logic without being given to it."""
    known = {each.path[0] if each.path else each.node.node.variable.name for each in required}
    known.add(node.variable.name)
    known.update(feel.BUILTINS)
    for expression in expressions(node):
        known.update(bound_names(expression))
    return frozenset(known)


def required_by(located: Located) -> list[Located]:
    """What a node requires directly."""
    found = (located.resolve(reference) for reference in located.requirements)
    return [each for each in found if each is not None]


_MOST_NODES: Final = 100_000
"""One model imported along many ways counts once a way, and the ways can multiply."""
