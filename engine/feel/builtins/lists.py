"""List functions: DMN 1.5, 10.3.4.4."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cmp_to_key

from engine.feel.budget import Run
from engine.feel.builtins.registry import builtin
from engine.feel.calls import invoke
from engine.feel.diagnostics import Null
from engine.feel.operators import compare, equal
from engine.feel.values import DECIMAL128, FeelFunction, finite, kind_en, kind_zh


@builtin("list contains(list: list, element: any)")
def contains(run: Run, items: list[object], element: object) -> object:
    """Whether an element equals ``element``."""
    run.meter.elements(len(items))
    return any(equal(run.meter, item, element) is True for item in items)


@builtin("count(list: list)")
def count(run: Run, items: list[object]) -> object:
    """How many elements there are."""
    return Decimal(len(items))


@builtin("is empty(list: list)")
def is_empty(run: Run, items: list[object]) -> object:
    """Whether there are none (Camunda)."""
    return not items


@builtin("min(list...: list)")
def min_(run: Run, items: list[object]) -> object:
    """The least element; null when there is none."""
    return _extreme(run, items, -1)


@builtin("max(list...: list)")
def max_(run: Run, items: list[object]) -> object:
    """The greatest element; null when there is none."""
    return _extreme(run, items, 1)


def _extreme(run: Run, items: list[object], wanted: int) -> object:
    run.meter.elements(len(items))
    if not items:
        return None
    best = items[0]
    for item in items:
        order = compare(item, best)
        if order is None:
            raise Null(
                f"{kind_zh(item)}与{kind_zh(best)}不能比较大小。",
                f"a {kind_en(item)} and a {kind_en(best)} have no order.",
            )
        if order == wanted:
            best = item
    return best


def _numbers(run: Run, items: list[object], least: int = 1) -> list[Decimal]:
    run.meter.elements(len(items))
    if len(items) < least:
        raise Null(f"至少需要 {least} 个数字。", f"at least {least} numbers are needed.")
    numbers = [item for item in items if isinstance(item, Decimal)]
    if len(numbers) != len(items):
        raise Null("列表里有不是数字的项。", "there is an element that is no number.")
    return numbers


def _total(numbers: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = DECIMAL128.add(total, number)
    return finite(total)


@builtin("sum(list...: list)")
def sum_(run: Run, items: list[object]) -> object:
    """The sum of numbers."""
    return _total(_numbers(run, items))


@builtin("mean(list...: list)")
def mean(run: Run, items: list[object]) -> object:
    """The arithmetic mean of numbers."""
    return _mean(_numbers(run, items))


def _mean(numbers: list[Decimal]) -> Decimal:
    return finite(DECIMAL128.divide(_total(numbers), Decimal(len(numbers))))


@builtin("product(list...: list)")
def product(run: Run, items: list[object]) -> object:
    """The product of numbers."""
    result = Decimal(1)
    for number in _numbers(run, items):
        result = DECIMAL128.multiply(result, number)
    return finite(result)


@builtin("median(list...: list)")
def median(run: Run, items: list[object]) -> object:
    """The middle number, or the mean of the two middle ones."""
    numbers = sorted(_numbers(run, items))
    middle = len(numbers) // 2
    return numbers[middle] if len(numbers) % 2 else _mean(numbers[middle - 1 : middle + 1])


@builtin("stddev(list...: list)")
def stddev(run: Run, items: list[object]) -> object:
    """The sample standard deviation of at least two numbers."""
    numbers = _numbers(run, items, least=2)
    mean = _mean(numbers)
    squares = []
    for number in numbers:
        distance = DECIMAL128.subtract(number, mean)
        squares.append(DECIMAL128.multiply(distance, distance))
    variance = DECIMAL128.divide(_total(squares), Decimal(len(numbers) - 1))
    return finite(DECIMAL128.sqrt(variance))


@builtin("mode(list...: list)")
def mode(run: Run, items: list[object]) -> object:
    """The most frequent numbers, ascending."""
    counts: dict[Decimal, int] = {}
    for number in _numbers(run, items, least=0):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


def _verdict(run: Run, items: list[object], decisive: bool) -> object:
    run.meter.elements(len(items))
    if any(item is decisive for item in items):
        return decisive
    return (not decisive) if all(isinstance(item, bool) for item in items) else None


@builtin("all(list...: list)")
def all_(run: Run, items: list[object]) -> object:
    """False when any is false, true when all are true, else null."""
    return _verdict(run, items, False)


@builtin("any(list...: list)")
def any_(run: Run, items: list[object]) -> object:
    """True when any is true, false when all are false, else null."""
    return _verdict(run, items, True)


def position(items: list[object], number: Decimal) -> int:
    """The index of FEEL's position (from 1, or from -1 backwards); Null when there is none."""
    if number == 0 or abs(number) > len(items) or number != number.to_integral_value():
        raise Null(
            f"列表有 {len(items)} 项，没有第 {number} 项。",
            f"there is no element {number} of {len(items)}.",
        )
    return int(number) - 1 if number > 0 else len(items) + int(number)


@builtin("sublist(list: list, start position: number, length?: number)")
def sublist(run: Run, items: list[object], start: Decimal, length: Decimal | None = None) -> object:
    """``length`` elements from a position on, or all to the end."""
    run.meter.elements(len(items))
    first = position(items, start)
    if length is None:
        return items[first:]
    if not 1 <= length <= len(items) - first:
        raise Null("长度超出列表。", "the length goes beyond the list.")
    return items[first : first + int(length)]


