"""Bytes → :class:`Definition`: read, spell, lint, shape, parse; cached by what the bytes are."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from lxml import etree

from engine.bpmn import elements as values
from engine.bpmn import normalise
from engine.bpmn.definition import Element, ProcessDefinition, Services
from engine.bpmn.derivations import Derivation, read_derivations
from engine.bpmn.graph import Graph
from engine.bpmn.lint import check
from engine.bpmn.read import DEFAULT_LIMITS, Limits, read
from engine.bpmn.spiff import Run, Specs, compile_specs
from engine.bpmn.ways import Ways, read_flows
from engine.errors import ModelRejected, Problem

CACHED_MODELS = 256


@dataclass(frozen=True, kw_only=True, eq=False)
class Definition:
    """A model that may run: what it says, and the way to start and restore its instances.

    Safe to share between threads; the runs it gives out are not.
    """

    sha256: str
    processes: Mapping[str, ProcessDefinition]
    elements: Mapping[str, Element]
    messages: frozenset[str]
    """Names of the messages its processes throw or wait for."""
    warnings: tuple[Problem, ...]
    specs: Specs = field(repr=False)
    derivations: tuple[Derivation, ...] = field(repr=False)
    """Which variables it makes of which."""
    _texts: Mapping[str, str] = field(repr=False)
    ways: Ways = field(repr=False)
    """What may come after what."""

    @cached_property
    def calls(self) -> bool:
        """Whether any of it calls another process."""
        return any(each.kind == "callActivity" for each in self.elements.values())

    def texts(self) -> dict[str, str]:
        """Element id → name shown to people.

        ``<id>#constraint.<n>`` holds a constraint's message and ``<id>#stage`` a stage's heading.
        """
        return dict(self._texts)

    def start(
        self,
        process_id: str,
        variables: Mapping[str, object],
        *,
        now: datetime,
        services: Services,
        start_event: str | None = None,
        business: Mapping[str, object] | None = None,
        called: bool = False,
    ) -> Run:
        """A new instance of a process, run until everything in it waits.

        ``business`` holds variables the house sets itself (``case``, …); they win over
        ``variables``. ``called`` says that a call activity started it, whose boundary may catch
        what it throws.
        """
        return self.specs.start(
            process_id,
            {**variables, **(business or {})},
            now=now,
            services=services,
            start_event=start_event,
            called=called,
        )

    def restore(
        self,
        state: bytes,
        variables: Mapping[str, object],
        *,
        now: datetime,
        services: Services,
    ) -> Run:
        """The instance whose :meth:`Run.save` gave ``state``."""
        return self.specs.restore(state, variables, now=now, services=services)


@dataclass(frozen=True)
class _Key:
    sha256: str
    script_formats: frozenset[str]
    name: str


class _Cache:
    """The models used last; one lock, held only to look up and to put in."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, Definition] = OrderedDict()

    def get(self, key: _Key) -> Definition | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: _Key, definition: Definition) -> Definition:
        """Keep it, unless another thread was faster: then theirs is the one everybody has."""
        with self._lock:
            kept = self._kept.setdefault(key, definition)
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
            return kept


_cache = _Cache(CACHED_MODELS)


def load(
    data: bytes,
    *,
    script_formats: frozenset[str] = frozenset(),
    name: str = "main.bpmn",
    limits: Limits = DEFAULT_LIMITS,
) -> Definition:
    """The definition of a model.

    ``script_formats`` are the formats for which the host registered a handler. Raises
    :class:`ModelRejected` with every error of the model; warnings are in the definition.
    """
    key = _Key(hashlib.sha256(data).hexdigest(), script_formats, name)
    found = _cache.get(key)
    return found if found is not None else _cache.put(key, _load(data, key, limits))


def lint(
    data: bytes,
    *,
    script_formats: frozenset[str] = frozenset(),
    name: str = "main.bpmn",
    limits: Limits = DEFAULT_LIMITS,
) -> list[Problem]:
    """Errors and warnings of a model, each with element, line and remedy; never raises for one."""
    try:
        tree, problems = _checked(data, script_formats, name, limits)
        if not _errors(problems):
            _compile(tree)
    except ModelRejected as exc:
        return [*exc.problems]
    return problems


def _load(data: bytes, key: _Key, limits: Limits) -> Definition:
    tree, problems = _checked(data, key.script_formats, key.name, limits)
    errors = _errors(problems)
    if errors:
        raise ModelRejected(errors)
    graph = Graph(tree)
    elements = values.read_elements(graph)
    derivations = read_derivations(tree.getroot())
    return Definition(
        sha256=key.sha256,
        processes=values.read_processes(graph),
        elements=elements,
        messages=values.read_messages(graph),
        warnings=tuple(problems),
        specs=_compile(tree, elements),
        derivations=derivations,
        _texts=values.read_texts(tree.getroot(), elements),
        ways=Ways(elements, read_flows(graph)),
    )


def _checked(
    data: bytes, script_formats: frozenset[str], name: str, limits: Limits
) -> tuple[etree._ElementTree, list[Problem]]:
    tree = read(data, name=name, limits=limits)
    problems = normalise.spell(tree)
    graph = Graph(tree)
    if len(graph.nodes) > limits.nodes:
        raise ModelRejected([_too_many_nodes(len(graph.nodes), limits.nodes, name)])
    problems += check(graph, script_formats=script_formats)
    return tree, [replace(problem, file=problem.file or name) for problem in problems]


def _too_many_nodes(found: int, limit: int, name: str) -> Problem:
    return Problem(
        code="too-many-nodes",
        zh=f"模型有 {found:,} 个节点，超过上限 {limit:,}。请把流程拆成几个，用调用活动相连。",
        en=f"The model has {found:,} nodes; the limit is {limit:,}. "
        "Split the process and connect the parts by call activities.",
        file=name,
    )


def _errors(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def _compile(tree: etree._ElementTree, elements: Mapping[str, Element] | None = None) -> Specs:
    if elements is None:
        elements = values.read_elements(Graph(tree))
    return compile_specs(normalise.shape(tree), elements)
