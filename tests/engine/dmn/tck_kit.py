"""Reads the test cases of the DMN Technology Compatibility Kit and runs them.

Compared as the kit says: numbers to 1e-8, everything else by FEEL's equality; a result marked
``errorResult`` wants null or a refusal.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine import dmn, feel
from engine.errors import YifaError

ROOT = Path(__file__).resolve().parents[3]
_CASES = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TOLERANCE = Decimal("1e-8")


def kit() -> Path | None:
    """The folder of the kit: YIFA_DMN_TCK, or beside the repository; None when there is none."""
    named = os.environ.get("YIFA_DMN_TCK")
    folder = Path(named) if named else ROOT.parent / "shared" / "dmn-tck"
    return folder if folder.is_dir() else None


@dataclass(frozen=True)
class Wanted:
    """One expected result."""

    name: str
    value: object
    error: bool
    namespace: str = ""


@dataclass(frozen=True)
class Case:
    """One test case of a file."""

    id: str
    kind: str
    invocable: str
    inputs: dict[str, object]
    results: tuple[Wanted, ...]


@dataclass(frozen=True)
class Outcome:
    """What one expected result came to."""

    key: str
    """``folder/case/result``, unique in the kit."""
    passed: bool
    wanted: object = None
    got: object = None
    note: str = field(default="", compare=False)


def files(folder: Path) -> list[Path]:
    """All files of test cases, in a stable order."""
    return sorted(folder.glob("**/*-test-*.xml"))


def run(file: Path) -> Iterator[Outcome]:
    """Run every case of one file."""
    tree = etree.parse(str(file))
    model = file.parent / (tree.findtext(f"{_CASES}modelName") or "").strip()
    folder = f"{file.parent.parent.name}/{file.parent.name}"
    try:
        decisions: dmn.Decisions | None = load(model)
        note = ""
    except YifaError as exc:
        decisions, note = None, repr(exc)
    seen: dict[str, int] = {}
    for case in cases(tree.getroot()):
        for wanted in case.results:
            key = f"{folder}/{case.id}/{wanted.name}"
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > 1:
                key = f"{key}#{seen[key]}"
            if decisions is None:
                yield Outcome(key, passed=wanted.error, wanted=wanted.value, note=note)
            else:
                yield _run_one(decisions, case, wanted, key)


def load(model: Path) -> dmn.Decisions:
    """The model, with every other model of its folder at hand to be imported."""
    imports = {}
    for other in model.parent.glob("*.dmn"):
        if other != model:
            namespace = etree.parse(str(other)).getroot().get("namespace") or ""
            imports[namespace] = other.read_bytes()
    return dmn.load(model.read_bytes(), imports=imports, name=model.name, lenient=True)


def _run_one(decisions: dmn.Decisions, case: Case, wanted: Wanted, key: str) -> Outcome:
    try:
        if case.kind in ("decisionService", "bkm"):
            outcome = decisions.evaluate_service(case.invocable, case.inputs)
        else:
            outcome = decisions.evaluate(wanted.name, case.inputs)
    except YifaError as exc:
        return Outcome(key, passed=wanted.error, wanted=wanted.value, note=repr(exc))
    got = outcome.feel
    if case.kind == "decisionService" and _several(decisions, case.invocable):
        got = got.get(wanted.name) if isinstance(got, Mapping) else got
    passed = got is None if wanted.error else same(got, wanted.value)
    note = "; ".join(diagnostic.en for diagnostic in outcome.diagnostics)
    return Outcome(key, passed=passed, wanted=wanted.value, got=got, note=note)


def _several(decisions: dmn.Decisions, service: str) -> bool:
    return any(each.name == service and len(each.outputs) > 1 for each in decisions.services)


# --------------------------------------------------------------------------- reading


def cases(root: Any) -> Iterator[Case]:
    """The cases of one file."""
    for element in root.iter(f"{_CASES}testCase"):
        yield Case(
            id=element.get("id") or element.get("name") or "",
            kind=element.get("type") or "decision",
            invocable=element.get("invocableName") or "",
            inputs={
                node.get("name"): value(node) for node in element.findall(f"{_CASES}inputNode")
            },
            results=tuple(_wanted(node) for node in element.findall(f"{_CASES}resultNode")),
        )


def _wanted(node: Any) -> Wanted:
    expected = node.find(f"{_CASES}expected")
    return Wanted(
        name=node.get("name"),
        value=None if expected is None else value(expected),
        error=node.get("errorResult") == "true",
        namespace=node.get("namespace") or "",
    )


def value(node: Any) -> object:
    """The FEEL value a ``valueType`` of the kit's schema describes."""
    nil = node.get(f"{_XSI}nil") == "true"
    simple = node.find(f"{_CASES}value")
    if simple is not None:
        return None if simple.get(f"{_XSI}nil") == "true" else _simple(simple)
    items = node.find(f"{_CASES}list")
    if items is not None:
        if items.get(f"{_XSI}nil") == "true":
            return None
        return [value(item) for item in items.findall(f"{_CASES}item")]
    components = node.findall(f"{_CASES}component")
    if components and not nil:
        return {part.get("name"): value(part) for part in components}
    return None


def _simple(element: Any) -> object:
    text = element.text or ""
    kind = (element.get(f"{_XSI}type") or "").rpartition(":")[2]
    match kind:
        case "boolean":
            return text.strip() in ("true", "1")
        case "decimal" | "double" | "integer" | "int" | "long" | "float":
            return Decimal(text.strip())
        case "date" | "time" | "dateTime" | "duration":
            name = {"dateTime": "date and time"}.get(kind, kind)
            return feel.compile(f'{name}("{text.strip()}")').evaluate({})
        case _:
            return text


# --------------------------------------------------------------------------- comparing

_EQUAL = feel.compile("a = b", names=("a", "b"))


def same(got: object, wanted: object) -> bool:
    """Whether two FEEL values are the same to the kit."""
    if isinstance(wanted, Decimal) and isinstance(got, Decimal):
        return wanted.is_finite() and abs(got - wanted) <= _TOLERANCE
    if isinstance(wanted, list) and isinstance(got, list):
        return len(got) == len(wanted) and all(map(same, got, wanted))
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return got.keys() == wanted.keys() and all(same(got[key], wanted[key]) for key in wanted)
    if type(got) is not type(wanted):
        return False
    return got == wanted or _EQUAL.evaluate({"a": got, "b": wanted}) is True
