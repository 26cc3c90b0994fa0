"""Reading the law's TOML shelves: every fault at once, each with its line and its remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.errors import Invalid, Problem

MAX_SHELF = 1_000_000
"""Longest shelf read, in characters."""


@dataclass
class Faults:
    """The faults found in one file so far."""

    file: str
    text: str = ""
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, zh: str, en: str, where: str = "", line: int | None = None) -> None:
        """Note one fault."""
        self.problems.append(
            Problem(code=code, zh=zh, en=en, where=where, line=line, file=self.file)
        )

    def raise_if_any(self) -> None:
        """Raise Invalid with everything noted, if anything was."""
        if self.problems:
            raise Invalid(self.problems)

    def line_of(self, key: str, value: str, nth: int = 0) -> int | None:
        """The line where ``key = "value"`` stands for the nth time; TOML's reader keeps none."""
        pattern = re.compile(rf'^\s*{re.escape(key)}\s*=\s*["\']{re.escape(value)}["\']', re.M)
        found = list(pattern.finditer(self.text))
        return self.text.count("\n", 0, found[nth].end()) + 1 if nth < len(found) else None


_DEEP_KEY = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){60}""")
"""A dotted key that no person writes; reading one costs the square of its length."""


def loads(text: str) -> dict[str, Any]:
    """The tables of a TOML text from anybody. Raises ValueError when it is none, too long, too deep."""
    if len(text) > MAX_SHELF:
        raise ValueError(f"more than {MAX_SHELF:,} characters")
    if _DEEP_KEY.search(text):
        raise ValueError("nested too deeply")
    try:
        return tomllib.loads(text)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def read_toml(text: str, file: str) -> tuple[dict[str, Any], Faults]:
    """The tables of a TOML file. Raises Invalid when it is not TOML or too long."""
    faults = Faults(file, text)
    if len(text) > MAX_SHELF:
        faults.add("toml.size", "文件过大，请拆分。", "The file is too long; split it.")
        faults.raise_if_any()
    try:
        return loads(text), faults
    except ValueError as bad:
        line = re.search(r"line (\d+)", str(bad))
        faults.add(
            "toml.syntax",
            f"不是有效的 TOML：{bad}",
            f"Not valid TOML: {bad}",
            line=int(line.group(1)) if line else None,
        )
        raise Invalid(faults.problems) from bad


@dataclass
class Entry:
    """One table of a shelf while it is checked; every reading method notes faults, none raises."""

    table: Mapping[str, Any]
    faults: Faults
    where: str
    line: int | None = None
    file: str = ""

    def fault(self, code: str, zh: str, en: str, key: str = "") -> None:
        """Note a fault of this entry, at ``key`` if given."""
        where = f"{self.where}.{key}" if key else self.where
        file = self.file or self.faults.file
        self.faults.problems.append(
            Problem(code=code, zh=zh, en=en, where=where, line=self.line, file=file)
        )

    def only(self, known: Sequence[str]) -> None:
        """Fault every key that is not known: a typing error must not pass as silence."""
        for key in self.table:
            if key not in known:
                self.fault(
                    "shelf.unknown-key",
                    f"不认识的字段“{key}”，请检查拼写。",
                    f"Unknown key “{key}”; check the spelling.",
                    key,
                )

    def text(self, key: str, *, required: bool = False, most: int = 500) -> str:
        """A string, trimmed; empty when absent."""
        value = self.table.get(key, "")
        if not isinstance(value, str) or len(value) > most:
            self._wrong(key, f"不超过 {most} 字的文字", f"a text of at most {most} characters")
            return ""
        if required and not value.strip():
            self.fault("shelf.missing", f"缺少“{key}”。", f"“{key}” is missing.", key)
        return value.strip()

    def whole(self, key: str, low: int, high: int) -> int | None:
        """A whole number within bounds; None when absent."""
        value = self.table.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self._wrong(key, f"{low}–{high} 的整数", f"a whole number from {low} to {high}")
            return None
        return value

    def flag(self, key: str, default: bool) -> bool:
        """A truth value."""
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            self._wrong(key, "true 或 false", "true or false")
            return default
        return value

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        """One of a few words."""
        value = self.table.get(key, default)
        if value not in allowed:
            self._wrong(key, "、".join(allowed), " / ".join(allowed))
            return default
        return str(value)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self._wrong(key, "文字列表", "a list of words")
            return ()
        return tuple(value)

    def day(self, key: str) -> date | None:
        """A TOML date (2026-01-01, without quotes)."""
        value = self.table.get(key)
        if value is None or type(value) is date:
            return value
        self._wrong(key, "日期（如 2026-01-01，不加引号）", "a date such as 2026-01-01, unquoted")
        return None

    def _wrong(self, key: str, zh: str, en: str) -> None:
        self.fault("shelf.value", f"“{key}”应为{zh}。", f"“{key}” must be {en}.", key)


def tables(data: Mapping[str, Any], key: str, faults: Faults) -> list[dict[str, Any]]:
    """The ``[[key]]`` tables of a file."""
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        faults.add("shelf.shape", f"“{key}”应写作 [[{key}]]。", f"Write “{key}” as [[{key}]].", key)
        return []
    return value


def table(data: Mapping[str, Any], key: str, faults: Faults) -> dict[str, Any]:
    """The ``[key]`` table of a file."""
    value = data.get(key, {})
    if not isinstance(value, dict):
        faults.add("shelf.shape", f"“{key}”应写作 [{key}]。", f"Write “{key}” as [{key}].", key)
        return {}
    return value
