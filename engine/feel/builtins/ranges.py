"""Range functions: DMN 1.5, 10.3.4.11 and table 78.

A point is taken as the range from itself to itself, and each bound as a pair of its value and a
hair's breadth that exclusion adds below or takes above; every relation of the table is then a
comparison of bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from engine.feel import tree
from engine.feel.budget import Run
from engine.feel.builtins.registry import builtin
from engine.feel.diagnostics import FeelSyntaxError, Null
from engine.feel.operators import compare, make_range, mismatch
from engine.feel.parser import Parser
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.values import FeelRange


class Bound(NamedTuple):
    """One end of a range; ``infinite`` is -1 or 1 where it has no end."""

    value: object
    hair: int
    infinite: int = 0

    def versus(self, other: Bound) -> int:
        """-1, 0 or 1."""
        if self.infinite or other.infinite:
            return (self.infinite > other.infinite) - (self.infinite < other.infinite)
        order = compare(self.value, other.value)
        if order is None:
            mismatch("..", self.value, other.value)
        return order or (self.hair > other.hair) - (self.hair < other.hair)


class Span(NamedTuple):
    """A range or point by its bounds."""

    low: Bound
    high: Bound


def _span(value: object) -> Span:
    if not isinstance(value, FeelRange):
        return Span(Bound(value, 0), Bound(value, 0))
    if value.kind == "!=":
        raise Null("“不等于”不是连续的区间。", "“unequal” is no continuous range.")
    low = Bound(value.start, 0 if value.start_included else 1, -1 if value.start is None else 0)
    high = Bound(value.end, 0 if value.end_included else -1, 1 if value.end is None else 0)
    return Span(low, high)


def _before(one: Span, other: Span) -> bool:
    return one.high.versus(other.low) < 0


def _meets(one: Span, other: Span) -> bool:
    return one.high.versus(other.low) == 0


def _overlaps(one: Span, other: Span) -> bool:
    return one.high.versus(other.low) >= 0 and one.low.versus(other.high) <= 0


def _overlaps_before(one: Span, other: Span) -> bool:
    return (
        one.low.versus(other.low) < 0
        and one.high.versus(other.low) >= 0
        and one.high.versus(other.high) <= 0
    )


def _finishes(one: Span, other: Span) -> bool:
    return one.high.versus(other.high) == 0 and one.low.versus(other.low) >= 0


def _includes(one: Span, other: Span) -> bool:
    return one.low.versus(other.low) <= 0 and one.high.versus(other.high) >= 0


def _starts(one: Span, other: Span) -> bool:
    return one.low.versus(other.low) == 0 and one.high.versus(other.high) <= 0


def _coincides(one: Span, other: Span) -> bool:
    return one.low.versus(other.low) == 0 and one.high.versus(other.high) == 0


Relation = Callable[[Span, Span], bool]

_POINTS: Final = "(point1: point, point2: point)"
_POINT_RANGE: Final = "(point: point, range: range)"
_RANGE_POINT: Final = "(range: range, point: point)"
_RANGES: Final = "(range1: range, range2: range)"


def _declare(name: str, relation: Relation, *forms: str, inverse: bool = False) -> None:
    def body(run: Run, one: object, other: object) -> object:
        if inverse:
            one, other = other, one
        return relation(_span(one), _span(other))

    builtin(*(name + form for form in forms))(body)


_declare("before", _before, _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
_declare("after", _before, _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES, inverse=True)
_declare("meets", _meets, _RANGES)
_declare("met by", _meets, _RANGES, inverse=True)
_declare("overlaps", _overlaps, _RANGES)
_declare("overlaps before", _overlaps_before, _RANGES)
_declare("overlaps after", _overlaps_before, _RANGES, inverse=True)
_declare("finishes", _finishes, _POINT_RANGE, _RANGES)
_declare("finished by", _finishes, _RANGE_POINT, _RANGES, inverse=True)
_declare("includes", _includes, _RANGE_POINT, _RANGES)
_declare("during", _includes, _POINT_RANGE, _RANGES, inverse=True)
_declare("starts", _starts, _POINT_RANGE, _RANGES)
_declare("started by", _starts, _RANGE_POINT, _RANGES, inverse=True)
_declare("coincides", _coincides, _POINTS, _RANGES)


_READERS: Final[dict[str, Callable[[str], object]]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}


@builtin("range(from: string)")
def range_of_text(run: Run, text: str) -> object:
    """Read ``[1..3]``; endpoints are literals, or date, time and duration of a literal."""
    run.meter.characters(len(text))
    try:
        node = Parser(text, builtins=frozenset(_READERS)).range_text()
    except FeelSyntaxError as error:
        raise Null("这不是区间的写法。", "this is not a range.") from error
    if not isinstance(node, tree.RangeLiteral):
        raise Null("这不是区间的写法。", "this is not a range.")
    low, high = _endpoint(node.low), _endpoint(node.high)
    if low is None or high is None:
        raise Null("区间的端点不能为空值。", "an endpoint is null.")
    return make_range(low, high, node.low_included, node.high_included)


def _endpoint(node: tree.Node) -> object:
    match node:
        case tree.Constant():
            return node.value
        case tree.Call(
            function=tree.Name(name=name), args=(tree.Constant(value=str(text)),), names=None
        ) if name in _READERS:
            return _READERS[name](text)
    raise Null("区间的端点应为字面值。", "an endpoint is a literal.")
