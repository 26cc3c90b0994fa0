"""Random block-structured models: each ends, each token is accounted for, and a run that is saved
and restored before every step tells the same facts as one that is not."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bpmn.spiff.driver import Case, accounted, compiled, flow

BOUNDARY = (
    '<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{cancel}">'
    "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>"
)


@dataclass
class Drawing:
    """A model being drawn; every block has one way in and one way out."""

    count: int = 0
    parts: list[str] = field(default_factory=list)
    ends: dict[str, list[str]] = field(default_factory=dict)

    def id(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def node(self, tag: str, inner: str = "", attributes: str = "", prefix: str = "") -> str:
        identifier = self.id(prefix or tag[0])
        self.parts.append(f'<{tag} id="{identifier}"{attributes}>{inner}</{tag}>')
        return identifier

    def block(self, block: Block) -> tuple[str, str]:
        """Draw a block; its first and last node."""
        return draw(self, block)

    def flow(self, source: str, target: str, condition: str = "") -> None:
        self.parts.append(flow(f"{source}>{target}" + (f": {condition}" if condition else "")))


Block: TypeAlias = tuple[Any, ...]

leaf = st.sampled_from(["user", "pass", "script", "timer"]).map(lambda kind: (kind,))


def grow(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, min_size=1, max_size=3)
    branches = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        st.tuples(st.just("seq"), blocks),
        st.tuples(st.sampled_from(["xor", "and", "or"]), branches),
        st.tuples(st.just("loop"), inner),
        st.tuples(st.just("sub"), inner),
        st.tuples(st.sampled_from(["late", "beside", "fail"]), inner),
        st.tuples(st.just("first"), branches),
        st.tuples(st.sampled_from(["many", "each"]), inner),
    )


trees = st.recursive(leaf, grow, max_leaves=12)


def draw(drawing: Drawing, block: Block) -> tuple[str, str]:
    """The block's first and last node."""
    kind, *rest = block
    match kind:
        case "user":
            node = drawing.node("userTask")
        case "pass":
            node = drawing.node("task")
        case "script":
            node = script(drawing, "n", "n + 1")
        case "timer":
            node = drawing.node(
                "intermediateCatchEvent",
                "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
            )
        case "seq":
            return sequence(drawing, rest[0])
        case "xor" | "and" | "or":
            return branching(drawing, kind, rest[0])
        case "loop":
            return looping(drawing, rest[0])
        case "first":
            return racing(drawing, rest[0])
        case "fail":
            return failing(drawing, rest[0])
        case "late" | "beside":
            return bounded(drawing, rest[0], interrupting=kind == "late")
        case _:
            node = sub_process(drawing, rest[0], kind)
    return node, node


def sequence(drawing: Drawing, blocks: list[Block]) -> tuple[str, str]:
    drawn = [drawing.block(each) for each in blocks]
    for (_, before), (after, _) in pairwise(drawn):
        drawing.flow(before, after)
    return drawn[0][0], drawn[-1][1]


def branching(drawing: Drawing, kind: str, blocks: list[Block]) -> tuple[str, str]:
    tag = {"xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway"}[kind]
    drawn = [drawing.block(each) for each in blocks]
    identifier = drawing.id("g")
    default = ""
    for number, (first, _) in enumerate(drawn):
        condition = "" if kind == "and" else f"modulo(n + {number}, 3) > 0"
        if number == 0 and condition:
            condition, default = "", f' default="{identifier}_{first}"'
        drawing.flow(identifier, first, condition)
    drawing.parts.append(f'<{tag} id="{identifier}"{default}/>')
    join = drawing.node(tag, prefix="j")
    for _, last in drawn:
        drawing.flow(last, join)
    return identifier, join


def looping(drawing: Drawing, block: Block) -> tuple[str, str]:
    """Twice round; the loop's own counter is set back when it is left."""
    first, last = drawing.block(block)
    entry = drawing.node("exclusiveGateway")
    counter = drawing.id("k")
    count = script(drawing, counter, f"if {counter} = null then 1 else {counter} + 1")
    after = script(drawing, counter, "0")
    leave = drawing.id("x")
    drawing.parts.append(f'<exclusiveGateway id="{leave}" default="{leave}_{after}"/>')
    drawing.flow(entry, first)
    drawing.flow(last, count)
    drawing.flow(count, leave)
    drawing.flow(leave, entry, f"{counter} < 2")
    drawing.flow(leave, after)
    return entry, after


