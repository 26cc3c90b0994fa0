"""Calling functions: fitting arguments to parameters, then running the body."""

from __future__ import annotations

from collections.abc import Sequence

from engine.feel.budget import Run
from engine.feel.convert import to_feel
from engine.feel.diagnostics import Null
from engine.feel.types import coerce
from engine.feel.values import FeelFunction


def invoke(
    function: object, run: Run, args: Sequence[object], names: Sequence[str] | None = None
) -> object:
    """Call a function value; raises :class:`Null` when it is none or the arguments do not fit."""
    if not isinstance(function, FeelFunction):
        raise Null("被调用的不是函数。", "what is called is not a function.")
    meter = run.meter
    meter.enter()
    try:
        if isinstance(function, Native):
            return function.call(run, args, names)
        fitted = _fit(function, args, names)
        result = function.apply(run, fitted)
        if type(function) is FeelFunction:
            result = to_feel(result)
        return result if function.result is None else coerce(result, function.result)
    finally:
        meter.leave()


class Native(FeelFunction):
    """A built-in function, which fits its arguments itself."""

    __slots__ = ()

    def call(self, run: Run, args: Sequence[object], names: Sequence[str] | None) -> object:
        """Fit and run."""
        raise NotImplementedError


def _fit(
    function: FeelFunction, args: Sequence[object], names: Sequence[str] | None
) -> list[object]:
    params = function.params
    if names is None:
        if len(args) != len(params):
            raise Null(
                f"函数需要 {len(params)} 个参数，却给了 {len(args)} 个。",
                f"the function takes {len(params)} arguments, not {len(args)}.",
            )
        ordered: Sequence[object] = args
    else:
        given = dict(zip(names, args, strict=True))
        if len(given) != len(names) or given.keys() != {param.name for param in params}:
            raise Null("参数名与函数的定义不符。", "the argument names are not the function's.")
        ordered = [given[param.name] for param in params]
    return [
        value if param.type is None else coerce(value, param.type)
        for param, value in zip(params, ordered, strict=True)
    ]
