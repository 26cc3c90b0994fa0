"""Decisions as an administrator sees and tries them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine import catalog
from engine import queries as q
from engine.commands import SYSTEM, SaveProcessDraft, SaveUser
from engine.errors import Forbidden, Lang, NotFound
from tests.support.engines import Town
from tests.support.models import model, user

ROOT = Path(__file__).resolve().parents[3]
DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="费用" namespace="urn:d">
  <decision id="fee" name="费用">
    <question>收多少？</question>
    <informationRequirement id="Q"><requiredDecision href="#big" /></informationRequirement>
    <decisionTable id="T">
      <input id="I" label="大额"><inputExpression id="E" typeRef="boolean"><text>big</text></inputExpression></input>
      <input id="J" label="类别">
        <inputExpression id="F" typeRef="string"><text>kind</text></inputExpression>
        <inputValues id="V"><text>"货物","服务"</text></inputValues>
      </input>
      <output id="O" name="fee" typeRef="number" />
      <rule id="R1">
        <description>小额</description>
        <inputEntry id="R1_1"><text>false</text></inputEntry>
        <inputEntry id="R1_2"><text>-</text></inputEntry>
        <outputEntry id="R1_3"><text>1</text></outputEntry>
      </rule>
      <rule id="R2">
        <inputEntry id="R2_1"><text>true</text></inputEntry>
        <inputEntry id="R2_2"><text>"货物"</text></inputEntry>
        <outputEntry id="R2_3"><text>2</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <decision id="big" name="big">
    <variable id="W" name="big" typeRef="boolean" />
    <literalExpression id="L"><text>amount &gt; 100</text></literalExpression>
  </decision>
</definitions>"""
CASES = "[[case]]\ntitle = '一'\ndecision = 'fee'\n"
EN = '[texts]\n"费用" = "Fee"\n"类别" = "Kind"\n"小额" = "small"\n"办" = "Do"\n'


@pytest.fixture
def base(town: Town) -> str:
    """A process with decisions, and Zhang, who administers it."""
    town.engine.execute(SaveUser(actor=SYSTEM, user_id="zhang", is_admin=True))
    return town.deploy(model(user("a", "办", groups="drafter"), "s>a>e")).deployment_id


def files(content: str = DMN) -> dict[str, bytes]:
    return {
        "main.bpmn": model(user("a", "办", groups="drafter"), "s>a>e"),
        "rules.dmn": content.encode(),
        "cases/rules.toml": CASES.encode(),
        "en.toml": EN.encode(),
    }


def tried(
    town: Town,
    typed: Mapping[str, tuple[str, str]],
    *,
    expect: str = "",
    content: str = DMN,
    lang: Lang = "zh",
) -> q.Tried:
    case = q.TryCase(title="t", decision="fee", inputs=typed, expect=expect)
    return town.engine.query(
        q.TryDecisions(
            viewer="zhang", lang=lang, files=files(content), path="rules.dmn", cases=(case,)
        )
    )


SMALL = {"amount": ("", "99"), "kind": ("string", "货物")}


def test_a_case_tells_which_rule_fired_what_it_looked_at_and_what_it_rests_on(
    town: Town, base: str
) -> None:
    found = tried(town, SMALL, expect="1")
    (case,) = found.cases
    assert (case.value, case.agrees, case.problems) == ("1", True, ())
    (table,) = case.tables
    assert (table.decision, table.table, table.hit_policy) == ("费用", "T", "UNIQUE")
    assert table.rules == (("R1", 1, "小额"),)
    assert [(each.id, each.label, each.value) for each in table.columns] == [
        ("I", "大额", "false"),
        ("J", "类别", '"货物"'),
    ]
    assert table.cells == {"R1": (True, True), "R2": (False, True)}
    assert case.made == (("big", "big", "false"), ("fee", "费用", "1"))
    assert tried(town, SMALL, expect="2").cases[0].agrees is False


def test_what_to_ask_is_typed_and_its_choices_are_told(town: Town, base: str) -> None:
    asked = {each.name: each for each in tried(town, {}).questions["fee"]}
    assert (asked["kind"].kind, asked["kind"].closed) == ("string", True)
    assert asked["kind"].choices == ("货物", "服务")
    assert asked["amount"].kind == ""


