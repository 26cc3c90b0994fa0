"""Which names are in scope, and which of them stands at a place in the text.

FEEL names may contain white space, operators and keywords ("Monthly Salary", "财政所-经费",
"days in week"), so a name is recognised by knowing it: the longest known name wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.feel.lexer import Token, name_parts

Parts = tuple[tuple[str, bool], ...]


class KnownNames:
    """A stack of scopes of names, searched by their first token."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[Parts, str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Bring ``name`` into scope."""
        parts = name_parts(name)
        if parts:
            entries = self._by_first.setdefault(parts[0][0], [])
            entries.append((parts, name))

    def remove(self, name: str) -> None:
        """Take the latest ``name`` out of scope again."""
        parts = name_parts(name)
        if parts:
            entries = self._by_first[parts[0][0]]
            for index in range(len(entries) - 1, -1, -1):
                if entries[index][1] == name:
                    del entries[index]
                    return

    def longest(self, tokens: Sequence[Token], index: int) -> tuple[str, int] | None:
        """The longest known name that begins at ``index``, and the index behind it."""
        best: tuple[str, int] | None = None
        for parts, name in self._by_first.get(tokens[index].text, ()):
            end = index + len(parts)
            if (best is None or end > best[1]) and _matches(parts, tokens, index):
                best = (name, end)
        return best


def _matches(parts: Parts, tokens: Sequence[Token], index: int) -> bool:
    if index + len(parts) >= len(tokens):
        return False
    for offset in range(1, len(parts)):
        text, spaced = parts[offset]
        token = tokens[index + offset]
        if token.text != text or token.spaced != spaced:
            return False
    return True
