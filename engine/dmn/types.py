"""Item definitions → FEEL types (DMN 1.5 section 7.3.2), whatever order they are declared in.

A type has two faces. To FEEL (``instance of``, types of parameters) allowed values do not matter:
type conformance (10.3.2.9.1) is about structure. A value that is put into a variable of the type
must be one of those allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine import feel
from engine.dmn import model
from engine.dmn.names import NameIndex
from engine.dmn.problems import Problems
from engine.feel.types import (
    ANY,
    BUILT_IN_TYPES,
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
)


@dataclass(frozen=True)
class NamedType(FeelType):
    """A type known by name only, because its definition refers to itself."""

    table: _Table

    def accepts(self, value: object) -> bool:
        """What the definition accepts."""
        return self.table.known[self.name].accepts(value)


@dataclass(frozen=True)
class Allowed:
    """The test of an item definition's allowed values; ``text`` as written."""

    text: str
    expression: feel.Expression

    def __call__(self, value: object) -> bool:
        """Whether ``value`` is allowed."""
        return self.expression.evaluate({}, input=value) is True


class Types:
    """The types of one model, by name; those of imports behind the import's name and a dot."""

    def __init__(
        self,
        definitions: tuple[model.ItemDefinition, ...],
        imported: Mapping[str, Types],
        names: NameIndex,
        problems: Problems,
    ) -> None:
        self.definitions = {each.name: each for each in definitions}
        self.imported = imported
        self.problems = problems
        self.names = names
        self.plain = _Table(self, strict=False)
        self.strict = _Table(self, strict=True)
        for name in self.definitions:
            self.plain.define(name)
            self.strict.define(name)

    @property
    def known(self) -> Mapping[str, FeelType]:
        """Name → type as FEEL knows it, without allowed values."""
        return self.plain.known

    def find(self, reference: str, *, where: str = "", line: int | None = None) -> FeelType | None:
        """The type of a variable; None when any value will do."""
        return self.strict.find(reference, where, line)

    def enumeration(self, reference: str) -> str:
        """The allowed values of a type as written, '' when it has none: their order is a rank."""
        home, name = self.home(reference)
        seen = set()
        while name in home.definitions and name not in seen:
            seen.add(name)
            definition = home.definitions[name]
            if definition.allowed is not None and definition.allowed.text:
                return definition.allowed.text
            name = definition.type_ref
        return home.enumeration(name) if "." in name and home is not self else ""

    def component_enumeration(self, reference: str, component: str) -> str:
        """The allowed values of one component of a structure as written."""
        home, name = self.home(reference)
        definition = home.definitions.get(name)
        for part in definition.components if definition is not None else ():
            if part.name == component:
                if part.allowed is not None and part.allowed.text:
                    return part.allowed.text
                return home.enumeration(part.type_ref)
        return ""

    def home(self, reference: str) -> tuple[Types, str]:
        """Where a type is defined, and its name there."""
        prefix, dot, name = reference.partition(".")
        if dot and reference not in self.definitions and prefix in self.imported:
            return self.imported[prefix].home(name)
        return self, reference