@pytest.mark.parametrize(("lang", "word"), [("zh", "允许的取值"), ("en", "none of the values")])
def test_faults_are_told_in_the_viewers_language(
    town: Town, base: str, lang: Lang, word: str
) -> None:
    (case,) = tried(town, {"amount": ("", "101"), "kind": ("string", "工程")}, lang=lang).cases
    assert case.value == "null"
    assert [where for where, _ in case.problems] == ["J"]
    assert word in case.problems[0][1]
    (case,) = tried(town, {"amount": ("", "99 +")}, lang=lang).cases
    assert (case.value, case.problems[0][0]) == (None, "amount")
    (case,) = tried(town, SMALL, expect="1 +", lang=lang).cases
    assert (case.agrees, case.problems[0][0]) == (None, "expect")
    assert tried(town, SMALL, lang=lang).cases[0].tables[0].decision == (
        "费用" if lang == "zh" else "Fee"
    )


def test_a_cell_that_is_no_feel_leaves_the_other_rules_to_try(town: Town, base: str) -> None:
    wrong = DMN.replace('<text>"货物"</text></inputEntry>', '<text>"货物</text></inputEntry>')
    assert wrong != DMN
    (case,) = tried(town, SMALL, content=wrong).cases
    assert case.value == "1"
    assert tried(town, SMALL, content="<no").unreadable


def test_what_costs_too_much_is_stopped_and_said(town: Town, base: str) -> None:
    slow = DMN.replace(
        "amount &gt; 100", "count(for a in 1..100000, b in 1..100000 return a) &gt; 1"
    )
    (case,) = tried(town, SMALL, content=slow).cases
    assert case.value is None
    assert "计算量过大" in case.problems[0][1]


def test_the_decisions_of_a_draft_are_listed_with_the_steps_that_ask_them(
    town: Town, base: str
) -> None:
    asks = (ROOT / "processes/complaint/main.bpmn").read_bytes()
    saved = town.engine.execute(
        SaveProcessDraft(
            actor="zhang",
            process_key="p",
            base_id=base,
            files={
                **files(),
                "main.bpmn": asks,
                "hearing.dmn": (ROOT / "processes/complaint/hearing.dmn").read_bytes(),
                "wrong.dmn": b"<no",
            },
        )
    )
    listed = town.engine.query(
        q.ProcessDecisions(viewer="zhang", process_key="p", state=saved.draft_id)
    )
    by_path = {each.path: each for each in listed}
    (hearing,) = by_path["hearing.dmn"].decisions
    assert (hearing.id, hearing.hit_policy, hearing.rules) == ("complaint_hearing", "FIRST", 4)
    assert [element for element, _ in hearing.used_by] == ["C4_need"]
    rules = by_path["rules.dmn"]
    assert (rules.errors, rules.warnings, rules.cases) == (0, 2, 1)  # a gap
    assert [each.id for each in rules.decisions] == ["fee", "big"]
    assert set(rules.decisions[0].inputs) == {"类别", "amount"}
    assert (by_path["wrong.dmn"].decisions, by_path["wrong.dmn"].errors) == ((), 1)
    view = town.engine.query(
        q.ProcessEditor(viewer="zhang", process_key="p", draft_id=saved.draft_id)
    )
    assert {"fee", "big", "complaint_hearing"} <= {each.id for each in view.choices["decisions"]}


def test_only_administrators_list_and_try(town: Town, base: str) -> None:
    with pytest.raises(Forbidden):
        town.engine.query(q.ProcessDecisions(viewer="wang", process_key="p", state=base))
    with pytest.raises(Forbidden):
        town.engine.query(q.TryDecisions(viewer="wang", files=files(), path="rules.dmn"))
    with pytest.raises(NotFound):
        town.engine.query(q.TryDecisions(viewer="zhang", files=files(), path="gone.dmn"))
    assert catalog.cases_path("rules.dmn") == "cases/rules.toml"
