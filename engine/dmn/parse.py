"""The XML of a decision model → :class:`engine.dmn.model.Model`, every fault noted on the way."""

from __future__ import annotations

from engine.dmn import model
from engine.dmn.boxed import BoxedReader, is_feel, name_of, where
from engine.dmn.problems import Problems
from engine.dmn.read import (
    FEEL_NAMESPACES,
    NAMESPACES,
    Element,
    child,
    childs,
    content,
    line_of,
    read,
    tag,
)


def parse(data: bytes, problems: Problems) -> model.Model:
    """Read one file.

    Raises :class:`engine.errors.ModelRejected` only for what is no DMN at all; everything else
    wrong is noted in ``problems``.
    """
    root = read(data, name=problems.file)
    return _Parser(root, problems).build()


class _Parser:
    def __init__(self, root: Element, problems: Problems) -> None:
        self.root = root
        self.problems = problems
        self._names: set[str] = set()
        self.namespace = (root.get("namespace") or "").strip()
        self.boxed = BoxedReader(problems, self._type_ref)
        self.imports = tuple(self._import(part) for part in childs(root, "import"))

    def build(self) -> model.Model:
        language = (self.root.get("expressionLanguage") or "").strip()
        if language and not is_feel(language):
            self.problems.error(
                "dmn-language",
                f"模型的表达式语言“{language}”不受支持。请改用 FEEL。",
                f"The model's expression language “{language}” is not supported. Use FEEL.",
                where=where(self.root),
                line=line_of(self.root),
            )
        nodes: dict[str, model.Node] = {}
        for part in self.root:
            node = self._node(part)
            if node is not None:
                self._add(nodes, node)
        return model.Model(
            name=name_of(self.root.get("name")),
            namespace=self.namespace,
            types=tuple(self._item(part) for part in childs(self.root, "itemDefinition")),
            imports=self.imports,
            nodes=nodes,
            file=self.problems.file,
        )

    def _add(self, nodes: dict[str, model.Node], node: model.Node) -> None:
        if node.id in nodes:
            self.problems.error(
                "dmn-duplicate-id",
                f"标识“{node.id}”用了两次。请给每个元素不同的标识。",
                f"The id “{node.id}” is used twice. Give each element its own.",
                where=node.id,
                line=node.line,
            )
            return
        if node.name in self._names:
            self.problems.warning(
                "dmn-duplicate-name",
                f"名称“{node.name}”用了两次，表达式无法区分。请改名。",
                f"The name “{node.name}” is used twice; expressions cannot tell them apart. "
                "Rename one.",
                where=node.id,
                line=node.line,
            )
        nodes[node.id] = node
        self._names.add(node.name)

    # ------------------------------------------------------------------ the graph

    def _node(self, element: Element) -> model.Node | None:
        match tag(element):
            case "decision":
                return self._decision(element)
            case "inputData":
                return self._input_data(element)
            case "businessKnowledgeModel":
                return self._knowledge_model(element)
            case "decisionService":
                return self._service(element)
            case _:
                return None

    def _decision(self, element: Element) -> model.Decision:
        name, ident = self._named(element)
        information = []
        for requirement in childs(element, "informationRequirement"):
            for part in childs(requirement, "requiredDecision", "requiredInput"):
                information.extend(self._references(part))
        return model.Decision(
            id=ident,
            name=name,
            variable=self.boxed.variable(child(element, "variable"), name),
            information=tuple(information),
            knowledge=self._knowledge(element),
            expression=self.boxed.inside(element),
            question=content(child(element, "question")),
            line=line_of(element),
        )

    def _input_data(self, element: Element) -> model.InputData:
        name, ident = self._named(element)
        return model.InputData(
            id=ident,
            name=name,
            variable=self.boxed.variable(child(element, "variable"), name),
            line=line_of(element),
        )

    def _knowledge_model(self, element: Element) -> model.KnowledgeModel:
        name, ident = self._named(element)
        logic = child(element, "encapsulatedLogic")
        return model.KnowledgeModel(
            id=ident,
            name=name,
            variable=self.boxed.variable(child(element, "variable"), name),
            function=None if logic is None else self.boxed.function(logic),
            knowledge=self._knowledge(element),
            line=line_of(element),
        )

    def _service(self, element: Element) -> model.DecisionService:
        name, ident = self._named(element)

        def refs(kind: str) -> tuple[model.Reference, ...]:
            return tuple(ref for part in childs(element, kind) for ref in self._references(part))

        return model.DecisionService(
            id=ident,
            name=name,
            variable=self.boxed.variable(child(element, "variable"), name),
            outputs=refs("outputDecision"),
            encapsulated=refs("encapsulatedDecision"),
            input_decisions=refs("inputDecision"),
            input_data=refs("inputData"),
            line=line_of(element),
        )

    def _named(self, element: Element) -> tuple[str, str]:
        name = name_of(element.get("name"))
        ident = element.get("id") or name
        if not name and not ident:
            self.problems.error(
                "dmn-no-name",
                "元素既无名称也无标识。请为它命名。",
                "An element has neither name nor id. Name it.",
                where=where(element),
                line=line_of(element),
            )
        return name or ident, ident

    def _knowledge(self, element: Element) -> tuple[model.Reference, ...]:
        return tuple(
            ref
            for requirement in childs(element, "knowledgeRequirement")
            for part in childs(requirement, "requiredKnowledge")
            for ref in self._references(part)
        )

    def _references(self, element: Element) -> list[model.Reference]:
        href = (element.get("href") or "").strip()
        namespace, hash_, ident = href.rpartition("#")
        if not hash_:
            namespace, ident = "", href
        if not ident:
            self.problems.error(
                "dmn-empty-reference",
                "引用没有写明指向哪个元素。请在建模工具中重新连线。",
                "A reference does not say which element it means. Draw the connection again.",
                where=where(element),
                line=line_of(element),
            )
            return []
        if namespace == self.namespace:
            namespace = ""
        return [model.Reference(namespace=namespace, id=ident, line=line_of(element))]

    # ------------------------------------------------------------------ the types

    def _import(self, element: Element) -> model.Import:
        return model.Import(
            name=name_of(element.get("name")),
            namespace=(element.get("namespace") or "").strip(),
            kind=(element.get("importType") or "").strip(),
            line=line_of(element),
        )

    def _item(self, element: Element) -> model.ItemDefinition:
        function = child(element, "functionItem")
        reference = child(element, "typeRef")
        return model.ItemDefinition(
            name=name_of(element.get("name")),
            type_ref="" if reference is None else self._type_ref(reference, content(reference)),
            collection=(element.get("isCollection") or "").strip() in ("true", "1"),
            components=tuple(self._item(part) for part in childs(element, "itemComponent")),
            function=None if function is None else self._function_item(function),
            allowed=self.boxed.text(child(element, "allowedValues")),
            constraint=self.boxed.text(child(element, "typeConstraint")),
            id=element.get("id", ""),
            line=line_of(element),
        )

    def _function_item(self, element: Element) -> model.FunctionItem:
        return model.FunctionItem(
            parameters=tuple(self.boxed.variable(part) for part in childs(element, "parameters")),
            output=self._type_ref(element, element.get("outputTypeRef")),
        )

    def _type_ref(self, element: Element, written: str | None) -> str:
        """A type's name without prefix, or behind the name of the import it comes from."""
        name = name_of(written)
        prefix, colon, local = name.partition(":")
        if not colon:
            return name
        namespace = element.nsmap.get(prefix)
        if namespace is None or namespace == self.namespace:
            return local
        if namespace in FEEL_NAMESPACES or namespace in NAMESPACES:
            return local
        for imported in self.imports:
            if imported.namespace == namespace and imported.name:
                return f"{imported.name}.{local}"
        return local
