"""Lists as each person likes them: narrowed, kept, arranged, and what comes next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import queries as q
from engine.commands import ArrangeList, RemoveList, SaveList, SaveUser
from engine.errors import Conflict, Invalid, NotFound
from engine.queries import Narrowing
from tests.support.engines import Town, refusal
from tests.support.models import field, form, model, user

MODEL = model(user("a", "登记", groups="drafter"), user("b", "核查", groups="legal"), "s>a>b>e")
TOML = 'key = "p"\ntitle = "投诉"\nstart_form = "start"\ntitle_expression = "=title"\n'
START = form(
    *(field(name, properties={"summary": "true"}) for name in ("title", "x", "y", "z")),
    form_id="start",
)


def begun(town: Town, title: str, actor: str = "zhang") -> str:
    case = town.start(actor, answers={"title": title, "x": "1", "y": "2", "z": "3"})
    task = town.task("a", case)
    town.claim(actor, task)
    town.complete(actor, task)
    return town.task("b", case).id


@pytest.fixture
def queue(town: Town) -> list[str]:
    """Tasks before the lawyers, from two people, on three days."""
    town.deploy(MODEL, process_toml=TOML, start_form=START)
    found = []
    for title, actor in (("甲", "zhang"), ("乙", "zhou"), ("丙", "zhang")):
        found.append(begun(town, title, actor))
        town.clock.advance(timedelta(days=1))
    return found


def listed(town: Town, tab: str = "claim", viewer: str = "li", **narrowed: str) -> list[str]:
    page = town.engine.query(q.Inbox(viewer=viewer, tab=tab, **narrowed))  # type: ignore[arg-type]
    return [line.title for line in page.rows]


def test_a_list_is_narrowed_by_person_period_and_sorted(town: Town, queue: list[str]) -> None:
    town.engine.execute(SaveUser(actor="root", user_id="zhou", name="周四"))
    assert listed(town, sort="opened") == ["甲", "乙", "丙"]
    assert listed(town, sort="-opened") == ["丙", "乙", "甲"]
    assert listed(town, sort="opened", person="张") == ["甲", "丙"]
    for person in ("周四", "zhousi", "zs", "zhou"):
        assert listed(town, person=person) == ["乙"], person
    assert listed(town, person="没有这个人") == []
    assert listed(town, since="2026-09-02") == ["乙", "丙"]
    assert listed(town, since="2026-09-02", until="2026-09-02") == ["乙"]
    assert listed(town, until="9999-12-31", since="0001-01-01") == ["甲", "乙", "丙"]
    assert listed(town, tab="started", viewer="zhou", person="张") == []
    assert town.engine.query(q.Named(viewer="li", text="zs")) == ("周四",)


def test_a_row_tells_three_fields_and_working_days(town: Town, queue: list[str]) -> None:
    rows = town.engine.query(q.Inbox(viewer="li", tab="claim", sort="opened")).rows
    assert [len(row.summary) for row in rows] == [3, 3, 3]
    # Tuesday, Wednesday, Thursday; it is Friday now.
    assert [row.here for row in rows] == [3, 2, 1]
    town.clock.advance(timedelta(days=2))
    assert town.engine.query(q.Inbox(viewer="li", tab="claim")).rows[0].here == 3
    town.complete("li", queue[0])
    town.clock.advance(timedelta(days=9))
    assert town.engine.query(q.Inbox(viewer="li", tab="done")).rows[0].here == 3


def test_kept_lists_are_ones_own_and_count_what_they_list(town: Town, queue: list[str]) -> None:
    query = "person=%E5%BC%A0&sort=-opened&nonsense=1&lamp=blue&since=tomorrow"
    kept = town.engine.execute(SaveList(actor="li", tab="claim", name=" 张三交来 ", query=query))
    (line,) = town.engine.query(q.SavedLists(viewer="li"))
    assert (line.name, line.tab, line.count) == ("张三交来", "claim", 2)
    assert Narrowing.parse("claim", line.query) == Narrowing(person="张", sort="-opened")
    assert town.engine.query(q.SavedLists(viewer="liu")) == ()
    for act in (
        SaveList(actor="liu", tab="claim", name="x", list_id=kept),
        RemoveList(actor="liu", list_id=kept),
        RemoveList(actor="li", list_id="'"),
    ):
        assert isinstance(refusal(town.engine.execute, act), NotFound)
    for tab, name in (("claim", " "), ("claim", "字" * 31), ("read", "x"), ("x", "x")):
        act = SaveList(actor="li", tab=tab, name=name)
        assert isinstance(refusal(town.engine.execute, act), Invalid)
    change = SaveList(actor="li", tab="claim", name="全部", pinned=False, list_id=kept)
    town.engine.execute(change)
    (line,) = town.engine.query(q.SavedLists(viewer="li"))
    assert (line.id, line.name, line.query, line.pinned, line.count) == (kept, "全部", "", False, 0)
    town.engine.execute(RemoveList(actor="li", list_id=kept))
    assert town.engine.query(q.SavedLists(viewer="li")) == ()
    for number in range(20):
        town.engine.execute(SaveList(actor="li", tab="todo", name=f"列表{number}"))
    full = SaveList(actor="li", tab="todo", name="再一个")
    assert isinstance(refusal(town.engine.execute, full), Conflict)


def test_columns_and_what_comes_after_are_remembered(town: Town) -> None:
    look = town.engine.query(q.HowListed(viewer="li", tab="todo"))
    assert (look.columns, look.after) == (("step", "from", "here", "due", "urgency"), "next")
    chosen = ("due", "step", "password", "opened")
    town.engine.execute(ArrangeList(actor="li", tab="todo", columns=chosen, after="list"))
    look = town.engine.query(q.HowListed(viewer="li", tab="todo"))
    assert (look.columns, look.after) == (("step", "opened", "due"), "list")
    town.engine.execute(ArrangeList(actor="li", tab="todo", columns=()))
    assert town.engine.query(q.HowListed(viewer="li", tab="todo")).columns == ()
    assert town.engine.query(q.HowListed(viewer="li", tab="claim")).after == "list"
    other = town.engine.query(q.HowListed(viewer="liu", tab="todo"))
    assert (other.columns, other.after) == (("step", "from", "here", "due", "urgency"), "next")
    no_list = ArrangeList(actor="li", tab="drafts", columns=())
    assert isinstance(refusal(town.engine.execute, no_list), NotFound)


def test_the_next_of_the_same_list_comes(town: Town, queue: list[str]) -> None:
    def after(task_id: str, **narrowed: str) -> str:
        narrowing = Narrowing(sort="opened", **narrowed)
        question = q.NextTask(viewer="li", task_id=task_id, tab="claim", narrowing=narrowing)
        return town.engine.query(question)

    first, second, third = queue
    assert after(first) == second
    assert after(second) == third
    assert after(third) == first
    assert after(first, person="张") == third
    town.complete("li", second)
    assert after(second) == third
    town.complete("li", third)
    assert after(third) == first
    assert after(first) == after("x") == after(first, person="周") == ""
