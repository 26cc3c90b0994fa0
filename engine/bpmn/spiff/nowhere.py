"""Told when no way leads on: the conditions that were tried, and the values they saw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.bpmn.spiff import variables
from engine.bpmn.spiff.incident import Stuck

if TYPE_CHECKING:
    from engine.bpmn.spiff.plan import Flow
    from engine.bpmn.spiff.token import Token

_NAME = re.compile(r"[^\W\d]\w*")


def nowhere(token: Token, flows: tuple[Flow, ...]) -> Stuck:
    """No way leads on; tells the conditions, and the values of the variables they name."""
    seen = variables.visible(token.workflow, token.parent)
    told: dict[str, str] = {}
    conditions = [flow.condition for flow in flows if flow.condition]
    for condition in conditions:
        for name in _NAME.findall(condition):
            if name in seen:
                told[name] = _shown(seen[name])
            elif name not in told and name not in _WORDS:
                told[name] = "null"
    values = "；".join(f"{name} = {value}" for name, value in list(told.items())[:20])
    tried = " | ".join(conditions)[:500]
    return Stuck(
        "no-way-on",
        f"没有一个条件成立，也没有默认流向。条件：{tried}。当前的值：{values or '无'}。"
        "请更正变量或修改模型，再重试。",
        f"No condition holds and there is no default flow. Conditions: {tried}. "
        f"Values: {values or 'none'}. Mend the variables or the model, then retry.",
    )


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'"{value[:40]}"'
    if isinstance(value, list):
        return f"[{len(value)}]"
    return "{…}" if isinstance(value, dict) else str(value)[:40]


_WORDS = frozenset(
    "and or not true false null if then else in between for some every satisfies return instance of"
    " function date time duration contains count sum min max".split()
)
