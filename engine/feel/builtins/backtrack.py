r"""Patterns that refer back to a group (``(a)\1``), which no linear-time engine can match.

A small backtracking machine with a stack of its own. Every instruction is paid for, so a
catastrophic pattern ends as BudgetExceeded and not as a hanging process.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from engine.feel.budget import Run, exceeded
from engine.feel.builtins.classes import CONTROL, SINGLE, PatternReader, malformed
from engine.feel.builtins.codepoints import CLASSES, CodeSet
from engine.feel.diagnostics import Null

Op = Literal["set", "split", "jump", "save", "mark", "moved", "start", "end", "back"]


class Step(NamedTuple):
    """One instruction; jumps are relative. ``split`` tries ``a`` first, then ``b``."""

    op: Op
    a: int = 0
    b: int = 0
    chars: CodeSet | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One occurrence."""

    text: str
    registers: tuple[int, ...]

    def start(self) -> int:
        """Where it begins."""
        return self.registers[0]

    def end(self) -> int:
        """Where it ends."""
        return self.registers[1]

    def group(self, number: int = 0) -> str | None:
        """What a group matched, if it took part."""
        low, high = self.registers[2 * number : 2 * number + 2]
        return None if low < 0 or high < 0 else self.text[low:high]


_LONGEST: Final = 5_000
_DEEPEST: Final = 50
_MOST_REPEATS: Final = 1000
_MOST_REGISTERS: Final = 100
_MOST_OPEN: Final = 50_000
_COUNTS: Final = re.compile(r"\{(\d{1,4})(?:(,)(\d{0,4}))?\}")
_LINE_ENDS: Final = CodeSet(((10, 10), (13, 13)))


class _Builder(PatternReader):
    def __init__(self, pattern: str, flags: str) -> None:
        super().__init__(pattern, flags)
        self.dot = CodeSet(()).complement() if "s" in flags else _LINE_ENDS.complement()
        self.groups = 0
        self.closed: set[int] = set()
        self.marks = 0
        self.depth = 0

    def build(self) -> list[Step]:
        code = self._alternatives()
        if self.index < len(self.pattern):
            malformed()
        return [Step("save", 0), *code, Step("save", 1)]

    def _alternatives(self) -> list[Step]:
        self.depth += 1
        if self.depth > _DEEPEST:
            malformed()
        code = self._sequence()
        while self.peek() == "|":
            self.index += 1
            other = self._sequence()
            code = [
                Step("split", 1, len(code) + 2),
                *code,
                Step("jump", len(other) + 1),
                *other,
            ]
        self.depth -= 1
        return code

    def _sequence(self) -> list[Step]:
        code: list[Step] = []
        while self.peek() not in ("", "|", ")"):
            code += self._repeated(self._one())
            if len(code) > _LONGEST:
                raise Null("正则表达式过于复杂。", "the regular expression is too complex.")
        return code

    def _one(self) -> list[Step]:
        match here := self.peek():
            case "(":
                return self._group()
            case "[":
                return [Step("set", chars=self.character_class())]
            case "\\":
                return self._escape()
            case "*" | "+" | "?" | "{" | "}" | "]":
                malformed()
        self.index += 1
        if here in "^$":
            return [Step("start" if here == "^" else "end")]
        return [Step("set", chars=self.dot if here == "." else self._character(here))]

    def _character(self, here: str) -> CodeSet:
        return self.characters(ord(here), ord(here))

    def _escape(self) -> list[Step]:
        letter = self.peek(1)
        if letter in ("p", "P"):
            return [Step("set", chars=self.category())]
        self.index += 2
        if letter in CLASSES:
            return [Step("set", chars=CLASSES[letter]())]
        if letter.isascii() and letter.isdigit():
            return [Step("back", self._reference(letter))]
        if not letter or letter not in SINGLE:
            malformed()
        return [Step("set", chars=self._character(CONTROL.get(letter, letter)))]

    def _reference(self, letter: str) -> int:
        """The group meant: the longest number that is one, which must be closed by now."""
        number = int(letter)
        while self.peek().isascii() and self.peek().isdigit():
            longer = number * 10 + int(self.peek())
            if longer > self.groups:
                break
            number = longer
            self.index += 1
        if number not in self.closed:
            malformed()
        return number

    def _group(self) -> list[Step]:
        self.index += 1
        number = 0
        if self.peek() == "?":
            if self.peek(1) != ":":
                malformed()
            self.index += 2
        else:
            self.groups += 1
            number = self.groups
        code = self._alternatives()
        if self.peek() != ")":
            malformed()
        self.index += 1
        if not number:
            return code
        self.closed.add(number)
        return [Step("save", 2 * number), *code, Step("save", 2 * number + 1)]

    def _repeated(self, code: list[Step]) -> list[Step]:
        here = self.peek()
        if here == "{":
            counts = _COUNTS.match(self.pattern, self.index)
            if counts is None:
                malformed()
            self.index = counts.end()
            least = int(counts[1])
            most = least if counts[2] is None else int(counts[3]) if counts[3] else None
        elif here and here in "*+?":
            self.index += 1
            least, most = (1 if here == "+" else 0), (1 if here == "?" else None)
        else:
            return code
        lazy = self.peek() == "?"
        self.index += lazy
        if max(least, most or 0) > _MOST_REPEATS or len(code) * max(least, most or 1) > _LONGEST:
            raise Null("正则表达式过于复杂。", "the regular expression is too complex.")
        tail = self._star(code, lazy) if most is None else []
        for _ in range((most or least) - least):
            tail = [_choice(1, len(code) + len(tail) + 1, lazy), *code, *tail]
        return [*code * least, *tail]

    def _star(self, code: list[Step], lazy: bool) -> list[Step]:
        # A round that moves nowhere fails, so that (a*)* comes to an end.
        self.marks += 1
        mark = -self.marks
        size = len(code)
        return [
            _choice(1, size + 4, lazy),
            Step("mark", mark),
            *code,
            Step("moved", mark),
            Step("jump", -(size + 3)),
        ]


