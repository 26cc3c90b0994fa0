"""Random charts for the token game, block-structured and not, and their drawing in BPMN."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.engine.bpmn.token_game import Chart, Place, Test, Way

ROOTS = '<error id="err" errorCode="E1"/>'
Block: TypeAlias = tuple[Any, ...]

tests = st.builds(Test, add=st.integers(0, 3), by=st.integers(2, 3), rest=st.integers(0, 1))

# ---------------------------------------------------------------------- drawing

_TAGS = {
    "start": "startEvent",
    "user": "userTask",
    "pass": "task",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "sub": "subProcess",
}
_COUNT = (
    '<extensionElements><zeebe:script expression="=n + 1" resultVariable="n"/></extensionElements>'
)
_TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
_ENDS = {
    "end": "",
    "error": '<errorEventDefinition errorRef="err"/>',
    "stop": "<terminateEventDefinition/>",
}
_EVENTS = {"late": _TIMER, "beside": _TIMER, "fail": "<errorEventDefinition/>"}


def drawn(chart: Chart) -> str:
    """The chart as the inside of a process."""
    return "".join(_place(chart, each) for each in chart.places.values()) + "".join(
        _way(number, way) for number, way in enumerate(chart.ways)
    )


def _place(chart: Chart, place: Place) -> str:
    default = next(
        (n for n, way in enumerate(chart.ways) if way.source == place.id and way.default), None
    )
    attributes = f' id="{place.id}"'
    if default is not None:
        attributes += f' default="{_id(chart.ways[default], default)}"'
    if place.kind in _EVENTS:
        cancel = "false" if place.kind == "beside" else "true"
        return (
            f'<boundaryEvent{attributes} attachedToRef="{place.host}" cancelActivity="{cancel}">'
            f"{_EVENTS[place.kind]}</boundaryEvent>"
        )
    if place.kind in _ENDS:
        return f"<endEvent{attributes}>{_ENDS[place.kind]}</endEvent>"
    if place.kind == "count":
        return f"<scriptTask{attributes}>{_COUNT}</scriptTask>"
    if place.kind == "timer":
        return f"<intermediateCatchEvent{attributes}>{_TIMER}</intermediateCatchEvent>"
    inner = drawn(place.inner) if place.inner is not None else ""
    return f"<{_TAGS[place.kind]}{attributes}>{inner}</{_TAGS[place.kind]}>"


def _id(way: Way, number: int) -> str:
    return f"w{number}-{way.source}-{way.target}"


def _way(number: int, way: Way) -> str:
    inner = (
        "" if way.test is None else f"<conditionExpression>{way.test.feel()}</conditionExpression>"
    )
    return (
        f'<sequenceFlow id="{_id(way, number)}" sourceRef="{way.source}" targetRef="{way.target}">'
        f"{inner}</sequenceFlow>"
    )


# ---------------------------------------------------------------------- blocks


def block(chance: random.Random, depth: int = 0) -> Block:
    """A random block: a node, or some inside one another."""
    if depth > 3 or (depth and chance.random() < 0.2):
        return (chance.choice(["user", "user", "pass", "count", "timer"]),)
    kind = chance.choice(
        ["seq", "seq", "xor", "and", "or", "or", "split", "loop", "sub", "late", "beside", "fail"]
        + ["stop"] * (depth > 0)
    )
    if kind == "seq":
        return (kind, [block(chance, depth + 1) for _ in range(chance.randint(2, 3))])
    if kind in ("xor", "and", "or", "split"):
        return (
            kind,
            [(_test(chance), block(chance, depth + 1)) for _ in range(chance.randint(2, 3))],
        )
    inner = block(chance, depth + 1)
    return (kind, _test(chance), inner) if kind == "loop" else (kind, inner)


def _test(chance: random.Random) -> Test:
    return Test(chance.randint(0, 3), chance.randint(2, 3), chance.randint(0, 1))


@dataclass
class _Pen:
    """Draws blocks into a chart; each has one way in and one way out."""

    chart: Chart
    names: Any

    def place(self, kind: str, **more: Any) -> str:
        identifier = f"{kind}{next(self.names)}"
        self.chart.places[identifier] = Place(identifier, kind, **more)
        return identifier

    def way(
        self, source: str, target: str, test: Test | None = None, *, default: bool = False
    ) -> None:
        self.chart.ways.append(Way(source, target, test, default))

    def block(self, block: Block) -> tuple[str, str]:
        kind, *rest = block
        match kind:
            case "seq":
                drawn_ = [self.block(each) for each in rest[0]]
                for (_, before), (after, _) in itertools.pairwise(drawn_):
                    self.way(before, after)
                return drawn_[0][0], drawn_[-1][1]
            case "xor" | "and" | "or" | "split":
                return self.branches(kind, rest[0])
            case "loop":
                return self.loop(rest[0], rest[1])
            case "sub" | "late" | "beside" | "fail" | "stop":
                return self.sub(kind, rest[0])
        node = self.place(kind)
        return node, node

    def branches(self, kind: str, branches: list[tuple[Test, Block]]) -> tuple[str, str]:
        """A split, perhaps without gateway, and the join that fits it."""
        fork = self.place("pass" if kind == "split" else kind)
        drawn_ = [(test, *self.block(inner)) for test, inner in branches]
        join = self.place("or" if kind == "split" else kind)
        for number, (test, first, last) in enumerate(drawn_):
            if kind == "and" or number == 0:
                self.way(fork, first, default=kind != "and")
            else:
                self.way(fork, first, test)
            self.way(last, join)
        return fork, join

    def loop(self, test: Test, inner: Block) -> tuple[str, str]:
        """Round again while the test holds; each round counts, so that it stops holding."""
        entry, count, leave = self.place("xor"), self.place("count"), self.place("xor")
        first, last = self.block(inner)
        self.way(entry, first)
        self.way(last, count)
        self.way(count, leave)
        self.way(leave, entry, test)
        after = self.place("pass")
        self.way(leave, after, default=True)
        return entry, after

    def sub(self, kind: str, inner: Block) -> tuple[str, str]:
        chart = Chart()
        pen = _Pen(chart, self.names)
        first, last = pen.block(inner)
        pen.way(pen.place("start"), first)
        pen.way(last, pen.place({"fail": "error", "stop": "stop"}.get(kind, "end")))
        host = self.place("sub", inner=chart)
        if kind in ("sub", "stop"):
            return host, host
        join = self.place("xor")
        self.way(self.place(kind, host=host), join)
        self.way(host, join)
        return host, join


def structured(chance: random.Random, names: Any) -> Chart:
    """A chart of blocks between a start and an end."""
    chart = Chart()
    pen = _Pen(chart, names)
    first, last = pen.block(block(chance))
    pen.way(pen.place("start"), first)
    pen.way(last, pen.place("end"))
    return chart


# ---------------------------------------------------------------------- tangles

_KINDS = [
    "user",
    "user",
    "pass",
    "count",
    "timer",
    "xor",
    "and",
    "or",
    "or",
    "end",
    "sub",
    "stop",
    "error",
]


@st.composite
def tangles(draw: st.DrawFn, names: Any, depth: int = 0) -> Chart:
    """A chart in which anything may lead to anything."""
    chart = Chart()
    pen = _Pen(chart, names)
    start = pen.place("start")
    nodes = [_any_place(draw, pen, names, depth) for _ in range(draw(st.integers(2, 9)))]
    targets = [each for each in nodes if chart.places[each].kind not in _EVENTS]
    if not targets:
        targets = [pen.place("end")]
    pen.way(start, targets[0])
    for node in nodes:
        kind = chart.places[node].kind
        if kind in _ENDS:
            continue
        chosen = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=3, unique=True))
        _ways_out(draw, pen, node, chosen)
    return chart


def _any_place(draw: st.DrawFn, pen: _Pen, names: Any, depth: int) -> str:
    kind = draw(st.sampled_from(_KINDS))
    if kind == "sub" and depth > 1:
        kind = "pass"
    hosts = [each.id for each in pen.chart.places.values() if each.kind in ("user", "sub")]
    if hosts and draw(st.integers(0, 4)) == 0:
        return pen.place(
            draw(st.sampled_from(["late", "beside", "fail"])), host=draw(st.sampled_from(hosts))
        )
    inner = draw(tangles(names, depth + 1)) if kind == "sub" else None
    return pen.place(kind, inner=inner)


def _ways_out(draw: st.DrawFn, pen: _Pen, node: str, targets: list[str]) -> None:
    kind = pen.chart.places[node].kind
    deciding = kind in ("xor", "or", "pass", "user", "count", "sub")
    for number, target in enumerate(targets):
        plain = number == 0 and draw(st.booleans())
        if kind == "and" or not deciding or (plain and kind != "xor"):
            pen.way(node, target)
        elif number == 0 and draw(st.integers(0, 5)) > 0:
            pen.way(node, target, default=True)
        else:
            pen.way(node, target, draw(tests))
