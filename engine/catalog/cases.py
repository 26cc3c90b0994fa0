"""Cases to try a decision by: ``cases/<name>.toml`` beside the decisions of ``<name>.dmn``.

    [[case]]
    title = "法定应当听证"
    decision = "consultation"
    expect = '"听证会"'               # FEEL, compared with the result; may be left out
    [case.inputs]
    statutoryHearing = true
    consultForm = "座谈会"
    visitors = { feel = "[1, 2]" }    # what TOML has no value for

Values are those a process would have: texts, numbers, true and false; a date is a text as a form
answers it. What is left out is null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from engine import feel
from engine.catalog.problems import not_text, problem
from engine.dmn import Decisions
from engine.errors import BudgetExceeded, Invalid, NotFound, Problem
from engine.law.tables import loads

MOST_CASES: Final = 200
"""Cases of one file."""
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_EQUAL: Final = feel.compile("a = b", names=frozenset({"a", "b"}))
_BUDGET: Final = feel.Budget(steps=20_000, size=10_000, seconds=1.0)


@dataclass(frozen=True, kw_only=True)
class Formula:
    """An input written in FEEL."""

    text: str


Value = str | bool | int | Decimal | Formula


@dataclass(frozen=True, kw_only=True)
class DecisionCase:
    """One case; ``expect`` is FEEL, '' where nothing is expected."""

    title: str
    decision: str
    inputs: Mapping[str, Value] = field(default_factory=dict)
    expect: str = ""


def cases_path(path: str) -> str:
    """Where the cases of a file of decisions lie."""
    return f"cases/{path.rpartition('/')[2].removesuffix('.dmn')}.toml"


def read_cases(content: bytes, path: str) -> tuple[DecisionCase, ...]:
    """The cases of a file. Raises Invalid with every fault."""
    try:
        data = loads(content.decode())
    except UnicodeDecodeError as exc:
        raise Invalid([not_text(path)]) from exc
    except ValueError as exc:
        told = problem(
            "toml",
            "",
            f"{path} 不是正确的 TOML：{exc}。",
            f"{path} is no valid TOML: {exc}.",
            file=path,
        )
        raise Invalid([told]) from exc
    entries = data.get("case", [])
    listed = entries if isinstance(entries, list) else [entries]
    found = [_case(entry) for entry in listed[:MOST_CASES]]
    wrong = [number for number, each in enumerate(found, 1) if each is None]
    if wrong or len(listed) > MOST_CASES or set(data) - {"case"}:
        raise Invalid([_shape(path, wrong)])
    return tuple(each for each in found if each is not None)


def _shape(path: str, wrong: list[int]) -> Problem:
    zh = "第 " + "、".join(map(str, wrong)) + " 个案例的" if wrong else ""
    en = "case " + ", ".join(map(str, wrong)) + ": " if wrong else ""
    return problem(
        "decision-cases",
        "",
        f"{zh}试算案例写法有误：每个 [[case]] 要有 title、decision 和 [case.inputs]，"
        f"一个文件最多 {MOST_CASES} 个。请改正。",
        f"{en}a [[case]] has title, decision and [case.inputs], and a file at most {MOST_CASES} "
        "of them. Mend it.",
        file=path,
    )


def _case(entry: object) -> DecisionCase | None:
    if not isinstance(entry, dict) or set(entry) - {"title", "decision", "inputs", "expect"}:
        return None
    texts = {name: entry.get(name, "") for name in ("title", "decision", "expect")}
    inputs = entry.get("inputs", {})
    if not isinstance(inputs, dict) or not all(isinstance(text, str) for text in texts.values()):
        return None
    values = {name: _value(value) for name, value in inputs.items()}
    if not texts["decision"] or any(value is None for value in values.values()):
        return None
    kept = {name: value for name, value in values.items() if value is not None}
    return DecisionCase(inputs=kept, **texts)


def _value(value: object) -> Value | None:
    if isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, dict) and set(value) == {"feel"} and isinstance(value["feel"], str):
        return Formula(text=value["feel"])
    return None


def write_cases(cases: Iterable[DecisionCase]) -> str:
    """The cases as a file."""
    return "\n".join(map(_written, cases))


def _written(case: DecisionCase) -> str:
    lines = ["[[case]]", f"title = {_text(case.title)}", f"decision = {_text(case.decision)}"]
    if case.expect:
        lines.append(f"expect = {_text(case.expect)}")
    if case.inputs:
        lines.append("[case.inputs]")
        lines += [f"{_key(name)} = {_toml(value)}" for name, value in case.inputs.items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _toml(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Formula(text=text):
            return f"{{ feel = {_text(text)} }}"
        case str():
            return _text(value)
        case _:
            return str(value)


def _text(text: str) -> str:
    """A basic string of TOML; what JSON writes is one, but for the one character it leaves bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# ---------------------------------------------------------------------- judging


