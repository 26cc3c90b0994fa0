"""The page of matters shows each one's way, its limits, and how long those one may see have taken."""

from __future__ import annotations

from engine import queries as q
from tests.support.engines import Town
from tests.support.models import model, user

WAY = model(
    user("a", "起草", groups="drafter", stage="起草"),
    user("b", "审核", groups="legal", deadline="t.review"),
    user("c", "会审", groups="legal"),
    "s>a>x",
    "x>b: 1 = 1",
    "x>c: 1 = 2",
    "b>e",
    "c>e2",
)


def card(town: Town, viewer: str) -> q.ProcessCard:
    (found,) = town.engine.query(q.Startable(viewer=viewer))
    return found


def test_the_way_and_the_limits_are_told(town: Town) -> None:
    town.deploy(WAY)
    shown = card(town, "zhang")
    stages = [(stage.name, stage.certain) for stage in shown.stages]
    assert stages[0] == ("起草", True)
    assert set(stages[1:]) == {("审核", False), ("会审", False)}
    (limit,) = shown.limits
    assert (limit.title, limit.step) == ("审核期限", "审核")
    assert limit.text == "不超过 5 个工作日，从受理算起"
    assert limit.status == "product-default"


def test_the_usual_time_needs_five_ended_cases_one_may_see(town: Town) -> None:
    town.deploy(WAY)
    for days in (1, 2, 2, 3, 4):
        assert card(town, "zhang").usual is None
        case = town.start("zhang")
        town.complete("zhang", town.task("a", case))
        town.later(days=days)
        town.complete("li", town.task("b", case))
    assert card(town, "zhang").usual == q.UsualTime(count=5, median=2, shortest=1, longest=4)
    assert card(town, "xin").usual is None
