"""FEEL types: parsing their names, testing values against them, coercing values to them.

DMN 1.5, 10.3.2.9 (lattice), 10.3.2.9.4 (implicit conversions), 7.3.2 (item definitions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from engine.feel.budget import charge
from engine.feel.diagnostics import Null
from engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from engine.feel.tree import TypeRef
from engine.feel.values import Context, FeelFunction, FeelRange, kind_en, kind_zh


@dataclass(frozen=True)
class FeelType:
    """A type. ``name`` is how FEEL writes it."""

    name: str

    def accepts(self, value: object) -> bool:
        """Whether a non-null value belongs to the type."""
        raise NotImplementedError

    def within(self, other: FeelType) -> bool:
        """Whether every value of this type belongs to ``other``."""
        return self == other


@dataclass(frozen=True)
class AnyType(FeelType):
    """Every value."""

    name: str = "Any"

    def accepts(self, value: object) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class NullType(FeelType):
    """Only null."""

    name: str = "Null"

    def accepts(self, value: object) -> bool:
        """Only null."""
        return value is None

    def within(self, other: FeelType) -> bool:
        """Null belongs to every type."""
        return True


@dataclass(frozen=True)
class Simple(FeelType):
    """A type whose values are told by their Python class."""

    classes: tuple[type, ...]

    def accepts(self, value: object) -> bool:
        """By class."""
        return type(value) in self.classes


@dataclass(frozen=True)
class ListType(FeelType):
    """``list<element>``."""

    element: FeelType

    @staticmethod
    def of(element: FeelType) -> ListType:
        """The list of ``element``."""
        return ListType(f"list<{element.name}>", element)

    def accepts(self, value: object) -> bool:
        """A list whose elements all conform; null elements do."""
        if not isinstance(value, list) or isinstance(self.element, AnyType):
            return isinstance(value, list)
        charge(len(value))
        return all(conforms(each, self.element) for each in value)

    def within(self, other: FeelType) -> bool:
        """Covariant."""
        return isinstance(other, ListType) and type_conforms(self.element, other.element)


@dataclass(frozen=True)
class RangeType(FeelType):
    """``range<element>``."""

    element: FeelType

    @staticmethod
    def of(element: FeelType) -> RangeType:
        """The range of ``element``."""
        return RangeType(f"range<{element.name}>", element)

    def accepts(self, value: object) -> bool:
        """A range whose endpoints conform."""
        return (
            isinstance(value, FeelRange)
            and conforms(value.start, self.element)
            and conforms(value.end, self.element)
        )

    def within(self, other: FeelType) -> bool:
        """Covariant."""
        return isinstance(other, RangeType) and type_conforms(self.element, other.element)


@dataclass(frozen=True)
class ContextType(FeelType):
    """``context<a: t, …>``: at least these entries."""

    fields: tuple[tuple[str, FeelType], ...] = ()

    @staticmethod
    def of(fields: Mapping[str, FeelType]) -> ContextType:
        """The context type with these entries."""
        inner = ", ".join(f"{key}: {each.name}" for key, each in fields.items())
        return ContextType(f"context<{inner}>" if fields else "context", tuple(fields.items()))

    def accepts(self, value: object) -> bool:
        """A context that has every entry, each null or conforming."""
        charge(len(self.fields))
        return isinstance(value, Context) and all(
            key in value and conforms(value[key], each) for key, each in self.fields
        )

    def within(self, other: FeelType) -> bool:
        """By entries."""
        if not isinstance(other, ContextType):
            return False
        mine = dict(self.fields)
        return all(key in mine and type_conforms(mine[key], each) for key, each in other.fields)


@dataclass(frozen=True)
class FunctionType(FeelType):
    """``function<parameters> -> result``; ``params`` None is any function."""

    params: tuple[FeelType, ...] | None = None
    result: FeelType | None = None

    @staticmethod
    def of(params: tuple[FeelType, ...], result: FeelType) -> FunctionType:
        """The function type."""
        inner = ", ".join(each.name for each in params)
        return FunctionType(f"function<{inner}> -> {result.name}", params, result)

    def accepts(self, value: object) -> bool:
        """Contravariant in parameters, covariant in the result."""
        if not isinstance(value, FeelFunction):
            return False
        if self.params is None:
            return True
        mine = tuple(param.type or ANY for param in value.params)
        return FunctionType.of(mine, value.result or ANY).within(self) or (
            value.result is None and self._takes(mine)
        )

    def _takes(self, params: tuple[FeelType, ...]) -> bool:
        return (
            self.params is not None
            and len(params) == len(self.params)
            and all(map(type_conforms, self.params, params))
        )

    def within(self, other: FeelType) -> bool:
        """Contravariant in parameters, covariant in the result."""
        if not isinstance(other, FunctionType):
            return False
        if other.params is None:
            return True
        return (
            self.params is not None
            and other._takes(self.params)
            and type_conforms(self.result or ANY, other.result or ANY)
        )


@dataclass(frozen=True)
class ConstrainedType(FeelType):
    """A type narrowed by a test, such as an item definition's allowed values."""

    base: FeelType
    test: Callable[[object], bool]

    def accepts(self, value: object) -> bool:
        """The base accepts it and the test holds."""
        return self.base.accepts(value) and self.test(value)

    def within(self, other: FeelType) -> bool:
        """Itself, or wherever the base goes."""
        return self == other or type_conforms(self.base, other)


