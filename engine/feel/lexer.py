"""Text → tokens.

What is a name depends on what names are in scope, so the lexer only cuts *parts* of names; the
parser joins them (:mod:`engine.feel.names`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from engine.feel.diagnostics import FeelSyntaxError

Kind = Literal["name", "number", "string", "at", "op", "bad", "end"]


class Token(NamedTuple):
    """One token; ``spaced`` says whether white space or a comment stood before it."""

    kind: Kind
    text: str
    start: int
    end: int
    spaced: bool


# DMN 1.5, 10.3.1.2, grammar rules 28 and 29 ("?" stands alone in practice: the tested value).
_START = (
    r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    r"\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\ufffd"
    r"\U00010000-\U000effff"
)
_PART = _START + r"0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = r"[\s\u180e\u200b\ufeff]+|//[^\n\r]*|/\*(?s:.*?)\*/"

_TOKEN: Final = re.compile(
    rf"""
    (?P<space>(?:{_SPACE})+)
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![0-9]))
  | (?P<at>@\s*"(?:[^"\\]|\\.)*")
  | (?P<string>"(?:[^"\\]|\\(?s:.))*")
  | (?P<name>\?|[{_START}][{_PART}]*)
  | (?P<open>/\*)
  | (?P<op>\*\*|\.\.|<=|>=|!=|->|[-+*/<>=(){{}}\[\],:.])
  | (?P<bad>(?s:.))
    """,
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_SIMPLE: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_HIGHEST = 0x10FFFF
_NEVER_CLOSED: Final = frozenset({'"', "/*"})


def tokenize(text: str) -> list[Token]:
    """Cut ``text`` into tokens, ending with one of kind ``end``.

    Nothing behind a quotation mark or comment that is never closed is read: it could not be
    parsed, and looking for the end again from every place would take quadratic time.
    """
    tokens: list[Token] = []
    spaced = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "space":
            spaced = True
            continue
        never_closed = match.group() in _NEVER_CLOSED
        shown: Kind = "bad" if never_closed else kind  # type: ignore[assignment]
        tokens.append(Token(shown, match.group(), match.start(), match.end(), spaced))
        spaced = False
        if never_closed:
            break
    tokens.append(Token("end", "", len(text), len(text), spaced))
    return tokens


@lru_cache(maxsize=8192)
def name_parts(name: str) -> tuple[tuple[str, bool], ...]:
    """A declared name as its token texts, each with whether white space stands before it.

    A name with a lone quotation mark or the beginning of a comment in it has none: no text in
    which it stands can be read.
    """
    tokens = tokenize(name.strip())[:-1]
    if any(token.text in _NEVER_CLOSED for token in tokens):
        return ()
    return tuple((token.text, token.spaced) for token in tokens)


def unescape(token: Token) -> str:
    """The value of a string (or ``@``) token."""
    body = token.text[token.text.index('"') + 1 : -1]
    if "\\" not in body:
        return body
    value = _ESCAPE.sub(_escaped, body)
    if any("\ud800" <= each <= "\udfff" for each in value):
        # \uD83D\uDC0E is one character written as two halves; a lone half is none.
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def _escaped(match: re.Match[str]) -> str:
    if match[3] is not None:
        # An unknown escape stays as written: "\d" is common in regular expressions.
        return _SIMPLE.get(match[3], match[0])
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= _HIGHEST else "\ufffd"


_HINTS: Final = {
    "“": ('请改用半角引号 "。', 'Use the straight quotation mark ".'),
    "”": ('请改用半角引号 "。', 'Use the straight quotation mark ".'),
    "'": ("文本要用双引号。", "Strings stand in double quotes."),
    "‘": ("文本要用半角双引号。", "Strings stand in straight double quotes."),
    "’": ("文本要用半角双引号。", "Strings stand in straight double quotes."),
    '"': ("这个引号没有配对。", "This quotation mark is not closed."),
    "&": ("“并且”写作 and。", "Write “and”."),
    "|": ("“或者”写作 or。", "Write “or”."),
    "!": ("“不”写作 not(…)。", "Write not(…)."),
    "%": ("百分之五写作 5/100；求余用 modulo(a, b)。", "For a remainder write modulo(a, b)."),
    "=": ("比较只用一个等号 =。", "Compare with a single =."),
    "/*": ("注释缺少结尾 */。", "The comment is not closed."),
    "/": ("除号后面要有数值；注释写作 /* … */。", "A comment is written /* … */."),
}

FULL_WIDTH: Final = frozenset("，。；：？！（）【】［］｛｝《》＝＞＜＋－＊／、")


def failure(text: str, token: Token, zh: str, en: str) -> FeelSyntaxError:
    """The error of finding ``token`` where ``zh``/``en`` was expected."""
    shown = token.text[:30]
    found = (
        {"zh": "结尾", "en": "the end"}
        if token.kind == "end"
        else {"zh": f"“{shown}”", "en": f'"{shown}"'}
    )
    hint = _HINTS.get(token.text, ("", "")) if token.kind in ("bad", "op") else ("", "")
    if token.kind == "name":
        hint = full_width_hint(token.text) or hint
    return FeelSyntaxError(
        text=text,
        position=token.start,
        expected={"zh": zh, "en": en},
        found=found,
        hint={"zh": hint[0], "en": hint[1]},
    )


def full_width_hint(name: str) -> tuple[str, str] | None:
    """What to say when a name was read that is really full-width punctuation."""
    for each in name:
        if each in FULL_WIDTH:
            return (
                f"其中的全角符号“{each}”请改成半角。",
                f"Replace the full-width “{each}” by its half-width form.",
            )
    return None
