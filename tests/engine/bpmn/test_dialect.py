"""Each property that means something to us is told of, drawn with, and offered to desktop modelers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import engine
from engine import queries as q
from engine.bpmn.dialect import PROPERTIES
from engine.bpmn.difference import _label
from engine.commands import SYSTEM
from tests.support.engines import Town

ROOT = Path(engine.__file__).resolve().parents[1]
READS = re.compile(
    r"(?:element\.properties|parent\.properties|dialect\.properties\(\w+\)|values)"
    r'\.get\(\s*"([\w.]+)"'
)
NAMED = re.compile(r'^(?:RETURN_TO|IRREVOCABLE) = "(\w+)"', re.MULTILINE)
NO_PROPERTIES = {"field", "type", "key"}
NO_TEMPLATE = {"role"}
"""On a lane, for which desktop modelers know no templates; the guide tells to write it by hand."""


def read_by_the_engine() -> set[str]:
    """What the code that reads elements asks for by name."""
    found: set[str] = set()
    rooms = [ROOT / "engine" / room for room in ("bpmn", "handlers", "reading", "catalog")]
    for path in (path for room in rooms for path in room.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "dialect" in source or "element.properties" in source or "returnTo" in source:
            found |= set(READS.findall(source)) | set(NAMED.findall(source))
    return found - NO_PROPERTIES


def test_what_the_engine_reads_is_in_the_list() -> None:
    read = read_by_the_engine()
    assert {"stage", "extend", "returnTo", "irrevocable", "role", "sender"} <= read
    assert {name for name in read if not name.startswith("constraint.")} <= PROPERTIES


@pytest.mark.parametrize("page", ["docs/modeling.md", "docs/architecture.md"])
def test_each_is_told_of(page: str) -> None:
    told = (ROOT / page).read_text(encoding="utf-8")
    assert {name for name in PROPERTIES if f"`{name}`" not in told} == set()


def test_each_has_its_place_in_the_panel() -> None:
    code = (ROOT / "webapp/frontend/src/lib/modeler/groups.js").read_text(encoding="utf-8")
    pattern = re.search(r"/\^\((.+)\)\$/;", code)
    assert pattern is not None
    ours = re.compile(pattern[1])
    for name in PROPERTIES:
        plain = name.replace(".N", ".1")
        assert ours.fullmatch(plain), f"{name} is shown among the unknown"
        place = name.replace("constraint.N", "constraint.${number}")
        quoted = f'"{name}"' in code or f"`{place}`" in code
        assert quoted, f"{name} has no entry in the panel"


def test_each_is_offered_to_desktop_modelers(town: Town) -> None:
    offered = {
        field["binding"].get("name", "").replace("constraint.1", "constraint.N")
        for template in town.engine.query(q.ElementTemplates(viewer=SYSTEM))
        for field in template["properties"]
    }
    assert PROPERTIES - offered == NO_TEMPLATE


def test_each_that_changes_is_told_in_both_languages() -> None:
    for name in PROPERTIES:
        zh, en = _label(f"property:{name}")
        assert zh != en, name
        assert not zh.startswith("属性 "), f"{name} is called by its own name"
