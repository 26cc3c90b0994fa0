"""The guide for administrators names every property we read and every problem we tell."""

from __future__ import annotations

import re
from pathlib import Path

import engine.bpmn
from engine.bpmn import LAW_FUNCTIONS
from tests.engine.bpmn.lint.broken_content import CONTENT
from tests.engine.bpmn.lint.broken_events import EVENTS
from tests.engine.bpmn.lint.broken_special import SPECIAL
from tests.engine.bpmn.lint.broken_structure import STRUCTURE
from tests.engine.bpmn.lint.doubtful import WARNED

ROOM = Path(engine.bpmn.__file__).parent
GUIDE = (ROOM.parents[1] / "docs" / "modeling.md").read_text(encoding="utf-8")
CODE = re.compile(r'(?:problem\(|_rejected\(|code=)\s*f?"([a-z-]+(?:\{en\})?)"')


def codes() -> set[str]:
    """All codes in the source, apart from those of the room that runs."""
    found: set[str] = set()
    for file in (*ROOM.glob("*.py"), *ROOM.glob("lint/*.py"), *ROOM.glob("normalise/*.py")):
        for code in CODE.findall(file.read_text(encoding="utf-8")):
            found |= {code.replace("{en}", word) for word in ("message", "signal")}
    return found


def test_every_code_is_in_the_guide_and_no_other() -> None:
    table = GUIDE[GUIDE.index("## 6.") :]
    assert set(re.findall(r"`([a-z-]+)`", table)) == codes()


def test_the_codes_found_are_those_that_models_show() -> None:
    assert {each[0] for each in (*STRUCTURE, *EVENTS, *CONTENT, *SPECIAL, *WARNED)} <= codes()


def test_every_property_and_function_is_in_the_guide() -> None:
    source = (ROOM / "elements.py").read_text(encoding="utf-8")
    source += (ROOM / "lint" / "expressions.py").read_text(encoding="utf-8")
    read = set(re.findall(r'values\.get\("([\w.]+)"', source)) | {"stage", "law", "role", "sender"}
    for name in (*read, "constraint.N", "constraint.N.message"):
        assert f"`{name}`" in GUIDE, name
    for name in LAW_FUNCTIONS:
        assert f"`{name}(" in GUIDE, name
