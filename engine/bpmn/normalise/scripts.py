"""A script task in FEEL by the standard's own elements is the same as a ``zeebe:script``."""

from __future__ import annotations

from typing import Final

from engine.bpmn import dialect, names
from engine.bpmn.normalise import build
from engine.errors import Problem

FEEL_FORMATS: Final = frozenset({"feel", "application/feel", "text/feel"})
_RESULT: Final = tuple(
    f"{{{namespace}}}resultVariable"
    for namespace in (names.ZEEBE, names.CAMUNDA, names.ACTIVITI, names.FLOWABLE)
)


def script_format(task: names.Node) -> str:
    """The format of a script task in lower case; '' where none is given."""
    return (task.get("scriptFormat") or "").strip().lower()


def feel_scripts(root: names.Node) -> list[Problem]:
    """Write scripts in FEEL as ``zeebe:script``; the result variable comes from an attribute."""
    for task in root.iter(names.bpmn("scriptTask")):
        body = task.find(names.bpmn("script"))
        if script_format(task) not in FEEL_FORMATS or body is None:
            continue
        if dialect.extension(task, "script") is None:
            expression = "=" + dialect.condition(body.text)
            result = next((task.get(name) for name in _RESULT if task.get(name)), None)
            made = build.extension(task, "script", expression=expression)
            if result:
                made.set("resultVariable", result.strip())
        names.drop(task, "scriptFormat")
        task.remove(body)
    return []
