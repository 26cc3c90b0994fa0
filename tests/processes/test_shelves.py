"""The shelves as they are shipped: complete, consistent, and honest about their sources."""

import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest

from engine.clock import CHINA
from engine.law.calendar import WorkCalendar
from engine.law.deadlines import (
    DeadlineRule,
    Shelf,
    Status,
    Unit,
    compute,
    merge,
    parse_region,
    parse_shelf,
)
from engine.law.roles import Roles, parse_roles

HERE = Path(__file__).resolve().parents[2] / "processes"
SHELF = parse_shelf((HERE / "deadlines.toml").read_text(encoding="utf-8"))
ROLES = parse_roles((HERE / "roles.toml").read_text(encoding="utf-8"))
REGIONS = sorted((HERE / "regions").glob("*.toml"))
TODAY = date(2026, 11, 24)


def region(path: Path) -> Shelf:
    return merge(SHELF, parse_region(path.read_text(encoding="utf-8"), path.name))


# id, least, most, unit, extension, status
FACTS: list[tuple[str, int | None, int | None, str, int | None, str]] = [
    ("normative.review", 5, 15, "working_days", None, "to-be-checked"),
    ("normative.comment", 30, None, "calendar_days", None, "verified"),
    ("normative.publish", None, 20, "working_days", None, "verified"),
    ("decision.comment", 30, None, "calendar_days", None, "verified"),
    ("decision.review", 7, None, "working_days", None, "verified"),
    ("hearing.materials", None, 7, "calendar_days", None, "verified"),
    ("hearing.notice", None, 30, "calendar_days", None, "product-default"),
    ("filing.report", None, 30, "calendar_days", None, "product-default"),
    ("complaint.notify", None, 15, "calendar_days", None, "verified"),
    ("complaint.transfer-objection", None, 5, "working_days", None, "verified"),
    ("complaint.conclude", None, 60, "calendar_days", 30, "verified"),
    ("complaint.review-request", None, 30, "calendar_days", None, "verified"),
    ("complaint.review", None, 30, "calendar_days", None, "verified"),
    ("complaint.recheck", None, 30, "calendar_days", None, "verified"),
    ("complaint.report-notify", None, 15, "working_days", None, "to-be-checked"),
    ("complaint.report-feedback", None, 15, "working_days", None, "to-be-checked"),
    ("complaint.report-transfer", None, 5, "working_days", None, "to-be-checked"),
    ("complaint.report-upward", None, 5, "working_days", None, "to-be-checked"),
    ("complaint.enforcement-accept", None, 5, "working_days", None, "product-default"),
    ("complaint.enforcement-conclude", None, 30, "calendar_days", 30, "product-default"),
    ("complaint.hotline-consult", None, 2, "working_days", None, "to-be-checked"),
    ("complaint.hotline-suggestion", None, 10, "working_days", None, "to-be-checked"),
    ("complaint.hotline-complaint", None, 15, "working_days", None, "to-be-checked"),
    ("disclosure.publish", None, 20, "working_days", None, "verified"),
    ("disclosure.supplement-notice", None, 7, "working_days", None, "verified"),
    ("disclosure.reply", None, 20, "working_days", 20, "verified"),
    ("disclosure.third-party", None, 15, "working_days", None, "verified"),
    ("disclosure.joint-maker", None, 15, "working_days", None, "verified"),
    ("disclosure.notice-period", 7, None, "calendar_days", None, "product-default"),
    ("disclosure.cadre-notice", 5, None, "working_days", None, "to-be-checked"),
    ("reconsideration.reply", None, 10, "working_days", None, "verified"),
    ("reconsideration.reply-simplified", None, 5, "working_days", None, "verified"),
    ("reconsideration.document-reply", None, 10, "working_days", None, "verified"),
    ("reconsideration.apply", None, 60, "calendar_days", None, "verified"),
    ("enforcement.decide", None, 90, "calendar_days", None, "verified"),
    ("enforcement.preserve", None, 7, "working_days", None, "verified"),
    ("enforcement.serve", None, 7, "working_days", None, "verified"),
    ("enforcement.withdraw", None, 3, "working_days", None, "verified"),
    ("enforcement.hearing-request", None, 5, "working_days", None, "verified"),
    ("enforcement.hearing-notice", None, 7, "working_days", None, "verified"),
    ("enforcement.publish", None, 7, "working_days", None, "to-be-checked"),
    ("enforcement.pay", None, 15, "calendar_days", None, "verified"),
    ("enforcement.urge", 10, None, "working_days", None, "verified"),
    ("enforcement.apply-court", None, 3, "months", None, "verified"),
    ("enforcement.seizure", None, 30, "calendar_days", 30, "verified"),
    ("enforcement.coercive-approval", None, 24, "hours", None, "verified"),
    ("permit.supplement-notice", None, 5, "working_days", None, "verified"),
    ("permit.decide", None, 20, "working_days", 10, "verified"),
    ("permit.hearing-organize", None, 20, "working_days", None, "verified"),
    ("permit.hearing-notice", None, 7, "working_days", None, "verified"),
    ("emergency.phone", None, 20, "minutes", None, "to-be-checked"),
    ("emergency.written", None, 40, "minutes", None, "to-be-checked"),
    ("emergency.production-report", None, 2, "hours", None, "verified"),
    ("emergency.plan-filing", None, 20, "working_days", None, "to-be-checked"),
    ("emergency.drill", None, 24, "months", None, "verified"),
    ("inspection.report", None, 10, "working_days", None, "product-default"),
    ("inspection.rectify", None, 30, "calendar_days", None, "product-default"),
    ("training.resit", None, 30, "calendar_days", None, "product-default"),
    ("annual.npc-reply", None, 60, "calendar_days", None, "product-default"),
]


