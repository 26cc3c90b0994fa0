"""A decision model as read: what the XML says, nothing worked out yet (DMN 1.5 chapters 6–8, 10.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

HitPolicy = Literal["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
Aggregation = Literal["", "SUM", "MIN", "MAX", "COUNT"]


@dataclass(frozen=True, kw_only=True)
class Text:
    """A piece of FEEL as written, with where it stands; ``id`` is '' where the model gives none."""

    text: str
    id: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A named, perhaps typed place: an information item (7.3.5)."""

    name: str
    type_ref: str = ""
    id: str = ""
    line: int | None = None


# --------------------------------------------------------------------------- types


@dataclass(frozen=True, kw_only=True)
class FunctionItem:
    """The signature of a type of functions (7.3.4)."""

    parameters: tuple[Variable, ...]
    output: str = ""


@dataclass(frozen=True, kw_only=True)
class ItemDefinition:
    """A type of the model (7.3.2): another type restricted, a structure, a collection or a function."""

    name: str
    type_ref: str = ""
    collection: bool = False
    components: tuple[ItemDefinition, ...] = ()
    function: FunctionItem | None = None
    allowed: Text | None = None
    """Unary tests each value (each item of a collection) must satisfy."""
    constraint: Text | None = None
    """Unary tests the whole value must satisfy (``typeConstraint``)."""
    id: str = ""
    line: int | None = None


# --------------------------------------------------------------------------- boxed expressions


@dataclass(frozen=True, kw_only=True)
class _Boxed:
    id: str = ""
    line: int | None = None
    type_ref: str = ""


@dataclass(frozen=True, kw_only=True)
class LiteralExpression(_Boxed):
    """A literal expression (7.3.6); an empty text stands for null."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input clause (8.3.2): the column's expression, its type and the values expected."""

    expression: Text
    type_ref: str = ""
    label: str = ""
    values: Text | None = None
    id: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output clause (8.3.3); ``values`` in their order of priority."""

    name: str = ""
    type_ref: str = ""
    label: str = ""
    values: Text | None = None
    default: Text | None = None
    id: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule (8.3.4): unary tests, expressions, and annotations nobody evaluates."""

    id: str
    tests: tuple[Text, ...]
    outputs: tuple[Text, ...]
    annotations: tuple[str, ...] = ()
    description: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class DecisionTable(_Boxed):
    """A decision table (8.3.1)."""

    hit_policy: HitPolicy = "UNIQUE"
    aggregation: Aggregation = ""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A context entry (7.3.8): without a variable it is the context's result."""

    variable: Variable | None
    value: Expression | None


@dataclass(frozen=True, kw_only=True)
class Context(_Boxed):
    """A boxed context (10.2.1.4)."""

    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ListExpression(_Boxed):
    """A boxed list (10.2.1.5)."""

    items: tuple[Expression | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Relation(_Boxed):
    """A relation (10.2.1.6): a list of contexts written as a grid."""

    columns: tuple[Variable, ...] = ()
    rows: tuple[tuple[Expression | None, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Invocation(_Boxed):
    """A boxed invocation (10.2.1.3): a function and arguments by name."""

    function: Expression | None = None
    bindings: tuple[tuple[Variable, Expression | None], ...] = ()


@dataclass(frozen=True, kw_only=True)
class FunctionDefinition(_Boxed):
    """A boxed function (10.2.1.7); ``kind`` other than FEEL names code outside, which never runs."""

    kind: str = "FEEL"
    parameters: tuple[Variable, ...] = ()
    body: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Conditional(_Boxed):
    """A boxed conditional (10.2.1.8)."""

    condition: Expression | None = None
    then: Expression | None = None
    otherwise: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Filter(_Boxed):
    """A boxed filter (10.2.1.9): ``match`` sees each item as ``item`` and the item's own entries."""

    collection: Expression | None = None
    match: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Iteration(_Boxed):
    """A boxed ``for``, ``some`` or ``every`` (10.2.1.10)."""

    kind: Literal["for", "some", "every"]
    variable: str
    collection: Expression | None = None
    body: Expression | None = None


Expression: TypeAlias = (
    LiteralExpression
    | DecisionTable
    | Context
    | ListExpression
    | Relation
    | Invocation
    | FunctionDefinition
    | Conditional
    | Filter
    | Iteration
)


# --------------------------------------------------------------------------- the graph


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A pointer to an element: its id, in the model whose namespace is given ('' = this one)."""

    namespace: str
    id: str
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class InputData:
    """A value the decisions are given (6.3.11)."""

    id: str
    name: str
    variable: Variable
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision (6.3.6) with what it requires and the logic that makes it."""

    id: str
    name: str
    variable: Variable
    information: tuple[Reference, ...] = ()
    knowledge: tuple[Reference, ...] = ()
    expression: Expression | None = None
    question: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class KnowledgeModel:
    """A business knowledge model (6.3.9): a function with a name in the graph."""

    id: str
    name: str
    variable: Variable
    function: FunctionDefinition | None
    knowledge: tuple[Reference, ...] = ()
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class DecisionService:
    """A decision service (6.3.10)."""

    id: str
    name: str
    variable: Variable
    outputs: tuple[Reference, ...] = ()
    encapsulated: tuple[Reference, ...] = ()
    input_decisions: tuple[Reference, ...] = ()
    input_data: tuple[Reference, ...] = ()
    line: int | None = None


Node: TypeAlias = InputData | Decision | KnowledgeModel | DecisionService


@dataclass(frozen=True, kw_only=True)
class Import:
    """Another model whose elements are seen here as ``name.element`` (6.3.3)."""

    name: str
    namespace: str
    kind: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Model:
    """One file of decisions."""

    name: str
    namespace: str
    types: tuple[ItemDefinition, ...] = ()
    imports: tuple[Import, ...] = ()
    nodes: dict[str, Node] = field(default_factory=dict)
    file: str = ""


def children(expression: Expression | None) -> Iterator[Expression | None]:
    """The boxed expressions directly inside another; None stands for one that is missing."""
    match expression:
        case Context():
            yield from (entry.value for entry in expression.entries)
        case ListExpression():
            yield from expression.items
        case Relation():
            yield from (cell for row in expression.rows for cell in row)
        case Invocation():
            yield expression.function
            yield from (value for _, value in expression.bindings)
        case FunctionDefinition():
            yield expression.body
        case Conditional():
            yield from (expression.condition, expression.then, expression.otherwise)
        case Filter():
            yield from (expression.collection, expression.match)
        case Iteration():
            yield from (expression.collection, expression.body)
        case _:
            return


def walk(expression: Expression | None) -> Iterator[Expression]:
    """An expression and everything inside it, outermost first."""
    if expression is None:
        return
    yield expression
    for child in children(expression):
        yield from walk(child)