def plain_inputs(case: DecisionCase) -> dict[str, object]:
    """The inputs as a process would have them. Raises FeelSyntaxError, BudgetExceeded."""
    return {name: plain_value(value) for name, value in case.inputs.items()}


def plain_value(value: Value) -> object:
    """A value as a process would have it; a formula stands alone. Raises as `plain_inputs`."""
    if not isinstance(value, Formula):
        return value
    return feel.to_plain(feel.compile(value.text).evaluate({}, budget=_BUDGET))


def as_expected(case: DecisionCase, value: object) -> bool:
    """Whether a result (a FEEL value) is what the case expects. Raises FeelSyntaxError."""
    expected = feel.compile(case.expect).evaluate({}, budget=_BUDGET)
    if expected is None or value is None:
        return expected is value
    return _EQUAL.evaluate({"a": value, "b": expected}) is True


def case_problems(
    cases: Iterable[DecisionCase], decisions: Mapping[str, Decisions], path: str
) -> Iterable[Problem]:
    """What deployment warns of: cases of no decision, and results that are not the expected ones."""
    for case in cases:
        model = decisions.get(case.decision)
        if model is None:
            yield _warned(path, case, "要试算的决策不存在", "its decision is not there")
            continue
        try:
            outcome = model.evaluate(case.decision, plain_inputs(case), budget=_BUDGET)
            right = not case.expect or as_expected(case, outcome.feel)
        except (feel.FeelSyntaxError, BudgetExceeded, NotFound) as exc:
            yield _warned(path, case, f"无法试算：{exc.message('zh')}", exc.message("en"))
            continue
        if not right:
            got = feel.format_literal(outcome.feel)
            yield _warned(
                path,
                case,
                f"结果是 {got}，预期 {case.expect}",
                f"the result is {got}, not {case.expect}",
            )


def _warned(path: str, case: DecisionCase, zh: str, en: str) -> Problem:
    return Problem(
        code="decision-case",
        zh=f"试算案例“{case.title}”：{zh}。请改规则或改案例。",
        en=f"The case “{case.title}”: {en}. Change the rules or the case.",
        where=case.decision,
        file=path,
        severity="warning",
    )


def typed_case(
    title: str, decision: str, expect: str, inputs: Mapping[str, tuple[str, str]]
) -> DecisionCase:
    """A case from what a person typed: for each input its kind (`engine.dmn.Kind`) and the text.

    An empty text is no value. What is no value of its kind stays as FEEL, and is told when tried.
    """
    values = {name: _typed(kind, text.strip()) for name, (kind, text) in inputs.items()}
    return DecisionCase(
        title=title,
        decision=decision,
        expect=expect.strip(),
        inputs={name: value for name, value in values.items() if value != ""},
    )


def _typed(kind: str, text: str) -> Value:
    if not text:
        return ""
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "number" and _NUMBER.fullmatch(text):
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() else number
    if kind in ("", "boolean", "number"):
        return Formula(text=text)
    return text


def typed_text(value: Value) -> str:
    """A value as a person types it."""
    match value:
        case bool():
            return "true" if value else "false"
        case Formula(text=text):
            return text
        case _:
            return str(value)


def typed_kind(value: Value) -> str:
    """The kind a kept value is typed in as (`engine.dmn.Kind`), as far as the value itself tells."""
    match value:
        case bool():
            return "boolean"
        case Formula():
            return ""
        case str():
            return "string"
        case _:
            return "number"