@pytest.mark.parametrize("fact", FACTS, ids=[fact[0] for fact in FACTS])
def test_a_limit_says_what_its_source_says(
    fact: tuple[str, int | None, int | None, str, int | None, str],
) -> None:
    rule_id, least, most, unit, extension, status = fact
    rule = SHELF.get(rule_id, TODAY)
    assert (rule.minimum, rule.limit, rule.unit) == (least, most, Unit(unit))
    assert rule.extension_maximum == extension
    assert rule.status == Status(status)
    if least is not None:
        assert rule.minimum_unit == rule.unit


@pytest.mark.parametrize(
    "area",
    [
        "normative", "hearing", "decision", "complaint", "filing", "inspection", "disclosure",
        "annual", "training", "enforcement", "emergency", "reconsideration", "permit",
    ],
)  # fmt: skip
def test_every_area_has_limits(area: str) -> None:
    assert any(rule_id.startswith(f"{area}.") for rule_id in SHELF.ids)


@pytest.mark.parametrize("rule", SHELF.rules, ids=SHELF.ids)
def test_every_limit_can_be_reckoned_and_cited_in_both_languages(rule: DeadlineRule) -> None:
    due = compute(rule, datetime(2026, 9, 14, 9, tzinfo=CHINA), WorkCalendar())
    assert due.due is not None or due.earliest is not None
    assert rule.citation_zh
    assert rule.citation_en
    assert rule.in_force(TODAY)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in rule.en + rule.starts_en)


def test_only_what_was_read_is_called_verified() -> None:
    for rule in SHELF:
        assert (rule.status is Status.VERIFIED) == (rule.mark == "L"), rule.id


def test_ladders_and_approvers_name_roles_that_exist() -> None:
    for rule in SHELF:
        named = {step.role for step in rule.ladder} - {"handler"}
        named |= {rule.extension_approver} - {""}
        assert named <= set(ROLES.roles), rule.id


def test_accusations_never_reach_the_heads_of_the_accused_units() -> None:
    for rule_id in SHELF.ids:
        if rule_id.startswith("complaint.report-"):
            told = {step.role for step in SHELF.get(rule_id).ladder}
            assert told <= {"handler", "discipline"}, rule_id


def test_limits_backwards_that_the_law_commands_block() -> None:
    for rule_id in (
        "hearing.materials",
        "enforcement.hearing-notice",
        "permit.hearing-notice",
        "normative.comment",
        "decision.comment",
        "decision.review",
        "normative.review",
    ):
        assert SHELF.get(rule_id).hard, rule_id


