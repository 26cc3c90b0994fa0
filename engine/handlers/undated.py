"""What is said of a limit whose model names a day to count from and yields none.

The clock counts from now for the time being, so that no limit is lost; an incident stands until the
day is set and the incident tried again.
"""

from __future__ import annotations

from engine.errors import Problem
from engine.law.rules import DeadlineRule

CODE = "deadline-from"
"""Code of the incident."""


def incident(rule: DeadlineRule) -> tuple[str, str]:
    """What the incident tells an administrator to do, in Chinese and in English."""
    return (
        f"“{rule.zh}”的起算日期没有填写或者不是可用的日期，期限暂从现在起算。"
        "请补正该日期后重试，期限将按补正的日期重新计算。",
        f"The day “{rule.en}” counts from is missing or no usable date, so it counts from now for "
        "the time being. Set that date and try again: the limit is then reckoned from it.",
    )


def problem(element_id: str) -> Problem:
    """Why trying again did not help."""
    return Problem(
        code=CODE,
        where=element_id,
        zh="起算日期仍然没有填写或者不是可用的日期。请填写后再重试。",
        en="The day the limit counts from is still missing or no usable date. Set it and try again.",
    )
