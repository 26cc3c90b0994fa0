"""Lists sorted by several keys, narrowed by person and period, against a plain reckoning."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest

from engine.model import rows
from engine.store import Store
from engine.store.reads.orders import chosen
from tests.engine.store.samples import T, case, task
from tests.engine.store.test_lists import every_page, viewer

RANK = {"critical": 0, "urgent": 1, "normal": 2}
BOB = viewer("bob", groups=("legal",))


@pytest.fixture
def tasks(store: Store) -> list[rows.Task]:
    draw = random.Random(11)
    made = []
    with store.write() as tx:
        for number in range(40):
            one = task(
                f"t{number:03}",
                "c1",
                assignee="bob" if number % 2 else None,
                urgency=draw.choice(list(RANK)),
                name=draw.choice(["审核", "公示"]),
                process_key=draw.choice(["p", "q"]),
                from_user=draw.choice([None, "ann", "cat"]),
                sort_at=draw.choice([5, 6, 7]),
                opened_at=number,
            )
            made.append(one)
            tx.insert(one)
            if one.assignee is None:
                tx.insert(
                    rows.Candidate(tenant=T, task_id=one.id, value="g:legal", sort_at=one.sort_at)
                )
        tx.insert(case("c1"))
    return made


def test_several_keys_each_up_or_down(store: Store, tasks: list[rows.Task]) -> None:
    keys: dict[str, Any] = {
        "urgency": lambda t: RANK[t.urgency],
        "due": lambda t: t.sort_at,
        "step": lambda t: t.name,
        "from": lambda t: t.from_user or "",
    }
    for tab, mine in (("todo", True), ("claim", False)):
        for sort in ("urgency,due", "-due,step,-from", "from,-urgency", "step,-opened", "-due"):
            parts = sort.split(",")
            expected = [t for t in tasks if (t.assignee == "bob") == mine]
            if parts[-1].removeprefix("-") != "opened":
                expected.sort(key=lambda t: t.id, reverse=parts[-1].startswith("-"))
            for part in reversed(parts):
                of = keys.get(part.removeprefix("-"), lambda t: t.id)
                expected.sort(key=of, reverse=part.startswith("-"))
            with store.read() as r:
                found = every_page(
                    lambda cursor, r=r, tab=tab, sort=sort: r.inbox(  # type: ignore[misc]
                        BOB, tab, sort=sort, cursor=cursor, limit=3
                    )
                )
            assert found == [t.id for t in expected], (tab, sort)


def test_after_one_task_comes_the_next_of_the_list(store: Store, tasks: list[rows.Task]) -> None:
    with store.read() as r:
        listed = r.inbox(BOB, "todo", sort="urgency,-due").rows
        for this, following in pairwise(listed):
            found = r.inbox(BOB, "todo", sort="urgency,-due", after=this, limit=1).rows
            assert found[0].id == following.id
        assert r.inbox(BOB, "todo", sort="urgency,-due", after=listed[-1]).rows == ()


def test_narrowed_by_person_and_period_and_counted(store: Store, tasks: list[rows.Task]) -> None:
    mine = [t for t in tasks if t.assignee == "bob"]
    with store.read() as r:
        for people in (["ann"], ["ann", "cat"], []):
            expected = {t.id for t in mine if t.from_user in people}
            found = r.inbox(BOB, "todo", people=people)
            assert {t.id for t in found.rows} == expected
            assert r.inbox_count(BOB, "todo", people=people) == len(expected)
        spring = r.inbox(BOB, "todo", since=10, until=20)
        assert {t.id for t in spring.rows} == {t.id for t in mine if 10 <= t.opened_at < 20}
        assert r.inbox_count(BOB, "claim", since=10, until=20) == 5
        assert r.inbox_count(BOB, "claim") == 20


def test_what_is_no_key_is_passed_over() -> None:
    assert chosen("task", "x;drop,due,due,-due").order.name == "due"
    assert chosen("task", "").order.name == "due"
    assert chosen("case", "step").order.name == "due"
    assert chosen("task", "due,opened,step,from").order.name == "due,opened,step"


def test_people_are_found_in_chinese_by_pinyin_and_by_initials(store: Store) -> None:
    with store.write() as tx:
        for user_id, name, english, pinyin in (
            ("shan", "单立新", "Shan Lixin", "danlixin dlx shanlixin slx"),
            ("wang", "王芳", "Wang Fang", "wangfang wf"),
        ):
            tx.insert(rows.User(tenant=T, id=user_id, name=name, name_en=english, pinyin=pinyin))
    with store.read() as r:
        for text in ("立新", "shanlixin", "Shan Lixin", "ＳＬＸ", "dlx", "shan"):
            assert [user.id for user in r.named(text)] == ["shan"], text
        for text in ("", "ixin x", "f%", "新立"):
            assert r.named(text) == [], text
        assert [user.id for user in r.users(text="wf").rows] == ["wang"]
