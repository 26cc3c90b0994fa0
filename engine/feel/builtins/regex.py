"""XPath regular expressions on RE2: linear time, whatever the pattern.

The two languages are near, and what differs is rewritten. Only patterns that refer back to a
group, which RE2 cannot do, run on a metered machine of our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import re2

from engine.feel.budget import Run
from engine.feel.builtins.backtrack import Backtracking
from engine.feel.builtins.xpath import NeedsBacktracking, translate
from engine.feel.diagnostics import Null

_FLAGS: Final = frozenset("smixq")
_LONGEST_PATTERN: Final = 2_000
_MOST_MEMORY: Final = 2 << 20
_WORK_PER_STEP: Final = 256


def _options() -> Any:
    options = re2.Options()
    options.max_mem = _MOST_MEMORY
    options.log_errors = False
    return options


class _Linear:
    """A pattern RE2 can match."""

    def __init__(self, source: str, flags: str) -> None:
        inline = "".join(flag for flag in "smi" if flag in flags)
        try:
            self._compiled = re2.compile(f"(?{inline}){source}" if inline else source, _options())
        except re2.error as error:
            raise Null("正则表达式写法有误。", "the regular expression is malformed.") from error
        self.groups = int(self._compiled.groups)

    def occurrences(self, run: Run, text: str) -> Iterator[Any]:
        """All occurrences, left to right."""
        # RE2 takes at worst text × program: seconds where both are large.
        run.meter.tick(len(text) * self._compiled.programsize // _WORK_PER_STEP)
        for match in self._compiled.finditer(text):
            run.meter.look()
            yield match


class Pattern:
    """A compiled pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        if set(flags) - _FLAGS:
            raise Null("标志只能是 s、m、i、x、q。", "flags are s, m, i, x and q.")
        if len(pattern) > _LONGEST_PATTERN:
            raise Null("正则表达式过长。", "the regular expression is too long.")
        self._literal = "q" in flags
        self._engine: _Linear | Backtracking
        try:
            source = re2.escape(pattern) if self._literal else translate(pattern, flags)
            self._engine = _Linear(source, flags)
        except NeedsBacktracking:
            self._engine = Backtracking(pattern, flags)
        self._groups = self._engine.groups

    def found(self, run: Run, text: str) -> bool:
        """Whether it occurs in ``text``."""
        run.meter.characters(len(text))
        return next(self._engine.occurrences(run, text), None) is not None

    def _each(self, run: Run, text: str) -> Iterator[Any]:
        run.meter.characters(len(text))
        if next(self._engine.occurrences(run, ""), None) is not None:
            raise Null(
                "正则表达式能匹配空文本，不能用来替换或拆分。",
                "the pattern matches nothing at all, so it cannot replace or split.",
            )
        for match in self._engine.occurrences(run, text):
            run.meter.tick()
            yield match

    def replaced(self, run: Run, text: str, replacement: str) -> str:
        """``text`` with every occurrence replaced."""
        parts = [replacement] if self._literal else _template(replacement, self._groups)
        result: list[str] = []
        size = last = 0
        for match in self._each(run, text):
            piece = "".join(
                part if isinstance(part, str) else match.group(part) or "" for part in parts
            )
            size += len(piece) + match.start() - last
            run.meter.characters(len(piece))
            if size > run.meter.budget.size:
                run.meter.characters(size)
            result += (text[last : match.start()], piece)
            last = match.end()
        return "".join((*result, text[last:]))

    def split(self, run: Run, text: str) -> list[object]:
        """The parts of ``text`` between occurrences."""
        parts: list[object] = []
        last = 0
        for match in self._each(run, text):
            parts.append(text[last : match.start()])
            last = match.end()
        return [*parts, text[last:]]

    def occurrences(self, run: Run, text: str) -> list[object]:
        """All occurrences in ``text``."""
        return [match.group() for match in self._each(run, text)]


def compiled(run: Run, pattern: str, flags: str) -> Pattern:
    """The pattern, compiled once; Null when it is none."""
    run.meter.tick(1 + len(pattern))
    run.meter.look()
    return _compiled(pattern, flags)


@lru_cache(maxsize=64)
def _compiled(pattern: str, flags: str) -> Pattern:
    return Pattern(pattern, flags)


def _template(replacement: str, groups: int) -> list[str | int]:
    r"""A replacement as literal parts and group numbers (XPath: ``$1``, ``\$``, ``\\``)."""
    parts: list[str | int] = []
    index = 0
    while index < len(replacement):
        here = replacement[index]
        following = replacement[index + 1 : index + 2]
        if here == "\\":
            if following not in ("\\", "$"):
                raise Null("替换文本里 \\ 后面只能是 \\ 或 $。", "\\ is followed by \\ or $.")
            parts.append(following)
            index += 2
        elif here == "$":
            if not following.isascii() or not following.isdigit():
                raise Null("替换文本里 $ 后面应为数字。", "$ is followed by a digit.")
            index += 2
            number = int(following)
            while replacement[index : index + 1].isdigit() and replacement[index].isascii():
                longer = number * 10 + int(replacement[index])
                if longer > groups:
                    break
                number, index = longer, index + 1
            parts.append(number if number <= groups else "")
        else:
            parts.append(here)
            index += 1
    return parts