ANY: Final = AnyType()
NULL: Final = NullType()
NUMBER: Final = Simple("number", (Decimal,))
STRING: Final = Simple("string", (str,))
BOOLEAN: Final = Simple("boolean", (bool,))
DATE: Final = Simple("date", (Date,))
TIME: Final = Simple("time", (Time,))
DATE_TIME: Final = Simple("date and time", (DateTime,))
DAY_TIME: Final = Simple("days and time duration", (DayTimeDuration,))
YEAR_MONTH: Final = Simple("years and months duration", (YearMonthDuration,))
DURATION: Final = Simple("duration", (DayTimeDuration, YearMonthDuration))
CONTEXT: Final = ContextType("context")
FUNCTION: Final = FunctionType("function")
LIST: Final = ListType.of(ANY)
RANGE: Final = RangeType.of(ANY)

BUILT_IN_TYPES: Final[Mapping[str, FeelType]] = {
    "Any": ANY,
    "any": ANY,
    "Null": NULL,
    "null": NULL,
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "date and time": DATE_TIME,
    "dateTime": DATE_TIME,
    "days and time duration": DAY_TIME,
    "day time duration": DAY_TIME,
    "dayTimeDuration": DAY_TIME,
    "years and months duration": YEAR_MONTH,
    "year month duration": YEAR_MONTH,
    "yearMonthDuration": YEAR_MONTH,
    "duration": DURATION,
    "context": CONTEXT,
    "list": LIST,
    "range": RANGE,
    "function": FUNCTION,
}


def resolve_type(ref: TypeRef, types: Mapping[str, FeelType]) -> FeelType | None:
    """The type a written one means; None when a name in it is neither built in nor in ``types``."""
    if ref.name == "context" and ref.fields:
        fields = {key: resolve_type(each, types) for key, each in ref.fields}
        known = {key: each for key, each in fields.items() if each is not None}
        return ContextType.of(known) if len(known) == len(fields) else None
    args = [resolve_type(each, types) for each in ref.args]
    settled = [each for each in args if each is not None]
    if len(settled) != len(args):
        return None
    if ref.name == "function" and ref.result is not None:
        result = resolve_type(ref.result, types)
        return FunctionType.of(tuple(settled), result) if result is not None else None
    if ref.name == "list" and settled:
        return ListType.of(settled[0])
    if ref.name == "range" and settled:
        return RangeType.of(settled[0])
    return types.get(ref.name) or BUILT_IN_TYPES.get(ref.name)


def instance_of(value: object, type_: FeelType) -> bool:
    """FEEL's ``instance of``: null is an instance of Null alone."""
    if value is None:
        return isinstance(type_, NullType)
    return type_.accepts(value)


def conforms(value: object, type_: FeelType) -> bool:
    """Whether ``value`` may stand where ``type_`` is wanted: null may everywhere."""
    return value is None or type_.accepts(value)


def type_conforms(type_: FeelType, other: FeelType) -> bool:
    """Whether every value of ``type_`` may stand where ``other`` is wanted."""
    if isinstance(other, AnyType):
        return True
    if isinstance(type_, ConstrainedType) and not isinstance(other, ConstrainedType):
        return type_conforms(type_.base, other)
    return type_.within(other)


def coerce(value: object, type_: FeelType) -> object:
    """``value`` as a ``type_``, or raise :class:`Null`.

    The implicit conversions: a singleton list to its element, an element to a singleton list, a
    date to a date and time (midnight UTC).
    """
    if value is None or type_.accepts(value):
        return value
    base = type_
    while isinstance(base, ConstrainedType):
        base = base.base
    if isinstance(base, ListType):
        if not isinstance(value, list) and type_.accepts([value]):
            return [value]
    elif isinstance(value, list) and len(value) == 1 and conforms(value[0], type_):
        return value[0]
    elif isinstance(value, Date) and base is DATE_TIME:
        moment = value.at_midnight_utc()
        if type_.accepts(moment):
            return moment
    raise Null(
        f"{kind_zh(value)}不符合类型 {type_.name}。", f"a {kind_en(value)} is no {type_.name}."
    )
