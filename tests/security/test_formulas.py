"""The house's own functions for formulas: they have no budget of steps, so they must be quick."""

from __future__ import annotations

import time

import pytest

from engine.model import rows
from tests.support.engines import Town
from tests.support.models import extensions, field, form, model, user


@pytest.mark.parametrize(
    "formula",
    [
        'add working days(date("2026-09-01"), 1000000000)',
        'add working days(date("2026-09-01"), -1000000000)',
        'add working days(date("2026-09-01"), 10**300)',
        'working days between(date("0001-01-01"), date("9999-12-31"))',
        'working days between(date("9999-12-31"), date("0001-01-01"))',
        'limit date("t.review", date("9999-12-31"))',
        'limit date("t.review", date("9999-12-31") + duration("P9999Y"))',
        'earliest date("t.review", "0001-01-01T00:00:00+14:00")',
        'limit date(for i in 1..1000 return "x", null)',
        'for i in 1..3000 return working days between(date("1950-01-01"), date("2150-01-01"))',
    ],
)
def test_no_formula_makes_the_calendar_run_for_ever(town: Town, formula: str) -> None:
    text = formula.replace('"', "&quot;")
    counting = (
        '<scriptTask id="x1">'
        + extensions(f'<zeebe:script expression="={text}" resultVariable="r"/>')
        + "</scriptTask>"
    )
    town.deploy(model(counting, user("a", groups="drafter"), "s>x1>a>e"))
    began = time.monotonic()
    town.start("zhang")
    assert time.monotonic() - began < 5
    assert len(town.rows(rows.Instance)) == 1


def test_dates_beyond_the_calendar_are_answers_like_any_other(town: Town) -> None:
    sheet = form(field("day", "datetime", subtype="date"), form_id="sheet")
    limited = user(
        "a",
        groups="drafter",
        form="sheet",
        constraint_1='limit date("t.review", day) = null or limit date("t.review", day) != null',
        constraint_1_message="x",
    )
    late = user("b", groups="drafter", deadline="t.review", deadline_from="=day")
    town.deploy(model(limited, late, "s>a>b>e"), sheet_form=sheet)
    for day in ("9999-12-31", "0001-01-01", "1949-10-01", "2151-01-01"):
        case = town.start("zhang")
        town.complete("zhang", town.task("a", case), {"day": day})
        assert "b" in town.tasks(case)
        town.case_page("zhang", case)
