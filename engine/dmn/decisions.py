"""The front door of this room: load a model, ask what it decides, evaluate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from engine import feel
from engine.dmn import lint as linter
from engine.dmn import model
from engine.dmn.asking import Question, questions
from engine.dmn.compile import Compiler
from engine.dmn.compiled import (
    CompiledDecision,
    CompiledFunction,
    CompiledModel,
    CompiledService,
)
from engine.dmn.graph import Frame, Located, service_value
from engine.dmn.needs import Needs, RequiredInput
from engine.dmn.outcome import Outcome
from engine.dmn.parse import parse
from engine.dmn.problems import Problems
from engine.dmn.read import NAMESPACES
from engine.dmn.run import Run, within
from engine.errors import ModelRejected, NotFound, Problem
from engine.feel.budget import Run as FeelRun


@dataclass(frozen=True, kw_only=True)
class DecisionInfo:
    """A decision as one may ask for it; ``inputs`` are the names it needs values for."""

    id: str
    name: str
    inputs: tuple[str, ...]
    question: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceInfo:
    """A decision service as one may call it."""

    id: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class Decisions:
    """The decisions of one model, compiled; immutable, and safe to share between threads."""

    def __init__(self, compiled: CompiledModel, sha256: str, warnings: tuple[Problem, ...]) -> None:
        self._compiled = compiled
        self.sha256 = sha256
        """Of the model's bytes and its imports': the key to cache this object by."""
        self.warnings = warnings
        self.name = compiled.model.name
        self.namespace = compiled.model.namespace

    @cached_property
    def decisions(self) -> tuple[DecisionInfo, ...]:
        """The decisions, in the model's order."""
        needs = Needs(self._compiled)
        return tuple(
            DecisionInfo(
                id=node.node.id,
                name=node.node.name,
                inputs=tuple(needs.of(Located((), self._compiled, node))),
                question=node.node.question,
            )
            for node in self._compiled.nodes.values()
            if isinstance(node, CompiledDecision)
        )

    @cached_property
    def services(self) -> tuple[ServiceInfo, ...]:
        """The decision services, in the model's order."""
        return tuple(
            self._service_info(node)
            for node in self._compiled.nodes.values()
            if isinstance(node, CompiledService)
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the decisions, in the model's order."""
        return tuple(
            node.name
            for node in self._compiled.model.nodes.values()
            if isinstance(node, model.Decision)
        )

    def required_inputs(self, decision: str) -> tuple[RequiredInput, ...]:
        """What the decision, and whatever it requires, needs values for.

        Raises :class:`engine.errors.NotFound`.
        """
        located = self._find(decision, CompiledDecision)
        return tuple(Needs(self._compiled).of(located).values())

    def questions(self, decision: str) -> tuple[Question, ...]:
        """What to ask a person for so that the decision can be made. Raises NotFound."""
        located = self._find(decision, CompiledDecision)
        return questions(self._compiled, located, Needs(self._compiled).of(located).values())

    def _service_info(self, service: CompiledService) -> ServiceInfo:
        located = Located((), self._compiled, service)
        outputs = [located.resolve(reference) for reference in service.node.outputs]
        return ServiceInfo(
            id=service.node.id,
            name=service.node.name,
            inputs=tuple(param.name for param in service.params),
            outputs=tuple(each.node.node.name for each in outputs if each),
        )

    # ------------------------------------------------------------------ evaluation

    def evaluate(
        self,
        decision: str,
        inputs: Mapping[str, object],
        *,
        now: datetime | None = None,
        budget: feel.Budget | None = None,
        explains: bool = False,
    ) -> Outcome:
        """The value of a decision, named by id or by name.

        ``inputs`` are plain values by the names of input data (or of variables the FEEL uses);
        what is missing is null, with a diagnostic. With ``explains`` the outcome says of every
        cell whether it held. Raises :class:`engine.errors.NotFound`, and
        :class:`engine.errors.BudgetExceeded` when it would cost more than ``budget``.
        """
        located = self._find(decision, CompiledDecision)
        return _evaluated(
            lambda run: Frame(run, inputs).value(located), now, budget, explains=explains
        )

    def evaluate_service(
        self,
        service: str,
        inputs: Mapping[str, object],
        *,
        now: datetime | None = None,
        budget: feel.Budget | None = None,
    ) -> Outcome:
        """The value of a decision service, or of a business knowledge model as a function.

        ``inputs`` are values by the names of input data and input decisions (of parameters).
        Raises as :meth:`evaluate` does.
        """
        located = self._find(service, CompiledService, CompiledFunction)
        return _evaluated(lambda run: _invoke(located, inputs, run), now, budget)

    def _find(self, wanted: str, *kinds: type) -> Located:
        nodes = self._compiled.nodes
        node = nodes.get(wanted)
        if node is not None and isinstance(node, kinds):
            return Located((), self._compiled, node)
        for node in nodes.values():
            if isinstance(node, kinds) and wanted in (node.node.name, node.node.variable.name):
                return Located((), self._compiled, node)
        raise NotFound(what={"zh": f"决策“{wanted}”", "en": f"decision “{wanted}”"})


def _invoke(located: Located, inputs: Mapping[str, object], run: Run) -> object:
    frame = Frame(run, inputs)
    node = located.node
    if isinstance(node, CompiledFunction):
        function = frame.value(located)
        args = [frame.inputs.get(param.name) for param in node.params]
        return run.call(function, args, None, node.node.id)
    assert isinstance(node, CompiledService)
    for reference in node.node.input_decisions:
        needed = located.resolve(reference)
        if needed is None or not isinstance(needed.node, CompiledDecision):
            continue
        name = needed.node.node.variable.name
        given = frame.inputs.get(name, frame.inputs.get(needed.node.node.name))
        frame.settle(needed, needed.node.place.fit(given, run))
    return node.place.fit(service_value(frame, located, node), run)


def _evaluated(
    work: Callable[[Run], object],
    now: datetime | None,
    budget: feel.Budget | None,
    *,
    explains: bool = False,
) -> Outcome:
    runs: list[Run] = []

    def whole(inner: FeelRun) -> object:
        runs.append(Run(inner, explains=explains))
        return work(runs[0])

    value = within(budget or feel.standing(), whole, now=now)
    return Outcome(
        value=feel.to_plain(value),
        feel=value,
        rules=tuple(runs[0].fired),
        made=tuple(runs[0].made),
        diagnostics=tuple(runs[0].diagnostics),
    )


# --------------------------------------------------------------------------- loading


def load(
    data: bytes,
    *,
    imports: Mapping[str, bytes] | None = None,
    name: str = "",
    lenient: bool = False,
) -> Decisions:
    """Read, check and compile a decision model.

    ``imports`` holds the files of imported models by their namespace. Raises
    :class:`engine.errors.ModelRejected` with *every* problem found. ``lenient`` lets FEEL that
    does not parse through as null with a diagnostic, as a conformance kit wants it; deployment
    never does.
    """
    library = _Library(imports or {}, lenient=lenient)
    problems = Problems(name)
    compiled = library.compile(data, problems)
    problems.raise_if_any()
    digest = hashlib.sha256(data)
    for namespace in sorted(library.used):
        digest.update(hashlib.sha256(library.sources[namespace]).digest())
    return Decisions(compiled, digest.hexdigest(), problems.warnings)


def lint(
    data: bytes, *, imports: Mapping[str, bytes] | None = None, name: str = ""
) -> list[Problem]:
    """Everything wrong with a decision model, errors and warnings; never raises for a bad one."""
    problems = Problems(name)
    try:
        _Library(imports or {}).compile(data, problems)
    except ModelRejected as exc:
        return [*problems.found, *exc.problems]
    return problems.found


_DEEPEST_IMPORT = 20


class _Library:
    """Compiles models and what they import, each once."""

    def __init__(self, sources: Mapping[str, bytes], *, lenient: bool = False) -> None:
        self.sources = sources
        self.lenient = lenient
        self.used: set[str] = set()
        self._done: dict[str, CompiledModel] = {}
        self._under_way: list[str] = []

    def compile(self, data: bytes, problems: Problems) -> CompiledModel:
        source = parse(data, problems)
        self._under_way.append(source.namespace)
        imports = {}
        for wanted in source.imports:
            linked = self._import(wanted, problems)
            if linked is not None:
                imports[wanted.namespace] = (wanted.name, linked)
        self._under_way.pop()
        compiled = Compiler(source, imports, problems, lenient=self.lenient).compile()
        linter.check(compiled, problems)
        return compiled

    def _import(self, wanted: model.Import, problems: Problems) -> CompiledModel | None:
        namespace = wanted.namespace
        if namespace in self._done:
            return self._done[namespace]
        if len(self._under_way) > _DEEPEST_IMPORT:
            problems.error(
                "dmn-import-depth",
                f"模型层层导入超过 {_DEEPEST_IMPORT} 层。请减少导入层次。",
                f"Models import one another more than {_DEEPEST_IMPORT} deep. Import fewer.",
                line=wanted.line,
            )
            return None
        if namespace in self._under_way:
            problems.error(
                "dmn-circular-import",
                f"模型互相导入（{namespace}）。请把共用的部分放进第三个模型。",
                f"Models import each other ({namespace}). Move what they share into a third.",
                line=wanted.line,
            )
            return None
        if namespace not in self.sources and wanted.kind and wanted.kind not in NAMESPACES:
            problems.warning(
                "dmn-import-kind",
                f"导入“{wanted.name}”不是决策模型（{wanted.kind}），已忽略。请改用 DMN 模型。",
                f"The import “{wanted.name}” is no decision model ({wanted.kind}) and is "
                "ignored. Import DMN models.",
                line=wanted.line,
            )
            return None
        if namespace not in self.sources:
            problems.error(
                "dmn-import-missing",
                f"导入的模型“{wanted.name}”（{namespace}）不在包里。请一并上传。",
                f"The imported model “{wanted.name}” ({namespace}) is not at hand. "
                "Upload it as well.",
                line=wanted.line,
            )
            return None
        self.used.add(namespace)
        inner = Problems(f"{problems.file}→{wanted.name}")
        compiled = self.compile(self.sources[namespace], inner)
        problems.found.extend(inner.found)
        self._done[namespace] = compiled
        return compiled
