"""What has to be given for a decision to be made."""

from __future__ import annotations

from dataclasses import dataclass

from engine import feel
from engine.dmn import model
from engine.dmn.compile import CompiledInput, CompiledModel
from engine.dmn.graph import Located
from engine.dmn.lint import bound_names


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
        self.compiled = compiled
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
                pending.extend((needed, False) for needed in reversed(_required(each)))
        return self._known[located.key]

    def _merge(self, located: Located) -> dict[str, RequiredInput]:
        if isinstance(located.node, CompiledInput):
            variable = located.node.node.variable
            name = ".".join(filter(None, (*located.path, variable.name)))
            return {name: RequiredInput(name=name, type=variable.type_ref)}
        found: dict[str, RequiredInput] = {}
        required = _required(located)
        for needed in required:
            found.update(self._known.get(needed.key, {}))
        if not located.path:
            for name in self._undeclared(located, required):
                found.setdefault(name, RequiredInput(name=name, declared=False))
        return found

    def _undeclared(self, located: Located, required: list[Located]) -> list[str]:
        node = located.node.node
        free = self.compiled.free.get(node.id, ())
        known = {each.path[0] if each.path else each.node.node.variable.name for each in required}
        known.add(node.variable.name)
        unknown = [name for name in free if name not in known and name not in feel.BUILTINS]
        if not unknown or not isinstance(node, (model.Decision, model.KnowledgeModel)):
            return []
        bound = bound_names(node.expression if isinstance(node, model.Decision) else node.function)
        return [name for name in unknown if name not in bound]


def _required(located: Located) -> list[Located]:
    found = (located.resolve(reference) for reference in located.requirements)
    return [each for each in found if each is not None]
