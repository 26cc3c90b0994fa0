"""The approval form says who decided what and when, and whether the limits were kept."""

from __future__ import annotations

import pytest

from engine import queries as q
from engine.errors import NotFound
from tests.support.engines import Town
from tests.support.models import field, form, model, user

WAY = model(
    user("a", "起草", groups="drafter"),
    user("b", "审核", groups="legal", form="b", deadline="t.review"),
    user("c", "签发", groups="head"),
    "s>a>b>c>e",
)
FORM = form(
    field("secret", "select", values=[{"label": "密", "value": "m"}]),
    {
        "type": "group",
        "id": "g",
        "label": "意见",
        "components": [
            field("result", "radio", values=[{"label": "通过", "value": "ok"}]),
            field("why", "textarea", properties={"opinion": "true"}),
        ],
    },
    form_id="b",
)


def paper(town: Town, viewer: str, case_id: str) -> q.ApprovalView:
    return town.engine.query(q.ApprovalForm(viewer=viewer, case_id=case_id))


def test_each_step_has_its_choice_its_opinion_its_name_and_its_day(town: Town) -> None:
    town.deploy(WAY, b_form=FORM)
    case = town.start("zhang")
    town.complete("zhang", town.task("a"))
    town.later(days=30)
    said = {"secret": "m", "result": "ok", "why": "依据充分"}
    town.complete("li", town.task("b"), said, late_reason="补充材料")
    view = paper(town, "zhang", case.case_id)
    assert [(line.step, line.who, line.unit) for line in view.lines] == [
        ("起草", "张三", "财政所"),
        ("审核", "李律", "民政办"),
    ]
    drafted, reviewed = view.lines
    assert (drafted.results, drafted.opinion) == ((), "")
    # Only what stands beside the opinion goes on the sheet.
    assert (reviewed.results, reviewed.opinion) == (("通过",), "依据充分")
    assert reviewed.late_reason == "补充材料"
    assert view.open_steps == ("签发",)
    assert [clock.kept for clock in view.clocks] == [False]


def test_limits_kept_and_running_are_told_apart(town: Town) -> None:
    town.deploy(WAY, b_form=FORM)
    case = town.start("zhang")
    town.complete("zhang", town.task("a"))
    assert [clock.kept for clock in paper(town, "zhang", case.case_id).clocks] == [None]
    town.later(days=2)
    town.complete("li", town.task("b"), {"result": "ok", "why": "可"})
    assert [clock.kept for clock in paper(town, "zhang", case.case_id).clocks] == [True]


def test_it_is_for_who_may_see_the_case(town: Town) -> None:
    town.deploy(WAY, b_form=FORM)
    case = town.start("zhang")
    with pytest.raises(NotFound):
        paper(town, "xin", case.case_id)
