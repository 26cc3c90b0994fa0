"""XML of boxed expressions → values of :mod:`engine.dmn.model` (DMN 1.5 sections 7.3, 8.3, 10.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, cast

from engine.dmn import model
from engine.dmn.problems import Problems
from engine.dmn.read import FEEL_NAMESPACES, Element, child, childs, content, line_of, tag

_HIT_POLICIES: Final = {
    "UNIQUE": "UNIQUE",
    "ANY": "ANY",
    "PRIORITY": "PRIORITY",
    "FIRST": "FIRST",
    "RULE ORDER": "RULE ORDER",
    "OUTPUT ORDER": "OUTPUT ORDER",
    "COLLECT": "COLLECT",
    "U": "UNIQUE",
    "A": "ANY",
    "P": "PRIORITY",
    "F": "FIRST",
    "R": "RULE ORDER",
    "O": "OUTPUT ORDER",
    "C": "COLLECT",
}
_AGGREGATIONS: Final = ("", "SUM", "MIN", "MAX", "COUNT")


def name_of(text: str | None) -> str:
    """A FEEL name as written in an attribute: white space inside it counts as one space."""
    return " ".join((text or "").split())


def where(element: Element) -> str:
    """The id a person finds the element by: its own, or that of what it lies in."""
    node: Element | None = element
    while node is not None:
        if found := node.get("id"):
            return found
        node = node.getparent()
    return ""


class BoxedReader:
    """Reads the expressions of one file."""

    def __init__(self, problems: Problems, types: Callable[[Element, str | None], str]) -> None:
        self.problems = problems
        self.type_ref = types
        """Resolves the prefix of a type's name; given by who knows the namespaces."""

    # ------------------------------------------------------------------ parts

    def text(self, element: Element | None) -> model.Text | None:
        """The ``text`` child of a cell, test or clause."""
        if element is None:
            return None
        self._language(element)
        inner = child(element, "text")
        return model.Text(
            text=content(inner),
            id=element.get("id", ""),
            line=line_of(element if inner is None else inner),
        )

    def variable(self, element: Element | None, fallback: str = "") -> model.Variable:
        """An information item; without one, a place of that name."""
        if element is None:
            return model.Variable(name=fallback)
        return model.Variable(
            name=name_of(element.get("name")) or fallback,
            type_ref=self.type_ref(element, element.get("typeRef")),
            id=element.get("id", ""),
            line=line_of(element),
        )

    def inside(self, element: Element | None) -> model.Expression | None:
        """The one expression a container holds, None when it holds none."""
        if element is None:
            return None
        for part in element:
            reader = self._READERS.get(tag(part))
            if reader is not None:
                return reader(self, part)
        return None

    def _language(self, element: Element) -> None:
        language = (element.get("expressionLanguage") or "").strip()
        if language and not is_feel(language):
            self.problems.error(
                "dmn-language",
                f"表达式语言“{language}”不受支持。请改用 FEEL，或删去 expressionLanguage。",
                f"The expression language “{language}” is not supported. "
                "Use FEEL, or remove expressionLanguage.",
                where=where(element),
                line=line_of(element),
            )

    # ------------------------------------------------------------------ expressions

    def _literal(self, element: Element) -> model.LiteralExpression:
        text = self.text(element)
        if child(element, "importedValues") is not None:
            self.problems.error(
                "dmn-imported-values",
                "文字表达式引用了外部取值（importedValues），不受支持。请把取值写进表达式。",
                "A literal expression imports its values, which is not supported. "
                "Write the values into the expression.",
                where=where(element),
                line=line_of(element),
            )
        return model.LiteralExpression(
            id=element.get("id", ""),
            line=text.line if text else None,
            type_ref=self._type(element),
            text=text.text if text else "",
        )

    def _context(self, element: Element) -> model.Context:
        entries = []
        for part in childs(element, "contextEntry"):
            named = child(part, "variable")
            entries.append(
                model.Entry(
                    variable=None if named is None else self.variable(named),
                    value=self.inside(part),
                )
            )
        return model.Context(
            id=element.get("id", ""),
            line=line_of(element),
            type_ref=self._type(element),
            entries=tuple(entries),
        )

    def _list(self, element: Element) -> model.ListExpression:
        return model.ListExpression(
            id=element.get("id", ""),
            line=line_of(element),
            type_ref=self._type(element),
            items=self._row(element),
        )

    def _row(self, element: Element) -> tuple[model.Expression | None, ...]:
        found: list[model.Expression | None] = []
        for part in element:
            reader = self._READERS.get(tag(part))
            if reader is not None:
                found.append(reader(self, part))
        return tuple(found)

    def _relation(self, element: Element) -> model.Relation:
        columns = tuple(self.variable(column) for column in childs(element, "column"))
        rows = []
        for row in childs(element, "row"):
            cells = self._row(row)
            if len(cells) != len(columns):
                self._count("dmn-relation-row", row, len(columns), len(cells))
            rows.append(cells)
        return model.Relation(
            id=element.get("id", ""),
            line=line_of(element),
            type_ref=self._type(element),
            columns=columns,
            rows=tuple(rows),
        )

    def _invocation(self, element: Element) -> model.Invocation:
        bindings = [
            (self.variable(child(part, "parameter")), self.inside(part))
            for part in childs(element, "binding")
        ]
        return model.Invocation(
            id=element.get("id", ""),
            line=line_of(element),
            type_ref=self._type(element),
            function=self.inside(element),
            bindings=tuple(bindings),
        )

    def function(self, element: Element) -> model.FunctionDefinition:
        """A function definition, boxed or encapsulated by a business knowledge model."""
        return model.FunctionDefinition(
            id=element.get("id", ""),
            line=line_of(element),
            type_ref=self._type(element),
            kind=element.get("kind", "FEEL"),
            parameters=tuple(self.variable(part) for part in childs(element, "formalParameter")),
            body=self.inside(element),
        )

    def _conditional(self, element: Element) -> model.Conditional:
        return model.Conditional(
            id=element.get("id", ""),
            line=line_of(element),
            type_ref=self._type(element),
            condition=self.inside(child(element, "if")),
            then=self.inside(child(element, "then")),
            otherwise=self.inside(child(element, "else")),
        )

    def _filter(self, element: Element) -> model.Filter:
        return model.Filter(
            id=element.get("id", ""),
            line=line_of(element),
            type_ref=self._type(element),
            collection=self.inside(child(element, "in")),
            match=self.inside(child(element, "match")),
        )

    def _iteration(self, element: Element) -> model.Iteration:
        kind = tag(element)
        return model.Iteration(
            id=element.get("id", ""),
            line=line_of(element),
            type_ref=self._type(element),
            kind=cast(Literal["for", "some", "every"], kind),
            variable=name_of(element.get("iteratorVariable")) or "item",
            collection=self.inside(child(element, "in")),
            body=self.inside(child(element, "return" if kind == "for" else "satisfies")),
        )

    # ------------------------------------------------------------------ decision tables

    def _table(self, element: Element) -> model.DecisionTable:
        inputs = tuple(self._input(part) for part in childs(element, "input"))
        outputs = tuple(self._output(part) for part in childs(element, "output"))
        if not outputs:
            self.problems.error(
                "dmn-no-output",
                "决策表没有输出列。请至少加一列输出。",
                "The decision table has no output column. Add at least one.",
                where=where(element),
                line=line_of(element),
            )
        rules = tuple(
            self._rule(part, number, len(inputs), len(outputs))
            for number, part in enumerate(childs(element, "rule"), 1)
        )
        return model.DecisionTable(
            id=element.get("id", ""),
            line=line_of(element),
            type_ref=self._type(element),
            hit_policy=self._hit_policy(element),
            aggregation=self._aggregation(element),
            inputs=inputs,
            outputs=outputs,
            rules=rules,
        )

    def _hit_policy(self, element: Element) -> model.HitPolicy:
        written = (element.get("hitPolicy") or "UNIQUE").strip()
        policy = _HIT_POLICIES.get(written.upper().replace("_", " "))
        if policy is None:
            self.problems.error(
                "dmn-hit-policy",
                f"命中策略“{written}”不存在。请选 UNIQUE、ANY、PRIORITY、FIRST、RULE ORDER、"
                "OUTPUT ORDER 或 COLLECT。",
                f"There is no hit policy “{written}”. Choose UNIQUE, ANY, PRIORITY, FIRST, "
                "RULE ORDER, OUTPUT ORDER or COLLECT.",
                where=where(element),
                line=line_of(element),
            )
            policy = "UNIQUE"
        return cast(model.HitPolicy, policy)

    def _aggregation(self, element: Element) -> model.Aggregation:
        written = (element.get("aggregation") or "").strip()
        if written.upper() not in _AGGREGATIONS:
            self.problems.error(
                "dmn-aggregation",
                f"汇总方式“{written}”不存在。请选 SUM、MIN、MAX 或 COUNT。",
                f"There is no aggregation “{written}”. Choose SUM, MIN, MAX or COUNT.",
                where=where(element),
                line=line_of(element),
            )
            return ""
        return cast(model.Aggregation, written.upper())

    def _input(self, element: Element) -> model.Input:
        inner = child(element, "inputExpression")
        text = self.text(inner)
        return model.Input(
            expression=text or model.Text(text="", line=line_of(element)),
            type_ref="" if inner is None else self._type(inner),
            label=(element.get("label") or "").strip(),
            values=self.text(child(element, "inputValues")),
            id=element.get("id", ""),
            line=line_of(element),
        )

    def _output(self, element: Element) -> model.Output:
        return model.Output(
            name=name_of(element.get("name")),
            type_ref=self._type(element),
            label=(element.get("label") or "").strip(),
            values=self.text(child(element, "outputValues")),
            default=self.text(child(element, "defaultOutputEntry")),
            id=element.get("id", ""),
            line=line_of(element),
        )

    def _rule(self, element: Element, number: int, inputs: int, outputs: int) -> model.Rule:
        tests = tuple(filter(None, (self.text(part) for part in childs(element, "inputEntry"))))
        results = tuple(filter(None, (self.text(part) for part in childs(element, "outputEntry"))))
        if len(tests) != inputs:
            self._count("dmn-input-entries", element, inputs, len(tests))
        if len(results) != outputs:
            self._count("dmn-output-entries", element, outputs, len(results))
        return model.Rule(
            id=element.get("id") or f"{where(element)}#{number}",
            tests=tests,
            outputs=results,
            annotations=tuple(
                (text.text if (text := self.text(part)) else "")
                for part in childs(element, "annotationEntry")
            ),
            description=content(child(element, "description")),
            line=line_of(element),
        )

    def _count(self, code: str, element: Element, wanted: int, got: int) -> None:
        self.problems.error(
            code,
            f"这一行应有 {wanted} 格，却有 {got} 格。请让每行的格数与列数一致。",
            f"This row should have {wanted} cells and has {got}. Give each row one cell a column.",
            where=where(element),
            line=line_of(element),
        )

    def _type(self, element: Element) -> str:
        return self.type_ref(element, element.get("typeRef"))

    _READERS: Final[dict[str, Callable[[BoxedReader, Element], model.Expression]]] = {
        "literalExpression": _literal,
        "decisionTable": _table,
        "context": _context,
        "list": _list,
        "relation": _relation,
        "invocation": _invocation,
        "functionDefinition": function,
        "conditional": _conditional,
        "filter": _filter,
        "for": _iteration,
        "some": _iteration,
        "every": _iteration,
    }


def is_feel(language: str) -> bool:
    """Whether an ``expressionLanguage`` means FEEL."""
    return language in FEEL_NAMESPACES or language.lower() == "feel"