def _choice(into: int, past: int, lazy: bool) -> Step:
    return Step("split", past, into) if lazy else Step("split", into, past)


class Backtracking:
    """A compiled pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        builder = _Builder(pattern, flags)
        self._code = builder.build()
        self.groups = builder.groups
        self._registers = 2 * (builder.groups + 1) + builder.marks
        if self._registers > _MOST_REGISTERS:
            raise Null("正则表达式过于复杂。", "the regular expression is too complex.")
        self._multiline = "m" in flags
        self._caseless = "i" in flags
        self._starts = [
            [low for low, _ in step.chars.intervals] if step.chars else [] for step in self._code
        ]

    def occurrences(self, run: Run, text: str) -> Iterator[Found]:
        """All occurrences, left to right."""
        place = 0
        while place <= len(text):
            found = self._at(run, text, place)
            if found is None:
                place += 1
                continue
            yield found
            place = max(found.end(), place + 1)

    def _at(self, run: Run, text: str, place: int) -> Found | None:
        stack = [(0, place, (-1,) * self._registers)]
        tick = run.meter.tick
        while stack:
            pc, at, registers = stack.pop()
            while True:
                tick()
                if pc == len(self._code):
                    return Found(text, registers)
                step = self._code[pc]
                if step.op == "split":
                    if len(stack) > _MOST_OPEN:
                        exceeded("正则表达式回溯过多。", "the pattern backtracks too much.")
                    stack.append((pc + step.b, at, registers))
                    pc += step.a
                elif step.op == "jump":
                    pc += step.a
                elif step.op in ("save", "mark"):
                    kept = list(registers)
                    kept[step.a] = at
                    registers = tuple(kept)
                    pc += 1
                else:
                    width = self._width(text, at, pc, registers)
                    if width < 0:
                        break
                    at += width
                    pc += 1
        return None

    def _width(self, text: str, at: int, pc: int, registers: tuple[int, ...]) -> int:
        """How many characters the step at ``pc`` takes; -1 when it fails."""
        step = self._code[pc]
        match step.op:
            case "set":
                return 1 if at < len(text) and self._holds(pc, ord(text[at])) else -1
            case "moved":
                return 0 if registers[step.a] != at else -1
            case "start":
                fits = at == 0 or (self._multiline and text[at - 1] == "\n")
                return 0 if fits else -1
            case "end":
                fits = at == len(text) or (self._multiline and text[at] == "\n")
                return 0 if fits else -1
        low, high = registers[2 * step.a : 2 * step.a + 2]
        wanted = text[low:high] if low >= 0 <= high else ""
        here = text[at : at + len(wanted)]
        same = here == wanted or (self._caseless and here.casefold() == wanted.casefold())
        return len(wanted) if same else -1

    def _holds(self, pc: int, code: int) -> bool:
        chars = self._code[pc].chars
        index = bisect_right(self._starts[pc], code) - 1
        return chars is not None and index >= 0 and code <= chars.intervals[index][1]
