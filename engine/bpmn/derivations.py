"""Which variables a model makes of which: by scripts, mappings, decisions and loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine import feel
from engine.bpmn import names
from engine.bpmn.definition import LAW_FUNCTIONS


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """``target`` gets its value from an expression that mentions ``sources``, or from a decision."""

    target: str
    sources: frozenset[str] = frozenset()
    decision: str = ""


def read_derivations(root: etree._Element) -> tuple[Derivation, ...]:
    """Every derivation of a model, in the order in which they are written."""
    return tuple(_all(root))


def _all(root: etree._Element) -> Iterator[Derivation]:
    for each in root.iter(names.zeebe("script")):
        yield from _made(each.get("resultVariable"), each.get("expression"))
    for each in root.iter(names.zeebe("input"), names.zeebe("output")):
        yield from _made(each.get("target"), each.get("source"))
    for each in root.iter(names.zeebe("loopCharacteristics")):
        yield from _made(each.get("inputElement"), each.get("inputCollection"))
        yield from _made(each.get("outputCollection"), each.get("outputElement"))
    for each in root.iter(names.zeebe("calledDecision")):
        target, decision = each.get("resultVariable"), each.get("decisionId")
        if target and decision:
            yield Derivation(target=target.strip(), decision=decision.strip())


def _made(target: str | None, text: str | None) -> Iterator[Derivation]:
    formula = (text or "").strip()
    if not target or not formula.startswith("="):
        return
    try:
        mentioned = feel.compile(formula[1:], names=LAW_FUNCTIONS).names
    except feel.FeelSyntaxError:
        return  # told by the linter
    # A target may lie inside a variable (``report.author``): the variable is what is read.
    yield Derivation(target=target.strip().split(".")[0], sources=frozenset(mentioned))
