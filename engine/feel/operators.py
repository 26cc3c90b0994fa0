"""FEEL's operators on values: DMN 1.5, 10.3.2.11 to 10.3.2.15."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, NoReturn

from engine.feel.budget import Meter, Run
from engine.feel.diagnostics import Null
from engine.feel.temporal import (
    DAY,
    MILLI,
    Date,
    DateTime,
    DayTimeDuration,
    Time,
    YearMonthDuration,
)
from engine.feel.values import (
    DECIMAL128,
    Context,
    FeelFunction,
    FeelRange,
    finite,
    kind_en,
    kind_zh,
)

_DURATIONS: Final = (DayTimeDuration, YearMonthDuration)


def mismatch(operator: str, left: object, right: object) -> NoReturn:
    """Raise the Null of an operator that has no meaning between two kinds of value."""
    raise Null(
        f"{kind_zh(left)} {operator} {kind_zh(right)} 没有意义。",
        f"{kind_en(left)} {operator} {kind_en(right)} has no meaning.",
    )


# -- equality and order ----------------------------------------------------------------------


def equal(meter: Meter, left: object, right: object) -> bool | None:
    """FEEL's ``=``: None (null) between kinds that cannot be compared."""
    kind = type(left)
    if left is None or right is None:
        return left is right
    if kind is not type(right):
        return None
    if kind is str or kind is Decimal or kind is bool:
        return left == right
    return _EQUALS.get(kind, _no_equality)(meter, left, right)


def _no_equality(meter: Meter, left: object, right: object) -> bool | None:
    if isinstance(left, FeelFunction):
        return True if left is right else None
    return left == right


def _equal_lists(meter: Meter, left: list[object], right: list[object]) -> bool | None:
    if len(left) != len(right):
        return False
    meter.tick(len(left))
    for one, other in zip(left, right, strict=True):
        same = equal(meter, one, other)
        if same is not True:
            return same
    return True


def _equal_contexts(meter: Meter, left: Context, right: Context) -> bool | None:
    if left.keys() != right.keys():
        return False
    meter.tick(len(left))
    for key, one in left.items():
        same = equal(meter, one, right[key])
        if same is not True:
            return same
    return True


def _equal_ranges(meter: Meter, left: FeelRange, right: FeelRange) -> bool | None:
    shape = (left.kind, left.start_included, left.end_included)
    if shape != (right.kind, right.start_included, right.end_included):
        return False
    starts = equal(meter, left.start, right.start)
    return equal(meter, left.end, right.end) if starts else starts


