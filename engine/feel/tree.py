"""The tree an expression is parsed into; every node knows where in the text it began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.feel.values import RangeKind


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in the text."""

    pos: int


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """null, a boolean, number, string or ``@``-value."""

    value: object


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable; ``local`` when the expression itself binds it."""

    name: str
    local: bool


@dataclass(frozen=True, slots=True)
class Path(Node):
    """``base.member``."""

    base: Node
    member: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``base[condition]``."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``function(a, b)`` or ``function(x: a, y: b)`` (then ``names`` is as long as ``args``)."""

    function: Node
    args: tuple[Node, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """An operator between two operands."""

    op: Literal["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if … then … else …``."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """``name in domain``, or ``name in domain..end``."""

    name: str
    domain: Node
    end: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for … return …``."""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``some … satisfies …`` or ``every … satisfies …``."""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """``operand between low and high``."""

    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """``operand in test``, where ``test`` may be a list of unary tests."""

    operand: Node
    test: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests, any of which must hold."""

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AnyValue(Node):
    """The unary test ``-``."""


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """``operand instance of type``."""

    operand: Node
    type: TypeRef


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """``{key: value}``; later entries see earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    """``[low..high]`` of any openness."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class OperatorRange(Node):
    """``< 10`` as a unary test or, in parentheses, as a range."""

    op: RangeKind
    bound: Node


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    """``function(a, b: number) body``; ``body`` is None for an external function."""

    params: tuple[tuple[str, TypeRef | None], ...]
    body: Node | None


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type as written: a name with arguments.

    ``fields`` are a context type's entries; ``result`` a function type's result.
    """

    name: str
    args: tuple[TypeRef, ...] = ()
    fields: tuple[tuple[str, TypeRef], ...] = ()
    result: TypeRef | None = None
