"""A list of people: every change is shown before, done in one piece, and never more than was shown."""

from __future__ import annotations

import pytest

from engine import queries as q
from engine.commands import GrantRole, ImportPeople, PersonRow, SaveUser, SignIn
from engine.errors import Conflict, Forbidden, Invalid
from engine.model import rows
from tests.support.engines import PEOPLE, Town, refusal
from tests.support.models import model, user

PASSWORD = "a long enough password"


def everybody(town: Town) -> list[PersonRow]:
    """The office as its own export has it."""
    lines: tuple[q.RosterLine, ...] = town.engine.query(q.Roster(viewer="root"))
    return [
        PersonRow(row=n, user_id=p.user_id, name=p.name, name_en=p.name_en, unit=p.unit,
                  roles=p.roles, active=p.active)
        for n, p in enumerate(lines, 2)
    ]  # fmt: skip


def seen(town: Town, *people: PersonRow) -> q.RosterView:
    return town.engine.query(q.PreviewPeople(viewer="root", rows=people))


def held(town: Town, user_id: str) -> set[tuple[str, str | None]]:
    return {(m.role, m.unit_id) for m in town.rows(rows.Membership, user_id=user_id)}


def test_an_export_read_back_changes_nothing(town: Town) -> None:
    view = seen(town, *everybody(town))
    assert (view.moves, view.problems) == ((), ())
    assert view.same >= len(PEOPLE)


def test_what_is_shown_is_done_in_one_piece(town: Town) -> None:
    people = [p for p in everybody(town) if p.user_id != "zhou"]
    people = [
        PersonRow(row=2, user_id="zhang", name="张三丰", unit="民政办",
                  roles="legal@finance")
        if p.user_id == "zhang" else p for p in people
    ] + [PersonRow(row=99, user_id="ding", name="丁一", unit="finance", roles="drafter（财政所）、legal")]  # fmt: skip
    view = seen(town, *people)
    moves = {move.user_id: move for move in view.moves}
    assert {m.user_id: m.what for m in view.moves} == {
        "zhang": "change",
        "ding": "new",
        "zhou": "leave",
    }
    assert ("unit_id", "财政所", "民政办") in moves["zhang"].fields
    assert len(moves["zhang"].given) == len(moves["zhang"].taken) == 1
    assert town.one(rows.User, id="zhang").name == "张三", "nothing is written by looking"
    command = ImportPeople(
        actor="root", rows=tuple(people), expected=view.digest, first_password=PASSWORD
    )
    assert town.engine.execute(command) == 2
    zhang = town.one(rows.User, id="zhang")
    assert (zhang.name, zhang.unit_id) == ("张三丰", "civil")
    assert held(town, "zhang") == {("legal", "finance")}
    assert held(town, "ding") == {("drafter", "finance"), ("legal", None)}
    assert town.one(rows.User, id="ding").must_change_password
    assert town.one(rows.User, id="zhou").active, "who is missing stays unless it is asked for"
    assert town.engine.execute(SignIn(actor="ding", password=PASSWORD)) is not None
    assert (
        town.engine.execute(ImportPeople(actor="root", rows=tuple(people), disable_missing=True))
        == 1
    )
    assert not town.one(rows.User, id="zhou").active
    assert list(town.engine.verify()) == []


def test_every_fault_is_told_with_its_row_and_nothing_is_written(town: Town) -> None:
    people = (
        PersonRow(row=2, user_id="Zhang San", name="张", unit="财政所"),
        PersonRow(row=3, user_id="a.b", name="", unit="水利站"),
        PersonRow(row=4, user_id="c.d", name="丙", unit="财政所", roles="皇帝"),
        PersonRow(row=5, user_id="c.d", name="丁", unit="财政所"),
        PersonRow(row=6, user_id="root", name="管理员", roles="drafter"),
    )
    view = seen(town, *people)
    assert [(p.line, p.where) for p in view.problems] == [
        (2, "user_id"), (3, "name"), (3, "unit"), (4, "roles"), (5, "user_id"), (6, "roles"),
    ]  # fmt: skip
    before = (town.rows(rows.User, order="id"), town.rows(rows.Membership, order="id"))
    wrong = ImportPeople(actor="root", rows=people, expected=view.digest)
    assert isinstance(refusal(lambda: town.engine.execute(wrong)), Invalid)
    assert (town.rows(rows.User, order="id"), town.rows(rows.Membership, order="id")) == before


def test_roles_that_may_not_meet_are_refused_in_a_list_too(town: Town) -> None:
    clash = next(i for i in town.engine.house.roles.incompatible if i.scope == "person")
    pair = f"{min(clash.one)}、{min(clash.other)}"
    view = seen(town, PersonRow(row=2, user_id="zhang", name="张三", roles=pair))
    assert clash.zh in {problem.zh for problem in view.problems}


def test_what_was_not_shown_is_not_done(town: Town) -> None:
    people = (PersonRow(row=2, user_id="zhang", name="张三", unit="财政所", roles="legal"),)
    view = seen(town, *people)
    town.engine.execute(GrantRole(actor="root", user_id="zhang", role="petition"))
    late = ImportPeople(actor="root", rows=people, expected=view.digest)
    assert isinstance(refusal(lambda: town.engine.execute(late)), Conflict)


def test_only_administrators_take_lists_in_and_none_raises_themselves(town: Town) -> None:
    people = (PersonRow(row=2, user_id="zhang", name="张三"),)
    for command in (ImportPeople(actor="zhang", rows=people),):
        assert isinstance(refusal(lambda c=command: town.engine.execute(c)), Forbidden)
    for query in (q.Roster(viewer="zhang"), q.Duties(viewer="zhang"),
                  q.PreviewPeople(viewer="zhang", rows=people)):  # fmt: skip
        assert isinstance(refusal(lambda w=query: town.engine.query(w)), Forbidden)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_may_do_what_is_told_both_ways(town: Town, lang: str) -> None:
    town.deploy(model(user("a", "起草", groups="drafter"), user("b", "审核", groups="legal", notHandlerOf="a"),
                      user("c", "签发", groups="=x"), "s>a>b>c>e"),
                process_toml='key = "p"\ntitle = "投诉"\nstart_roles = ["drafter"]\n')  # fmt: skip

    def told(**asked: str) -> dict[str, q.Duty]:
        view = town.engine.query(q.Duties(viewer="root", lang=lang, **asked))  # type: ignore[arg-type]
        return {duty.element: duty for duty in view.duties}

    everything = told()
    assert set(everything) == {"", "a", "b", "c"}
    assert {user_id for user_id, _ in everything["b"].people} == {"li", "liu"}
    assert everything["b"].apart == ("起草",)
    assert everything["a"].apart == ("审核",), "told on both sides"
    assert everything["c"].decided
    assert set(told(user_id="zhang")) == {"", "a"}
    assert set(told(user_id="gone")) == set(), "who is disabled does nothing"
    assert set(told(role="legal")) == {"b"}
    town.engine.execute(SaveUser(actor="root", user_id="li", active=False))
    assert {user_id for user_id, _ in told()["b"].people} == {"liu"}
