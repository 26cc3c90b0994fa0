"""Tree → Python closures.

Each node becomes a function of a :class:`Frame`; what can be decided once is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Final, TypeVar

from engine.feel import loops, operators, tree
from engine.feel.budget import Run
from engine.feel.calls import invoke
from engine.feel.codes import OPERATORS, Test, any_of, guarded, in_literal, ordered
from engine.feel.diagnostics import Null
from engine.feel.frames import MISSING, Code, Frame, find, find_path
from engine.feel.members import member
from engine.feel.types import FeelType, instance_of, resolve_type
from engine.feel.values import Context, FeelFunction, FeelRange, kind_en, kind_zh

N = TypeVar("N", bound=tree.Node)


class Compiler:
    """Compiles trees against the built-in functions and the types in scope."""

    def __init__(self, builtins: Mapping[str, FeelFunction], types: Mapping[str, FeelType]) -> None:
        self.builtins = builtins
        self.types = types

    def compile(self, node: tree.Node) -> Code:
        """The closure of ``node``."""
        return _METHODS[type(node)](self, node)

    def _all(self, nodes: tuple[tree.Node, ...]) -> tuple[Code, ...]:
        return tuple(self.compile(each) for each in nodes)

    # -- values and names --------------------------------------------------------------------

    def _constant(self, node: tree.Constant) -> Code:
        value = node.value
        return lambda frame: value

    def _name(self, node: tree.Name) -> Code:
        name, pos = node.name, node.pos
        fallback: object = self.builtins.get(name, MISSING)

        def look_up(frame: Frame) -> object:
            value = find(frame, name)
            if value is not MISSING:
                return value
            if fallback is not MISSING:
                return fallback
            frame.run.note(pos, f"没有名为“{name}”的变量。", f'there is no variable "{name}".')
            return None

        if name == "partial" and node.local:
            # The list still grows: who keeps it gets a copy.
            return lambda frame: loops.snapshot(frame.run, look_up(frame))
        return look_up

    def _path(self, node: tree.Path) -> Code:
        names = [(node.member, node.pos)]
        base = node.base
        while isinstance(base, tree.Path):
            names.append((base.member, base.pos))
            base = base.base
        names.reverse()
        if isinstance(base, tree.Name) and not base.local:
            return self._path_from_name(base, names)
        code = self.compile(base)

        def follow(frame: Frame) -> object:
            return _follow(frame.run, code(frame), names)

        return follow

    def _path_from_name(self, base: tree.Name, names: list[tuple[str, int]]) -> Code:
        chain = (base.name, *(name for name, _ in names))
        look_up = self._name(base)

        def follow(frame: Frame) -> object:
            value, used = find_path(frame, chain)
            if used == 0:
                return _follow(frame.run, look_up(frame), names)
            return value if used > len(names) else _follow(frame.run, value, names[used - 1 :])

        return follow

    # -- operators ---------------------------------------------------------------------------

    def _binary(self, node: tree.Binary) -> Code:
        # The left spine of a long chain is walked in a loop, so its length costs no stack.
        spine = [node]
        while isinstance(spine[-1].left, tree.Binary):
            spine.append(spine[-1].left)
        spine.reverse()
        code = self.compile(spine[0].left)
        if len(spine) > _LONG_SPINE:
            return self._long_spine(code, spine)
        for each in spine:
            code = OPERATORS[each.op](each, code, self.compile(each.right))
        return code

    def _long_spine(self, first: Code, spine: list[tree.Binary]) -> Code:
        steps = [OPERATORS[each.op](each, _held, self.compile(each.right)) for each in spine]

        def walk(frame: Frame) -> object:
            value = first(frame)
            for code in steps:
                inner = Frame(frame.run, {_HELD: value}, frame)
                value = code(inner)
            return value

        return walk

    def _negate(self, node: tree.Negate) -> Code:
        operand, pos = self.compile(node.operand), node.pos

        def negate(frame: Frame) -> object:
            return guarded(frame.run, pos, operators.negate, operand(frame))

        return negate

    def _between(self, node: tree.Between) -> Code:
        operand, low, high = self._all((node.operand, node.low, node.high))
        pos = node.pos

        def between(frame: Frame) -> object:
            value = operand(frame)
            above = ordered(frame.run, pos, ">=", value, low(frame))
            below = ordered(frame.run, pos, "<=", value, high(frame))
            if above is False or below is False:
                return False
            return None if above is None or below is None else True

        return between

    def _instance_of(self, node: tree.InstanceOf) -> Code:
        operand, pos = self.compile(node.operand), node.pos
        type_ = resolve_type(node.type, self.types)
        if type_ is None:
            name = node.type.name

            def unknown(frame: Frame) -> object:
                frame.run.note(pos, f"没有类型“{name}”。", f'there is no type "{name}".')
                return None

            return unknown
        return lambda frame: instance_of(operand(frame), type_)

    # -- conditions and tests ----------------------------------------------------------------

    def _if(self, node: tree.If) -> Code:
        condition, then, otherwise = self._all((node.condition, node.then, node.otherwise))
        pos = node.condition.pos

        def choose(frame: Frame) -> object:
            value = condition(frame)
            if value is True:
                return then(frame)
            if value is not False:
                frame.run.note(
                    pos,
                    f"条件应为布尔值，却是{kind_zh(value)}，按“否”处理。",
                    f"the condition is a {kind_en(value)}, not a boolean; taken as false.",
                )
            return otherwise(frame)

        return choose

    def _in(self, node: tree.In) -> Code:
        operand, test, pos = self.compile(node.operand), self._test(node.test), node.pos

        def within(frame: Frame) -> object:
            value = operand(frame)
            found = test(frame, value)
            if found is None:
                frame.run.note(
                    pos,
                    f"{kind_zh(value)}不能与 in 右边的值比较。",
                    f"a {kind_en(value)} cannot be compared with what is right of in.",
                )
            return found

        return within

    def _test(self, node: tree.Node) -> Test:
        if isinstance(node, tree.OperatorRange):
            code = self._operator_range(node)
            return lambda frame, value: operators.in_range(
                frame.run.meter,
                value,
                code(frame),  # type: ignore[arg-type]
            )
        if isinstance(node, tree.Tests):
            return any_of([self._test(each) for each in node.tests])
        code = self.compile(node)
        if isinstance(node, tree.RangeLiteral):
            return lambda frame, value: in_literal(frame, value, code(frame))
        return lambda frame, value: operators.satisfies(frame.run.meter, value, code(frame))

    def _unary_test(self, node: tree.Node) -> Test:
        if isinstance(node, tree.OperatorRange):
            return self._test(node)
        code = self.compile(node)
        if mentions(node, "?"):

            def asked(frame: Frame, value: object) -> bool | None:
                result = code(frame)
                if result is None or isinstance(result, bool):
                    return result
                return operators.satisfies(frame.run.meter, value, result)

            return asked
        if isinstance(node, tree.Constant):
            # A plain ``true`` asks for true: it does not hold for whoever answered nothing.
            return lambda frame, value: operators.satisfies(frame.run.meter, value, node.value)

        def tested(frame: Frame, value: object) -> bool | None:
            result = code(frame)
            if isinstance(result, bool) and not isinstance(value, bool):
                return result
            return operators.satisfies(frame.run.meter, value, result)

        return tested

    def _tests(self, node: tree.Tests) -> Code:
        test = any_of([self._unary_test(each) for each in node.tests])
        negated = node.negated

        def run(frame: Frame) -> object:
            value = find(frame, "?")
            found = test(frame, None if value is MISSING else value)
            return found if found is None or not negated else not found

        return run

    def _any_value(self, node: tree.AnyValue) -> Code:
        return lambda frame: True

    # -- collections -------------------------------------------------------------------------

    def _list(self, node: tree.ListLiteral) -> Code:
        items = self._all(node.items)

        def build(frame: Frame) -> object:
            frame.run.meter.tick(len(items))
            return [item(frame) for item in items]

        return build

    def _context(self, node: tree.ContextLiteral) -> Code:
        entries = tuple((key, self.compile(value)) for key, value in node.entries)

        def build(frame: Frame) -> object:
            frame.run.meter.tick(len(entries))
            context = Context()
            inner = Frame(frame.run, context, frame)
            for key, code in entries:
                context[key] = code(inner)
            return context

        return build

    def _range(self, node: tree.RangeLiteral) -> Code:
        low, high, pos = self.compile(node.low), self.compile(node.high), node.pos
        left, right = node.low_included, node.high_included

        def build(frame: Frame) -> object:
            return guarded(
                frame.run, pos, operators.make_range, low(frame), high(frame), left, right
            )

        return build

    def _operator_range(self, node: tree.OperatorRange) -> Code:
        bound, op = self.compile(node.bound), node.op
        return lambda frame: FeelRange.by_operator(op, bound(frame))

    # -- loops and filters -------------------------------------------------------------------

    def _iterator(self, node: tree.Iterator) -> loops.Domain:
        end = self.compile(node.end) if node.end is not None else None
        return loops.Domain(node.name, self.compile(node.domain), end, node.pos)

    def _for(self, node: tree.For) -> Code:
        domains = [self._iterator(each) for each in node.iterators]
        return loops.for_each(domains, self.compile(node.body), node.pos)

    def _quantified(self, node: tree.Quantified) -> Code:
        domains = [self._iterator(each) for each in node.iterators]
        return loops.quantified(domains, self.compile(node.condition), node.every, node.pos)

    def _filter(self, node: tree.Filter) -> Code:
        base = node.base
        if isinstance(base, tree.Name) and base.local and base.name == "partial":
            code: Code = lambda frame: find(frame, "partial")  # noqa: E731 - no copy needed here
        else:
            code = self.compile(base)
        return loops.filtered(code, self.compile(node.condition), _is_boolean(node.condition), node)

    # -- functions ---------------------------------------------------------------------------

    def _function(self, node: tree.FunctionLiteral) -> Code:
        params = [
            (name, resolve_type(ref, self.types) if ref is not None else None)
            for name, ref in node.params
        ]
        if node.body is None:
            return lambda frame: FeelFunction("external", params, _external)
        body = self.compile(node.body)
        return lambda frame: Closure(params, body, frame)

    def _call(self, node: tree.Call) -> Code:
        args, names, pos = self._all(node.args), node.names, node.pos
        function = self._called(node.function)

        def call(frame: Frame) -> object:
            try:
                return invoke(function(frame), frame.run, [arg(frame) for arg in args], names)
            except Null as null:
                frame.run.note(pos, null.zh, null.en)
                return None

        return call

    def _called(self, node: tree.Node) -> Code:
        code = self.compile(node)
        builtin = self.builtins.get(node.name) if isinstance(node, tree.Name) else None
        if builtin is None:
            return code

        def choose(frame: Frame) -> object:
            # A variable named like a built-in function does not take the function away.
            value = code(frame)
            return value if isinstance(value, FeelFunction) else builtin

        return choose


_LONG_SPINE: Final = 20
_HELD: Final = "\0held"


def _held(frame: Frame) -> object:
    """The value so far in a long chain of operators."""
    return frame.values[_HELD]


class Closure(FeelFunction):
    """A function literal with the scope it was written in."""

    __slots__ = ("_code", "_frame")

    def __init__(self, params: list[tuple[str, FeelType | None]], code: Code, frame: Frame) -> None:
        super().__init__("function", params, _external)
        self._code = code
        self._frame = frame

    def apply(self, run: Run, args: object) -> object:
        """Run the body where it was written, on the caller's budget."""
        values = {param.name: value for param, value in zip(self.params, args, strict=True)}  # type: ignore[call-overload]
        return self._code(Frame(run, values, self._frame))


