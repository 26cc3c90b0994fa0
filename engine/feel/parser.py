"""Tokens → tree: DMN 1.5, chapter 10.3.1.

A precedence climber: each level of nesting costs few Python frames, and nesting is limited, so
that a hostile text ends as an error and not as an exhausted stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Final

from engine.feel import tree
from engine.feel.diagnostics import FeelSyntaxError, Null
from engine.feel.lexer import Token, unescape
from engine.feel.reader import KEYWORDS, Reader
from engine.feel.temporal_text import parse_temporal
from engine.feel.values import DECIMAL128, RangeKind

_CONSTANTS: Final[dict[str, object]] = {"true": True, "false": False, "null": None}
_COMPARISONS: Final[frozenset[str]] = frozenset({"=", "!=", "<", "<=", ">", ">="})
_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER = range(1, 7)
_BINARY: Final = {"+": _ADD, "-": _ADD, "*": _MULTIPLY, "/": _MULTIPLY, "**": _POWER}
_BEGINNERS: Final = frozenset({"if", "for", "some", "every", "function"})
_LONGEST_CHAIN: Final = 2_000
_LONGEST_PATH: Final = 100
_RESERVED: Final = KEYWORDS | _CONSTANTS.keys()


class Parser(Reader):
    """Parses one text; ``free`` afterwards holds the names it does not bind itself."""

    # -- entry points ------------------------------------------------------------------------

    def expression_text(self) -> tree.Node:
        """The whole text as one expression."""
        node = self.expression()
        self._end()
        return node

    def unary_tests_text(self) -> tree.Node:
        """The whole text as unary tests: ``-``, ``not(…)``, or positive tests."""
        first = self.token
        if first.text == "-" and self.tokens[1].kind == "end":
            return tree.AnyValue(first.start)
        if first.text == "not" and self.tokens[1].text == "(":
            negated = self._negated_tests()
            if negated is not None:
                return negated
        tests = self._positive_tests()
        self._end()
        return tree.Tests(first.start, tests)

    def _negated_tests(self) -> tree.Tests | None:
        start = self.token.start
        self.index = 2
        try:
            tests = self._positive_tests()
            self._expect(")")
            self._end()
        except FeelSyntaxError:
            # not(a) or not(b): an expression that merely begins like a negated test
            self.index = self._depth = self._range_ends = 0
            self._tests_at = -1
            return None
        return tree.Tests(start, tests, negated=True)

    def type_text(self) -> tree.TypeRef:
        """The whole text as a type."""
        ref = self._type()
        self._end()
        return ref

    def range_text(self) -> tree.Node:
        """The whole text as a range, as the function ``range`` reads it."""
        node = self._primary()
        self._end()
        return node

    # -- expressions -------------------------------------------------------------------------

    def expression(self, level: int = _OR) -> tree.Node:
        """An expression whose operators bind at least as tightly as ``level``."""
        self._depth += 1
        if self._depth > self._deepest:
            raise self._fail(
                f"不超过 {self._deepest} 层的嵌套", f"at most {self._deepest} levels of nesting"
            )
        node = self._climb(self._unary(), level)
        self._depth -= 1
        return node

    def _climb(self, left: tree.Node, level: int) -> tree.Node:
        links = 0
        while True:
            token = self.token
            step = self._operator(token, level)
            if step is None:
                return left
            left = step(left, token)
            links += 1
            if links > _LONGEST_CHAIN:
                raise self._fail(
                    f"不超过 {_LONGEST_CHAIN} 个连续运算",
                    f"at most {_LONGEST_CHAIN} operators in a row",
                )

    def _operator(self, token: Token, level: int) -> Callable[[tree.Node, Token], tree.Node] | None:
        text = token.text
        if token.kind == "op":
            if text in _BINARY and _BINARY[text] >= level:
                return self._arithmetic
            return self._comparison if text in _COMPARISONS and level <= _COMPARE else None
        if token.kind != "name":
            return None
        if text == "or":
            return self._logic if level <= _OR else None
        if text == "and":
            return self._logic if level <= _AND else None
        if level <= _COMPARE:
            if text == "in":
                return self._in
            if text == "between":
                return self._between
        if text == "instance":
            return self._instance_of
        return None

    def _arithmetic(self, left: tree.Node, token: Token) -> tree.Node:
        self.index += 1
        right = self.expression(_BINARY[token.text] + 1)
        return tree.Binary(token.start, token.text, left, right)  # type: ignore[arg-type]

    def _comparison(self, left: tree.Node, token: Token) -> tree.Node:
        self.index += 1
        right = self.expression(_ADD)
        return tree.Binary(token.start, token.text, left, right)  # type: ignore[arg-type]

    def _logic(self, left: tree.Node, token: Token) -> tree.Node:
        self.index += 1
        right = self.expression(_AND if token.text == "or" else _COMPARE)
        return tree.Binary(token.start, token.text, left, right)  # type: ignore[arg-type]

    def _between(self, left: tree.Node, token: Token) -> tree.Node:
        self.index += 1
        low = self.expression(_ADD)
        self._expect("and")
        return tree.Between(token.start, left, low, self.expression(_ADD))

    def _in(self, left: tree.Node, token: Token) -> tree.Node:
        self.index += 1
        return tree.In(token.start, left, self._positive_test(_ADD, allow_list=True))

    def _instance_of(self, left: tree.Node, token: Token) -> tree.Node:
        self.index += 1
        self._expect("of")
        return tree.InstanceOf(token.start, left, self._type())

    def _unary(self) -> tree.Node:
        token = self.token
        if token.text == "-" and token.kind == "op":
            self.index += 1
            self._depth += 1
            if self._depth > self._deepest:
                raise self._fail("较少的负号", "fewer minus signs")
            operand = self._unary()
            self._depth -= 1
            if isinstance(operand, tree.Constant) and isinstance(operand.value, Decimal):
                return tree.Constant(token.start, DECIMAL128.minus(operand.value))
            return tree.Negate(token.start, operand)
        return self._postfix(self._primary())

    def _postfix(self, node: tree.Node) -> tree.Node:
        links = 0
        while self.token.kind == "op":
            token = self.token
            if token.text == ".":
                self.index += 1
                node = tree.Path(token.start, node, self._member())
            elif token.text == "[" and not self._closes_range():
                self.index += 1
                with self._bound("item"), self._plain():
                    condition = self.expression()
                self._expect("]")
                node = tree.Filter(token.start, node, condition)
            elif token.text == "(":
                self.index += 1
                with self._plain():
                    node = self._call(node, token)
            else:
                break
            links += 1
            if links > _LONGEST_PATH:
                raise self._fail("较短的路径", "a shorter path")
        return node

    def _closes_range(self) -> bool:
        """Whether the ``[`` here ends a range, as in ``[1..10[``, and is no filter."""
        if not self._range_ends:
            return False
        after = self.tokens[self.index + 1]
        if after.kind == "end":
            return True
        if after.kind == "op":
            return after.text not in ("-", "(", "[", "{", "]")
        return after.text in KEYWORDS and after.text not in _BEGINNERS

    @contextmanager
    def _plain(self) -> Iterator[None]:
        """Inside brackets of its own, a ``[`` is a filter again."""
        kept, self._range_ends = self._range_ends, 0
        yield
        self._range_ends = kept

    # -- primaries ---------------------------------------------------------------------------

    def _primary(self) -> tree.Node:
        token = self.token
        match token.kind:
            case "number" | "name" | "bad" if known := self._given_name(token):
                return known
            case "number":
                self.index += 1
                return tree.Constant(token.start, _number(token.text))
            case "string":
                self.index += 1
                return tree.Constant(token.start, unescape(token))
            case "at":
                return self._at_literal(token)
            case "name":
                return self._word(token)
            case "op":
                return self._bracketed(token)
        raise self._fail("值、名称或括号", "a value, a name or a bracket")

    def _given_name(self, token: Token) -> tree.Node | None:
        # A name may begin like a number or a keyword, but then only a declared one.
        if token.kind == "name" and token.text not in _RESERVED:
            return None
        found = self.known.longest(self.tokens, self.index)
        if found is None or found[0] in self.builtins or found[1] == self.index + 1:
            return None
        return self._name()

    def _at_literal(self, token: Token) -> tree.Node:
        self.index += 1
        try:
            return tree.Constant(token.start, parse_temporal(unescape(token)))
        except Null:
            # DMN: a malformed literal is null, not an error of the whole expression.
            return tree.Constant(token.start, None)

    def _word(self, token: Token) -> tree.Node:
        match token.text:
            case "true" | "false" | "null":
                self.index += 1
                return tree.Constant(token.start, _CONSTANTS[token.text])
            case "if":
                return self._if(token)
            case "for":
                return self._for(token)
            case "some" | "every":
                return self._quantified(token)
            case "function":
                return self._function(token)
            case text if text in KEYWORDS:
                raise self._fail("值或名称", "a value or a name")
        return self._name()

    def _if(self, token: Token) -> tree.Node:
        self.index += 1
        condition = self.expression()
        self._expect("then")
        then = self.expression()
        self._expect("else")
        return tree.If(token.start, condition, then, self.expression())

    def _iterators(self) -> list[tree.Iterator]:
        found: list[tree.Iterator] = []
        while True:
            start = self.token.start
            name = self._declared("in")
            self._expect("in")
            domain = self.expression()
            end = self.expression() if self._take("..") else None
            found.append(tree.Iterator(start, name, domain, end))
            self.known.add(name)
            self._locals.append(name)
            if not self._take(","):
                return found

    def _unbind(self, iterators: Iterable[tree.Iterator]) -> None:
        for each in iterators:
            self.known.remove(each.name)
            self._locals.pop()

    def _for(self, token: Token) -> tree.Node:
        self.index += 1
        iterators = self._iterators()
        self._expect("return")
        with self._bound("partial"):
            body = self.expression()
        self._unbind(iterators)
        return tree.For(token.start, tuple(iterators), body)

    def _quantified(self, token: Token) -> tree.Node:
        self.index += 1
        iterators = self._iterators()
        self._expect("satisfies")
        condition = self.expression()
        self._unbind(iterators)
        return tree.Quantified(token.start, token.text == "every", tuple(iterators), condition)

    def _function(self, token: Token) -> tree.Node:
        self.index += 1
        self._expect("(")
        params: list[tuple[str, tree.TypeRef | None]] = []
        while not self._take(")"):
            if params:
                self._expect(",")
            name = self._declared(",", ")", ":")
            params.append((name, self._type() if self._take(":") else None))
        if self.token.text == "external" and self.tokens[self.index + 1].text == "{":
            self.index += 1
            self._primary()
            return tree.FunctionLiteral(token.start, tuple(params), None)
        with self._bound(*(name for name, _ in params)):
            body = self.expression()
        return tree.FunctionLiteral(token.start, tuple(params), body)

    def _call(self, function: tree.Node, token: Token) -> tree.Node:
        args: list[tree.Node] = []
        names: list[str] = []
        while not self._take(")"):
            if args:
                self._expect(",")
            name = self._argument_name()
            if name is not None:
                names.append(name)
            args.append(self.expression())
            if names and len(names) != len(args):
                raise self._fail(
                    "全部具名或全部按位置的参数", "arguments all named or all by place"
                )
        return tree.Call(token.start, function, tuple(args), tuple(names) if names else None)

    def _argument_name(self) -> str | None:
        index = self.index
        if self.tokens[index].kind not in ("name", "number"):
            return None
        while self.tokens[index].kind in ("name", "number") or (
            self.tokens[index].kind == "op" and self.tokens[index].text in "+-*/."
        ):
            index += 1
        if self.tokens[index].text != ":" or index == self.index:
            return None
        name = self._spelled(self.index, index)
        self.index = index + 1
        return name

    # -- brackets ----------------------------------------------------------------------------

    def _bracketed(self, token: Token) -> tree.Node:
        match token.text:
            case "(":
                return self._parenthesis(token)
            case "[":
                return self._list_or_range(token)
            case "]":
                self.index += 1
                low = self._endpoint()
                return self._range_rest(token, low, low_included=False)
            case "{":
                return self._context(token)
        raise self._fail("值、名称或括号", "a value, a name or a bracket")

    def _parenthesis(self, token: Token) -> tree.Node:
        tests_allowed = self._tests_at == self.index
        self.index += 1
        with self._plain():
            first = self._positive_test(_OR)
            if self.token.text == ".." and not isinstance(first, tree.OperatorRange):
                return self._range_rest(token, first, low_included=False)
            if not (tests_allowed and self.token.text == ","):
                self._expect(")")
                return first
            tests = [first]
            while self._take(","):
                tests.append(self._positive_test(_OR))
            self._expect(")")
        return tree.Tests(token.start, tuple(tests))

    def _list_or_range(self, token: Token) -> tree.Node:
        self.index += 1
        if self._take("]"):
            return tree.ListLiteral(token.start, ())
        with self._plain():
            items = [self._positive_test(_OR)]
            if self.token.text == "..":
                return self._range_rest(token, items[0], low_included=True)
            while self._take(","):
                items.append(self._positive_test(_OR))
            self._expect("]")
        return tree.ListLiteral(token.start, tuple(items))

    def _endpoint(self) -> tree.Node:
        self._range_ends += 1
        node = self.expression(_ADD)
        self._range_ends -= 1
        return node

    def _range_rest(self, token: Token, low: tree.Node, *, low_included: bool) -> tree.Node:
        self._expect("..")
        high = self._endpoint()
        closing = self._expect("]", ")", "[")
        return tree.RangeLiteral(token.start, low, high, low_included, closing.text == "]")

    def _context(self, token: Token) -> tree.Node:
        self.index += 1
        entries: list[tuple[str, tree.Node]] = []
        with self._plain():
            while not self._take("}"):
                if entries:
                    self._expect(",")
                key = self._key()
                self._expect(":")
                value = self.expression()
                if any(key == other for other, _ in entries):
                    self.index -= 1
                    raise self._fail("不重复的键", "a key that is not there yet")
                entries.append((key, value))
                self.known.add(key)
                self.members.add(key)
                self._locals.append(key)
        for key, _ in entries:
            self.known.remove(key)
            self._locals.pop()
        return tree.ContextLiteral(token.start, tuple(entries))

    def _key(self) -> str:
        token = self.token
        if token.kind == "string":
            self.index += 1
            return unescape(token)
        return self._declared(":")

    # -- unary tests -------------------------------------------------------------------------

    def _positive_tests(self) -> tuple[tree.Node, ...]:
        tests = [self._positive_test(_OR)]
        while self._take(","):
            tests.append(self._positive_test(_OR))
        return tuple(tests)

    def _positive_test(self, level: int, *, allow_list: bool = False) -> tree.Node:
        token = self.token
        if token.kind == "op" and token.text in _COMPARISONS:
            self.index += 1
            op: RangeKind = token.text  # type: ignore[assignment]
            return tree.OperatorRange(token.start, op, self.expression(_ADD))
        if allow_list:
            self._tests_at = self.index
        return self.expression(level)


def _number(text: str) -> Decimal | None:
    number = DECIMAL128.create_decimal(text)
    return number if number.is_finite() else None
