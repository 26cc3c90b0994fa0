"""Timers, messages, signals, errors, escalations, termination, event-based gateways."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import ModelRejected
from engine.model import facts
from tests.engine.bpmn.spiff.driver import NOW, Case, both, compiled, ext, flows

MESSAGE = (
    '<message id="m" name="材料已到">'
    + ext('<zeebe:subscription correlationKey="=caseNo"/>')
    + '</message><signal id="sig" name="停办"/><error id="err" errorCode="E1"/>'
    '<error id="err2" errorCode="E2"/><escalation id="esc" escalationCode="C1"/>'
)


def timer(part: str, text: str) -> str:
    return f"<timerEventDefinition><{part}>{text}</{part}></timerEventDefinition>"


def boundary(
    element_id: str, host: str, definition: str, *, interrupting: bool = True, inner: str = ""
) -> str:
    cancel = "" if interrupting else ' cancelActivity="false"'
    return (
        f'<boundaryEvent id="{element_id}" attachedToRef="{host}"{cancel}>{inner}{definition}'
        "</boundaryEvent>"
    )


@pytest.mark.parametrize(
    ("part", "text", "due"),
    [
        ("timeDuration", "PT2H", NOW + timedelta(hours=2)),
        ("timeDuration", "P1W", NOW + timedelta(days=7)),
        ("timeDate", "2026-03-05", NOW.replace(day=4, hour=16)),
        ("timeDate", "2026-03-05T08:00:00", NOW.replace(day=5, hour=0)),
        ("timeDate", "2026-03-05T08:00:00Z", NOW.replace(day=5, hour=8)),
        ("timeDate", "=when", NOW.replace(day=8, hour=16)),
        ("timeDuration", "=when", NOW.replace(day=8, hour=16)),
        ("timeDuration", "P1M", NOW.replace(month=4)),
    ],
)
def test_a_timer_reports_when_it_is_due_and_fires_only_when_told(
    part: str, text: str, due: object
) -> None:
    def scenario(case: Case) -> None:
        case.later(days=400).do("set_variables", {})
        assert case.open == ["t"]
        case.fire("t")

    case = both(
        '<startEvent id="s"/><intermediateCatchEvent id="t">'
        + timer(part, text)
        + '</intermediateCatchEvent><endEvent id="e"/>'
        + flows("s>t>e"),
        scenario,
        {"when": "2026-03-09"},
    )
    (told,) = case.of(facts.TimerSet)
    assert told.due == due
    assert told.repeat == 0
    assert case.path == ["s", "t", "e"]


def test_a_timer_that_is_none_is_an_incident() -> None:
    case = both(
        '<startEvent id="s"/><intermediateCatchEvent id="t">'
        + timer("timeDate", "=when")
        + '</intermediateCatchEvent><endEvent id="e"/>'
        + flows("s>t>e"),
        lambda case: (
            case.do("set_variables", {"when": "2026-05-01"}),
            case.do("retry", case.key("t")),
            case.fire("t"),
        ),
        {"when": "übermorgen"},
    )
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["timer-invalid"]
    assert case.ended


def test_a_message_waits_with_its_correlation_key() -> None:
    case = both(
        '<startEvent id="s"/><intermediateCatchEvent id="c">'
        '<messageEventDefinition messageRef="m"/></intermediateCatchEvent><endEvent id="e"/>'
        + flows("s>c>e"),
        lambda case: case.deliver("c", answer="yes"),
        {"caseNo": "2026-1"},
        extra=MESSAGE,
    )
    (opened,) = case.of(facts.SubscriptionOpened)
    assert (opened.kind, opened.name, opened.correlation_key) == ("message", "材料已到", "2026-1")
    assert case.run.variables["answer"] == "yes"


def test_the_first_event_behind_an_event_based_gateway_decides() -> None:
    body = (
        '<startEvent id="s"/><eventBasedGateway id="g"/><intermediateCatchEvent id="c">'
        '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
        '<intermediateCatchEvent id="t">'
        + timer("timeDuration", "P3D")
        + "</intermediateCatchEvent>"
        '<receiveTask id="r" messageRef="m"/>'
        '<userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
        + flows("s>g", "g>c>a>e", "g>t>b>e", "g>r>b")
    )
    case = both(
        body,
        lambda case: (case.fire("t"), case.complete("b")),
        {"caseNo": "x"},
        extra=MESSAGE,
    )
    assert case.path == ["s", "g", "t", "b", "e"]
    assert len(case.of(facts.SubscriptionClosed)) == 2
    case = both(
        body,
        lambda case: (case.deliver("r", x=1), case.complete("b")),
        {"caseNo": "x"},
        extra=MESSAGE,
    )
    assert case.path == ["s", "g", "r", "b", "e"]


def test_an_interrupting_timer_ends_the_task_at_once() -> None:
    case = both(
        '<startEvent id="s"/><userTask id="a"/>'
        + boundary("late", "a", timer("timeDuration", "P5D"))
        + '<userTask id="b"/><endEvent id="e"/>'
        + flows("s>a>e", "late>b>e"),
        lambda case: (case.fire("late"), case.complete("b")),
    )
    assert case.path == ["s", "late", "b", "e"]
    assert case.cancelled == ["a"]
    assert [fact.outcome for fact in case.of(facts.TaskClosed)] == ["cancelled", "completed"]


def test_a_completed_task_clears_its_timer() -> None:
    case = both(
        '<startEvent id="s"/><userTask id="a"/>'
        + boundary("late", "a", timer("timeDuration", "P5D"))
        + '<userTask id="b"/><endEvent id="e"/>'
        + flows("s>a>e", "late>b>e"),
        lambda case: case.complete("a"),
    )
    assert len(case.of(facts.TimerCleared)) == 1
    assert case.path == ["s", "a", "e"]


def test_a_cycle_fires_as_often_as_it_says_beside_the_task() -> None:
    def scenario(case: Case) -> None:
        for _ in range(3):
            case.later(days=1).fire("remind")
        assert case.open == ["a"]
        case.complete("a")

    case = both(
        '<startEvent id="s"/><userTask id="a"/>'
        + boundary("remind", "a", timer("timeCycle", "R3/P1D"), interrupting=False)
        + '<endEvent id="r"/><endEvent id="e"/>'
        + flows("s>a>e", "remind>r"),
        scenario,
    )
    told = case.of(facts.TimerSet)
    assert [fact.repeat for fact in told] == [2, 1, 0]
    assert [fact.due - NOW for fact in told] == [timedelta(days=n) for n in (1, 2, 3)]
    assert len({fact.key for fact in told}) == 3
    assert case.path == ["s", "remind", "r", "remind", "r", "remind", "r", "a", "e"]


def test_moments_of_a_cycle_missed_while_nothing_ran_are_left_out() -> None:
    specs = compiled(
        '<startEvent id="s"/><userTask id="a"/>'
        + boundary("remind", "a", timer("timeCycle", "R/P1D"), interrupting=False)
        + flows("s>a")
    )
    case = Case(specs).later(days=10, hours=1).fire("remind")
    (following,) = [fact for fact in case.last if isinstance(fact, facts.TimerSet)]
    assert following.due == NOW + timedelta(days=11)
    assert following.repeat is None


def test_a_message_beside_a_task_may_come_again() -> None:
    case = both(
        '<startEvent id="s"/><userTask id="a"/>'
        + boundary("more", "a", '<messageEventDefinition messageRef="m"/>', interrupting=False)
        + '<userTask id="b"/><endEvent id="e"/>'
        + flows("s>a>e", "more>b>e"),
        lambda case: (
            case.deliver("more", n=1),
            case.deliver("more", n=2),
            case.complete("b"),
            case.complete("a"),
            case.complete("b"),
        ),
        {"caseNo": "k"},
        extra=MESSAGE,
    )
    assert case.path.count("b") == 2
    assert case.run.variables["n"] == 2


def test_a_signal_is_thrown_and_caught_from_outside() -> None:
    case = both(
        '<startEvent id="s"/><intermediateThrowEvent id="t">'
        + ext('<zeebe:ioMapping><zeebe:input source="=x" target="y"/></zeebe:ioMapping>')
        + '<signalEventDefinition signalRef="sig"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="c"><signalEventDefinition signalRef="sig"/>'
        '</intermediateCatchEvent><endEvent id="e">'
        '<messageEventDefinition messageRef="m"/></endEvent>' + flows("s>t>c>e"),
        lambda case: case.deliver("c"),
        {"x": 5, "caseNo": "k1"},
        extra=MESSAGE,
    )
    (signal,) = case.of(facts.SignalThrown)
    assert (signal.name, dict(signal.variables)) == ("停办", {"y": 5})
    (message,) = case.of(facts.MessageThrown)
    assert (message.name, message.correlation_key) == ("材料已到", "k1")


def test_an_error_goes_to_the_innermost_scope_that_catches_it() -> None:
    inner = (
        '<subProcess id="outer"><startEvent id="os"/><subProcess id="inner"><startEvent id="is"/>'
        '<parallelGateway id="f"/><userTask id="busy"/><endEvent id="boom">'
        '<errorEventDefinition errorRef="err"/></endEvent>'
        + flows("is>f>busy", "f>boom")
        + '</subProcess><userTask id="after"/>'
        + boundary("other", "inner", '<errorEventDefinition errorRef="err2"/>')
        + flows("os>inner>after")
        + "</subProcess>"
        + boundary("any", "outer", "<errorEventDefinition/>")
        + boundary("just", "outer", '<errorEventDefinition errorRef="err"/>')
    )
    case = both(
        '<startEvent id="s"/>'
        + inner
        + '<endEvent id="e"/><endEvent id="e2"/><endEvent id="e3"/>'
        + flows("s>outer>e", "just>e2", "any>e3"),
        lambda case: None,
        extra=MESSAGE,
    )
    assert case.path == ["s", "os", "is", "f", "boom", "just", "e2"]
    assert sorted(case.cancelled) == ["busy", "inner", "outer"]


def test_an_uncaught_error_is_an_incident_or_ends_a_called_process() -> None:
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><endEvent id="boom">'
        '<errorEventDefinition errorRef="err"/></endEvent>' + flows("s>f>a", "f>boom")
    )
    case = both(body, lambda case: case.complete("a"), extra=MESSAGE)
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == ["error-uncaught"]
    assert case.open == ["boom"]
    assert case.ended is None
    case = both(body, lambda case: None, extra=MESSAGE, called=True)
    assert case.ended is not None
    assert (case.ended.how, case.ended.error_code) == ("error", "E1")


def test_an_escalation_lets_the_thrower_go_on() -> None:
    body = (
        '<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/>'
        '<intermediateThrowEvent id="t"><escalationEventDefinition escalationRef="esc"/>'
        '</intermediateThrowEvent><userTask id="a"/>' + flows("is>t>a") + "</subProcess>"
        "{}" + '<userTask id="b"/><endEvent id="e"/>' + flows("s>sub>e", "x>b>e")
    )
    escalation = '<escalationEventDefinition escalationRef="esc"/>'
    case = both(
        body.format(boundary("x", "sub", escalation, interrupting=False)),
        lambda case: (case.complete("b"), case.complete("a")),
        extra=MESSAGE,
    )
    assert set(case.path) == {"s", "is", "t", "x", "b", "e", "a", "sub"}
    case = both(
        body.format(boundary("x", "sub", escalation)),
        lambda case: case.complete("b"),
        extra=MESSAGE,
    )
    assert "a" not in case.path
    assert case.cancelled == ["sub"]


def test_termination_ends_its_own_scope_only() -> None:
    end = '<endEvent id="{}"><terminateEventDefinition/></endEvent>'
    case = both(
        '<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/><parallelGateway id="f"/>'
        '<userTask id="a"/><userTask id="b"/>'
        + end.format("stop")
        + flows("is>f>a", "f>b>stop")
        + '</subProcess><parallelGateway id="g"/><userTask id="c"/><userTask id="d"/>'
        + end.format("stop2")
        + flows("s>sub>g", "g>c", "g>d>stop2"),
        lambda case: (case.complete("b"), case.complete("d")),
    )
    assert case.cancelled == ["a", "c"]
    assert case.ended is not None
    assert case.ended.how == "terminated"
    assert "sub" in case.path


def test_nothing_inside_runs_after_an_interruption() -> None:
    """A sibling that is ready when the boundary event fires must not run any more."""
    case = both(
        '<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/><userTask id="wait"/>'
        '<parallelGateway id="f"/><endEvent id="boom"><errorEventDefinition errorRef="err"/>'
        '</endEvent><scriptTask id="x">'
        + ext('<zeebe:script expression="=1" resultVariable="ran"/>')
        + '</scriptTask><endEvent id="ie"/>'
        + flows("is>wait>f", "f>boom", "f>x>ie")
        + "</subProcess>"
        + boundary("b", "sub", '<errorEventDefinition errorRef="err"/>')
        + '<endEvent id="e"/>'
        + flows("s>sub>e", "b>e"),
        lambda case: case.complete("wait"),
        extra=MESSAGE,
    )
    assert "ran" not in case.run.variables
    assert "x" not in case.path


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_sub_process_is_set_off_by_its_start(interrupting: bool) -> None:
    handler = (
        '<subProcess id="h" triggeredByEvent="true">'
        f'<startEvent id="hs" isInterrupting="{str(interrupting).lower()}">'
        '<messageEventDefinition messageRef="m"/></startEvent><userTask id="handle"/>'
        + flows("hs>handle")
        + "</subProcess>"
    )
    case = both(
        '<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/><userTask id="a"/>'
        + flows("is>a")
        + handler
        + '</subProcess><endEvent id="e"/>'
        + flows("s>sub>e"),
        lambda case: (
            case.deliver("hs", note="n"),
            case.complete("handle"),
            None if interrupting else case.complete("a"),
        ),
        {"caseNo": "1"},
        extra=MESSAGE,
    )
    assert case.run.variables["note"] == "n"
    expected = ["s", "is", "hs", "handle", "h"]
    assert case.path == [*expected, *([] if interrupting else ["a"]), "sub", "e"]


def test_an_event_sub_process_catches_an_error_of_its_scope() -> None:
    case = both(
        '<startEvent id="s"/><userTask id="a"/><endEvent id="boom">'
        '<errorEventDefinition errorRef="err"/></endEvent>'
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        '<errorEventDefinition errorRef="err"/></startEvent><userTask id="handle"/>'
        + flows("hs>handle")
        + "</subProcess>"
        + flows("s>a>boom"),
        lambda case: (case.complete("a"), case.complete("handle")),
        extra=MESSAGE,
    )
    assert case.path == ["s", "a", "boom", "hs", "handle", "h"]
    assert case.ended is not None
    assert case.ended.how == "completed"


def test_a_process_starts_at_the_event_that_came() -> None:
    body = (
        '<startEvent id="plain"/><startEvent id="msg">'
        '<messageEventDefinition messageRef="m"/></startEvent><userTask id="a"/>'
        + flows("plain>a", "msg>a")
    )
    assert both(body, lambda case: case.complete("a"), extra=MESSAGE).path == ["plain", "a"]
    case = both(body, lambda case: case.complete("a"), extra=MESSAGE, start_event="msg")
    assert case.path == ["msg", "a"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('<startEvent id="s"/><serviceTask id="x"/>', "x"),
        (
            '<startEvent id="s"/><intermediateCatchEvent id="x"><timerEventDefinition/>'
            "</intermediateCatchEvent>",
            "x",
        ),
    ],
)
def test_what_cannot_run_is_refused_by_name(body: str, where: str) -> None:
    with pytest.raises(ModelRejected) as caught:
        compiled(body)
    assert [problem.where for problem in caught.value.problems] == [where]
