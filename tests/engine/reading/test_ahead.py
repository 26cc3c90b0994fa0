"""What may still come is told from the model with who would get it, and no more than one may know."""

from __future__ import annotations

import pytest

from engine import queries as q
from engine.errors import NotFound
from tests.support.engines import Town
from tests.support.models import field, form, model, user

WAY = model(
    user("a", "起草", groups="drafter", form="a"),
    user("b", "审核", groups="legal"),
    user("c", "修改", assignee="=case.starterId"),
    user("d", "签发", groups="head"),
    user("h", "核对", groups="=checkers"),
    "s>a>x",
    "x>b: ok = true",
    "x>c: ok = false",
    "c>a",
    "b>d>h>e",
)


def ahead(town: Town, viewer: str, case_id: str) -> dict[str, q.StepAhead]:
    found = town.engine.query(q.StepsAhead(viewer=viewer, case_id=case_id))
    return {line.element_id: line for line in found}


def test_the_branches_and_who_gets_them_are_told_until_the_case_ends(town: Town) -> None:
    town.deploy(WAY, a_form=form(field("ok", "checkbox"), form_id="a"))
    case = town.start("zhang")
    lines = ahead(town, "zhang", case.case_id)
    assert list(lines) == ["b", "c", "d", "h"]
    assert [line.next for line in lines.values()] == [True, True, False, False]
    assert lines["b"].who == ("民政办（法制审查员）",)
    assert lines["d"].who == ("民政办 钱乡长（乡长）",)
    assert lines["h"].who == ()  # What is still to be answered decides.
    assert [b.answer for b in lines["b"].branches] == [""]
    assert lines["d"].certain
    assert not lines["b"].again
    town.complete("zhang", town.task("a"), {"ok": True})
    assert list(ahead(town, "zhang", case.case_id)) == ["d", "h"]


def test_no_branch_is_told_of_a_case_one_may_not_know(town: Town) -> None:
    town.deploy(WAY, a_form=form(field("ok", "checkbox"), form_id="a"))
    case = town.start("zhang")
    with pytest.raises(NotFound):
        ahead(town, "xin", case.case_id)


def test_walled_matters_name_nobody_by_their_post(town: Town) -> None:
    town.deploy(
        WAY,
        a_form=form(field("ok", "checkbox"), form_id="a"),
        process_toml="""key = "p"
title = "测试"
[[exclude]]
who = '=["wei"]'
""",
    )
    case = town.start("zhang")
    assert ahead(town, "zhang", case.case_id)["d"].who == ("乡长",)
