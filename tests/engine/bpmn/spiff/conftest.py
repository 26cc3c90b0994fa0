"""Until FEEL is there: the simplest stand-in."""

from __future__ import annotations

import ast
import re
from typing import Any

from engine import feel

if not hasattr(feel, "compile"):
    from engine.feel import convert

    class _Expression:
        def __init__(self, text: str) -> None:
            text = re.sub(r"(?<![<>!=])=(?!=)", "==", text)
            text = text.replace("null", "None").replace("true", "True").replace("false", "False")
            self.code = compile(ast.parse(text, mode="eval"), "t", "eval")

        def evaluate(self, scope: Any, *, now: Any) -> Any:
            class Names(dict):  # type: ignore[type-arg]
                def __missing__(self, key: str) -> Any:
                    return scope.get(key)

            try:
                return eval(self.code, {"__builtins__": {}}, Names())
            except TypeError:
                return None

    feel.compile = lambda text, names=(): _Expression(text)
    feel.to_plain = convert.to_plain
    feel.to_python = convert.to_python
    feel.to_feel = lambda value: value
