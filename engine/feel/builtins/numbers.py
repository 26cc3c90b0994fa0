"""Numeric functions: DMN 1.5, 10.3.4.5."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Final

from engine.feel.budget import Run
from engine.feel.builtins.conversion import whole
from engine.feel.builtins.registry import builtin
from engine.feel.diagnostics import Null
from engine.feel.temporal import DayTimeDuration, YearMonthDuration
from engine.feel.values import DECIMAL128, finite

_LEAST_SCALE: Final = -6111
_MOST_SCALE: Final = 6176
_WIDE: Final = decimal.Context(prec=6300, Emin=-12_000, Emax=12_000, traps=[])


def _round(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    if (
        scale.adjusted() > _SCALE_DIGITS
        or not _LEAST_SCALE <= (places := whole(scale)) <= _MOST_SCALE
    ):
        raise Null(
            f"小数位数应在 {_LEAST_SCALE} 与 {_MOST_SCALE} 之间。",
            f"a scale lies between {_LEAST_SCALE} and {_MOST_SCALE}.",
        )
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -places <= exponent:
        return number
    rounded = number.quantize(Decimal((0, (1,), -places)), rounding=rounding, context=_WIDE)
    return finite(DECIMAL128.plus(rounded))


_SCALE_DIGITS: Final = 5


@builtin("decimal(n: number, scale: number)")
def decimal_(run: Run, number: Decimal, scale: Decimal) -> object:
    """Rounded half to even."""
    return _round(number, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number)")
def floor(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> object:
    """Rounded towards minus infinity."""
    return _round(number, scale, decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number)")
def ceiling(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> object:
    """Rounded towards infinity."""
    return _round(number, scale, decimal.ROUND_CEILING)


@builtin("round up(n: number, scale?: number)")
def round_up(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> object:
    """Rounded away from zero."""
    return _round(number, scale, decimal.ROUND_UP)


@builtin("round down(n: number, scale?: number)")
def round_down(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> object:
    """Rounded towards zero."""
    return _round(number, scale, decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale?: number)")
def round_half_up(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> object:
    """Rounded to the nearest, halves away from zero."""
    return _round(number, scale, decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale?: number)")
def round_half_down(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> object:
    """Rounded to the nearest, halves towards zero."""
    return _round(number, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number|duration)")
def abs_(run: Run, value: Decimal | DayTimeDuration | YearMonthDuration) -> object:
    """The size without the sign."""
    if isinstance(value, DayTimeDuration):
        return DayTimeDuration(abs(value.nanos))
    if isinstance(value, YearMonthDuration):
        return YearMonthDuration(abs(value.months))
    return DECIMAL128.abs(value)


@builtin("modulo(dividend: number, divisor: number)")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> object:
    """The remainder with the sign of the divisor."""
    rest = finite(DECIMAL128.remainder(dividend, divisor))
    if rest and (rest < 0) != (divisor < 0):
        rest = DECIMAL128.add(rest, divisor)
    return rest


@builtin("sqrt(number: number)")
def sqrt(run: Run, number: Decimal) -> object:
    """The square root."""
    return finite(DECIMAL128.sqrt(number))


@builtin("log(number: number)")
def log(run: Run, number: Decimal) -> object:
    """The natural logarithm."""
    return finite(DECIMAL128.ln(number))


@builtin("exp(number: number)")
def exp(run: Run, number: Decimal) -> object:
    """E to the power of ``number``."""
    return finite(DECIMAL128.exp(number))


@builtin("odd(number: number)")
def odd(run: Run, number: Decimal) -> object:
    """Whether it is an odd whole number."""
    return _halves(number) == 1


@builtin("even(number: number)")
def even(run: Run, number: Decimal) -> object:
    """Whether it is an even whole number."""
    return _halves(number) == 0


def _halves(number: Decimal) -> Decimal:
    # Beyond 34 digits every number is a multiple of ten.
    rest = DECIMAL128.remainder(number, Decimal(2)) if number.adjusted() < _DIGITS else Decimal(0)
    return rest.copy_abs()


_DIGITS: Final = 34
