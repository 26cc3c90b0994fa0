"""Versions side by side: the one before by itself, any other by choice, none that is not open."""

from __future__ import annotations

import pytest

from engine import queries as q
from engine.commands import Attach
from engine.errors import NotFound
from tests.support.engines import Town
from tests.support.models import field, form, model, user

WAY = model(user("a", "起草", groups="drafter", form="a"), user("b", groups="legal"), "s>a>b>e")
FORM = form(field("draft", "filepicker", accept=".txt,.pdf"), form_id="a")


def compared(town: Town, viewer: str, new: str, old: str = "") -> q.Difference:
    return town.engine.query(q.CompareVersions(viewer=viewer, kind="file", new=new, old=old))


def test_a_text_is_compared_with_the_one_before(town: Town) -> None:
    town.deploy(WAY, a_form=FORM)
    case = town.start("zhang")
    texts = [
        town.engine.execute(
            Attach(actor="zhang", case_id=case.case_id, name=f"{n}.txt", content=content.encode())
        )
        for n, content in enumerate(("第一条 罚五百元", "第一条 罚二百元", "第一条 不罚"))
    ]
    found = compared(town, "zhang", texts[1].id)
    assert (found.old.name, found.new.name) == ("0.txt", "1.txt")
    assert [row.kind for row in found.rows] == ["changed"]
    assert ("五", True) in found.rows[0].old
    assert compared(town, "zhang", texts[2].id, texts[0].id).old.name == "0.txt"
    for viewer, new, old in (
        ("wei", texts[1].id, ""),  # of another unit
        ("zhang", texts[0].id, ""),  # nothing before
        ("zhang", texts[1].id, texts[1].id),
        ("zhang", texts[1].id, case.case_id),
        ("zhang", "x", ""),
    ):
        with pytest.raises(NotFound):
            compared(town, viewer, new, old)
