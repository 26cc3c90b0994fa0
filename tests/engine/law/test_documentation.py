"""Every key an administrator may write is explained."""

from pathlib import Path

from engine.law.rulecheck import FIELDS
from engine.law.rules import Status, Unit

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "deadlines.md").read_text(encoding="utf-8")


def test_every_field_of_a_limit_is_in_the_guide() -> None:
    assert [name for name in FIELDS if name not in GUIDE] == []


def test_every_unit_and_status_is_in_the_guide() -> None:
    assert [value for value in (*Unit, *Status) if f"`{value}`" not in GUIDE] == []
