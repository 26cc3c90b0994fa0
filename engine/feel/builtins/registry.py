"""Declaring built-in functions: a signature in FEEL's words and a Python body.

``@builtin("substring(string: string, start position: number, length?: number)")``: a ``?`` after
a parameter's name makes it optional, after a type lets it be null, ``...`` after the last name
gathers the rest in a list (a single list given is that list), ``*`` does too (a single list given
is its only element). Several declarations of one name are tried in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from engine.feel import types
from engine.feel.budget import Run
from engine.feel.calls import Native
from engine.feel.diagnostics import Null
from engine.feel.types import BUILT_IN_TYPES, FeelType, ListType
from engine.feel.values import Param, kind_en, kind_zh

Body = Callable[..., object]
B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter of one signature."""

    name: str
    types: tuple[FeelType, ...]
    optional: bool
    nullable: bool
    gathers: bool
    unwraps: bool

    def fit(self, value: object) -> object:
        """``value`` as this parameter takes it; raises Null when it cannot."""
        if value is None:
            if self.nullable:
                return None
            raise Null(f"参数“{self.name}”不能为空值。", f'the argument "{self.name}" is null.')
        for type_ in self.types:
            if type_.accepts(value):
                return value
        if any(isinstance(type_, ListType) for type_ in self.types):
            if not isinstance(value, list):
                return [value]
        elif isinstance(value, list) and len(value) == 1:
            return self.fit(value[0])
        raise self._mismatch(value)

    def _mismatch(self, value: object) -> Null:
        wanted = " / ".join(type_.name for type_ in self.types)
        return Null(
            f"参数“{self.name}”应为 {wanted}，却是{kind_zh(value)}。",
            f'the argument "{self.name}" should be a {wanted}, not a {kind_en(value)}.',
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    slots: tuple[Slot, ...]
    body: Body

    def place(self, args: Sequence[object], names: Sequence[str] | None) -> list[object] | None:
        """The arguments in order, fitted; None when their number or names are not these."""
        given = self._named(args, names) if names is not None else self._positional(args)
        if given is None:
            return None
        return [slot.fit(value) for slot, value in zip(self.slots, given, strict=False)]

    def _positional(self, args: Sequence[object]) -> list[object] | None:
        required = sum(not slot.optional for slot in self.slots)
        gathers = bool(self.slots) and self.slots[-1].gathers
        if len(args) < required or (len(args) > len(self.slots) and not gathers):
            return None
        if not gathers:
            return list(args)
        fixed = len(self.slots) - 1
        rest = list(args[fixed:])
        if (
            self.slots[-1].unwraps
            and len(rest) == 1
            and (rest[0] is None or isinstance(rest[0], list))
        ):
            return rest
        return [*args[:fixed], rest]

    def _named(self, args: Sequence[object], names: Sequence[str]) -> list[object] | None:
        given = dict(zip(names, args, strict=True))
        if len(given) != len(names):
            return None
        ordered: list[object] = []
        left_out = False
        for slot in self.slots:
            if slot.name in given:
                value = given.pop(slot.name)
                ordered.extend([None] * left_out)
                ordered.append([value] if slot.gathers and not slot.unwraps else value)
                left_out = False
            elif slot.optional:
                left_out = True
            else:
                return None
        return None if given else ordered


class Builtin(Native):
    """A built-in function with its signatures."""

    __slots__ = ("signatures",)

    def __init__(self, name: str) -> None:
        super().__init__(name, (), _never)
        self.signatures: list[Signature] = []

    def add(self, signature: Signature) -> None:
        """One more way to call it; the first tells its parameters to those who ask."""
        self.signatures.append(signature)
        if len(self.signatures) == 1:
            self.params = tuple(
                Param(slot.name, slot.types[0] if len(slot.types) == 1 else None)
                for slot in signature.slots
            )

    def call(self, run: Run, args: Sequence[object], names: Sequence[str] | None) -> object:
        """By the first signature the arguments fit."""
        failure: Null | None = None
        for signature in self.signatures:
            try:
                placed = signature.place(args, names)
            except Null as null:
                failure = failure or null
                continue
            if placed is not None:
                return signature.body(run, *placed)
        raise failure or Null(
            f"函数“{self.name}”的参数个数或名称不对。",
            f'the function "{self.name}" has no such number or names of arguments.',
        )


def _never(*args: object) -> object:
    raise AssertionError("built-in functions are called by signature")


_KINDS: Final[Mapping[str, tuple[FeelType, ...]]] = {
    **{name: (type_,) for name, type_ in BUILT_IN_TYPES.items()},
    "any": (types.ANY,),
    "duration": (types.DAY_TIME, types.YEAR_MONTH),
    "point": (
        types.NUMBER,
        types.STRING,
        types.DATE,
        types.TIME,
        types.DATE_TIME,
        types.DAY_TIME,
        types.YEAR_MONTH,
    ),
}

BUILTINS: Final[dict[str, Builtin]] = {}


def builtin(*signatures: str) -> Callable[[B], B]:
    """Register the decorated body under each signature; it takes the run and the arguments."""

    def register(body: B) -> B:
        for signature in signatures:
            name, _, rest = signature.rstrip(")").partition("(")
            function = BUILTINS.setdefault(name, Builtin(name))
            slots = tuple(_slot(part) for part in rest.split(", ") if part)
            function.add(Signature(slots, body))
        return body

    return register


def _slot(text: str) -> Slot:
    name, _, kinds = text.partition(": ")
    nullable = kinds.endswith("?") or kinds == "any"
    found = tuple(type_ for kind in kinds.rstrip("?").split("|") for type_ in _KINDS[kind])
    optional = name.endswith("?")
    unwraps = name.endswith("...")
    gathers = unwraps or name.endswith("*")
    return Slot(name.rstrip("?.*"), found, optional, nullable, gathers, unwraps)
