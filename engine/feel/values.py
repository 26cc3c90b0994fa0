"""FEEL's values in Python.

========================  =====================================================
FEEL                      Python
========================  =====================================================
null                      ``None``
boolean, string           ``bool``, ``str``
number                    ``decimal.Decimal``, finite, 34 digits
list                      ``list`` (never changed once made)
context                   :class:`Context`
date, time, durations     the classes of :mod:`engine.feel.temporal`
range                     :class:`FeelRange`
function                  :class:`FeelFunction`
========================  =====================================================
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from engine.feel.diagnostics import Null
from engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration

if TYPE_CHECKING:
    from engine.feel.budget import Run
    from engine.feel.types import FeelType


class Context(dict[str, object]):
    """An ordered mapping of names to FEEL values (never changed once made)."""

    __slots__ = ()


class _Nothing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()
"""No value at all, as against null."""

DECIMAL128: Final = decimal.Context(
    prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144, capitals=1, clamp=1, traps=[]
)
"""IEEE 754 decimal128 without traps: what leaves the range becomes non-finite, which is null."""


def finite(number: Decimal) -> Decimal:
    """``number``, or Null when an operation ran out of the range of numbers."""
    if number.is_finite():
        return number
    raise Null("数值超出范围，或者除数为零。", "the number is out of range, or a division by zero.")


RangeKind = Literal["..", "<", "<=", ">", ">=", "=", "!="]


@dataclass(frozen=True, slots=True)
class FeelRange:
    """A range ``[start..end]``, or one told by an operator, as ``(< 10)`` (``kind`` is then ``<``).

    An operator's range has None at its open side; an endpoint that is None in a ``..`` range was
    written as null.
    """

    start: object
    end: object
    start_included: bool = True
    end_included: bool = True
    kind: RangeKind = ".."

    @staticmethod
    def by_operator(kind: RangeKind, value: object) -> FeelRange:
        """The values that stand in relation ``kind`` to ``value``."""
        match kind:
            case "<" | "<=":
                return FeelRange(None, value, False, kind == "<=", kind)
            case ">" | ">=":
                return FeelRange(value, None, kind == ">=", False, kind)
            case _:
                return FeelRange(value, value, kind == "=", kind == "=", kind)


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a function; ``type`` None takes anything."""

    name: str
    type: FeelType | None = None


class FeelFunction:
    """A function value.

    ``body`` takes the arguments in the order of ``params`` as FEEL values and returns any value
    that :func:`engine.feel.to_feel` takes. Arguments are coerced to the parameters' types, the
    result to ``result``.
    """

    __slots__ = ("body", "name", "params", "result")

    def __init__(
        self,
        name: str,
        params: Sequence[Param | str | tuple[str, FeelType | None]],
        body: Callable[..., object],
        result: FeelType | None = None,
    ) -> None:
        self.name = name
        self.params = tuple(_param(each) for each in params)
        self.body = body
        self.result = result

    def apply(self, run: Run, args: Sequence[object]) -> object:
        """Run the body on arguments that fit; callers go through :func:`engine.feel.calls.invoke`."""
        return self.body(*args)

    def __repr__(self) -> str:
        return f"function {self.name}({', '.join(param.name for param in self.params)})"


def _param(spec: Param | str | tuple[str, FeelType | None]) -> Param:
    if isinstance(spec, Param):
        return spec
    return Param(spec) if isinstance(spec, str) else Param(*spec)


_NAMES: Final[dict[type, tuple[str, str]]] = {
    bool: ("布尔值", "boolean"),
    Decimal: ("数字", "number"),
    str: ("文本", "string"),
    list: ("列表", "list"),
    Context: ("上下文", "context"),
    Date: ("日期", "date"),
    Time: ("时间", "time"),
    DateTime: ("日期时间", "date and time"),
    DayTimeDuration: ("天时分秒时长", "days and time duration"),
    YearMonthDuration: ("年月时长", "years and months duration"),
    FeelRange: ("区间", "range"),
    type(None): ("空值", "null"),
}


def kind_zh(value: object) -> str:
    """What sort of value it is, for a message in Chinese."""
    return _NAMES.get(type(value), ("函数", ""))[0]


def kind_en(value: object) -> str:
    """What sort of value it is, for a message in English."""
    return _NAMES.get(type(value), ("", "function"))[1]
