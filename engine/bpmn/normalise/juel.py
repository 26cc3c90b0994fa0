"""The part of Camunda 7's expression language (JUEL) that says the same in FEEL.

Comparisons, ``and``/``or``/``not``, arithmetic, property paths, literals and ``a ? b : c`` are
rewritten; calls of methods and beans are programs, and are refused by name.
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?)
    | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<name>[^\W\d]\w*)
    | (?P<symbol>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])
    )""",
    re.VERBOSE,
)
_WORDS: Final = {
    "and": "&&",
    "or": "||",
    "not": "!",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "div": "/",
    "mod": "%",
}
_COMPARISONS: Final = {"==": "=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_HOST_OBJECTS: Final = frozenset({"execution", "task", "delegateTask", "authenticatedUserId"})
_MAX_DEPTH: Final = 50


class NotTranslatable(Exception):
    """The expression says something FEEL does not; ``part`` is the word that does."""

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(part)


def is_juel(text: str | None) -> bool:
    """Whether a text contains an expression of Camunda 7: ``${…}`` or ``#{…}``."""
    return "${" in (text or "") or "#{" in (text or "")


def to_feel(text: str) -> str:
    """``${amount > 5 && dept == 'x'}`` → ``amount > 5 and dept = "x"``.

    Raises :class:`NotTranslatable` for what has no equal in FEEL, texts that mix literal parts
    with expressions included.
    """
    stripped = text.strip()
    if not (stripped[:2] in {"${", "#{"} and stripped.endswith("}")):
        raise NotTranslatable(stripped)
    inner = stripped[2:-1]
    if is_juel(inner):
        raise NotTranslatable(stripped)
    reader = _Reader(inner)
    translated = reader.ternary(0)
    if not reader.at_end():
        raise NotTranslatable(reader.peek())
    return translated


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NotTranslatable(text[position : position + 20])
        word = match.group(match.lastgroup or "symbol")
        found.append(_WORDS.get(word, word) if match.lastgroup == "name" else word)
        position = match.end()
    return found


class _Reader:
    """Recursive descent by JUEL's precedence, writing FEEL."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._position = 0

    def at_end(self) -> bool:
        return self._position >= len(self._tokens)

    def peek(self) -> str:
        return "" if self.at_end() else self._tokens[self._position]

    def ternary(self, depth: int) -> str:
        if depth > _MAX_DEPTH:
            raise NotTranslatable("(((…")
        condition = self._or(depth)
        if self.peek() != "?":
            return condition
        self._take("?")
        yes = self.ternary(depth + 1)
        self._take(":")
        no = self.ternary(depth + 1)
        return f"if {condition} then {yes} else {no}"

    def _take(self, expected: str | None = None) -> str:
        word = self.peek()
        if not word or (expected is not None and word != expected):
            raise NotTranslatable(word or expected or "")
        self._position += 1
        return word

    def _or(self, depth: int) -> str:
        parts = [self._and(depth)]
        while self.peek() == "||":
            self._take()
            parts.append(self._and(depth))
        return " or ".join(parts)

    def _and(self, depth: int) -> str:
        parts = [self._comparison(depth)]
        while self.peek() == "&&":
            self._take()
            parts.append(self._comparison(depth))
        return " and ".join(parts)

    def _comparison(self, depth: int) -> str:
        left = self._sum(depth)
        if self.peek() not in _COMPARISONS:
            return left
        operator = _COMPARISONS[self._take()]
        right = self._sum(depth)
        # JUEL compares from left to right, FEEL compares once.
        if self.peek() in _COMPARISONS:
            raise NotTranslatable(self.peek())
        return f"{left} {operator} {right}"

    def _sum(self, depth: int) -> str:
        text = self._product(depth)
        while self.peek() in {"+", "-"}:
            text = f"{text} {self._take()} {self._product(depth)}"
        return text

    def _product(self, depth: int) -> str:
        text = self._unary(depth)
        while self.peek() in {"*", "/", "%"}:
            operator = self._take()
            right = self._unary(depth)
            text = f"modulo({text}, {right})" if operator == "%" else f"{text} {operator} {right}"
        return text

    def _unary(self, depth: int) -> str:
        if depth > _MAX_DEPTH:
            raise NotTranslatable("!!!…")
        if self.peek() == "!":
            self._take()
            return f"not({self._unary(depth + 1)})"
        if self.peek() == "-":
            self._take()
            return f"-{self._unary(depth + 1)}"
        if self.peek() == "empty":
            self._take()
            operand = self._path(depth + 1)
            # It is written three times, so that nothing but a path may stand here.
            if "(" in operand:
                raise NotTranslatable(f"empty {operand[:40]}")
            return f'({operand} = null or {operand} = "" or {operand} = [])'
        return self._path(depth)

    def _path(self, depth: int) -> str:
        word = self._take()
        if word == "(":
            inner = self.ternary(depth + 1)
            self._take(")")
            return f"({inner})"
        if word[0] in "'\"":
            return _string(word)
        if word[0].isdigit() or word in {"true", "false", "null"}:
            return word
        if not (word[0].isalpha() or word[0] == "_") or word in _HOST_OBJECTS:
            raise NotTranslatable(word)
        return self._steps(word)

    def _steps(self, path: str) -> str:
        while self.peek() in {".", "[", "("}:
            symbol = self._take()
            if symbol == "(":
                raise NotTranslatable(f"{path}(…)")
            step = self._take()
            if symbol == "[":
                if step[0] not in "'\"" or not step[1:-1].isidentifier():
                    raise NotTranslatable(f"{path}[{step}]")
                step = step[1:-1]
                self._take("]")
            elif not (step[0].isalpha() or step[0] == "_"):
                raise NotTranslatable(f"{path}.{step}")
            path = f"{path}.{step}"
        return path


def _string(word: str) -> str:
    content = re.sub(r"\\(.)", r"\1", word[1:-1])
    return '"' + content.replace("\\", "\\\\").replace('"', '\\"') + '"'
