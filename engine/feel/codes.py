"""The closures of operators and tests."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from engine.feel import operators, tree
from engine.feel.budget import Run
from engine.feel.diagnostics import Null
from engine.feel.frames import Code, Frame
from engine.feel.values import kind_en, kind_zh

Test = Callable[[Frame, object], "bool | None"]
"""Whether a value passes."""


def guarded(run: Run, pos: int, function: Callable[..., object], *args: object) -> object:
    """``function(*args)``, or null with a diagnostic."""
    try:
        return function(*args)
    except Null as null:
        run.note(pos, null.zh, null.en)
        return None


def any_of(tests: list[Test]) -> Test:
    """True when any test holds; null when none does and any is null."""
    if len(tests) == 1:
        return tests[0]

    def any_holds(frame: Frame, value: object) -> bool | None:
        result: bool | None = False
        for test in tests:
            found = test(frame, value)
            if found:
                return True
            if found is None:
                result = None
        return result

    return any_holds


def in_literal(frame: Frame, value: object, span: object) -> bool | None:
    """Whether ``value`` lies in a range written out; one that could not be made is null."""
    return None if span is None else operators.satisfies(frame.run.meter, value, span)


def ordered(run: Run, pos: int, op: str, left: object, right: object) -> bool | None:
    """An ordering between two values; null with a diagnostic where there is none."""
    order = operators.compare(left, right)
    if order is None:
        run.note(
            pos,
            f"{kind_zh(left)}与{kind_zh(right)}不能比较大小。",
            f"a {kind_en(left)} and a {kind_en(right)} have no order.",
        )
        return None
    return operators.ORDERINGS[op](order)


def _arithmetic(operation: Callable[[Run, object, object], object]) -> _Maker:
    def make(node: tree.Binary, left: Code, right: Code) -> Code:
        pos = node.pos

        def calculate(frame: Frame) -> object:
            try:
                return operation(frame.run, left(frame), right(frame))
            except Null as null:
                frame.run.note(pos, null.zh, null.en)
                return None

        return calculate

    return make


def _ordering(node: tree.Binary, left: Code, right: Code) -> Code:
    op, pos, holds = node.op, node.pos, operators.ORDERINGS[node.op]

    def compare(frame: Frame) -> object:
        one, other = left(frame), right(frame)
        if type(one) is Decimal and type(other) is Decimal:
            return holds((one > other) - (one < other))
        return ordered(frame.run, pos, op, one, other)

    return compare


def _equality(node: tree.Binary, left: Code, right: Code) -> Code:
    pos, wanted, op = node.pos, node.op == "=", node.op

    def compare(frame: Frame) -> object:
        one, other = left(frame), right(frame)
        same = operators.equal(frame.run.meter, one, other)
        if same is None:
            frame.run.note(
                pos,
                f"{kind_zh(one)} {op} {kind_zh(other)} 不能比较。",
                f"a {kind_en(one)} and a {kind_en(other)} cannot be compared.",
            )
            return None
        return same is wanted

    return compare


def _logic(node: tree.Binary, left: Code, right: Code) -> Code:
    pos, decisive, word = node.pos, node.op == "or", node.op

    def combine(frame: Frame) -> object:
        one = left(frame)
        if one is decisive:
            return decisive
        other = right(frame)
        if other is decisive:
            return decisive
        if one is (not decisive) and other is (not decisive):
            return not decisive
        for value in (one, other):
            if value is not None and not isinstance(value, bool):
                frame.run.note(
                    pos,
                    f"{word} 的一边是{kind_zh(value)}，不是布尔值。",
                    f"a {kind_en(value)} beside {word} is no boolean.",
                )
        return None

    return combine


_Maker = Callable[[tree.Binary, Code, Code], Code]
OPERATORS: Final[dict[str, _Maker]] = {
    "+": _arithmetic(operators.add),
    "-": _arithmetic(operators.subtract),
    "*": _arithmetic(operators.multiply),
    "/": _arithmetic(operators.divide),
    "**": _arithmetic(operators.power),
    "<": _ordering,
    "<=": _ordering,
    ">": _ordering,
    ">=": _ordering,
    "=": _equality,
    "!=": _equality,
    "and": _logic,
    "or": _logic,
}
