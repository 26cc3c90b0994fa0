"""ISO 8601 times on China's calendar, and FEEL's values as timers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.timers import Alarm, alarm, duration, moment
from engine.clock import CHINA
from engine.errors import ModelRejected
from engine.model import facts
from tests.engine.bpmn.spiff.driver import NOW, Case, House, compiled, flows

EVENING = datetime(2026, 1, 31, 20, 0, tzinfo=CHINA)


def test_months_end_on_the_last_day_there_is() -> None:
    assert duration("P1M").after(EVENING) == datetime(2026, 2, 28, 20, 0, tzinfo=CHINA)
    assert duration("P1Y1M").after(EVENING) == datetime(2027, 2, 28, 20, 0, tzinfo=CHINA)
    assert duration("P1DT1H30M").after(EVENING) == EVENING + timedelta(days=1, hours=1.5)
    assert duration("-P1D").after(EVENING) == EVENING - timedelta(days=1)


def test_a_date_is_the_start_of_its_day_in_china() -> None:
    assert moment("2026-03-05") == datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert moment(date(2026, 3, 5)) == datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert moment("2026-03-05T08:00@Europe/Paris") == datetime(2026, 3, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("date", "tomorrow"),
        ("date", None),
        ("date", 7),
        ("date", ""),
        ("duration", "P"),
        ("duration", "PT"),
        ("duration", "P1H"),
        ("duration", "P999999Y"),
        ("cycle", "0 0 9 * * *"),
        ("cycle", "R0/P1D"),
        ("cycle", "R/PT0S"),
        ("cycle", "R3/-P1D"),
        ("cycle", "R/P1D/P1D"),
        ("date", "2026-02-30"),
        ("date", "2026-03-05T08:00@Nowhere/Else"),
    ],
)
def test_what_is_no_time_is_told(kind: str, value: object) -> None:
    with pytest.raises(Stuck):
        alarm(kind, value, NOW)


def test_cycles() -> None:
    assert alarm("cycle", "R5/PT2H", NOW) == Alarm(NOW + timedelta(hours=2), "PT2H", 4)
    assert alarm("cycle", "R/P1W", NOW).left is None
    start = datetime(2026, 4, 1, 9, tzinfo=CHINA)
    assert alarm("cycle", "R2/2026-04-01T09:00/P1M", NOW) == Alarm(start.astimezone(UTC), "P1M", 1)
    assert alarm("cycle", "R/2026-04-01T09:00/2026-04-01T10:00", NOW).every == "PT3600S"


@given(
    every=st.sampled_from(["PT7M", "P1D", "P1M", "P3W"]),
    late=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)),
)
def test_the_next_moment_is_the_first_that_is_not_past(every: str, late: timedelta) -> None:
    first = alarm("cycle", f"R/{every}", NOW)
    now = first.due + late
    following = first.next(now)
    assert following is not None
    assert following.due > now
    span = duration(every)
    times = 1
    while span.after(first.due, times) <= now:
        times += 1
        if times > 50:
            return
    assert following.due == span.after(first.due, times)


@pytest.mark.parametrize(
    ("part", "expression", "due"),
    [
        ("timeDate", 'date("2026-03-09")', datetime(2026, 3, 9, tzinfo=CHINA)),
        (
            "timeDate",
            'date and time("2026-03-09T10:00:00")',
            datetime(2026, 3, 9, 10, tzinfo=CHINA),
        ),
        ("timeDate", "now() + duration(&quot;PT90M&quot;)", NOW + timedelta(minutes=90)),
        ("timeDuration", 'duration("P1M")', NOW.replace(month=4)),
        ("timeDuration", 'duration("P3DT4H")', NOW + timedelta(days=3, hours=4)),
        ("timeDuration", '"PT" + string(n) + "H"', NOW + timedelta(hours=5)),
        (
            "timeDate",
            "date(until) - duration(&quot;P1D&quot;)",
            datetime(2026, 5, 31, tzinfo=CHINA),
        ),
    ],
)
def test_feel_gives_dates_moments_durations_and_texts(
    part: str, expression: str, due: datetime
) -> None:
    case = Case(
        compiled(
            '<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition>'
            f"<{part}>={expression}</{part}></timerEventDefinition></intermediateCatchEvent>"
            + flows("s>t")
        ),
        {"n": 5, "until": "2026-06-01"},
    )
    (told,) = case.of(facts.TimerSet)
    assert told.due == due


def test_a_literal_timer_that_is_none_is_refused_at_deployment() -> None:
    with pytest.raises(ModelRejected):
        compiled(
            '<startEvent id="s"/><userTask id="a"/><boundaryEvent id="t" attachedToRef="a"'
            ' cancelActivity="false"><timerEventDefinition><timeCycle>0 0 9 * * *</timeCycle>'
            "</timerEventDefinition></boundaryEvent>" + flows("s>a")
        )


LATE = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)  # half past two of the next day in China


@pytest.mark.parametrize(
    ("part", "text", "due"),
    [
        ("timeDate", "=today()", datetime(2026, 3, 3, tzinfo=CHINA)),
        ("timeDate", '=now() + duration("PT1H")', LATE + timedelta(hours=1)),
        (
            "timeDate",
            '=date and time("2026-03-04T08:00:00")',
            LATE.replace(day=4, hour=0, minute=0),
        ),
        ("timeDuration", '=duration("P1D")', LATE + timedelta(days=1)),
        ("timeCycle", '="R/" + string(today()) + "/P1D"', datetime(2026, 3, 3, tzinfo=CHINA)),
    ],
)
def test_expressions_and_timers_reckon_with_the_day_it_is_in_china(
    part: str, text: str, due: datetime
) -> None:
    body = (
        f'<startEvent id="s"/><scriptTask id="d"><extensionElements><zeebe:script'
        f' expression="=string(today())" resultVariable="day"/></extensionElements></scriptTask>'
        f'<intermediateCatchEvent id="t"><timerEventDefinition><{part}>{text}</{part}>'
        "</timerEventDefinition></intermediateCatchEvent>" + flows("s>d>t")
    )
    specs = compiled(body)
    for now in (LATE, LATE.astimezone(CHINA)):
        run = specs.start("p", {}, now=now, services=House())
        (told,) = run.progress().of(facts.TimerSet)
        assert told.due == due
        assert run.variables["day"] == "2026-03-03"
        run = specs.restore(run.save(), run.variables, now=now, services=House())
        run.now = now
        assert run.evaluate("=string(today())") == "2026-03-03"
