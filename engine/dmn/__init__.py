"""DMN: decision tables and requirement graphs on FEEL.

    decisions = dmn.load(data)                      # ModelRejected tells every problem
    outcome = decisions.evaluate("通道", {"事项": "举报"})
    outcome.value, outcome.rules, outcome.diagnostics

Load once per model (``Decisions.sha256`` is a key to cache it by); evaluating is thread-safe.
"""

from engine.dmn.asking import Kind, Question
from engine.dmn.decisions import (
    DecisionInfo,
    Decisions,
    ServiceInfo,
    lint,
    load,
)
from engine.dmn.difference import DecisionChange, difference
from engine.dmn.merging import together
from engine.dmn.needs import RequiredInput
from engine.dmn.outcome import Diagnostic, Fired, Made, Outcome
from engine.dmn.read import namespace
from engine.dmn.words import words

__all__ = [
    "DecisionChange",
    "DecisionInfo",
    "Decisions",
    "Diagnostic",
    "Fired",
    "Kind",
    "Made",
    "Outcome",
    "Question",
    "RequiredInput",
    "ServiceInfo",
    "difference",
    "lint",
    "load",
    "namespace",
    "together",
    "words",
]
