"""Names: FEEL can only recognise those it is told of, and telling it of all of them costs time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from engine.dmn import model

_WORD: Final = re.compile(r"\w+")


class NameIndex:
    """The names of a model by their first word, to find those that can occur in a text."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first_word: dict[str, list[str]] = {}
        for name in sorted(set(names) - {""}):
            begins = _WORD.match(name)
            self._by_first_word.setdefault(begins.group() if begins else "", []).append(name)

    def within(self, text: str) -> frozenset[str]:
        """The names that may occur in ``text``."""
        words = {"", *_WORD.findall(text)}
        return frozenset(name for word in words for name in self._by_first_word.get(word, ()))


def names_of(source: model.Model) -> Iterator[str]:
    """Every name a model brings into play: FEEL can only recognise names it knows."""
    for imported in source.imports:
        yield imported.name
    for item in source.types:
        yield from _components(item)
    for node in source.nodes.values():
        yield node.name
        yield node.variable.name
        if isinstance(node, model.Decision):
            yield from _bound(node.expression)
        elif isinstance(node, model.KnowledgeModel):
            yield from _bound(node.function)


def _components(item: model.ItemDefinition) -> Iterator[str]:
    for part in item.components:
        yield part.name
        yield from _components(part)


def _bound(expression: model.Expression | None) -> Iterator[str]:
    for part in model.walk(expression):
        yield from bound_names(part)
        match part:
            case model.Relation():
                yield from (column.name for column in part.columns)
            case model.DecisionTable():
                yield from (output.name or output.label for output in part.outputs)
            case _:
                pass


def expressions(node: model.Node) -> Iterator[model.Expression]:
    """Every boxed expression of a node."""
    match node:
        case model.Decision():
            yield from model.walk(node.expression)
        case model.KnowledgeModel():
            yield from model.walk(node.function)
        case _:
            return


def bound_names(part: model.Expression) -> Iterator[str]:
    """The names that one boxed expression gives a meaning inside itself."""
    match part:
        case model.Context():
            yield from (entry.variable.name for entry in part.entries if entry.variable)
        case model.FunctionDefinition():
            yield from (each.name for each in part.parameters)
        case model.Iteration():
            yield from (part.variable, "partial")
        case model.Filter():
            yield "item"
        case _:
            return
