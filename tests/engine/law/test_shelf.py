"""The catalogue's reader: takes what is right, tells everything that is wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid, NotFound, Problem
from engine.law.deadlines import Status, Unit, lint_shelf, merge, parse_region, parse_shelf

GOOD = """
format = 1
default_ladder = "standard"

[ladder]
standard = [{ level = 1, role = "handler", on = "warn" }, { level = 3, role = "vice", on = "breach", after = 2 }]

[reason.third-party]
zh = "征求第三方意见"
en = "third party"
basis_zh = "条例33条"
basis_en = "art. 33"

[[deadline]]
id = "disclosure.reply"
zh = "答复"
en = "reply"
starts_zh = "收到"
starts_en = "receipt"
limit = 20
unit = "working_days"
pause_reasons = ["third-party"]
extension = { maximum = 20, approver = "info" }
law_zh = "政府信息公开条例"
law_en = "Regulations"
article = "33"
status = "verified"
mark = "L"
effective_to = 2026-12-31

[[deadline]]
id = "disclosure.reply"
zh = "答复"
en = "reply"
starts_zh = "收到"
starts_en = "receipt"
limit = 15
law_zh = "政府信息公开条例"
law_en = "Regulations"
status = "to-be-checked"
mark = "M"
effective_from = 2027-01-01
ladder = []
"""

RULE = """
[[deadline]]
id = "{id}"
zh = "期限"
en = "limit"
starts_zh = "收到"
starts_en = "receipt"
status = "product-default"
mark = "D"
{more}
"""


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(Invalid) as refused:
        parse_shelf(text)
    return refused.value.problems


def faults(more: str) -> set[str]:
    return {p.where.partition("a.b.")[2] for p in problems_of(RULE.format(id="a.b", more=more))}


def test_a_good_shelf_is_read() -> None:
    shelf = parse_shelf(GOOD)
    assert shelf.ids == ("disclosure.reply",)
    assert "disclosure.reply" in shelf
    rule = shelf.get("disclosure.reply", date(2026, 6, 1))
    assert (rule.limit, rule.unit, rule.status) == (20, Unit.WORKING_DAYS, Status.VERIFIED)
    assert rule.may_pause("third-party")
    assert [step.delay for step in rule.ladder] == [0, 2]
    assert rule.citation_zh == "《政府信息公开条例》第33条"
    assert lint_shelf(GOOD) == []


def test_the_rule_in_force_on_the_day_is_given() -> None:
    shelf = parse_shelf(GOOD)
    assert shelf.get("disclosure.reply", date(2026, 12, 31)).limit == 20
    assert shelf.get("disclosure.reply", date(2027, 1, 1)).limit == 15
    assert shelf.get("disclosure.reply").limit == 15
    assert shelf.get("disclosure.reply").ladder == ()
    with pytest.raises(NotFound):
        shelf.get("disclosure.nothing")


def test_two_rules_in_force_at_once_are_refused() -> None:
    broken = GOOD.replace("effective_from = 2027-01-01", "")
    assert [p.code for p in problems_of(broken)] == ["shelf.duplicate"]


def test_every_fault_is_told_with_its_line() -> None:
    text = RULE.format(id="a.b", more='limit = "20"\ncolour = 1') + RULE.format(
        id="Bad Id", more='unit = "days"\nlimit = 0'
    )
    found = problems_of(text)
    assert {(p.where, p.code) for p in found} == {
        ("a.b.limit", "shelf.value"),
        ("a.b.colour", "shelf.unknown-key"),
        ("Bad Id.id", "shelf.id"),
        ("Bad Id.unit", "shelf.value"),
        ("Bad Id.limit", "shelf.value"),
    }
    assert {p.line for p in found} == {3, 14}
    assert all(p.file == "deadlines.toml" and p.zh and p.en for p in found)


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ("", "limit"),
        ("limit = 5\nminimum = 5", "minimum"),
        ('limit = 5\nminimum = 3\nminimum_unit = "calendar_days"', "minimum"),
        ('minimum = 3\nunit = "hours"', "minimum"),
        ('limit = 5\nminimum_waived_when = "true"', "minimum_waived_when"),
        ("limit = 5\nhard = true", "hard"),
        ('limit = 5\ndirection = "before"\nroll = "next_working_day"', "roll"),
        ('limit = 5\nroll = "previous_working_day"', "roll"),
        ('limit = 5\nunit = "hours"\nroll = "next_working_day"', "roll"),
        ('limit = 5\nunit = "hours"\ndirection = "before"', "unit"),
        (
            'limit = 5\ndirection = "before"\nextension = { maximum = 5, approver = "head" }',
            "pause_reasons",
        ),
        ('month_day = "02-29"', "month_day"),
        ('month_day = "3-1"', "month_day"),
        ('month_day = "03-01"\nlimit = 3', "unit"),
        ('limit = 5\nwarn_on = "02-20"', "warn_on"),
        ("limit = 5\nwarn = 5", "warn"),
        ('limit = 5\nwarn = 5\nwarn_unit = "minutes"', "warn_unit"),
        ("limit = 5\nextension = { maximum = 5 }", "extension.approver"),
        ('limit = 5\npause_reasons = ["lunch"]', "pause_reasons"),
        ('limit = 5\nladder = "none"', "ladder"),
        ('limit = 5\nbasis_zh = "只有中文"', "basis_en"),
        ("limit = 5\neffective_from = 2026-01-02\neffective_to = 2026-01-01", "effective_to"),
        ('limit = 5\neffective_from = "2026-01-01"', "effective_from"),
        ("limit = 5\nstrict = 1", "strict"),
    ],
)
def test_what_does_not_fit_together_is_refused(more: str, where: str) -> None:
    assert where in faults(more)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('article = "33"\n', "", "article"),
        ('status = "to-be-checked"\nmark = "M"', 'status = "verified"\nmark = "M"', "status"),
        ('law_zh = "政府信息公开条例"\nlaw_en = "Regulations"\nstatus', "status", "law_zh"),
        ('mark = "M"\n', 'mark = "D"\n', "status"),
    ],
)
def test_sources_must_vouch_for_the_status(old: str, new: str, where: str) -> None:
    assert old in GOOD
    assert where in {p.where.rpartition(".")[2] for p in problems_of(GOOD.replace(old, new))}


@pytest.mark.parametrize(
    "text",
    ["= 3", "deadline = 3", "[deadline]\na = 1", "format = 2", "[reason]\nx = 3", "ladder = []",
     "[ladder]\nx = 3", 'default_ladder = "x"', "nonsense = 1", "a" * 1_000_001],
)  # fmt: skip
def test_malformed_shelves_are_refused(text: str) -> None:
    assert problems_of(text)
    assert lint_shelf(text)


def test_a_syntax_error_names_its_line() -> None:
    (problem,) = problems_of("format = 1\nx = = 3\n")
    assert (problem.code, problem.line) == ("toml.syntax", 2)


@given(st.text(max_size=200))
def test_hostile_text_ends_in_a_shelf_or_in_problems(text: str) -> None:
    for part in (text, RULE.format(id="a.b", more=text)):
        problems = lint_shelf(part)
        assert all(p.zh and p.en for p in problems)


# ---------------------------------------------------------------------- regions

REGION = """
[region]
id = "here"
zh = "本地"
en = "here"

