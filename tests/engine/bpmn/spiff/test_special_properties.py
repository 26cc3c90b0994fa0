"""Random models of the less common elements: each ends, straight and restored alike."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, accounted, compiled
from tests.engine.bpmn.spiff.test_properties import Block, Drawing, draw, sub_process

TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
CONDITION = (
    "<conditionalEventDefinition><condition>modulo(n, 2) = {}</condition>"
    "</conditionalEventDefinition>"
)
COMPENSATE = "<compensateEventDefinition/>"
ROOTS = '<error id="err" errorCode="E1"/><signal id="sig" name="S"/>'
PLAIN = ["user", "user", "pass", "script", "timer"]
SPECIAL = [
    "when",
    "any",
    "both",
    "undo",
    "undone",
    "rollback",
    "adhoc",
    "some",
    "watch",
    "throwing",
]


def random_block(chance: random.Random, depth: int = 0) -> Block:
    if depth > 2 or (depth and chance.random() < 0.2):
        return (chance.choice([*PLAIN, "when", "any", "both"]),)
    kind = chance.choice(["seq", "xor", "and", "or", "late", "fail", "many", *SPECIAL, *SPECIAL])
    if kind in ("when", "any", "both"):
        return (kind,)
    if kind in ("seq", "xor", "and", "or", "some", "adhoc"):
        return (kind, [random_block(chance, depth + 1) for _ in range(chance.randint(2, 3))])
    return (kind, random_block(chance, depth + 1))


class Special(Drawing):
    """Draws the special blocks, and leaves the others to the plain drawing."""

    def block(self, block: Block) -> tuple[str, str]:
        kind, *rest = block
        if kind in ("when", "any", "both"):
            return self.catch(kind)
        if kind in SPECIAL:
            first, last = getattr(self, kind)(*rest)
            return str(first), str(last)
        return draw(self, block)

    def catch(self, kind: str) -> tuple[str, str]:
        inner = CONDITION.format(0) if kind == "when" else CONDITION.format(1) + TIMER
        parallel = ' parallelMultiple="true"' if kind == "both" else ""
        node = self.node("intermediateCatchEvent", inner, parallel)
        return node, node

    def chain(self, *nodes: str) -> tuple[str, str]:
        for before, after in itertools.pairwise(nodes):
            self.flow(before, after)
        return nodes[0], nodes[-1]

    def compensated(self, host: str) -> None:
        event, handler = self.id("cb"), self.id("cu")
        self.parts.append(
            f'<boundaryEvent id="{event}" attachedToRef="{host}">{COMPENSATE}</boundaryEvent>'
            f'<userTask id="{handler}" isForCompensation="true"/>'
            f'<association id="as-{event}" sourceRef="{event}" targetRef="{handler}"/>'
        )

    def undo(self, inner: Block) -> tuple[str, str]:
        """A sub-process and a task, undone by what is thrown behind them."""
        host, task = sub_process(self, inner, "sub"), self.node("userTask")
        self.compensated(host)
        self.compensated(task)
        thrower = self.node("intermediateThrowEvent", COMPENSATE)
        return self.chain(host, task, thrower)

    def undone(self, inner: Block) -> tuple[str, str]:
        """A sub-process whose inside is undone by default, with instances."""
        pen = Special(self.count)
        first, last = pen.block(inner)
        task, start, end = pen.node("userTask"), pen.id("start"), pen.id("end")
        pen.compensated(task)
        pen.parts.append(f'<startEvent id="{start}"/><endEvent id="{end}"/>')
        pen.chain(start, first)
        pen.chain(last, task, end)
        self.count = pen.count
        loop = (
            "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
            "</multiInstanceLoopCharacteristics>"
        )
        host = self.node("subProcess", loop + "".join(pen.parts), prefix="sub")
        return self.chain(host, self.node("intermediateThrowEvent", COMPENSATE))

    def rollback(self, inner: Block) -> tuple[str, str]:
        """A transaction that is cancelled or not."""
        pen = Special(self.count)
        first, last = pen.block(inner)
        task, choice = pen.node("userTask"), pen.id("x")
        pen.compensated(task)
        good, bad = pen.id("end"), pen.id("end")
        pen.parts.append(
            f'<exclusiveGateway id="{choice}" default="{choice}_{good}"/><endEvent id="{good}"/>'
            f'<endEvent id="{bad}"><cancelEventDefinition/></endEvent>'
        )
        pen.chain(pen.node("startEvent", prefix="start"), first)
        pen.chain(last, task, choice, good)
        pen.flow(choice, bad, "modulo(n, 2) = 0")
        self.count = pen.count
        host = self.node("transaction", "".join(pen.parts), prefix="tx")
        event, join = self.id("b"), self.node("exclusiveGateway")
        self.parts.append(
            f'<boundaryEvent id="{event}" attachedToRef="{host}"><cancelEventDefinition/>'
            "</boundaryEvent>"
        )
        self.flow(event, join)
        self.flow(host, join)
        return host, join

    def adhoc(self, inner: list[Block]) -> tuple[str, str]:
        """Activities in no order, perhaps until enough."""
        pen = Special(self.count)
        for each in inner:
            sub_process(pen, each, "sub")
        self.count = pen.count
        attributes = ' ordering="Sequential"' if len(inner) > 2 else ""
        node = self.node("adHocSubProcess", "".join(pen.parts), attributes, prefix="ah")
        return node, node

    def some(self, inner: list[Block]) -> tuple[str, str]:
        """Two branches or more of which one is enough."""
        fork = self.node("parallelGateway")
        join = self.node(
            "complexGateway", "<activationCondition>activationCount &gt;= 1</activationCondition>"
        )
        for each in inner:
            first, last = self.block(each)
            self.flow(fork, first)
            self.flow(last, join)
        after = self.node("task")
        self.flow(join, after)
        return fork, after

    def watch(self, inner: Block) -> tuple[str, str]:
        """A sub-process that a condition may interrupt."""
        host, event, join = sub_process(self, inner, "sub"), self.id("b"), self.id("g")
        self.parts.append(
            f'<boundaryEvent id="{event}" attachedToRef="{host}">{CONDITION.format(1)}'
            f'</boundaryEvent><exclusiveGateway id="{join}"/>'
        )
        self.flow(event, join)
        self.flow(host, join)
        return host, join

    def throwing(self, inner: Block) -> tuple[str, str]:
        """Instances of which the first throws a signal that stands on the boundary."""
        signal = '<signalEventDefinition signalRef="sig"/>'
        loop = (
            "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
            f'<complexBehaviorDefinition when="first"><event>{signal}</event>'
            "</complexBehaviorDefinition></multiInstanceLoopCharacteristics>"
        )
        pen = Special(self.count)
        body = scope_of(pen, inner)
        self.count = pen.count
        host = self.node("subProcess", loop + body, prefix="sub")
        event = self.id("b")
        self.parts.append(
            f'<boundaryEvent id="{event}" attachedToRef="{host}" cancelActivity="false">{signal}'
            "</boundaryEvent>"
        )
        self.flow(event, self.node("task"))
        return host, host


def scope_of(pen: Special, block: Block) -> str:
    first, last = pen.block(block)
    pen.chain(pen.node("startEvent", prefix="start"), first)
    pen.chain(last, pen.node("endEvent", prefix="end"))
    return "".join(pen.parts)


def play(case: Case, seed: int) -> None:
    """Answer whatever is open, in random order, until nothing is."""
    chance = random.Random(seed)
    for _ in range(400):
        if not case.run.open:
            break
        key = chance.choice(sorted(case.run.open))
        match case.run._instance.tasks[key].waits:
            case "task":
                case.do("complete", key, {"n": chance.randrange(6)})
            case "timer":
                case.do("fire", key)
            case "signal":
                others = [k for k, t in case.run._instance.tasks.items() if t.waits != "signal"]
                if len(others) > 1 or chance.random() < 0.3:
                    case.do("deliver", key, {})
            case "condition":
                case.do("set_variables", {"n": chance.randrange(6)})
            case _:
                raise AssertionError(f"stuck at {case.run.open[key]}: {case.run.incidents}")


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    return Counter()


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(seed=st.integers(0, 2**32), start=st.integers(0, 5))
def test_random_special_models_end_the_same_straight_and_restored(
    seed: int, start: int, seen: Counter[str]
) -> None:
    body = scope_of(Special(), random_block(random.Random(seed)))
    specs = compiled(body, ROOTS)
    straight = Case(specs, {"n": start})
    play(straight, seed)
    restored = Case(specs, {"n": start}, restoring=True)
    play(restored, seed)
    assert straight.facts == restored.facts
    assert straight.run.variables == restored.run.variables
    assert straight.ended is not None, straight.run.save()
    accounted(straight)
    seen.update(fact.kind for fact in straight.of(facts.ActivityEntered))


def test_the_random_models_reached_what_they_are_for(seen: Counter[str]) -> None:
    if seen:
        assert min(seen[kind] for kind in ("transaction", "adHocSubProcess", "complexGateway")) > 10
