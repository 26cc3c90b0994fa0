"""What a page needs to ask a person for the inputs of a decision: kinds of values, and choices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from engine import feel
from engine.dmn import model
from engine.dmn.compiled import CompiledDecision, CompiledInput, CompiledModel
from engine.dmn.graph import Located
from engine.dmn.needs import RequiredInput, required_by
from engine.dmn.overlap import literals
from engine.feel.types import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAY_TIME,
    DURATION,
    NUMBER,
    STRING,
    TIME,
    YEAR_MONTH,
    FeelType,
)

Kind: TypeAlias = Literal["string", "number", "boolean", "date", "time", "dateTime", "duration", ""]
"""How a value is typed in; '' for what only a FEEL expression can write, such as a list."""

_KINDS: Final[dict[FeelType, Kind]] = {
    STRING: "string",
    NUMBER: "number",
    BOOLEAN: "boolean",
    DATE: "date",
    TIME: "time",
    DATE_TIME: "dateTime",
    DAY_TIME: "duration",
    YEAR_MONTH: "duration",
    DURATION: "duration",
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One input: the name it is given by, what people call it, and what may be answered.

    ``choices`` are texts; ``closed`` says that no other is allowed, else they are what the tables
    tell apart.
    """

    name: str
    label: str
    kind: Kind
    choices: tuple[str, ...] = ()
    closed: bool = False


def questions(
    compiled: CompiledModel, decision: Located, needed: Iterable[RequiredInput]
) -> tuple[Question, ...]:
    """The inputs of a decision as questions, in the order it needs them."""
    columns = list(_columns(decision))
    labels = {
        node.node.variable.name: node.node.name
        for node in compiled.nodes.values()
        if isinstance(node, CompiledInput)
    }
    return tuple(_question(compiled, need, columns, labels) for need in needed)


_Column: TypeAlias = tuple[model.Input, tuple[str, ...]]
"""A column and the texts of its cells."""


def _columns(decision: Located) -> Iterator[_Column]:
    """The input columns of the tables of a decision and of all it requires."""
    pending, seen = [decision], set()
    while pending:
        located = pending.pop()
        if located.key in seen:
            continue
        seen.add(located.key)
        pending.extend(required_by(located))
        if not isinstance(located.node, CompiledDecision):
            continue
        for expression in model.walk(located.node.node.expression):
            if isinstance(expression, model.DecisionTable):
                for index, column in enumerate(expression.inputs):
                    cells = (rule.tests[index : index + 1] for rule in expression.rules)
                    yield column, tuple(test.text for found in cells for test in found)


def _question(
    compiled: CompiledModel, need: RequiredInput, columns: list[_Column], labels: dict[str, str]
) -> Question:
    mine = [(column, cells) for column, cells in columns if column.expression.text == need.name]
    type_ref = need.type or next((column.type_ref for column, _ in mine if column.type_ref), "")
    label = labels.get(need.name, "")
    if not label or label == need.name:
        label = next((column.label for column, _ in mine if column.label), need.name)
    allowed = [compiled.types.enumeration(type_ref)] if type_ref else []
    allowed += [column.values.text for column, _ in mine if column.values is not None]
    listed = list(dict.fromkeys(literals(text for text in allowed if text)))
    told = list(dict.fromkeys(literals({text for _, cells in mine for text in cells} - {"", "-"})))
    kind = _kind(compiled, type_ref, listed or told)
    closed = bool(listed) and all(isinstance(value, str) for value in listed)
    offered = listed if closed else told
    return Question(
        name=need.name,
        label=label,
        kind=kind,
        choices=tuple(value for value in offered if isinstance(value, str))
        if kind == "string"
        else (),
        closed=closed,
    )


def _kind(compiled: CompiledModel, type_ref: str, values: list[object]) -> Kind:
    """The kind a type is typed in as; without a type, that of the values it is compared with."""
    if type_ref:
        found = compiled.types.plain.find(type_ref, "", None)
        while isinstance(found, feel.ConstrainedType):
            found = found.base
        return _KINDS.get(found, "") if found is not None else ""
    kinds = {_KIND_OF.get(type(value), "") for value in values}
    return kinds.pop() if len(kinds) == 1 else ""


_KIND_OF: Final[dict[type, Kind]] = {str: "string", Decimal: "number", bool: "boolean"}
