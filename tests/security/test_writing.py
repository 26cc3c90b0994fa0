"""What people write: nothing in it may hide, turn round, or break what others read."""

from __future__ import annotations

import pytest

from engine import forms
from engine.commands import AddComment, CancelCase, SaveUnit, SaveUser
from engine.errors import Invalid
from engine.model import rows
from tests.support.engines import NOW, Town, refusal
from tests.support.models import field, form, model, user

INVISIBLE = ("\u200b", "\u200b\u2060\ufeff", "\u202e", "\u2066\u2069", "\u00ad", "\u200d")


@pytest.mark.parametrize("nothing", INVISIBLE)
def test_a_reason_that_cannot_be_seen_is_none(town: Town, nothing: str) -> None:
    """Else a matter is sent back, late or cancelled “for a reason” that nobody can read."""
    sheet = forms.parse(form(field("opinion", "textarea", validate={"required": True})))
    found = sheet.validate({"opinion": nothing}, {}, now=NOW)
    assert [problem.code for problem in found.problems] == ["form.required"]
    town.deploy(model(user("a", groups="drafter"), "s>a>e"))
    case = town.start("zhang")
    for command in (
        CancelCase(actor="zhang", case_id=case.case_id, reason=nothing),
        AddComment(actor="zhang", case_id=case.case_id, text=nothing),
    ):
        assert isinstance(refusal(lambda c=command: town.engine.execute(c)), Invalid)


def test_what_is_written_is_read_as_it_is_written(town: Town) -> None:
    """A mark that turns the direction of reading makes 1 000 of 0001, and exe of a letter."""
    sheet = forms.parse(form(field("a"), field("b", "textarea")))
    found = sheet.validate(
        {"a": "付\u202e0001\u202c元", "b": "一\u2066行\n二行 👨\u200d👩\u200d👧"}, {}, now=NOW
    )
    assert found.values == {"a": "付0001元", "b": "一行\n二行 👨\u200d👩\u200d👧"}
    town.deploy(model(user("a", groups="drafter"), "s>a>e"))
    case = town.start("zhang")
    town.engine.execute(
        AddComment(actor="zhang", case_id=case.case_id, text="甲\x00\u202e乙\r\n丙\x1b[31m")
    )
    (line,) = town.case_page("zhang", case).comments
    assert line.text == "甲乙\n丙[31m"
    town.engine.execute(SaveUser(actor="root", user_id="zhang", name="张\u202e三\x00"))
    assert town.one(rows.User, id="zhang").name == "张三"
    town.engine.execute(SaveUnit(actor="root", unit_id="new", name="新\u200b办"))
    assert town.one(rows.Unit, id="new").name == "新办"
