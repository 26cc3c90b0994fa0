"""Common phrases: one's own and the unit's, nobody else's; those for the step come first."""

from __future__ import annotations

import pytest

from engine import queries as q
from engine.commands import RemovePhrase, SavePhrase
from engine.errors import Forbidden, Invalid, NotFound
from tests.support.engines import Town
from tests.support.models import field, form, model, user

OPINION = form(field("opinion", "textarea", properties={"opinion": "true"}), form_id="a")


def shelf(town: Town, viewer: str) -> q.PhraseShelf:
    return town.engine.query(q.Phrases(viewer=viewer))


def kept(town: Town, viewer: str) -> list[tuple[str, str]]:
    return [(one.source, one.text) for one in shelf(town, viewer).lines if one.source != "shipped"]


def test_own_phrases_are_ones_own_and_the_units_everybodys_in_it(town: Town) -> None:
    execute = town.engine.execute
    mine = execute(SavePhrase(actor="zhang", text=" 同意拨付。 "))
    ours = execute(SavePhrase(actor="wang", text="经费从预算中列支。", unit=True))
    assert kept(town, "zhang") == [("own", "同意拨付。"), ("unit", "经费从预算中列支。")]
    assert kept(town, "zhou") == [("unit", "经费从预算中列支。")]
    assert kept(town, "zhao") == []
    assert (shelf(town, "wang").keeps_unit, shelf(town, "zhang").keeps_unit) == (True, False)
    with pytest.raises(Forbidden):
        execute(SavePhrase(actor="zhang", text="x", unit=True))
    with pytest.raises(Forbidden):
        execute(RemovePhrase(actor="zhang", phrase_id=ours))
    with pytest.raises(NotFound):
        execute(RemovePhrase(actor="zhou", phrase_id=mine))
    execute(SavePhrase(actor="zhang", text="同意。", phrase_id=mine))
    assert kept(town, "zhang")[0] == ("own", "同意。")
    execute(RemovePhrase(actor="zhang", phrase_id=mine))
    assert kept(town, "zhang") == [("unit", "经费从预算中列支。")]


@pytest.mark.parametrize(("text", "kind"), [("  ", ""), ("x" * 301, ""), ("好", "a b")])
def test_what_is_no_phrase_is_refused(town: Town, text: str, kind: str) -> None:
    with pytest.raises(Invalid):
        town.engine.execute(SavePhrase(actor="zhang", text=text, kind=kind))


def test_a_task_has_the_phrases_for_its_kind_of_step_at_hand(town: Town) -> None:
    town.deploy(
        model(user("a", groups="legal", form="a", step="legality-review"), "s>a>e"), a_form=OPINION
    )
    town.start("zhang")
    town.engine.execute(SavePhrase(actor="li", text="合法。", kind="legality-review"))
    town.engine.execute(SavePhrase(actor="li", text="可以公布。", kind="publish"))
    lines = town.page("li", town.task("a")).phrases
    assert lines[0] == q.PhraseLine(
        id=lines[0].id, text="合法。", kind="legality-review", source="own"
    )
    assert "可以公布。" not in [line.text for line in lines]
    assert any("legality-review" in line.kind for line in lines if line.source == "shipped")
    assert not any("risk-assessment" in line.kind for line in lines)
