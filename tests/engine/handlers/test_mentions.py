"""Who is named in a remark is told, if they may see the case; naming anybody else is refused."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands import AddComment
from engine.errors import Invalid
from engine.model import rows
from engine.model.results import CaseResult
from tests.support.engines import Town
from tests.support.models import model, user

WAY = model(user("a", "起草", groups="drafter"), user("b", "审核", groups="legal"), "s>a>b>e")


@pytest.fixture
def case(town: Town) -> CaseResult:
    town.deploy(WAY)
    started = town.start("zhang")
    town.complete("zhang", town.task("a"))
    town.claim("li", town.task("b"))
    return started


def say(town: Town, case: CaseResult, text: str, *mentions: str, actor: str = "zhang") -> Any:
    said = AddComment(actor=actor, case_id=case.case_id, text=text, mentions=mentions)
    return town.engine.execute(said)


def told(town: Town) -> dict[str, str]:
    return {row.value: row.zh for row in town.rows(rows.Notice, kind="mention")}


def test_names_in_the_text_and_names_chosen_are_told(town: Town, case: CaseResult) -> None:
    say(town, case, "@李律请看第三条", "qian")
    assert set(told(town)) == {"u:li", "u:qian"}
    assert "张三在留言中提到您" in told(town)["u:li"]
    # A name that was chosen and not written stands in the remark.
    assert town.one(rows.Comment).text == "@钱乡长 @李律请看第三条"
    assert [line.title for line in town.inbox("li", "read")] == [case.title]


def test_who_may_not_see_the_case_is_refused_and_nothing_is_kept(
    town: Town, case: CaseResult
) -> None:
    for text, mentions in (("@赵五 看看", ()), ("看看", ("zhao",)), ("看看", ("gone",))):
        with pytest.raises(Invalid) as refused:
            say(town, case, text, *mentions)
        assert {problem.where for problem in refused.value.problems} == {"mentions"}
    assert town.rows(rows.Comment) == []
    assert told(town) == {}


def test_an_at_sign_that_is_nobodys_is_just_a_sign(town: Town, case: CaseResult) -> None:
    say(town, case, "回复到 a@example.org，@某某")
    assert told(town) == {}
    say(town, case, "@张三 记一下")  # oneself
    assert told(town) == {}


def test_the_page_offers_those_who_have_a_part(town: Town, case: CaseResult) -> None:
    offered = [person.id for person in town.case_page("zhang", case).mentionable]
    assert "li" in offered
    assert "zhang" not in offered
    assert "zhao" not in offered