[[override]]
id = "disclosure.reply"
limit = 10
status = "product-default"
mark = "D"

[[deadline]]
id = "local.extra"
zh = "本地期限"
en = "local limit"
starts_zh = "收到"
starts_en = "receipt"
limit = 3
status = "product-default"
mark = "D"

[[parameter]]
id = "hearing.fine"
value = 2000
zh = "较大数额"
en = "large fine"
mark = "D"
status = "product-default"
"""


def test_a_region_overrides_and_adds() -> None:
    base = parse_shelf(GOOD)
    merged = merge(base, parse_region(REGION))
    assert merged.get("disclosure.reply", date(2026, 1, 1)).limit == 10
    assert merged.get("disclosure.reply").region == "here"
    assert merged.get("local.extra").region == "here"
    assert merged.parameters["hearing.fine"].value == 2000
    assert base.get("disclosure.reply", date(2026, 1, 1)).limit == 20
    assert merged.fingerprint != base.fingerprint


def test_a_region_may_drop_a_field() -> None:
    text = REGION.replace("limit = 10", 'limit = 10\nwithout = ["extension", "pause_reasons"]')
    rule = merge(parse_shelf(GOOD), parse_region(text)).get("disclosure.reply", date(2026, 1, 1))
    assert (rule.extension_maximum, rule.pause_reasons) == (None, ())


def test_an_override_vouches_for_itself() -> None:
    base = parse_shelf(GOOD)
    for broken in (
        REGION.replace('mark = "D"\n\n[[deadline]]', "\n[[deadline]]"),
        REGION.replace('id = "disclosure.reply"', 'id = "disclosure.replies"'),
        REGION.replace("limit = 10", "limit = -1"),
        REGION.replace("limit = 10", "limit = 10\ncolour = 3"),
    ):
        with pytest.raises(Invalid) as refused:
            merge(base, parse_region(broken, "here.toml"))
        assert {p.file for p in refused.value.problems} == {"here.toml"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "here"\n', ""),
        ("value = 2000\n", ""),
        ('[[parameter]]\nid = "hearing.fine"', '[[parameter]]\nname = "hearing.fine"'),
        ("[region]", "[regions]"),
    ],
)
def test_malformed_regions_are_refused(old: str, new: str) -> None:
    assert old in REGION
    with pytest.raises(Invalid):
        parse_region(REGION.replace(old, new))
