"""From a JSON document to components: every fault noted, nothing believed.

The reader never stops at a fault: it notes it, uses the attribute's default and reads on, so that
whoever drew the form sees all of it at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.config import MIB
from engine.errors import Problem
from engine.forms import limits
from engine.forms.expressions import Formula, FormulaWrong, Template, TemplateWrong
from engine.forms.messages import form_problem

_TYPES = {
    "text": ("文字", "text"),
    "flag": ("true 或 false", "true or false"),
    "flag or formula": (
        "true、false 或以 = 开头的表达式",
        "true, false or a formula starting with =",
    ),
    "number": ("数字", "a number"),
    "number or formula": ("数字或以 = 开头的表达式", "a number or a formula starting with ="),
    "count": ("不小于 0 的整数", "a whole number from 0"),
    "object": ("对象", "an object"),
    "list": ("列表", "a list"),
    "date or formula": ("日期或表达式", "a date or a formula"),
    "size": ("文件大小，如 20MB", "a file size such as 20MB"),
}
_SIZE = re.compile(r"(\d{1,12})\s*([KMG]?)i?B?", re.IGNORECASE)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}.*)?")
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


def load(data: bytes | str | Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, list[Problem]]:
    """The JSON object of a form document and what is wrong with the document as a whole."""
    if isinstance(data, Mapping):
        return _shaped(data)
    size = len(data)
    if size > limits.FORM_BYTES:
        return None, [form_problem("form.size", "", limit=limits.FORM_BYTES // MIB)]
    try:
        value = json.loads(data, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, InvalidOperation) as exc:
        reason = "嵌套过深" if isinstance(exc, RecursionError) else str(exc)
        return None, [form_problem("form.json", "", reason=reason)]
    return _shaped(value)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _shaped(value: object) -> tuple[Mapping[str, Any] | None, list[Problem]]:
    if not isinstance(value, Mapping) or not isinstance(value.get("components"), list):
        return None, [form_problem("form.shape", "")]
    problems = []
    version = value.get("schemaVersion", 1)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        problems.append(form_problem("form.version", ""))
    elif version > _NEWEST:
        problems.append(form_problem("form.newer", "", severity="warning", value=version))
    return value, problems


_NEWEST = 20


class Reader:
    """Reads attributes of one component; ``problems`` is shared by the readers of a form."""

    def __init__(
        self, raw: Mapping[str, Any], at: str, names: Iterable[str], problems: list[Problem]
    ) -> None:
        self.raw = raw
        self.at = at
        self.names = tuple(names)
        self.problems = problems

    def inside(self, name: str) -> Reader:
        """A reader of the object under ``name``; an empty one when there is none."""
        value = self.raw.get(name)
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            self.expected(name, "object")
            value = {}
        return _Inside(self, name, value)

    def named(self, name: str) -> str:
        """The attribute's name as problems tell it."""
        return name

    def note(self, code: str, **data: Any) -> None:
        """Note an error at this component."""
        self.problems.append(form_problem(code, self.at, **data))

    def warn(self, code: str, **data: Any) -> None:
        """Note a warning at this component."""
        self.problems.append(form_problem(code, self.at, severity="warning", **data))

    def expected(self, name: str, what: str) -> None:
        """Note that ``name`` is not what it should be."""
        zh, en = _TYPES[what]
        self.note("attribute.type", name=self.named(name), expected_zh=zh, expected_en=en)

    def text(self, name: str) -> str:
        """A string, "" when missing."""
        value = self.raw.get(name)
        if value is None:
            return ""
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.expected(name, "text")
            return ""
        if len(value) > limits.FORM_TEXT:
            self.note("attribute.long", name=self.named(name), limit=limits.FORM_TEXT)
            return ""
        return value

    def template(self, name: str) -> Template:
        """A text for people, "" when missing."""
        source = self.text(name)
        try:
            return Template(source, self.names)
        except FormulaWrong as exc:
            self._formula_bad(name, exc)
        except TemplateWrong as exc:
            self.note("template.bad", name=self.named(name), reason=str(exc))
        return Template("")

    def formula(self, name: str) -> Formula | None:
        """FEEL with or without its ``=``, None when missing."""
        source = self.text(name)
        if not source.strip():
            return None
        try:
            return Formula(source, self.names)
        except FormulaWrong as exc:
            self._formula_bad(name, exc)
            return None

    def _formula_bad(self, name: str, exc: FormulaWrong) -> None:
        problem = form_problem("formula.bad", self.at, name=self.named(name), reason=exc.zh)
        english = form_problem("formula.bad", self.at, name=self.named(name), reason=exc.en).en
        self.problems.append(
            Problem(code=problem.code, zh=problem.zh, en=english, where=self.at, data=problem.data)
        )

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean; properties write it as a string."""
        value = self.raw.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            self.expected(name, "flag")
            return default
        return value

    def flag_or_formula(self, name: str) -> bool | Formula:
        """A boolean, or FEEL starting with ``=``."""
        value = self.raw.get(name)
        if isinstance(value, str) and value.startswith("="):
            return self.formula(name) or False
        if value is not None and value != "" and not isinstance(value, (bool, str)):
            self.expected(name, "flag or formula")
            return False
        return self.flag(name)

    def number(self, name: str) -> Decimal | None:
        """A number, None when missing; form-js writes some as strings."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        number = decimal(value)
        if number is None:
            self.expected(name, "number")
        return number

    def number_or_formula(self, name: str) -> Decimal | Formula | None:
        """A number, or FEEL starting with ``=``."""
        value = self.raw.get(name)
        if isinstance(value, str) and value.startswith("="):
            return self.formula(name)
        if value is None or value == "":
            return None
        number = decimal(value)
        if number is None:
            self.expected(name, "number or formula")
        return number

    def count(self, name: str) -> int | None:
        """A whole number from 0, None when missing."""
        number = self.number(name)
        if number is None:
            return None
        if number != number.to_integral_value() or not 0 <= number <= 10**9:
            self.expected(name, "count")
            return None
        return int(number)

    def moment(self, name: str) -> str | Formula:
        """An ISO date or moment, or FEEL; "" when missing."""
        source = self.text(name).strip()
        if not source or _ISO_DATE.fullmatch(source):
            return source
        return self.formula(name) or ""

    def size(self, name: str) -> int | None:
        """A file size in bytes: ``20MB``, ``500 KB``, ``1024``."""
        source = self.text(name).strip()
        if not source:
            return None
        match = _SIZE.fullmatch(source)
        if match is None:
            self.expected(name, "size")
            return None
        return int(match[1]) * _UNITS[match[2].upper()]

    def list(self, name: str) -> list[Any]:
        """A JSON list, [] when missing."""
        value = self.raw.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.expected(name, "list")
            return []
        return value


class _Inside(Reader):
    """Attributes of an object within a component, told as ``validate.min``."""

    def __init__(self, outer: Reader, name: str, raw: Mapping[str, Any]) -> None:
        super().__init__(raw, outer.at, outer.names, outer.problems)
        self._prefix = f"{outer.named(name)}."

    def named(self, name: str) -> str:
        return self._prefix + name


_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def decimal(value: object) -> Decimal | None:
    """An exact number from JSON or text, None when it is none or has over 34 digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 100 or not _DECIMAL.fullmatch(text):
            return None
        value = Decimal(text)
    elif isinstance(value, int):
        if value.bit_length() > 128:
            return None
        value = Decimal(value)
    elif isinstance(value, float):
        value = Decimal(repr(value))
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    if not value:
        return Decimal(0)
    if len(value.as_tuple().digits) > limits.DIGITS or abs(value.adjusted()) > limits.DIGITS:
        return None
    return value