def _external(*args: object) -> object:
    raise Null("外部函数不被执行。", "external functions are not run.")


def mentions(node: object, name: str) -> bool:
    """Whether the variable ``name`` occurs in a tree."""
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, tree.Name) and each.name == name:
            return True
        if isinstance(each, tuple):
            stack.extend(each)
        elif is_dataclass(each) and isinstance(each, tree.Node):
            stack.extend(getattr(each, item.name) for item in fields(each))
    return False


def _follow(run: Run, value: object, names: list[tuple[str, int]]) -> object:
    for name, pos in names:
        try:
            value = member(run, value, name)
        except Null as null:
            run.note(pos, null.zh, null.en)
            return None
    return value


def _is_boolean(node: tree.Node) -> bool:
    if isinstance(node, tree.Binary):
        return node.op not in ("+", "-", "*", "/", "**")
    return isinstance(node, tree.In | tree.Between | tree.Quantified | tree.InstanceOf)


_METHODS: Final[dict[type, Callable[..., Code]]] = {
    tree.Constant: Compiler._constant,
    tree.Name: Compiler._name,
    tree.Path: Compiler._path,
    tree.Binary: Compiler._binary,
    tree.Negate: Compiler._negate,
    tree.Between: Compiler._between,
    tree.InstanceOf: Compiler._instance_of,
    tree.If: Compiler._if,
    tree.In: Compiler._in,
    tree.Tests: Compiler._tests,
    tree.AnyValue: Compiler._any_value,
    tree.ListLiteral: Compiler._list,
    tree.ContextLiteral: Compiler._context,
    tree.RangeLiteral: Compiler._range,
    tree.OperatorRange: Compiler._operator_range,
    tree.For: Compiler._for,
    tree.Quantified: Compiler._quantified,
    tree.Filter: Compiler._filter,
    tree.FunctionLiteral: Compiler._function,
    tree.Call: Compiler._call,
}
