"""Evaluating a requirement graph: only what is needed, each part once (DMN 1.5, chapters 6 and 10.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.dmn import model
from engine.dmn.code import BoxedFunction
from engine.dmn.compiled import (
    CompiledDecision,
    CompiledFunction,
    CompiledInput,
    CompiledModel,
    CompiledNode,
    CompiledService,
)
from engine.dmn.given import Given, Undeclared, as_feel, read_as
from engine.dmn.outcome import Made
from engine.dmn.run import Run, Scope, extended
from engine.feel.budget import Run as FeelRun
from engine.feel.values import Context, FeelFunction


@dataclass(frozen=True, slots=True)
class Located:
    """A node seen from the model being evaluated: by way of which imports, in which model."""

    path: tuple[str, ...]
    """Names of the imports that lead to it; () for the model's own nodes."""
    home: CompiledModel
    node: CompiledNode

    @property
    def key(self) -> tuple[tuple[str, ...], str]:
        """What it is remembered by."""
        return self.path, self.node.node.id

    def resolve(self, reference: model.Reference) -> Located | None:
        """The node a reference of this one means."""
        return locate(self.path, self.home, reference)

    @property
    def requirements(self) -> Sequence[model.Reference]:
        """What it requires, as written."""
        match self.node:
            case CompiledDecision(node=decision):
                return (*decision.information, *decision.knowledge)
            case CompiledFunction(node=knowledge):
                return knowledge.knowledge
            case _:
                return ()


def locate(
    path: tuple[str, ...], home: CompiledModel, reference: model.Reference
) -> Located | None:
    """The node that ``reference``, standing in ``home``, means."""
    if reference.namespace:
        linked = home.imports.get(reference.namespace)
        if linked is None:
            return None
        prefix, home = linked
        path = (*path, prefix)
    node = home.nodes.get(reference.id)
    return None if node is None else Located(path, home, node)


class Frame:
    """Values already known, and how to come by the rest; one for each call of a service."""

    def __init__(self, run: Run, inputs: Mapping[str, object]) -> None:
        self.run = run
        self.inputs = Given(inputs)
        """Given values by name; those for imported input data may stand under its import's name."""
        self._known: dict[tuple[tuple[str, ...], str], object] = {}

    def settle(self, located: Located, value: object) -> None:
        """Take ``value`` for a node's instead of evaluating it."""
        self._known[located.key] = value

    def value(self, located: Located) -> object:
        """The value of a node: given, made, or remembered."""
        for each in self._order(located):
            self._known[each.key] = self._make(each)
        return self._known[located.key]

    def _order(self, wanted: Located) -> Iterator[Located]:
        """What has still to be made, prerequisites first; loops, not calls, however long a chain."""
        pending = [(wanted, False)]
        under_way: set[tuple[tuple[str, ...], str]] = set()
        while pending:
            self.run.meter.tick()
            located, ready = pending.pop()
            if located.key in self._known or (not ready and located.key in under_way):
                continue
            if ready:
                yield located
                continue
            under_way.add(located.key)
            pending.append((located, True))
            if isinstance(located.node, CompiledDecision):
                for reference in reversed(located.requirements):
                    needed = located.resolve(reference)
                    if needed is not None:
                        pending.append((needed, False))

    def _make(self, located: Located) -> object:
        match located.node:
            case CompiledInput():
                return self._input(located, located.node)
            case CompiledDecision() as decision:
                outer, self.run.decision = self.run.decision, decision.node.name
                made = decision.code(self.scope(located), self.run)
                value = decision.place.fit(made, self.run)
                self.run.decision = outer
                self.run.decided(Made(id=decision.node.id, name=decision.node.name, value=value))
                return value
            case CompiledFunction() as knowledge:
                return BoxedFunction(
                    knowledge.node.name,
                    knowledge.params,
                    knowledge.code,
                    lambda: self.scope(located),
                    self.run,
                    knowledge.result,
                )
            case CompiledService() as service:
                return ServiceFunction(located, service, self.run)

    def scope(self, located: Located) -> Scope:
        """The names a node's logic sees: what it requires, imported ones behind their prefix."""
        names: dict[str, object] = {}
        depth = len(located.path)
        for reference in located.requirements:
            needed = located.resolve(reference)
            if needed is not None:
                name = needed.node.node.variable.name
                _place(names, needed.path[depth:], name, self.value(needed))
        if isinstance(located.node, CompiledFunction):
            # A business knowledge model may call itself.
            names.setdefault(located.node.node.variable.name, self.value(located))
        # Tables drawn without a graph use the given values as they are.
        return names if located.path else extended(Undeclared(self.inputs), names)

    def _input(self, located: Located, node: CompiledInput) -> object:
        name, ident = node.node.variable.name, node.node.id
        plain = self.inputs.plain
        inner = plain
        for prefix in located.path:
            found = inner.get(prefix)
            inner = found if isinstance(found, Mapping) else {}
        for source, key in (
            (inner, name),
            (inner, node.node.name),
            (plain, ".".join((*located.path, name))),
            (plain, name),
            (inner, ident),
        ):
            if key in source:
                value = self.inputs[key] if source is plain else as_feel(source[key], name)
                return node.place.fit(read_as(value, node.place.type), self.run)
        self.run.note(
            "dmn-missing-input",
            ident,
            f"没有给出输入“{name}”，按空值处理。",
            f"The input “{name}” was not given and is null.",
        )
        return None


def _place(scope: dict[str, object], path: Sequence[str], name: str, value: object) -> None:
    """Put a value under ``name``, within contexts named after the imports on its way."""
    target: dict[str, object] = scope
    for prefix in filter(None, path):
        inner = target.get(prefix)
        fresh = Context(inner) if isinstance(inner, Context) else Context()
        target[prefix] = fresh
        target = fresh
    target[name] = value


class ServiceFunction(FeelFunction):
    """A decision service as a function: its parameters are input data, then input decisions."""

    __slots__ = ("_located", "_run", "_service")

    def __init__(self, located: Located, service: CompiledService, run: Run) -> None:
        super().__init__(service.node.name, service.params, _never, service.place.type)
        self._located = located
        self._service = service
        self._run = run

    def apply(self, run: FeelRun, args: Sequence[object]) -> object:
        """Evaluate the output decisions with nothing known but the arguments."""
        frame = Frame(self._run, {})
        found = [self._located.resolve(reference) for reference in self._service.inputs]
        for located, value in zip(filter(None, found), args, strict=True):
            frame.settle(located, value)
        return service_value(frame, self._located, self._service)


def service_value(frame: Frame, located: Located, service: CompiledService) -> object:
    """The output decision's value; a context of them where a service has several."""
    made = Context()
    for reference in service.node.outputs:
        output = located.resolve(reference)
        if output is not None:
            made[output.node.node.variable.name] = frame.value(output)
    if len(service.node.outputs) == 1:
        return next(iter(made.values()), None)
    return made


def _never(*args: object) -> object:
    raise AssertionError("a service is run by apply")
