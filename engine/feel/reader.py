"""What the parser stands on: tokens, names in scope, and types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from engine.feel import tree
from engine.feel.diagnostics import FeelSyntaxError
from engine.feel.lexer import Token, failure, full_width_hint, tokenize
from engine.feel.names import KnownNames

KEYWORDS: Final = frozenset(
    "if then else for in return some every satisfies and or between instance function external".split()
)
_CLOSERS: Final = frozenset("()[]{},:")
_LONGEST_TEXT: Final = 100_000
_TYPE_WORDS: Final = frozenset({"list", "range", "context", "function"})
_PROPERTIES: Final = ("time offset", "start included", "end included")
_TYPE_NAMES: Final = (
    "date and time",
    "days and time duration",
    "years and months duration",
    "day time duration",
    "year month duration",
)


class Reader:
    """The tokens of one text, a place in them, and the names in scope there."""

    def __init__(
        self,
        text: str,
        *,
        names: Iterable[str] = (),
        types: Iterable[str] = (),
        builtins: frozenset[str] = frozenset(),
        depth: int = 100,
    ) -> None:
        if len(text) > _LONGEST_TEXT:
            text = text[:_LONGEST_TEXT]
            end = Token("end", "", _LONGEST_TEXT, _LONGEST_TEXT, False)
            raise failure(
                text, end, f"不超过 {_LONGEST_TEXT} 个字符", f"at most {_LONGEST_TEXT} characters"
            )
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.given = frozenset(names)
        self.known = KnownNames((*builtins, *self.given))
        self.members = KnownNames((*_PROPERTIES, *self.given))
        self.types = KnownNames((*_TYPE_NAMES, *types))
        self.builtins = builtins
        self.free: set[str] = set()
        self.uses_input = False
        self._locals: list[str] = []
        self._tests_at = -1
        self._range_ends = 0
        self._depth = 0
        self._deepest = depth

    # -- tokens ------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """The token at this place."""
        return self.tokens[self.index]

    def _fail(self, zh: str, en: str) -> FeelSyntaxError:
        return failure(self.text, self.token, zh, en)

    def _take(self, text: str) -> bool:
        token = self.tokens[self.index]
        if token.text == text and token.kind in ("op", "name"):
            self.index += 1
            return True
        return False

    def _expect(self, *texts: str) -> Token:
        token = self.token
        if token.text not in texts or token.kind not in ("op", "name"):
            shown = " / ".join(texts)
            raise self._fail(f"“{shown}”", f'"{shown}"')
        self.index += 1
        return token

    def _end(self) -> None:
        if self.token.kind != "end":
            raise self._fail("运算符或结尾", "an operator or the end")

    @contextmanager
    def _bound(self, *names: str) -> Iterator[None]:
        """With ``names`` bound by the expression itself."""
        for name in names:
            self.known.add(name)
            self._locals.append(name)
        yield
        for name in names:
            self.known.remove(name)
            self._locals.pop()

    # -- names -------------------------------------------------------------------------------

    def _name(self) -> tree.Node:
        token = self.token
        found = self.known.longest(self.tokens, self.index)
        if found is not None and found[0] not in self._locals and found[0] not in self.given:
            # A function's name that is only the beginning of a longer, unknown one.
            following = self.tokens[found[1]]
            if following.kind == "name" and following.spaced and following.text not in KEYWORDS:
                found = None
        if found is None:
            found = self._joined()
        name, self.index = found
        local = name in self._locals
        if name == "?":
            self.uses_input = True
        elif not local and (name in self.given or name not in self.builtins):
            self.free.add(name)
        return tree.Name(token.start, name, local)

    def _joined(self) -> tuple[str, int]:
        """An unknown name: words that nothing separates can only be one name."""
        index = self.index
        words: list[str] = []
        first = index
        while index == first or (
            self.tokens[index].kind == "name"
            and self.tokens[index].text not in KEYWORDS
            and self.tokens[index].text != "?"
        ):
            if full_width_hint(self.tokens[index].text):
                self.index = index
                raise self._fail("运算符或已声明的名称", "an operator or a declared name")
            words.append(self.tokens[index].text)
            index += 1
        return " ".join(words), index

    def _member(self) -> str:
        found = self.members.longest(self.tokens, self.index)
        if found is None:
            if self.token.kind != "name":
                raise self._fail("属性名", "the name of a property")
            found = self._joined()
        name, self.index = found
        return name

    def _declared(self, *ends: str) -> str:
        """A name being declared: everything up to one of ``ends``."""
        start = self.index
        first = self.token
        if first.kind not in ("name", "number"):
            raise self._fail("名称", "a name")
        self.index += 1
        while self.token.text not in ends:
            if self.token.kind == "end" or self.token.text in _CLOSERS:
                shown = " / ".join(ends)
                raise self._fail(f"“{shown}”", f'"{shown}"')
            self.index += 1
        return self._spelled(start, self.index)

    def _spelled(self, start: int, end: int) -> str:
        parts = [self.tokens[start].text]
        parts.extend(
            f" {token.text}" if token.spaced else token.text
            for token in self.tokens[start + 1 : end]
        )
        return "".join(parts)

    # -- types -------------------------------------------------------------------------------

    def _type(self) -> tree.TypeRef:
        self._depth += 1
        if self._depth > self._deepest:
            raise self._fail("较浅的类型", "a type nested less")
        ref = self._type_here()
        self._depth -= 1
        return ref

    def _type_here(self) -> tree.TypeRef:
        token = self.token
        if token.kind != "name":
            raise self._fail("类型名", "the name of a type")
        if token.text in _TYPE_WORDS and self.tokens[self.index + 1].text == "<":
            self.index += 2
            return self._generic(token.text)
        if token.text == "function" and self.tokens[self.index + 1].text == "(":
            raise self._fail("function<…>->…", "function<…>->…")
        return tree.TypeRef(self._type_name())

    def _generic(self, word: str) -> tree.TypeRef:
        if word == "context":
            return tree.TypeRef("context", fields=self._fields())
        args: list[tree.TypeRef] = []
        while not self._take(">"):
            if args:
                self._expect(",")
            args.append(self._type())
        if word == "function":
            self._expect("->")
            return tree.TypeRef("function", tuple(args), result=self._type())
        if len(args) != 1:
            raise self._fail("恰好一个元素类型", "exactly one element type")
        return tree.TypeRef(word, tuple(args))

    def _fields(self) -> tuple[tuple[str, tree.TypeRef], ...]:
        fields: list[tuple[str, tree.TypeRef]] = []
        while not self._take(">"):
            if fields:
                self._expect(",")
            name = self._declared(":")
            self._expect(":")
            fields.append((name, self._type()))
        return tuple(fields)

    def _type_name(self) -> str:
        known = self.types.longest(self.tokens, self.index) or self._joined()
        name, self.index = known
        while self._take("."):
            name = f"{name}.{self._type_name()}"
        return name