class _Table:
    """One face of the types: with allowed values (``strict``) or without."""

    def __init__(self, types: Types, *, strict: bool) -> None:
        self.types = types
        self.strict = strict
        self.known: dict[str, FeelType] = {}
        self._under_way: set[str] = set()
        self._sizes: dict[str, int] = {}
        """How many types each is made of when written out; written-out types cost time."""
        for prefix, imported in types.imported.items():
            table = imported.strict if strict else imported.plain
            for name in imported.definitions:
                full = f"{prefix}.{name}" if prefix else name
                self.known[full] = table.known[name]
                self._sizes[full] = table._sizes.get(name, 1)

    def find(self, reference: str, where: str, line: int | None) -> FeelType | None:
        if not reference:
            return None
        if reference in self.types.definitions and reference not in self.known:
            self.define(reference)
        found = self.known.get(reference) or BUILT_IN_TYPES.get(reference)
        if found is None:
            found = _OTHER_TOOLS.get(reference) or self._written(reference)
        if found is None:
            self.types.problems.warning(
                "dmn-unknown-type",
                f"数据类型“{reference}”没有定义，按任意类型处理。请定义它或改用已有类型。",
                f"The type “{reference}” is not defined and is taken as Any. "
                "Define it or use one that is.",
                where=where,
                line=line,
            )
            found = ANY
        return None if found is ANY else found

    def _written(self, reference: str) -> FeelType | None:
        """A type spelt out where a name is expected, as ``list<number>``."""
        if "<" not in reference:
            return None
        try:
            return feel.parse_type(reference, types=self.known)
        except (feel.FeelSyntaxError, LookupError):
            return None

    def define(self, name: str) -> None:
        if name in self.known:
            return
        if name in self._under_way:
            self.known[name] = NamedType(name, self)
            return
        item = self.types.definitions[name]
        if len(self._under_way) >= _DEEPEST:
            self._refuse(item, "dmn-type-size", *_TOO_LARGE)
            self.known[name] = ANY
            return
        self._under_way.add(name)
        built = self._build(item)
        self._under_way.discard(name)
        self._sizes[name] = size = self._size(item)
        if isinstance(built, NamedType) and built.name == name:
            self._refuse(item, "dmn-circular-type", *_CIRCULAR)
        elif size > _LARGEST:
            self._refuse(item, "dmn-type-size", *_TOO_LARGE)
            self._sizes[name] = 1
        else:
            self.known[name] = built
            return
        self.known[name] = ANY

    def _size(self, item: model.ItemDefinition) -> int:
        size = 1 + self._sizes.get(item.type_ref, 1)
        size += sum(self._size(part) for part in item.components)
        if item.function is not None:
            mentioned = (
                *(each.type_ref for each in item.function.parameters),
                item.function.output,
            )
            size += sum(self._sizes.get(each, 1) for each in mentioned)
        return size

    def _refuse(self, item: model.ItemDefinition, code: str, zh: str, en: str) -> None:
        self.types.problems.error(
            code,
            f"数据类型“{item.name}”{zh}",
            f"The type “{item.name}” {en}",
            where=item.id or item.name,
            line=item.line,
        )

    def _build(self, item: model.ItemDefinition) -> FeelType:
        built = self._base(item)
        if item.allowed is not None:
            built = self._narrowed(item, built, item.allowed)
        if item.collection:
            built = ListType.of(built)
        if item.constraint is not None:
            built = self._narrowed(item, built, item.constraint)
        return built

    def _base(self, item: model.ItemDefinition) -> FeelType:
        where = item.id or item.name
        if item.function is not None:
            # Whether a function is of a type is a matter of conformance alone.
            find = self.types.plain.find
            return FunctionType.of(
                tuple(
                    find(each.type_ref, where, item.line) or ANY
                    for each in item.function.parameters
                ),
                find(item.function.output, where, item.line) or ANY,
            )
        if item.components:
            return ContextType.of({each.name: self._build(each) for each in item.components})
        return self.find(item.type_ref, where, item.line) or ANY

    def _narrowed(self, item: model.ItemDefinition, base: FeelType, tests: model.Text) -> FeelType:
        if not self.strict or tests.text in ("", "-"):
            return base
        types = self.types
        try:
            expression = feel.compile_unary(
                tests.text, names=types.names.within(tests.text), types=types.known
            )
        except feel.FeelSyntaxError as exc:
            types.problems.error(
                "dmn-feel",
                f"类型“{item.name}”的允许值写法有误：{exc.message('zh')}",
                f"The allowed values of type “{item.name}” are wrong: {exc.message('en')}",
                where=tests.id or item.id or item.name,
                line=tests.line,
            )
            return base
        return ConstrainedType(item.name or base.name, base, Allowed(tests.text, expression))


_OTHER_TOOLS: Final[Mapping[str, FeelType]] = dict.fromkeys(
    ("integer", "long", "double", "float", "short"), BUILT_IN_TYPES["number"]
)
"""Names older modeling tools offer, which FEEL does not have."""

_DEEPEST: Final = 50
_LARGEST: Final = 5_000
_CIRCULAR: Final = (
    "以自身定义。请写明它的实际类型。",
    "is defined as itself. Say what it really is.",
)
_TOO_LARGE: Final = (
    "层层展开后过大。请减少类型之间的嵌套。",
    "is too large when written out. Nest fewer types in one another.",
)