@builtin("append(list: list, item*: list)")
def append(run: Run, items: list[object], more: list[object]) -> object:
    """The list with elements added at its end."""
    run.meter.elements(len(items) + len(more))
    return items + more


@builtin("concatenate(list*: list)")
def concatenate(run: Run, lists: list[object]) -> object:
    """The elements of all lists, one after the other."""
    result: list[object] = []
    for each in lists:
        if each is None:
            raise Null("其中一个列表是空值。", "one of the lists is null.")
        part = each if isinstance(each, list) else [each]
        run.meter.elements(len(result) + len(part))
        result.extend(part)
    return result


@builtin("insert before(list: list, position: number, newItem: any)")
def insert_before(run: Run, items: list[object], place: Decimal, item: object) -> object:
    """The list with an element put before a position."""
    run.meter.elements(len(items) + 1)
    index = position(items, place)
    return [*items[:index], item, *items[index:]]


@builtin("remove(list: list, position: number)")
def remove(run: Run, items: list[object], place: Decimal) -> object:
    """The list without the element at a position."""
    run.meter.elements(len(items))
    index = position(items, place)
    return items[:index] + items[index + 1 :]


@builtin("list replace(list: list, position: number, newItem: any)")
def replace_at(run: Run, items: list[object], place: Decimal, item: object) -> object:
    """The list with another element at a position."""
    run.meter.elements(len(items))
    index = position(items, place)
    return [*items[:index], item, *items[index + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)")
def replace_matching(run: Run, items: list[object], match: FeelFunction, new: object) -> object:
    """The list with every element for which ``match(item, newItem)`` holds replaced."""
    run.meter.elements(len(items))
    result = []
    for item in items:
        found = invoke(match, run, (item, new))
        if not isinstance(found, bool):
            raise Null("match 应返回布尔值。", "match returns a boolean.")
        result.append(new if found else item)
    return result


@builtin("reverse(list: list)")
def reverse(run: Run, items: list[object]) -> object:
    """The elements in the opposite order."""
    run.meter.elements(len(items))
    return items[::-1]


@builtin("index of(list: list, match: any)")
def index_of(run: Run, items: list[object], wanted: object) -> object:
    """The positions of all elements that equal ``match``."""
    run.meter.elements(len(items))
    return [
        Decimal(place)
        for place, item in enumerate(items, start=1)
        if equal(run.meter, item, wanted) is True
    ]


class _Seen:
    """Which values were met before; scalars by hash, others by comparison."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._scalars: set[object] = set()
        self._others: list[object] = []

    def add(self, value: object) -> bool:
        """Whether ``value`` was met before; from now on it was."""
        self._run.meter.tick()
        if value is None or isinstance(value, str | bool | Decimal):
            key = (type(value), value)
            known = key in self._scalars
            self._scalars.add(key)
            return known
        self._run.meter.tick(len(self._others))
        if any(equal(self._run.meter, value, other) is True for other in self._others):
            return True
        self._others.append(value)
        return False


@builtin("distinct values(list: list)")
def distinct_values(run: Run, items: list[object]) -> object:
    """The elements, each once, in the order of their first appearance."""
    seen = _Seen(run)
    return [item for item in items if not seen.add(item)]


@builtin("duplicate values(list: list)")
def duplicate_values(run: Run, items: list[object]) -> object:
    """The elements that occur more than once, each once (Camunda)."""
    seen, told = _Seen(run), _Seen(run)
    return [item for item in items if seen.add(item) and not told.add(item)]


@builtin("union(list*: list)")
def union(run: Run, lists: list[object]) -> object:
    """The elements of all lists, each once."""
    together = concatenate(run, lists)
    assert isinstance(together, list)
    return distinct_values(run, together)


@builtin("flatten(list: list)")
def flatten(run: Run, items: list[object]) -> object:
    """All elements of nested lists in one list."""
    result: list[object] = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            run.meter.tick()
            if isinstance(item, list):
                stack.append(iter(item))
                break
            result.append(item)
        else:
            stack.pop()
    run.meter.elements(len(result))
    return result


@builtin("sort(list: list, precedes?: function)")
def sort(run: Run, items: list[object], precedes: FeelFunction | None = None) -> object:
    """The elements in the order ``precedes(a, b)`` tells; without it, ascending."""
    run.meter.elements(len(items))
    order = _by_value(run) if precedes is None else _by_function(run, precedes)
    return sorted(items, key=cmp_to_key(order))


Order = Callable[[object, object], int]


def _by_value(run: Run) -> Order:
    def order(one: object, other: object) -> int:
        run.meter.tick()
        found = compare(one, other)
        if found is None:
            raise Null("列表的项不能比较大小。", "the elements have no order.")
        return found

    return order


def _by_function(run: Run, precedes: FeelFunction) -> Order:
    def order(one: object, other: object) -> int:
        found = invoke(precedes, run, (one, other))
        if not isinstance(found, bool):
            raise Null("precedes 应返回布尔值。", "precedes returns a boolean.")
        # sorted() only asks whether something stands before, so "not before" may be 0.
        return -1 if found else 0

    return order


@builtin("string join(list: list, delimiter?: string?)")
def string_join(run: Run, items: list[object], delimiter: str | None = None) -> object:
    """The strings of a list in one string; nulls are left out."""
    run.meter.elements(len(items))
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) != len([item for item in items if item is not None]):
        raise Null("列表里有不是文本的项。", "there is an element that is no string.")
    glue = delimiter or ""
    run.meter.characters(sum(map(len, texts)) + len(glue) * len(texts))
    return glue.join(texts)
