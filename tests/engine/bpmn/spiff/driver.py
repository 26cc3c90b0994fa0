"""Small models from a few words, and a driver that runs a scenario straight and restored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from lxml import etree

from engine.bpmn.normalise.compensation import note_handlers
from engine.bpmn.spiff import Run, Specs, compile_specs
from engine.model import facts

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, nine o'clock in China

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">'
)


def flow(text: str) -> str:
    """``a>b``, or ``a>b: condition``, as a sequence flow with the id ``a_b``."""
    ends, _, condition = text.partition(":")
    source, target = (part.strip() for part in ends.split(">"))
    inner = ""
    if condition:
        escaped = condition.strip().replace("&", "&amp;").replace("<", "&lt;")
        inner = (
            f'<conditionExpression xsi:type="tFormalExpression">={escaped}</conditionExpression>'
        )
    return (
        f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</sequenceFlow>"
    )


def flows(*texts: str) -> str:
    """Several flows; a text may chain: ``a>b>c``."""
    made = []
    for text in texts:
        ends, colon, condition = text.partition(":")
        stations = ends.split(">")
        for source, target in pairwise(stations):
            made.append(flow(f"{source}>{target}{colon}{condition}"))
    return "".join(made)


def ext(inner: str) -> str:
    return f"<extensionElements>{inner}</extensionElements>"


def model(body: str, extra: str = "", process_id: str = "p") -> bytes:
    return (
        f'{_HEAD}{extra}<process id="{process_id}" isExecutable="true">{body}</process>'
        "</definitions>"
    ).encode()


def compiled(body: str, extra: str = "") -> Specs:
    root = etree.fromstring(model(body, extra))
    note_handlers(root)
    return compile_specs(root.getroottree(), {})


class House:
    """The services a run asks for."""

    def __init__(self) -> None:
        self.decisions: dict[str, object] = {}
        self.scripts: dict[str, Callable[[str, Mapping[str, object]], object]] = {}
        self.named: dict[str, object] = {}

    def decide(self, decision_id: str, variables: Mapping[str, object]) -> object:
        found = self.decisions[decision_id]
        return found(variables) if callable(found) else found

    def functions(self) -> Mapping[str, object]:
        return self.named

    def script(self, language: str) -> Callable[[str, Mapping[str, object]], object] | None:
        return self.scripts.get(language)


class Case:
    """An instance under test; with ``restoring`` it is saved and restored before every step."""

    def __init__(
        self,
        specs: Specs,
        variables: Mapping[str, object] | None = None,
        *,
        restoring: bool = False,
        house: House | None = None,
        **options: Any,
    ) -> None:
        self.specs = specs
        self.house = house or House()
        self.restoring = restoring
        self.facts: list[facts.Fact] = []
        self.last: list[facts.Fact] = []
        self.now = NOW
        self.run: Run = specs.start("p", variables or {}, now=NOW, services=self.house, **options)
        self._take()

    def later(self, **time: float) -> Case:
        self.now += timedelta(**time)
        self.run.now = self.now
        return self

    def do(self, what: str, *arguments: Any, **named: Any) -> Case:
        if self.restoring:
            self.restore()
        getattr(self.run, what)(*arguments, **named)
        self._take()
        return self

    def restore(self) -> Case:
        state, variables = self.run.save(), dict(self.run.variables)
        self.run = self.specs.restore(state, variables, now=self.now, services=self.house)
        assert self.run.save() == state
        return self

    def _take(self) -> None:
        self.last = list(self.run.progress().facts)
        self.facts += self.last

    def key(self, element_id: str, number: int = 0) -> str:
        """The key of what is open at an element (the n-th of several)."""
        keys = [key for key, where in self.run.open.items() if where == element_id]
        assert keys, f"{element_id} is not open: {self.run.open}"
        return keys[number]

    def open_key(self) -> str:
        """The key of the only thing that is open."""
        (key,) = self.run.open
        return key

    def complete(self, element_id: str, number: int = 0, **variables: object) -> Case:
        return self.do("complete", self.key(element_id, number), variables)

    def fire(self, element_id: str) -> Case:
        return self.do("fire", self.key(element_id))

    def deliver(self, element_id: str, **variables: object) -> Case:
        return self.do("deliver", self.key(element_id), variables)

    @property
    def open(self) -> list[str]:
        """Element ids of what is open, sorted."""
        return sorted(self.run.open.values())

    def of(self, kind: type[facts.F]) -> list[facts.F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    @property
    def path(self) -> list[str]:
        """Elements in the order in which tokens left them by completing them."""
        return [
            fact.element_id for fact in self.of(facts.ActivityLeft) if fact.outcome == "completed"
        ]

    @property
    def cancelled(self) -> list[str]:
        return [
            fact.element_id for fact in self.of(facts.ActivityLeft) if fact.outcome == "cancelled"
        ]

    @property
    def ended(self) -> facts.InstanceEnded | None:
        found = self.of(facts.InstanceEnded)
        assert len(found) <= 1
        return found[0] if found else None


def both(
    body: str,
    scenario: Callable[[Case], object],
    variables: Mapping[str, object] | None = None,
    *,
    extra: str = "",
    **options: Any,
) -> Case:
    """Run a scenario straight and restored at every step; both must tell the same facts."""
    specs = compiled(body, extra)
    straight = Case(specs, variables, **options)
    scenario(straight)
    restored = Case(specs, variables, restoring=True, **options)
    scenario(restored)
    assert straight.facts == restored.facts
    assert straight.run.variables == restored.run.variables
    accounted(straight)
    return straight


def accounted(case: Case) -> None:
    """What was entered was left once, or is still there; what was opened was closed."""
    entered = [fact.key for fact in case.of(facts.ActivityEntered)]
    left = [fact.key for fact in case.of(facts.ActivityLeft)]
    assert len(set(entered)) == len(entered), "a key was used twice"
    assert len(set(left)) == len(left), "a token left twice"
    assert set(left) <= set(entered)
    for opening, closing in (
        (facts.TaskOpened, facts.TaskClosed),
        (facts.TimerSet, facts.TimerCleared),
        (facts.SubscriptionOpened, facts.SubscriptionClosed),
        (facts.CallOpened, facts.CallClosed),
        (facts.ServiceRequested, facts.ServiceClosed),
    ):
        opened = [fact.key for fact in case.of(opening)]
        closed = [fact.key for fact in case.of(closing)]
        assert set(closed) <= set(opened)
        if case.run.ended:
            assert sorted(opened) == sorted(closed), opening.__name__
    if case.run.ended:
        assert set(entered) == set(left), "a token is still there after the end"
        assert case.ended is not None
        assert not case.run.open