def script(drawing: Drawing, variable: str, expression: str) -> str:
    return drawing.node(
        "scriptTask",
        f'<extensionElements><zeebe:script expression="={expression}"'
        f' resultVariable="{variable}"/></extensionElements>',
    )


def bounded(drawing: Drawing, block: Block, *, interrupting: bool) -> tuple[str, str]:
    host = sub_process(drawing, block, "sub")
    event = drawing.id("b")
    drawing.parts.append(BOUNDARY.format(id=event, host=host, cancel=str(interrupting).lower()))
    if not interrupting:
        drawing.flow(event, drawing.node("userTask"))
        return host, host
    join = drawing.node("exclusiveGateway")
    drawing.flow(event, join)
    drawing.flow(host, join)
    return host, join


def racing(drawing: Drawing, blocks: list[Block]) -> tuple[str, str]:
    gateway = drawing.node("eventBasedGateway")
    join = drawing.node("exclusiveGateway", prefix="j")
    for block in blocks:
        event, _ = drawing.block(("timer",))
        first, last = drawing.block(block)
        drawing.flow(gateway, event)
        drawing.flow(event, first)
        drawing.flow(last, join)
    return gateway, join


def failing(drawing: Drawing, block: Block) -> tuple[str, str]:
    host = sub_process(drawing, block, "fail")
    event = drawing.id("b")
    drawing.parts.append(
        f'<boundaryEvent id="{event}" attachedToRef="{host}"><errorEventDefinition/>'
        "</boundaryEvent>"
    )
    join = drawing.node("exclusiveGateway")
    drawing.flow(event, join)
    return host, join


def sub_process(drawing: Drawing, block: Block, kind: str) -> str:
    inner = type(drawing)(drawing.count)
    body = scope(inner, block, '<errorEventDefinition errorRef="err"/>' if kind == "fail" else "")
    drawing.count = inner.count
    if kind in ("many", "each"):
        sequential = ' isSequential="true"' if kind == "each" else ""
        body = (
            f"<multiInstanceLoopCharacteristics{sequential}><extensionElements>"
            '<zeebe:loopCharacteristics inputCollection="=[1,2]" inputElement="item"'
            ' outputCollection="out" outputElement="=item + n"/></extensionElements>'
            "</multiInstanceLoopCharacteristics>" + body
        )
    return drawing.node("subProcess", body, prefix="sub")


def scope(drawing: Drawing, block: Block, end_with: str = "") -> str:
    start = drawing.node("startEvent", prefix="start")
    first, last = drawing.block(block)
    end = drawing.node("endEvent", end_with, prefix="end")
    drawing.flow(start, first)
    drawing.flow(last, end)
    return "".join(drawing.parts)


def play(case: Case, seed: int) -> None:
    """Answer whatever is open, in random order, until nothing is."""
    chance = random.Random(seed)
    for _ in range(2000):
        if not case.run.open:
            break
        key = chance.choice(sorted(case.run.open))
        waits = case.run._instance.tasks[key].waits
        if waits == "task":
            case.do("complete", key, {"n": chance.randrange(6)})
        elif waits == "timer":
            case.do("fire", key)
        else:
            raise AssertionError(f"stuck at {case.run.open[key]}: {case.run.incidents}")


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(block=trees, seed=st.integers(0, 2**16), start=st.integers(0, 5))
def test_random_models_end_the_same_straight_and_restored(
    block: Block, seed: int, start: int
) -> None:
    specs = compiled(scope(Drawing(), block), '<error id="err" errorCode="E1"/>')
    straight = Case(specs, {"n": start})
    play(straight, seed)
    restored = Case(specs, {"n": start}, restoring=True)
    play(restored, seed)
    assert straight.facts == restored.facts
    assert straight.run.variables == restored.run.variables
    assert straight.ended is not None, straight.run.save()
    accounted(straight)
