"""A model as read → a model that can be evaluated; every fault of its FEEL is noted on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from engine import feel
from engine.dmn import code, model, table
from engine.dmn.code import Place
from engine.dmn.compiled import (
    CompiledDecision,
    CompiledFunction,
    CompiledInput,
    CompiledModel,
    CompiledNode,
    CompiledService,
)
from engine.dmn.names import NameIndex, names_of
from engine.dmn.problems import Problems
from engine.dmn.run import Code
from engine.dmn.texts import NEVER, Role, Texts
from engine.dmn.types import Types
from engine.feel.types import ANY, FeelType, FunctionType
from engine.feel.values import Param

_VARIABLE: Final = re.compile(r"[^\W\d]\w*(\s*\.\s*[^\W\d]\w*)*")


class Compiler:
    """Compiles one model."""

    def __init__(
        self,
        source: model.Model,
        imports: Mapping[str, tuple[str, CompiledModel]],
        problems: Problems,
        *,
        lenient: bool = False,
    ) -> None:
        self.source = source
        self.imports = imports
        self.problems = problems
        names = NameIndex((*names_of(source), *_imported_names(imports.values())))
        imported = {prefix: linked.types for prefix, linked in imports.values()}
        self.types = Types(source.types, imported, names, problems)
        self.texts = Texts(names, self.types.known, problems, lenient=lenient)
        self._owner = ""

    def compile(self) -> CompiledModel:
        """The whole model."""
        nodes = {ident: self._node(node) for ident, node in self.source.nodes.items()}
        return CompiledModel(
            model=self.source,
            types=self.types,
            nodes=nodes,
            imports=self.imports,
            uses=tuple(self.texts.uses),
        )

    # ------------------------------------------------------------------ nodes

    def _node(self, node: model.Node) -> CompiledNode:
        self._owner = self.texts.owner = node.id
        match node:
            case model.InputData():
                return CompiledInput(node=node, place=self._variable_place(node.variable, node.id))
            case model.Decision():
                return CompiledDecision(
                    node=node,
                    code=self.expression(node.expression),
                    place=self._variable_place(node.variable, node.id),
                )
            case model.KnowledgeModel():
                return self._knowledge_model(node)
            case model.DecisionService():
                return self._service(node)

    def _knowledge_model(self, node: model.KnowledgeModel) -> CompiledFunction:
        definition = node.function
        body: Code = code.nothing
        params: tuple[Param, ...] = ()
        if definition is not None:
            params = self._params(definition)
            body = self._body(definition, params)
        return CompiledFunction(
            node=node, params=params, code=body, result=self._result(node.variable, node.id)
        )

    def _service(self, node: model.DecisionService) -> CompiledService:
        inputs = (*node.input_data, *node.input_decisions)
        params = []
        for reference in inputs:
            target = self._target(reference)
            if target is not None:
                types, element = target
                params.append(
                    Param(
                        element.variable.name,
                        types.find(element.variable.type_ref, where=element.id, line=element.line),
                    )
                )
        return CompiledService(
            node=node,
            params=tuple(params),
            inputs=inputs,
            place=Place(node.id, self._result(node.variable, node.id)),
        )

    def _target(self, reference: model.Reference) -> tuple[Types, model.Node] | None:
        """What a reference means, None when there is no such thing (told by the linter)."""
        if not reference.namespace:
            own = self.source.nodes.get(reference.id)
            return None if own is None else (self.types, own)
        linked = self.imports.get(reference.namespace)
        if linked is None:
            return None
        node = linked[1].model.nodes.get(reference.id)
        return None if node is None else (linked[1].types, node)

    def _result(self, variable: model.Variable, where: str) -> FeelType | None:
        """What a function's variable says of its result: older models write the result's type."""
        found = self._type(variable.type_ref, where, variable.line)
        if isinstance(found, FunctionType):
            return None if found.result is ANY else found.result
        return found

    def _variable_place(self, variable: model.Variable, where: str) -> Place:
        return Place(where, self._type(variable.type_ref, variable.id or where, variable.line))

    def _type(self, reference: str, where: str, line: int | None) -> FeelType | None:
        return self.types.find(reference, where=where, line=line)

    # ------------------------------------------------------------------ expressions

    def expression(self, source: model.Expression | None) -> Code:
        """The code of a boxed expression; what is missing is null."""
        if source is None:
            return code.nothing
        where = source.id or self._owner
        place = Place(where, self._type(source.type_ref, where, source.line))
        match source:
            case model.LiteralExpression():
                return self._literal(source.text, place, source.line)
            case model.DecisionTable():
                return self._table(source, place)
            case model.FunctionDefinition():
                return self._function(source, place)
            case model.Iteration():
                return self._iteration(source, place)
            case _:
                return self._composite(source, place)

    def _composite(self, source: model.Expression, place: Place) -> Code:
        match source:
            case model.Context():
                return code.context(self._entries(source), place)
            case model.ListExpression():
                return code.list_of([self.expression(item) for item in source.items], place)
            case model.Relation():
                return self._relation(source, place)
            case model.Invocation():
                bindings = [
                    (variable.name, self._typed(variable, self.expression(value)))
                    for variable, value in source.bindings
                ]
                return code.invocation(self.expression(source.function), bindings, place)
            case model.Conditional():
                return code.conditional(
                    self.expression(source.condition),
                    self.expression(source.then),
                    self.expression(source.otherwise),
                    place,
                )
            case model.Filter():
                return code.selection(
                    self.expression(source.collection), self.expression(source.match), place
                )
        raise AssertionError(source)

    def _entries(self, source: model.Context) -> list[tuple[str | None, Code]]:
        return [
            (None, self.expression(entry.value))
            if entry.variable is None
            else (entry.variable.name, self._typed(entry.variable, self.expression(entry.value)))
            for entry in source.entries
        ]

    def _typed(self, variable: model.Variable, inner: Code) -> Code:
        where = variable.id or self._owner
        return code.typed(inner, Place(where, self._type(variable.type_ref, where, variable.line)))

    def _relation(self, source: model.Relation, place: Place) -> Code:
        rows = [
            [
                self._typed(column, self.expression(cell))
                for column, cell in zip(source.columns, row, strict=False)
            ]
            for row in source.rows
        ]
        return code.relation([column.name for column in source.columns], rows, place)

    def _iteration(self, source: model.Iteration, place: Place) -> Code:
        collection = self._domain(source.collection)
        body = self.expression(source.body)
        if source.kind == "for":
            partial = any(
                "partial" in part.text
                for part in model.walk(source.body)
                if isinstance(part, model.LiteralExpression)
            )
            return code.loop(source.variable, collection, body, place, partial=partial)
        return code.quantified(
            source.variable, collection, body, place, every=source.kind == "every"
        )

    def _domain(self, source: model.Expression | None) -> Code:
        """What is iterated over may be written ``1..10``, as after FEEL's ``in``."""
        if isinstance(source, model.LiteralExpression) and _bare_range(source.text):
            text = f"for each in {source.text} return each"
            return self._literal(text, Place(source.id or self._owner), source.line)
        return self.expression(source)

    def _params(self, source: model.FunctionDefinition) -> tuple[Param, ...]:
        where = source.id or self._owner
        return tuple(
            Param(each.name, self._type(each.type_ref, each.id or where, each.line))
            for each in source.parameters
        )

    def _body(self, source: model.FunctionDefinition, params: tuple[Param, ...]) -> Code:
        if source.kind != "FEEL":
            return code.refused(source.kind, Place(source.id or self._owner))
        body = self.expression(source.body)
        where = source.id or self._owner
        return code.typed(body, Place(where, self._type(source.type_ref, where, source.line)))

    def _function(self, source: model.FunctionDefinition, place: Place) -> Code:
        params = self._params(source)
        if source.kind != "FEEL":
            return code.function(params, code.refused(source.kind, place))
        return code.function(params, self._body(source, params))

    # ------------------------------------------------------------------ decision tables

    def _table(self, source: model.DecisionTable, place: Place) -> Code:
        return table.Table(
            place=place,
            policy=source.hit_policy,
            aggregation=source.aggregation,
            inputs=tuple(self._input(column) for column in source.inputs),
            outputs=tuple(
                self._output(column, source, number)
                for number, column in enumerate(source.outputs, 1)
            ),
            rules=tuple(self._rule(rule) for rule in source.rules),
        )

    def _input(self, column: model.Input) -> table.InputColumn:
        where = column.id or self._owner
        place = Place(where, self._type(column.type_ref, where, column.line))
        if not column.expression.text:
            self.problems.error(
                "dmn-no-input-expression",
                f"输入列“{column.label}”没有写输入表达式。请写上要判断的变量。",
                f"The input column “{column.label}” has no expression. Name what it looks at.",
                where=where,
                line=column.line,
            )
        expected = None
        if column.values is not None and column.values.text:
            expected = self._test(column.values)
        return table.InputColumn(
            value=self._column(column.expression, place),
            place=place,
            expected=expected,
        )

    def _column(self, text: model.Text, place: Place) -> Code:
        """A column's expression; a bare variable may come from outside, and its dates as texts."""
        if place.type is None or not _VARIABLE.fullmatch(text.text):
            return self._text(text, place, "input")
        plain = self._text(text, Place(place.where), "input")
        return code.from_outside(plain, place)

    def _output(
        self, column: model.Output, source: model.DecisionTable, number: int
    ) -> table.OutputColumn:
        where = column.id or self._owner
        place = Place(where, self._type(column.type_ref, where, column.line))
        listed = column.values is not None and bool(column.values.text)
        if listed and column.values is not None:
            ranks = self.texts.values(column.values)
        else:
            ranks = self.texts.values(model.Text(text=self._enumeration(column, source), id=where))
        default = None
        if column.default is not None and column.default.text:
            default = self._text(column.default, place)
        return table.OutputColumn(
            name=column.name or column.label or f"output{number}",
            place=place,
            ranks=ranks,
            listed=listed,
            default=default,
        )

    def _enumeration(self, column: model.Output, source: model.DecisionTable) -> str:
        """Where a column lists no values, its type's allowed values rank its outputs."""
        if column.type_ref:
            return self.types.enumeration(column.type_ref)
        owner = self.source.nodes[self._owner]
        if len(source.outputs) > 1:
            return self.types.component_enumeration(
                source.type_ref or owner.variable.type_ref, column.name
            )
        return self.types.enumeration(source.type_ref or owner.variable.type_ref)

    def _rule(self, rule: model.Rule) -> table.RuleRow:
        return table.RuleRow(
            id=rule.id,
            tests=tuple(self._test(test, rule.id) for test in rule.tests),
            outputs=tuple(
                self._text(output, Place(output.id or rule.id)) for output in rule.outputs
            ),
        )

    def _text(self, text: model.Text, place: Place, role: Role = "output") -> Code:
        return self._literal(text.text, place, text.line, role)

    def _test(self, text: model.Text, fallback: str = "") -> table.Test:
        where = text.id or fallback or self._owner
        if text.text in ("", "-"):
            return table.Test(None, where)
        tests = self.texts.tests(text.text, where, text.line)
        return table.Test(NEVER if isinstance(tests, feel.FeelSyntaxError) else tests, where)

    def _literal(self, text: str, place: Place, line: int | None, role: Role = "logic") -> Code:
        if not text:
            return code.nothing
        found = self.texts.expression(text, place.where, line, role)
        if isinstance(found, feel.FeelSyntaxError):
            return code.broken(place, found.message("zh"), found.message("en"))
        return code.literal(found, place)


def _bare_range(text: str) -> bool:
    """Whether a text reads ``a..b`` without brackets round it."""
    return ".." in text and not text.lstrip().startswith(("[", "(", "]", '"'))


def _imported_names(imports: Iterable[tuple[str, CompiledModel]]) -> Iterator[str]:
    pending = list(imports)
    seen = set()
    while pending:
        prefix, imported = pending.pop()
        yield prefix
        if id(imported) not in seen:
            seen.add(id(imported))
            yield from names_of(imported.model)
            pending.extend(imported.imports.values())
