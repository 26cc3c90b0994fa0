"""Every error of the product, in one tree.

::

    YifaError
    ├── Refused              the request is understood and may not be done
    │   ├── NotFound         no such object, or none the asker may know of
    │   ├── Forbidden        the asker may not do this
    │   ├── Conflict         somebody was faster; says who and what
    │   └── Invalid          the input is wrong; carries every problem found
    │       ├── ModelRejected    a model or package cannot be deployed
    │       └── AnswersInvalid   a form's answers cannot be taken
    ├── EvaluationFailed     an expression or decision has no answer
    │   └── BudgetExceeded   it would have cost more than it may
    ├── Unavailable          try again later: database locked, disk full, …
    └── Misconfigured        a setting is unknown, unsafe or wrong

A class's ``zh`` and ``en`` are its message in the two languages of the product; both name the
remedy. Values in braces are filled from the keyword arguments the error was raised with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

Lang = Literal["zh", "en"]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with an input, told so that whoever made it can mend it.

    ``where`` is an element id in a model, a path in a package, or a field's path in a form
    (``bases[0].title``). ``line`` counts from 1 and is None where lines mean nothing.
    """

    code: str
    zh: str
    en: str
    where: str = ""
    line: int | None = None
    severity: Severity = "error"
    file: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def text(self, lang: Lang = "zh") -> str:
        """The problem with its remedy, in the language asked for."""
        return self.zh if lang == "zh" else self.en


class YifaError(Exception):
    """Root of all errors raised on purpose."""

    zh: ClassVar[str] = "操作未能完成。请重试；仍不行请联系管理员。"
    en: ClassVar[str] = (
        "This could not be done. Try again; if it fails again, tell the administrator."
    )

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.message("en"))

    @property
    def code(self) -> str:
        """The class's name: stable, for logs and programs."""
        return type(self).__name__

    def message(self, lang: Lang = "zh") -> str:
        """What happened and what to do, in the language asked for."""
        template = self.zh if lang == "zh" else self.en
        return template.format_map(_Lenient(self.localised(lang)))

    def localised(self, lang: Lang) -> dict[str, Any]:
        """The data for the template; a value that is a ``{"zh": …, "en": …}`` pair is resolved."""
        return {
            key: value.get(lang, "")
            if isinstance(value, dict) and set(value) == {"zh", "en"}
            else value
            for key, value in self.data.items()
        }


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


class Refused(YifaError):
    """The request is understood, and may not be carried out."""


class NotFound(Refused):
    """There is no such object, or none that the asker may know of (the two look alike on purpose)."""

    zh = "找不到{what}，或者您无权查看。请从待办列表重新进入。"
    en = "There is no such {what}, or you may not see it. Go back to the inbox and open it again."


class Forbidden(Refused):
    """The asker may not do this; ``reason`` says why."""

    zh = "您不能这样做：{reason}"
    en = "You may not do this: {reason}"


class Conflict(Refused):
    """Somebody or something was faster; ``reason`` says who did what, and nothing was overwritten."""

    zh = "事项已有变化：{reason}您填写的内容没有丢失，请核对后再提交。"
    en = "The matter has changed: {reason} What you typed is kept; check it and submit again."


class Invalid(Refused):
    """The input is wrong; ``problems`` holds everything found, not just the first."""

    zh = "内容有 {count} 处问题，请逐项修改：{first}"
    en = "{count} problem(s) to mend. First: {first}"

    def __init__(self, problems: Iterable[Problem], **data: Any) -> None:
        self.problems = tuple(problems)
        first = self.problems[0] if self.problems else None
        data.setdefault("count", len(self.problems))
        data.setdefault("first", {"zh": first.zh if first else "", "en": first.en if first else ""})
        super().__init__(**data)


class ModelRejected(Invalid):
    """A model or package cannot be deployed."""

    zh = "模型不能部署，有 {count} 处问题。第一处：{first}"
    en = "The model cannot be deployed: {count} problem(s). First: {first}"


class AnswersInvalid(Invalid):
    """A form's answers cannot be taken as they are."""

    zh = "表单有 {count} 处需要修改：{first}"
    en = "{count} answer(s) need mending. First: {first}"


class EvaluationFailed(YifaError):
    """An expression or decision has no answer; ``where`` and ``reason`` tell."""

    zh = "表达式无法求值（{where}）：{reason}请管理员检查流程模型。"
    en = "An expression has no value ({where}): {reason} Ask an administrator to check the model."


class BudgetExceeded(EvaluationFailed):
    """An evaluation was stopped because it cost more than it may."""

    zh = "表达式计算量过大已被中止（{where}）：{reason}请管理员简化表达式。"
    en = "An evaluation was stopped ({where}): {reason} Ask an administrator to simplify it."


class Unavailable(YifaError):
    """Not now: the database is busy or unreachable, or the disk is full."""

    zh = "系统暂时不可用：{reason}没有写入任何内容，请稍后重试。"
    en = "Not available at the moment: {reason} Nothing was written; try again shortly."


class Misconfigured(YifaError):
    """A setting is unknown, unsafe or malformed; the program does not start."""

    zh = "设置有误：{reason}"
    en = "Wrong setting: {reason}"