def test_only_named_grounds_pause() -> None:
    pausing = {
        rule.id: {r.code for r in rule.pause_reasons} for rule in SHELF if rule.pause_reasons
    }
    assert pausing == {
        "complaint.recheck": {"hearing"},
        "disclosure.reply": {"third-party", "other-organ"},
        "enforcement.seizure": {"technical-appraisal"},
        "permit.decide": {"hearing", "permit-inspection", "expert-review", "bidding"},
    }


def test_a_reply_goes_to_the_head_when_late() -> None:
    ladder = SHELF.get("disclosure.reply").ladder
    assert {step.role for step in ladder if step.trigger == "breach" and not step.delay} == {"head"}


@pytest.mark.parametrize("path", REGIONS, ids=[path.stem for path in REGIONS])
def test_every_region_merges(path: Path) -> None:
    merged = region(path)
    assert merged.region == path.stem
    assert set(SHELF.ids) <= set(merged.ids)
    assert merged.fingerprint != SHELF.fingerprint


def test_hunan_files_within_fifteen_days() -> None:
    hunan = region(HERE / "regions" / "hunan.toml")
    rule = hunan.get("filing.report")
    assert (rule.limit, rule.unit, rule.region) == (15, Unit.CALENDAR_DAYS, "hunan")
    assert rule.ladder == SHELF.get("filing.report").ladder
    assert hunan.parameters["normative.three-unity"].value is True
    assert not any(p.id.startswith("enforcement.") for p in hunan.parameters.values())


# ---------------------------------------------------------------------- roles


def test_every_role_of_the_township_is_there() -> None:
    assert {role.id for role in ROLES.of_kind("office")} == {
        "drafter", "dept_head", "office", "legal", "counsel", "vice", "head", "secretary",
        "discipline", "supervisor", "npc", "petition", "enforcer", "duty", "info", "archivist",
    }  # fmt: skip
    assert {role.id for role in ROLES.of_kind("external")} >= {
        "county_gov", "county_justice", "applicant", "village"
    }  # fmt: skip


@pytest.mark.parametrize("office", ["head", "vice", "office"])
def test_the_congress_chair_holds_no_administrative_office(office: str) -> None:
    clash = ROLES.incompatibility(office, "npc")
    assert clash is not None
    assert (clash.article, clash.status) == ("18", Status.VERIFIED)
    assert ROLES.conflicts([office, "npc", "drafter"])[0][2] is clash
    assert ROLES.incompatibility("secretary", "npc") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("legal", "drafter"),
        ("hearing_host", "investigator"),
        ("hearing_host", "permit_examiner"),
        ("expert", "stakeholder"),
        ("evaluator", "appraiser"),
        ("npc", "head"),
    ],
)
def test_parts_that_may_not_meet_in_one_case(one: str, other: str) -> None:
    assert ROLES.incompatibility_in_case(one, other) is not None
    assert ROLES.incompatibility_in_case(other, one) is not None


def test_a_clerk_may_be_drafter_here_and_reviewer_there() -> None:
    assert ROLES.incompatibility("legal", "drafter") is None


def test_only_discipline_enters_the_walled_track() -> None:
    inside = {role.id for role in ROLES if "discipline" in role.tracks}
    assert inside == {"discipline", "supervisor"}
    assert ROLES.may_enter(["drafter", "supervisor"], "discipline")
    assert not ROLES.may_enter(["head", "secretary", "nobody"], "discipline")


def test_titles_exist_in_both_languages() -> None:
    roles: Roles = ROLES
    for role in roles:
        assert roles.title(role.id, "zh") == role.zh
        assert roles.title(f"{role.id}@finance", "en") == role.en
    assert roles.title("nobody") == "nobody"


def test_shelves_are_plain_toml_with_a_format_number() -> None:
    for path in (HERE / "deadlines.toml", HERE / "roles.toml", *REGIONS):
        assert tomllib.loads(path.read_text(encoding="utf-8"))["format"] == 1
