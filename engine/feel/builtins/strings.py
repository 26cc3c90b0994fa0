"""String functions: DMN 1.5, 10.3.4.3. Positions count characters (code points) from 1."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.budget import Run
from engine.feel.builtins import regex
from engine.feel.builtins.conversion import whole
from engine.feel.builtins.registry import builtin
from engine.feel.diagnostics import Null


@builtin("substring(string: string, start position: number, length?: number)")
def substring(run: Run, text: str, start: Decimal, length: Decimal | None = None) -> object:
    """``length`` characters from a position on (negative: counted from the end)."""
    run.meter.characters(len(text))
    place = whole(start)
    if place == 0 or abs(place) > len(text):
        raise Null(f"文本没有第 {place} 个字符。", f"there is no character {place}.")
    first = place - 1 if place > 0 else len(text) + place
    if length is None:
        return text[first:]
    if length < 1:
        raise Null("长度应大于 0。", "the length is greater than 0.")
    return text[first : first + whole(length)]


@builtin("string length(string: string)")
def string_length(run: Run, text: str) -> object:
    """How many characters there are."""
    return Decimal(len(text))


@builtin("upper case(string: string)")
def upper_case(run: Run, text: str) -> object:
    """In upper case."""
    run.meter.characters(len(text))
    return text.upper()


@builtin("lower case(string: string)")
def lower_case(run: Run, text: str) -> object:
    """In lower case."""
    run.meter.characters(len(text))
    return text.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(run: Run, text: str, match: str) -> object:
    """What stands before the first ``match``; empty when there is none."""
    run.meter.characters(len(text))
    index = text.find(match)
    return text[:index] if index > 0 else ""


@builtin("substring after(string: string, match: string)")
def substring_after(run: Run, text: str, match: str) -> object:
    """What stands after the first ``match``; empty when there is none."""
    run.meter.characters(len(text))
    index = text.find(match)
    return text[index + len(match) :] if index >= 0 else ""


@builtin("contains(string: string, match: string)")
def contains(run: Run, text: str, match: str) -> object:
    """Whether ``match`` occurs."""
    run.meter.characters(len(text))
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(run: Run, text: str, match: str) -> object:
    """Whether it begins with ``match``."""
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(run: Run, text: str, match: str) -> object:
    """Whether it ends with ``match``."""
    return text.endswith(match)


@builtin("trim(string: string)")
def trim(run: Run, text: str) -> object:
    """Without white space at both ends (Camunda)."""
    run.meter.characters(len(text))
    return text.strip()


@builtin("is blank(string: string)")
def is_blank(run: Run, text: str) -> object:
    """Whether there is nothing but white space (Camunda)."""
    run.meter.characters(len(text))
    return not text.strip()


@builtin("matches(input: string, pattern: string, flags?: string?)")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> object:
    """Whether the pattern (XPath 3.1) occurs somewhere."""
    return regex.compiled(run, pattern, flags or "").found(run, text)


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string?)")
def replace(
    run: Run, text: str, pattern: str, replacement: str, flags: str | None = None
) -> object:
    """Every occurrence of the pattern replaced; ``$1`` stands for the first group."""
    return regex.compiled(run, pattern, flags or "").replaced(run, text, replacement)


@builtin("split(string: string, delimiter: string)")
def split(run: Run, text: str, delimiter: str) -> object:
    """The parts between occurrences of the pattern."""
    return regex.compiled(run, delimiter, "").split(run, text)


@builtin("extract(string: string, pattern: string)")
def extract(run: Run, text: str, pattern: str) -> object:
    """All occurrences of the pattern (Camunda)."""
    return regex.compiled(run, pattern, "").occurrences(run, text)
