"""``for``, ``some``, ``every`` and filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from engine.feel import tree
from engine.feel.budget import Run
from engine.feel.diagnostics import Null
from engine.feel.frames import Code, Frame
from engine.feel.temporal import Date
from engine.feel.values import Context, FeelRange, kind_en, kind_zh


@dataclass(frozen=True, slots=True)
class Domain:
    """One iterator: its name, what it runs over, and where it stands in the text."""

    name: str
    start: Code
    end: Code | None
    pos: int

    def elements(self, frame: Frame) -> Sequence[object]:
        """What it runs over, seen from ``frame``; raises Null when that is nothing to run over."""
        value = self.start(frame)
        if self.end is not None:
            return span(frame.run, value, self.end(frame))
        if isinstance(value, list):
            return value
        if isinstance(value, FeelRange):
            return range_elements(frame.run, value)
        if value is None:
            raise Null("不能对空值循环。", "null cannot be iterated.")
        return [value]


def span(run: Run, start: object, end: object) -> Sequence[object]:
    """``start..end``, up or down, of whole numbers or of days."""
    if isinstance(start, Date) and isinstance(end, Date):
        first, last = start.epoch_day(), end.epoch_day()
        return _counted(run, first, last, Date.from_epoch_day)
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        return _counted(run, _whole(start), _whole(end), Decimal)
    raise Null(
        f"不能从{kind_zh(start)}循环到{kind_zh(end)}。",
        f"from {kind_en(start)} to {kind_en(end)} there is nothing to count.",
    )


def _counted(run: Run, first: int, last: int, make: type[Decimal] | object) -> Sequence[object]:
    step = 1 if last >= first else -1
    run.meter.elements(abs(last - first) + 1)
    return [make(each) for each in range(first, last + step, step)]  # type: ignore[operator]


def _whole(value: Decimal) -> int:
    if value != value.to_integral_value() or value.adjusted() > _LONGEST_COUNT:
        raise Null("循环的端点应为整数。", "the ends of an iteration are whole numbers.")
    return int(value)


_LONGEST_COUNT: Final = 33


def range_elements(run: Run, value: FeelRange) -> Sequence[object]:
    """The elements of a range of whole numbers or days, ascending."""
    if value.start is None or value.end is None:
        raise Null("不能对无界的区间循环。", "an unbounded range cannot be iterated.")
    found = span(run, value.start, value.end)
    first = 0 if value.start_included else 1
    last = len(found) if value.end_included else len(found) - 1
    return found[first:last]


def snapshot(run: Run, value: object) -> object:
    """A copy of a list that is still being built."""
    if not isinstance(value, list):
        return value
    run.meter.elements(len(value))
    return list(value)


def _frames(
    frame: Frame, domains: Sequence[Domain], index: int, extra: dict[str, object]
) -> Iterator[Frame]:
    """A frame for every combination of the iterators' elements, the last turning fastest."""
    domain = domains[index]
    meter = frame.run.meter
    innermost = index == len(domains) - 1
    for element in domain.elements(frame):
        meter.tick()
        inner = Frame(frame.run, {**extra, domain.name: element}, frame)
        if innermost:
            yield inner
        else:
            yield from _frames(inner, domains, index + 1, extra)


def for_each(domains: Sequence[Domain], body: Code, pos: int) -> Code:
    """``for … return body``."""

    def run(frame: Frame) -> object:
        results: list[object] = []
        meter = frame.run.meter
        try:
            for inner in _frames(frame, domains, 0, {"partial": results}):
                results.append(body(inner))
                if len(results) > meter.budget.size:
                    meter.elements(len(results))
        except Null as null:
            frame.run.note(pos, null.zh, null.en)
            return None
        return results

    return run


def quantified(domains: Sequence[Domain], condition: Code, every: bool, pos: int) -> Code:
    """``some``/``every … satisfies condition``, three-valued."""

    def run(frame: Frame) -> object:
        result: bool | None = every
        try:
            for inner in _frames(frame, domains, 0, {}):
                value = condition(inner)
                if value is (not every):
                    return not every
                if value is not every:
                    result = None
                    if value is not None:
                        frame.run.note(
                            pos,
                            f"条件应为布尔值，却是{kind_zh(value)}。",
                            f"the condition is a {kind_en(value)}, not a boolean.",
                        )
        except Null as null:
            frame.run.note(pos, null.zh, null.en)
            return None
        return result

    return run


def filtered(base: Code, condition: Code, boolean: bool, node: tree.Filter) -> Code:
    """``base[condition]``: by position, or by a condition on each element."""
    pos = node.pos

    def run(frame: Frame) -> object:
        value = base(frame)
        items = value if isinstance(value, list) else [] if value is None else [value]
        try:
            if not boolean:
                index = _as_index(frame, condition)
                if index is not None:
                    return _at(items, index)
            return _select(frame, items, condition)
        except Null as null:
            frame.run.note(pos, null.zh, null.en)
            return None

    return run


def _as_index(frame: Frame, condition: Code) -> Decimal | None:
    """The condition's value where it is a number, and so a position."""
    frame.run.meter.tick()
    quiet = Frame(Run(frame.run.meter, frame.run.now, None), {}, frame)
    value = condition(quiet)
    return value if isinstance(value, Decimal) else None


def _at(items: list[object], index: Decimal) -> object:
    if index != index.to_integral_value():
        raise Null("序号应为整数。", "a position is a whole number.")
    count = len(items)
    if not 1 <= abs(index) <= count:
        raise Null(
            f"列表有 {count} 项，没有第 {index} 项。", f"there is no element {index} of {count}."
        )
    return items[int(index) - 1 if index > 0 else count + int(index)]


def _select(frame: Frame, items: list[object], condition: Code) -> list[object]:
    found = []
    run = frame.run
    for item in items:
        run.meter.tick()
        inner = Frame(run, {"item": item}, frame)
        if isinstance(item, Context):
            inner = Frame(run, item, inner)
        value = condition(inner)
        if value is True:
            found.append(item)
        elif value is not None and value is not False:
            raise Null("筛选条件应为布尔值或序号。", "a filter is a boolean or a position.")
    return found
