"""The search of an office at work: what people said is found by who may see it, and by nobody else."""

from __future__ import annotations

import pytest

from engine import queries as q
from engine.commands import AddComment, SaveUser
from engine.errors import Lang
from engine.model import rows
from engine.reading.finding import excerpt, marked
from tests.engine.reading.test_pages import with_package
from tests.support.engines import Town


def found(town: Town, text: str, viewer: str = "zhang") -> list[str]:
    return [one.case.title for one in ask(town, text, viewer).matters]


def ask(town: Town, text: str, viewer: str = "zhang", lang: Lang = "zh") -> q.Findings:
    return town.engine.query(q.Search(viewer=viewer, text=text, lang=lang))


@pytest.fixture
def case(town: Town) -> str:
    """A complaint on its way: confidential name and tip, an open finding, an opinion, a remark."""
    with_package(town)
    answers = {"title": "关于水渠被占的投诉", "name": "陶知秋"}
    started = town.start("zhang", answers=answers)
    task = town.task("a", started)
    town.complete("zhang", task, {"found": "现场已经勘查，确有堵塞", "tip": "秘密线索在仓库"})
    town.complete("li", town.task("b", started), {"opinion": "情况属实，建议疏通"})
    town.engine.execute(AddComment(actor="zhang", case_id=started.case_id, text="已电话告知当事人"))
    town.engine.run_due()
    return started.case_id


def test_all_that_is_said_is_found_with_the_place_it_stands(town: Town, case: str) -> None:
    for text in (
        "水渠",
        "水渠 投诉",
        "现场",
        "勘查，确有",
        "属实",
        "电话告知",
        "张三",
        "李律 疏通",
    ):
        assert found(town, text) == ["关于水渠被占的投诉"], text
    for text in ("渠水", "水渠 没有", "水", "", "   ", "%", "NOT"):
        assert found(town, text) == [], text
    assert ask(town, "水").short
    assert not ask(town, "水渠").short
    (one,) = ask(town, "疏通").matters
    assert one.where == "核查"
    assert "".join(piece for piece, _ in one.excerpt) == "情况属实，建议疏通"
    assert [piece for piece, mark in one.excerpt if mark] == ["疏通"]
    (titled,) = ask(town, "水渠").matters
    assert [piece for piece, mark in titled.title if mark] == ["水渠"]
    assert titled.excerpt == ()


def test_who_may_not_see_a_case_finds_nothing_of_it(town: Town, case: str) -> None:
    assert found(town, "水渠", "li") == ["关于水渠被占的投诉"]
    for stranger in ("zhao", "liu", "xin", "root"):
        assert found(town, "水渠", stranger) == [], stranger
    town.sql(f"INSERT INTO exclusion (tenant, root_id, user_id) VALUES ('default', '{case}', 'li')")
    assert found(town, "水渠", "li") == []


def test_what_is_confidential_is_in_no_index(town: Town, case: str) -> None:
    for viewer in ("zhang", "li", "xin", "qian", "system"):
        for secret in ("陶知秋", "秘密线索", "线索在仓库"):
            assert found(town, secret, viewer) == [], (viewer, secret)
    for row in town.rows(rows.SearchText):
        assert "陶知秋" not in row.text
        assert "线索" not in row.text


def test_people_and_kinds_of_matters_are_found_too(town: Town, case: str) -> None:
    town.engine.execute(SaveUser(actor="root", user_id="zhou", name="周四"))
    for text in ("周四", "zhousi", "zs"):
        assert [one.id for one in ask(town, text).people] == ["zhou"], text
    assert ask(town, "离任").people == ()
    assert ask(town, "投诉").kinds == (("p", "投诉"),)


def test_of_many_the_newest_come_and_the_rest_is_told(town: Town) -> None:
    with_package(town)
    for number in range(23):
        town.start("zhang", answers={"title": f"第{number:02}号水渠"})
        town.later(seconds=1)
    town.engine.run_due()
    answer = ask(town, "水渠")
    assert answer.more
    assert [one.case.title for one in answer.matters[:2]] == ["第22号水渠", "第21号水渠"]
    assert len(answer.matters) == 20


def test_excerpts_are_cut_round_the_word() -> None:
    text = "标题水泵\n1号\n" + "前" * 100 + "水泵" + "后" * 100
    said = excerpt(text, ("标题水泵", "1号"), ["水泵"])
    whole = "".join(piece for piece, _ in said)
    assert whole.startswith("…前")
    assert whole.endswith("后…")
    assert len(whole) < 110
    assert [piece for piece, mark in said if mark] == ["水泵"]
    assert marked("LED灯", ["led"]) == (("LED", True), ("灯", False))
    assert marked("ＬＥＤ灯", ["led"]) == (("ＬＥＤ", True), ("灯", False))