def _equal_times(meter: Meter, left: Time, right: Time) -> bool:
    if left.floating != right.floating:
        return False
    if left.zone is not None and left.zone == right.zone:
        return left.nanos // MILLI == right.nanos // MILLI
    return (left.utc_nanos // MILLI) % _DAY_MILLIS == (right.utc_nanos // MILLI) % _DAY_MILLIS


def _equal_moments(meter: Meter, left: DateTime, right: DateTime) -> bool:
    if left.time.floating != right.time.floating:
        return False
    return left.instant // MILLI == right.instant // MILLI


_DAY_MILLIS: Final = DAY // MILLI
_EQUALS: Final[dict[type, Callable[..., bool | None]]] = {
    list: _equal_lists,
    Context: _equal_contexts,
    FeelRange: _equal_ranges,
    Time: _equal_times,
    DateTime: _equal_moments,
}

Ordered = Decimal | str | int | tuple[int, int, int]


def order_key(value: object, other: object) -> Ordered | None:
    """What orders ``value`` among its kind; None when it has no order beside ``other``."""
    match value:
        case bool():
            return None
        case Decimal() | str():
            return value
        case Date():
            return (value.year, value.month, value.day)
        case DateTime() if isinstance(other, DateTime):
            return value.instant // MILLI if value.time.floating == other.time.floating else None
        case Time() if isinstance(other, Time):
            return value.utc_nanos // MILLI if value.floating == other.floating else None
        case DayTimeDuration():
            return value.nanos
        case YearMonthDuration():
            return value.months
    return None


def compare(left: object, right: object) -> int | None:
    """-1, 0 or 1; None (null) when the two have no order."""
    if type(left) is not type(right):
        return None
    one, other = order_key(left, right), order_key(right, left)
    if one is None or other is None:
        return None
    return (one > other) - (one < other)  # type: ignore[operator]


def less(left: object, right: object) -> bool | None:
    """FEEL's ``<``."""
    order = compare(left, right)
    return None if order is None else order < 0


ORDERINGS: Final[dict[str, Callable[[int], bool]]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


# -- ranges ----------------------------------------------------------------------------------


def make_range(start: object, end: object, start_included: bool, end_included: bool) -> FeelRange:
    """A range, or Null when its endpoints are not of one ordered kind or stand the wrong way."""
    if start is None and end is None:
        raise Null("区间的两端都是空值。", "both ends of the range are null.")
    if (start is None and start_included) or (end is None and end_included):
        raise Null("空值端点不能是闭的。", "a null endpoint cannot be included.")
    if start is None or end is None:
        bound = end if start is None else start
        if compare(bound, bound) is None:
            mismatch("..", start, end)
        return FeelRange(start, end, start_included, end_included)
    order = compare(start, end)
    if order is None:
        mismatch("..", start, end)
    if order > 0:
        raise Null("区间的起点大于终点。", "the range starts behind its end.")
    return FeelRange(start, end, start_included, end_included)


def in_range(meter: Meter, value: object, span: FeelRange) -> bool | None:
    """Whether ``value`` lies in ``span``; None (null) when they have no order."""
    if span.kind in ("=", "!="):
        same = equal(meter, value, span.start)
        return same if same is None or span.kind == "=" else not same
    if value is None:
        return None
    if span.kind == ".." and (span.start is None or span.end is None):
        return None
    if span.start is not None:
        order = compare(value, span.start)
        if order is None:
            return None
        if order < 0 or (order == 0 and not span.start_included):
            return False
    if span.end is not None:
        order = compare(value, span.end)
        if order is None:
            return None
        return order < 0 or (order == 0 and span.end_included)
    return True


def satisfies(meter: Meter, value: object, test: object) -> bool | None:
    """The unary test ``value in test`` for a test's value: a range, a list, or an equal value."""
    if isinstance(test, FeelRange) and not isinstance(value, FeelRange):
        return in_range(meter, value, test)
    if isinstance(test, list):
        meter.tick(len(test))
        if isinstance(value, list) and equal(meter, value, test):
            return True
        return any(_element_satisfies(meter, value, each) for each in test)
    return equal(meter, value, test)


def _element_satisfies(meter: Meter, value: object, element: object) -> bool:
    if isinstance(element, FeelRange) and not isinstance(value, FeelRange):
        return in_range(meter, value, element) is True
    return equal(meter, value, element) is True


# -- arithmetic ------------------------------------------------------------------------------


def add(run: Run, left: object, right: object) -> object:
    """FEEL's ``+``."""
    match left, right:
        case Decimal(), Decimal():
            return finite(DECIMAL128.add(left, right))
        case str(), str():
            run.meter.characters(len(left) + len(right))
            return left + right
        case DayTimeDuration(), DayTimeDuration():
            return DayTimeDuration.of(left.nanos + right.nanos)
        case YearMonthDuration(), YearMonthDuration():
            return YearMonthDuration.of(left.months + right.months)
        case ((Date() | DateTime() | Time()), (DayTimeDuration() | YearMonthDuration())):
            return _shift(left, right, 1, "+")
        case ((DayTimeDuration() | YearMonthDuration()), (Date() | DateTime() | Time())):
            return _shift(right, left, 1, "+")
    mismatch("+", left, right)


def _shift(
    moment: Date | DateTime | Time,
    by: DayTimeDuration | YearMonthDuration,
    sign: int,
    operator: str,
) -> object:
    match moment, by:
        case ((Date() | DateTime()), YearMonthDuration()):
            return moment.plus_months(sign * by.months)
        case Date(), DayTimeDuration():
            return moment.plus_days(sign * by.nanos // DAY)
        case ((DateTime() | Time()), DayTimeDuration()):
            return moment.plus(sign * by.nanos)
    mismatch(operator, moment, by)


def subtract(run: Run, left: object, right: object) -> object:
    """FEEL's ``-`` between two operands."""
    match left, right:
        case Decimal(), Decimal():
            return finite(DECIMAL128.subtract(left, right))
        case DayTimeDuration(), DayTimeDuration():
            return DayTimeDuration.of(left.nanos - right.nanos)
        case YearMonthDuration(), YearMonthDuration():
            return YearMonthDuration.of(left.months - right.months)
        case ((Date() | DateTime() | Time()), (DayTimeDuration() | YearMonthDuration())):
            return _shift(left, right, -1, "-")
        case Date(), Date():
            return DayTimeDuration.of((left.epoch_day() - right.epoch_day()) * DAY)
        case ((Date() | DateTime()), (Date() | DateTime())):
            return _elapsed(left, right)
        case Time(), Time() if left.floating == right.floating:
            return DayTimeDuration(left.utc_nanos - right.utc_nanos)
    mismatch("-", left, right)


def _elapsed(left: Date | DateTime, right: Date | DateTime) -> DayTimeDuration:
    end = left.at_midnight_utc() if isinstance(left, Date) else left
    start = right.at_midnight_utc() if isinstance(right, Date) else right
    if end.time.floating != start.time.floating:
        raise Null(
            "一个带时区、一个不带时区，不能相减。",
            "one has a time zone and the other has none, so there is no difference.",
        )
    return DayTimeDuration.of(end.instant - start.instant)


def multiply(run: Run, left: object, right: object) -> object:
    """FEEL's ``*``."""
    match left, right:
        case Decimal(), Decimal():
            return finite(DECIMAL128.multiply(left, right))
        case ((DayTimeDuration() | YearMonthDuration()), Decimal()):
            return _scale(left, right, divide=False)
        case Decimal(), (DayTimeDuration() | YearMonthDuration()):
            return _scale(right, left, divide=False)
    mismatch("*", left, right)


def _scale(
    duration: DayTimeDuration | YearMonthDuration, by: Decimal, *, divide: bool
) -> DayTimeDuration | YearMonthDuration:
    size = Decimal(duration.nanos if isinstance(duration, DayTimeDuration) else duration.months)
    scaled = finite(DECIMAL128.divide(size, by) if divide else DECIMAL128.multiply(size, by))
    if scaled.adjusted() > _DURATION_DIGITS:
        raise Null("时长超出范围。", "the duration is out of range.")
    if isinstance(duration, DayTimeDuration):
        return DayTimeDuration.of(int(scaled))
    return YearMonthDuration.of(int(scaled))


_DURATION_DIGITS: Final = 32


def divide(run: Run, left: object, right: object) -> object:
    """FEEL's ``/``."""
    match left, right:
        case Decimal(), Decimal():
            return finite(DECIMAL128.divide(left, right))
        case ((DayTimeDuration() | YearMonthDuration()), Decimal()):
            return _scale(left, right, divide=True)
        case DayTimeDuration(), DayTimeDuration():
            return finite(DECIMAL128.divide(Decimal(left.nanos), Decimal(right.nanos)))
        case YearMonthDuration(), YearMonthDuration():
            return finite(DECIMAL128.divide(Decimal(left.months), Decimal(right.months)))
    mismatch("/", left, right)


def power(run: Run, left: object, right: object) -> object:
    """FEEL's ``**``."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return finite(DECIMAL128.power(left, right))
    mismatch("**", left, right)


def negate(value: object) -> object:
    """FEEL's unary ``-``."""
    match value:
        case Decimal():
            return DECIMAL128.minus(value)
        case DayTimeDuration():
            return DayTimeDuration(-value.nanos)
        case YearMonthDuration():
            return YearMonthDuration(-value.months)
    raise Null(f"{kind_zh(value)}不能取负。", f"a {kind_en(value)} has no negative.")
