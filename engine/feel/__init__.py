"""FEEL, the expression language of DMN 1.5 (chapter 10): text → tree → closures → value.

Everything hostile a model or a form may say in an expression ends as a value, a null with a
diagnostic, a :class:`FeelSyntaxError` or a :class:`engine.errors.BudgetExceeded`; nothing in it
is ever Python. See ``docs/feel.md``.
"""

from __future__ import annotations

from engine.errors import BudgetExceeded
from engine.feel.budget import DEFAULT, Budget, Meter, set_standing, standing
from engine.feel.builtins import BUILTINS
from engine.feel.convert import to_feel, to_plain, to_python
from engine.feel.diagnostics import Diagnostic, FeelSyntaxError, Null
from engine.feel.expression import (
    BUILTIN_NAMES,
    Expression,
    compile,  # noqa: A004 - the word for it; nobody compiles Python here
    compile_unary,
    parse_type,
)
from engine.feel.format import format_nested as format_literal
from engine.feel.format import format_value
from engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from engine.feel.temporal_text import (
    parse_date,
    parse_date_time,
    parse_duration,
    parse_temporal,
    parse_time,
)
from engine.feel.types import (
    BUILT_IN_TYPES,
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
    coerce,
    conforms,
    instance_of,
    type_conforms,
)
from engine.feel.values import NOTHING, Context, FeelFunction, FeelRange, Param

__all__ = [
    "BUILTINS",
    "BUILTIN_NAMES",
    "BUILT_IN_TYPES",
    "DEFAULT",
    "NOTHING",
    "Budget",
    "BudgetExceeded",
    "ConstrainedType",
    "Context",
    "ContextType",
    "Date",
    "DateTime",
    "DayTimeDuration",
    "Diagnostic",
    "Expression",
    "FeelFunction",
    "FeelRange",
    "FeelSyntaxError",
    "FeelType",
    "FunctionType",
    "ListType",
    "Meter",
    "Null",
    "Param",
    "RangeType",
    "Time",
    "YearMonthDuration",
    "coerce",
    "compile",
    "compile_unary",
    "conforms",
    "format_literal",
    "format_value",
    "instance_of",
    "parse_date",
    "parse_date_time",
    "parse_duration",
    "parse_temporal",
    "parse_time",
    "parse_type",
    "set_standing",
    "standing",
    "to_feel",
    "to_plain",
    "to_python",
    "type_conforms",
]
