"""Item definitions → FEEL types (DMN 1.5 section 7.3.2), whatever order they are declared in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from engine import feel
from engine.dmn import model
from engine.dmn.problems import Problems
from engine.feel.budget import Meter
from engine.feel.types import (
    ANY,
    BUILT_IN_TYPES,
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
)

_METER: ContextVar[Meter | None] = ContextVar("dmn_meter", default=None)

@contextmanager
def paid_by(meter: Meter) -> Iterator[None]:
    """Charge the tests of allowed values to ``meter`` while inside."""
    token = _METER.set(meter)
    try:
        yield
    finally:
        _METER.reset(token)

@dataclass(frozen=True)
class NamedType(FeelType):
    """A type known by name only, because its definition refers to itself."""

    find: Callable[[str], FeelType]

    def accepts(self, value: object) -> bool:
        """What the definition accepts."""
        return self.find(self.name).accepts(value)

@dataclass(frozen=True)
class Allowed:
    """The test of an item definition's allowed values; ``text`` as written."""

    text: str
    expression: feel.Expression

    def __call__(self, value: object) -> bool:
        """Whether ``value`` is allowed."""
        return self.expression.evaluate({}, input=value, budget=_METER.get()) is True

class Types:
    """The types of one model, by name; those of imports behind the import's name and a dot."""

    def __init__(
        self,
        definitions: tuple[model.ItemDefinition, ...],
        imported: Mapping[str, FeelType],
        names: frozenset[str],
        problems: Problems,
    ) -> None:
        self._definitions = {each.name: each for each in definitions}
        self._names = names
        self._problems = problems
        self._under_way: set[str] = set()
        self.known: dict[str, FeelType] = dict(imported)
        for each in definitions:
            self._define(each.name)

    def find(self, reference: str, *, where: str = "", line: int | None = None) -> FeelType | None:
        """The type of that name; None when none is asked for; any value when it is unknown."""
        if not reference:
            return None
        if reference in self._definitions and reference not in self.known:
            self._define(reference)
        found = self.known.get(reference) or BUILT_IN_TYPES.get(reference)
        if found is None:
            found = self._written(reference)
        if found is None:
            self._problems.warning(
                "dmn-unknown-type",
                f"数据类型“{reference}”没有定义，按任意类型处理。请定义它或改用已有类型。",
                f"The type “{reference}” is not defined and is taken as Any. "
                "Define it or use one that is.",
                where=where,
                line=line,
            )
            found = ANY
        return None if found is ANY else found

    def enumeration(self, reference: str) -> str:
        """The allowed values of a type as written, '' when it has none: their order is a rank."""
        seen = set()
        while reference in self._definitions and reference not in seen:
            seen.add(reference)
            definition = self._definitions[reference]
            if definition.allowed is not None and definition.allowed.text:
                return definition.allowed.text
            reference = definition.type_ref
        return ""

    def component_enumeration(self, reference: str, component: str) -> str:
        """The allowed values of one component of a structure as written."""
        definition = self._definitions.get(reference)
        for part in definition.components if definition is not None else ():
            if part.name == component:
                if part.allowed is not None and part.allowed.text:
                    return part.allowed.text
                return self.enumeration(part.type_ref)
        return ""

    def _written(self, reference: str) -> FeelType | None:
        """A type spelt out where a name is expected, as ``list<number>``."""
        if "<" not in reference:
            return None
        try:
            return feel.parse_type(reference, types=self.known)
        except feel.FeelSyntaxError:
            return None

    def _define(self, name: str) -> None:
        if name in self.known:
            return
        if name in self._under_way:
            # Refers to itself: looked up again when a value is tested.
            self.known[name] = NamedType(name, self.known.__getitem__)
            return
        self._under_way.add(name)
        built = self._build(self._definitions[name])
        self._under_way.discard(name)
        if isinstance(built, NamedType) and built.name == name:
            self._circular(self._definitions[name])
            built = ANY
        self.known[name] = built

    def _circular(self, item: model.ItemDefinition) -> None:
        self._problems.error(
            "dmn-circular-type",
            f"数据类型“{item.name}”以自身定义。请写明它的实际类型。",
            f"The type “{item.name}” is defined as itself. Say what it really is.",
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
            return FunctionType.of(
                tuple(
                    self.find(each.type_ref, where=where, line=item.line) or ANY
                    for each in item.function.parameters
                ),
                self.find(item.function.output, where=where, line=item.line) or ANY,
            )
        if item.components:
            return ContextType.of({each.name: self._build(each) for each in item.components})
        return self.find(item.type_ref, where=where, line=item.line) or ANY

    def _narrowed(
        self, item: model.ItemDefinition, base: FeelType, tests: model.Text
    ) -> FeelType:
        if tests.text in ("", "-"):
            return base
        try:
            expression = feel.compile_unary(tests.text, names=self._names, types=self.known)
        except feel.FeelSyntaxError as exc:
            self._problems.error(
                "dmn-feel",
                f"类型“{item.name}”的允许值写法有误：{exc.message('zh')}",
                f"The allowed values of type “{item.name}” are wrong: {exc.message('en')}",
                where=tests.id or item.id or item.name,
                line=tests.line,
            )
            return base
        return ConstrainedType(item.name or base.name, base, Allowed(tests.text, expression))
